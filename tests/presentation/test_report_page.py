"""What the report says, decided on values: when each sentence and each row is there, and when it is not."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date
from fractions import Fraction

import pytest

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.counted import CountedRequests
from mailsla.core.rate.delays import Delay, DelayCurve, delay_curve
from mailsla.core.rate.finality import Finality, Missing
from mailsla.core.rate.outlook import VolumeBasis
from mailsla.core.rate.overdue import all_overdue
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.promises import Promise, PromiseLine
from mailsla.core.rate.publication import Source
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine, ServiceLine
from mailsla.core.rate.selection import Selection, State
from mailsla.core.retention.sealed import Sealed
from mailsla.presentation.pages.page import (
    NOTHING,
    Bar,
    Cell,
    Emphasis,
    Line,
    Page,
    Points,
    Row,
    Section,
    Table,
)
from mailsla.presentation.pages.report_page import MOST_ROWS, report_page
from mailsla.presentation.told import Figure, Told
from tests.factories import PARIS
from tests.presentation.samples import (
    COMPLAINTS,
    CURVE,
    LANDING,
    OUTLOOK,
    SETTLED,
    YEAR,
    cohort,
    doubt,
    gap,
    judged,
    publication,
    report,
    revision,
)

FINAL = Finality()
PROVISIONAL = Finality((Missing.PERIOD,))
PERCENT = "\u00a0%"
TARGET = Fraction(4, 5)


def page_of(built: Report) -> Page:
    return report_page(built, PARIS)


def page_with(**changes: object) -> Page:
    return page_of(report(**changes))


def summary_of(built: Report) -> dict[str, tuple[Cell | Bar, ...]]:
    """Return the first table, label → cells."""
    [table] = page_of(built).sections[0].blocks
    assert isinstance(table, Table)
    labels = [row[0] for row in table.rows]
    assert all(isinstance(label, Cell) for label in labels)
    return {row[0].text: row[1:] for row in table.rows if isinstance(row[0], Cell)}


def summary_with(
    counts: Population, delays: DelayCurve = CURVE, *, found: Finality | None = None
) -> dict[str, Cell | Bar]:
    """Return the figures of one cohort, label → cell."""
    summary = summary_of(report(sections=(cohort(counts, delays=delays, finality=found or Finality()),)))
    return {label: cell for label, [cell] in summary.items()}


def section_of(page: Page, heading: str) -> Section:
    [found] = [section for section in page.sections if section.heading.startswith(heading)]
    return found


def rows_of(page: Page, heading: str) -> tuple[Row, ...]:
    table = section_of(page, heading).blocks[0]
    assert isinstance(table, Table)
    return table.rows


def outlook_with(**changes: object) -> tuple[str, ...]:
    page = page_with(outlook=replace(OUTLOOK, **changes))  # type: ignore[arg-type]  # (fields by name)
    [points] = section_of(page, "Atteindre").blocks
    assert isinstance(points, Points)
    return points.sentences


def test_equal_reports_give_equal_pages_that_nobody_can_change() -> None:
    page = page_with(overdue=all_overdue([judged()]))

    assert page == page_with(overdue=all_overdue([judged()]))
    assert hash(page) == hash(page_with(overdue=all_overdue([judged()])))
    assert page != page_with(overdue=all_overdue([judged("another")]))
    with pytest.raises(FrozenInstanceError):
        page.title = "autre"  # type: ignore[misc]  # (that it cannot be is what is tested)


def test_the_page_opens_with_the_office_the_instant_and_the_promise() -> None:
    page = page_with()

    assert page.title == "Préfecture d'essai – réponses aux courriels"
    assert [line.text.partition(" :")[0] for line in page.lines[:5]] == [
        "Situation au vendredi 13 novembre 2026, 8\u00a0h\u00a030",
        "Où en est-on ? Promesse non tenue",
        "Est-ce définitif ? Oui",
        "Que faire cette semaine ? Rien ne presse",
        "Engagement",
    ]
    assert [line.emphasis for line in page.lines[1:4]] == [Emphasis.STRONG] * 3
    assert [line.emphasis for line in page.lines[5:]] == [Emphasis.DIM, Emphasis.DIM]


def test_a_report_without_holes_doubts_or_revisions_warns_of_nothing() -> None:
    assert page_with().warnings == ()


@pytest.mark.parametrize(
    ("hole", "sentence"),
    [
        (
            gap(never=True),
            "Chiffres incomplets : le compte « contact » n'a encore jamais été relevé en entier.",
        ),
        (
            gap(),
            "Chiffres incomplets : le compte « contact » n'est plus relevé depuis le 01/11/2026 à 9 h 00.",
        ),
        (
            gap("2026-11-03 10:30"),
            (
                "Chiffres incomplets du 01/11/2026 à 9 h 00 au 03/11/2026 à 10 h 30 : "
                "le compte « contact » n'était pas relevé. Ce qui est arrivé et reparti entre-temps n'est pas connu."
            ),
        ),
        (
            gap("2026-11-03 10:30", lost=2),
            (
                "Chiffres incomplets du 01/11/2026 à 9 h 00 au 03/11/2026 à 10 h 30 : le compte « contact » n'était "
                "pas relevé. 2 courriels arrivés et repartis entre-temps n'ont pas été vus."
            ),
        ),
        (
            gap(partial=True),
            (
                "Chiffres incomplets : un dossier du compte « contact » est refusé par le serveur "
                "depuis le 01/11/2026 à 9 h 00."
            ),
        ),
        (
            gap("2026-11-03 10:30", partial=True),
            (
                "Chiffres incomplets du 01/11/2026 à 9 h 00 au 03/11/2026 à 10 h 30 : "
                "un dossier du compte « contact » était refusé par le serveur. "
                "Ce qui est arrivé et reparti entre-temps n'est pas connu."
            ),
        ),
    ],
)
def test_each_kind_of_hole_has_its_warning(hole: Gap, sentence: str) -> None:
    [warning] = page_with(gaps=(hole,)).warnings

    assert warning.replace("\u00a0", " ") == sentence


def test_a_published_figure_that_changed_is_told_with_its_causes() -> None:
    [told] = page_with(revisions=(revision(Source.FACTS, Source.CALENDAR),)).warnings
    [untold] = page_with(revisions=(revision(),)).warnings

    assert told == (
        f"Chiffre publié le 02/11/2026 pour octobre 2026 : 8 sur 10 (80{PERCENT}), serait aujourd'hui "
        f"9 sur 10 (90{PERCENT}) (1 demande ; courriels connus depuis, calendrier)."
    )
    assert untold.endswith("(1 demande ; –).")


def test_how_many_requests_have_no_personal_data_any_more_is_told_last_with_their_list() -> None:
    notes = page_with(sealed=Sealed(1200, date(2024, 12, 31))).notes
    [told] = [note for note in notes if "données personnelles" in note]

    assert told.replace("\u202f", " ").startswith("Les données personnelles de 1 200 demandes sont effacées")
    assert isinstance(told, Told)
    [counted] = [part for part in told.parts if isinstance(part, Figure)]
    assert counted.of == CountedRequests(Selection(State.SEALED))
    assert not [note for note in page_with().notes if "données personnelles" in note]


@pytest.mark.parametrize(
    ("count", "code", "said"),
    [
        (1, DoubtCode.TOO_LATE, "1 réponse possible reste à vérifier"),
        (2, DoubtCode.TOO_LATE, "2 réponses possibles restent à vérifier"),
        (1, DoubtCode.SEEMS_AUTOMATIC, "1 courriel compté comme une demande reste à vérifier"),
        (2, DoubtCode.SEEMS_AUTOMATIC, "2 courriels comptés comme des demandes restent à vérifier"),
        (1, DoubtCode.FORM_IN_JUNK, "1 courriel d'un formulaire déclaré se trouve dans les indésirables"),
        (2, DoubtCode.FORM_IN_JUNK, "2 courriels d'un formulaire déclaré se trouvent dans les indésirables"),
    ],
)
def test_doubts_are_counted_in_a_warning(count: int, code: DoubtCode, said: str) -> None:
    [warning] = page_with(doubts=(replace(doubt(), code=code),) * count).warnings

    assert warning.startswith(said)


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 courriel illisible a été mis de côté"), (2, "2 courriels illisibles ont été mis de côté")],
)
def test_mails_set_aside_are_counted_in_a_warning(count: int, said: str) -> None:
    [warning] = page_with(balance=Balance({MailClass.SET_ASIDE: count})).warnings

    assert warning.startswith(said)


def test_warnings_come_in_one_order_holes_revisions_doubts_then_mails_set_aside() -> None:
    warnings = page_with(
        balance=Balance({MailClass.SET_ASIDE: 1}), doubts=(doubt(),), revisions=(revision(),), gaps=(gap(),)
    ).warnings

    assert [warning.split()[0] for warning in warnings] == ["Chiffres", "Chiffre", "1", "1"]
    assert "illisible" in warnings[-1]


def test_many_warnings_of_a_kind_are_counted_in_one_line() -> None:
    causes = (Source.CALENDAR, Source.FACTS, Source.RULES)
    three = page_with(revisions=tuple(map(revision, causes)), gaps=(gap(),) * 3).warnings
    later = [replace(revision(Source.FACTS), published=publication(number, 100)) for number in range(69)]
    many = page_with(revisions=(revision(Source.CALENDAR), *later), gaps=(gap(),) * 5).warnings

    assert len(three) == 6
    assert many[0] == "Chiffres incomplets : 2 interruptions plus anciennes de la relève."
    assert len(many) == 5
    assert many[-1] == (
        "70 chiffres publiés seraient aujourd'hui différents (calendrier, courriels connus depuis) : voir « mailsla "
        "publications »."
    )


def test_the_rate_stands_as_text_as_an_exact_share_and_as_a_bar_with_the_target() -> None:
    figures = summary_with(SETTLED)

    assert figures["Taux de respect"] == Cell(f"79,6{PERCENT} (43 sur 54)", Fraction(43, 54), Emphasis.STRONG)
    assert figures[""] == Bar(Fraction(43, 54), TARGET)


@pytest.mark.parametrize(
    ("counts", "minimum", "rate"),
    [
        (Population(met=3, missed=1), 5, "3 sur 4"),
        (Population(met=4, missed=1), 5, f"80{PERCENT} (4 sur 5)"),
        (Population(waiting=2), 5, "aucune demande échue"),
        (Population(), 5, "aucune demande"),
        (Population(met=3, missed=1), 4, f"75{PERCENT} (3 sur 4)"),
    ],
)
def test_under_the_minimum_there_is_no_percentage_no_share_and_no_bar(
    counts: Population, minimum: int, rate: str
) -> None:
    shown = summary_of(report(sections=(cohort(counts),), minimum=minimum))
    [cell], [bar], [target] = shown["Taux de respect"], shown[""], shown["Objectif"]

    assert isinstance(cell, Cell)
    assert cell.text == rate
    given = "%" in rate
    assert (cell.value is not None, bar is not NOTHING) == (given, given)
    assert isinstance(target, Cell)
    assert (target.text == f"80{PERCENT}") is not given


@pytest.mark.parametrize(
    ("met", "found", "said", "emphasis"),
    [
        (8, Finality(), "tenu", Emphasis.GOOD),
        (8, PROVISIONAL, "au-dessus à ce jour", Emphasis.GOOD),
        (7, Finality(), "non tenu", Emphasis.BAD),
        (7, PROVISIONAL, "au-dessous à ce jour", Emphasis.BAD),
    ],
)
def test_kept_or_not_is_said_of_a_definitive_figure_and_of_others_where_they_stand(
    met: int, found: Finality, said: str, emphasis: Emphasis
) -> None:
    counts = Population(met=met, missed=10 - met)

    assert summary_with(counts, found=found)["Objectif"] == Cell(f"80{PERCENT} : {said}", TARGET, emphasis)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Finality(), "définitif"),
        (PROVISIONAL, "provisoire"),
        (Finality((Missing.COLLECTION,), is_covered=False), "non couvert"),
    ],
)
def test_a_figure_says_whether_it_is_definitive(found: Finality, said: str) -> None:
    assert summary_with(SETTLED, found=found)["Chiffre"] == Cell(said)


def test_of_a_period_that_is_not_covered_the_target_alone_is_said() -> None:
    found = Finality((Missing.COLLECTION,), is_covered=False)

    assert summary_with(SETTLED, found=found)["Objectif"] == Cell(f"80{PERCENT}", TARGET)


def test_the_interval_is_that_of_the_requests_already_received() -> None:
    label = "Taux final possible, pour les demandes déjà reçues"
    waiting = summary_with(Population(met=8, missed=2, early=1, waiting=10))

    assert label not in summary_with(SETTLED)
    assert waiting[label] == Cell(f"de 42,8{PERCENT} à 90,4{PERCENT}")
    assert waiting["Pas encore échues, répondues"] == Cell("1", 1)
    assert waiting["Pas encore échues, en attente"] == Cell("10", 10)
    assert summary_with(Population(early=5))[label] == Cell(f"100{PERCENT}")
    assert summary_with(Population(waiting=4))[label] == Cell("–")


def test_delays_are_numbers_beside_their_words_and_none_where_too_many_wait() -> None:
    figures = summary_with(SETTLED)
    nothing = summary_with(Population(), delay_curve([]))

    assert figures["1 demande sur 2 a sa réponse en"] == Cell("4 jours ouvrés au plus", 4)
    assert figures["9 demandes sur 10 ont leur réponse en"] == Cell("12 jours ouvrés au plus", 12)
    assert figures["Estimation : répondues en 5, 9, 15 jours ouvrés"] == Cell(
        f"50{PERCENT} – 66,6{PERCENT} – 100{PERCENT}"
    )
    assert [
        nothing[label]
        for label in ("1 demande sur 2 a sa réponse en", "Estimation : répondues en 5, 9, 15 jours ouvrés")
    ] == [Cell("–")] * 2


def test_of_too_few_no_delay_is_given_nor_beyond_the_longest_wait() -> None:
    four = delay_curve(Delay(day, answered=True) for day in (1, 2, 3, 4))
    waiting = delay_curve(Delay(day, answered=day < 7) for day in range(1, 11))

    few, known = summary_with(SETTLED, four), summary_with(SETTLED, waiting)

    assert [
        few[label]
        for label in (
            "1 demande sur 2 a sa réponse en",
            "9 demandes sur 10 ont leur réponse en",
            "Estimation : répondues en 5, 9, 15 jours ouvrés",
        )
    ] == [Cell("–")] * 3
    assert known["Estimation : répondues en 5, 9, 15 jours ouvrés"] == Cell(f"50{PERCENT} – 60{PERCENT} – –")
    page = page_with(sections=(cohort(by_service=(ServiceLine("Permis", SETTLED, four, four),)),))
    assert rows_of(page, "Par service")[0][-1] == Cell("–")


OPTIONAL = {
    "Accusés de réception": {"acknowledged": 2},
    "Sans les fermetures déclarées": {"closures_changed": 1},
    "Exclues par décision": {"population": replace(SETTLED, excluded=3)},
}


@pytest.mark.parametrize("label", OPTIONAL)
def test_acknowledgements_closures_and_exclusions_have_a_row_only_when_there_are_some(label: str) -> None:
    with_some = replace(cohort(), **OPTIONAL[label])  # type: ignore[arg-type]  # (fields by name)
    shown = summary_of(report(sections=(cohort(), with_some)))

    assert label not in summary_with(SETTLED)
    assert label in shown
    assert shown.keys() - summary_with(SETTLED).keys() == {label}


def test_answers_that_no_mail_gave_are_counted_beside_the_rate_with_the_rate_without_them() -> None:
    without = Population(met=40, missed=14)
    built = report(sections=(cohort(by_decision=1, by_filing=2, by_mail=without),))
    shown = summary_of(built)

    assert shown["Répondues par décision"] == (Cell("1", 1),)
    assert shown["Répondues par classement"] == (Cell("2", 2),)
    assert shown["Sans ces réponses par décision ou classement"] == (
        Cell(f"74{PERCENT} (40 sur 54)", Fraction(40, 54)),
    )
    assert page_of(built).notes[0] == (
        "année 2026 : 1 réponse par décision et 2 par classement comptent comme des réponses. "
        f"Sans elles : 74{PERCENT} (40 sur 54) dans les temps."
    )
    assert not any("classement" in label for label in summary_with(SETTLED))
    assert not any("classement" in note for note in page_with().notes)


def test_every_cohort_has_its_column_and_its_services() -> None:
    week = cohort(period=parse_period("2026-W45"), by_service=(ServiceLine(None, SETTLED, CURVE, CURVE),))
    page = page_with(sections=(week, cohort()))
    [table] = page.sections[0].blocks

    assert isinstance(table, Table)
    assert table.leading
    assert [column.title for column in table.columns] == [
        "",
        "semaine 45, du 02/11/2026 au 08/11/2026",
        "année 2026",
    ]
    assert rows_of(page, "Par service – semaine 45")[0] == (
        Cell("(non attribuées)"),
        Cell(f"79,6{PERCENT} (43 sur 54)", Fraction(43, 54)),
        Bar(Fraction(43, 54), TARGET),
        Cell("11", 11),
        Cell("0", 0),
        Cell("4 j", 4),
    )
    assert rows_of(page, "Par service – année")[0][0] == Cell("aucune demande")


def month(
    name: str, counts: Population, former: Population | None = None, finality: Finality = FINAL
) -> PeriodLine:
    return PeriodLine(parse_period(name), parse_period(name), counts, CURVE, finality, former)


def test_each_line_of_a_series_says_whether_it_is_provisional_and_what_the_year_before_gave() -> None:
    uncovered = Finality((Missing.COLLECTION,), is_covered=False)
    lines = (
        month("2026-09", SETTLED, former=Population(met=3, missed=1)),
        month("2026-10", SETTLED, finality=Finality((Missing.DUE,))),
        month("2026-11", SETTLED, finality=uncovered, former=Population()),
    )
    said = rows_of(page_with(sections=(cohort(by_period=lines),)), "Au fil")
    alone = rows_of(page_with(sections=(cohort(by_period=lines[1:2] * 2),)), "Au fil")

    assert [[cell.text for cell in row[-2:] if isinstance(cell, Cell)] for row in said] == [
        ["définitif", "3 sur 4"],
        ["provisoire", ""],
        ["non couvert", "aucune demande"],
    ]
    assert len(alone[0]) == len(said[0]) - 1, "nothing is known of the year before"


def test_promises_have_a_table_only_when_there_are_others_and_periods_when_there_are_several() -> None:
    few = Population(met=1, missed=1)
    line = PromiseLine(Promise(COMPLAINTS), few, 2, Finality())
    months = [month(name, few) for name in ("2026-10", "2026-11")]
    one = page_with(sections=(cohort(by_period=months[:1]),))
    two = page_with(sections=(cohort(promises=(line,), by_period=tuple(months)),))

    headings = {section.heading for section in two.sections} - {section.heading for section in one.sections}
    assert headings == {"Autres engagements – année 2026", "Au fil de la période"}
    assert [row[:3] for row in rows_of(two, "Au fil")] == [
        (Cell("octobre 2026", "2026-10"), Cell("1 sur 2"), NOTHING),
        (Cell("novembre 2026", "2026-11"), Cell("1 sur 2"), NOTHING),
    ]


def test_the_outlook_says_what_is_needed_of_those_that_wait() -> None:
    assert outlook_with(waiting=18, needed=10)[0].startswith("10 des 18 demandes en attente")
    assert outlook_with(needed=None)[0].startswith("Même si toutes")
    assert outlook_with(waiting=0)[0].startswith("20 demandes à échoir cette année sont encore attendues")


def test_the_outlook_says_on_what_the_volume_rests_and_what_may_still_be_missed() -> None:
    assert "le rythme de cette année" in outlook_with()[0]
    assert "les mêmes semaines de l'an dernier" in outlook_with(volume_basis=VolumeBasis.LAST_YEAR)[0]
    assert (
        outlook_with(may_lose=1)[1]
        == "Ces demandes attendues comprises, 1 demande peut encore être manquée cette année."
    )
    assert outlook_with(may_lose=-1)[1] == "À ce volume, l'objectif de l'année ne peut plus être atteint."


def test_the_outlook_says_where_the_year_lands_and_when_the_target_is_lost_unless_it_is() -> None:
    week = parse_period("2026-W50")

    assert len(outlook_with()) == 2
    assert outlook_with(landing=LANDING)[2] == (
        f"Au rythme présent, l'année finirait à 84{PERCENT} "
        f"(de 79,7{PERCENT} à 86,3{PERCENT}, 19 chances sur 20)."
    )
    assert outlook_with(out_of_reach_from=week)[2].startswith("À ce rythme, l'objectif ne pourra plus")
    assert len(outlook_with(out_of_reach_from=week, may_lose=-1)) == 2


def test_lists_say_how_many_there_are_and_how_many_are_follow_ups() -> None:
    late, again = judged(), judged("b" * 12, follow_up=True)
    page = page_with(overdue=all_overdue([late, again]))

    assert (
        section_of(page, "Demandes en retard").heading
        == "Demandes en retard, sans réponse : 2 (dont 1 suite)"
    )
    assert section_of(page, "Échéance dans") == Section("Échéance dans les trois jours ouvrés : 0")
    subjects = [row[-1] for row in rows_of(page, "Demandes en retard")]
    assert subjects == [Cell("Suspension de permis"), Cell("Suspension de permis (suite)")]


def test_a_long_list_is_cut_and_says_so_and_its_count_is_whole() -> None:
    many = tuple(judged(f"{number:012}") for number in range(MOST_ROWS + 2))
    cut, whole = (
        section_of(page_with(overdue=all_overdue(many)), "Demandes"),
        section_of(page_with(soon=many[2:]), "Échéance"),
    )

    assert cut.heading.endswith(f": {MOST_ROWS + 2}")
    assert len(rows_of(page_with(overdue=all_overdue(many)), "Demandes")) == MOST_ROWS
    assert cut.blocks[1:] == (Line("… et 2 de plus : « mailsla requests --state overdue ».", Emphasis.DIM),)
    assert whole.blocks[1:] == ()


def test_a_star_marks_the_requests_about_which_a_person_decided() -> None:
    first, second = judged("a" * 12), judged("b" * 12)
    page = page_with(overdue=all_overdue([first, second]), decided=frozenset({"b" * 12}))

    assert [row[0] for row in rows_of(page, "Demandes")] == [
        Cell("maaaaaaaa", "a" * 12),
        Cell("mbbbbbbbb*", "b" * 12),
    ]


def test_what_was_no_request_and_the_follow_ups_are_noted_only_when_there_are_some() -> None:
    plain = page_with().notes
    full = page_with(
        not_requests=(("spam", 6), ("receipt", 2)),
        sections=(cohort(follow_ups=Population(met=1, waiting=1)),),
    ).notes

    assert len(plain) == 1
    assert full == (
        "Ne sont pas des demandes, sur la période la plus longue : 6\u00a0indésirables, 2\u00a0accusés de lecture.",
        "2 suites de demandes déjà traitées, comptées à part.",
        *plain,
    )


def test_every_row_is_as_long_as_its_columns_are_many() -> None:
    lines = (PromiseLine(Promise(COMPLAINTS), SETTLED, 2, Finality()),)
    months = tuple(month(name, SETTLED, former=SETTLED) for name in ("2026-10", "2026-11"))
    services = (ServiceLine("Permis", SETTLED, CURVE, CURVE),)
    full = cohort(period=YEAR, promises=lines, by_period=months, by_service=services)
    page = page_with(sections=(cohort(), full), overdue=all_overdue([judged()]))
    tables = [block for section in page.sections for block in section.blocks if isinstance(block, Table)]

    assert len(tables) == 7
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
