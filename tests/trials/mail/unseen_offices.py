"""Offices a share of whose replies leaves from a mailbox that nobody reads: is that share seen from the outside?

`python -m tests.trials.mail.unseen_offices [seed]`
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.identity import identity
from mailsla.core.office.correspondents import Office
from mailsla.core.office.sides import Side
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.rules import PairingRules

SHARES = (0, 25, 50, 75, 100)
REQUESTS = 2_000
WRITES_BACK = 0.4
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
OFFICE = Office(domains=("pref.example.fr",))
CONTACT = "contact@pref.example.fr"


def office(share: int, seed: int) -> Iterator[Mail]:
    """Yield the mails that are seen of an office of which so many replies in a hundred leave unseen."""
    rng = random.Random(f"{seed} {share}")
    for number in range(REQUESTS):
        citizen = f"usager{number}@example.org"
        at = START + timedelta(minutes=rng.randrange(400_000))
        subject = rng.choice(("Carte grise", "Titre de séjour", "Procuration"))
        asked = _mail(f"q{number}.0@example.org", citizen, CONTACT, subject, at)
        yield asked
        if rng.random() < 0.3:
            at += timedelta(days=2)
            yield _mail(f"q{number}.1@example.org", citizen, CONTACT, f"RE: {subject}", at, asked)
        at += timedelta(days=rng.randrange(1, 12))
        answer = _mail(f"reply{number}@pref.example.fr", CONTACT, citizen, f"RE: {subject}", at, asked)
        if rng.random() * 100 >= share:
            yield answer
        if rng.random() < WRITES_BACK:
            at += timedelta(days=rng.randrange(1, 9))
            thanks = rng.random() < 0.3
            back = "Merci pour votre réponse" if thanks else f"RE: {subject}"
            yield _mail(f"q{number}.2@example.org", citizen, CONTACT, back, at, answer)


def _mail(name: str, by: str, to: str, subject: str, at: datetime, parent: Mail | None = None) -> Mail:
    above = () if parent is None else (*parent.header.references, parent.header.message_id or "")
    header = Header(
        message_id=name,
        in_reply_to=above[-1:],
        references=above,
        subject=subject,
        sent_at=at,
        senders=(by,),
        to=(to,),
    )
    role = MailboxRole.SENT if by == CONTACT else MailboxRole.INBOX
    return Mail(identity(header), header, at, (Copy("contact", role.value, role, at),))


def measured(share: int, seed: int = 1) -> Fraction:
    """Return the share of replies that leave unseen, as citizens' answers show it."""
    derivation = derive(list(office(share, seed)), PairingRules(OFFICE))
    sides = {key: reading.side for key, reading in derivation.readings.items()}
    links = [link for key, link in derivation.links.items() if sides[key] is Side.CITIZEN]
    unseen = sum(link.evidence is Evidence.UNSEEN_REPLY for link in links)
    seen = sum(
        link.evidence is not Evidence.UNSEEN_REPLY and sides.get(link.to or "") is Side.OUTBOUND
        for link in links
    )
    return Fraction(unseen, unseen + seen)


def main() -> int:
    """Print what was measured of each office beside the truth."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for share in SHARES:
        sys.stdout.write(
            f"{share:3d} % leave unseen: {float(measured(share, seed)):6.1%} seen from the outside\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
