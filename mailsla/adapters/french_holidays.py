"""The legal holidays of every territory: the `holidays` package, corrected by one table.

Nothing else sees the package. It is asked for French names and for one year at a time; `CORRECTIONS` names
everything in which the result differs from it, each with its law. `python -m tests.official_calendar FOLDER`
holds the result against the official table (etalab/jours-feries-france-data, Licence Ouverte).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import holidays
from dateutil.easter import easter
from holidays.holiday_base import HolidayBase

from mailsla.core.clock.public_holiday import PublicHoliday
from mailsla.core.clock.territory import (
    ALSACE_MOSELLE,
    GUADELOUPE,
    GUYANE,
    MARTINIQUE,
    MAYOTTE,
    METROPOLE,
    NOUVELLE_CALEDONIE,
    POLYNESIE,
    REUNION,
    SAINT_BARTHELEMY,
    SAINT_MARTIN,
    SAINT_PIERRE_ET_MIQUELON,
    TERRES_AUSTRALES,
    TERRITORIES,
    WALLIS_ET_FUTUNA,
    Territory,
)
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

FIRST_YEAR, LAST_YEAR = 1950, 2100
LAST_OFFICIAL_YEAR = 2031
"""Last year of the official table; later years are computed from the law as it stands."""

SUBDIVISIONS: dict[Territory, str | None] = {
    METROPOLE: None,
    # The package refuses 67 and 68; 57 and 6AE have the same days.
    ALSACE_MOSELLE: "57",
    GUADELOUPE: "971",
    MARTINIQUE: "972",
    GUYANE: "973",
    REUNION: "974",
    MAYOTTE: "976",
    SAINT_PIERRE_ET_MIQUELON: "PM",
    SAINT_BARTHELEMY: "BL",
    SAINT_MARTIN: "MF",
    WALLIS_ET_FUTUNA: "WF",
    POLYNESIE: "PF",
    NOUVELLE_CALEDONIE: "NC",
    TERRES_AUSTRALES: None,
}

NATIONAL = "Code du travail, art. L3133-1"
ABOLITION = "Code du travail, art. L3422-2"
LOCAL_LAW = "Ordonnance du 16 août 1892 (Code du travail, art. L3134-13)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A day of every year: a fixed one, or a number of days after Easter Sunday."""

    month: int = 0
    day: int = 0
    after_easter: int = 0

    def on(self, year: int) -> date:
        """Return the day's date in `year`."""
        if self.month:
            return date(year, self.month, self.day)
        return easter(year) + timedelta(days=self.after_easter)


@dataclass(frozen=True, slots=True)
class Correction:
    """One difference between the package and the law.

    Attributes:
        territories: Where it holds.
        rule: Which day.
        first: First year, inclusive.
        last: Last year, inclusive.
        name: The holiday to add; None to remove what the package says of that day.
        reason: The law, or why the package's day is none.
    """

    territories: tuple[Territory, ...]
    rule: Rule
    first: int
    last: int
    name: str | None
    reason: str


GOOD_FRIDAY = Rule(after_easter=-2)
WHIT_MONDAY = Rule(after_easter=50)
CUSTOMARY = "Jour d'usage local : ne figure pas à l'art. L3422-2, ne ferme aucun service de l'État"

CORRECTIONS = (
    Correction(
        TERRITORIES,
        WHIT_MONDAY,
        2005,
        2007,
        "Lundi de Pentecôte",
        "Code du travail, art. L3133-1 : resté férié, même travaillé (loi du 30 juin 2004, journée de solidarité)",
    ),
    Correction((GUADELOUPE,), Rule(after_easter=-24), FIRST_YEAR, LAST_YEAR, None, CUSTOMARY),
    Correction((GUADELOUPE,), GOOD_FRIDAY, FIRST_YEAR, LAST_YEAR, None, CUSTOMARY),
    Correction(
        (GUADELOUPE, MARTINIQUE, SAINT_BARTHELEMY, SAINT_MARTIN),
        Rule(7, 21),
        FIRST_YEAR,
        LAST_YEAR,
        None,
        CUSTOMARY,
    ),
    Correction((SAINT_BARTHELEMY,), Rule(10, 9), 2006, 2011, "Abolition de l'esclavage", ABOLITION),
    Correction(
        (SAINT_MARTIN,),
        Rule(5, 28),
        2013,
        2017,
        None,
        "Usage postérieur : le 28 mai n'est retenu que depuis 2018",
    ),
    Correction((SAINT_MARTIN,), Rule(5, 27), 2006, 2017, "Abolition de l'esclavage", ABOLITION),
)
"""Everything in which a legal calendar differs from the package; nothing else does."""

