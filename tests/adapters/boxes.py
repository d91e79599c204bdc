"""One user's mailboxes on a real server, and the store that collects them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.database.engine import open_engine, reading
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tables import LOCATION, MAILBOX, MESSAGE
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.session import ImapSession
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import PairingRules
from mailsla.usecases.collect import collect
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.terms import DerivesBeside, Limits, Progress, Terms, nothing_beside, silent
from tests.factories import OFFICE, RULES
from tests.trials.stores import new_store

if TYPE_CHECKING:
    from tests.trials.servers.imap_server import ImapServer

AT = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)
LATER = datetime(2026, 11, 5, 9, 0, 5, tzinfo=UTC)


def letter(number: int, *, by: str | None = None, body: str = "Corps.") -> bytes:
    """Return a citizen's mail, the same for the same number."""
    sender = by or f"usager{number}@example.org"
    return (
        f"Message-ID: <i{number}.{number:04}@example.org>\r\nFrom: {sender}\r\nTo: contact@pref.example.fr\r\n"
        f"Subject: Demande {number}\r\n\r\n{body}\r\n"
    ).encode()


def _named(number: int) -> list[str]:
    return ["HEADER", "Message-ID", f"<i{number}.{number:04}@example.org>"]


def reached(server: ImapServer, user: str, **changes: Any) -> ImapAccount:
    """Return how to reach a user's account on a server, in clear unless `changes` say otherwise."""
    account = ImapAccount(
        name="contact",
        host=server.host,
        port=server.imap_port,
        tls="none",
        user=user,
        credentials=Credentials(literal=lambda: server.password),
        timeout_seconds=10,
    )
    return replace(account, **changes)


class Box:
    """One user's mailboxes on a real server, and the store that collects them.

    `server` and `user` may be changed between two polls: the account has then moved.
    """

    def __init__(self, server: ImapServer, user: str, folder: Path, busy_seconds: int = 30) -> None:
        self.server, self.user = server, user
        store = folder / "store.sqlite3"
        store.write_bytes(new_store())
        self.engine = open_engine(f"sqlite:///{store}", busy_seconds)
        self.store = store_on(self.engine)

    @contextmanager
    def session(self, **changes: Any) -> Iterator[ImapSession]:
        """Log in as mailsla does."""
        with connect(reached(self.server, self.user, **changes)) as session:
            yield session

    def put(self, *letters: bytes, mailbox: str = "INBOX", at: datetime = AT) -> None:
        """Put letters in a mailbox, as if they had arrived at an instant."""
        self.server.append_many(self.user, mailbox, [(raw, at, ()) for raw in letters])

    def create(self, *mailboxes: str) -> None:
        """Make mailboxes."""
        with self.server.client(self.user) as client:
            for mailbox in mailboxes:
                client.create_folder(mailbox)

    def move(self, number: int, source: str, target: str) -> None:
        """Move a letter, as an agent does."""
        with self.server.client(self.user) as client:
            client.select_folder(source)
            client.move(client.search(_named(number)), target)

    def expunge(self, *numbers: int, mailbox: str = "INBOX") -> None:
        """Delete letters, as an agent does."""
        with self.server.client(self.user) as client:
            client.select_folder(mailbox)
            for number in numbers:
                client.delete_messages(client.search(_named(number)))
            client.expunge()

    def poll(
        self,
        *,
        office: Office = OFFICE,
        keywords: Collection[str] = (),
        at: datetime = AT + timedelta(hours=1),
        since: date | None = None,
        progress: Progress = silent,
        limits: Limits = Limits(),  # noqa: B008 (a frozen value)
        beside: DerivesBeside = nothing_beside,
        monotonic: Callable[[], float] = lambda: 0.0,
        **changes: Any,
    ) -> Tally:
        """Collect everything once."""
        terms = Terms(
            account="contact",
            now=lambda: at,
            office=office,
            keywords=keywords,
            since=since,
            progress=progress,
            monotonic=monotonic,
            beside=beside,
            limits=limits,
        )
        with self.session(**changes) as session:
            return collect(session, self.store, terms)

    def requests(self, rules: PairingRules = RULES) -> tuple[Request, ...]:
        """Return the requests, brought up to date."""
        derive_pending(self.store.derivations, rules)
        return self.store.derivations.requests()

    def subjects(self) -> list[str]:
        """Return the subjects of the requests, in order; one that is counted twice is there twice."""
        return sorted(request.subject for request in self.requests())

    def copies(self, number: int) -> dict[str, bool]:
        """Return the mailboxes where a letter was ever seen, and whether it is believed to be there now."""
        query = (
            select(MAILBOX.c.name, LOCATION.c.gone_at)
            .join(LOCATION, LOCATION.c.mailbox_id == MAILBOX.c.id)
            .join(MESSAGE, MESSAGE.c.id == LOCATION.c.message_id)
            .where(MESSAGE.c.subject == f"Demande {number}")
        )
        found: dict[str, bool] = {}
        with reading(self.engine) as connection:
            for name, gone_at in connection.execute(query):
                found[name] = found.get(name, False) or gone_at is None
        return found
