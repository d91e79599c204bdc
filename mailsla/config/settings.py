"""The configuration as one frozen value: every key, its default and its limits.

`config/mailsla.example.toml` shows each key with a comment; a test holds the two together.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, time
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.opening_hours import USUAL_WEEK, Interval
from mailsla.core.clock.presets import PRESETS
from mailsla.core.clock.territory import Territory, territory_of
from mailsla.core.clock.verdict import ClosedDayReceipt
from mailsla.core.mail.addresses import parse_addresses
from mailsla.core.office.forms import AddressSource


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _address(written: str) -> str:
    found = parse_addresses(written)
    if len(found) != 1:
        raise ValueError("address")
    return found[0]


def _domain(written: str) -> str:
    return _address(f"x@{written.removeprefix('@')}").partition("@")[2]


def _territory(written: str) -> str:
    if territory_of(written) is None:
        raise ValueError("departement")
    return written


def _pattern(written: str) -> str:
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError("pattern") from error
    return written


def _keyword(written: str) -> str:
    # RFC 9051 §9, flag-keyword: an atom. Clients write accents and spaces each in their own way.
    if not re.fullmatch(r"[!-~]+", written) or set(written) & set('(){%*"\\]'):
        raise ValueError("keyword")
    return written


def _hours(written: Any) -> Any:
    """Read « 09:00-12:00 »."""
    if not isinstance(written, str):
        return written
    start, _dash, end = written.partition("-")
    try:
        return Interval(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
    except ValueError as error:
        raise ValueError("hours") from error


def _exact(written: Any) -> Any:
    # 0.8 in TOML is a binary float; its decimal writing is what was meant.
    return Fraction(str(written)) if isinstance(written, (int, float)) else written


Address = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Share = Annotated[Fraction, BeforeValidator(_exact), Field(gt=0, le=1)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_pattern)]
Hours = Annotated[Interval, BeforeValidator(_hours)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Keyword = Annotated[Name, AfterValidator(_keyword)]


class Site(_Section):
    """`[site]`: who measures, and where.

    `departement` gives the zone and the legal holidays; `good_friday` is for the communes of Alsace-Moselle
    that have a Protestant or mixed church.
    """

    name: Name
    departement: Annotated[str, BeforeValidator(str), AfterValidator(_territory)]
    good_friday: bool = True
    minimum: Annotated[int, Field(ge=1)] = 5

    @property
    def territory(self) -> Territory:
        """The territory whose law and clock apply."""
        territory = territory_of(self.departement)
        assert territory is not None
        return territory


class OfficeSection(_Section):
    """`[office]`: which addresses are ours."""

    domains: tuple[Domain, ...] = Field(min_length=1)
    addresses: tuple[Address, ...] = ()
    form_senders: tuple[Address, ...] = ()


class FormSection(_Section):
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
            raise ValueError("form-pattern")
        return self


class OAuth2Section(_Section):
    """`[accounts.oauth2]`: access tokens instead of a password.

    The client's own credentials are used unless a refresh token is given. `token_url` must be HTTPS, unless it
    is this machine's.
    """

    token_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)]
    client_id: Name
    client_secret_file: Path | None = None
    client_secret_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    client_secret_env: Variable | None = None
    refresh_token_file: Path | None = None
    refresh_token_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    refresh_token_env: Variable | None = None
    scope: Annotated[str, Field(max_length=500)] = ""
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"

    @model_validator(mode="after")
    def _is_complete(self) -> OAuth2Section:
        secrets = [self.client_secret_file, self.client_secret_command, self.client_secret_env]
        refresh = [self.refresh_token_file, self.refresh_token_command, self.refresh_token_env]
        given = [sum(value is not None for value in values) for values in (secrets, refresh)]
        if max(given) > 1 or given == [0, 0]:
            raise ValueError("oauth2-secret")
        host = self.token_url.partition("://")[2].partition("/")[0].rpartition(":")[0]
        if self.token_url.startswith("http://") and not is_loopback(host):
            raise ValueError("oauth2-plain")
        return self


class Account(_Section):
    """`[[accounts]]`: one IMAP login, used for reading only.

    The password comes from exactly one of `password_file`, `password_command`, `password_env` or `password`;
    with `oauth2` there is none.
    `tls` is "implicit" (port 993), "starttls", or "none", which is refused outside loopback.
    """

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,60}$")]
    host: Name
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: Path | None = None
    user: Name
    password: SecretStr | None = None
    password_file: Path | None = None
    password_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    oauth2: OAuth2Section | None = None
    sent: tuple[Name, ...] = ()
    ignore: tuple[Name, ...] = ()
    only: tuple[Name, ...] = ()
    since: date | None = None
    every_seconds: Annotated[int, Field(ge=5, le=86_400)] = 300
    idle: bool = True
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 60

    @model_validator(mode="after")
    def _one_password(self) -> Account:
        given = [self.password, self.password_file, self.password_command, self.password_env]
        if sum(value is not None for value in (*given, self.oauth2)) != 1:
            raise ValueError("password")
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError("plain")
        return self


class Service(_Section):
    """`[[services]]`: a unit of the office and who runs it."""

    name: Name
    addresses: tuple[Address, ...] = ()
    mailboxes: tuple[Name, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    head: Address | None = None


class CommitmentSection(_Section):
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
            raise ValueError("amount")
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


class ReceiptSection(_Section):
    """`[receipt]`: from which day the clock runs."""

    cutoff: time | None = None
    closed_day_receipt: ClosedDayReceipt = ClosedDayReceipt.SAME_DAY


class Closure(_Section):
    """One closed day of the office."""

    on: date
    reason: Name


class HalfDay(_Section):
    """One day on which the office closes early or opens late, with the hours that remain."""

    on: date
    reason: Name
    open: tuple[Hours, ...] = Field(min_length=1)


class CalendarSection(_Section):
    """`[calendar]`: what the site adds to the legal calendar."""

    closures: tuple[Closure, ...] = ()
    worked_holidays: tuple[Closure, ...] = ()
    local_holidays: tuple[Closure, ...] = ()
    half_days: tuple[HalfDay, ...] = ()
    half_days_count: bool = True


class OpeningSection(_Section):
    """`[opening]`: hours of opening, for promises in hours; a day without any is a closed one."""

    monday: tuple[Hours, ...] = USUAL_WEEK[0]
    tuesday: tuple[Hours, ...] = USUAL_WEEK[1]
    wednesday: tuple[Hours, ...] = USUAL_WEEK[2]
    thursday: tuple[Hours, ...] = USUAL_WEEK[3]
    friday: tuple[Hours, ...] = USUAL_WEEK[4]
    saturday: tuple[Hours, ...] = USUAL_WEEK[5]
    sunday: tuple[Hours, ...] = USUAL_WEEK[6]

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


class RepliesSection(_Section):
    """`[replies]`: which answers are none."""

    holding_subjects: tuple[Name, ...] = ("Réponse d'attente",)
    holding_stops: bool = False
    count_follow_ups: bool = False


class ReplyKindSection(_Section):
    """`[[reply_kinds]]`: by what a reply is recognised as less, or other, than an answer in full."""

    kind: Literal["acknowledgement", "holding", "redirection", "survey", "substantive"]
    subjects: tuple[Name, ...] = ()
    senders: tuple[Address, ...] = ()
    mailboxes: tuple[Name, ...] = ()
    keywords: tuple[Keyword, ...] = ()


class ClosingSection(_Section):
    """`[[closings]]`: how agents close a request from their mail client, by a mailbox or an IMAP keyword."""

    effect: Literal["answered", "excluded"]
    reason: Name
    mailboxes: tuple[Name, ...] = ()
    keywords: tuple[Keyword, ...] = ()

    @model_validator(mode="after")
    def _has_a_sign(self) -> ClosingSection:
        if not self.mailboxes and not self.keywords:
            raise ValueError("closing")
        return self


class Alerts(_Section):
    """`[alerts]`: when service heads are warned, and what a mail shows."""

    working_days_before: tuple[Annotated[int, Field(ge=1, le=60)], ...] = (3, 1)
    send_at: time = time(8, 0)
    overdue_within: Annotated[int, Field(ge=1, le=500)] = 20
    show_subject: bool = True
    show_sender: bool = False
    unassigned: Address | None = None
    operator: Address | None = None
    collection_stopped_after_hours: Annotated[int, Field(ge=1, le=720)] = 4


class Smtp(_Section):
    """`[smtp]`: where alert mails are handed over; without it, none is sent."""

    host: Name
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["implicit", "starttls", "none"] = "starttls"
    ca_file: Path | None = None
    sender: Address
    user: Name | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    password_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 30

    @model_validator(mode="after")
    def _one_password(self) -> Smtp:
        given = [self.password, self.password_file, self.password_command, self.password_env]
        if sum(value is not None for value in given) != (0 if self.user is None else 1):
            raise ValueError("smtp-password")
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError("plain")
        return self


class StoreSection(_Section):
    """`[store]`: the database; a relative SQLite path is relative to the configuration file."""

    url: Name = "sqlite:///mailsla.sqlite3"


class Settings(_Section):
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
            raise ValueError(f"duplicate:{', '.join(repeated)}")
        return self


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
