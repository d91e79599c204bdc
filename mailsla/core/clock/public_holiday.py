"""Legal holidays as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day on which State offices are closed by law.

    Attributes:
        on: The date.
        name: In French.
        source: The law, in words.
        computed: True when the year lies beyond the official table: a law may still change it.
    """

    on: date
    name: str
    source: str
    computed: bool = False
