"""The sections that say who we are, and how our mail is read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mailsla.config.fields import (
    Address,
    AuthservId,
    Day,
    Departement,
    Domain,
    Keyword,
    MailboxName,
    Name,
    Network,
    Number,
    Pattern,
    Section,
)
from mailsla.core.clock.territory import Territory, territory_of
from mailsla.core.office.forms import AddressSource
from mailsla.language import gettext as _


class Site(Section):
    """`[site]`: who measures, and where.

    `departement` gives the zone and the legal holidays; `good_friday` is for the communes of Alsace-Moselle
    that have a Protestant or mixed church.
    """

    name: Name
    departement: Departement
    good_friday: bool = True
    minimum: Annotated[Number, Field(ge=1)] = 5

    @property
    def territory(self) -> Territory:
        """The territory whose law and clock apply."""
        territory = territory_of(self.departement)
        assert territory is not None
        return territory


class OfficeSection(Section):
    """`[office]`: which addresses are ours, and by what a mail that bears one is believed to be ours."""

    domains: tuple[Domain, ...] = Field(min_length=1)
    addresses: tuple[Address, ...] = ()
    form_senders: tuple[Address, ...] = ()
    never_requests: tuple[Address | Domain, ...] = ()
    trusted_authserv_id: AuthservId | None = None
    networks: tuple[Network, ...] = ()
    copies_are_trusted: bool = False
    message_id_hosts: tuple[Domain, ...] = ()


class FormSection(Section):
    """`[[forms]]`: one web form, and where it puts the citizen's address; the first place that has one wins.

    The first group of a pattern is the address; a body read for it is never kept.
    """

    senders: tuple[Address, ...] = Field(min_length=1)
    citizen: tuple[AddressSource, ...] = Field(default=(AddressSource.REPLY_TO,), min_length=1)
    subject_pattern: Pattern | None = None
    body_pattern: Pattern | None = None

    @model_validator(mode="after")
    def _has_patterns(self) -> FormSection:
        missing = (AddressSource.SUBJECT in self.citizen and self.subject_pattern is None) or (
            AddressSource.BODY in self.citizen and self.body_pattern is None
        )
        if missing:
            raise ValueError(_("indiquez le motif (subject_pattern, body_pattern) de chaque source citée."))
        return self


class DeputySection(Section):
    """`deputies` of `[[services]]`: who is told in the head's stead, from one day to another, both included."""

    address: Address
    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> DeputySection:
        if self.last < self.first:
            raise ValueError(_("un remplacement finit avant de commencer : échangez first et last."))
        return self


class Service(Section):
    """`[[services]]`: a unit of the office, and who is told of its requests."""

    name: Name
    addresses: tuple[Address, ...] = ()
    mailboxes: tuple[MailboxName, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    head: Address | None = None
    also: tuple[Address, ...] = ()
    deputies: tuple[DeputySection, ...] = ()


class RepliesSection(Section):
    """`[replies]`: which answers are none."""

    holding_subjects: tuple[Name, ...] = ("Réponse d'attente",)
    holding_stops: bool = False
    count_follow_ups: bool = False
    reminder_words: tuple[Name, ...] = ()


class ReplyKindSection(Section):
    """`[[reply_kinds]]`: by what a reply is recognised as less, or other, than an answer in full."""

    kind: Literal["acknowledgement", "holding", "redirection", "survey", "substantive"]
    subjects: tuple[Name, ...] = ()
    senders: tuple[Address, ...] = ()
    mailboxes: tuple[MailboxName, ...] = ()
    keywords: tuple[Keyword, ...] = ()

    @model_validator(mode="after")
    def _has_a_sign(self) -> ReplyKindSection:
        if not (self.subjects or self.senders or self.mailboxes or self.keywords):
            raise ValueError(_("indiquez au moins un objet, un expéditeur, un dossier ou un mot-clé."))
        return self


class ClosingSection(Section):
    """`[[closings]]`: how agents close a request from their mail client, by a mailbox or an IMAP keyword."""

    effect: Literal["answered", "excluded"]
    reason: Name
    mailboxes: tuple[MailboxName, ...] = ()
    keywords: tuple[Keyword, ...] = ()

    @model_validator(mode="after")
    def _has_a_sign(self) -> ClosingSection:
        if not self.mailboxes and not self.keywords:
            raise ValueError(_("indiquez au moins un dossier ou un mot-clé."))
        return self
