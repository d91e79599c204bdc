"""What a mail's body is read for, when its header does not say enough; nothing else of it is kept.

Five questions only: who asks, in a declared web form that writes it in the text; whether a mail written by a
delivery system, which marks it nowhere in the header, is a delivery report; which mail a delivery report is about, and
for whom it failed; whether an answer to a mail of ours only thanks; and, where the site takes actions by mail,
what one asks for. A mail that may be an invitation is asked of what parts it is made, and no part is read.
"""

from __future__ import annotations

import email
import html
import re
from email.message import Message

from mailsla.core.mail.action_words import asked
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.encoded_words import text_of
from mailsla.core.mail.header import BODY_RETURNS, BODY_SAYS, BODY_THANKS, Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.kinds import MailKind, kind_of
from mailsla.core.mail.returned import is_structured, returned, with_returned
from mailsla.core.mail.signs import is_of_a_mail_system, may_be_an_invitation
from mailsla.core.mail.thanks_words import THANKS_VERSION, only_thanks, says_thanks
from mailsla.core.office.correspondents import Office
from mailsla.core.office.kind_here import kind_here

_MAY_BE_RETURNED = frozenset({MailKind.PERSON, MailKind.DELIVERY_REPORT})

READ_BYTES = 16 * 1024
"""How much of a body is read at most."""

_TAG = re.compile(r"<[^<>]{0,2000}>")
_NO_CHARACTER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")
"""Numbers of no character: Python refuses to read one of over 4,300 digits."""
_LONG_FIELD = re.compile(rb"((?:\A|\n)[!-9;-~]++:(?:[^\n]|\n[ \t]){8000})(?:[^\n]++|\n[ \t])*")
"""A field far longer than any that says what a part is: the library takes a field's parameters apart in its square."""

_STYLES = re.compile(r"<style\b", re.IGNORECASE)
_STYLES_END = re.compile(r"</style\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]{0,200}>", re.IGNORECASE)


def needs_body(header: Header, office: Office) -> bool:
    """Tell whether the body's beginning would say something that the header does not."""
    form = office.form_of(header)
    if form is not None:
        return form.needs_body(header, office.outside)
    if office.may_ask_action(header):
        return True
    # What nearly every letter is not comes first.
    if is_structured(header) or is_of_a_mail_system(header):
        return not header.has(BODY_SAYS) and kind_here(header, office).kind in _MAY_BE_RETURNED
    return _may_thank(header, office) and kind_here(header, office).kind is MailKind.PERSON


def needs_structure(header: Header, office: Office) -> bool:
    """Tell whether a mail's parts would say something that neither its header nor the body that is read does."""
    # What nearly every letter is not comes first.
    return (
        may_be_an_invitation(header)
        and office.form_of(header) is None
        and not needs_body(header, office)
        and kind_here(header, office).kind is MailKind.PERSON
    )


def as_invitation(header: Header) -> Header:
    """Return the header of a mail that holds a calendar part that invites (RFC 6047 §2.4)."""
    return header._replace(kept=(*header.kept, (BODY_SAYS, MailKind.CALENDAR.value)))


def _may_thank(header: Header, office: Office) -> bool:
    """Tell whether a mail answers a mail of ours, under a subject that does not say what it is."""
    return (
        office.is_answered_by(header)
        and not office.wrote(header)
        and not says_thanks(base_subject(header.subject))
    )


