"""Requests: which messages of a conversation ask, which remind, which answer, and when the clock stopped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.addresses import parse_addresses, plain
from mailsla.core.mail.base_subject import base_subject, is_reply_subject
from mailsla.core.mail.copies import Copy, Mail
from mailsla.core.mail.header import BODY_THANKS, Header
from mailsla.core.mail.instants import Basis, Moment, stored
from mailsla.core.mail.kinds import MailKind
from mailsla.core.mail.returned import has_failed
from mailsla.core.mail.signs import looks_sent_by_itself
from mailsla.core.mail.weak_signs import looks_machine_made
from mailsla.core.office.authorship import is_believed
from mailsla.core.office.correspondents import Office
from mailsla.core.office.sides import Reading, Side, written_to
from mailsla.core.pairing.acknowledgement import is_acknowledgement, is_survey
from mailsla.core.pairing.announced_date import announced_date
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.decision import NOTHING_DECIDED, Action, Decided
from mailsla.core.pairing.followed import Followed
from mailsla.core.pairing.new_question import Subjects
from mailsla.core.pairing.register import FEW, Register
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import (
    ACKNOWLEDGEMENTS,
    FIRST_RESPONSES,
    TOO_QUICK,
    ClosingEffect,
    PairingRules,
    Part,
)
from mailsla.core.pairing.thanks import is_thanks
from mailsla.core.pairing.which_request import (
    ANY,
    answered_by,
    asked_to_answer_at,
    heard_about,
    written_to_asker,
)

AT_ONCE = timedelta(minutes=10)
"""What a machine of the office writes within this time says "we got it", no more."""


SLOW_CLOCK = timedelta(days=1)
"""How much an agent's clock may be slow; more than that, INTERNALDATE is a migration's."""


def requests_of(
    conversation: str,
    readings: Sequence[Reading],
    links: Mapping[str, Link],
    rules: PairingRules,
    decided: Decided = NOTHING_DECIDED,
    few: int = FEW,
) -> tuple[Request, ...]:
    """Return the requests of one conversation, by receipt.

    Args:
        conversation: Its name.
        readings: Its messages, in any order.
        links: What ties each message; tells a reply sent by a clock that runs late.
        rules: The site's rules.
        decided: What people decided about these messages.
        few: How many requests are looked at one by one; it decides nothing but the time that takes.
    """
    ordered = sorted(_after_their_request(readings, links), key=_turn)
    returned = _Returned(ordered)
    register = Register(rules.reminder_words, few)
    for reading in ordered:
        link = links[reading.key]
        if reading.side is Side.CITIZEN:
            _hear(reading, register, link, rules, decided)
        elif reading.side is Side.OUTBOUND:
            _answer(reading, register, link, rules, decided)
        elif reading.side is Side.INTERNAL:
            _forward(reading, register, rules.office, link)
        elif reading.kind is MailKind.DELIVERY_REPORT:
            _return(reading, link.to, returned.written_to(link.to), register)
        elif _is_our_automatic_reply(reading, rules.office):
            _acknowledge(reading, register, link, rules.office)
    return tuple(_closed(case, conversation, rules, decided) for case in register.cases)


def _is_our_automatic_reply(reading: Reading, office: Office) -> bool:
    is_ours = reading.kind is MailKind.AUTOMATIC_REPLY and office.wrote(reading.mail.header)
    return is_ours and is_believed(reading.mail, office)


def _turn(reading: Reading) -> tuple[datetime, int, str]:
    # At the same instant, the question comes before its answer.
    return (reading.moment.at, 0 if reading.side is Side.CITIZEN else 1, reading.key)


def _after_their_request(readings: Sequence[Reading], links: Mapping[str, Link]) -> list[Reading]:
    """Give replies whose `Date:` lies before the mail they answer the server's instant instead."""
    asked_at = [reading.moment.at for reading in readings if reading.side is Side.CITIZEN]
    sent_at = [reading.moment.at for reading in readings if reading.side is Side.OUTBOUND]
    if not asked_at or not sent_at or min(sent_at) >= max(asked_at):
        # No reply lies before any mail that it may answer.
        return list(readings)
    by_key = {reading.key: reading for reading in readings}
    asking = (reading for reading in readings if reading.side is Side.CITIZEN)
    first = min(asking, key=lambda reading: reading.order, default=None)
    moved = []
    for reading in readings:
        link = links[reading.key]
        asked = by_key.get(link.to or "") or (first if _came_after(reading, link, first) else None)
        if reading.side is Side.OUTBOUND and asked is not None and asked.side is Side.CITIZEN:
            moved.append(_not_before(reading, asked.moment.at))
        else:
            moved.append(reading)
    return moved


