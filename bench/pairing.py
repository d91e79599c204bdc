"""Pairing in memory: 100,000 messages into conversations, then into requests."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.measuring import compare
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.identity import identity
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.conversation import Threaded, thread
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.rules import PairingRules
from tests.trials.mail.samples import letters

COUNT = 100_000
SEEN = datetime(2026, 11, 13, tzinfo=UTC)


def mails(count: int) -> list[Mail]:
    """Return generated messages as the store would give them."""
    found = []
    for raw, at in letters(count):
        header = read_header(raw)
        place = Copy("contact", "INBOX", MailboxRole.INBOX, at, header.hop_at)
        found.append(Mail(identity(header), header, SEEN, (place,)))
    return found


def main() -> None:
    """Print the time to pair, and to derive everything."""
    generated = mails(COUNT)
    office = Office(domains=("pref.example.fr",))
    rules = PairingRules(office)
    threaded = [Threaded(mail.key, mail.header, (mail.header.message_id or mail.key,)) for mail in generated]
    compare(
        {
            "conversations": lambda: thread(threaded, office.outside),
            "conversations and requests": lambda: derive(generated, rules),
        },
        rounds=3,
    )
