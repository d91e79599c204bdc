"""What single fields of a header show: who seems to have made a mail, and for what."""

from __future__ import annotations

import re

from mailsla.core.mail.content_type import whole_type, without_comments
from mailsla.core.mail.header import Header
from mailsla.core.mail.machine_words import (
    DAEMON,
    DAEMON_OR_SERVICE,
    FIXED_PREFIX,
    INVITATION_SUBJECT,
    RECEIPT_SUBJECT,
    SERVICE,
)
from mailsla.core.mail.spelling import without_accents

LEAVING_FIELDS = ("list-unsubscribe", "list-subscribe", "list-help")


def submission(header: Header) -> str:
    """Return the keyword of Auto-Submitted, without comments and parameters (RFC 3834 §5), in lower case."""
    return without_comments(header.field("auto-submitted")).partition(";")[0].strip().lower()


def is_of_a_mail_system(header: Header) -> bool:
    """Tell whether a mail system's own address wrote this, or nobody's.

    People write as `postmaster` too: such an address is a mail system's with the null return path, or a machine's mark.
    """
    if not header.senders or _is_written_by(header, DAEMON):
        return True
    return _is_written_by(header, SERVICE) and (
        has_null_path(header) or submission(header).startswith("auto-")
    )


def _is_written_by(header: Header, names: re.Pattern[str]) -> bool:
    return any(map(names.match, header.senders)) or (
        bool(header.sender) and any(map(names.match, header.sender))
    )


def looks_returned(header: Header) -> bool:
    """Tell whether a delivery system wrote this: its name, or the null return path (RFC 5321 §4.5.5)."""
    return not header.senders or _is_written_by(header, DAEMON_OR_SERVICE) or has_null_path(header)


def has_null_path(header: Header) -> bool:
    """Tell whether a mail came with the null return path (RFC 5321 §4.5.5)."""
    return header.field("return-path").strip() == "<>"


def is_prefixed(header: Header) -> bool:
    """Tell whether a subject begins as mail systems begin their answers; alone it is a weak sign."""
    return FIXED_PREFIX.match(without_accents(header.subject)) is not None


def is_called_a_receipt(header: Header) -> bool:
    """Tell whether a subject begins as mail programs begin their reading receipts."""
    return RECEIPT_SUBJECT.match(without_accents(header.subject)) is not None


def looks_sent_by_itself(header: Header) -> bool:
    """Tell whether a subject begins as answers that nobody wrote do: an absence's, or a reading receipt's."""
    return is_prefixed(header) or is_called_a_receipt(header)


def may_be_an_invitation(header: Header) -> bool:
    """Tell whether a mail may hold a calendar part: its subject begins as invitations do, and it has several parts."""
    is_several = whole_type(header.field("content-type")).startswith("multipart/")
    return is_several and INVITATION_SUBJECT.match(without_accents(header.subject)) is not None


def leaving_field(header: Header) -> str | None:
    """Return the field by which one could leave a list, if it has one."""
    if not header.has_any(LEAVING_FIELDS):
        return None
    return next(field for field in LEAVING_FIELDS if header.has(field))
