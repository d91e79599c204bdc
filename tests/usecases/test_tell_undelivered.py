"""The mail about mails that do not arrive: once for each stretch, to whoever can mend it, as it is when it leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailsla.core.alerts.outgoing import DropReason, Letter, Outgoing
from mailsla.core.alerts.undelivered import Undelivered
from mailsla.usecases.hand_over import Dropped, Ready
from mailsla.usecases.tell_undelivered import UndeliveredMail
from tests.factories import PARIS, paris

NOW = paris("2026-11-13 09:00")
HEAD, OPERATOR, REFERENT = (f"{name}@pref.example.fr" for name in ("chef", "informatique", "referent"))


def failing(recipient: str, at: datetime) -> Undelivered:
    return Undelivered(recipient, at, at, is_final=True, reason="code 550")


@dataclass
class Outbox:
    """What was noted, and whom mails do not reach."""

    found: list[Undelivered] = field(default_factory=list)
    noted: list[Outgoing] = field(default_factory=list)

    def undelivered(self, recipients: Collection[str], now: datetime) -> Sequence[Undelivered]:
        return [item for item in self.found if item.recipient in recipients and item.known_at <= now]

    def purposes(self, recipient: str, words: Collection[str]) -> Sequence[str]:
        return [mail.purpose for mail in self.noted if mail.recipient == recipient and mail.kind in words]

    def add(self, mail: Outgoing, _at: datetime) -> bool:
        self.noted.append(mail)
        return True


def mail(outbox: Outbox, *told: str) -> UndeliveredMail:
    def compose(found: Sequence[Undelivered]) -> Letter:
        return Letter(" ".join(item.recipient for item in found), "")

    return UndeliveredMail(outbox, {HEAD, OPERATOR, REFERENT}, told, "pref.example.fr", compose)


def prepared(outbox: Outbox, now: datetime) -> int:
    return mail(outbox, OPERATOR, REFERENT).prepare(now, now.astimezone(PARIS).date())


def test_a_stretch_is_told_once_to_each_and_another_one_anew() -> None:
    outbox = Outbox([failing(HEAD, NOW)])

    assert [prepared(outbox, NOW + timedelta(hours=hours)) for hours in range(3)] == [2, 0, 0]
    outbox.found.append(failing(REFERENT, NOW + timedelta(hours=3)))
    # The referent is not told of what does not reach himself.
    assert [prepared(outbox, NOW + timedelta(hours=hours)) for hours in (2, 3, 4)] == [0, 1, 0]
    assert [item.recipient for item in outbox.noted] == [OPERATOR, REFERENT, OPERATOR]
    assert len({item.message_id for item in outbox.noted}) == 3


def test_nobody_is_told_of_an_address_that_the_site_no_longer_names() -> None:
    assert prepared(Outbox([failing("parti@pref.example.fr", NOW)]), NOW) == 0


def test_it_says_as_it_leaves_what_still_does_not_arrive_or_does_not_leave() -> None:
    outbox = Outbox([failing(HEAD, NOW), failing(REFERENT, NOW)])
    assert prepared(outbox, NOW) == 2
    to_operator, to_referent = outbox.noted

    written = mail(outbox).write(to_operator, NOW)
    assert isinstance(written, Ready)
    assert written.letter.subject == f"{HEAD} {REFERENT}"
    outbox.found.pop(0)
    assert mail(outbox).write(to_referent, NOW) == Dropped(DropReason.NOTHING_LEFT)
