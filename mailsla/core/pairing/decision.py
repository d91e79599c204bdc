"""What a person decided: dated, reasoned, signed, and only ever added to. An undo is one more decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class Action(StrEnum):
    """What can be decided.

    Of a request: `EXCLUDE` leaves it out of the figures; `ANSWERED` says when and how it was answered elsewhere;
    `ASSIGN` gives it to a service; `CATEGORY` puts it under another promise; `REMIND` keeps alerts about it back
    until a day, and changes no figure. Of a mail: `JOIN` ties it to a request; `SPLIT` cuts it from its conversation;
    `DISMISS` says that what was
    to check is as it stands: a possible reply answers nothing, a doubtful request is one. `COUNT` makes a citizen's of
    a mail that was left out; `LEAVE_OUT` leaves one out. Of collection: `CLOSE_HOLE` says that a hole hides nothing,
    `COMPLETE` that what was imported is all there was.
    `UNDO` takes an earlier decision back.
    """

    EXCLUDE = "exclude"
    ANSWERED = "answered"
    ASSIGN = "assign"
    CATEGORY = "category"
    REMIND = "remind"
    JOIN = "join"
    SPLIT = "split"
    DISMISS = "dismiss"
    COUNT = "count"
    LEAVE_OUT = "leave-out"
    CLOSE_HOLE = "close-hole"
    COMPLETE = "complete"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Who acted and when, as the machine knows it; both stand beside any name and date that a person gives.

    Attributes:
        by: The system's user.
        at: The instant of the machine's real clock, UTC.
    """

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        number: Its place among all decisions, from 1.
        target: Key of the request's opening message, or of the mail, that it is about; or what stands for a hole.
        action: What was decided.
        reason: Why, in the words of whoever decided.
        decided_by: Who decided, as was said.
        decided_at: The instant that the command spoke of.
        other: For `JOIN`, key of the request's opening message; for `UNDO`, nothing.
        at: For `ANSWERED`, the instant of the answer; for `CLOSE_HOLE`, when the hole began; for `REMIND`, the
            beginning of the day on which alerts go on.
        text: For `ANSWERED` the channel, for `ASSIGN` the service, for `CATEGORY` the category, for `CLOSE_HOLE` the
            account, for `COMPLETE` the days, as `A..B`.
        undone: For `UNDO`, the number of the decision taken back.
        recorded: What the machine itself noted; None for a decision of before it did.
        erased: Whether its free text is gone, with the values of what it is about.
    """

    number: int
    target: str
    action: Action
    reason: str
    decided_by: str
    decided_at: datetime
    other: str | None = None
    at: datetime | None = None
    text: str = ""
    undone: int | None = None
    recorded: Recorded | None = None
    erased: bool = False


@dataclass(frozen=True)
class Decided:
    """The decisions in force, by what they are about."""

    by_target: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)

    def last(self, target: str, action: Action) -> Decision | None:
        """Return the last decision of that action on `target` that nothing undid."""
        decisions = self.by_target.get(target)
        if decisions is None:
            return None
        return next((item for item in reversed(decisions) if item.action is action), None)

    def without(self, action: Action) -> Decided:
        """Return what would be decided, had nobody taken that action."""
        kept = {
            target: tuple(item for item in items if item.action is not action)
            for target, items in self.by_target.items()
        }
        return Decided({target: items for target, items in kept.items() if items})

    def counts(self, target: str) -> bool | None:
        """Tell whether people said that a mail is a citizen's, or that it is to be left out; None when nobody did."""
        if target not in self.by_target:
            return None
        last = max(
            (
                item
                for action in (Action.COUNT, Action.LEAVE_OUT)
                if (item := self.last(target, action)) is not None
            ),
            key=lambda item: item.number,
            default=None,
        )
        return None if last is None else last.action is Action.COUNT

    def naming(self, key: str) -> tuple[Decision, ...]:
        """Return the decisions in force that tie `key` to another message."""
        return self._joins.get(key, ())

    @cached_property
    def _joins(self) -> dict[str, tuple[Decision, ...]]:
        joins: dict[str, tuple[Decision, ...]] = {}
        for item in self.all:
            if item.action is Action.JOIN and item.other is not None:
                for key in {item.target, item.other}:
                    joins[key] = (*joins.get(key, ()), item)
        return joins

    @property
    def all(self) -> tuple[Decision, ...]:
        """Return every decision in force, by number."""
        return tuple(
            sorted(
                (item for items in self.by_target.values() for item in items), key=lambda item: item.number
            )
        )


NOTHING_DECIDED = Decided()


def taken_back(decisions: Iterable[Decision]) -> dict[int, int]:
    """Return the number of each decision that was taken back → that of the one which did; an undo can itself be."""
    undone: dict[int, int] = {}
    for decision in sorted(decisions, key=lambda item: item.number, reverse=True):
        if decision.action is Action.UNDO and decision.undone is not None and decision.number not in undone:
            undone[decision.undone] = decision.number
    return undone


def in_force(decisions: Iterable[Decision]) -> Decided:
    """Return the decisions that no later one took back."""
    ordered = sorted(decisions, key=lambda item: item.number)
    undone = taken_back(ordered)
    by_target: dict[str, list[Decision]] = defaultdict(list)
    for decision in ordered:
        if decision.action is not Action.UNDO and decision.number not in undone:
            by_target[decision.target].append(decision)
    return Decided({target: tuple(items) for target, items in by_target.items()})
