"""Weak signs: what a header says that proves nothing, and leaves no mail out."""

from __future__ import annotations

from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import Reason
from mailsla.core.mail.machine_words import ABSENCE_SUBJECT, FAILURE, NO_FAILURE
from mailsla.core.mail.signs import has_null_path, leaving_field, submission
from mailsla.core.mail.spelling import without_accents


def looks_machine_made(header: Header) -> bool:
    """Tell whether a machine may have written this, without a sign strong enough to say that it did.

    RFC 3834 §5 `auto-generated`, or what Exchange puts on the mail of an inbox rule. Web forms and ticket tools
    carry these on people's letters too.
    """
    return submission(header).startswith("auto-") or header.has("x-ms-exchange-inbox-rules-loop")


def looks_automatic(header: Header) -> Reason | None:
    """Return the weak sign that a machine wrote a letter; it proves nothing, and leaves nothing out.

    An absence's subject, a field that lists carry, the null return path.
    """
    if ABSENCE_SUBJECT.match(without_accents(header.subject)):
        return Reason("absence-subject", "subject")
    leaving = leaving_field(header)
    if leaving is not None:
        return Reason("list-field", leaving)
    return Reason("null-path", "return-path") if has_null_path(header) else None


def says_failed(header: Header) -> bool:
    """Tell whether a delivery report says that a mail was not delivered: neither that it waits, nor that it came.

    >>> says_failed(Header(subject="Undelivered Mail Returned to Sender"))
    True
    >>> says_failed(Header(subject="Delivery Status Notification (Delay)"))
    False
    """
    told = without_accents(header.subject).partition(":")[0]
    return NO_FAILURE.search(told) is None or FAILURE.search(told) is not None
