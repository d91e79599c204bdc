"""Requests: which messages of a conversation ask, which remind, which answer, and when the clock stopped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mailsla.core.addresses import plain
from mailsla.core.announced_date import announced_date
from mailsla.core.base_subject import base_subject
from mailsla.core.case import Case
from mailsla.core.commitment import Announcement
from mailsla.core.conversation import Link
from mailsla.core.correspondents import Office
from mailsla.core.mail import Basis, Mail, Moment, stored
from mailsla.core.reading import Reading, Side

RULES_VERSION = 2
"""Raised whenever the code derives something else from the same facts; every derivation is then redone."""


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """By what a request is recognised as one of a category (« réclamation »…).

    Attributes:
        category: Its name, that of a commitment.
        addresses: Recipient addresses, as compared.
        mailboxes: IMAP mailboxes in which it lies.
        subjects: Words or phrases of its subject, folded.
    """

    category: str
    addresses: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairingRules:
    """What a site can decide about pairing.

    Attributes:
        office: Who we are.
        default_category: Of a request that no category rule recognises.
        categories: How the other categories are recognised, in the order in which they are tried.
        holding_subjects: Beginnings of subjects that announce a holding reply, folded.
        holding_stops: Whether a holding reply stops the clock.
        thanks_subjects: Base subjects of a bare "thank you", folded.
        new_question_after: After a reply older than this, the citizen's next mail is a new request.
        pairing_window: How long after a request evidence 4 may tie a reply to it.
    """

    office: Office
    default_category: str = "information"
    categories: tuple[CategoryRule, ...] = ()
    holding_subjects: tuple[str, ...] = ("réponse d'attente", "reponse d'attente")
    holding_stops: bool = False
    thanks_subjects: tuple[str, ...] = ("merci", "merci beaucoup", "remerciements", "je vous remercie")
    new_question_after: timedelta = timedelta(days=30)
    pairing_window: timedelta = timedelta(days=60)


class Part(StrEnum):
    """What a message is in the life of a request."""

    REQUEST = "request"
    REMINDER = "reminder"
    REPLY = "reply"
    HOLDING_REPLY = "holding_reply"
    FOLLOW_UP = "follow_up"
    THANKS = "thanks"
    FORWARD = "forward"
    ASIDE = "aside"


class ServiceBasis(StrEnum):
    """Why a request is a service's."""

    RECIPIENT = "recipient"
    MAILBOX = "mailbox"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which service has a request, since when, and why."""

    service: str
    since: datetime
    basis: ServiceBasis


@dataclass(frozen=True, slots=True)
class Step:
    """One message in the life of a request."""

    key: str
    part: Part
    moment: Moment


@dataclass(frozen=True, slots=True)
class Request:
    """A citizen's request, as derived from facts.

    Attributes:
        key: Identity of the message that opens it.
        conversation: Name of its conversation.
        follow_up: True when it is the sequel of an answered request: watched, reported apart.
        received: When it was received, and what that rests on.
        citizens: Addresses at which the citizen can be answered; empty when nothing says who asks.
        answered: When the clock stopped, and what that rests on; None while it runs.
        answered_by: Key of the message that stopped it.
        assignments: The services that had it, first to last.
        steps: Its messages in order, the opening one included.
        category: Which commitment it falls under.
        imported: True when every copy of the opening message came from an archive: no alert is sent for it.
        mailboxes: Where the opening message lies, as (account, mailbox).
        subject: Of the opening message.
        announcement: The last holding reply that announced a date, before the clock stopped.
        excluded: Why a person left it out of the figures; None when it counts.
    """

    key: str
    conversation: str
    follow_up: bool
    received: Moment
    citizens: tuple[str, ...]
    answered: Moment | None
    answered_by: str | None
    assignments: tuple[Assignment, ...]
    steps: tuple[Step, ...]
    category: str
    imported: bool
    mailboxes: tuple[tuple[str, str], ...]
    subject: str
    announcement: Announcement | None = None
    excluded: str | None = None

    @property
    def case(self) -> Case:
        """What the figures need to know of it."""
        return Case(
            key=self.key,
            received_at=self.received.at,
            answered_at=self.answered.at if self.answered else None,
            service=self.service,
            category=self.category,
            follow_up=self.follow_up,
            imported=self.imported,
            announcement=self.announcement,
            excluded=self.excluded,
            subject=self.subject,
        )

    @property
    def service(self) -> str | None:
        """The service that has it now."""
        return self.assignments[-1].service if self.assignments else None


@dataclass
class _Case:
    """A request being followed through its conversation."""

    opening: Reading
    follow_up: bool
    citizens: set[str]
    assignments: list[Assignment]
    steps: list[Step]
    answered: Moment | None = None
    answered_by: str | None = None
    last_reply_at: datetime | None = None
    announcement: Announcement | None = None
    subjects: set[str] = field(default_factory=set)


def requests_of(
    conversation: str, readings: Sequence[Reading], links: dict[str, Link], rules: PairingRules
) -> tuple[Request, ...]:
    """Return the requests of one conversation, by receipt.

    Args:
        conversation: Its name.
        readings: Its messages, in any order.
        links: What ties each message; tells a reply sent by a clock that runs late.
        rules: The site's rules.
    """
    ordered = sorted(_after_their_request(readings, links), key=_turn)
    cases: list[_Case] = []
    for reading in ordered:
        if reading.side is Side.CITIZEN:
            _hear(reading, cases, rules)
        elif reading.side is Side.OUTBOUND:
            _answer(reading, cases, rules)
        elif reading.side is Side.INTERNAL:
            _forward(reading, cases, rules.office)
    return tuple(_closed(case, conversation, rules) for case in cases)


def _turn(reading: Reading) -> tuple[datetime, int, str]:
    # At the same instant, the question comes before its answer.
    return (reading.moment.at, 0 if reading.side is Side.CITIZEN else 1, reading.key)


def _after_their_request(readings: Sequence[Reading], links: dict[str, Link]) -> list[Reading]:
    """Give replies whose `Date:` lies before the mail they answer the server's instant instead."""
    by_key = {reading.key: reading for reading in readings}
    moved = []
    for reading in readings:
        asked = by_key.get(links[reading.key].to or "")
        if reading.side is Side.OUTBOUND and asked is not None and asked.side is Side.CITIZEN:
            moved.append(_not_before(reading, asked.moment.at))
        else:
            moved.append(reading)
    return moved


