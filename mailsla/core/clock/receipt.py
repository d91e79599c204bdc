"""Day 0: from which day the clock of a received mail runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from mailsla.core.clock.working_days import WorkingCalendar


class ClosedDayReceipt(StrEnum):
    """When mail that arrives on a closed day counts as received."""

    SAME_DAY = "same_day"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class ReceiptRule:
    """From which day a received mail's clock runs.

    Attributes:
        cutoff: Local time from which mail counts as received the next day; None when there is none.
        closed_day: What a closed day does to the receipt.
    """

    cutoff: time | None = None
    closed_day: ClosedDayReceipt = ClosedDayReceipt.SAME_DAY

    def day_zero(self, received_at: datetime, calendar: WorkingCalendar) -> date:
        """Return day 0: the local date of receipt, moved by the cutoff, then by a closed day."""
        on = calendar.local_date(received_at)
        if self.cutoff is not None and received_at.astimezone(calendar.zone).time() >= self.cutoff:
            on += timedelta(days=1)
        if self.closed_day is ClosedDayReceipt.NEXT_WORKING_DAY:
            on = calendar.next_working_day(on)
        return on
