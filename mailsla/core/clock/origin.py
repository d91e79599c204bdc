"""Where a promise comes from: it is said of it wherever it decides, and changes no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PresetName(StrEnum):
    """A text that offices promise by."""

    QUALIPREF = "qualipref"
    MARIANNE = "marianne"
    RECEIPT = "accuse-reception"
    RECORDING = "accuse-enregistrement"
    ANNOUNCED_DATE = "delai-annonce"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a promise comes from.

    Attributes:
        preset: The text that fills it; None when the site wrote all of it.
        confirmed: Whether the site held it against that text.
        altered: Whether the site changed some of what the text says.
        chosen_by_site: Whether the promise names no delay (« une réponse systématique »), and the site chose one.
    """

    preset: PresetName | None = None
    confirmed: bool = False
    altered: bool = False
    chosen_by_site: bool = False

    @property
    def is_to_check(self) -> bool:
        """Whether it rests on a text that nobody held it against: « à vérifier » is said of it."""
        return self.preset is not None and not self.confirmed
