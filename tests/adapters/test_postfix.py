"""Mails handed over to a real Postfix, which delivers them to a real Dovecot: what each fault makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.database import schema
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.smtp import Mailer, SmtpServer
from mailsla.core.alerts.outgoing import Attachment, Letter, Outgoing, message_id
from mailsla.core.errors import MailRefused, PermanentError
from mailsla.usecases.hand_over import Delivery, HandOver, Ready, Written
from tests.adapters.test_smtp import message
from tests.factories import PARIS, paris
from tests.trials.servers.loopback import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.postfix import PostfixServer

pytestmark = pytest.mark.xdist_group("postfix")  # one Postfix for them all

AT = paris("2026-11-13 08:00")
LEASE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Office:
    """An outbox, its server, and the mailboxes of three heads."""

    def __init__(self, dovecot: DovecotServer, postfix: PostfixServer, folder: Path) -> None:
        self.dovecot, self.postfix = dovecot, postfix
        self.heads = tuple(f"chef-{uuid4().hex[:12]}@example.fr" for _head in range(3))
        engine = create_engine(f"sqlite:///{folder / 'm.sqlite3'}")
        schema.upgrade(engine)
        self.outbox = Outbox(engine, LEASE)
        self.now, self.letter = AT, Letter("Alerte", "Un courriel attend.\n")
        self.server = SmtpServer(
            postfix.host,
            postfix.port,
            tls="starttls",
            sender="qualite@example.fr",
            ca_file=dovecot.ca_pem,
            timeout_seconds=10,
        )

    @property
    def mailer(self) -> Mailer:
        return Mailer(self.server, "Préfecture d'essai", lambda: self.now, PARIS)

    def note(self, *heads: str) -> None:
        """Note that heads have a mail of the day."""
        day = self.now.date()
        for head in heads:
            name = message_id(head, "digest", day, "example.fr")
            self.outbox.add(Outgoing(name, head, "digest", day), self.now)

    def deliver(self, after: timedelta = timedelta()) -> Delivery:
        self.now += after
        return HandOver(self.outbox, self.mailer, {"digest": self.write}, lambda: self.now).all()

    def write(self, _mail: Outgoing, _now: datetime) -> Written:
        return Ready(self.letter)

    def undelivered(self) -> list[tuple[str, bool]]:
        found = self.outbox.undelivered(self.heads, self.now + 5 * HOUR)
        return [(item.recipient, item.is_final) for item in found]

    def received(self, head: str, at_least: int = 1) -> Counter[str]:
        """Return the Message-IDs in a head's mailbox, once there are so many."""

        def raw() -> list[bytes]:
            with self.dovecot.client(head) as client:
                client.select_folder("INBOX", readonly=True)
                found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [item[b"BODY[]"] for item in found.values()]

        wait_until(lambda: len(raw()) >= at_least, seconds=20, what=f"{at_least} mails of {head}")
        return Counter(str(message_from_bytes(item)["Message-ID"]) for item in raw())


@pytest.fixture
def office(dovecot: DovecotServer, postfix: PostfixServer, tmp_path: Path) -> Iterator[Office]:
    yield Office(dovecot, postfix, tmp_path)
    postfix.answers(())


def test_a_mail_arrives_over_starttls_and_over_nothing_less(office: Office) -> None:
    head, *_others = office.heads
    office.note(head)

    assert office.deliver() == Delivery(sent=1)
    assert len(office.received(head)) == 1
    with pytest.raises(PermanentError, match="certificat"):
        replace(office.server, ca_file=None).greet()
    with pytest.raises(PermanentError, match="530"):
        replace(office.server, host="127.0.0.1", tls="none").send(message(head))
    # This server takes no password: none is said to it.
    with pytest.raises(PermanentError, match="n'offre pas"):
        replace(office.server, user="qualite", credentials=Credentials(literal=lambda: "s3cret")).greet()


