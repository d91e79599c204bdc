"""A worker of mailsla in virtual time: its real rounds on a real outbox, killed wherever chance has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mailsla.adapters.database.store import Store
from mailsla.config import Smtp
from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DIGEST, DropReason, Letter, Outgoing
from mailsla.core.alerts.terms import days_at_least
from mailsla.core.errors import MailRefused, PermanentError, TransientError
from mailsla.usecases.hand_over import HandOver
from mailsla.usecases.notify import DigestWriter, Preparation, Rounds, Sources
from mailsla.usecases.poll import LEASE
from tests.trials.alerts.derived import ACCOUNT, Derived
from tests.trials.alerts.judge import Handed, Judge
from tests.trials.alerts.oracle import Said
from tests.trials.alerts.world import World

RELAY = Smtp(host="relais.example.fr", sender="qualite@pref.example.fr", timeout_seconds=30)
SLOWEST = 15 * timedelta(seconds=30)
"""As often as a server is waited for that asks for STARTTLS and a password, each time for as long as it may take."""


class Killed(BaseException):
    """The daemon is gone, here and now."""


@dataclass
class Office:
    """What the workers of an office share.

    Attributes:
        world: The office itself.
        store: Its database.
        judge: Of what is sent.
        derived: Its requests and its configuration, as mailsla knows them.
        pause: Lets another worker go on.
        at_one_instant: Keeps every other worker from it, for a while.
        kills: How likely a worker is killed wherever it can be.
        waiting: The Message-IDs of the mails that are due and have not left.
        readers: Who reads the account now.
    """

    world: World
    store: Store
    judge: Judge
    derived: Derived
    pause: Callable[[], None] = lambda: None
    at_one_instant: Callable[[], AbstractContextManager[None]] = nullcontext
    kills: float = 0.0
    waiting: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)


class Daemon:
    """One worker. Satisfies `Outbox`, `WaitingMails` and `Mailer` for its rounds.

    Attributes:
        is_up: Whether it runs.
        is_alone: Whether no other worker shares its store.
    """

    def __init__(self, name: str, office: Office, *, is_alone: bool) -> None:
        self.name, self.office, self.is_alone = name, office, is_alone
        self.world, self.outbox, self.judge = office.world, office.store.outbox, office.judge
        self.is_up = True
        self._start()

    def _start(self) -> None:
        self._has_read, self._rounds = False, Rounds()
        self._handed: Handed | None = None
        self._mail: Outgoing | None = None
        self.office.readers.discard(self.name)

    @property
    def has_looked(self) -> bool:
        """Whether it looked at everything that waits, just now."""
        return self._rounds.whole_at == self.world.now

    def live(self, long: float) -> None:
        """Stop for hours or a week, or start again, if chance has it so; `long` as in `World`."""
        what = "daemon stopped"
        if self.is_up:
            is_other = self.world.breaks(what, 0.002 * long, timedelta(weeks=1))
        else:
            is_other = self.world.is_mended(what, 0.02 * long)
        if is_other:
            self.is_up = not self.is_up
            self._start()

    def read(self) -> None:
        """Read the account, unless another worker has it."""
        with self._mortal():
            if self.is_alone:
                self._read()
            elif self.office.store.leases.claim(ACCOUNT, self.name, self.world.now, self.world.now + LEASE):
                self.office.readers.add(self.name)
                if len(self.office.readers) > 1:
                    self.judge.say("account read by two at once", ACCOUNT)
                self._interruption()
                self._read()
                self.office.readers.discard(self.name)
                self.office.store.leases.release(ACCOUNT, self.name)
            else:
                self.world.counts["account read by the other worker"] += 1
            # Reading takes longer than the first of the other rounds, at times.
            self._has_read = self._has_read or self.world.chance.random() < 0.7

    def _read(self) -> None:
        world = self.world
        if world.reads and world.real >= world.oracle.first_read and not world.set_back:
            world.oracle.last_read = world.now

    def do_rounds(self) -> None:
        """Note who is to be told something, and hand over what waits."""
        with self._mortal():
            derived, terms = self.office.derived, self.office.derived.terms()
            sources = Sources(derived, self.outbox, derived.recalls)
            if self._has_read and self.world.real >= self.world.oracle.first_read:
                Preparation(sources, self, terms, "pref.example.fr", rounds=self._rounds).prepare(
                    self.world.now
                )
            writer = DigestWriter(sources, terms, compose, lambda: self._has_read)
            HandOver(self, self, {DIGEST: writer.write}, lambda: self.world.now).all()

    @contextmanager
    def _mortal(self) -> Iterator[None]:
        try:
            yield
        except Killed:
            self.world.counts["killed"] += 1
            self._start()

    def _interruption(self) -> None:
        self.office.pause()
        self._end_here()

    def _end_here(self) -> None:
        if self.world.chance.random() < self.office.kills:
            raise Killed

    # What the rounds ask of the store, and of the server.

    def told(self, keys: Collection[str]) -> Sequence[Told]:
        """Return what people were told."""
        return self.outbox.told(keys)

    def recipients(self, purpose: str, day: date) -> set[str]:
        """Return who has a mail of the day."""
        return self.outbox.recipients(purpose, day)

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Note that a mail is due."""
        self._interruption()
        if added := self.outbox.add(mail, at):
            if mail.message_id in self.office.waiting:
                self.judge.say("due twice", mail.recipient)
            self.office.waiting.add(mail.message_id)
            self.world.counts["due"] += 1
        self._interruption()
        return added

    def claim(self, at: datetime) -> Outgoing | None:
        """Take the next mail."""
        mail = self.outbox.claim(at)
        self._interruption()
        self._mail = mail
        return mail

    def mark_sent(self, number: int, at: datetime, told: Sequence[Told] = ()) -> None:
        """Note that a mail left, unless the worker is killed right before."""
        assert self._handed is not None
        self.office.pause()
        if self.world.chance.random() < self.office.kills:
            self.judge.in_the_window.add(self._handed.mail.message_id)
            raise Killed
        self.outbox.mark_sent(number, at, told)
        self.judge.mark_sent(self._handed)
        self.office.waiting.discard(self._handed.mail.message_id)
        self._interruption()

    def put_back(
        self, number: int, at: datetime, *, refused: str | None, is_undelivered: bool = False
    ) -> None:
        """Note that a mail could not be handed over."""
        self.outbox.put_back(number, at, refused=refused, is_undelivered=is_undelivered)
        self.world.counts["put back"] += 1
        self._interruption()

    def postpone(self, number: int, until: datetime) -> None:
        """Note that a mail is not to leave yet."""
        self.outbox.postpone(number, until)
        self.world.counts["postponed"] += 1
        self._interruption()

    def drop(self, number: int, at: datetime, reason: DropReason) -> None:
        """Note that a mail never leaves."""
        self.outbox.drop(number, at, reason)
        assert self._mail is not None
        self.office.waiting.discard(self._mail.message_id)
        self.world.counts[f"dropped, {reason.value}"] += 1
        self._interruption()

    @contextmanager
    def session(self) -> Iterator[Callable[[Outgoing, Letter], None]]:
        """Call the server, which takes its time: requests are answered meanwhile, and another worker goes on."""
        chance = self.world.chance
        if self.world.server_up_since is None:
            raise TransientError("down")
        if chance.random() < 0.02:
            raise PermanentError("552")
        if chance.random() < 0.02:
            self.world.answer_pile()
        for asked in chance.sample(self.world.requests, 2):
            if chance.random() < 0.3:
                self.world.answer(asked)
        self._wait_for_the_server()
        with self.office.at_one_instant():
            yield self._hand_over
        self._wait_for_the_server()

    def _wait_for_the_server(self) -> None:
        """Let the server be slow: each of its answers, half of which are waited for here, is given in time."""
        if self.world.chance.random() < 0.1:
            self.world.wait(SLOWEST / 2 * self.world.chance.random())
            self.world.counts["slow answers"] += 1
        self.office.pause()

    def _hand_over(self, mail: Outgoing, letter: Letter) -> None:
        self._end_here()
        if mail.recipient in self.world.refused:
            raise MailRefused("550")
        written = json.loads(letter.text)
        said = (
            Said(key, days_at_least(level), date.fromisoformat(due), left)
            for key, level, due, left in written["told"]
        )
        self._handed = Handed(mail, self.world.now, frozenset(said), frozenset(written["summary"]))
        self.judge.take(self._handed)


def compose(digest: Digest) -> Letter:
    """Say a digest as a machine reads it."""
    told = [
        (item.request.key, item.level, item.verdict.due_on.isoformat(), item.remaining)
        for item in digest.notices
    ]
    return Letter("", json.dumps({"told": told, "summary": [item.key for item in digest.backlog]}))
