"""What a finding says as numbers, instants and names, for programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mailsla.core.alerts.findings import Finding
from mailsla.core.collection.on_server import ListedMailbox

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NOT_TOLD = frozenset({"health", "recipient"})
"""Fields that stand elsewhere in the document, or whose value is a person's address: the sentence says whose it is."""

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
    return _fields(found, zone)


def _fields(value: DataclassInstance, zone: ZoneInfo) -> dict[str, Any]:
    return {
        item.name: _plain(getattr(value, item.name), zone)
        for item in fields(value)
        if item.name not in NOT_TOLD
    }


def _plain(value: object, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, ListedMailbox):
        return {"name": value.name, "role": value.role.value}
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value, zone)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item, zone) for item in value]
    return value
