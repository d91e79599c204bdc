"""The rate: cohorts, exact fractions, provisional intervals; delays with the unanswered counted in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.worked_example import worked_example
from mailsla.core.errors import UsageError
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.rules import CategoryRule
from mailsla.core.rate.assessed import assess
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.delays import Delay, delay_curve
from mailsla.core.rate.finality import Finality, Missing, Watched
from mailsla.core.rate.overdue import due_soon, overdue
from mailsla.core.rate.period import Grain, last_full_week, parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Publication, Source, revision
from mailsla.core.rate.report import without_finished
from mailsla.core.rate.section import Section, section
from mailsla.core.rate.standard import Standard
from mailsla.presentation import words
from mailsla.usecases.report import usual_periods
from tests.core import cohorts
from tests.factories import CONTACT, PROMISE, RULES, clock, mail, paris, reply, working_calendar
from tests.presentation import samples

STANDARD = Standard(clock(), {"information": PROMISE})
YEAR = parse_period("2026")


def cohort(mails: Sequence[Mail], period: str = "2026", now: str = "2026-11-13 09:00") -> Section:
    found, services = assessed(mails, now), ("Étrangers", "Permis")
    return section(parse_period(period), found, Watched(), services=services, by=Belonging.RECEIVED)


def assessed(
    mails: Sequence[Mail],
    now: str = "2026-11-13 09:00",
    *,
    standard: Standard = STANDARD,
    follow_ups: bool = False,
) -> Cohort:
    cases = [case_of(request) for request in derive(mails, RULES).requests]
    return judged(cases, now, standard=standard, follow_ups=follow_ups)


def judged(
    cases: Sequence[Case],
    now: str = "2026-11-13 09:00",
    *,
    standard: Standard = STANDARD,
    follow_ups: bool = False,
) -> Cohort:
    return Cohort(assess(cases, standard, paris(now)), standard, paris(now), follow_ups)


def asked_and_answered(
    number: int, at: str, answered: str | None, to: str = "contact@pref.example.fr"
) -> list[Mail]:
    asked = mail(at, by=f"usager{number}@example.org", to=to)
    return [asked] if answered is None else [asked, reply(answered, asked)]


MAILS = [
    *asked_and_answered(1, "2026-10-20 10:00", "2026-10-22 10:00"),
    *asked_and_answered(2, "2026-10-20 10:00", "2026-11-05 10:00"),
    *asked_and_answered(3, "2026-10-20 10:00", None),
    *asked_and_answered(4, "2026-11-09 10:00", None, to="permis@pref.example.fr"),
    *asked_and_answered(5, "2026-11-09 10:00", "2026-11-09 16:00", to="permis@pref.example.fr"),
]


def test_the_cohort_is_what_was_received_and_the_late_and_overdue_are_missed() -> None:
    found = cohort(MAILS)

    assert found.population == Population(met=1, missed=2, early=1, waiting=1)
    assert found.population.attainment == Fraction(1, 3)
    assert (found.population.low, found.population.high) == (Fraction(2, 5), Fraction(3, 5))


def test_a_reply_belongs_to_the_cohort_of_its_request() -> None:
    assert cohort(MAILS, "2026-10").population == Population(met=1, missed=2)
    assert cohort(MAILS, "2026-11").population == Population(early=1, waiting=1)


def test_services_are_told_apart_and_the_unassigned_come_last() -> None:
    lines = cohort(MAILS).by_service

    assert [(line.service, line.population.counted) for line in lines] == [("Permis", 2), (None, 3)]


def test_the_other_reading_of_the_rule_is_given_beside() -> None:
    tenth = asked_and_answered(1, "2026-10-20 10:00", "2026-11-03 10:00")

    found = cohort(tenth)

    assert found.population == Population(missed=1)
    assert found.compared == Population(met=1)


def test_a_definitive_figure_has_no_interval() -> None:
    population = Population(met=43, missed=11)

    assert population.low == population.high == population.attainment


def test_nothing_settled_gives_no_rate() -> None:
    assert Population(waiting=3).attainment is None
    assert Population().low is None


def test_79_96_percent_never_reads_as_80() -> None:
    assert words.percent(Fraction(1999, 2500)) == "79,9\u00a0%"
    assert words.percent(Fraction(4, 5)) == "80\u00a0%"
    assert words.percent(Fraction(796, 1000)) == "79,6\u00a0%"


def test_follow_ups_are_reported_apart_but_watched() -> None:
    asked, answered = asked_and_answered(1, "2026-10-20 10:00", "2026-10-22 10:00")
    again = mail("2026-10-26 10:00", by="usager1@example.org", replies_to=answered.header.message_id)

    found = cohort([asked, answered, again])
    everything = assessed([asked, answered, again])
    late = overdue(everything, everything)

    assert found.population == Population(met=1)
    assert found.follow_ups == Population(missed=1)
    assert ([item.case.follow_up for item in late.listed], due_soon(everything)) == ([True], ())
    assert (len(late), late.follow_ups, late.by_service) == (1, 1, ((None, 1),))


def test_of_what_is_overdue_the_service_with_most_comes_first_then_by_name() -> None:
    found = cohorts.assessed(
        cohorts.case(str(number), "2026-10-01 10:00", service=service)
        for number, service in enumerate(("Permis", "Étrangers", None, "Étrangers", "Associations"))
    )

    late = overdue(found, found)

    assert late.by_service == (("Étrangers", 2), (None, 1), ("Associations", 1), ("Permis", 1))


def test_the_overdue_and_those_due_soon_are_listed_by_due_date() -> None:
    mails = [
        *asked_and_answered(1, "2026-10-29 10:00", None),  # due 12 November
        *asked_and_answered(2, "2026-10-30 10:00", None),  # due today
        *asked_and_answered(3, "2026-11-04 10:00", None),  # due in 3 working days
        *asked_and_answered(4, "2026-11-05 10:00", None),  # due in 4
    ]

    found = assessed(mails)

    assert [item.verdict.due_on for item in overdue(found, found).listed] == [date(2026, 11, 12)]
    assert [item.verdict.due_on for item in due_soon(found)] == [date(2026, 11, 13), date(2026, 11, 18)]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-W46", date(2026, 11, 9), date(2026, 11, 15)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-T1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-11-13", date(2026, 11, 13), date(2026, 11, 13)),
        ("2026-01-05..2026-W46", date(2026, 1, 5), date(2026, 11, 15)),
    ],
)
def test_periods_are_written_in_the_usual_ways(written: str, first: date, last: date) -> None:
    period = parse_period(written)

    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-W54",
        "2025-W53",
        "2026-13",
        "2026-Q5",
        "26",
        "2026-02-30",
        "2026..2025",
        "..",
        "9999",
        "٢٠٢٦",
    ],
)
def test_what_names_no_period_is_refused(written: str) -> None:
    with pytest.raises(UsageError):
        parse_period(written)


def test_the_usual_cohorts_are_the_last_full_week_and_the_year() -> None:
    friday = date(2026, 11, 13)

    assert (last_full_week(friday).first, last_full_week(friday).last) == (
        date(2026, 11, 2),
        date(2026, 11, 8),
    )
    assert last_full_week(date(2026, 11, 16)).last == date(2026, 11, 15)
    assert usual_periods(friday) == (last_full_week(friday), parse_period("2026"))
    assert usual_periods(date(2026, 4, 1)) == (parse_period("2026-W13"), parse_period("2026"))
    assert usual_periods(date(2026, 3, 31)) == (
        parse_period("2026-W13"),
        parse_period("2025"),
        parse_period("2026"),
    )


def test_the_former_year_is_shown_until_it_is_definitive() -> None:
    def shown(*found: Finality) -> list[str]:
        names = ("2026-W01", "2025", "2026")
        cohorts = (
            samples.cohort(period=parse_period(name), finality=item)
            for name, item in zip(names, found, strict=True)
        )
        today = samples.report().today
        return [section.period.name for section in without_finished(tuple(cohorts), today)]

    provisional, definitive = Finality((Missing.COLLECTION,)), Finality()
    assert shown(definitive, provisional, provisional) == ["2026-W01", "2025", "2026"]
    assert shown(definitive, definitive, provisional) == ["2026-W01", "2026"]


def test_the_unanswered_lengthen_delays_instead_of_being_left_out() -> None:
    answered = [Delay(day, answered=True) for day in (1, 2, 3)]
    waiting = [Delay(9, answered=False)] * 3

    assert delay_curve(answered).median == 2
    assert delay_curve([*answered, *waiting]).median == 3
    assert delay_curve([*answered, *waiting]).ninth_decile is None


def test_no_request_gives_no_delay() -> None:
    assert delay_curve([]).median is None


DELAYS = st.lists(st.builds(Delay, st.integers(0, 15), st.booleans()), min_size=1, max_size=60)


@given(DELAYS)
def test_the_curve_equals_scipy_s_kaplan_meier(delays: list[Delay]) -> None:
    curve = delay_curve(delays)
    answered = [delay.days for delay in delays if delay.answered]
    censored = [delay.days for delay in delays if not delay.answered]

    expected = ecdf(CensoredData(uncensored=answered, right=censored)).cdf

    longest = max(delay.days for delay in delays)
    for day in range(16):
        share = curve.answered_by(day)
        if share is None:
            assert day > longest
        else:
            assert float(share) == pytest.approx(float(expected.evaluate(numpy.array(day))))


@given(DELAYS)
def test_the_curve_is_monotone_and_exact(delays: list[Delay]) -> None:
    shares = [share for _day, share in delay_curve(delays).steps]

    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)


CLOSED = working_calendar(closures=["2026-10-30"])
COMPLAINTS = Commitment("complaint", 15, Comparison.AT_MOST, Fraction(1))
WITH_COMPLAINTS = replace(
    RULES, categories=(CategoryRule("information"), CategoryRule("complaint", subjects=("réclamation",)))
)


def test_what_the_closures_changed_is_counted() -> None:
    # Due on 2 November; with Friday 30 October closed, on the 3rd, which is when the reply came.
    tenth = asked_and_answered(9, "2026-10-20 10:00", "2026-11-03 10:00")
    standard = Standard(clock(CLOSED), {"information": PROMISE})

    found = section(YEAR, assessed([*tenth, *MAILS[:2]], standard=standard), Watched(), services=())

    assert found.population == Population(met=2)
    assert (found.without_closures, found.closures_changed) == (Population(met=1, missed=1), 1)


def test_requests_handled_in_a_period_are_counted_by_their_reply() -> None:
    november = cohort(MAILS, "2026-11")

    assert november.population == Population(early=1, waiting=1)
    # In time or not, whether it has fallen due or not.
    assert november.handled == Population(met=1, missed=1)


def test_each_category_is_held_against_its_own_promise_and_the_rate_is_the_main_one_s() -> None:
    complaint = mail("2026-10-20 10:00", by="usager6@example.org", subject="Réclamation : guichet fermé")
    mails = [*MAILS, complaint, reply("2026-11-06 10:00", complaint)]  # 12 working days
    cases = [case_of(request) for request in derive(mails, WITH_COMPLAINTS).requests]
    standard = Standard(clock(), {"information": PROMISE, "complaint": COMPLAINTS})

    found = section(YEAR, judged(cases, standard=standard), Watched(), services=())

    assert found.population == Population(met=1, missed=2, early=1, waiting=1)
    by_category = {line.commitment.category: (line.population, line.answered) for line in found.by_category}
    assert by_category == {
        "information": (Population(met=1, missed=2, early=1, waiting=1), 3),
        "complaint": (Population(met=1), 1),
    }


def test_what_a_person_excluded_is_counted_apart_with_its_reason() -> None:
    cases = [case_of(request) for request in derive(MAILS, RULES).requests]
    cases[0] = replace(cases[0], excluded="doublon")

    found = section(YEAR, judged(cases), Watched(), services=())

    assert found.population.excluded == 1
    assert found.population.counted == len(cases) - 1
    assert found.exclusions == (("doublon", 1),)


def test_follow_ups_count_where_the_site_asks_for_it() -> None:
    asked, answered = asked_and_answered(1, "2026-10-20 10:00", "2026-10-22 10:00")
    again = mail("2026-10-26 10:00", by="usager1@example.org", replies_to=answered.header.message_id)

    found = section(YEAR, assessed([asked, answered, again], follow_ups=True), Watched(), services=())

    assert found.population == Population(met=1, missed=1)


@pytest.mark.parametrize(
    ("grain", "names"),
    [
        (Grain.WEEK, ["2026-W43", "2026-W44", "2026-W45", "2026-W46"]),
        (Grain.MONTH, ["2026-10", "2026-11"]),
        (Grain.QUARTER, ["2026-Q4"]),
        (Grain.YEAR, ["2026"]),
    ],
)
def test_a_cohort_is_cut_into_periods_that_add_up(grain: Grain, names: list[str]) -> None:
    autumn = parse_period("2026-10-20..2026-11-12")
    found = section(autumn, assessed(MAILS), Watched(), services=(), grain=grain, by=Belonging.RECEIVED)

    assert [line.period.name for line in found.by_period] == names
    assert (found.by_period[0].cut.first, found.by_period[-1].cut.last) == (autumn.first, autumn.last)
    assert sum(line.population.counted for line in found.by_period) == found.population.counted


def publication(verdicts: dict[str, Outcome], calendar: str = "a") -> Publication:
    return Publication(
        YEAR, paris("2026-11-13 09:00"), paris("2026-11-13 09:00"), verdicts, {Source.CALENDAR: calendar}
    )


def test_a_published_figure_that_would_be_another_says_what_changed() -> None:
    before = publication({"a": Outcome.MET, "b": Outcome.MISSED, "c": Outcome.NOT_DUE})
    after = publication({"a": Outcome.MET, "b": Outcome.MET, "d": Outcome.MISSED}, calendar="b")

    found = revision(before, after)

    assert found is not None
    assert (found.changed, found.appeared, found.gone, found.causes) == (1, 1, 1, (Source.CALENDAR,))
    assert (found.published.attainment, found.now.attainment) == (Fraction(1, 2), Fraction(2, 3))
    assert revision(before, publication(dict(before.verdicts), calendar="b")) is None


def test_the_example_is_the_latest_due_date_that_met_a_holiday() -> None:
    example = worked_example(clock(), PROMISE, date(2026, 11, 20))

    assert example.received_at == paris("2026-11-06 10:00")
    assert (example.due_on, [day.on for day in example.off]) == (date(2026, 11, 20), [date(2026, 11, 11)])


def test_the_example_of_months_without_a_holiday_goes_back_to_one() -> None:
    example = worked_example(clock(), PROMISE, date(2026, 10, 15))

    assert [day.on for day in example.off] == [date(2026, 7, 14)]


def test_a_service_s_own_delay_runs_from_the_day_it_got_the_request() -> None:
    asked = mail("2026-10-20 10:00", by="usager1@example.org")
    passed_on = mail(
        "2026-10-26 10:00",
        by=CONTACT,
        to="permis@pref.example.fr",
        references=[asked.header.message_id or ""],
    )
    answered = reply("2026-10-28 10:00", asked, by="permis@pref.example.fr")

    [line] = cohort([asked, passed_on, answered]).by_service

    assert (line.service, line.delays.median, line.since_assigned.median) == ("Permis", 6, 2)
