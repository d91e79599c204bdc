"""What the machine itself notes of an act: nobody says it on a command line (DOMAIN: the proof)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """Who acted and when, as the machine knows it; both stand beside any name and date that a person gives.

    Attributes:
        by: The system's user.
        at: The instant of the machine's real clock, UTC.
    """

    by: str
    at: datetime
