"""What a bilan tells beside the report of its year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsla.core.rate.note import Note
from mailsla.core.rate.publication import Source
from mailsla.core.rate.standard import Judged
from mailsla.presentation.pages.fill_in import Part
from mailsla.presentation.pages.register_page import DecisionLine, PublicationLine


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a bilan tells beside the report of its year.

    Attributes:
        unanswered: Of each category that promises an answer to every one, those of the year without an answer.
        notes: Causes and actions in force about the year.
        parts: What people filled in.
        decisions: The register of the decisions that change the year's rate, or were taken in it.
        sample: Requests of the year drawn at random, to be recounted by hand.
        seed: What they were drawn with.
        digests: The names of what the figures follow from; none without a published figure's own.
        published: The last figure published of the year, if any.
    """

    unanswered: Mapping[str, Sequence[Judged]]
    notes: Sequence[Note]
    parts: Sequence[Part]
    decisions: Sequence[DecisionLine]
    sample: Sequence[Judged]
    seed: int
    digests: Mapping[Source, str]
    published: PublicationLine | None = None
