"""The mails left out are those of a period; a sample is drawn of any list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import pytest

from mailsla.core.mail.kinds import MailKind
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.mail_list import MailList
from mailsla.core.rate.period import parse_period
from mailsla.usecases.listing import Sample
from mailsla.usecases.look_at_mails import left_out, mail_list
from tests.factories import PARIS, paris

MANY = [
    ListedMail(
        key=f"{number:032}",
        at=paris("2026-10-05 10:00"),
        side="aside",
        kind="list",
        reason=(),
        subject="",
        senders=(),
        recipients=(),
        mailboxes=(),
        conversation="",
    )
    for number in range(40)
]


class Mails:
    """Has forty mails, and notes what was asked for."""

    @contextmanager
    def left_out(
        self, since: datetime | None, until: datetime | None, kind: str | None
    ) -> Iterator[MailList]:
        self.asked: tuple[object, ...] = (since, until, kind)
        yield MailList(iter(MANY), len(MANY), len(MANY))

    @contextmanager
    def of_class(
        self, wanted: MailClass | None, since: datetime | None, until: datetime | None, kind: str | None
    ) -> Iterator[MailList]:
        self.asked = (wanted, since, until, kind)
        yield MailList(iter(MANY), len(MANY), len(MANY))

    @contextmanager
    def copies(self, since: datetime | None, until: datetime | None, *, further: bool) -> Iterator[MailList]:
        self.asked = (since, until, further)
        yield MailList(iter(MANY), len(MANY), len(MANY))

    def internal_count(self, since: datetime | None, until: datetime | None) -> int:
        assert self.asked[:2] == (since, until)
        return 3

    def mails(self, keys: Collection[str]) -> Mapping[str, ListedMail]:
        raise AssertionError(keys)


def test_mails_left_out_are_those_of_the_days_of_a_period_here() -> None:
    mails = Mails()

    with left_out(mails, parse_period("2026-10"), MailKind.LIST, PARIS) as found:
        assert (list(found.listed.mails), found.internal) == (MANY, 3)
    assert mails.asked == (paris("2026-10-01 00:00"), paris("2026-11-01 00:00"), "list")
    with left_out(mails, None, None, PARIS):
        assert set(mails.asked) == {None}


@pytest.mark.parametrize("seed", [0, 7])
def test_a_sample_is_as_many_mails_in_their_order_the_same_for_the_same_seed(seed: int) -> None:
    sample, mails = Sample(5, seed), Mails()
    drawn: list[list[ListedMail]] = []

    for opened in (
        mail_list(mails, None, None, None, PARIS, sample),
        mail_list(mails, MailClass.FURTHER_COPY, None, None, PARIS, sample),
        mail_list(mails, None, None, None, PARIS, sample, each_copy=True),
    ):
        with opened as found:
            assert (found.shown, found.found) == (5, 40)
            drawn.append(list(found.mails))
    with left_out(mails, None, None, PARIS, sample) as out:
        drawn.append(list(out.listed.mails))

    assert len({mail.key for mail in drawn[0]}) == 5
    assert drawn[0] == sorted(drawn[0], key=lambda mail: mail.key)
    assert drawn == [drawn[0]] * 4


def test_a_sample_of_more_than_there_are_is_all_of_them() -> None:
    with mail_list(Mails(), None, None, None, PARIS, Sample(40)) as found:
        assert (list(found.mails), found.shown, found.found) == (MANY, 40, 40)


def test_copies_are_all_of_them_or_those_beside_the_first() -> None:
    october = parse_period("2026-10")
    days = (paris("2026-10-01 00:00"), paris("2026-11-01 00:00"))
    asked: list[tuple[object, ...]] = []

    for wanted, kind, each_copy in (
        (None, None, True),
        (MailClass.FURTHER_COPY, None, False),
        (MailClass.LEFT_OUT, MailKind.LIST, False),
    ):
        mails = Mails()
        with mail_list(mails, wanted, october, kind, PARIS, each_copy=each_copy):
            asked.append(mails.asked)

    assert asked == [(*days, False), (*days, True), (MailClass.LEFT_OUT, *days, "list")]
