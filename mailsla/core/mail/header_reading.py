"""Reads a message's header from its bytes: any bytes give a header or `MessageError`, nothing else.

Tolerant on purpose: line ends of any kind, fields folded or broken, NUL bytes, megabytes on one line. The
time it takes is proportional to the size.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

from mailsla.core.errors import MessageError
from mailsla.core.mail.addresses import parse_addresses
from mailsla.core.mail.dates import parse_date, parse_received
from mailsla.core.mail.encoded_words import decode_words, one_line, text_of
from mailsla.core.mail.header import KEPT_FIELDS, REQUESTED_FIELDS, Header
from mailsla.core.mail.message_ids import parse_message_ids
from mailsla.core.mail.trace_information import LONGEST_FIELD as LONGEST_TRACE
from mailsla.core.mail.trace_information import MOST_FIELDS, TRACE_FIELDS

READER_VERSION = 2
"""Raised whenever headers that could not be read may now be: what was set aside before is then read again."""

LONGEST_FIELD = 1 << 20
LONGEST_KEPT = 300
MOST_KEPT = 60
THREAD_INDEX_ROOT = 22

MARKS = frozenset({"from", "date", "received", "message-id", "return-path"})
"""Names of the fields of which a mail has one at least: who wrote it, when, or how it came."""

ONCE = frozenset({"authentication-results", "received"})
"""Names of the fields of which the first value is enough here: the trace has the others."""

_BEFORE = re.compile(r"(?:[ \t]*+\n)*(?:>?From(?:[ \t]++(?!:)[^\n]*+)?\n)*(?:[ \t]*+\n)*")
"""Blank lines and an mbox's separator, which may be quoted or stand twice.

« From : » is a field, in the obsolete syntax of RFC 5322 §4.5.
"""

_MAY_STAND_BEFORE = ("\n", " ", "\t", ">", "From")
"""What anything that `_BEFORE` finds begins with."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(r"^([!-9;-~]++)[ \t]*+:(.*+(?:\n[ \t].*+)*)", re.MULTILINE)
_WANTED = frozenset(REQUESTED_FIELDS)
_KEPT = frozenset(KEPT_FIELDS)


def read_header(raw: bytes) -> Header:
    """Decode a header's bytes; the body, if it follows, is left alone.

    Of fields that should stand once, the first counts (the last hop's view), except that recipients and
    references written over several fields are joined.

    Raises:
        MessageError: `no-header`, when no line looks like a field; `not-a-mail`, when none of `MARKS` is there.
    """
    head = _head(raw)
    fields, trace_fields = _fields(head)
    if MARKS.isdisjoint(fields):
        raise MessageError("not-a-mail" if _FIELD.search(head) else "no-header")
    return Header(
        message_id=next(iter(parse_message_ids(_first(fields, "message-id"))), None),
        in_reply_to=_ids(fields, "in-reply-to"),
        references=_ids(fields, "references"),
        thread_index=_thread_index(_first(fields, "thread-index")),
        subject=decode_words(_first(fields, "subject")),
        sent_at=parse_date(_first(fields, "date")),
        hop_at=parse_received(_first(fields, "received")),
        senders=_addresses(fields, "from"),
        sender=_addresses(fields, "sender"),
        reply_to=_addresses(fields, "reply-to"),
        to=_addresses(fields, "to"),
        cc=_addresses(fields, "cc"),
        bcc=_addresses(fields, "bcc"),
        kept=_kept(fields),
        trace_fields=tuple(trace_fields),
    )


def begins_like_a_mail(raw: bytes) -> bool:
    """Tell whether a file is a mail, of which nothing else says so, by its beginning.

    Its first line is a field, and its header is one of a mail beyond doubt: see `makes_a_mail`.

    >>> begins_like_a_mail(b"From: camille@example.org\\nSubject: Permis\\n\\nBonjour")
    True
    >>> begins_like_a_mail(b"Note: export du 2 novembre\\nDate: 2 novembre\\n")
    False
    """
    head = _head(raw)
    return _FIELD.match(head) is not None and makes_a_mail(name for name, _value in _FIELD.findall(head))


