"""Citizens, agents and a mail server that drops connections; and the truth of what they did."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from imapclient import IMAPClient

from tests.trials.servers.dovecot import DovecotServer

JUNK = "Junk"
SETTLED_SECONDS = 60
"""What lay somewhere for less than some collections was perhaps never seen there: no observer is a camera."""


@dataclass(frozen=True)
class Sent:
    """One mail: when its header says, when and where it was delivered, and what it answers."""

    at: datetime
    delivered_at: datetime
    mailbox: str
    answers: str | None


@dataclass
class Truth:
    """What an observer who misses nothing knows.

    Attributes:
        sent: Every mail, by its Message-ID.
        copies: The mailbox of each that is still there.
        graves: The mailbox that each of the others was removed from.
        last_stays: From when to when each of these lay there: it was elsewhere before, and nowhere after.
        answered: The reply to each request that has one.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    graves: dict[str, str] = field(default_factory=dict)
    last_stays: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)


class Traffic:
    """A préfecture's life, drawn from a seed, over one connection that is opened again when it is dropped.

    Args:
        server: Where.
        user: Whose mailboxes, made here.
        mailboxes: How many, `Sent`, `INBOX` and `Junk` included.
        seed: What it is drawn from.
    """

    def __init__(self, server: DovecotServer, user: str, mailboxes: int, seed: int) -> None:
        self.truth = Truth()
        self.drops = 0
        self._touched: dict[str, float] = {}
        self._server, self._user, self._draw = server, user, random.Random(seed)
        self._client = self._log_in()
        self._mailboxes = ["INBOX", JUNK, *(f"Dossier {number:03}" for number in range(mailboxes - 3))]
        for name in self._mailboxes[2:]:
            self._client.create_folder(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def step(self) -> None:
        """Do one thing."""
        happening = self._draw.random()
        if happening < 0.45 or len(self.truth.copies) < 20:
            self._ask()
        elif happening < 0.70:
            self._reply()
        elif happening < 0.94:
            self._move()
        elif happening < 0.9995:
            self._expunge()
        else:
            self._drop()

    def flags(self) -> set[str]:
        r"""Return every flag that any message has, but `\Recent`: nobody here sets one that lasts."""
        found: set[bytes] = set()
        for name in [*self._mailboxes, "Sent"]:
            self._client.select_folder(name, readonly=True)
            uids = self._client.search()
            for items in self._client.fetch(uids, ["FLAGS"]).values() if uids else ():
                found.update(items[b"FLAGS"])
        return {flag.decode() for flag in found} - {r"\Recent"}

    def _log_in(self) -> IMAPClient:
        client = IMAPClient(self._server.host, port=self._server.imap_port, ssl=False, timeout=30)
        client.login(self._user, self._server.password)
        return client

    def _hang_up(self) -> None:
        with suppress(OSError, IMAPClient.Error):
            self._client.shutdown()

    def _drop(self) -> None:
        """Have the server drop every connection, this one too."""
        self.drops += 1
        self._server.drop(self._user)
        self._hang_up()
        self._client = self._log_in()

    def _append(self, mailbox: str, answers: str | None = None, **fields: str) -> None:
        message_id = f"s{len(self.truth.sent)}.{len(self.truth.sent):06}@example.org"
        at = datetime.now(UTC).replace(microsecond=0)
        lines = {"Message-ID": f"<{message_id}>", "Date": format_datetime(at), **fields}
        raw = "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\nCorps.\r\n"
        self._client.append(mailbox, raw.encode(), msg_time=at)
        self.truth.sent[message_id] = Sent(at, datetime.now(UTC), mailbox, answers)
        self._place(message_id, mailbox)
        if answers is not None:
            self.truth.answered[answers] = message_id

    def _place(self, message_id: str, mailbox: str) -> None:
        self.truth.copies[message_id] = mailbox
        self._touched[message_id] = time.monotonic()

    def _ask(self) -> None:
        mailbox = "INBOX" if self._draw.random() < 0.7 else self._draw.choice(self._mailboxes)
        number = len(self.truth.sent)
        fields = {"From": f"usager{number}@example.org", "To": self._user, "Subject": f"Demande {number}"}
        self._append(mailbox, **fields)

    def _reply(self) -> None:
        asked = self._any_but_sent(0)
        if asked is None or asked in self.truth.answered:
            return
        number = asked[1:].partition(".")[0]
        fields = {"To": f"usager{number}@example.org", "Subject": f"RE : Demande {number}"}
        self._append("Sent", asked, **{"From": self._user, "In-Reply-To": f"<{asked}>", **fields})

    def _any_but_sent(self, untouched_seconds: float) -> str | None:
        now = time.monotonic()
        known = [
            name
            for name, box in self.truth.copies.items()
            if box != "Sent" and now - self._touched[name] >= untouched_seconds
        ]
        return self._draw.choice(known) if known else None

    def _find(self, message_id: str) -> int:
        self._client.select_folder(self.truth.copies[message_id])
        [uid] = self._client.search(["HEADER", "Message-ID", message_id])
        return int(uid)

    def _move(self) -> None:
        message_id = self._any_but_sent(0)
        target = self._draw.choice(self._mailboxes)
        if message_id is not None and target != self.truth.copies[message_id]:
            self._client.move([self._find(message_id)], target)
            self._place(message_id, target)

    def _expunge(self) -> None:
        message_id = self._any_but_sent(SETTLED_SECONDS)
        # What is removed from Junk may have been seen nowhere else: whether it was a request is not known here.
        if message_id is not None and self.truth.copies[message_id] != JUNK:
            uid = self._find(message_id)
            until = datetime.now(UTC)
            lain = timedelta(seconds=time.monotonic() - self._touched[message_id])
            self.truth.last_stays[message_id] = (until - lain, until)
            self._client.delete_messages([uid])
            self._client.uid_expunge([uid])
            self.truth.graves[message_id] = self.truth.copies.pop(message_id)
