"""Holds every mail that a server takes against the oracle, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mailsla.core.alerts.outgoing import Outgoing
from tests.trials.alerts.oracle import REFERENT, Said
from tests.trials.alerts.world import World

NEVER = (
    "wrong", "missed", "on a closed day or before the hour", "for an answered request", "twice", "empty",
    "of another day", "due twice", "account read by two at once",
)  # fmt: skip
"""What must not be, counted even where there is none."""


@dataclass(frozen=True)
class Handed:
    """A mail that the server took."""

    mail: Outgoing
    at: datetime
    said: frozenset[Said]
    summary: frozenset[str]


@dataclass
class Judge:
    """What was handed over, and what was wrong with it.

    Attributes:
        world: What is so.
        handed: What the server took.
        in_the_window: Message-IDs of mails whose worker was killed before it noted that they left: they leave again.
        wrong: One sentence for each wrong mail, and for each that is missing.
    """

    world: World
    handed: list[Handed] = field(default_factory=list)
    in_the_window: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.counts.update(dict.fromkeys(NEVER, 0))

    def take(self, handed: Handed) -> None:
        """Judge a mail as the server takes it."""
        for name, differs in self._wrong_with(handed):
            self.say(name, handed.mail.recipient, differs)
        self.handed.append(handed)
        self.world.counts["sent"] += 1

    def mark_sent(self, handed: Handed) -> None:
        """Note that it is known that a mail left: its recipient knows what it said."""
        told, on = self.world.oracle.told, handed.at.date()
        for said in handed.said:
            told.setdefault((handed.mail.recipient, said.key), []).append((on, said))
        self.world.oracle.summed_up |= handed.summary

    def look_for_missed(self, waiting: Collection[str]) -> None:
        """Hold that nobody is owed anything who has no mail waiting: everything works and was looked at."""
        missed = {(recipient, what) for recipient, what in self._owed() if recipient not in waiting}
        for recipient in {recipient for recipient, _what in missed}:
            self.say("missed", recipient, [what for to, what in missed if to == recipient])

    def _wrong_with(self, handed: Handed) -> Iterator[tuple[str, Collection[object]]]:
        oracle, mail = self.world.oracle, handed.mail
        keys = {item.key for item in handed.said} | handed.summary
        same_day = [
            item.mail.message_id
            for item in self.handed[-100:]
            if item.mail.recipient == mail.recipient and item.at.date() == handed.at.date()
        ]
        if not oracle.is_hour(handed.at):
            yield "on a closed day or before the hour", ()
        if answered := {asked.key for asked in self.world.requests if asked.answered} & keys:
            yield "for an answered request", answered
        if {*same_day} - {mail.message_id} or (same_day and mail.message_id not in self.in_the_window):
            yield "twice", same_day
        elif same_day:
            self.world.counts["again in the one window"] += 1
        if not keys:
            yield "empty", ()
        if mail.day != handed.at.date():
            yield "of another day", [mail.day]
        owed = {what for recipient, what in self._owed() if recipient == mail.recipient}
        if differs := {*handed.said, *handed.summary} ^ owed:
            yield "wrong", differs

    def _owed(self) -> set[tuple[str, Said | str]]:
        """Return who is to be told what now, with what is to be summed up to the referent."""
        oracle, requests, now = self.world.oracle, self.world.requests, self.world.now
        summary = {(REFERENT, key) for key in oracle.summary(requests, now)}
        return {*oracle.owed(requests, now), *summary}

    def say(self, name: str, whose: str, differs: Collection[object] = ()) -> None:
        """Note that something is wrong."""
        self.world.counts[name] += 1
        listed = sorted(map(str, differs))
        self.wrong.append(f"{self.world.now:%Y-%m-%d %H:%M}, {whose}: {name} {listed}")
