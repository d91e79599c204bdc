"""What a finding says as numbers, instants and names, for programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailsla.core.alerts.findings import Finding
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def code_of(found: type[Finding] | Finding) -> str:
    """Return the name of a kind of finding: it never changes with a language.

    >>> from mailsla.core.alerts.mail_findings import RepliesSeen
    >>> code_of(RepliesSeen(2))
    'replies-seen'
    """
    kind = found if isinstance(found, type) else type(found)
    return _WORD.sub("-", kind.__name__).lower()


def facts_of(found: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """Return what a finding says by itself, each field by its name; instants have the site's offset."""
    return {
        item.name: _plain(getattr(found, item.name), zone) for item in fields(found) if item.name != "health"
    }


def _plain(value: object, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, ListedMailbox):
        return {"name": value.name, "role": value.role.value}
    if isinstance(value, Gap):
        return {"account": value.account, "since": _plain(value.since, zone), "never": value.never}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item, zone) for item in value]
    return value
