"""Derivation where strangers decide how much there is to compare: time must follow the number of mails.

Every line is one group of mails that are all tied, or all one correspondent's: the seconds to derive it at each size,
and each beside the one before. Twice the mails may take twice the time, and a little more.

Doubts list every request that they may concern: what they list grows faster than the mails that raise them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from bench.measuring import peak_memory_mb
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.identity import identity
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.rules import PairingRules

SIZES = (1_000, 2_000, 4_000, 8_000)
RULES = PairingRules(Office(domains=("pref.example.fr",)))
FIRST = datetime(2026, 10, 5, tzinfo=UTC)
CONTACT = ("contact@pref.example.fr",)
ONE = "usager@example.org"


def asked(number: int, by: str = ONE, **header: object) -> Mail:
    """Return a citizen's mail; `number` orders mails, and `name` names them."""
    return _mail(
        number, MailboxRole.INBOX, {"senders": (by,), "to": CONTACT, "subject": "Question", **header}
    )


def wrote(number: int, *to: str, **header: object) -> Mail:
    """Return a mail of the office."""
    ours = {"senders": ("agent@pref.example.fr",), "to": to, "subject": "RE : Question", **header}
    return _mail(number, MailboxRole.SENT, ours)


def _mail(number: int, role: MailboxRole, fields: dict[str, object]) -> Mail:
    at = FIRST + timedelta(seconds=10 * number)
    header = Header(**{"message_id": name(number), "sent_at": at, **fields})  # type: ignore[arg-type]  # (fields by name)
    key = identity(header) if header.message_id else f"{number:032x}"
    return Mail(key, header, FIRST + timedelta(days=300), (Copy("contact", role.value, role, at, at),))


def name(number: int) -> str:
    """Return the Message-ID of the mail of that number."""
    return f"m{number:06}.{number:08x}@example.org"


def stranger(number: int) -> str:
    """Return the address of a citizen who writes once."""
    return f"usager{number}@example.org"


def strangers(count: int) -> Iterator[Mail]:
    """Yield what everybody answers to one mail of the office."""
    yield wrote(0, "liste@association.example.org")
    for number in range(1, count):
        yield asked(number, stranger(number), references=(name(0),))


def strangers_answered(count: int) -> Iterator[Mail]:
    """Yield the same, and a reply to each."""
    yield from strangers(count // 2)
    for number in range(1, count // 2):
        yield wrote(count + number, stranger(number), in_reply_to=(name(number),))


def untied_replies(count: int) -> Iterator[Mail]:
    """Yield one correspondent's requests on one subject, and replies that name none of them."""
    for number in range(count // 2):
        yield asked(number)
        yield wrote(count + number, ONE)


def untied_beside_answered(count: int) -> Iterator[Mail]:
    """Yield one correspondent's requests, each answered, and a mail of the office on another subject."""
    for number in range(0, count - 2, 3):
        yield asked(number)
        yield wrote(number + 1, ONE, in_reply_to=(name(number),))
        yield wrote(number + 2, ONE, subject="Autre chose")


def open_requests(count: int) -> Iterator[Mail]:
    """Yield one citizen's requests, each on another subject, in one conversation."""
    for number in range(count):
        yield asked(number, subject=f"Dossier numéro {number}", references=(name(0),) if number else ())


def open_requests_answered(count: int) -> Iterator[Mail]:
    """Yield the same, and a reply to each."""
    yield from open_requests(count // 2)
    for number in range(count // 2):
        yield wrote(count + number, ONE, in_reply_to=(name(number),), subject=f"RE : Dossier numéro {number}")


def reminders(count: int) -> Iterator[Mail]:
    """Yield one request, and reminders under ever new subjects."""
    yield asked(0, subject="Carte grise")
    for number in range(1, count):
        yield asked(number, subject=f"Carte grise {number}", references=(name(0),))


def follow_ups(count: int) -> Iterator[Mail]:
    """Yield a request that is answered, and goes on, and is answered."""
    for number in range(0, count, 2):
        yield asked(number, references=(name(0),) if number else ())
        yield wrote(number + 1, ONE, in_reply_to=(name(number),))


def replies(count: int) -> Iterator[Mail]:
    """Yield one request, and what the office writes about it for ever."""
    yield asked(0)
    for number in range(1, count):
        yield wrote(number, ONE, in_reply_to=(name(0),))


def one_to_many(count: int) -> Iterator[Mail]:
    """Yield a conversation of strangers, one mail of the office to all, and what came back of it."""
    each = range(count // 2)
    for number in each:
        yield asked(number, stranger(number), references=(name(0),) if number else ())
    yield wrote(count, *map(stranger, each), in_reply_to=(name(0),))
    report = ("content-type", "multipart/report; report-type=delivery-status")
    for number in each:
        kept = (report, ("x-failed-recipients", stranger(number)))
        subject = "Undelivered Mail Returned to Sender"
        daemon = "MAILER-DAEMON@mx.example.org"
        yield asked(count + 1 + number, daemon, references=(name(count),), subject=subject, kept=kept)


def one_sender(count: int) -> Iterator[Mail]:
    """Yield what one address writes for ever new people in one conversation: a form that nobody declared."""
    for number in range(count):
        references = (name(0),) if number else ()
        yield asked(number, "portail@example.org", reply_to=(stranger(number),), references=references)


def the_same(count: int) -> Iterator[Mail]:
    """Yield one mail again and again, without an id of its own."""
    for number in range(count):
        yield asked(7 * number, message_id=None, sent_at=FIRST)


def one_id(count: int) -> Iterator[Mail]:
    """Yield strangers' mails that all bear one id, and an answer of each to it."""
    for number in range(count // 2):
        yield asked(number, stranger(number), message_id=name(0))
        yield asked(count + number, stranger(number), in_reply_to=(name(0),))


CROWDS: tuple[Callable[[int], Iterator[Mail]], ...] = (
    strangers,
    strangers_answered,
    untied_replies,
    untied_beside_answered,
    open_requests,
    open_requests_answered,
    reminders,
    follow_ups,
    replies,
    one_to_many,
    one_sender,
    the_same,
    one_id,
)


def main() -> None:
    """Print the seconds at each size, the ratio to the size before, and the candidates that doubts list."""
    for crowd in CROWDS:
        said, before = "", 0.0
        for size in SIZES:
            mails = list(crowd(size))
            started = time.process_time()
            found = derive(mails, RULES)
            took = time.process_time() - started
            said += f"{took:8.2f} s" + (f" {took / before:4.1f} ×" if before else "")
            before = took
        listed = sum(len(doubt.candidates) for doubt in found.doubts)
        print(
            f"{crowd.__name__:<23}{said}  {len(found.requests):>6,} requests, {listed:>11,} in doubts",
            flush=True,
        )
    print(f"peak memory {peak_memory_mb():.0f} MB")
