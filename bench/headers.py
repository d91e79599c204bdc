"""Decoding a header: ours, the library's `compat32` with decoding, and `policy.default`."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

from bench.measuring import compare
from mailsla.core.mail.header_reading import read_header
from tests.trials.mail.samples import letters

COUNT = 2_000


def main() -> None:
    """Print the time for one message, and the ratios."""
    raws = [raw for raw, _at in letters(COUNT)]
    print(f"{sum(map(len, raws)) / COUNT:.0f} bytes a message")
    compare(
        {
            "mailsla": lambda: [read_header(raw) for raw in raws],
            "email, compat32 with decoding": lambda: [_compat32(raw) for raw in raws],
            "email, policy.default": lambda: [_default(raw) for raw in raws],
        },
        rounds=3,
        per=COUNT,
        unit="µs",
    )


def _compat32(raw: bytes) -> object:
    message = message_from_bytes(raw)
    subject = str(make_header(decode_header(message["Subject"])))
    people = [getaddresses([message.get(name, "")]) for name in ("From", "To", "Cc", "Reply-To")]
    return subject, people, parsedate_to_datetime(message["Date"]), message["References"]


def _default(raw: bytes) -> object:
    message = message_from_bytes(raw, policy=policy.default)
    people = [message[name].addresses for name in ("From", "To") if message[name]]
    return str(message["Subject"]), people, message["Date"].datetime, message["References"]
