"""When personal data ends: by the day on which a request fell due, or on which a mail that is none came.

DOMAIN, *Privacy*: by default on 31 March of the second year after it, longer than the time between two audits; a site
may keep it for less, never for more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LAST_DAY = (3, 31)
"""The month and the day, of the second year after, to which data is kept at most."""

LONGEST_DAYS = 365 + 366 + 89
"""The default is no longer than that, counted from 1 January: more would be less for nobody."""

SHORTEST_DAYS = 180
"""What evidence 4 looks around for, and what an announced date can add, are over then, and late answers are known."""

NEW_DAYS = 90
"""So long after a mail was first seen it stays, however old: of an archive that is imported in parts, or of a first
collection whose configuration is still being corrected, what is tied wrongly must not stand as a fact."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a site keeps personal data.

    Attributes:
        days: For so many days after the day that counts, where that ends before the default; None for the default.
    """

    days: int | None = None

    def kept_until(self, on: date) -> date:
        """Return the last day on which the data of what fell due, or came, on a day is kept.

        >>> Retention().kept_until(date(2025, 1, 1)), Retention(400).kept_until(date(2025, 1, 1))
        (datetime.date(2027, 3, 31), datetime.date(2026, 2, 5))
        """
        latest = date(on.year + 2, *LAST_DAY)
        return latest if self.days is None else min(latest, on + timedelta(days=self.days))

    def last_ended(self, today: date) -> date:
        """Return the last day whose data is not kept today any more: that of all days before it is not, either.

        >>> Retention().last_ended(date(2027, 3, 31)), Retention().last_ended(date(2027, 4, 1))
        (datetime.date(2024, 12, 31), datetime.date(2025, 12, 31))
        """
        years = 2 if (today.month, today.day) > LAST_DAY else 3
        ended = date(today.year - years, 12, 31)
        return ended if self.days is None else max(ended, today - timedelta(days=self.days + 1))
