"""Published figures: frozen with what made them, and held against what the same question gives today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from mailsla.core.clock.verdict import Outcome
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Period


class Source(StrEnum):
    """What a figure follows from: the same four give the same figure."""

    FACTS = "facts"
    DECISIONS = "decisions"
    RULES = "rules"
    CALENDAR = "calendar"


SALTED = "salted "
"""Begins the digests of facts and of decisions that are made of salted hashes.

Those without it are older: of facts, made of identities and instants alone; of decisions, of their very words.
"""


@dataclass(frozen=True, slots=True)
class SourceDigest:
    """The names of what is known of one source.

    Attributes:
        source: Which.
        salted: Made of the salted hash of each value, which stays when the value goes (DOMAIN: the proof).
        former: As it was made before that, for publications that were made with it; empty when none can be equal.
    """

    source: Source
    salted: str
    former: str

    def like(self, published: Publication) -> str:
        """Return the one that a publication was made with."""
        is_salted = published.digests.get(self.source, "").startswith(SALTED)
        return self.salted if is_salted else self.former


@dataclass(frozen=True, slots=True)
class Published:
    """Who published a figure, and why.

    Attributes:
        said_by: Who, as was said; None when nobody noted it.
        recorded: What the machine itself noted; None likewise.
        reason: Why; may be empty.
    """

    said_by: str | None = None
    recorded: Recorded | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """The verdicts that a published report was counted from.

    Attributes:
        period: The cohort.
        at: The instant the verdicts speak of.
        published_at: When it was published.
        verdicts: Key of each counted request → its outcome.
        digests: What the figure followed from, each as a digest.
        by: By which date requests are the period's; None for a figure of before that was asked, which is by receipt,
            and counted an answer in time as met before it fell due.
        number: Its place among all publications, from 1; 0 before the store numbered it.
        signed: Who published it and why; what nobody noted is empty.
        definitive: Whether the figure was definitive then; None when that was not noted.
    """

    period: Period
    at: datetime
    published_at: datetime
    verdicts: Mapping[str, Outcome]
    digests: Mapping[Source, str]
    by: Belonging | None = None
    number: int = 0
    signed: Published = field(default_factory=Published)
    definitive: bool | None = None

    @property
    def met(self) -> int:
        """Requests answered in time."""
        return sum(outcome is Outcome.MET for outcome in self.verdicts.values())

    @property
    def judged(self) -> int:
        """Requests that had a verdict."""
        return sum(outcome is not Outcome.NOT_DUE for outcome in self.verdicts.values())

    @property
    def attainment(self) -> Fraction | None:
        """The share that was published."""
        return Fraction(self.met, self.judged) if self.judged else None


@dataclass(frozen=True, slots=True)
class Revision:
    """A published figure that would be another one today, at the same instant.

    Attributes:
        published: What was published.
        now: What the same period and instant give with what is known today.
        changed: How many requests have another verdict.
        appeared: How many count today that did not.
        gone: How many counted that do not today.
        causes: What changed since: facts, decisions, rules, calendar.
    """

    published: Publication
    now: Publication
    changed: int
    appeared: int
    gone: int
    causes: tuple[Source, ...]


def revision(
    published: Publication, now: Publication, former: Mapping[Source, str] | None = None
) -> Revision | None:
    """Return in what `now` differs from what was published; None when every verdict is the same.

    Args:
        published: What was published.
        now: The same period and instant, counted today.
        former: What a former scheme of fingerprints says today, for publications that it made.
    """
    before, after = published.verdicts, now.verdicts
    changed = sum(1 for key, outcome in before.items() if key in after and after[key] is not outcome)
    appeared, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    if not changed and not appeared and not gone:
        return None
    today = {**now.digests, **(former or {})}
    causes = tuple(source for source in Source if published.digests.get(source) != today.get(source))
    return Revision(published, now, changed, appeared, gone, causes)
