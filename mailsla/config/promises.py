"""The sections that say what is promised, and what the clock goes by."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from mailsla.config.fields import Address, Day, HoursOfDay, Name, Number, Section, Share, TimeOfDay
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.opening_hours import USUAL_WEEK, Interval
from mailsla.core.clock.origin import Origin, PresetName
from mailsla.core.clock.presets import ACKNOWLEDGEMENT_PRESETS, PRESETS
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.language import gettext as _


class CommitmentSection(Section):
    """`[[commitments]]`: what is promised for a category of requests, and how its requests are recognised.

    `preset` fills what is not written (`mailsla.core.clock.presets`). A promise in `days` counts working days, or
    calendar days when `unit` says so; one in `hours` counts hours of opening. What a preset decides is « à vérifier »
    until `confirmed`; `chosen_by_site` says that the promise names no delay.
    """

    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = "information"
    preset: Literal["qualipref", "marianne"] | None = None
    days: Annotated[Number, Field(ge=1, le=200)] | None = None
    hours: Annotated[Number, Field(ge=1, le=2000)] | None = None
    unit: Literal["working_days", "calendar_days"] = "working_days"
    comparison: Comparison | None = None
    target: Share | None = None
    announced_date_counts: bool = False
    confirmed: bool = False
    chosen_by_site: bool = False
    addresses: tuple[Address, ...] = ()
    mailboxes: tuple[Name, ...] = ()
    subjects: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_amount(self) -> CommitmentSection:
        if self.days is not None and self.hours is not None:
            raise ValueError(_("indiquez days ou hours, pas les deux."))
        if self.hours is not None and self.unit == "calendar_days":
            raise ValueError(_("hours compte des heures d'ouverture : retirez unit, qui est celle de days."))
        return self

    @field_validator("category")
    @classmethod
    def _not_reserved(cls, written: str) -> str:
        if written in {*PresetName}:
            raise ValueError(_("ce nom est celui d'un autre engagement ; choisissez-en un autre."))
        return written

    @model_validator(mode="after")
    def _one_origin(self) -> CommitmentSection:
        if self.chosen_by_site and (self.preset is not None or not self._has_amount):
            raise ValueError(
                _(
                    "chosen_by_site dit que le site a choisi le délai : écrivez-le (days ou hours), sans preset."
                )
            )
        if self.confirmed and not self._is_of_preset:
            raise ValueError(_("confirmed va avec preset : cet engagement est celui que le site a écrit."))
        return self

    @property
    def _has_amount(self) -> bool:
        return self.days is not None or self.hours is not None

    @property
    def _is_of_preset(self) -> bool:
        """Whether a preset is named, or gives the delay."""
        return self.preset is not None or not self._has_amount

    @property
    def commitment(self) -> Commitment:
        """The promise."""
        name = PresetName(self.preset or PresetName.QUALIPREF)
        preset = PRESETS[name]
        amount, unit = self.days or preset.days, Unit(self.unit)
        if self.hours is not None:
            amount, unit = self.hours, Unit.OPENING_HOURS
        comparison, target = self.comparison or preset.comparison, self.target or preset.target
        written = (preset.days, preset.comparison, preset.target, Unit.WORKING_DAYS)
        return Commitment(
            category=self.category,
            amount=amount,
            comparison=comparison,
            target=target,
            unit=unit,
            announced_date_counts=self.announced_date_counts,
            origin=Origin(name, self.confirmed, altered=(amount, comparison, target, unit) != written)
            if self._is_of_preset
            else Origin(chosen_by_site=self.chosen_by_site),
        )


class AcknowledgementSection(Section):
    """`[[acknowledgements]]`: what the law says of acknowledgements, measured on the first mail of the office."""

    preset: Literal["accuse-reception", "accuse-enregistrement"]
    confirmed: bool = False

    @property
    def commitment(self) -> Commitment:
        """The promise, for every request."""
        name = PresetName(self.preset)
        return ACKNOWLEDGEMENT_PRESETS[name].commitment(name, confirmed=self.confirmed)


class ReceiptSection(Section):
    """`[receipt]`: from which day the clock runs."""

    cutoff: TimeOfDay | None = None
    closed_day_receipt: ClosedDayReceipt = ClosedDayReceipt.SAME_DAY

    @model_validator(mode="after")
    def _leaves_some_of_the_day(self) -> ReceiptSection:
        if self.cutoff == time(0):
            raise ValueError(
                _("cutoff = « 00:00 » compterait tout courriel au lendemain ; retirez cette clé.")
            )
        return self


class Closure(Section):
    """One closed day of the office."""

    on: Day
    reason: Name


class HalfDay(Section):
    """One day on which the office closes early or opens late, with the hours that remain."""

    on: Day
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
