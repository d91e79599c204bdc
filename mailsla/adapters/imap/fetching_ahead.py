"""Sends FETCHes ahead of the answers (RFC 9051 §5.5): the line is never idle between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from mailsla.adapters.imap.fetch_responses import read_fetch
from mailsla.adapters.imap.protocol_values import HEADER_FIELDS, sequence_set
from mailsla.core.collection.on_server import Answered, Fetched

UNDER_WAY = 5
"""FETCHes sent and not answered to the end: what a line of 100 Mbit/s brings while others are stored and derived."""


def fetched_ahead(imap: Any, slices: Iterable[Sequence[int]]) -> Iterator[Fetched | Answered]:
    """Yield the messages of some slices of UIDs as they come, and the end of each slice's answer, in order.

    What nobody asked for, or came before, is let pass.

    Args:
        imap: The connection, of `mailsla.adapters.imap.client`.
        slices: What to ask for; the next one is taken while the answer to the one before is under way.

    Raises:
        imaplib.IMAP4.abort: When the connection ends.
        OversizedMessage: When a header is too big; the connection is then of no use.
    """
    remaining = iter(slices)
    wanted: dict[bytes, set[int]] = {}
    refused: dict[bytes, bool] = {}
    while True:
        for uids in islice(remaining, UNDER_WAY - len(wanted)):
            wanted[_sent(imap, uids)] = set(uids)
        if not wanted:
            return
        for said in read_fetch(imap.readline, imap.read, wanted):
            if not isinstance(said, Fetched):
                refused[said.tag] = said.is_refused
            elif _was_wanted(said.uid, wanted):
                yield said
                imap.hear_anew()
        # They are told in the order in which they were sent, whatever that of the answers.
        while wanted and (first := next(iter(wanted))) in refused:
            del wanted[first]
            yield Answered(refused.pop(first))


def _sent(imap: Any, uids: Sequence[int]) -> bytes:
    """Ask for some headers, and return the command's tag."""
    tag: bytes = imap._new_tag()  # noqa: SLF001 (tags are its own count: docs/adr/0012)
    imap.hear_anew()
    imap.send(tag + f" UID FETCH {sequence_set(uids)} (FLAGS INTERNALDATE {HEADER_FIELDS})\r\n".encode())
    return tag


def _was_wanted(uid: int, wanted: dict[bytes, set[int]]) -> bool:
    """Tell whether a message is still to come, and note that it has."""
    for uids in wanted.values():
        if uid in uids:
            uids.remove(uid)
            return True
    return False
