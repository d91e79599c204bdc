"""Alarms on mails: told when there are others than were told, once a day; never twice the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from mailsla.core.alerts.outgoing import Outgoing
from mailsla.usecases.alarm import AlarmRule
from mailsla.usecases.mail_alarm import MailWords, sound_on_mails
from tests.factories import PARIS, paris

NOW = paris("2026-11-13 09:00")
DAY = timedelta(days=1)
RULE = AlarmRule("informatique@pref.example.fr", timedelta(hours=4), "pref.example.fr")
WORDS = MailWords(
    set_aside=lambda count: (f"{count} mis de côté", "texte"), late=lambda late: (f"{late.since}", "texte")
)


@dataclass(frozen=True)
class Placed:
    uid: int
    account: str = "contact"
    mailbox: str = "INBOX"
    reason: str = "no-header"


@dataclass
class Site:
    """An outbox, and since when mails wait."""

    since: datetime | None = None
    sent: dict[str, Outgoing] = field(default_factory=dict)

    def purposes(self, recipient: str, words: Collection[str]) -> Sequence[str]:
        return [
            mail.purpose
            for mail in self.sent.values()
            if mail.recipient == recipient and mail.purpose.split()[0] in words
        ]

    def add(self, mail: Outgoing, _at: datetime) -> bool:
        return self.sent.setdefault(mail.message_id, mail) is mail

    def waiting_since(self) -> datetime | None:
        return self.since

    def sound(self, *uids: int, at: datetime = NOW, rule: AlarmRule = RULE) -> int:
        aside = [Placed(uid) for uid in uids]
        return sound_on_mails(lambda: aside, self, self, rule, WORDS, at, at.astimezone(PARIS).date())


def test_a_mail_set_aside_is_told_once_and_another_the_next_day() -> None:
    site = Site()

    assert [site.sound(), site.sound(7), site.sound(7), site.sound(7, at=NOW + DAY)] == [0, 1, 0, 0]
    assert [site.sound(7, 8, at=NOW), site.sound(8, 7, at=NOW + DAY)] == [0, 1]
    assert [mail.subject for mail in site.sent.values()] == ["1 mis de côté", "2 mis de côté"]


def test_the_same_mail_set_aside_anew_is_told_when_others_were_told_meanwhile() -> None:
    site = Site()

    assert [site.sound(uid, at=NOW + day * DAY) for day, uid in enumerate((7, 8, 7))] == [1, 1, 1]


@pytest.mark.parametrize(("waits", "told"), [(timedelta(hours=1), 0), (timedelta(hours=1, seconds=1), 1)])
def test_a_late_derivation_is_told_when_it_is_an_hour_late_and_once_a_day(
    waits: timedelta, told: int
) -> None:
    site = Site(NOW - waits)

    assert [site.sound(), site.sound()] == [told, 0]
    assert site.sound(at=NOW + DAY) == 1


def test_nobody_is_told_without_an_operator() -> None:
    assert Site(NOW - DAY).sound(7, rule=AlarmRule(None, timedelta(hours=4), "pref.example.fr")) == 0
