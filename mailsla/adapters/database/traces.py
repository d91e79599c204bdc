"""Traces of copies as short documents, and back; what servers of one house write is the same on mail after mail.

The document of a trace is the list of its items, without those at the end that say what is said of most. A hop is its
host and the addresses that it names, then `true` when the mail was submitted to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from mailsla.adapters.database.column_values import ColumnValues, document_of
from mailsla.core.mail.authentication_results import Results, Said
from mailsla.core.mail.trace_information import Hop, Trace

MOST_REMEMBERED = 256
"""Traces that are remembered as they are kept: those of one house are few. Memory does not grow with the mailbox."""

_OF_MOST: Sequence[Any] = Trace()


@lru_cache(maxsize=MOST_REMEMBERED)
def trace_document(trace: Trace) -> str:
    """Return a trace as it is kept."""
    hops = [(hop.by, *hop.addresses, *((True,) if hop.is_submitted else ())) for hop in trace.hops]
    length = len(trace)
    while length and trace[length - 1] == _OF_MOST[length - 1]:
        length -= 1
    return ColumnValues.lean_document((hops, *trace[1:])[:length])


def trace_of(document: Sequence[Any]) -> Trace:
    """Return the trace that a document holds."""
    hops, results, flagged, is_whole = (*document, *_OF_MOST[len(document) :])
    return Trace(
        tuple([_hop(*hop) for hop in hops]),
        tuple(
            [Results(server, below, tuple([Said(*item) for item in said])) for server, below, said in results]
        ),
        flagged,
        is_whole,
    )


def _hop(by: str, *said: Any) -> Hop:
    is_submitted = said[-1:] == (True,)
    return Hop(by, said[:-1] if is_submitted else said, is_submitted)


def kept_trace(kept: Any) -> Trace | None:
    """Return the trace of a copy as the database keeps it; None where there is none."""
    if kept is None:
        return None
    return _written_trace(kept) if isinstance(kept, str) else trace_of(kept)


@lru_cache(maxsize=MOST_REMEMBERED)
def _written_trace(document: str) -> Trace:
    return trace_of(document_of(document))
