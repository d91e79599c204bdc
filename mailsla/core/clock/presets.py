"""Promises that offices make in the same words; a site's own configuration wins over any of them.

None was held against the text in force: what one decides is « à vérifier » until the site says `confirmed = true`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.origin import Origin, PresetName


@dataclass(frozen=True, slots=True)
class Preset:
    """A promise in working days.

    Attributes:
        days: The promised number.
        comparison: How a delay is held against it.
        target: The share promised.
    """

    days: int
    comparison: Comparison
    target: Fraction

    def commitment(self, name: PresetName, *, confirmed: bool = False) -> Commitment:
        """Return the promise as the text makes it, under its name."""
        origin = Origin(name, confirmed)
        return Commitment(name.value, self.days, self.comparison, self.target, origin=origin)


EVERY_ONE = Fraction(1)
"""The target of what is promised, or due by law, to everybody: judged and said by counts."""

PRESETS = {
    # « Dans 80 % des cas, une réponse […] en moins de dix jours ouvrés » : a press file of 3 September 2012, of a
    # référentiel replaced in 2012, 2015 and 2018.
    PresetName.QUALIPREF: Preset(10, Comparison.LESS_THAN, Fraction(4, 5)),
    # « Dans un délai de cinq jours ouvrés ».
    PresetName.MARIANNE: Preset(5, Comparison.AT_MOST, Fraction(4, 5)),
}
"""What is promised of answers."""

USUAL = replace(PRESETS[PresetName.QUALIPREF].commitment(PresetName.QUALIPREF), category="information")
"""The promise of whoever has written none, nor any configuration: of the category in which requests are by default."""

ACKNOWLEDGEMENT_PRESETS = {
    # Code des relations entre le public et l'administration, L112-11: what is sent to an administration by electronic
    # means is acknowledged; R112-11-1 and following, known from republished notices: within ten working days.
    PresetName.RECEIPT: Preset(10, Comparison.AT_MOST, EVERY_ONE),
    # Where that is not at once, its recording is: at once or within one working day.
    PresetName.RECORDING: Preset(1, Comparison.AT_MOST, EVERY_ONE),
}
"""What the law says of acknowledgements: of the first mail of the office, whatever it says."""
