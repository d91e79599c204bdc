"""Promises that offices make in the same words; a site's own configuration wins over any of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mailsla.core.clock.commitment import Comparison


@dataclass(frozen=True, slots=True)
class Preset:
    """A promise in working days.

    Attributes:
        days: The promised number.
        comparison: How a delay is held against it.
        target: The share promised.
        source: Where it comes from, in French.
        verified: False while nobody has held it against its source: reports then say « à vérifier ».
    """

    days: int
    comparison: Comparison
    target: Fraction
    source: str
    verified: bool


PRESETS = {
    "qualipref": Preset(
        10,
        Comparison.LESS_THAN,
        Fraction(4, 5),
        "Qualipref : « dans 80 % des cas, une réponse […] en moins de dix jours ouvrés »",
        verified=True,
    ),
    "marianne": Preset(
        5,
        Comparison.AT_MOST,
        Fraction(4, 5),
        "Référentiel Marianne : réponse aux courriels dans un délai de cinq jours ouvrés",
        verified=False,
    ),
}
