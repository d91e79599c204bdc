"""What one mail is for the office: a citizen's, a reply, an internal mail, or something that counts for nothing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.mail.addresses import plain
from mailsla.core.mail.base_subject import is_reply_subject
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import Moment, received, sent
from mailsla.core.mail.kinds import MailKind, Reason
from mailsla.core.mail.weak_signs import looks_automatic
from mailsla.core.office.authorship import is_believed, without_forged_marks
from mailsla.core.office.correspondents import Office, requesters
from mailsla.core.office.kind_here import kind_here


class Side(StrEnum):
    """Who a mail comes from and goes to, for the purpose of the clock.

    `CITIZEN` asks, `OUTBOUND` is written by the office to someone outside, `INTERNAL` stays inside the office,
    `ASIDE` is nobody's letter: automatic answers, lists, spam, delivery reports. `SAME` is a mail that counts under
    another key already: it was delivered twice.
    """

    CITIZEN = "citizen"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    ASIDE = "aside"
    SAME = "same"


class Reading(NamedTuple):
    """One mail, read.

    Attributes:
        mail: The mail.
        side: Who it comes from and goes to.
        kind: What kind of mail it is.
        reason: Which header says so; None for an ordinary letter.
        moment: When it was received (from outside) or sent (by the office).
        citizens: For a citizen's mail, the addresses that can be answered; for the office's, or what says that it is
            the office's, the outside addresses it was written to.
    """

    mail: Mail
    side: Side
    kind: MailKind
    reason: Reason | None
    moment: Moment
    citizens: tuple[str, ...]

    @property
    def key(self) -> str:
        """The mail's identity."""
        return self.mail.key

    @property
    def is_unproven(self) -> bool:
        """Whether it bears an address of ours, and nothing shows that the office wrote it."""
        return self.reason is not None and self.reason.code == UNPROVEN

    @property
    def order(self) -> tuple[datetime, str]:
        """Sorts mails by time, then by identity."""
        return (self.moment.at, self.mail.key)


UNPROVEN = "unauthenticated"
"""The reason for which a mail that bears an address of ours counts for nothing: nobody knows who wrote it."""


NOT_SENT, NOT_RECEIVED = "not-sent", "not-received"
UNSENT = frozenset({NOT_SENT, NOT_RECEIVED})
"""The reasons for which a letter counts for nothing: it was never sent, neither by us nor to us."""


FORM_IN_JUNK = "form-in-junk"
"""The reason for which a declared form's mail is left out, and to check: it lies in Junk, and may be anybody's."""


UNDECLARED_FORM = "undeclared-form"
"""The reason for which a citizen's mail is to check: the site never said that this address of ours is a form's."""


def read(mail: Mail, office: Office, *, vouched: bool = False) -> Reading:
    """Tell what `mail` is for `office`.

    A declared form's mail is a citizen's, unless it lies in junk and may be anybody's. What lies only in a junk mailbox
    is spam. What bears an address of ours counts for nothing while nothing shows that the office wrote it, unless a
    form that the site does not declare may have.

    Args:
        mail: What is read.
        office: Who we are.
        vouched: Whether a person said that the office wrote it, and that it answers.
    """
    classification = kind_here(without_forged_marks(mail, office), office)
    kind, reason = classification.kind, classification.reason
    if office.is_form(mail.header):
        if mail.roles == {MailboxRole.JUNK} and not (vouched or is_believed(mail, office)):
            return Reading(mail, Side.ASIDE, MailKind.SPAM, Reason(FORM_IN_JUNK), received(mail), ())
        return _citizen(mail, office, MailKind.PERSON, None)
    if is_letter(mail.header, kind, office):
        kind, reason = _by_copies(mail, office)
    elif kind is MailKind.ACTION and mail.roles == {MailboxRole.DRAFTS}:
        kind, reason = MailKind.PERSON, Reason(NOT_SENT)
    if kind is not MailKind.PERSON or reason is not None:
        return Reading(mail, Side.ASIDE, kind, reason, received(mail), ())
    if office.wrote(mail.header):
        return _of_ours(mail, office, vouched=vouched)
    return _citizen(mail, office, kind, reason)


