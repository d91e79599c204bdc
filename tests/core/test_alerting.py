"""Alerts: at the right time, to the right person, once at each level."""

from __future__ import annotations

from datetime import date, time

import pytest

from mailsla.core.alerts.digests import AlertRule, Digest, digests
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.pairing.derivation import derive
from mailsla.core.rate.standard import Standard
from tests.factories import OFFICE, PROMISE, RULES, clock, mail, paris, reply, working_calendar

RULE = AlertRule()
FOREIGNERS = "etrangers@pref.example.fr"
HEAD = "chef.etrangers@pref.example.fr"


def due(
    *mails: Mail,
    now: str,
    announced: set[tuple[str, str]] | None = None,
    rule: AlertRule = RULE,
    doubtful: set[str] | None = None,
) -> tuple[Digest, ...]:
    return digests(
        derive(mails, RULES).requests,
        announced=announced or set(),
        doubtful=doubtful or set(),
        standard=Standard(clock(), {"information": PROMISE}),
        office=OFFICE,
        rule=rule,
        now=paris(now),
    )


ASKED = mail("2026-10-29 10:00", to=FOREIGNERS)  # due on Thursday 12 November; the 11th is a holiday


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
        ("2026-12-10 08:00", "overdue", -20),
        ("2026-12-11 08:00", None, None),  # overdue for too long: only reported
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


def test_a_level_is_announced_once_and_never_goes_back() -> None:
    key = ASKED.key

    assert due(ASKED, now="2026-11-10 09:00", announced={(key, "before-1")}) == ()
    assert len(due(ASKED, now="2026-11-10 09:00", announced={(key, "before-3")})) == 1
    assert due(ASKED, now="2026-11-09 09:00", announced={(key, "before-1")}) == ()
    assert due(ASKED, now="2026-11-13 09:00", announced={(key, "overdue")}) == ()


def test_an_answered_request_is_no_longer_announced() -> None:
    assert due(ASKED, reply("2026-11-12 17:00", ASKED), now="2026-11-13 09:00") == ()


def test_a_head_gets_one_digest_the_most_urgent_first() -> None:
    other = mail("2026-10-30 10:00", to=FOREIGNERS, by="claude.petit@example.net")

    [digest] = due(other, ASKED, now="2026-11-13 09:00")

    assert [notice.level for notice in digest.notices] == ["overdue", "before-1"]
    assert digest.on == date(2026, 11, 13)


def test_each_head_gets_only_the_requests_of_its_service() -> None:
    permits = mail("2026-10-29 10:00", to="permis@pref.example.fr", by="claude.petit@example.net")

    found = due(ASKED, permits, now="2026-11-13 09:00")

    assert [(digest.recipient, len(digest.notices)) for digest in found] == [
        (HEAD, 1),
        ("chef.permis@pref.example.fr", 1),
    ]


def test_requests_that_no_service_has_go_to_whoever_the_site_names() -> None:
    asked = mail("2026-10-29 10:00")

    assert due(asked, now="2026-11-13 09:00") == ()
    [digest] = due(asked, now="2026-11-13 09:00", rule=AlertRule(unassigned="qualite@pref.example.fr"))
    assert digest.recipient == "qualite@pref.example.fr"


def test_what_came_from_an_archive_is_never_announced() -> None:
    copy = Copy("archives", "2025.mbox", MailboxRole.INBOX, paris("2026-10-29 10:00"), imported=True)
    live = Copy("contact", "INBOX", MailboxRole.INBOX, paris("2026-10-29 10:00"))

    assert due(mail("2026-10-29 10:00", to=FOREIGNERS, copies=[copy]), now="2026-11-13 09:00") == ()
    assert len(due(mail("2026-10-29 10:00", to=FOREIGNERS, copies=[copy, live]), now="2026-11-13 09:00")) == 1


def test_a_request_that_a_doubtful_reply_may_answer_says_so() -> None:
    [digest] = due(ASKED, now="2026-11-13 09:00", doubtful={ASKED.key})

    assert digest.notices[0].doubtful


def test_the_hour_is_the_site_s_own() -> None:
    tahiti = working_calendar(zone="Pacific/Tahiti")
    found = digests(
        derive([ASKED], RULES).requests,
        announced=set(),
        doubtful=set(),
        standard=Standard(clock(tahiti), {"information": PROMISE}),
        office=OFFICE,
        rule=AlertRule(send_at=time(8)),
        now=paris("2026-11-13 18:59"),  # 07:59 in Papeete
    )

    assert found == ()
