"""The balance of all mail: every message is in exactly one class, and the classes add up (DOMAIN: every figure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from mailsla.core.office.sides import UNSENT, Reading, Side
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import ANSWERS, Part


class MailClass(StrEnum):
    """What became of one message.

    A citizen's: `REQUEST`, `FOLLOW_UP`, `REMINDER`, `THANKS`; `AFTER_UNSEEN` is kept under a request that a mail which
    nobody has seen may have answered, and counts for nothing.

    The office's: `REPLY` answers; `HOLDING_REPLY` says when; `OTHER_REPLY` belongs to a request and stops nothing
    (acknowledgement, survey, doubtful or returned reply); `UNTIED` belongs to none, `UNTIED_TO_CHECK` neither, and a
    person must look at it; `INTERNAL` stays inside; `UNSENT` is a draft.

    Nobody's: `LEFT_OUT`, for the reason that its kind says, what acknowledges by machine included.

    `SET_ASIDE` could not be read, or derived; `PENDING` was not derived yet. `FURTHER_COPY` is no message of its own:
    it is another one, delivered twice.
    """

    REQUEST = "request"
    FOLLOW_UP = "follow-up"
    REMINDER = "reminder"
    AFTER_UNSEEN = "after-unseen"
    THANKS = "thanks"
    REPLY = "reply"
    HOLDING_REPLY = "holding-reply"
    OTHER_REPLY = "other-reply"
    UNTIED = "untied"
    UNTIED_TO_CHECK = "untied-to-check"
    INTERNAL = "internal"
    UNSENT = "unsent"
    LEFT_OUT = "left-out"
    SET_ASIDE = "set-aside"
    PENDING = "pending"
    FURTHER_COPY = "further-copy"


_OF_CITIZENS = {
    Part.REQUEST: MailClass.REQUEST,
    Part.FOLLOW_UP: MailClass.FOLLOW_UP,
    Part.REMINDER: MailClass.REMINDER,
    Part.AFTER_UNSEEN: MailClass.AFTER_UNSEEN,
    Part.THANKS: MailClass.THANKS,
}


def classes_of(
    readings: Mapping[str, Reading], requests: Iterable[Request], doubts: Iterable[Doubt]
) -> dict[str, MailClass]:
    """Return the class of each message, by key; of what was delivered twice, that it is a further copy."""
    parts: dict[str, set[Part]] = defaultdict(set)
    for request in requests:
        for step in request.steps:
            parts[step.key].add(step.part)
    doubtful = {doubt.mail for doubt in doubts}
    return {
        key: class_of(reading, parts.get(key, ()), is_doubtful=key in doubtful)
        for key, reading in readings.items()
    }


def class_of(reading: Reading, parts: Collection[Part], *, is_doubtful: bool) -> MailClass:
    """Return the class of a message.

    Args:
        reading: What it is for the office.
        parts: What it is in the life of each request that it belongs to; of an answer to several, the best counts.
        is_doubtful: Whether a person must look at it.
    """
    match reading.side:
        case Side.CITIZEN:
            # Every mail of a citizen belongs to one request, but thanks for what answered none.
            [part] = parts or {Part.THANKS}
            return _OF_CITIZENS[part]
        case Side.OUTBOUND:
            return _of_office(parts, is_doubtful=is_doubtful)
        case Side.INTERNAL:
            return MailClass.INTERNAL
        case Side.ASIDE:
            is_unsent = reading.reason is not None and reading.reason.code in UNSENT
            return MailClass.UNSENT if is_unsent else MailClass.LEFT_OUT
        case Side.SAME:
            return MailClass.FURTHER_COPY
    assert_never(reading.side)


def _of_office(parts: Collection[Part], *, is_doubtful: bool) -> MailClass:
    if not parts:
        return MailClass.UNTIED_TO_CHECK if is_doubtful else MailClass.UNTIED
    if not ANSWERS.isdisjoint(parts):
        return MailClass.REPLY
    return MailClass.HOLDING_REPLY if Part.HOLDING_REPLY in parts else MailClass.OTHER_REPLY


@dataclass(frozen=True)
class Balance:
    """All the mail that was collected, until now, of every period and service.

    Attributes:
        classes: How many messages each class has.
        left_out: How many of those left out each kind has.
        seen: How many mails were seen in the mailboxes, a copy at a time: wherever one lay, and those that are gone.
    """

    classes: Mapping[MailClass, int] = field(default_factory=dict)
    left_out: tuple[tuple[str, int], ...] = ()
    seen: int = 0

    def of(self, mail_class: MailClass) -> int:
        """Return how many messages a class has."""
        return (
            self.further_copies if mail_class is MailClass.FURTHER_COPY else self.classes.get(mail_class, 0)
        )

    @property
    def messages(self) -> int:
        """How many messages there are, each once."""
        return sum(self.classes.values())

    @property
    def further_copies(self) -> int:
        """How many more mails were seen than there are messages: moved, filed in two mailboxes, delivered twice."""
        return self.seen - self.messages
