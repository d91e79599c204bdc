"""Holds our legal holidays against the official table, difference by difference.

    python -m tests.official_calendar FOLDER

FOLDER holds the CSV files of etalab/jours-feries-france-data (Licence Ouverte), one a zone. Prints each
difference with its reason; exits 1 when one has none.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

from mailsla.adapters.french_holidays import BEYOND_OFFICIAL_TABLE, CORRECTIONS, public_holidays
from mailsla.core.clock.territory import TERRITORIES, Territory


def official_days(path: Path) -> dict[int, set[date]]:
    """Return the dates of one CSV file, by year."""
    days: dict[int, set[date]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            on = date.fromisoformat(row["date"])
            days[on.year].add(on)
    return days


def reason_for(territory: Territory, on: date) -> str | None:
    """Return why a day differs from the official table, by the tables of the code; None without a reason."""
    for item in (*CORRECTIONS, *BEYOND_OFFICIAL_TABLE):
        applies = territory in item.territories and item.first <= on.year <= item.last
        if applies and item.rule.on(on.year) == on:
            return item.reason
    return None


def differences(territory: Territory, official: dict[int, set[date]]) -> list[tuple[date, str, str | None]]:
    """Return (day, "+" for ours alone or "-" for the table's alone, reason), by date."""
    found: list[tuple[date, str, str | None]] = []
    for year, theirs in official.items():
        ours = {item.on for item in public_holidays(territory, year)}
        found += [(on, "+", reason_for(territory, on)) for on in ours - theirs]
        found += [(on, "-", reason_for(territory, on)) for on in theirs - ours]
    return sorted(found, key=lambda item: (item[0], item[1]))


def main(folder: Path) -> int:
    """Print every difference and return the exit code."""
    compared = explained = unexplained = 0
    for territory in TERRITORIES:
        path = folder / f"jours_feries_{territory.code}.csv"
        if not path.is_file():
            print(f"{territory.code}: no official table")
            continue
        official = official_days(path)
        compared += sum(len(days) for days in official.values())
        for on, side, reason in differences(territory, official):
            print(f"{territory.code} {on} {side} {reason or 'UNEXPLAINED'}")
            explained += reason is not None
            unexplained += reason is None
    print(f"{compared} official days, {explained} differences explained, {unexplained} unexplained")
    return 1 if unexplained or not compared else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
