"""Alerts where the site's services, levels and order are not the usual ones."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import permutations

import pytest

from mailsla.core.alerts.digests import AlertRule, Digest, Notice, digests
from mailsla.core.alerts.outgoing import DIGEST, Outgoing, message_id
from mailsla.core.mail.copies import Mail
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.standard import Standard
from tests.factories import OFFICE, PROMISE, RULES, clock, mail, paris, reply

HEAD = "chef.etrangers@pref.example.fr"
FOREIGNERS = "etrangers@pref.example.fr"
WITHOUT_HEAD = Service("Étrangers", (FOREIGNERS,))
ASKED = mail("2026-10-29 10:00", to=FOREIGNERS)  # due on Thursday 12 November; the 11th is a holiday


def due(
    *mails: Mail,
    now: str = "2026-11-13 09:00",
    office: Office = OFFICE,
    rules: PairingRules = RULES,
    announced: tuple[tuple[str, str], ...] = (),
    rule: AlertRule,
) -> tuple[Digest, ...]:
    return digests(
        derive(mails, rules).requests,
        announced=announced,
        doubtful=(),
        standard=Standard(clock(), {"information": PROMISE}),
        office=office,
        rule=rule,
        now=paris(now),
    )


def levels(*mails: Mail, now: str, rule: AlertRule, announced: tuple[str, ...] = ()) -> list[str]:
    known = tuple((ASKED.key, level) for level in announced)
    return [
        notice.level
        for digest in due(*mails, now=now, rule=rule, announced=known)
        for notice in digest.notices
    ]


@pytest.mark.parametrize("services", [(), (WITHOUT_HEAD,)])
def test_a_service_that_is_gone_or_has_no_head_leaves_its_requests_to_whoever_the_site_names(
    services: tuple[Service, ...],
) -> None:
    office = Office(domains=("pref.example.fr",), services=services)

    assert due(ASKED, office=office, rule=AlertRule()) == ()
    [digest] = due(ASKED, office=office, rule=AlertRule(unassigned="qualite@pref.example.fr"))
    assert (digest.recipient, len(digest.notices)) == ("qualite@pref.example.fr", 1)


def test_a_request_that_no_service_has_is_never_looked_for_among_services() -> None:
    nameless = Service(None, head=HEAD)  # type: ignore[arg-type]  # (as no configuration can say it)
    office = Office(domains=("pref.example.fr",), services=(nameless,))

    assert due(mail("2026-10-29 10:00"), office=office, rule=AlertRule()) == ()


@pytest.mark.parametrize("days", [(1, 3), (3, 1)])
def test_levels_may_be_declared_in_any_order(days: tuple[int, ...]) -> None:
    rule = AlertRule(working_days_before=days)

    assert levels(ASKED, now="2026-11-06 09:00", rule=rule) == ["before-3"]
    assert levels(ASKED, now="2026-11-10 09:00", rule=rule) == ["before-1"]
    assert levels(ASKED, now="2026-11-10 09:00", rule=rule, announced=("before-3",)) == ["before-1"]
    assert levels(ASKED, now="2026-11-09 09:00", rule=rule, announced=("before-1",)) == []
    assert levels(ASKED, now="2026-11-13 09:00", rule=rule, announced=("before-3", "before-1")) == ["overdue"]


def test_with_other_levels_others_are_announced() -> None:
    rule = AlertRule(working_days_before=(4, 0), overdue_within=1)

    assert levels(ASKED, now="2026-11-05 09:00", rule=rule) == ["before-4"]
    assert levels(ASKED, now="2026-11-12 09:00", rule=rule) == ["before-0"]
    assert levels(ASKED, now="2026-11-13 09:00", rule=rule) == ["overdue"]
    assert levels(ASKED, now="2026-11-16 09:00", rule=rule) == []


def test_without_any_level_only_what_is_overdue_is_announced() -> None:
    rule = AlertRule(working_days_before=())

    assert levels(ASKED, now="2026-11-12 09:00", rule=rule) == []
    assert levels(ASKED, now="2026-11-13 09:00", rule=rule) == ["overdue"]


def test_an_answered_request_hides_none_of_those_that_follow() -> None:
    answered = mail("2026-10-28 10:00", to=FOREIGNERS, by="claude.petit@example.net")

    [digest] = due(answered, reply("2026-10-30 10:00", answered), ASKED, rule=AlertRule())

    assert [notice.request.key for notice in digest.notices] == [ASKED.key]


def test_digests_are_by_recipient_and_notices_by_due_date_then_receipt_then_key() -> None:
    """Shown in the same order whatever the order in which requests come."""
    mails = [
        ASKED,
        mail("2026-10-28 10:00", to=FOREIGNERS, by="a@example.net"),
        mail("2026-10-28 09:00", to=FOREIGNERS, by="b@example.net"),
        mail("2026-10-28 10:00", to=FOREIGNERS, by="c@example.net"),
        mail("2026-10-28 10:00", to="permis@pref.example.fr", by="d@example.net"),
    ]
    requests = derive(mails, RULES).requests

    def listed(order: list[int]) -> list[tuple[str, list[str]]]:
        found = digests(
            [requests[index] for index in order],
            announced=(),
            doubtful=(),
            standard=Standard(clock(), {"information": PROMISE}),
            office=OFFICE,
            rule=AlertRule(),
            now=paris("2026-11-13 09:00"),
        )
        return [(digest.recipient, [notice.request.key for notice in digest.notices]) for digest in found]

    first, last = sorted((mails[1].key, mails[3].key))
    expected = [
        (HEAD, [mails[2].key, first, last, ASKED.key]),
        ("chef.permis@pref.example.fr", [mails[4].key]),
    ]
    assert all(listed([*order]) == expected for order in permutations(range(5)))


def test_nothing_is_sent_before_the_hour_and_at_the_hour_it_is() -> None:
    rule = AlertRule(send_at=time(9, 30))

    assert due(ASKED, now="2026-11-13 09:29", rule=rule) == ()
    assert len(due(ASKED, now="2026-11-13 09:30", rule=rule)) == 1


def test_a_notice_is_not_doubtful_unless_said_so() -> None:
    [digest] = due(ASKED, rule=AlertRule())

    assert not digest.notices[0].doubtful
    assert not Notice(digest.notices[0].request, "overdue", digest.notices[0].verdict, -1).doubtful


def test_the_usual_rule() -> None:
    assert AlertRule() == AlertRule(
        working_days_before=(3, 1), send_at=time(8, 0), overdue_within=20, unassigned=None
    )


def test_a_mail_s_id_is_the_same_at_every_try_and_another_for_each_recipient_purpose_and_day() -> None:
    day = date(2026, 11, 13)
    first = message_id(HEAD, DIGEST, day, "pref.example.fr")

    assert first == "mailsla.20261113.30f407bb2326ce86b4f002ed@pref.example.fr"
    assert first == message_id(HEAD, DIGEST, day, "pref.example.fr")
    assert first.partition("@")[0] not in {
        message_id(FOREIGNERS, DIGEST, day, "").rstrip("@"),
        message_id(HEAD, "alarm", day, "").rstrip("@"),
        message_id(HEAD, DIGEST, day + timedelta(days=1), "").rstrip("@"),
    }


def test_a_mail_that_is_not_in_the_outbox_has_no_number_and_was_never_tried() -> None:
    outgoing = Outgoing("id", HEAD, DIGEST, date(2026, 11, 13), "Alertes", "texte")

    assert (outgoing.number, outgoing.attempts) == (0, 0)
