"""Random mailboxes in which a few people write a lot to each other: every rule of pairing meets every other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
CITIZENS = [f"usager{number}@example.org" for number in range(5)]
AGENTS = ["agent@pref.example.fr", "contact@pref.example.fr", "etrangers@pref.example.fr"]
WORDS = ["carte", "grise", "rose", "permis", "relance", "titre"]
BOXES = [("INBOX", MailboxRole.INBOX), ("INBOX", MailboxRole.INBOX), ("Dossier", MailboxRole.INBOX)]
FAILED = "multipart/report; report-type=delivery-status"


def mailbox(seed: int) -> list[Mail]:
    """Return some mails, in any order; some of them several times over, as redirects and servers deliver them."""
    draw = random.Random(seed)
    subjects = [" ".join(draw.choices(WORDS, k=draw.randint(0, 3))) for _ in range(draw.randint(1, 8))]
    hours = draw.choice((0.01, 5, 72))
    at, mails = FIRST, list[Mail]()
    for number in range(draw.randint(2, 40)):
        at += timedelta(seconds=draw.choice((0, 1, 30, 3600 * hours * draw.random())))
        ids = [mail.header.message_id for mail in mails if mail.header.message_id]
        header = _cited(draw, _written(draw, draw.choice(subjects)), ids)
        own = draw.choice((*[f"m{number:04}.{seed:08}@example.org"] * 9, "same.0000001@example.org", None))
        dated = draw.choice((at, at, at, at - timedelta(hours=3), FIRST, None))
        header = header._replace(message_id=own, sent_at=dated)
        copies = tuple(_copy(draw, header, at) for _ in range(draw.choice((1, 1, 1, 2))))
        mails.append(Mail(f"{draw.getrandbits(64):016x}", header, at + timedelta(days=300), copies))
    for mail in draw.sample(mails, min(3, len(mails))):
        mails += [_again(draw, mail) for _ in range(draw.randint(0, 4))]
    draw.shuffle(mails)
    return mails


def _written(draw: random.Random, subject: str) -> Header:
    subject = draw.choice(("", "Re: ", "RE : ", "TR: ")) + subject
    kind = draw.random()
    if kind < 0.5:
        return Header(
            senders=(draw.choice((*CITIZENS, "formulaire@pref.example.fr")),),
            to=(draw.choice(AGENTS),),
            cc=_some(draw, CITIZENS, 2) if draw.random() < 0.25 else (),
            reply_to=_some(draw, CITIZENS, 1) if draw.random() < 0.25 else (),
            subject=draw.choice(("Merci", "Relance", "")) if draw.random() < 0.1 else subject,
        )
    if kind < 0.57:
        lost = (("x-failed-recipients", ", ".join(_some(draw, CITIZENS, 2))),) if draw.random() < 0.8 else ()
        kept = (("content-type", FAILED), *lost)
        return Header(
            senders=("MAILER-DAEMON@mx.example.org",), to=(AGENTS[0],), subject="Returned mail", kept=kept
        )
    if kind < 0.63:
        return Header(senders=(AGENTS[0],), to=(draw.choice(AGENTS),), subject=subject)
    machine = draw.choice(("", "", "", "", "", "auto-replied", "auto-generated"))
    return Header(
        senders=(AGENTS[0],),
        to=_some(draw, CITIZENS, 3) or (CITIZENS[0],),
        subject=draw.choice(("", "", "", "Réponse d'attente : ")) + subject,
        kept=(("auto-submitted", machine),) if machine else (),
    )


def _cited(draw: random.Random, header: Header, ids: Sequence[str]) -> Header:
    """Return a header that names earlier mails, the first of all among them more often than not."""
    named = _some(draw, ids, 1) if draw.random() < 0.6 else ()
    references = (*ids[:1], *_some(draw, ids, 2)) if draw.random() < 0.7 else ()
    root = draw.choice((None, None, None, "root1", "root2"))
    return header._replace(in_reply_to=named, references=references, thread_index=root)


def _copy(draw: random.Random, header: Header, at: datetime) -> Copy:
    is_sent = header.senders[0] in AGENTS
    name, role = ("Sent", MailboxRole.SENT) if is_sent else draw.choice(BOXES)
    seen = draw.choice((at, at, at + timedelta(hours=10), None))
    is_there = draw.random() < 0.8
    gone = (
        None
        if is_there or draw.random() < 0.2
        else (seen or at) + timedelta(minutes=draw.choice((1, 30, 3000)))
    )
    hop = draw.choice((at, None))
    return Copy("contact", name, role, at, hop, present=is_there, gone_at=gone, first_seen_at=seen)


def _again(draw: random.Random, mail: Mail) -> Mail:
    later = timedelta(minutes=draw.choice((0, 0.5, 2, 90)))
    copies = (
        copy._replace(
            internal_at=copy.internal_at and copy.internal_at + later,
            hop_at=copy.hop_at and copy.hop_at + later,
        )
        for copy in mail.copies
    )
    return mail._replace(key=f"{draw.getrandbits(64):016x}", copies=tuple(copies))


def _some(draw: random.Random, of: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(draw.sample(list(of), min(len(of), draw.randint(0, most))))
