"""How values are written in JSON documents, which are a contract: each carries the version of its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from json.encoder import encode_basestring
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]


def text(document: Any) -> str:
    """Return a document as indented JSON, keys in the order they were given."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def pieces(document: Document) -> Iterator[str]:
    """Yield a document as `text` writes it, in pieces: a list given as an iterator is read as it is written."""
    before = "{"
    for name, value in document.items():
        yield f"{before}\n  {encode_basestring(name)}: "
        yield from _list(value) if isinstance(value, Iterator) else [_written(value, "\n  ")]
        before = ","
    yield "\n}" if document else "{}"


def _list(items: Iterator[Any]) -> Iterator[str]:
    before = "["
    for item in items:
        yield f"{before}\n    {_written(item, NEWLINE_OF_ITEM)}"
        before = ","
    yield "[]" if before == "[" else "\n  ]"


NEWLINE_OF_ITEM = "\n    "
CONSTANTS = {None: "null", True: "true", False: "false"}


def _written(value: Any, newline: str) -> str:
    """Return a value as indented JSON; each of its lines but the first begins with `newline`.

    The standard library indents at the speed of Python, several calls a value: a long list would take twice as long.
    """
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or value is True or value is False:
        return CONSTANTS[value]
    if type(value) is int:
        return str(value)
    if isinstance(value, dict) and value:
        deeper = newline + "  "
        # Most members are texts: one call less for each.
        members = [
            f"{encode_basestring(name)}: "
            f"{encode_basestring(item) if type(item) is str else _written(item, deeper)}"
            for name, item in value.items()
        ]
        return f"{{{deeper}{f',{deeper}'.join(members)}{newline}}}"
    if isinstance(value, list | tuple) and value:
        deeper = newline + "  "
        return f"[{deeper}{f',{deeper}'.join([_written(item, deeper) for item in value])}{newline}]"
    return json.dumps(value, ensure_ascii=False)


def share(value: Fraction | None) -> float | None:
    """Return a share as a number with 6 decimals; the exact fraction stands beside it as two integers."""
    return None if value is None else round(float(value), 6)


def instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    """Return an instant in ISO 8601 with the site's offset, to the second."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
