"""Alerts where the site's services, levels and order are not the usual ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import permutations

import pytest

from mailsla.core.alerts.digests import Notice
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DIGEST, Outgoing, message_id
from mailsla.core.alerts.recipients import Contacts, Deputy, Ladder, recipients
from mailsla.core.alerts.terms import AlertRule
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.pairing.derivation import derive
from tests.core.alerting import ASKED, FOREIGNERS, HEAD, REFERENT, due, due_of, levels, terms
from tests.factories import RULES, mail, paris, reply

WITHOUT_HEAD = Service("Étrangers", (FOREIGNERS,))
NOW = "2026-11-13 09:00"


@pytest.mark.parametrize("services", [(), (WITHOUT_HEAD,)])
def test_a_service_that_is_gone_or_has_no_head_leaves_its_requests_to_whoever_the_site_names(
    services: tuple[Service, ...],
) -> None:
    office = Office(domains=("pref.example.fr",), services=services)

    assert due(ASKED, now=NOW, office=office) == ()
    [digest] = due(ASKED, now=NOW, office=office, rule=AlertRule(ladder=Ladder(unassigned=REFERENT)))
    assert (digest.recipient, len(digest.notices)) == (REFERENT, 1)


def test_a_request_that_no_service_has_is_never_looked_for_among_services() -> None:
    nameless = Service(None, head=HEAD)  # type: ignore[arg-type]  # (as no configuration can say it)
    office = Office(domains=("pref.example.fr",), services=(nameless,))

    assert due(mail("2026-10-29 10:00"), now=NOW, office=office) == ()


def test_of_a_service_without_anybody_nobody_is_told_until_the_site_names_somebody_for_all() -> None:
    away = Deputy("adjointe@pref.example.fr", date(2026, 11, 16), date(2026, 11, 20))
    contacts = {"Permis": Contacts(HEAD), "Étrangers": Contacts(deputies=(away,)), "Titres": Contacts()}
    rule = AlertRule(contacts=contacts, ladder=Ladder(secretary_general="sg@pref.example.fr"))

    before, meanwhile = date(2026, 11, 13), date(2026, 11, 16)
    assert rule.without_head(before) == ("Étrangers", "Titres")
    assert rule.without_head(meanwhile) == ("Titres",)
    # The secretary general is told of what is late alone.
    assert rule.untold(before) == {"Étrangers", "Titres", None}
    assert rule.untold(meanwhile) == {"Titres", None}
    assert replace(rule, ladder=Ladder(REFERENT)).untold(before) == set()
    assert replace(rule, ladder=Ladder(unassigned=REFERENT)).untold(before) == set()


@pytest.mark.parametrize("days", [(1, 3), (3, 1)])
def test_levels_may_be_declared_in_any_order(days: tuple[int, ...]) -> None:
    rule = AlertRule(working_days_before=days)

    found = [levels(ASKED, now=f"2026-11-{day} 09:00", rule=rule) for day in ("05", "06", "10", "13")]

    assert found == [[], ["before-3"], ["before-1"], ["overdue"]]


def test_with_other_levels_others_are_announced() -> None:
    rule = AlertRule(working_days_before=(4, 0))
    before = Told(ASKED.key, HEAD, "before-5", date(2026, 11, 12), date(2026, 11, 4))

    assert levels(ASKED, now="2026-11-05 09:00", rule=rule, told=[before]) == ["before-4"]
    assert levels(ASKED, now="2026-11-12 09:00", rule=rule) == ["before-0"]
    assert levels(ASKED, now="2026-11-13 09:00", rule=rule) == ["overdue"]


def test_without_any_level_only_what_is_overdue_is_announced() -> None:
    rule = AlertRule(working_days_before=())

    assert levels(ASKED, now="2026-11-12 09:00", rule=rule) == []
    assert levels(ASKED, now="2026-11-13 09:00", rule=rule) == ["overdue"]


def test_an_answered_request_hides_none_of_those_that_follow() -> None:
    answered = mail("2026-10-28 10:00", to=FOREIGNERS, by="claude.petit@example.net")

    [digest] = due(answered, reply("2026-10-30 10:00", answered), ASKED, now=NOW)

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
        found = due_of([requests[index] for index in order], terms(now=paris(NOW)), paris(NOW))
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
    [digest] = due(ASKED, now=NOW)

    assert not digest.notices[0].doubtful
    assert not Notice(
        digest.notices[0].request, "overdue", digest.notices[0].verdict, -1, date(2026, 11, 12)
    ).doubtful


def test_the_usual_rule() -> None:
    assert AlertRule() == AlertRule(
        working_days_before=(3, 1),
        send_at=time(8, 0),
        overdue_within=20,
        ladder=Ladder(None, None, 5, None, 10),
        contacts={},
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

    assert (outgoing.number, outgoing.attempts, outgoing.kind) == (0, 0, DIGEST)
    assert replace(outgoing, purpose="report 2026-W46").kind == "report"


AWAY = Deputy("adjointe@pref.example.fr", date(2026, 11, 9), date(2026, 11, 12))
CONTACTS = {"Étrangers": Contacts(HEAD, ("secretariat@pref.example.fr",), (AWAY,))}


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("06", [HEAD, "secretariat@pref.example.fr"]),
        ("09", ["adjointe@pref.example.fr", "secretariat@pref.example.fr"]),
        ("12", ["adjointe@pref.example.fr", "secretariat@pref.example.fr"]),
        ("13", [HEAD, "secretariat@pref.example.fr"]),
    ],
)
def test_several_may_be_told_and_a_deputy_stands_in_for_the_head_from_a_day_to_another(
    day: str, told: list[str]
) -> None:
    rule = AlertRule(contacts=CONTACTS)

    found = due(ASKED, now=f"2026-11-{day} 09:00", rule=rule)

    assert sorted(digest.recipient for digest in found) == sorted(told)
    assert [digest.oversees for digest in found] == [False] * len(told)


def test_who_is_told_twice_is_told_once() -> None:
    twice = Contacts(HEAD, (HEAD,), (Deputy(HEAD, date(2026, 11, 13), date(2026, 11, 13)),))

    assert recipients(twice, Ladder(HEAD, referent_after=1), date(2026, 11, 13), 1) == (HEAD,)


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (0, ["chef"]),
        (2, ["chef"]),
        (3, ["chef", "referent"]),
        (7, ["chef", "referent"]),
        (8, ["chef", "referent", "sg"]),
    ],
)
def test_what_grows_late_is_told_to_the_referent_then_to_the_secretary_general(
    late: int, told: list[str]
) -> None:
    ladder = Ladder("referent", None, 3, "sg", 8)

    assert [*recipients(Contacts("chef"), ladder, date(2026, 11, 13), late)] == told
    assert [*recipients(Contacts(), ladder, date(2026, 11, 13), late)] == [
        "referent",
        *(name for name in told if name == "sg"),
    ]
    without = Ladder("referent", referent_after=None, secretary_general="sg", secretary_general_after=8)
    assert "referent" not in recipients(Contacts("chef"), without, date(2026, 11, 13), late)


def test_those_above_are_told_of_requests_as_somebody_else_s() -> None:
    rule = AlertRule(ladder=Ladder(REFERENT, referent_after=1))

    assert [(item.recipient, item.oversees) for item in due(ASKED, now=NOW, rule=rule)] == [
        (HEAD, False),
        (REFERENT, True),
    ]