def sent_at_latest(reading: Reading) -> datetime:
    """Return when a mail was sent at the latest: a clock that is a little slow may date it before its request."""
    server = stored(reading.mail)
    if server is None or not reading.moment.at < server.at <= reading.moment.at + SLOW_CLOCK:
        return reading.moment.at
    return server.at


def _came_after(reading: Reading, link: Link, first: Reading | None) -> bool:
    """Tell whether a reply that names no mail we have seen came after its conversation's first request."""
    if link.to is not None or first is None or not is_reply_subject(reading.mail.header.subject):
        return False
    return reading.moment.at < first.moment.at <= sent_at_latest(reading)


def _not_before(reading: Reading, asked_at: datetime) -> Reading:
    if reading.moment.at >= asked_at:
        return reading
    server = stored(reading.mail)
    moment = server if server is not None and server.at >= asked_at else Moment(asked_at, Basis.AFTER_REQUEST)
    return Reading(reading.mail, reading.side, reading.kind, reading.reason, moment, reading.citizens)


def _hear(reading: Reading, register: Register, link: Link, rules: PairingRules, decided: Decided) -> None:
    """Take a citizen's message: a request, a reminder, a follow-up, or thanks."""
    only_thanks = is_thanks(reading.mail.header) and decided.counts(reading.key) is not True
    joined = _joined(reading, register, decided)
    case = joined or heard_about(reading, register, link, rules.office)
    if case is None and only_thanks:
        # Whoever thanks from another address asks nothing either.
        case = next((named for named in register.find(ANY.with_step(link.to)) if named.answered), None)
        if case is None and _answers_ours(reading, decided):
            return
    if case is not None:
        _catch_up(case, register, reading.moment.at)
    is_settled = joined is not None or only_thanks
    if case is not None and case.answered is not None and only_thanks:
        register.add(case, reading, Part.THANKS)
    elif case is None or (not is_settled and _is_new_question(reading, case, link, rules)):
        _open(reading, register, rules, decided, Part.REQUEST)
        register.cases[-1].unseen.update(link.unseen)
    elif case.answered is None and not case.unseen.issuperset(link.unseen):
        # Something of ours left since the last mail: a reply, or only an acknowledgement.
        _add_theirs(case, reading, Part.AFTER_UNSEEN, register, rules)
        case.unseen.update(link.unseen)
    elif case.answered is None:
        _add_theirs(case, reading, Part.REMINDER, register, rules)
    else:
        _open(reading, register, rules, decided, Part.FOLLOW_UP)
        register.cases[-1].unseen.update(link.unseen)


def _answers_ours(reading: Reading, decided: Decided) -> bool:
    """Tell whether what thanks answers a mail of ours, by its text, and nobody cut it off."""
    return reading.mail.header.has(BODY_THANKS) and decided.last(reading.key, Action.SPLIT) is None


def _add_theirs(
    case: Followed, reading: Reading, part: Part, register: Register, rules: PairingRules
) -> None:
    """Take a citizen's mail as a step of an open request: it is answered at this mail's addresses too."""
    register.add(case, reading, part)
    register.widen(case, reading.citizens, asked_to_answer_at(reading, rules.office))


def _catch_up(case: Followed, register: Register, at: datetime) -> None:
    """Have a case answered by what was filed or decided, when that came before `at` and before any mail."""
    if case.elsewhere is not None and case.elsewhere.at <= at and case.answered is None:
        register.answer(case, case.elsewhere, None)


def _is_new_question(reading: Reading, case: Followed, link: Link, rules: PairingRules) -> bool:
    """Tell a new question from a reminder or a follow-up: another subject, or long after the last reply."""
    if link.evidence is Evidence.DECISION:
        return False
    if case.last_reply_at is not None and reading.moment.at - case.last_reply_at > rules.new_question_after:
        return True
    return case.subjects.is_new(reading.mail.header.subject)


