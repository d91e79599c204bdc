"""A request while it is followed through its conversation."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.instants import Moment
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.new_question import Subjects
from mailsla.core.pairing.numbers_by_name import Name
from mailsla.core.pairing.request import Assignment, Step
from mailsla.core.pairing.rules import Part


@dataclass(eq=False, slots=True)
class Followed:
    """A request being followed through its conversation; it changes through `Register` alone.

    Attributes:
        number: Its place among the requests of its conversation, from 0.
        opening: The mail that opens it.
        follow_up: True when it is the sequel of an answered one.
        citizens: Addresses outside that its mails are from, or to; empty when nothing says who asks.
        askers: Those of them at which it is answered: not whoever it was only written to as well.
        reply_to: Those of them that its mails ask to be answered at, rather than their author's.
        assignments: The services that had it, first to last.
        elsewhere: When it was answered otherwise than by mail.
        subjects: Subjects of its mails so far.
        steps: Its mails so far.
        roots: Thread-Index roots of its mails so far.
        answered: When the clock stopped, and by what; None while it runs.
        answered_by: The mail that stopped it.
        last_reply_at: When it was last answered.
        unseen: Ids of the office that its citizens named so far, and that no mail bears.
        announcements: The dates announced while the clock ran.
        names: Under which the register has it.
    """

    number: int
    opening: Reading
    follow_up: bool
    citizens: set[str]
    askers: set[str]
    reply_to: set[str]
    assignments: list[Assignment]
    elsewhere: Moment | None
    subjects: Subjects
    steps: list[Step] = field(default_factory=list)
    roots: set[str] = field(default_factory=set)
    answered: Moment | None = None
    answered_by: str | None = None
    last_reply_at: datetime | None = None
    unseen: set[str] = field(default_factory=set)
    announcements: list[Announcement] = field(default_factory=list)
    names: set[Name] = field(default_factory=set)
    _places: dict[str, int] = field(default_factory=dict)
    _stops: deque[int] = field(default_factory=deque)
    """Places of the steps that stopped the clock, or would have."""

    def add(self, reading: Reading, part: Part) -> None:
        """Take a mail as one of its steps."""
        header = reading.mail.header
        self._places[reading.key] = len(self.steps)
        self.steps.append(Step(reading.key, part, reading.moment))
        self.subjects.add(header.subject)
        if header.thread_index:
            self.roots.add(header.thread_index)

    def has(self, key: str | None) -> bool:
        """Tell whether a mail is one of its steps."""
        return key in self._places

    def answer(self, moment: Moment, by: str | None) -> None:
        """Stop the clock, if it runs; whatever comes later is told from the last answer.

        Args:
            moment: When.
            by: Key of the step that answers; None when it was answered otherwise than by mail.
        """
        self.last_reply_at = moment.at
        if by is not None:
            self._stops.append(self._places[by])
        if self.answered is None:
            self.answered, self.answered_by = moment, by

    def take_back(self, key: str) -> None:
        """Let the clock run again, or until the next answer: a reply came back, its reader has not got it."""
        place = self._places[key]
        self.steps[place] = self.steps[place]._replace(part=Part.RETURNED_REPLY)
        while self._stops and self._is_returned(self._stops[0]):
            self._stops.popleft()
        while self._stops and self._is_returned(self._stops[-1]):
            self._stops.pop()
        if self.answered_by == key:
            first = self.steps[self._stops[0]] if self._stops else None
            self.answered, self.answered_by = (first.moment, first.key) if first else (None, None)
        last = self.steps[self._stops[-1]].moment if self._stops else self.answered
        self.last_reply_at = last.at if last else None

    def _is_returned(self, place: int) -> bool:
        return self.steps[place].part is Part.RETURNED_REPLY
