"""What kind of mail a message is for an office: what only the office knows, added to what the header says."""

from __future__ import annotations

from mailsla.core.mail.action_token import tokens_in
from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import (
    A_PERSON,
    LIST_FIELDS,
    MAY_BE_LEFT,
    Classification,
    MailKind,
    Reason,
    kind_of,
)
from mailsla.core.mail.signs import is_prefixed
from mailsla.core.office.correspondents import Office

_BY_MACHINE = frozenset(
    {MailKind.OWN_ALERT, MailKind.AUTOMATIC_REPLY, MailKind.DELIVERY_REPORT, MailKind.RECEIPT}
)
"""What answers, by itself, a mail that may hold a token."""

_WITH_TOKEN = Reason("action-token")
_TO_ACTIONS = Reason("action-address", "to")


def kind_here(header: Header, office: Office, body_start: bytes = b"") -> Classification:
    """Return the kind of a message, as `mailsla.core.mail.kinds.kind_of`, but that

    what asks for an action, where the site takes any, is nobody's letter, unless a machine answers by it;
    a mail system's prefix on an answer to a mail of ours is an automatic reply, though nothing else says so
    (Exchange, outside its own organisation); and what came through a list of ours is a person's letter, as is what a
    relay marked as if one could leave it, when it is written to an address of ours; what a declared sender writes asks
    nothing.
    """
    found = kind_of(header, body_start)
    if office.asks_action(header) and found.kind not in _BY_MACHINE:
        is_signed = bool(header.asks or tokens_in(header.subject))
        return Classification(MailKind.ACTION, _WITH_TOKEN if is_signed else _TO_ACTIONS)
    if office.never_asks(header):
        return Classification(MailKind.DECLARED_SENDER, Reason("never-requests", "from"))
    if found.kind is MailKind.LIST and (office.has_list(header) or _may_be_a_letter(found, header, office)):
        return A_PERSON
    if found.kind is MailKind.PERSON and office.is_answered_by(header) and is_prefixed(header):
        return Classification(MailKind.AUTOMATIC_REPLY, Reason("prefix-and-answer", "in-reply-to"))
    return found


def _may_be_a_letter(found: Classification, header: Header, office: Office) -> bool:
    """Tell whether nothing but what relays add to people's letters makes a list's of a mail to us.

    That is a way to leave, on any letter to an address of ours, and a mark of bulk on one that answers a mail of ours.
    """
    if found.reason is not None and found.reason.code == MAY_BE_LEFT:
        return any(office.includes(address) for address in header.to)
    return office.is_answered_by(header) and not header.has_any(LIST_FIELDS)