def _open(reading: Reading, register: Register, rules: PairingRules, decided: Decided, part: Part) -> None:
    """Have a citizen's message open a request, or a follow-up."""
    mail, office = reading.mail, rules.office
    citizens = {*reading.citizens, *written_to(mail.header, office)}
    case = Followed(
        number=len(register.cases),
        opening=reading,
        follow_up=part is Part.FOLLOW_UP,
        citizens=citizens,
        # Where nothing says who asks, whom it was written to beside us may.
        askers=set(reading.citizens or citizens),
        reply_to=asked_to_answer_at(reading, office),
        assignments=_first_assignment(reading, office),
        elsewhere=_answered_elsewhere(reading, rules, decided),
        subjects=Subjects(rules.reminder_words),
    )
    register.enter(case, part)


def _first_assignment(reading: Reading, office: Office) -> list[Assignment]:
    """Return the service a mail was written to, else the one in whose mailbox it lies."""
    service = office.service_of_address(reading.mail.header.recipients)
    if service is not None:
        return [Assignment(service, reading.moment.at, ServiceBasis.RECIPIENT)]
    copies = reading.mail.copies
    for copy in copies:
        service = office.service_of_mailbox(copy.mailbox)
        if service is not None:
            since = _moved_at(copy, copies) or reading.moment.at
            return [Assignment(service, max(since, reading.moment.at), ServiceBasis.MAILBOX)]
    return []


def _moved_at(copy: Copy, copies: Sequence[Copy]) -> datetime | None:
    """Return when a copy came to its mailbox from another one; None when it was there from the start."""
    seen = copy.first_seen_at
    earlier = any(
        other.first_seen_at is not None and seen is not None and other.first_seen_at < seen
        for other in copies
    )
    return seen if earlier else None


def _by_keyword(mail: Mail, office: Office, assignments: list[Assignment]) -> list[Assignment]:
    """Return the service that an IMAP keyword gives a mail, unless it had one by then."""
    given = [
        (at, service)
        for copy in mail.copies
        for word, at in copy.keywords
        if (service := office.service_of_keyword(word)) is not None
    ]
    if not given:
        return []
    at, service = min(given)
    had_one = any(item.since <= at for item in assignments)
    return [] if had_one else [Assignment(service, at, ServiceBasis.KEYWORD)]


def _answer(reading: Reading, register: Register, link: Link, rules: PairingRules, decided: Decided) -> None:
    """Take a mail of the office to someone outside: a reply to the citizens it is written to."""
    joined = _joined(reading, register, decided)
    machine = joined is None and looks_machine_made(reading.mail.header)
    for case in answered_by(reading, register, link) if joined is None else [joined]:
        part = kind_of_reply(reading.mail, rules, case.subjects)
        if not case.citizens:
            # Nothing said who asked; whom the office answers did.
            register.widen(case, reading.citizens, ())
        if part is Part.REPLY and machine:
            register.add(case, reading, _machine_part(reading, case))
            continue
        if part is Part.REPLY and joined is None and _is_too_quick(reading, case):
            register.add(case, reading, Part.DOUBTFUL_REPLY)
            continue
        register.add(case, reading, part)
        if part is Part.HOLDING_REPLY and not rules.holding_stops:
            _announce(reading, case)
        if rules.stops(part):
            register.answer(case, reading.moment, reading.key)