def with_body(header: Header, content_fields: bytes, body: bytes, office: Office) -> Header:
    """Return the header with what its body's beginning says.

    Args:
        header: The header, as read.
        content_fields: Its `Content-Type` and `Content-Transfer-Encoding` lines, or the whole header.
        body: The beginning of the body; at most `READ_BYTES` are looked at.
        office: Knows the forms.
    """
    body = body[:READ_BYTES]
    form = office.form_of(header)
    if form is not None:
        return header._replace(asked_by=form.asked_by(first_text(content_fields, body)))
    if office.may_ask_action(header):
        found = asked(header.subject, first_text(content_fields, body)).kept
        if found:
            return header._replace(asks=found)
    if kind_of(header).kind is MailKind.DELIVERY_REPORT:
        return _with_return(header, body)
    if is_of_a_mail_system(header):
        text = first_text(content_fields, body).encode()
        is_report = kind_of(header, body + b"\n" + text).kind is MailKind.DELIVERY_REPORT
        if is_report or returned(header, body) is not None:
            says = (BODY_SAYS, MailKind.DELIVERY_REPORT.value)
            return _with_return(header._replace(kept=(*header.kept, says)), body)
    if _may_thank(header, office) and _only_thanks(content_fields, body):
        return header._replace(kept=(*header.kept, (BODY_THANKS, THANKS_VERSION)))
    return header


def _with_return(header: Header, body: bytes) -> Header:
    """Return a report's header with what it says of the mail that it is about, one of mailsla's own or anybody's."""
    ours = returned(header, body)
    if ours is None:
        return with_returned(header, body)
    return header._replace(kept=(*header.kept, (BODY_RETURNS, ours.kept)))


def _only_thanks(content_fields: bytes, body: bytes) -> bool:
    """Tell whether a body that may be cut short says thanks alone; what is attached to it says more."""
    message = _message(content_fields, body)
    if message.get_content_type() == "multipart/mixed":
        return False
    return only_thanks(_first_text(message), is_whole=len(body) < READ_BYTES)


def read_with_body(raw: bytes, body: bytes, office: Office) -> Header:
    """Read a header from its bytes, and look into the body that is at hand when the header does not say enough.

    Raises:
        MessageError: When it cannot be read.
    """
    header = read_header(raw)
    if needs_body(header, office):
        return with_body(header, raw, body, office)
    if needs_structure(header, office) and _is_invitation(_message(raw, body)):
        return as_invitation(header)
    return header


def invites(method: str) -> bool:
    """Tell whether a calendar part invites, by its method: what is only published does not (RFC 5546 §1.4)."""
    return method.lower() not in {"", "publish"}


def _is_invitation(message: Message) -> bool:
    parts = message.get_payload()
    found = parts if isinstance(parts, list) else []
    return any(
        _is_invitation(part)
        if part.get_content_maintype() == "multipart"
        else part.get_content_type() == "text/calendar" and invites(str(part.get_param("method", "")))
        for part in found
        if isinstance(part, Message)
    )


def first_text(content_fields: bytes, body: bytes) -> str:
    """Return the first text part of a body that may be cut short, decoded as far as it can be.

    >>> first_text(b"Content-Type: text/html", b"<p>Courriel : <b>a@example.org</b></p>").strip()
    'Courriel : a@example.org'
    """
    return _first_text(_message(content_fields, body))


def _message(content_fields: bytes, body: bytes) -> Message:
    fields = _LONG_FIELD.sub(rb"\1", content_fields.strip(b"\r\n"))
    return email.message_from_bytes(fields + b"\r\n\r\n" + body)


def _first_text(message: Message) -> str:
    part = next((part for part in message.walk() if part.get_content_maintype() == "text"), None)
    if part is None:
        return ""
    text = _decoded(part)
    if part.get_content_subtype() == "html":
        text = html.unescape(_NO_CHARACTER.sub("", _TAG.sub("", _BREAK.sub("\n", _without_styles(text)))))
    return text


def _without_styles(text: str) -> str:
    """Return HTML without its style sheets: nobody wrote them."""
    kept: list[str] = []
    position = 0
    while (start := _STYLES.search(text, position)) is not None:
        kept.append(text[position : start.start()])
        end = _STYLES_END.search(text, start.end())
        position = len(text) if end is None else end.start()
    return "".join((*kept, text[position:]))


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    charset = part.get_param("charset")
    if isinstance(charset, str) and charset.lower() not in {
        "utf-8",
        "us-ascii",
        "iso-8859-1",
        "windows-1252",
    }:
        try:
            return raw.decode(charset)
        except (LookupError, ValueError):
            return text_of(raw)
    return text_of(raw)