def _of_ours(mail: Mail, office: Office, *, vouched: bool) -> Reading:
    """Return what a letter is that bears an address of ours."""
    outside = written_to(mail.header, office)
    if looks_like_a_form(mail.header, office):
        return _citizen(mail, office, MailKind.PERSON, Reason(UNDECLARED_FORM, "reply-to"))
    if not (vouched or is_believed(mail, office)):
        return Reading(mail, Side.ASIDE, MailKind.PERSON, Reason(UNPROVEN), sent(mail), outside)
    side = Side.OUTBOUND if outside or vouched else Side.INTERNAL
    return Reading(mail, side, MailKind.PERSON, None, sent(mail), outside)


def counted(mail: Mail, office: Office) -> Reading:
    """Return what a mail is once a person has said that it is a citizen's."""
    return _citizen(mail, office, MailKind.PERSON, None)


def left_out(reading: Reading) -> Reading:
    """Return what a citizen's mail is once a person has left it out."""
    return reading._replace(side=Side.ASIDE, reason=Reason("decided"), citizens=())


def weak_sign(reading: Reading) -> Reason | None:
    """Return what makes a citizen's mail look like a machine's, without proving that it is; None when nothing does."""
    if reading.side is not Side.CITIZEN or reading.kind is not MailKind.PERSON:
        return None
    return reading.reason or looks_automatic(reading.mail.header)


def looks_like_a_form(header: Header, office: Office) -> bool:
    """Tell whether an address of ours wrote to us alone, afresh, and asks to be answered at somebody's outside."""
    # What nearly every letter is not comes first.
    if not header.reply_to or header.in_reply_to or header.references:
        return False
    to_us = bool(header.recipients) and not office.outside(header.recipients)
    asks_outside = to_us and office.wrote(header) and bool(office.outside(header.reply_to))
    return asks_outside and not is_reply_subject(header.subject)


def written_to(header: Header, office: Office) -> tuple[str, ...]:
    """Return the addresses outside the office that a mail was written to."""
    outside = office.outside(header.recipients)
    return tuple(dict.fromkeys(map(plain, outside))) if outside else ()


def is_letter(header: Header, kind: MailKind, office: Office) -> bool:
    """Tell whether a mail is a letter: a person's by its kind, or what only looks like a list's or an invitation.

    Gateways add `List-Unsubscribe` to every reply of the office that leaves, and an appointment may be the answer.
    """
    if kind is MailKind.PERSON:
        return True
    replies = bool(header.in_reply_to or header.references)
    return kind in {MailKind.LIST, MailKind.CALENDAR} and replies and office.wrote(header)


_JUNK, _DRAFTS = frozenset({MailboxRole.JUNK}), frozenset({MailboxRole.DRAFTS})
_OF_WRITERS = frozenset({MailboxRole.DRAFTS, MailboxRole.SENT})


def _by_copies(mail: Mail, office: Office) -> tuple[MailKind, Reason | None]:
    """Return what a letter's mailboxes say of it; forged mail writes in our name, and lies in Junk too."""
    roles = _roles(mail, office)
    if roles == _JUNK:
        return MailKind.SPAM, Reason("junk-mailbox")
    if roles == _DRAFTS:
        return MailKind.PERSON, Reason(NOT_SENT)
    if roles and roles <= _OF_WRITERS and not office.wrote(mail.header):
        return MailKind.PERSON, Reason(NOT_RECEIVED)
    return MailKind.PERSON, None


def _roles(mail: Mail, office: Office) -> frozenset[MailboxRole]:
    """Return a letter's roles; a flag makes no draft of what an outsider wrote and a server delivered."""
    if not any(copy.draft_since for copy in mail.copies) or office.wrote(mail.header):
        return mail.roles
    delivered = (copy._replace(draft_since=None) if copy.hop_at else copy for copy in mail.copies)
    return mail._replace(copies=tuple(delivered)).roles


def classified(header: Header, office: Office, body_start: bytes = b"") -> tuple[str, str | None]:
    """Return the kind of one mail looked at alone, and what says so; `office` for the office's own letters.

    Nothing says that a mail is a person's letter: its reason is None.
    """
    classification = kind_here(header, office, body_start)
    kind, reason = classification.kind, classification.reason
    if office.is_form(header):
        return (MailKind.PERSON.value, "declared-form")
    if kind is MailKind.OWN_ALERT or (kind is MailKind.PERSON and office.wrote(header)):
        return ("office", "own-alert" if reason else "from")
    return (kind.value, None if reason is None else reason.text)


def _citizen(mail: Mail, office: Office, kind: MailKind, reason: Reason | None) -> Reading:
    return Reading(mail, Side.CITIZEN, kind, reason, received(mail), requesters(mail.header, office))