class _Returned:
    """The mails that delivery reports speak of, each with whom it was written to."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings
        self._written_to: dict[str, frozenset[str]] = {}

    @cached_property
    def _by_key(self) -> dict[str, Reading]:
        return {reading.key: reading for reading in self._readings}

    def written_to(self, key: str | None) -> frozenset[str]:
        """Return the addresses outside that a mail of the office was written to; none of another mail."""
        if key is None or key not in self._by_key:
            return frozenset()
        if key not in self._written_to:
            reading = self._by_key[key]
            self._written_to[key] = frozenset(reading.citizens if reading.side is Side.OUTBOUND else ())
        return self._written_to[key]


def _return(reading: Reading, key: str | None, written_to: frozenset[str], register: Register) -> None:
    """Take a delivery report: a reply that came back from each of the citizen's addresses is none.

    A report that names no address speaks of the only one that the reply was written to.
    """
    named = {plain(address) for address in parse_addresses(reading.mail.header.field("x-failed-recipients"))}
    failed = named or (written_to if len(written_to) == 1 else frozenset())
    if key is None or not failed or not has_failed(reading.mail.header):
        return
    for case in list(register.find(written_to_asker(failed).with_step(key))):
        reached = case.askers & written_to if case.citizens else written_to
        if reached and reached <= failed:
            register.take_back(case, key)


def _is_too_quick(reading: Reading, case: Followed) -> bool:
    """Tell whether a reply that no machine marked left sooner after its request than anybody writes one."""
    asked_at = case.opening.moment.at
    if reading.moment.basis is not Basis.SENDER_CLOCK or reading.moment.at - asked_at > TOO_QUICK:
        return False
    return timedelta() <= sent_at_latest(reading) - asked_at <= TOO_QUICK


def _machine_part(reading: Reading, case: Followed) -> Part:
    """Tell an acknowledgement that a machine made from a letter that a tool marks as made by one.

    Nobody answers within minutes: that is an acknowledgement. Later, nobody can tell: it stays in doubt, and
    stops nothing until a person says so.
    """
    at_once = reading.moment.at - case.opening.moment.at <= AT_ONCE
    return Part.AUTOMATIC_ACKNOWLEDGEMENT if at_once else Part.DOUBTFUL_REPLY


def _acknowledge(reading: Reading, register: Register, link: Link, office: Office) -> None:
    """Take what a machine of the office answered at once: it says "we got it", of what it names if it names any."""
    theirs = written_to_asker(set(written_to(reading.mail.header, office)))
    named = list(register.find(theirs.with_step(link.to), is_open=True))
    for case in named or list(register.find(theirs, is_open=True)):
        register.add(case, reading, Part.AUTOMATIC_ACKNOWLEDGEMENT)


def _joined(reading: Reading, register: Register, decided: Decided) -> Followed | None:
    """Return the case to which a person tied this mail."""
    decision = decided.last(reading.key, Action.JOIN)
    return None if decision is None else register.opened_by(decision.other)


def _announce(reading: Reading, case: Followed) -> None:
    """Keep the date that a holding reply announces, while the clock runs."""
    answer_by = announced_date(reading.mail.header.subject, reading.moment.at.date())
    if answer_by is not None and case.answered is None:
        case.announcements.append(Announcement(reading.moment.at, answer_by))


def _category(mail: Mail, rules: PairingRules) -> str:
    """Return the first category that a mail's recipients, mailboxes or subject are declared for."""
    if not rules.recognised_categories:
        return rules.default_category
    recipients = {plain(address) for address in mail.header.recipients}
    mailboxes = {copy.mailbox for copy in mail.copies}
    subject = mail.header.subject.casefold()
    for rule in rules.recognised_categories:
        named = any(re.search(rf"\b{re.escape(words)}", subject) for words in rule.subjects)
        if named or recipients.intersection(rule.addresses) or mailboxes.intersection(rule.mailboxes):
            return rule.category
    return rules.default_category


def kind_of_reply(mail: Mail, rules: PairingRules, asked: Collection[str] = ()) -> Part:
    """Return what the first rule that recognises a reply says it is; else what its own subject says.

    Who asks for a receipt, in so many words, is answered under the same: `asked` has the base subjects so far.
    """
    declared = next((rule.part for rule in rules.replies if rule.recognises(mail)), None)
    return declared or (
        Part.REPLY if base_subject(mail.header.subject) in asked else _by_subject(mail.header)
    )


def _by_subject(header: Header) -> Part:
    if is_acknowledgement(header.subject) or looks_sent_by_itself(header):
        return Part.ACKNOWLEDGEMENT
    return Part.SURVEY if is_survey(header.subject) else Part.REPLY


def _forward(reading: Reading, register: Register, office: Office, link: Link) -> None:
    """Take a mail inside the office: it may say which service has the latest request."""
    case = register.last(ANY.with_step(link.to)) or register.last(ANY)
    if case is None:
        return
    register.add(case, reading, Part.FORWARD)
    service = office.service_of_address(reading.mail.header.recipients)
    if service is not None and (not case.assignments or case.assignments[-1].service != service):
        case.assignments.append(Assignment(service, reading.moment.at, ServiceBasis.FORWARD))


