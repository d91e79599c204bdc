"""A decision as it is asked for, by its words: by the command line, or by another process of this machine."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Action
from mailsla.language import gettext as _


@dataclass(frozen=True, slots=True)
class AskedDecision:
    """What somebody wants to be decided; what it names is looked for when it is.

    Attributes:
        action: What.
        about: A reference, or its beginning; of a hole, the account.
        reason: Why.
        at: Of an answer, when it was given.
        day: Of a hole, the day on which it began.
        channel: Of an answer, by what way.
        service: Of an assignment, to which service.
        category: Of another promise, its name.
        message: The other mail, where there is one.
        number: Of an undoing, the decision's.
    """

    action: Action
    about: str
    reason: str
    at: datetime | None = None
    day: date | None = None
    channel: str = ""
    service: str | None = None
    category: str | None = None
    message: str | None = None
    number: int | None = None

    def written(self) -> bytes:
        """Return it as it is said to another process."""
        return json.dumps(asdict(self), default=lambda value: value.isoformat()).encode()


def read(said: bytes) -> AskedDecision:
    """Return what another process asks for.

    Raises:
        UsageError: When it says nothing of the kind.
    """
    unreadable = UsageError(_("ce qui est demandé au démon n'est pas une décision."))
    try:
        found = json.loads(said)
        return _read(found)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise unreadable from error


def _read(found: Any) -> AskedDecision:
    known = {item.name for item in fields(AskedDecision)}
    if not isinstance(found, dict) or found.keys() - known:
        raise TypeError
    at, day, number = found.pop("at", None), found.pop("day", None), found.pop("number", None)
    if isinstance(number, bool) or not isinstance(number, int | None):
        raise TypeError
    if not all(isinstance(value, str | None) for value in found.values()):
        raise TypeError
    instant = None if at is None else datetime.fromisoformat(at)
    if instant is not None and instant.tzinfo is None:
        raise ValueError
    return AskedDecision(
        action=Action(found.pop("action")),
        about=_text(found.pop("about")),
        reason=_text(found.pop("reason")),
        channel=found.pop("channel", None) or "",
        at=instant,
        day=None if day is None else date.fromisoformat(day),
        number=number,
        **found,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