BEYOND_OFFICIAL_TABLE = (
    Correction(
        (POLYNESIE,),
        Rule(3, 5),
        FIRST_YEAR,
        LAST_YEAR,
        "Arrivée de l'Évangile",
        "Code du travail de la Polynésie française, art. LP 3321-1",
    ),
    Correction(
        (POLYNESIE,),
        GOOD_FRIDAY,
        FIRST_YEAR,
        LAST_YEAR,
        "Vendredi saint",
        "Code du travail de la Polynésie française, art. LP 3321-1",
    ),
    Correction(
        (POLYNESIE,),
        Rule(6, 29),
        FIRST_YEAR,
        2024,
        "Fête de l'autonomie",
        "Code du travail de la Polynésie française, art. LP 3321-1, jusqu'en 2024",
    ),
    Correction(
        (POLYNESIE,),
        Rule(11, 20),
        2025,
        LAST_YEAR,
        "Matāri'i",
        "Code du travail de la Polynésie française, art. LP 3321-1, depuis 2025",
    ),
    Correction(
        (NOUVELLE_CALEDONIE,),
        Rule(9, 24),
        FIRST_YEAR,
        LAST_YEAR,
        "Fête de la Citoyenneté",
        "Code du travail de Nouvelle-Calédonie, art. Lp. 232-1",
    ),
    Correction(
        (WALLIS_ET_FUTUNA,),
        Rule(4, 28),
        FIRST_YEAR,
        LAST_YEAR,
        "Saint Pierre Chanel",
        "Jour férié du territoire des îles Wallis et Futuna",
    ),
    Correction(
        (WALLIS_ET_FUTUNA,),
        Rule(6, 29),
        FIRST_YEAR,
        LAST_YEAR,
        "Saints Pierre et Paul",
        "Jour férié du territoire des îles Wallis et Futuna",
    ),
    Correction(
        (WALLIS_ET_FUTUNA,),
        Rule(7, 29),
        FIRST_YEAR,
        LAST_YEAR,
        "Fête du Territoire",
        "Jour férié du territoire des îles Wallis et Futuna",
    ),
)
"""Days of the package that the official table lacks (it gives the Pacific the mainland's list), with their law."""

ABOLITION_DAYS = {(4, 27), (5, 22), (5, 27), (5, 28), (6, 10), (10, 9), (12, 20)}


def public_holidays(
    territory: Territory, year: int, *, good_friday: bool = True
) -> tuple[PublicHoliday, ...]:
    """Return the legal holidays of `territory` in `year`, by date.

    Args:
        territory: Whose law applies.
        year: From 1950 to 2100.
        good_friday: In Alsace-Moselle, whether the commune has a Protestant or a mixed church; no effect
            elsewhere.

    Raises:
        UsageError: When the year is out of range.
    """
    check_year(year)
    package = _package(SUBDIVISIONS[territory], year)
    names: dict[date, tuple[str, str]] = {
        on: (name, _source(territory, on)) for on, name in package.items() if on.year == year
    }
    for correction in corrections(territory, year):
        on = correction.rule.on(year)
        if correction.name is not None:
            names.setdefault(on, (correction.name, correction.reason))
        elif not _is_national(on, year):
            names.pop(on, None)
    if territory == ALSACE_MOSELLE and not good_friday:
        names.pop(GOOD_FRIDAY.on(year), None)
    computed = year > LAST_OFFICIAL_YEAR
    return tuple(PublicHoliday(on, *names[on], computed) for on in sorted(names))


def check_year(year: int) -> None:
    """Raise `UsageError` when a year is outside every calendar."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(
            _("Le calendrier couvre les années {first} à {last} ; {year} n'en est pas.").format(
                first=FIRST_YEAR, last=LAST_YEAR, year=year
            )
        )


def corrections(territory: Territory, year: int) -> Iterator[Correction]:
    """Yield the corrections that hold for `territory` in `year`."""
    for correction in CORRECTIONS:
        if territory in correction.territories and correction.first <= year <= correction.last:
            yield correction


def _package(subdivision: str | None, year: int) -> HolidayBase:
    # Without a language the names follow the process's locale; without `expand=False` looking a day up adds years.
    return _france()(subdiv=subdivision, years=year, language="fr", expand=False)


@cache
def _france() -> type[HolidayBase]:
    """Return the package's France; asked for by its name, it loads 250 countries, a fifth of what `clock` takes."""
    path = Path(holidays.__file__).parent / "countries" / "france.py"
    spec = spec_from_file_location("mailsla_france", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[HolidayBase] = module.France
    return found


def _is_national(on: date, year: int) -> bool:
    return on in _package(None, year)


def _source(territory: Territory, on: date) -> str:
    """Return the law behind a day that the package gives."""
    for addition in BEYOND_OFFICIAL_TABLE:
        if territory in addition.territories and addition.rule.on(on.year) == on:
            return addition.reason
    if territory == ALSACE_MOSELLE and (on == GOOD_FRIDAY.on(on.year) or (on.month, on.day) == (12, 26)):
        return LOCAL_LAW
    if territory not in {METROPOLE, ALSACE_MOSELLE} and (on.month, on.day) in ABOLITION_DAYS:
        return ABOLITION
    return NATIONAL
