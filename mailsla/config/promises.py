"""The sections that say what is promised, and what the clock goes by."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mailsla.config.fields import Address, HoursOfDay, Name, Section, Share
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.opening_hours import USUAL_WEEK, Interval
from mailsla.core.clock.presets import PRESETS
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.language import gettext as _


class CommitmentSection(Section):
    """`[[commitments]]`: what is promised for a category of requests, and how its requests are recognised.

    `preset` fills what is not written (`mailsla.core.clock.presets`). A promise in `days` counts working days, or
    calendar days when `unit` says so; one in `hours` counts hours of opening.
    """

    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = "information"
    preset: Literal["qualipref", "marianne"] | None = None
    days: Annotated[int, Field(ge=1, le=200)] | None = None
    hours: Annotated[int, Field(ge=1, le=2000)] | None = None
    unit: Literal["working_days", "calendar_days"] = "working_days"
    comparison: Comparison | None = None
    target: Share | None = None
    announced_date_counts: bool = False
    addresses: tuple[Address, ...] = ()
    mailboxes: tuple[Name, ...] = ()
    subjects: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_amount(self) -> CommitmentSection:
        if self.days is not None and self.hours is not None:
            raise ValueError(_("indiquez days ou hours, pas les deux."))
        return self

    @property
    def commitment(self) -> Commitment:
        """The promise."""
        preset = PRESETS[self.preset or "qualipref"]
        amount, unit = self.days or preset.days, Unit(self.unit)
        if self.hours is not None:
            amount, unit = self.hours, Unit.OPENING_HOURS
        return Commitment(
            category=self.category,
            amount=amount,
            comparison=self.comparison or preset.comparison,
            target=self.target or preset.target,
            unit=unit,
            announced_date_counts=self.announced_date_counts,
        )


class ReceiptSection(Section):
    """`[receipt]`: from which day the clock runs."""

    cutoff: time | None = None
    closed_day_receipt: ClosedDayReceipt = ClosedDayReceipt.SAME_DAY


class Closure(Section):
    """One closed day of the office."""

    on: date
    reason: Name


class HalfDay(Section):
    """One day on which the office closes early or opens late, with the hours that remain."""

    on: date
    reason: Name
    open: HoursOfDay = Field(min_length=1)


class CalendarSection(Section):
    """`[calendar]`: what the site adds to the legal calendar."""

    closures: tuple[Closure, ...] = ()
    worked_holidays: tuple[Closure, ...] = ()
    local_holidays: tuple[Closure, ...] = ()
    half_days: tuple[HalfDay, ...] = ()
    half_days_count: bool = True


class OpeningSection(Section):
    """`[opening]`: hours of opening, for promises in hours; a day without any is a closed one."""

    monday: HoursOfDay = USUAL_WEEK[0]
    tuesday: HoursOfDay = USUAL_WEEK[1]
    wednesday: HoursOfDay = USUAL_WEEK[2]
    thursday: HoursOfDay = USUAL_WEEK[3]
    friday: HoursOfDay = USUAL_WEEK[4]
    saturday: HoursOfDay = USUAL_WEEK[5]
    sunday: HoursOfDay = USUAL_WEEK[6]

    @property
    def week(self) -> tuple[tuple[Interval, ...], ...]:
        """The stretches of each day, from Monday."""
        return (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
