"""Precision and recall of pairing and of kinds, per office habit, on generated mail whose truth is known.

`python -m tests.trials.mail.quality [seed] [--size conversations]`

A pair is a reply with the request it is tied to. Precision is the share of right pairs among those made
alone; recall, their share among the true ones; in the second recall, a true pair that the list of doubts
names counts as found. Where nobody could tell which request a reply answers, the truth is a doubt: any pair
is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from mailsla.core.office.sides import Side
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.rules import Part
from tests.trials.mail.habits import HABITS, Group, fill
from tests.trials.mail.scenes import RULES, Letter, World

SIZE = 4_000
LEAST_RECALL = 0.98
MOST_SHOWN = 20
_REPLIES = frozenset({Part.REPLY, Part.HOLDING_REPLY})
_CITIZEN_S = frozenset({Part.REQUEST, Part.REMINDER, Part.FOLLOW_UP, Part.THANKS})


@dataclass(slots=True)
class Score:
    """What was found of some true pairs.

    Attributes:
        conversations: How many were written.
        true: True pairs.
        carried: Those that evidence 1 to 4 carries.
        made: Pairs made alone.
        right: Right ones among them.
        right_carried: Right ones that evidence carries.
        right_named: True pairs not made alone that carry no evidence, and that the doubts name.
        in_doubt: True pairs not made alone, that the doubts name.
        undecidable: Replies of which nobody could tell what they answer.
        undecidable_in_doubt: Those among them that the doubts name, with a request they may answer.
    """

    conversations: int = 0
    true: int = 0
    carried: int = 0
    made: int = 0
    right: int = 0
    right_carried: int = 0
    right_named: int = 0
    in_doubt: int = 0
    undecidable: int = 0
    undecidable_in_doubt: int = 0

    def add(self, other: Score) -> None:
        """Count another score's pairs with these."""
        for name in (count.name for count in fields(Score)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def precision(self) -> float | None:
        """Share of right pairs among those made alone."""
        return _share(self.right, self.made)

    @property
    def recall(self) -> float | None:
        """Share of true pairs made alone."""
        return _share(self.right, self.true)

    @property
    def recall_carried(self) -> float | None:
        """Share of pairs made alone among the true ones that evidence carries."""
        return _share(self.right_carried, self.carried)

    @property
    def recall_with_doubts(self) -> float | None:
        """Share of true pairs, and of undecidable replies, made alone or named by the doubts."""
        return _share(self.right + self.in_doubt + self.undecidable_in_doubt, self.true + self.undecidable)

    @property
    def to_doubt(self) -> int:
        """What must be listed: replies that no evidence carries, less those tied rightly all the same."""
        return self.true - self.carried - (self.right - self.right_carried) + self.undecidable

    @property
    def doubted(self) -> int:
        """What of that is listed."""
        return self.right_named + self.undecidable_in_doubt

    @property
    def missed(self) -> int:
        """True pairs, and undecidable replies, that are neither made nor listed."""
        return self.true - self.right - self.in_doubt + self.undecidable - self.undecidable_in_doubt


def _together(scores: Iterable[Score]) -> Score:
    together = Score()
    for score in scores:
        together.add(score)
    return together


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that went wrong, in words."""

    habit: str
    text: str


@dataclass(slots=True)
class Quality:
    """Everything measured on one seed.

    Attributes:
        habits: Score of each habit, by name.
        kinds: (true, derived) → messages, as "side: kind" or "kind".
        parts: (true, derived) → citizens' messages, by what they are in the life of a request.
        wrong: Pairs made that are not true.
        lost: True pairs neither made nor listed.
        idle_doubts: Doubts that name no true request.
        doubts: All doubts.
        messages: How many mails.
    """

    habits: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[Finding] = field(default_factory=list)
    lost: list[Finding] = field(default_factory=list)
    idle_doubts: int = 0
    doubts: int = 0
    messages: int = 0

    @property
    def total(self) -> Score:
        """All habits together."""
        return _together(self.habits.values())

    def goals(self) -> dict[str, bool]:
        """Tell which goals hold."""
        total = self.total
        return {
            f"precision of the pairs made alone is exactly 1: {total.right} of {total.made}": total.right
            == total.made,
            f"recall where evidence 1–4 speaks is at least {LEAST_RECALL}: {total.right_carried} of "
            f"{total.carried} = {_shown(total.recall_carried)}": (total.recall_carried or 0) >= LEAST_RECALL,
            f"the rest is listed as doubts: {total.doubted} of {total.to_doubt}": total.doubted
            == total.to_doubt,
        }


def measured(seed: int = 1, size: int = SIZE) -> Quality:
    """Write the mailboxes of a seed, derive them, and compare with the truth."""
    world = World(seed)
    fill(world, size)
    mails = world.mails()
    derivation = derive(mails, RULES)
    letters = {letter.key: letter for letter in world.letters}
    quality = Quality(messages=len(mails))
    _count_pairs(letters, derivation, quality)
    _count_kinds(letters, derivation, quality)
    for name, scenes in _scenes(world.letters).items():
        quality.habits[name].conversations = len(scenes)
    return quality


def _scenes(letters: Iterable[Letter]) -> dict[str, set[int]]:
    scenes: dict[str, set[int]] = defaultdict(set)
    for letter in letters:
        scenes[letter.habit].add(letter.scene)
    return scenes


def pairs_of(derivation: Derivation) -> dict[str, set[str]]:
    """Return, for each reply, the requests it was tied to."""
    pairs: dict[str, set[str]] = defaultdict(set)
    for request in derivation.requests:
        replies = {step.key for step in request.steps if step.part in _REPLIES}
        for reply in replies | ({request.answered_by} if request.answered_by else set()):
            pairs[reply].add(request.key)
    return pairs


def _count_pairs(letters: Mapping[str, Letter], derivation: Derivation, quality: Quality) -> None:
    made = pairs_of(derivation)
    listed = {doubt.mail: set(doubt.candidates) for doubt in derivation.doubts}
    for key, letter in letters.items():
        score = quality.habits[letter.habit]
        tied, named = made.get(key, set()), listed.get(key, set())
        true = {answer.request: answer.carried for answer in letter.answers}
        right = tied & true.keys()
        carried = {request for request, is_carried in true.items() if is_carried}
        in_doubt = (true.keys() - tied) & named
        score.true += len(true)
        score.carried += len(carried)
        score.made += len(tied)
        score.right += len(right)
        score.right_carried += len(right & carried)
        score.in_doubt += len(in_doubt)
        score.right_named += len(in_doubt - carried)
        if letter.undecidable:
            score.undecidable += 1
            score.undecidable_in_doubt += bool(named & set(letter.undecidable)) and not tied
        _explain(letter, tied, named, letters, derivation, quality)
    quality.doubts = len(derivation.doubts)
    quality.idle_doubts = sum(
        1
        for doubt in derivation.doubts
        if not {answer.request for answer in letters[doubt.mail].answers} & set(doubt.candidates)
        and not letters[doubt.mail].undecidable
    )


def _explain(
    letter: Letter,
    tied: set[str],
    named: set[str],
    letters: Mapping[str, Letter],
    derivation: Derivation,
    quality: Quality,
) -> None:
    true = {answer.request for answer in letter.answers}
    note = f" [{letter.note}]" if letter.note else ""
    evidence = derivation.links[letter.key].evidence
    for request in sorted(tied - true):
        should = "a doubt" if letter.undecidable else _said(true, letters) or "none"
        text = f"{evidence}: tied to {_said({request}, letters)}; the truth is {should}{note}"
        quality.wrong.append(Finding(letter.habit, f"{_shape(letter)} {text}"))
    for request in sorted(true - tied - named):
        text = f"{evidence}: answers {_said({request}, letters)}, found nowhere{note}"
        quality.lost.append(Finding(letter.habit, f"{_shape(letter)} {text}"))
    if letter.undecidable and not tied and not named & set(letter.undecidable):
        quality.lost.append(Finding(letter.habit, f"{_shape(letter)} should be a doubt{note}"))


def _shape(letter: Letter) -> str:
    return f"{letter.at:%m-%d} « {letter.subject[:40]} » to {letter.to}:"


def _said(keys: set[str], letters: Mapping[str, Letter]) -> str:
    return ", ".join(
        f"{letters[key].at:%m-%d} « {letters[key].subject[:40]} » of {letters[key].by}"
        for key in sorted(keys)
    )


def _count_kinds(letters: Mapping[str, Letter], derivation: Derivation, quality: Quality) -> None:
    parts: dict[str, Part] = {}
    for request in derivation.requests:
        parts.update({step.key: step.part for step in request.steps if step.part in _CITIZEN_S})
    for key, letter in letters.items():
        reading = derivation.readings[key]
        true = _kind(letter.side, letter.kind.value)
        quality.kinds[true, _kind(reading.side, reading.kind.value)] += 1
        if letter.part is not None:
            found = parts.get(key)
            quality.parts[letter.part.value, found.value if found else "none"] += 1


def _kind(side: Side, kind: str) -> str:
    return kind if side is Side.ASIDE else f"{kind}: {side.value}"


def report(quality: Quality, *, most_shown: int = MOST_SHOWN) -> str:
    """Return the tables, the wrong pairs and whether the goals hold, to be printed."""
    heads = ("conv.", "pairs", "made", "precision", "recall", "+doubts", "in doubt", "missed", "wrong")
    lines = [_row("Habit of the office", heads)]
    for group in Group:
        names = [habit.name for habit in HABITS if habit.group is group]
        lines += ["", f"{group.value}:"]
        lines += [_row(name, _cells(quality.habits[name])) for name in names]
        lines.append(_row("  together", _cells(_together(quality.habits[name] for name in names))))
    lines += ["", _row("Total", _cells(quality.total))]
    lines += ["", *_confusion("Kind", quality.kinds), "", *_confusion("Citizen's mail", quality.parts), ""]
    lines += [*_findings("wrong pairs", quality.wrong, most_shown)]
    lines += [*_findings("true pairs neither made nor listed", quality.lost, most_shown)]
    lines.append(f"{quality.messages} messages; {quality.doubts} doubts, {quality.idle_doubts} of them idle")
    lines += [f"{'holds' if holds else 'FAILS'}  {goal}" for goal, holds in quality.goals().items()]
    return "\n".join(lines)


def _cells(score: Score) -> tuple[str, ...]:
    pairs = f"{score.true}" if not score.undecidable else f"{score.true}+{score.undecidable}?"
    return (
        f"{score.conversations}",
        pairs,
        f"{score.made}",
        _shown(score.precision),
        _shown(score.recall),
        _shown(score.recall_with_doubts),
        f"{score.in_doubt + score.undecidable_in_doubt}",
        f"{score.missed}",
        f"{score.made - score.right}",
    )


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:<36}" + "".join(f"{cell:>10}" for cell in cells)


def _confusion(title: str, counts: Counter[tuple[str, str]]) -> list[str]:
    """Return one line per class: how many there are, precision, recall, and what was taken for what."""
    lines = [_row(title, ("true", "found", "precision", "recall"))]
    for name in sorted({true for true, _ in counts} | {found for _, found in counts}):
        true = sum(count for (one, _), count in counts.items() if one == name)
        found = sum(count for (_, one), count in counts.items() if one == name)
        right = counts[name, name]
        taken = ", ".join(
            f"{count} as {one}" for (origin, one), count in sorted(counts.items()) if origin == name != one
        )
        cells = (f"{true}", f"{found}", _shown(_share(right, found)), _shown(_share(right, true)))
        lines.append(_row(name, cells) + (f"  {taken}" if taken else ""))
    return lines


def _findings(title: str, findings: Sequence[Finding], most: int) -> list[str]:
    """Return the first findings, some of each habit."""
    if not findings:
        return [f"No {title}.", ""]
    by_habit = Counter(finding.habit for finding in findings)
    lines = [f"{len(findings)} {title}: " + ", ".join(f"{name} {n}" for name, n in by_habit.most_common())]
    seen: Counter[str] = Counter()
    ranked = []
    for finding in findings:
        seen[finding.habit] += 1
        ranked.append((seen[finding.habit], finding))
    first = sorted(ranked, key=lambda item: item[0])[:most]
    lines += [f"  {finding.habit} — {finding.text}" for _, finding in first]
    return [*lines, ""]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _shown(share: float | None) -> str:
    """Return a share with three decimals, rounded down: 1.000 is all of them."""
    return "–" if share is None else f"{int(share * 1000) / 1000:.3f}"


def main(arguments: Sequence[str] = ()) -> None:
    """Measure one seed and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.trials.mail.quality", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--size", type=int, default=SIZE, help="how many conversations")
    parser.add_argument("--show", type=int, default=MOST_SHOWN, help="how many wrong pairs to explain")
    asked = parser.parse_args(list(arguments))
    print(report(measured(asked.seed, asked.size), most_shown=asked.show))


if __name__ == "__main__":
    main(sys.argv[1:])