def test_a_password_that_is_refused_is_a_refused_login_and_of_no_mail_and_all_leave_once_it_is_mended(
    office: Office,
) -> None:
    said = ["un ancien mot de passe"]
    office.postfix.password_of("qualite", "s3cret à jour")
    office.server = replace(
        office.server,
        port=office.postfix.submission_port,
        user="qualite@pref.example.fr",
        credentials=Credentials(literal=lambda: said[0]),
    )
    office.note(*office.heads)

    assert office.deliver() == Delivery(failed=3)
    assert {mail.refused for mail in office.outbox.waiting()} == {
        "le serveur d'envoi refuse l'identifiant, ou ce qui le prouve (code 535) : vérifiez [smtp]."
    }
    assert office.undelivered() == [(head, False) for head in sorted(office.heads)]
    said[0] = "s3cret à jour"
    assert office.deliver(timedelta(hours=1)) == Delivery(sent=3)
    assert [len(office.received(head)) for head in office.heads] == [1, 1, 1]
    assert (office.outbox.waiting(), office.undelivered()) == ([], [])


def test_one_unknown_recipient_of_three_keeps_the_others_from_nothing(office: Office) -> None:
    bad, *good = office.heads
    office.postfix.answers([(bad, "550 5.1.1 unknown here")])
    office.note(*office.heads)

    assert office.deliver() == Delivery(sent=2, failed=1)
    assert office.undelivered() == [(bad, True)]
    assert [len(office.received(head)) for head in good] == [1, 1]


def test_a_greylisted_mail_leaves_at_its_next_try_and_nobody_is_told(office: Office) -> None:
    head, *_others = office.heads
    office.postfix.answers([(head, "450 4.2.0 greylisted")])
    office.note(head)

    assert (office.deliver(), office.deliver(timedelta(seconds=30))) == (Delivery(failed=1), Delivery())
    office.postfix.answers(())
    assert office.deliver(timedelta(seconds=30)) == Delivery(sent=1)
    assert (len(office.received(head)), office.undelivered()) == (1, [])


def test_a_mail_that_is_too_large_is_refused_alone_and_told(office: Office) -> None:
    head, other, _third = office.heads
    small, office.letter = (
        office.letter,
        Letter("Alerte", "", attachments=(Attachment("x.pdf", "application/pdf", bytes(300_000)),)),
    )
    office.note(head)

    assert office.deliver() == Delivery(failed=1)
    assert office.undelivered() == [(head, True)]
    office.letter = small
    office.note(other)
    assert office.deliver() == Delivery(sent=1)


def test_who_dies_once_the_server_has_the_mail_sends_it_again_under_the_same_name(office: Office) -> None:
    head, *_others = office.heads
    office.note(head)
    claimed = office.outbox.claim(office.now)
    assert claimed is not None
    with office.mailer.session() as hand_over:
        hand_over(claimed, office.letter)
    # Killed here: that it left is noted nowhere.

    assert office.deliver() == Delivery()
    assert office.deliver(LEASE) == Delivery(sent=1)
    assert office.received(head, at_least=2) == {f"<{claimed.message_id}>": 2}


def test_a_server_that_is_down_for_an_hour_gets_each_mail_once(office: Office) -> None:
    office.postfix.stop()
    office.note(*office.heads)
    tries = [office.deliver(timedelta(minutes=1)) for _minute in range(60)]
    office.postfix.start()

    assert Counter(done.failed for done in tries) == {0: 54, 3: 6}
    assert office.undelivered() == [(head, False) for head in sorted(office.heads)]
    assert office.deliver(HOUR) == Delivery(sent=3)
    assert [len(office.received(head)) for head in office.heads] == [1, 1, 1]
    assert office.undelivered() == []


def test_the_refusal_for_size_is_of_the_mail_and_not_of_its_sender(office: Office) -> None:
    large = message(office.heads[0])
    large.add_attachment(bytes(300_000), maintype="application", subtype="pdf", filename="x.pdf")

    with pytest.raises(MailRefused, match="552"):
        office.server.send(large)
