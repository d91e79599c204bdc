"""What a server says it verified of a mail: `Authentication-Results` (RFC 8601), read with bounds.

Nothing here is believed: hostile mail brings fields of its own. Who wrote one is told by its name and its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

MOST_SEGMENTS = 60
MOST_SAID = 12
LONGEST_NAME = 255

DMARC, DKIM, SPF, AUTH = "dmarc", "dkim", "spf", "auth"
PASS, FAIL = "pass", "fail"


class Said(NamedTuple):
    """One result that decides something.

    Attributes:
        method: `dmarc`, `dkim`, `spf` or `auth` (RFC 8601 §2.7).
        result: `pass`; of DMARC, `fail` too.
        domain: The domain that passed or failed, in lower case; empty when none is named. Never an address.
    """

    method: str
    result: str
    domain: str = ""


class Results(NamedTuple):
    """One `Authentication-Results`.

    Attributes:
        server: The authserv-id of who says so, in lower case (RFC 8601 §2.5).
        below: How many `Received:` stand above it.
        said: What it says, DMARC first; at most twelve results.
    """

    server: str
    below: int
    said: tuple[Said, ...] = ()


_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*"?|[();]|\\.?|[^"();\\]++', re.DOTALL)
_UNSAFE = re.compile(r"[^A-Za-z0-9.@_-]")
_METHOD = re.compile(r"\s*+([A-Za-z][\w-]{0,30}+)\s*+(?:/\s*+\d{1,9}+\s*+)?=\s*+([A-Za-z]{1,30}+)(?![\w-])")
_PROPERTY = re.compile(r"(?<!\S)([A-Za-z]{1,30}+)\s*+\.\s*+([A-Za-z][\w-]{0,30}+)\s*+=\s*+(\S{1,400}+)")
_NAME = re.compile(r"[^\s=;]+")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")

_NAMED_BY = {
    DMARC: ("header.from",),
    DKIM: ("header.d", "header.i"),
    SPF: ("smtp.mailfrom", "smtp.helo"),
    AUTH: (),
}
"""The properties that name the domain a result is about, the best first."""


def read_results(written: str, below: int, *, is_cut: bool = False) -> Results | None:
    """Return what an `Authentication-Results` says; None when it does not begin with who says so.

    Args:
        written: The field's value, folded or not.
        below: How many `Received:` stand above it.
        is_cut: Whether its end is missing: what stands last is then left out.

    >>> read_results("mx.example.fr; spf=fail smtp.helo=a.fr; dmarc=pass (p=none) header.from=Example.fr", 0)
    Results(server='mx.example.fr', below=0, said=(Said(method='dmarc', result='pass', domain='example.fr'),))
    """
    segments = _segments(written)
    if is_cut:
        segments.pop()
    server = _server(segments[0]) if segments else ""
    if not server:
        return None
    found = [said for segment in segments[1 : MOST_SEGMENTS + 1] if (said := _said(segment)) is not None]
    # DMARC can take belief away: many signatures must not push it out.
    found.sort(key=lambda said: said.method != DMARC)
    return Results(server, below, tuple(dict.fromkeys(found))[:MOST_SAID])


def _segments(written: str) -> list[str]:
    """Return what stands between semicolons, without comments (RFC 5322 §3.2.2).

    Of what stands in quotes, only what a name is made of is left: it cannot be taken for a result.
    """
    segments: list[list[str]] = [[]]
    depth = 0
    for piece in _TOKEN.findall(written):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(depth - 1, 0)
        elif depth:
            continue
        elif piece == ";":
            segments.append([])
        elif piece.startswith('"'):
            segments[-1].append(_UNSAFE.sub("?", piece[1:].removesuffix('"')))
        else:
            segments[-1].append(piece)
            continue
        if piece in {"(", ")"}:
            segments[-1].append(" ")
    return ["".join(parts) for parts in segments]


def _server(segment: str) -> str:
    """Return the authserv-id; a version may follow it (RFC 8601 §2.2), and nothing else."""
    words = segment.split()
    is_named = len(words) == 1 or (len(words) == 2 and words[1].isdecimal())
    if not is_named or _NAME.fullmatch(words[0]) is None or len(words[0]) > LONGEST_NAME:
        return ""
    return words[0].lower()


def _said(segment: str) -> Said | None:
    """Return a result that decides something: any pass of a known method, and a failure of DMARC."""
    found = _METHOD.match(segment)
    if found is None:
        return None
    method, result = found[1].lower(), found[2].lower()
    if method not in _NAMED_BY or not (result == PASS or (method, result) == (DMARC, FAIL)):
        return None
    properties: dict[str, str] = {}
    for kind, name, value in _PROPERTY.findall(segment[found.end() :]):
        properties.setdefault(f"{kind}.{name}".lower(), value)
    return Said(method, result, _domain(method, properties))


def _domain(method: str, properties: Mapping[str, str]) -> str:
    named = next((properties[name] for name in _NAMED_BY[method] if name in properties), "")
    domain = named.rpartition("@")[2].lower().rstrip(".")
    return domain if len(domain) <= LONGEST_NAME and _DOMAIN.fullmatch(domain) else ""