def _not_before(reading: Reading, asked_at: datetime) -> Reading:
    if reading.moment.at >= asked_at:
        return reading
    server = stored(reading.mail)
    moment = server if server is not None and server.at >= asked_at else Moment(asked_at, Basis.AFTER_REQUEST)
    return Reading(reading.mail, reading.side, reading.kind, reading.reason, moment, reading.citizens)


def _hear(reading: Reading, cases: list[_Case], rules: PairingRules) -> None:
    """Take a citizen's message: a request, a reminder, a follow-up, or thanks."""
    case = _case_of(reading, cases)
    if case is None or _is_new_question(reading, case, rules):
        cases.append(_opened(reading, rules.office, follow_up=False))
    elif case.answered is None:
        _add(case, reading, Part.REMINDER)
        case.citizens.update(reading.citizens)
    elif base_subject(reading.mail.header.subject) in rules.thanks_subjects:
        _add(case, reading, Part.THANKS)
    else:
        cases.append(_opened(reading, rules.office, follow_up=True))


def _case_of(reading: Reading, cases: list[_Case]) -> _Case | None:
    """Return the latest case that this citizen belongs to."""
    who = set(reading.citizens)
    return next((case for case in reversed(cases) if not who or who & case.citizens), None)


def _is_new_question(reading: Reading, case: _Case, rules: PairingRules) -> bool:
    if case.last_reply_at is None or case.answered is None:
        return False
    subject = base_subject(reading.mail.header.subject)
    renamed = bool(subject) and subject not in case.subjects and subject not in rules.thanks_subjects
    return renamed or reading.moment.at - case.last_reply_at > rules.new_question_after


