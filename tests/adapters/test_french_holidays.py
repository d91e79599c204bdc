"""The legal calendar of every territory, from facts typed by hand from the law."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailsla.adapters.french_holidays import FIRST_YEAR, LAST_YEAR, public_holidays
from mailsla.core.clock.territory import ALSACE_MOSELLE, METROPOLE, TERRITORIES, Territory, territory_of
from mailsla.core.errors import UsageError
from tests.factories import METROPOLE_DAYS
from tests.official_calendar import main as compare_with_official_table

NATIONAL_2026 = {on for on in METROPOLE_DAYS if on.startswith("2026")}

# Code du travail, L3422-2 and the territories' own codes: what each adds to the national list in 2026.
ADDED_2026 = {
    "18": set(),
    "2A": set(),
    "57": {"2026-04-03", "2026-12-26"},
    "67": {"2026-04-03", "2026-12-26"},
    "68": {"2026-04-03", "2026-12-26"},
    "971": {"2026-05-27"},
    "972": {"2026-05-22"},
    "973": {"2026-06-10"},
    "974": {"2026-12-20"},
    "975": set(),
    "976": {"2026-04-27"},
    "977": {"2026-10-09"},
    "978": {"2026-05-28"},
    "984": set(),
    "986": {"2026-04-28", "2026-06-29", "2026-07-29"},
    "987": {"2026-03-05", "2026-04-03", "2026-11-20"},
    "988": {"2026-09-24"},
}


def days(departement: str, year: int, *, good_friday: bool = True) -> set[str]:
    territory = territory_of(departement)
    assert territory is not None
    return {item.on.isoformat() for item in public_holidays(territory, year, good_friday=good_friday)}


@pytest.mark.parametrize(("departement", "added"), ADDED_2026.items())
def test_each_territory_adds_its_own_days_to_the_national_list(departement: str, added: set[str]) -> None:
    assert days(departement, 2026) == NATIONAL_2026 | added


def test_good_friday_is_a_switch_of_alsace_moselle_alone() -> None:
    assert days("67", 2026) - days("67", 2026, good_friday=False) == {"2026-04-03"}
    assert days("18", 2026) == days("18", 2026, good_friday=False)
    assert days("987", 2026) == days("987", 2026, good_friday=False)


@pytest.mark.parametrize("year", [2004, 2005, 2006, 2007, 2008])
def test_whit_monday_stayed_a_holiday_through_the_day_of_solidarity(year: int) -> None:
    whit_monday = {2004: "05-31", 2005: "05-16", 2006: "06-05", 2007: "05-28", 2008: "05-12"}[year]

    assert f"{year}-{whit_monday}" in days("18", year)


def test_polynesia_moved_its_day_from_29_june_to_20_november_in_2025() -> None:
    assert {"2024-06-29"} == {on for on in days("987", 2024) if on in {"2024-06-29", "2024-11-20"}}
    assert {"2025-11-20"} == {on for on in days("987", 2025) if on in {"2025-06-29", "2025-11-20"}}


def test_customary_days_close_no_state_office() -> None:
    guadeloupe = days("971", 2026)

    assert not guadeloupe & {"2026-03-12", "2026-04-03", "2026-07-21"}


def test_every_day_has_its_law_and_years_beyond_the_official_table_say_they_are_computed() -> None:
    for territory in TERRITORIES:
        assert all(item.source and item.name for item in public_holidays(territory, 2026))
        assert not any(item.computed for item in public_holidays(territory, 2031))
        assert all(item.computed for item in public_holidays(territory, 2032))


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 1500])
def test_a_year_out_of_range_is_refused(year: int) -> None:
    with pytest.raises(UsageError, match=str(year)):
        public_holidays(METROPOLE, year)


@pytest.mark.parametrize(
    ("departement", "zone"),
    [
        ("18", "Europe/Paris"),
        ("971", "America/Guadeloupe"),
        ("974", "Indian/Reunion"),
        ("975", "America/Miquelon"),
        ("986", "Pacific/Wallis"),
        ("987", "Pacific/Tahiti"),
        ("988", "Pacific/Noumea"),
    ],
)
def test_each_territory_has_its_own_clock(departement: str, zone: str) -> None:
    territory = territory_of(departement)

    assert territory is not None
    assert territory.zone == zone


def test_every_zone_of_a_territory_exists() -> None:
    assert all(ZoneInfo(territory.zone) for territory in TERRITORIES)


@pytest.mark.parametrize("written", ["", "0", "96", "20", "979", "989", "Cher", "6７", "²"])
def test_an_unknown_departement_is_no_territory(written: str) -> None:
    # 20 became 2A and 2B in 1976.
    assert territory_of(written) is None


@pytest.mark.parametrize(
    ("written", "expected"), [("1", METROPOLE), (" 67 ", ALSACE_MOSELLE), ("2a", METROPOLE)]
)
def test_case_spaces_and_a_missing_zero_do_not_matter(written: str, expected: Territory) -> None:
    assert territory_of(written) == expected


def test_the_comparison_with_the_official_table_sees_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    official = [*sorted(NATIONAL_2026), "2026-02-30"[:8] + "17"]
    path = tmp_path / "jours_feries_metropole.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows(
            [["date", "annee", "zone", "nom_jour_ferie"], *([on, "2026", "", ""] for on in official)]
        )

    assert compare_with_official_table(tmp_path) == 1
    assert "metropole 2026-02-17 - UNEXPLAINED" in capsys.readouterr().out

    path.write_text("date\n" + "\n".join(sorted(NATIONAL_2026)) + "\n", encoding="utf-8")
    assert compare_with_official_table(tmp_path) == 0
    assert date(2026, 5, 25).isoformat() in NATIONAL_2026
