"""Local days as numbers: of every instant that a site may meet, the day that its clock says."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mailsla.core.clock.local_days import NEVER, LocalDays
from mailsla.core.clock.territory import TERRITORIES
from tests.factories import PARIS, paris

ZONES = sorted({territory.zone for territory in TERRITORIES})
START = datetime(1980, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def changes(zone: ZoneInfo) -> list[datetime]:
    """Return the instants, less than a day after which a zone's clocks change."""
    days = [(START + number * DAY).astimezone(zone) for number in range(60 * 365)]
    return [one for one, other in pairwise(days) if one.utcoffset() != other.utcoffset()]


@pytest.mark.parametrize("name", ZONES)
def test_every_minute_around_a_change_of_clocks_and_around_midnight_is_of_its_local_day(name: str) -> None:
    zone = ZoneInfo(name)
    numbered = LocalDays(zone)
    changing = changes(zone)
    days = [*changing[:6], *changing[-6:], paris("2026-11-13 00:00")]

    minutes = [day - HOUR + number * MINUTE for day in days for number in range(26 * 60)]

    wrong = [at for at in minutes if numbered.day(at) != at.astimezone(zone).toordinal()]
    assert (wrong, len(minutes) >= 26 * 60) == ([], True)


@pytest.mark.parametrize(
    "at", ["2026-03-29 01:59", "2026-10-25 02:30", "2026-11-13 16:59", "2026-11-13 17:00"]
)
def test_an_instant_that_stands_for_a_day_or_a_start_has_its_number(at: str) -> None:
    for cutoff in (None, time(17)):
        numbered = LocalDays(PARIS, cutoff)
        start, day = numbered.start(paris(at)), numbered.day(paris(at))

        assert numbered.start(numbered.start_at(start)) == start
        assert numbered.day(numbered.end_at(day)) == day == start // 2
    assert numbered.day(None) == numbered.start(None) == NEVER
    assert numbered.end_at(NEVER) is None


def test_days_are_named_by_the_zone_the_cutoff_and_the_offsets_that_the_machine_knows() -> None:
    with files("tzdata.zoneinfo.Europe").joinpath("London").open("rb") as other:
        elsewhere = ZoneInfo.from_file(other, key="Europe/Paris")
    named = [LocalDays(PARIS), LocalDays(PARIS, time(17)), LocalDays(ZoneInfo("UTC")), LocalDays(elsewhere)]

    assert len({days.name for days in named}) == len(named)
    assert {days.name.split()[0] for days in named} == {"Europe/Paris", "UTC"}
    assert LocalDays(ZoneInfo.no_cache("Europe/Paris")).name == LocalDays(PARIS).name