def _opened(reading: Reading, office: Office, *, follow_up: bool) -> _Case:
    mail = reading.mail
    case = _Case(
        opening=reading,
        follow_up=follow_up,
        citizens={*reading.citizens, *office.outside(mail.header.cc)},
        assignments=_first_assignment(reading, office),
        steps=[],
        subjects={base_subject(mail.header.subject)},
    )
    _add(case, reading, Part.FOLLOW_UP if follow_up else Part.REQUEST)
    return case


def _first_assignment(reading: Reading, office: Office) -> list[Assignment]:
    service = office.service_of_address(reading.mail.header.recipients)
    if service is not None:
        return [Assignment(service, reading.moment.at, ServiceBasis.RECIPIENT)]
    for place in reading.mail.places:
        service = office.service_of_mailbox(place.mailbox)
        if service is not None:
            return [Assignment(service, reading.moment.at, ServiceBasis.MAILBOX)]
    return []


def _answer(reading: Reading, cases: list[_Case], rules: PairingRules) -> None:
    """Take a mail of the office to someone outside: a reply to the citizens it is written to."""
    for case in _addressed(reading, cases):
        holding = _is_holding(reading, rules)
        _add(case, reading, Part.HOLDING_REPLY if holding else Part.REPLY)
        case.subjects.add(base_subject(reading.mail.header.subject))
        if holding and not rules.holding_stops:
            _announce(reading, case)
            continue
        case.last_reply_at = reading.moment.at
        if case.answered is None:
            case.answered, case.answered_by = reading.moment, reading.key


def _addressed(reading: Reading, cases: list[_Case]) -> list[_Case]:
    """Return the cases that this mail answers: those still open, else the last one, of the citizens written to.

    When nothing says who asked, as with a form without Reply-To, any mail to the outside answers.
    """
    who = set(reading.citizens)
    reached = [case for case in cases if not case.citizens or who & case.citizens]
    open_cases = [case for case in reached if case.answered is None]
    return open_cases or reached[-1:]


def _announce(reading: Reading, case: _Case) -> None:
    """Keep the date that a holding reply announces, while the clock runs."""
    answer_by = announced_date(reading.mail.header.subject, reading.moment.at.date())
    if answer_by is not None and case.answered is None:
        case.announcement = Announcement(reading.moment.at, answer_by)


def _category(mail: Mail, rules: PairingRules) -> str:
    """Return the first category that a mail's recipients, mailboxes or subject are declared for."""
    recipients = {plain(address) for address in mail.header.recipients}
    mailboxes = {place.mailbox for place in mail.places}
    subject = mail.header.subject.casefold()
    for rule in rules.categories:
        named = any(re.search(rf"\b{re.escape(words)}", subject) for words in rule.subjects)
        if named or recipients.intersection(rule.addresses) or mailboxes.intersection(rule.mailboxes):
            return rule.category
    return rules.default_category


def _is_holding(reading: Reading, rules: PairingRules) -> bool:
    return base_subject(reading.mail.header.subject).startswith(rules.holding_subjects)


def _forward(reading: Reading, cases: list[_Case], office: Office) -> None:
    """Take a mail inside the office: it may say which service has the latest request."""
    if not cases:
        return
    case = cases[-1]
    _add(case, reading, Part.FORWARD)
    service = office.service_of_address(reading.mail.header.recipients)
    if service is not None and (not case.assignments or case.assignments[-1].service != service):
        case.assignments.append(Assignment(service, reading.moment.at, ServiceBasis.FORWARD))


def _add(case: _Case, reading: Reading, part: Part) -> None:
    case.steps.append(Step(reading.key, part, reading.moment))


def _closed(case: _Case, conversation: str, rules: PairingRules) -> Request:
    opening = case.opening
    places = opening.mail.places
    return Request(
        key=opening.key,
        conversation=conversation,
        follow_up=case.follow_up,
        received=opening.moment,
        citizens=tuple(sorted(case.citizens)),
        answered=case.answered,
        answered_by=case.answered_by,
        assignments=tuple(case.assignments),
        steps=tuple(case.steps),
        category=_category(opening.mail, rules),
        imported=bool(places) and all(place.imported for place in places),
        mailboxes=tuple(dict.fromkeys((place.account, place.mailbox) for place in places)),
        subject=opening.mail.header.subject,
        announcement=case.announcement,
    )
