"""Years of one office's mail, in the order in which it came: requests, their replies, and what is filed at once."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import IntEnum
from random import Random
from typing import NamedTuple

from tests.trials.mail.samples import hops

SERVICES = ("accueil", "sejour", "permis", "titres", "associations", "elections")
OPENING_HOURS = (7, 17)
LOOK_AHEAD = timedelta(days=3)
"""A request may be moved to the working day before: so much later, nothing can come before it any more."""


class Kind(IntEnum):
    """What a letter is."""

    REQUEST = 0
    REPLY = 1
    RECEIPT = 2


class Letter(NamedTuple):
    """A letter to come; the earliest sorts first."""

    at: datetime
    number: int
    kind: Kind
    service: str

    @property
    def is_ours(self) -> bool:
        """Tell whether the office wrote it."""
        return self.kind is not Kind.REQUEST


def letters(requests: int, first: datetime, last: datetime, seed: int = 7) -> Iterator[tuple[Letter, bytes]]:
    """Yield each letter and its header, from so many requests spread from `first` to `last`, and what follows them.

    One request in fifty is never answered, one in ten is acknowledged within two hours; half of the others are
    answered within four days, most within ten, a tenth later. What would come after `last` has not come.
    """
    random = Random(seed)
    waiting: list[Letter] = []
    step = (last - first) / requests
    for number in range(requests):
        at = first + step * number
        heapq.heappush(waiting, Letter(_by_day(at, random), number, Kind.REQUEST, random.choice(SERVICES)))
        while waiting and waiting[0].at <= at - LOOK_AHEAD:
            yield from _come(waiting, random, last)
    while waiting:
        yield from _come(waiting, random, last)


def _by_day(at: datetime, random: Random) -> datetime:
    """Return an instant of that day's opening hours; of weekends, mostly of the Friday before."""
    if at.weekday() >= 5 and random.random() < 0.8:
        at -= timedelta(days=2)
    return at.replace(
        hour=random.randrange(*OPENING_HOURS), minute=random.randrange(60), second=random.randrange(60)
    )


def _come(waiting: list[Letter], random: Random, last: datetime) -> Iterator[tuple[Letter, bytes]]:
    """Yield the earliest that waits, unless it is to come after `last`; what follows from it waits then."""
    letter = heapq.heappop(waiting)
    if letter.at > last:
        return
    if letter.kind is Kind.REQUEST:
        if random.random() < 0.1:
            receipt = letter.at + timedelta(minutes=random.randrange(5, 120))
            heapq.heappush(waiting, letter._replace(at=receipt, kind=Kind.RECEIPT))
        if random.random() >= 0.02:
            reply = letter.at + timedelta(days=min(60, random.expovariate(1 / 6.0)), hours=1)
            if reply.weekday() >= 5:
                reply += timedelta(days=7 - reply.weekday())
            heapq.heappush(waiting, letter._replace(at=reply, kind=Kind.REPLY))
    yield letter, _header(letter)


def _header(letter: Letter) -> bytes:
    lines = [*hops(letter.at), *(_ours(letter) if letter.is_ours else _theirs(letter))]
    return "\r\n".join((*lines, "Content-Type: text/plain; charset=utf-8", "", "")).encode()


def _theirs(letter: Letter) -> list[str]:
    number = letter.number
    return [
        f"Message-ID: {id_of(number)}",
        f"Date: {format_datetime(letter.at)}",
        f"From: =?utf-8?Q?=C3=89lo=C3=AFse?= Usager <usager{number}@example.org>",
        f"To: Contact <{letter.service}@pref.example.fr>",
        f"Subject: =?utf-8?Q?Demande_de_titre_de_s=C3=A9jour_n=C2=B0_{number}?=",
    ]


def _ours(letter: Letter) -> list[str]:
    number, is_receipt = letter.number, letter.kind is Kind.RECEIPT
    begins = "Accus=C3=A9_de_r=C3=A9ception_:_" if is_receipt else "RE_:_"
    lines = [
        f"Message-ID: <r{number}.{letter.kind:d}.{number:08x}@pref.example.fr>",
        f"Date: {format_datetime(letter.at)}",
        f"From: Contact <{letter.service}@pref.example.fr>",
        f"To: usager{number}@example.org",
        f"Subject: =?utf-8?Q?{begins}Demande_de_titre_de_s=C3=A9jour_n=C2=B0_{number}?=",
        f"In-Reply-To: {id_of(number)}",
        f"References: {id_of(number)}",
    ]
    return [*lines, "Auto-Submitted: auto-replied"] if is_receipt else lines


def id_of(number: int) -> str:
    """Return the Message-ID of the request of that number."""
    return f"<m{number}.{number:08x}@example.org>"
