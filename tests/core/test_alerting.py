"""Alerts: at the right time, to the right person, once at each level of each due date, then once a week."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from mailsla.core.alerts.digests import digests
from mailsla.core.alerts.memory import Memory, Recall, Told
from mailsla.core.alerts.recipients import Contacts, Ladder
from mailsla.core.alerts.terms import BACKLOG, AlertRule
from mailsla.core.clock.commitment import Unit
from mailsla.core.mail.copies import Copy, MailboxRole
from mailsla.core.pairing.derivation import derive
from tests.core.alerting import ASKED, FOREIGNERS, HEAD, LICENCES_HEAD, REFERENT, due, due_of, levels, terms
from tests.factories import PROMISE, RULES, mail, paris, reply, working_calendar

DUE = date(2026, 11, 12)


def told(level: str, on: str, *, to: str = HEAD, due_on: date | None = DUE) -> list[Told]:
    return [Told(ASKED.key, to, level, due_on, date.fromisoformat(on))]


@pytest.mark.parametrize(
    ("now", "level", "remaining"),
    [
        ("2026-11-05 09:00", None, None),  # 4 working days left
        ("2026-11-06 09:00", "before-3", 3),
        ("2026-11-09 07:59", None, None),
        ("2026-11-09 08:00", "before-3", 2),
        ("2026-11-10 08:00", "before-1", 1),
        ("2026-11-12 08:00", "before-1", 0),
        ("2026-11-13 08:00", "overdue", -1),
        ("2026-11-14 08:00", None, None),  # Saturday
        ("2026-11-11 08:00", None, None),  # holiday
        ("2027-11-10 08:00", "overdue", -252),
    ],
)
def test_the_level_follows_the_working_days_left(now: str, level: str | None, remaining: int | None) -> None:
    found = due(ASKED, now=now)

    if level is None:
        assert found == ()
    else:
        [digest] = found
        [notice] = digest.notices
        assert (digest.recipient, notice.level, notice.remaining) == (HEAD, level, remaining)


def test_three_working_days_before_is_counted_over_a_weekend() -> None:
    asked = mail("2026-06-01 10:00", to=FOREIGNERS)  # due on Friday 12 June

    assert due(asked, now="2026-06-08 08:00") == ()
    assert due(asked, now="2026-06-09 08:00")[0].notices[0].remaining == 3


@pytest.mark.parametrize("due_on", [DUE, None])
def test_a_level_is_told_once_and_never_goes_back(due_on: date | None) -> None:
    """Also where the due date that was said is not known: an earlier version did not note it."""
    late, early = (
        told(level, on, due_on=due_on)
        for level, on in (("before-1", "2026-11-10"), ("before-3", "2026-11-06"))
    )

    assert levels(ASKED, now="2026-11-12 09:00", told=late) == []
    assert levels(ASKED, now="2026-11-09 09:00", told=early) == []
    assert levels(ASKED, now="2026-11-10 09:00", told=early) == ["before-1"]
    assert levels(ASKED, now="2026-11-13 09:00", told=late) == ["overdue"]
    assert levels(ASKED, now="2026-11-13 17:00", told=told("overdue", "2026-11-13", due_on=due_on)) == []


def test_what_is_overdue_is_recalled_on_the_first_working_day_of_every_week_without_limit_of_age() -> None:
    known = told("overdue", "2026-11-13")

    assert levels(ASKED, now="2026-11-16 07:59", told=known) == []
    assert levels(ASKED, now="2026-11-16 08:00", told=known) == ["overdue"]
    known += told("overdue", "2026-11-16")
    assert [levels(ASKED, now=f"2026-11-{day} 08:00", told=known) for day in range(16, 21)] == 5 * [[]]
    assert levels(ASKED, now="2026-11-23 08:00", told=known) == ["overdue"]
    assert levels(ASKED, now="2027-03-29 08:00", told=known) == []  # Easter Monday
    assert levels(ASKED, now="2027-03-30 08:00", told=known) == ["overdue"]


def test_a_recall_that_could_not_leave_on_monday_leaves_on_the_next_working_day() -> None:
    assert levels(ASKED, now="2026-11-17 08:00", told=told("overdue", "2026-11-13")) == ["overdue"]


def test_a_due_date_that_moves_is_told_where_its_new_place_asks_for_it_and_only_there() -> None:
    later = working_calendar(
        closures=("2026-11-09", "2026-11-10", "2026-11-12")
    )  # due on Tuesday 17 November
    warned = told("before-3", "2026-11-06")

    assert levels(ASKED, now="2026-11-13 08:00", told=warned, calendar=later) == ["before-3"]
    warned += told("before-3", "2026-11-13", due_on=date(2026, 11, 17))
    assert levels(ASKED, now="2026-11-13 17:00", told=warned, calendar=later) == []
    assert levels(ASKED, now="2026-11-16 08:00", told=warned, calendar=later) == ["before-1"]


def test_a_due_date_that_comes_nearer_within_a_level_is_told() -> None:
    earlier = told("before-3", "2026-11-09", due_on=date(2026, 11, 13))

    assert levels(ASKED, now="2026-11-09 17:00", told=earlier) == ["before-3"]


def test_what_was_overdue_by_the_former_date_and_is_not_by_the_new_one_is_warned_of_anew() -> None:
    closed = ("2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17")
    longer = working_calendar(closures=closed)  # due on the 18th
    known = told("overdue", "2026-11-13")

    assert levels(ASKED, now="2026-11-18 08:00", told=known, calendar=longer) == ["before-1"]
    assert levels(ASKED, now="2026-11-19 08:00", told=known, calendar=longer) == ["overdue"]


def test_what_is_overdue_by_both_dates_is_not_told_again_that_week() -> None:
    closed = working_calendar(closures=("2026-11-09",))  # declared later still: due on the 13th

    assert levels(ASKED, now="2026-11-19 08:00", told=told("overdue", "2026-11-16"), calendar=closed) == []


def test_a_new_owner_is_told_at_once_and_the_former_one_no_more() -> None:
    handed = reply("2026-11-09 09:00", ASKED)
    handed = mail(
        "2026-11-09 09:00",
        by=FOREIGNERS,
        to="permis@pref.example.fr",
        subject=f"TR : {ASKED.header.subject}",
        references=(ASKED.header.message_id or "",),
    )

    [digest] = due(ASKED, handed, now="2026-11-10 08:00", told=told("before-1", "2026-11-10"))

    assert (digest.recipient, digest.notices[0].level) == (LICENCES_HEAD, "before-1")


def test_whoever_has_a_mail_of_the_day_is_told_nothing_more_and_others_are() -> None:
    other = mail("2026-10-29 11:00", to="permis@pref.example.fr", by="claude.petit@example.net")

    [digest] = due(ASKED, other, now="2026-11-13 09:00", taken={HEAD})

    assert digest.recipient == LICENCES_HEAD


@pytest.mark.parametrize(
    ("now", "told_to"),
    [("2026-11-06", [REFERENT]), ("2026-11-09", [HEAD, REFERENT]), ("2026-11-10", [HEAD, REFERENT])],
)
def test_who_asked_to_be_told_again_is_from_that_day_on_and_nobody_else_is_kept_waiting(
    now: str, told_to: list[str]
) -> None:
    contacts = Contacts(HEAD, also=(REFERENT,))
    at, requests = paris(f"{now} 08:00"), derive([ASKED], RULES).requests
    by = terms(AlertRule(contacts={requests[0].service or "": contacts}), now=at)
    recalls = [Recall(ASKED.key, HEAD.replace("@", "+alertes@"), date(2026, 11, day)) for day in (9, 6)]

    memory = Memory(told("before-3", "2026-11-05"), recalls)
    found = digests(requests, memory=memory, doubtful=(), terms=by, now=at)

    assert [digest.recipient for digest in found] == told_to


@pytest.mark.parametrize(
    ("now", "told_to"),
    [("2026-11-06", []), ("2026-11-09", [HEAD, REFERENT]), ("2026-11-10", [HEAD, REFERENT])],
)
def test_what_is_kept_back_for_everybody_is_told_to_everybody_from_its_day_on(
    now: str, told_to: list[str]
) -> None:
    at, requests = paris(f"{now} 08:00"), derive([ASKED], RULES).requests
    contacts = Contacts(HEAD, also=(REFERENT,))
    by = terms(AlertRule(contacts={requests[0].service or "": contacts}), now=at)

    memory = Memory(told("before-3", "2026-11-05"), [Recall(ASKED.key, "", date(2026, 11, 9))])
    found = digests(requests, memory=memory, doubtful=(), terms=by, now=at)

    assert [digest.recipient for digest in found] == told_to


@pytest.mark.parametrize(
    ("for_everybody", "told_to"),
    [(6, {9: [REFERENT], 10: [HEAD, REFERENT]}), (10, {9: [], 10: [HEAD, REFERENT]})],
)
def test_whoever_asked_himself_too_is_told_again_from_the_later_of_both_days(
    for_everybody: int, told_to: dict[int, list[str]]
) -> None:
    requests, contacts = derive([ASKED], RULES).requests, Contacts(HEAD, also=(REFERENT,))
    recalls = [
        Recall(ASKED.key, HEAD, date(2026, 11, 10)),
        Recall(ASKED.key, "", date(2026, 11, for_everybody)),
    ]
    found = {}
    for day in told_to:
        at = paris(f"2026-11-{day:02} 08:00")
        by = terms(AlertRule(contacts={requests[0].service or "": contacts}), now=at)
        memory = Memory(told("before-3", "2026-11-05"), recalls)
        found[day] = [
            digest.recipient for digest in digests(requests, memory=memory, doubtful=(), terms=by, now=at)
        ]

    assert found == told_to


def test_an_answered_request_is_no_longer_announced() -> None:
    assert due(ASKED, reply("2026-11-12 17:00", ASKED), now="2026-11-13 09:00") == ()


def test_an_excluded_request_is_no_longer_announced() -> None:
    [request] = derive([ASKED], RULES).requests
    now = paris("2026-11-13 09:00")

    assert len(due_of([request], terms(now=now), now)) == 1
    assert due_of([request._replace(excluded="sans objet")], terms(now=now), now) == ()


@pytest.mark.parametrize(
    ("last", "is_told"),
    [
        ("2026-11-13 08:59", True),
        ("2026-11-12 00:01", True),
        ("2026-11-10 23:59", False),  # the 11th is a holiday: two working days
    ],
)
def test_nothing_is_told_of_an_account_that_nobody_read_for_longer_than_one_working_day(
    last: str, is_told: bool
) -> None:
    assert bool(due(ASKED, now="2026-11-13 09:00", last=last)) is is_told


def test_the_days_on_which_nobody_works_do_not_count_for_an_account_that_is_not_read() -> None:
    assert due(ASKED, now="2026-11-16 09:00", last="2026-11-13 08:00")
    assert not due(ASKED, now="2026-11-17 09:00", last="2026-11-13 08:00")


def test_what_lies_in_accounts_that_are_collected_no_longer_is_not_told_of() -> None:
    copy = Copy("ancien", "INBOX", MailboxRole.INBOX, paris("2026-10-29 10:00"))
    live = Copy("contact", "INBOX", MailboxRole.INBOX, paris("2026-10-29 10:00"))

    assert due(mail("2026-10-29 10:00", to=FOREIGNERS, copies=[copy]), now="2026-11-13 09:00") == ()
    assert len(due(mail("2026-10-29 10:00", to=FOREIGNERS, copies=[copy, live]), now="2026-11-13 09:00")) == 1


def test_what_was_overdue_as_its_account_was_first_read_is_summed_up_once_to_the_referent_alone() -> None:
    soon = mail("2026-11-02 10:00", to=FOREIGNERS, by="claude.petit@example.net")
    rule = AlertRule(ladder=Ladder(REFERENT))
    first = paris("2026-11-13 08:30")

    [head, referent] = due(ASKED, soon, now="2026-11-13 09:00", first=first, rule=rule)

    assert (head.recipient, [item.request.key for item in head.notices]) == (HEAD, [soon.key])
    assert (head.backlog, referent.recipient, referent.notices) == ((), REFERENT, ())
    assert [(item.key, item.service, item.due_on) for item in referent.backlog] == [
        (ASKED.key, "Étrangers", DUE)
    ]
    told_once = [item for digest in (head, referent) for item in digest.told]
    assert (ASKED.key, REFERENT, BACKLOG) in [item[:3] for item in told_once]
    later = due(ASKED, soon, now="2026-11-18 09:00", first=first, rule=rule, told=told_once)
    assert [(item.recipient, [of.request.key for of in item.notices]) for item in later] == [
        (HEAD, [soon.key])
    ]


def test_without_a_referent_nobody_is_told_of_what_was_overdue_from_the_start() -> None:
    assert due(ASKED, now="2026-11-13 09:00", first=paris("2026-11-13 08:30")) == ()


def test_what_fell_due_after_its_account_was_first_read_is_the_head_s() -> None:
    assert levels(ASKED, now="2026-11-13 09:00", first=paris("2026-11-12 23:59")) == ["overdue"]


def test_the_summary_waits_until_every_account_is_read_again() -> None:
    now, rule = "2026-11-17 09:00", AlertRule(ladder=Ladder(REFERENT))
    asked = mail("2026-10-01 10:00", to=FOREIGNERS)

    assert due(asked, now=now, first=paris("2026-11-12 09:00"), last="2026-11-13 09:00", rule=rule) == ()
    assert due(asked, now=now, first=paris("2026-11-12 09:00"), last="2026-11-16 09:00", rule=rule)


def test_a_head_gets_one_digest_the_most_urgent_first() -> None:
    other = mail("2026-10-30 10:00", to=FOREIGNERS, by="claude.petit@example.net")

    [digest] = due(other, ASKED, now="2026-11-13 09:00")

    assert [notice.level for notice in digest.notices] == ["overdue", "before-1"]
    assert digest.on == date(2026, 11, 13)
    assert digest.told == (
        Told(ASKED.key, HEAD, "overdue", DUE, digest.on),
        Told(other.key, HEAD, "before-1", date(2026, 11, 13), digest.on),
    )


def test_each_head_gets_only_the_requests_of_its_service() -> None:
    permits = mail("2026-10-29 10:00", to="permis@pref.example.fr", by="claude.petit@example.net")

    found = due(ASKED, permits, now="2026-11-13 09:00")

    assert [(digest.recipient, len(digest.notices)) for digest in found] == [(HEAD, 1), (LICENCES_HEAD, 1)]


def test_requests_that_no_service_has_go_to_whoever_the_site_names_or_to_the_referent() -> None:
    asked, now = mail("2026-10-29 10:00"), "2026-11-13 09:00"

    assert due(asked, now=now) == ()
    for rule in (AlertRule(ladder=Ladder(REFERENT)), AlertRule(ladder=Ladder(HEAD, REFERENT))):
        assert [digest.recipient for digest in due(asked, now=now, rule=rule)] == [REFERENT]


def test_what_came_from_an_archive_is_never_announced() -> None:
    copy = Copy("archives", "2025.mbox", MailboxRole.INBOX, paris("2026-10-29 10:00"), imported=True)
    live = Copy("contact", "INBOX", MailboxRole.INBOX, paris("2026-10-29 10:00"))

    assert due(mail("2026-10-29 10:00", to=FOREIGNERS, copies=[copy]), now="2026-11-13 09:00") == ()
    assert len(due(mail("2026-10-29 10:00", to=FOREIGNERS, copies=[copy, live]), now="2026-11-13 09:00")) == 1


def test_a_request_that_a_doubtful_reply_may_answer_says_so() -> None:
    [digest] = due(ASKED, now="2026-11-13 09:00", doubtful={ASKED.key})

    assert digest.notices[0].doubtful


def test_a_promise_in_calendar_days_that_is_due_on_a_sunday_is_told_of_on_the_friday_before() -> None:
    of_days = PROMISE.__class__(
        "information", 10, PROMISE.comparison, PROMISE.target, unit=Unit.CALENDAR_DAYS
    )
    asked = mail("2026-11-06 10:00", to=FOREIGNERS)  # due on Sunday 15 November

    [digest] = due(asked, now="2026-11-13 09:00", promise=of_days)

    assert [(item.level, item.remaining, item.verdict.due_on) for item in digest.notices] == [
        ("before-1", 0, date(2026, 11, 15))
    ]
    assert levels(asked, now="2026-11-16 09:00", promise=of_days) == ["overdue"]


def test_the_hour_is_the_site_s_own() -> None:
    now = paris("2026-11-13 18:59")  # 07:59 in Papeete
    tahiti = terms(AlertRule(send_at=time(8)), now=now, calendar=working_calendar(zone="Pacific/Tahiti"))
    requests = derive([ASKED], RULES).requests

    assert due_of(requests, tahiti, now) == ()
    assert len(due_of(requests, tahiti, now + timedelta(minutes=1))) == 1
