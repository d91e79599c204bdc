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
from mailsla.config.promises import CalendarSection, CommitmentSection, OpeningSection, ReceiptSection
from mailsla.config.servers import Account, Smtp
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
    commitments: tuple[CommitmentSection, ...] = (CommitmentSection(),)
    receipt: ReceiptSection = ReceiptSection()
    calendar: CalendarSection = CalendarSection()
    opening: OpeningSection = OpeningSection()
    replies: RepliesSection = RepliesSection()
    reply_kinds: tuple[ReplyKindSection, ...] = ()
    closings: tuple[ClosingSection, ...] = ()
    alerts: Alerts = Alerts()
    smtp: Smtp | None = None
    store: StoreSection = StoreSection()

    @model_validator(mode="after")
    def _unique_names(self) -> Settings:
        repeated = []
        for section, names in (
            ("accounts", [account.name for account in self.accounts]),
            ("services", [service.name for service in self.services]),
            ("commitments", [commitment.category for commitment in self.commitments]),
        ):
            if len(names) != len(set(names)):
                repeated.append(section)
        if repeated:
            raise ValueError(
                _("deux entrées portent le même nom ({section}) ; renommez l'une d'elles.").format(
                    section=", ".join(repeated)
                )
            )
        return self
