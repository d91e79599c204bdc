"""What is foretold of a day to come is what leaves on it, when nothing happens until then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailsla.core.alerts.recipients import Because, Contacts, Ladder
from mailsla.core.alerts.terms import AlertRule
from mailsla.usecases.alerts_ahead import alerts_ahead
from tests.core.alerting import ASKED, FOREIGNERS, HEAD, REFERENT
from tests.factories import mail, paris
from tests.usecases.test_notify import OTHER, Site, said

NOW = paris("2026-11-04 10:00")
MAILS = [ASKED, OTHER, mail("2026-11-03 10:00", to=FOREIGNERS), mail("2026-11-04 09:00")]
RULE = AlertRule(
    ladder=Ladder(
        REFERENT, referent_after=3, secretary_general="sg@pref.example.fr", secretary_general_after=6
    )
)


def site() -> Site:
    return Site(list(MAILS), rule=RULE, now=NOW)


def foretold(of: Site, day: date) -> list[tuple[str, str]]:
    at = paris(f"{day} 08:00")
    found = alerts_ahead(of.sources, of.terms, lambda on: of.outbox.recipients("digest", on), NOW, at)
    return sorted((digest.recipient, said(digest).text) for digest in found)


def test_what_is_foretold_of_each_day_is_what_leaves_on_it() -> None:
    happens = site()
    days = [date(2026, 11, 5) + timedelta(days=number) for number in range(20)]
    told = {}
    for day in [NOW.date(), *days]:
        happens.now = max(NOW, paris(f"{day} 08:00"))
        happens.handed.clear()
        happens.prepare()
        happens.deliver()
        told[day] = sorted(happens.told)

    asked = site()
    assert {day: foretold(asked, day) for day in days} == {day: told[day] for day in days}
    assert asked.outbox.known == []
    assert sum(map(len, told.values())) > 10
    assert {recipient for mails in told.values() for recipient, _text in mails} == {
        HEAD,
        REFERENT,
        "sg@pref.example.fr",
    }


def test_whoever_has_the_mail_of_today_gets_none_more_today() -> None:
    of = Site(list(MAILS), rule=RULE, now=paris("2026-11-13 10:00"))
    of.prepare()
    later = paris("2026-11-13 15:00")

    assert (
        alerts_ahead(of.sources, of.terms, lambda on: of.outbox.recipients("digest", on), of.now, later) == ()
    )


@pytest.mark.parametrize(
    ("service", "recipient", "why"),
    [
        ("Étrangers", HEAD, Because.SERVICE),
        ("Étrangers", REFERENT, Because.LATE),
        ("Titres", REFERENT, Because.NOBODY_ELSE),
        (None, REFERENT, Because.NOBODY_ELSE),
        (None, "sg@pref.example.fr", Because.LATE),
    ],
)
def test_each_recipient_is_told_for_a_reason(service: str | None, recipient: str, why: Because) -> None:
    rule = replace(RULE, contacts={"Étrangers": Contacts(HEAD), "Titres": Contacts()})

    assert rule.because(service, NOW.date(), recipient) is why
