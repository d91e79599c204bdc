"""What only a look at one request needs, as a short document that repeats nothing of its row.

It is a list: a letter for what each of the request's moments rests on, `-` for one that it does not have; the citizens'
addresses; where the opening mail lies; how services came to have it; its messages. Of the last service the row says
all but the letter, and so it does of a message that one of the moments is of: its place is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mailsla.adapters.database.column_values import microseconds
from mailsla.adapters.database.rows import Numbers, instant
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part

BASES = {
    Basis.SERVER: "s",
    Basis.LAST_HOP: "h",
    Basis.ARCHIVE: "a",
    Basis.SENDER_CLOCK: "c",
    Basis.FIRST_SEEN: "f",
    Basis.AFTER_REQUEST: "r",
    Basis.FILED: "l",
    Basis.DECISION: "d",
}
SERVICE_BASES = {
    ServiceBasis.RECIPIENT: "r",
    ServiceBasis.MAILBOX: "m",
    ServiceBasis.FORWARD: "f",
    ServiceBasis.KEYWORD: "k",
    ServiceBasis.DECISION: "d",
}
PARTS = {
    Part.REQUEST: "q",
    Part.REMINDER: "m",
    Part.REPLY: "r",
    Part.HOLDING_REPLY: "h",
    Part.ACKNOWLEDGEMENT: "k",
    Part.AUTOMATIC_ACKNOWLEDGEMENT: "a",
    Part.REDIRECTION: "d",
    Part.SURVEY: "s",
    Part.DOUBTFUL_REPLY: "b",
    Part.RETURNED_REPLY: "t",
    Part.AFTER_UNSEEN: "u",
    Part.FOLLOW_UP: "f",
    Part.THANKS: "n",
    Part.FORWARD: "w",
    Part.ASIDE: "x",
}
"""The letter of each value; frozen, as what is derived of sealed messages stands as it was kept."""

_BASIS = {letter: basis for basis, letter in BASES.items()}
_SERVICE_BASIS = {letter: basis for basis, letter in SERVICE_BASES.items()}
_PART = {letter: part for part, letter in PARTS.items()}
NOTHING = "-"


def detail_of(request: Request, numbers: Numbers) -> Sequence[Any]:
    """Return what is kept of a request beside its row."""
    moments = (
        request.received,
        request.answered,
        request.first_response,
        request.acknowledged,
        request.by_mail,
    )
    return (
        "".join([NOTHING if moment is None else BASES[moment.basis] for moment in moments]),
        request.citizens,
        request.mailboxes,
        _assigned(request.assignments),
        [(numbers[step.key], PARTS[step.part], *_when(step.moment, moments)) for step in request.steps],
    )


def _assigned(assignments: Sequence[Assignment]) -> list[Any]:
    former = [
        (SERVICE_BASES[item.basis], item.service, microseconds(item.since)) for item in assignments[:-1]
    ]
    return [*former, *(SERVICE_BASES[item.basis] for item in assignments[-1:])]


def _when(moment: Moment, moments: Sequence[Moment | None]) -> tuple[Any, ...]:
    for place, known in enumerate(moments):
        if known is not None and known.at == moment.at and known.basis is moment.basis:
            return (place,)
    return BASES[moment.basis], microseconds(moment.at)


class Bases(NamedTuple):
    """What the instants of a row rest on."""

    received: Basis | None
    answered: Basis | None
    first_response: Basis | None
    acknowledged: Basis | None
    by_mail: Basis | None


def bases_of(detail: Sequence[Any]) -> Bases:
    """Return what the instants of a row rest on."""
    return Bases._make(map(_BASIS.get, detail[0]))


def numbers_in(detail: Sequence[Any]) -> Iterator[int]:
    """Yield the numbers of the messages that it names."""
    return (number for number, *_step in detail[4])


def citizens_of(detail: Sequence[Any]) -> tuple[str, ...]:
    """Return the addresses at which the citizen can be answered."""
    return tuple(detail[1])


def without_citizens(detail: Sequence[Any]) -> list[Any]:
    """Return what stays of it once its request is sealed."""
    bases, _citizens, *others = detail
    return [bases, [], *others]


def mailboxes_of(detail: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    """Return where the opening mail lies."""
    return tuple((account, mailbox) for account, mailbox in detail[2])


def assignments_of(row: Any) -> tuple[Assignment, ...]:
    """Return the services that had the request of a row, first to last."""
    if not row.detail[3]:
        return ()
    *former, last = row.detail[3]
    return (
        *(Assignment(service, instant(since), _SERVICE_BASIS[letter]) for letter, service, since in former),
        Assignment(row.service, row.assigned_at, _SERVICE_BASIS[last]),
    )


def steps_of(
    detail: Sequence[Any], moments: Sequence[Moment | None], keys: Mapping[int, str]
) -> tuple[Step, ...]:
    """Return the messages of a request whose moments are those, by keys."""
    return tuple(Step(keys[number], _PART[part], _moment(when, moments)) for number, part, *when in detail[4])


def _moment(when: Sequence[Any], moments: Sequence[Moment | None]) -> Moment:
    if len(when) == 1:
        known = moments[when[0]]
        assert known is not None
        return Moment(known.at, known.basis)
    letter, at = when
    return Moment(instant(at), _BASIS[letter])
