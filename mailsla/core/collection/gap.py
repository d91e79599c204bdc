"""Gaps: stretches of time over which an account was not collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time over which an account was not collected; `until` is None while it lasts.

    `partial` when only some of its mailboxes were not: the server refused them. `never` when it never was before
    either: nothing of any time is known.
    """

    account: str
    since: datetime
    until: datetime | None
    partial: bool = False
    never: bool = False
