"""How values are written in JSON documents, which are a contract: each carries the version of its schema."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]


def text(document: Any) -> str:
    """Return a document as indented JSON, keys in the order they were given."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def share(value: Fraction | None) -> float | None:
    """Return a share as a number with 6 decimals; the exact fraction stands beside it as two integers."""
    return None if value is None else round(float(value), 6)


def instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    """Return an instant in ISO 8601 with the site's offset, to the second."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