def _closed(case: Followed, conversation: str, rules: PairingRules, decided: Decided) -> Request:
    """Return the request that a case amounts to: its messages, then how it was filed, then what was decided."""
    opening = case.opening
    copies = opening.mail.copies
    assignments = [*case.assignments, *_by_keyword(opening.mail, rules.office, case.assignments)]
    assignments.sort(key=lambda assignment: assignment.since)
    if case.elsewhere is not None and _comes_first(case.elsewhere, case.answered):
        case.answered, case.answered_by = case.elsewhere, None
    request = Request(
        key=opening.key,
        conversation=conversation,
        follow_up=case.follow_up,
        received=_undisputed(opening.moment, (opening.key,), decided),
        citizens=tuple(sorted(case.askers)),
        answered=_undisputed(case.answered, (case.answered_by, opening.key), decided)
        if case.answered
        else None,
        answered_by=case.answered_by,
        assignments=tuple(assignments),
        steps=tuple(case.steps),
        category=_category(opening.mail, rules),
        imported=bool(copies) and all(copy.imported for copy in copies),
        mailboxes=tuple(dict.fromkeys([(copy.account, copy.mailbox) for copy in copies])),
        subject=opening.mail.header.subject,
        announcements=tuple(case.announcements),
        first_response=_first(case.steps, FIRST_RESPONSES),
        acknowledged=_first(case.steps, ACKNOWLEDGEMENTS),
    )
    return _as_decided(_as_filed(request, opening.mail, rules), decided)


def _comes_first(elsewhere: Moment, answered: Moment | None) -> bool:
    """Tell whether an answer given otherwise counts: it was earlier, or a person settled a disputed date."""
    if answered is None or elsewhere.at < answered.at:
        return True
    return answered.disputed is not None and elsewhere.basis is Basis.DECISION


def _undisputed(moment: Moment, keys: Iterable[str | None], decided: Decided) -> Moment:
    """Return a moment without what disputes it, when a person looked at one of the mails and left it as it is."""
    if moment.disputed is None:
        return moment
    is_settled = any(key is not None and decided.last(key, Action.DISMISS) is not None for key in keys)
    return moment._replace(disputed=None) if is_settled else moment


def _first(steps: Iterable[Step], wanted: Collection[Part]) -> Moment | None:
    return next((step.moment for step in steps if step.part in wanted), None)


def _answered_elsewhere(opening: Reading, rules: PairingRules, decided: Decided) -> Moment | None:
    """Return when a request was answered otherwise than by mail: as an agent filed it, or as a person decided."""
    if not (rules.closings or decided.by_target):
        return None
    moments = [
        Moment(max(at, opening.moment.at), Basis.FILED)
        for rule in rules.closings
        if rule.effect is ClosingEffect.ANSWERED and (at := rule.closed_at(opening.mail)) is not None
    ]
    decision = decided.last(opening.key, Action.ANSWERED)
    if decision is not None and decision.at is not None:
        moments.append(Moment(max(decision.at, opening.moment.at), Basis.DECISION))
    return min(moments, key=lambda moment: moment.at, default=None)


def _as_filed(request: Request, opening: Mail, rules: PairingRules) -> Request:
    """Leave out a request that an agent filed as closed without an answer."""
    for rule in rules.closings:
        if rule.effect is ClosingEffect.EXCLUDED and rule.closed_at(opening) is not None:
            return request._replace(excluded=rule.reason)
    return request


def _as_decided(request: Request, decided: Decided) -> Request:
    """Apply what a person decided about a request."""
    if request.key not in decided.by_target:
        return request
    excluded = decided.last(request.key, Action.EXCLUDE)
    if excluded is not None:
        request = request._replace(excluded=excluded.reason)
    category = decided.last(request.key, Action.CATEGORY)
    if category is not None:
        request = request._replace(category=category.text)
    assigned = decided.last(request.key, Action.ASSIGN)
    if assigned is not None:
        since = max(assigned.decided_at, request.received.at)
        given = Assignment(assigned.text, since, ServiceBasis.DECISION)
        request = request._replace(assignments=(*request.assignments, given))
    return request