def makes_a_mail(names: Iterable[str]) -> bool:
    """Tell whether fields of these names make a mail beyond doubt: one of `MARKS`, and another that mails have."""
    known = {name.lower() for name in names} & _WANTED
    return len(known) > 1 and not MARKS.isdisjoint(known)


def first_values(raw: bytes, names: Iterable[str]) -> dict[str, str]:
    """Return the first value of each of these fields that a header has, unfolded, by its lower-case name."""
    wanted = frozenset(names)
    found: dict[str, str] = {}
    for written, folded in _FIELD.findall(_head(raw)):
        name = written.lower()
        if name in wanted and name not in found:
            found[name] = _value(folded)
    return found


def _fields(head: str) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Return the values of the fields we read, unfolded, and those of the trace, as they are folded."""
    fields: dict[str, list[str]] = {}
    trace: list[tuple[str, str]] = []
    for written, folded in _FIELD.findall(head):
        name = written.lower()
        if name not in _WANTED:
            continue
        if name in TRACE_FIELDS and len(trace) < MOST_FIELDS:
            # One letter more than is read tells that the rest is missing.
            trace.append((name, folded[: LONGEST_TRACE + 1]))
        # Of the hops only the topmost has an instant that counts; hostile mail has thousands.
        if name not in fields:
            fields[name] = [_value(folded)]
        elif name not in ONCE:
            fields[name].append(_value(folded))
    return fields, trace


def _head(raw: bytes) -> str:
    """Return what stands before the body, each byte as the character of its number, lines ended by LF alone."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\r\r\n" in raw:
        # A program turned CRLF into CRCRLF: none of these is a blank line.
        raw = raw.replace(b"\r\r\n", b"\n")
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = raw.decode("latin-1")
    if text.startswith(_MAY_STAND_BEFORE):
        before = _BEFORE.match(text)
        text = text if before is None else text[before.end() :]
    if " \n" not in text and "\t\n" not in text:
        # A blank line has no space then: it is found at once.
        return text.partition("\n\n")[0]
    blank = _BLANK_LINE.search(text)
    return text if blank is None else text[: blank.start()]


def _value(folded: str) -> str:
    """Return a field's text, unfolded: ASCII as it is, other bytes decoded by what they look like."""
    value = folded.replace("\n", "")[:LONGEST_FIELD]
    return value.strip() if value.isascii() else text_of(value.encode("latin-1")).strip()


def _first(fields: dict[str, list[str]], name: str) -> str:
    """Return the first field of that name, or an empty string."""
    values = fields.get(name)
    return values[0] if values is not None else ""


def _ids(fields: dict[str, list[str]], name: str) -> tuple[str, ...]:
    """Return the ids of every field of that name; encoded words among them are decoded, as Outlook writes long ids."""
    values = fields.get(name)
    if values is None:
        return ()
    written = " ".join(values)
    return parse_message_ids(decode_words(written) if "=?" in written else written)


def _addresses(fields: dict[str, list[str]], name: str) -> tuple[str, ...]:
    values = fields.get(name)
    if values is None:
        return ()
    written = values[0] if len(values) == 1 else ", ".join(values)
    found = parse_addresses(written)
    # Some programs encode the whole field, which RFC 2047 §5 forbids.
    return parse_addresses(decode_words(written)) if not found and "=?" in written else found


def _kept(fields: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    kept = [
        (name, one_line(value[: 2 * LONGEST_KEPT])[:LONGEST_KEPT].rstrip())
        for name, values in fields.items()
        if name in _KEPT
        for value in values
    ]
    return tuple(kept[:MOST_KEPT])


def _thread_index(written: str) -> str | None:
    """Return the root of a Thread-Index: its first 22 bytes, in hexadecimal; None when it is not one."""
    if not written:
        return None
    try:
        decoded = base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded[:THREAD_INDEX_ROOT].hex() if len(decoded) >= THREAD_INDEX_ROOT else None
