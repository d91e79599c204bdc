"""The configuration as one frozen value: every key, its default and its limits, a class a section of the file.

`mailsla/config/mailsla.example.toml` shows each key with a comment; a test holds the two together.
"""

from __future__ import annotations

from datetime import datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from mailsla.config.contradictions import contradictions
from mailsla.config.fields import Address, File, Name, Number, Section, TimeOfDay
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
from mailsla.config.servers import Account, Monitoring, Smtp
from mailsla.core.rate.belonging import Belonging
from mailsla.core.retention.ended import LONGEST_DAYS, SHORTEST_DAYS
from mailsla.language import gettext as _

LIBRARIES = {"pdf": "weasyprint", "xlsx": "xlsxwriter"}
"""What writes the files that a report may have with it."""


class Alerts(Section):
    """`[alerts]`: when service heads are warned, and what a mail shows."""

    working_days_before: tuple[Annotated[Number, Field(ge=1, le=60)], ...] = (3, 1)
    send_at: TimeOfDay = time(8, 0)
    overdue_within: Annotated[Number, Field(ge=1, le=500)] = 20
    show_subject: bool = True
    show_sender: bool = False
    calendar_file: bool = False
    unassigned: Address | None = None
    referent: Address | None = None
    referent_after: Annotated[Number, Field(ge=1, le=500)] | None = 5
    secretary_general: Address | None = None
    secretary_general_after: Annotated[Number, Field(ge=1, le=500)] = 10
    operator: Address | None = None
    collection_stopped_after_hours: Annotated[Number, Field(ge=1, le=720)] = 4


class ReportOrderSection(Section):
    """`[[reports]]`: a report that comes by itself, of each period once it is over, on the first working day after it.

    `heads` adds each service's head, for that service alone.
    """

    every: Literal["week", "month", "quarter", "year"]
    at: TimeOfDay = time(8, 0)
    to: tuple[Address, ...] = ()
    heads: bool = False
    short: bool = False
    attach: tuple[Literal["pdf", "xlsx"], ...] = ()

    @model_validator(mode="after")
    def _can_be_sent(self) -> ReportOrderSection:
        if not self.to and not self.heads:
            raise ValueError(_("indiquez à qui l'envoyer : to, ou heads = true."))
        for name in self.attach:
            if find_spec(LIBRARIES[name]) is None:
                raise ValueError(
                    _("joindre « {name} » demande un complément : pip install « mailsla[{name}] ».").format(
                        name=name
                    )
                )
        return self


class Actions(Section):
    """`[actions]`: what people may ask for by the links of the mails that mailsla sends; without it, nothing.

    Without an address, the mails go to the first account's own, and only a token tells them from others.
    """

    enabled: bool = True
    address: Address | None = None
    key_file: Annotated[File, Field(validate_default=True)] = Path("cle-actions")


class ReportSection(Section):
    """`[report]`: by which date a request belongs to a period, in the figure that people look at."""

    cohort: Belonging = Belonging.DUE


class PagesSection(Section):
    """`[pages]`: what the static site shows, and where the daemon keeps one."""

    subjects: bool = False
    actions: bool = False
    folder: File | None = None
    every_hours: Annotated[Number, Field(ge=1, le=168)] = 1


class PrivacySection(Section):
    """`[privacy]`: for how many days personal data is kept, where that is less than by default; never for longer."""

    retention_days: Annotated[Number, Field(ge=SHORTEST_DAYS, le=LONGEST_DAYS)] | None = None


class DecisionsSection(Section):
    """`[decisions]`: where the daemon takes decisions from whoever may read the store, and not write to it."""

    socket: File | None = None


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
    actions: Actions | None = None
    smtp: Smtp | None = None
    store: StoreSection = StoreSection()
    decisions: DecisionsSection = DecisionsSection()
    report: ReportSection = ReportSection()
    reports: tuple[ReportOrderSection, ...] = ()
    pages: PagesSection = PagesSection()
    monitoring: Monitoring = Monitoring()
    privacy: PrivacySection = PrivacySection()
    _saved_at: datetime | None = PrivateAttr(default=None)

    @property
    def saved_at(self) -> datetime | None:
        """When the file was saved, UTC; None for what no file said."""
        return self._saved_at

    def dated(self, saved_at: datetime) -> Settings:
        """Return the same settings, of a file saved at an instant."""
        copy = self.model_copy()
        copy._saved_at = saved_at  # noqa: SLF001 (of its own class)
        return copy

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
    def _sends_reports(self) -> Settings:
        if self.reports and self.smtp is None:
            raise ValueError(_("[[reports]] demande un serveur d'envoi : ajoutez [smtp]."))
        return self

    @model_validator(mode="after")
    def _acts_from_pages(self) -> Settings:
        signed_for = self.alerts.referent or self.alerts.unassigned
        if self.pages.actions and (self.actions is None or signed_for is None):
            raise ValueError(
                _("pages.actions demande [actions], et [alerts] referent, pour qui ces actions sont signées.")
            )
        return self

    @model_validator(mode="after")
    def _says_one_thing(self) -> Settings:
        found = next(contradictions(self), None)
        if found is not None:
            raise ValueError(found)
        return self
