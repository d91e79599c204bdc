"""The trace of a mail: what the servers on its way wrote above it, as the few facts that say who wrote it.

Each server puts its lines above those that are there (RFC 5321 §4.4, RFC 8601 §5): what stands above a server's own
`Received:` was written by it, or after it; what stands below may have been written by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from mailsla.core.mail.authentication_results import Results, read_results

TRACE_FIELDS = frozenset({"authentication-results", "received", "x-spam-flag"})
"""Names, in lower case, of the fields whose place in the header counts."""

LONGEST_FIELD = 8_000

MOST_FIELDS = 60
"""Fields that are looked at; a header with as many has a hop there that nobody can read."""
MOST_HOPS = 30
MOST_RESULTS = 10
MOST_ADDRESSES = 4

MOST_REMEMBERED = 2_048
"""Addresses whose form is remembered; memory does not grow with the mailbox."""

NOWHERE = "?"
"""Stands for an address that cannot be read, or that is not kept: no machine of ours has it."""


class Hop(NamedTuple):
    """One `Received:`, as far as it says who handed a mail to whom (RFC 5321 §4.4).

    Attributes:
        by: The host that wrote it, in lower case; empty when that is not clear.
        addresses: Every address that it names as the other side's, `NOWHERE` when it names none; empty when the
            mail came from the host itself, not over a network.
        is_submitted: Whether that host says who logged in to hand it in (RFC 3848), or that it began there.
    """

    by: str = ""
    addresses: tuple[str, ...] = (NOWHERE,)
    is_submitted: bool = False


UNREADABLE = Hop()


class Trace(NamedTuple):
    """The trace of one copy of a mail.

    Attributes:
        hops: From the topmost, the last one, down; those that decide nothing may be missing at the end.
        results: What servers say they verified, from the topmost.
        flagged: How many hops stand above the first `X-Spam-Flag: YES`; None without one.
        is_whole: Whether what was verified is in it, and not only who verified it: nothing more of an outsider's mail
            is kept.
    """

    hops: tuple[Hop, ...] = ()
    results: tuple[Results, ...] = ()
    flagged: int | None = None
    is_whole: bool = True


GoesOn = Callable[[Hop], bool]
"""Tells, of a hop, whether those below it can still decide something."""


def read_trace(fields: Iterable[tuple[str, str]], goes_on: GoesOn, *, with_results: bool = True) -> Trace:
    """Return the trace that some fields make.

    More than thirty hops, or sixty fields, end with one that nobody can read.

    Args:
        fields: Those of `TRACE_FIELDS`, in the order of the header, each with its lower-case name.
        goes_on: Reading ends at the first hop after which nothing decides any more; from whom that one had the mail
            is not kept.
        with_results: Whether what was verified decides something; else only the name of who verified it is kept.
    """
    hops: list[Hop] = []
    results: list[Results] = []
    flagged: int | None = None
    for number, (name, value) in enumerate(fields, 1):
        if number == MOST_FIELDS:
            hops.append(UNREADABLE)
            break
        if name == "received":
            hop = read_hop(value) if len(hops) < MOST_HOPS else UNREADABLE
            hops.append(hop)
            if hop is UNREADABLE:
                break
            if not goes_on(hop):
                hops[-1] = Hop(hop.by, (NOWHERE,), hop.is_submitted)
                break
        elif name == "x-spam-flag":
            if flagged is None and value.strip().lower() == "yes":
                flagged = len(hops)
        elif len(results) < MOST_RESULTS:
            read = value[:LONGEST_FIELD] if with_results else value[:LONGEST_FIELD].partition(";")[0]
            found = read_results(read, len(hops), is_cut=with_results and len(value) > LONGEST_FIELD)
            if found is not None:
                results.append(found)
    return Trace(tuple(hops), tuple(results), flagged, with_results)


_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*"?|[()]|[^\s"()]++', re.DOTALL)
_CLAUSES = frozenset({"from", "by", "via", "with", "id", "for"})
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_])?")
_SUBMITTED = re.compile(r"(?:utf8)?(?:esmtps?a|lmtps?a)|mapi|local", re.IGNORECASE)
_NOT_OVER_A_NETWORK = re.compile(r"(?:utf8)?lmtps?a?|local", re.IGNORECASE)
_SAYS_SUBMITTED = re.compile(r"authenticated sender:|auth:|postfix, from userid \d", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![\w.:%\]-])(?:IPv6:)?([0-9A-Fa-f:.]{2,45}+)(?:%\w{1,20}+)?(?![\w%-])", re.IGNORECASE
)
_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+")
_LIKE_AN_ADDRESS = re.compile(r"[^:]*:.*|\d+(?:\.\d+){3}")
_USUAL = re.compile(
    r"\s*from (?:[A-Za-z][\w-]*\.[\w.-]+|localhost) \((?:[A-Za-z][\w.-]* )?\[(\d+\.\d+\.\d+\.\d+)\]\)\s+"
    r"by ([A-Za-z][\w.-]*)\s+(?:\(Postfix\)\s+)?with (\w+)\s+id [\w.-]+(?:\s+for <[\w.+=@-]+>)?;\s+"
    r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]{8} [+-]\d{4}(?: \([A-Z]+\))?\s*",
    re.ASCII,
)
"""The form of Postfix and Dovecot, read first and quickly; it says the same as the rest of the reader."""


def read_hop(written: str) -> Hop:
    """Return what a `Received:` says; what could be read in two ways is `UNREADABLE`.

    The other side writes a name of its own choice there (HELO): every address is taken, and all will have to be ours.

    >>> read_hop("from a (b [192.0.2.1]) by MX.example.fr with ESMTPSA id 1; Tue, 3 Nov 2026 08:30:00 +0100")
    Hop(by='mx.example.fr', addresses=('192.0.2.1',), is_submitted=True)
    """
    usual = _USUAL.fullmatch(written)
    if usual is not None:
        address, by, protocol = usual.groups()
        return Hop(
            by.lower().rstrip("."), (_address(address) or NOWHERE,), bool(_SUBMITTED.fullmatch(protocol))
        )
    clauses, comments = _clauses(written[:LONGEST_FIELD])
    if list(clauses)[:2] != ["from", "by"] and list(clauses)[:1] != ["by"]:
        return UNREADABLE
    host = "".join(clauses["by"][:1]).lower().rstrip(";.")
    if _HOST.fullmatch(host) is None:
        return UNREADABLE
    protocol = "".join(clauses.get("with", ())[:1]).rstrip(";")
    is_submitted = _SUBMITTED.fullmatch(protocol) is not None or any(map(_SAYS_SUBMITTED.match, comments))
    return Hop(host, _other_side(clauses, protocol), is_submitted)


def _clauses(written: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the words of each clause, in order, and the comments; no clause when one stands twice, or nothing ends."""
    clauses: dict[str, list[str]] = {}
    comments: list[str] = []
    words: list[str] = []
    depth = opened = 0
    for piece in _TOKEN.findall(written):
        depth += (piece == "(") - (piece == ")")
        if piece == "(" and depth == 1:
            opened = len(words)
        elif piece == ")" and depth == 0:
            comments.append(" ".join(words[opened + 1 :]))
        elif depth < 0 or (depth == 0 and piece.lower() in clauses):
            return {}, []
        elif depth == 0 and piece.lower() in _CLAUSES:
            words = clauses[piece.lower()] = []
            continue
        words.append(piece)
    return ({}, []) if depth else (clauses, comments)


def _other_side(clauses: dict[str, list[str]], protocol: str) -> tuple[str, ...]:
    """Return the addresses from which a host had a mail; none when it came over no network."""
    if "from" not in clauses:
        return ()
    written = " ".join(clauses["from"])
    found = {address for match in _ADDRESS.finditer(written) if (address := _address(match[1])) is not None}
    if not found and _NOT_OVER_A_NETWORK.fullmatch(protocol):
        return ()
    return tuple(sorted(found)) if 0 < len(found) <= MOST_ADDRESSES else (NOWHERE,)


@lru_cache(maxsize=MOST_REMEMBERED)
def _address(written: str) -> str | None:
    """Return an address in its usual form, `NOWHERE` for what only looks like one, None for a number or a word."""
    port = _PORT.fullmatch(written)
    try:
        found = ip_address(written if port is None else port[1])
    except ValueError:
        return NOWHERE if _LIKE_AN_ADDRESS.fullmatch(written) else None
    return str(getattr(found, "ipv4_mapped", None) or found)
