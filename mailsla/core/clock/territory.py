"""Territories: each has its legal holidays and its zone, and is named by its département or collectivity."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of the Republic with its own list of legal holidays.

    Attributes:
        code: Its name in the official table of holidays, such as `la-reunion`.
        name: As people write it.
        zone: The IANA zone of the seat of its State office.
    """

    code: str
    name: str
    zone: str


METROPOLE = Territory("metropole", "Métropole", "Europe/Paris")
ALSACE_MOSELLE = Territory("alsace-moselle", "Alsace-Moselle", "Europe/Paris")
GUADELOUPE = Territory("guadeloupe", "Guadeloupe", "America/Guadeloupe")
MARTINIQUE = Territory("martinique", "Martinique", "America/Martinique")
GUYANE = Territory("guyane", "Guyane", "America/Cayenne")
REUNION = Territory("la-reunion", "La Réunion", "Indian/Reunion")
MAYOTTE = Territory("mayotte", "Mayotte", "Indian/Mayotte")
SAINT_PIERRE_ET_MIQUELON = Territory(
    "saint-pierre-et-miquelon", "Saint-Pierre-et-Miquelon", "America/Miquelon"
)
SAINT_BARTHELEMY = Territory("saint-barthelemy", "Saint-Barthélemy", "America/St_Barthelemy")
SAINT_MARTIN = Territory("saint-martin", "Saint-Martin", "America/Marigot")
WALLIS_ET_FUTUNA = Territory("wallis-et-futuna", "Wallis-et-Futuna", "Pacific/Wallis")
POLYNESIE = Territory("polynesie-francaise", "Polynésie française", "Pacific/Tahiti")
NOUVELLE_CALEDONIE = Territory("nouvelle-caledonie", "Nouvelle-Calédonie", "Pacific/Noumea")
# The administration of the Terres australes sits at Saint-Pierre de La Réunion; it has no abolition day.
TERRES_AUSTRALES = Territory("terres-australes", "Terres australes et antarctiques", "Indian/Reunion")

TERRITORIES = (
    METROPOLE,
    ALSACE_MOSELLE,
    GUADELOUPE,
    MARTINIQUE,
    GUYANE,
    REUNION,
    MAYOTTE,
    SAINT_PIERRE_ET_MIQUELON,
    SAINT_BARTHELEMY,
    SAINT_MARTIN,
    WALLIS_ET_FUTUNA,
    POLYNESIE,
    NOUVELLE_CALEDONIE,
    TERRES_AUSTRALES,
)

_BY_CODE = {
    **{f"{number:02}": METROPOLE for number in range(1, 96) if number != 20},
    "2A": METROPOLE,
    "2B": METROPOLE,
    "69D": METROPOLE,
    "69M": METROPOLE,
    "57": ALSACE_MOSELLE,
    "67": ALSACE_MOSELLE,
    "68": ALSACE_MOSELLE,
    "6AE": ALSACE_MOSELLE,
    "971": GUADELOUPE,
    "972": MARTINIQUE,
    "973": GUYANE,
    "974": REUNION,
    "975": SAINT_PIERRE_ET_MIQUELON,
    "976": MAYOTTE,
    "977": SAINT_BARTHELEMY,
    "978": SAINT_MARTIN,
    "984": TERRES_AUSTRALES,
    "986": WALLIS_ET_FUTUNA,
    "987": POLYNESIE,
    "988": NOUVELLE_CALEDONIE,
}


def territory_of(departement: str) -> Territory | None:
    """Return the territory of a département or collectivity, by its INSEE code; None when there is none.

    Case, spaces and a missing leading zero do not matter.

    >>> territory_of("67").name, territory_of("1").name
    ('Alsace-Moselle', 'Métropole')
    """
    code = departement.strip().upper()
    return _BY_CODE.get(code.zfill(2) if code.isascii() and code.isdigit() else code)
