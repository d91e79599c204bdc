"""By which date a request belongs to a period (DOMAIN: the rate, cohorts)."""

from __future__ import annotations

from enum import StrEnum


class Belonging(StrEnum):
    """By which of its dates a request is a period's."""

    DUE = "due"
    RECEIVED = "received"

    @property
    def other(self) -> Belonging:
        """The other date."""
        return Belonging.RECEIVED if self is Belonging.DUE else Belonging.DUE
