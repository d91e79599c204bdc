"""The configuration as one frozen value: every key, its default and its limits, a class a section of the file.

`config/mailsla.example.toml` shows each key with a comment; a test holds the two together.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field, model_validator

from mailsla.config.fields import Address, Name, Section
from mailsla.config.office import (
    ClosingSection,
    FormSection,
    OfficeSection,
    RepliesSection,
    ReplyKindSection,
    Service,
    Site,
)
from mailsla.config.promises import (
    AcknowledgementSection,
    CalendarSection,
    CommitmentSection,
    OpeningSection,
    ReceiptSection,
)
from mailsla.config.servers import Account, Smtp
from mailsla.core.rate.belonging import Belonging
from mailsla.language import gettext as _


class Alerts(Section):
    """`[alerts]`: when service heads are warned, and what a mail shows."""

    working_days_before: tuple[Annotated[int, Field(ge=1, le=60)], ...] = (3, 1)
    send_at: time = time(8, 0)
    overdue_within: Annotated[int, Field(ge=1, le=500)] = 20
    show_subject: bool = True
    show_sender: bool = False
    unassigned: Address | None = None
    operator: Address | None = None
    collection_stopped_after_hours: Annotated[int, Field(ge=1, le=720)] = 4


class ReportSection(Section):
    """`[report]`: by which date a request belongs to a period, in the figure that people look at."""

    cohort: Belonging = Belonging.DUE


class StoreSection(Section):
    """`[store]`: the database; a relative SQLite path is relative to the configuration file."""

    url: Name = "sqlite:///mailsla.sqlite3"
    readable_by_group: bool = False


class Settings(Section):
    """Everything the configuration says."""

    site: Site
    office: OfficeSection
    accounts: tuple[Account, ...] = Field(min_length=1)
    forms: tuple[FormSection, ...] = ()
    services: tuple[Service, ...] = ()
    commitments: tuple[CommitmentSection, ...] = Field(default=(CommitmentSection(),), min_length=1)
    acknowledgements: tuple[AcknowledgementSection, ...] = ()
    receipt: ReceiptSection = ReceiptSection()
    calendar: CalendarSection = CalendarSection()
    opening: OpeningSection = OpeningSection()
    replies: RepliesSection = RepliesSection()
    reply_kinds: tuple[ReplyKindSection, ...] = ()
    closings: tuple[ClosingSection, ...] = ()
    alerts: Alerts = Alerts()
    smtp: Smtp | None = None
    store: StoreSection = StoreSection()
    report: ReportSection = ReportSection()

    @model_validator(mode="after")
    def _open_for_hours(self) -> Settings:
        if any(item.hours is not None for item in self.commitments) and not any(self.opening.week):
            raise ValueError(
                _(
                    "un engagement est en heures, et [opening] n'ouvre aucun jour : donnez des heures d'ouverture."
                )
            )
        return self

    @model_validator(mode="after")
    def _known_days(self) -> Settings:
        """Refuse a day that is closed and open in part, or closed twice."""
        calendar = self.calendar
        closed = [item.on for item in calendar.closures] + [item.on for item in calendar.half_days]
        repeated = sorted({on for on in closed if closed.count(on) > 1})
        if repeated:
            raise ValueError(
                _(
                    "[calendar] : le {day} est fermé deux fois, ou fermé et ouvert en partie ; gardez-en un."
                ).format(day=repeated[0].isoformat())
            )
        return self

    @model_validator(mode="after")
    def _unique_names(self) -> Settings:
        repeated = []
        for section, names in (
            ("accounts", [account.name for account in self.accounts]),
            ("services", [service.name for service in self.services]),
            ("commitments", [commitment.category for commitment in self.commitments]),
            ("acknowledgements", [str(item.preset) for item in self.acknowledgements]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                repeated.append(f"{section} : {', '.join(twice)}")
        if repeated:
            raise ValueError(
                _("deux entrées portent le même nom ({section}) ; renommez l'une d'elles.").format(
                    section=", ".join(repeated)
                )
            )
        return self
