"""The mails left out are those of a period; a reference tells a request from another mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from mailsla.core.mail.kinds import MailKind
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.rate.period import parse_period
from mailsla.usecases.look_at_mails import LeftOut, left_out
from tests.factories import PARIS, paris


class Mails:
    """Notes what was asked for."""

    def left_out(
        self, since: datetime | None, until: datetime | None, kind: str | None
    ) -> Sequence[ListedMail]:
        self.asked = (since, until, kind)
        return []

    def internal_count(self, since: datetime | None, until: datetime | None) -> int:
        assert self.asked[:2] == (since, until)
        return 3

    def mails(self, keys: Collection[str]) -> Mapping[str, ListedMail]:
        raise AssertionError(keys)


def test_mails_left_out_are_those_of_the_days_of_a_period_here() -> None:
    mails = Mails()

    assert left_out(mails, parse_period("2026-10"), MailKind.LIST, PARIS) == LeftOut([], 3)
    assert mails.asked == (paris("2026-10-01 00:00"), paris("2026-11-01 00:00"), "list")
    left_out(mails, None, None, PARIS)
    assert set(mails.asked) == {None}
