"""The mails left out are those of a period; a reference tells a request from another mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from mailsla.core.mail.kinds import MailKind
from mailsla.core.pairing.derivation import ListedMail, derive
from mailsla.core.pairing.request import Request
from mailsla.core.rate.period import parse_period
from mailsla.usecases.look_at_mails import LeftOut, left_out, opens_a_request
from tests.factories import PARIS, RULES, mail, paris


class Requests:
    """Knows one request."""

    def requests_named(self, prefix: str) -> Sequence[Request]:
        [request] = derive([mail("2026-11-02 10:00")], RULES).requests
        return [request] if "waiting".startswith(prefix) else []


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


def test_a_reference_of_a_mail_is_told_from_that_of_a_request() -> None:
    assert opens_a_request(Requests(), "wait")
    assert opens_a_request(Requests(), "wai")
    assert not opens_a_request(Requests(), "7777")
