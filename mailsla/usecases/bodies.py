"""What is asked beside a header that does not say enough: the beginning of a body, or of what parts a mail is made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

from mailsla.core.collection.on_server import BodyStart
from mailsla.core.collection.to_store import NewMessage, SetAside, new_message, unforeseen
from mailsla.core.errors import FetchCut, MailboxError, TransientError, Unforeseen, apart
from mailsla.core.mail.copies import DRAFT_FLAG
from mailsla.core.mail.header import Header
from mailsla.core.office.body_evidence import READ_BYTES, as_invitation, needs_structure, with_body
from mailsla.core.office.correspondents import Office

_Answer = TypeVar("_Answer")


class BodySource(Protocol):
    """A connection to one opened mailbox."""

    def body_starts(self, uids: Sequence[int], most: int) -> Sequence[BodyStart]:
        """Fetch at most so many bytes of some bodies; the vanished are left out, `MailboxError` when one is refused."""

    def invitations(self, uids: Sequence[int]) -> Collection[int]:
        """Return which messages hold a calendar part; `MailboxError` when one is refused."""


def with_bodies(
    source: BodySource, messages: list[NewMessage], office: Office, most: int
) -> tuple[list[NewMessage], list[SetAside]]:
    """Return the messages, with what their bodies say, without it where they have vanished; and what could not be."""
    structured: list[NewMessage] = []
    others: list[NewMessage] = []
    for message in messages:
        (structured if needs_structure(message.header, office) else others).append(message)
    looked_into: list[NewMessage] = []
    failed: list[SetAside] = []
    for part in _parts(structured, most):
        invitations = set(_of_all(source.invitations, [message.uid for message in part]))
        looked_into += [
            _read_again(message, as_invitation(message.header), office)
            if message.uid in invitations
            else message
            for message in part
        ]
    for part in _parts(others, most):
        uids = [message.uid for message in part]
        starts = {start.uid: start for start in _of_all(partial(source.body_starts, most=READ_BYTES), uids)}
        for message in part:
            start = starts.get(message.uid)
            read = message if start is None else apart(partial(_with_body, message, start, office))
            if isinstance(read, Unforeseen):
                failed.append(SetAside(message.uid, message.internal_at, unforeseen(read)))
            else:
                looked_into.append(read)
    return looked_into, failed


def _parts(messages: Sequence[NewMessage], most: int) -> Iterator[Sequence[NewMessage]]:
    """Yield messages in parts of bounded size."""
    for first in range(0, len(messages), most):
        yield messages[first : first + most]


def _of_all(ask: Callable[[list[int]], Collection[_Answer]], uids: list[int]) -> list[_Answer]:
    """Ask for something of some messages, but of those that the server refuses one by one."""
    try:
        return list(ask(uids))
    except MailboxError:
        half = len(uids) // 2
        halves = (uids[:half], uids[half:]) if half else ()
        return [answer for part in halves for answer in _of_all(ask, part)]
    except TransientError as error:
        raise FetchCut(str(error), uids[0]) from error


def _with_body(message: NewMessage, start: BodyStart, office: Office) -> NewMessage:
    return _read_again(message, with_body(message.header, start.content_fields, start.body, office), office)


def _read_again(message: NewMessage, header: Header, office: Office) -> NewMessage:
    """Return a message with all that its header says by now."""
    is_draft = DRAFT_FLAG in message.marks
    found = new_message(message.uid, message.internal_at, header, office, is_draft=is_draft)
    return found._replace(trace=message.trace)
