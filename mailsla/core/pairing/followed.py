"""A request while it is followed through its conversation, and which of several a mail is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.addresses import plain
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.instants import Moment
from mailsla.core.office.correspondents import Office
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.new_question import is_new_subject
from mailsla.core.pairing.request import Assignment, Step
from mailsla.core.pairing.rules import PairingRules, Part


@dataclass
class Followed:
    """A request being followed through its conversation.

    Attributes:
        opening: The mail that opens it.
        follow_up: True when it is the sequel of an answered one.
        citizens: Addresses at which it is answered; empty when nothing says who asks.
        reply_to: Those of them that its mails ask to be answered at, rather than their author's.
        assignments: The services that had it, first to last.
        steps: Its mails so far.
        subjects: Subjects of its mails so far.
        roots: Thread-Index roots of its mails so far.
        answered: When the clock stopped, and by what; None while it runs.
        answered_by: The mail that stopped it.
        last_reply_at: When it was last answered.
        elsewhere: When it was answered otherwise than by mail.
        unseen: Ids of the office that its citizens named so far, and that no mail bears.
        announcements: The dates announced while the clock ran.
    """

    opening: Reading
    follow_up: bool
    citizens: set[str]
    reply_to: set[str]
    assignments: list[Assignment]
    elsewhere: Moment | None
    steps: list[Step] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    answered: Moment | None = None
    answered_by: str | None = None
    last_reply_at: datetime | None = None
    unseen: set[str] = field(default_factory=set)
    announcements: list[Announcement] = field(default_factory=list)

    def add(self, reading: Reading, part: Part) -> None:
        """Take a mail as one of its steps."""
        header = reading.mail.header
        self.steps.append(Step(reading.key, part, reading.moment))
        self.subjects.add(base_subject(header.subject))
        if header.thread_index:
            self.roots.add(header.thread_index)

    def has(self, key: str | None) -> bool:
        """Tell whether a mail is one of its steps."""
        return any(step.key == key for step in self.steps)

    def answer(self, moment: Moment, by: str | None) -> None:
        """Stop the clock, if it runs; whatever comes later is told from the last answer."""
        self.last_reply_at = moment.at
        if self.answered is None:
            self.answered, self.answered_by = moment, by

    def take_back(self, key: str, rules: PairingRules) -> None:
        """Let the clock run again: a reply came back, its reader has not got it."""
        self.steps = [
            step._replace(part=Part.RETURNED_REPLY) if step.key == key else step for step in self.steps
        ]
        if self.answered_by != key:
            return
        self.answered = self.answered_by = self.last_reply_at = None
        for step in self.steps:
            if rules.stops(step.part):
                self.answer(step.moment, step.key)


def asked_to_answer_at(reading: Reading, office: Office) -> set[str]:
    """Return the addresses outside that a mail asks to be answered at, when they are not its author's."""
    header = reading.mail.header
    authors = {plain(address) for address in header.senders}
    return {plain(address) for address in office.outside(header.reply_to)} - authors


def heard_about(
    reading: Reading, followed: Sequence[Followed], link: Link, rules: PairingRules
) -> Followed | None:
    """Return the request that a citizen's mail is about: of this citizen's, the one it names while it is open.

    Else the latest that is open under its subject; else the one it names, the latest under its subject, the latest.
    None when this citizen has none there.
    """
    if link.evidence is Evidence.DECISION:
        return next((item for item in followed if item.has(link.to)), None)
    who, subject = set(reading.citizens), reading.mail.header.subject
    reply_to = asked_to_answer_at(reading, rules.office)
    mine = [item for item in followed if _is_theirs(item, who, reply_to)]
    named = [item for item in mine if item.has(link.to)]
    fitting = [item for item in mine if not is_new_subject(subject, item.subjects, rules.reminder_words)]
    choices = (_open(named), _open(fitting), named, fitting, mine)
    return next((found[-1] for found in choices if found), None)


def _is_theirs(item: Followed, who: Collection[str], reply_to: Collection[str]) -> bool:
    """Tell whether a request is this citizen's; two that one address writes for are told apart by where they reply."""
    if item.reply_to and reply_to:
        return not item.reply_to.isdisjoint(reply_to)
    return not who or not item.citizens.isdisjoint(who)


def answered_by(reading: Reading, followed: Sequence[Followed], link: Link) -> list[Followed]:
    """Return the requests that a mail of the office answers: one of each citizen it is written to, at most.

    The one that it names; else, of those under the same Thread-Index, or under its subject, or of all, the one that
    is open, or the last when none is. None when several are open: nothing says which one. Where nothing says who asked,
    as with a form without Reply-To, any mail to the outside answers.
    """
    who = set(reading.citizens)
    reached = [item for item in followed if not item.citizens or not item.citizens.isdisjoint(who)]
    named = [item for item in reached if item.has(link.to)]
    found = (_open(named) or named)[-1:]
    for group in _by_citizen(item for item in reached if item.citizens or not named):
        if not any(item is one for item in group for one in found):
            found += _the_one(reading, group)
    return found


def _by_citizen(followed: Iterable[Followed]) -> list[list[Followed]]:
    """Return requests in groups that share no citizen; those of nobody known are one."""
    groups: list[list[Followed]] = []
    for item in followed:
        near = [
            group
            for group in groups
            if any(item.citizens == other.citizens or item.citizens & other.citizens for other in group)
        ]
        groups = [group for group in groups if all(group is not one for one in near)]
        groups.append([*(other for group in near for other in group), item])
    return groups


def _the_one(reading: Reading, group: Sequence[Followed]) -> list[Followed]:
    """Return the one request of a citizen that a mail answers, which names none of them."""
    header = reading.mail.header
    subject = base_subject(header.subject)
    of_root = [item for item in group if header.thread_index in item.roots]
    of_subject = [item for item in of_root or group if subject in item.subjects]
    choices = of_subject or of_root or group
    still_open = _open(choices)
    if len(still_open) > 1:
        return []
    return still_open or list(choices[-1:])


def _open(items: Iterable[Followed]) -> list[Followed]:
    return [item for item in items if item.answered is None]
