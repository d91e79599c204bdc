"""The package has no circle, the core its nine rooms, and no function is too long to be read in one go."""

from __future__ import annotations

from pathlib import Path

from tests import house

LONGEST_FUNCTION = 60
BOOTSTRAP = sorted((Path(__file__).parents[1] / "mailsla" / "bootstrap").glob("*.py"))

LONG: dict[str, str] = {}
"""Functions longer than that, each with the reason why."""


def test_no_module_leads_back_to_itself() -> None:
    arrows = house.module_arrows()

    assert house.circles(arrows) == []
    assert len(arrows) > 140
    assert sum(map(len, arrows.values())) > 400


def test_no_room_leads_back_to_itself() -> None:
    arrows = house.module_arrows()

    assert [house.circles(house.room_arrows(arrows, package)) for package in house.DRAWN] == [[], [], []]


def test_the_core_has_nine_rooms() -> None:
    rooms = house.room_arrows(house.module_arrows(), "mailsla.core")

    assert sorted(rooms) == "alerts clock collection errors mail office pairing rate retention".split()


def test_a_room_stands_above_all_that_it_leans_on() -> None:
    rooms = house.room_arrows(house.module_arrows(), "mailsla.core")
    floor = {room: number for number, level in enumerate(house.floors(rooms)) for room in level}

    assert all(floor[room] > floor[other] for room, others in rooms.items() for other in others)
    assert floor["errors"] == 0


def test_imports_within_functions_and_for_types_alone_are_arrows_too(tmp_path: Path) -> None:
    file = tmp_path / "late.py"
    file.write_text(
        "import mailsla.core.errors\n"
        "from mailsla.core.mail import dates, nothing\n"
        "import json\n"
        "if TYPE_CHECKING:\n"
        "    from mailsla.core.mail.header import Header\n"
        "def f():\n"
        "    from mailsla.adapters.database import migrating\n",
        encoding="utf-8",
    )

    assert set(house.imports(file)) == {
        "mailsla.core.errors",
        "mailsla.core.mail",
        "mailsla.core.mail.dates",
        "mailsla.core.mail.header",
        "mailsla.adapters.database.migrating",
    }


def test_no_function_is_too_long_to_be_read_in_one_go() -> None:
    lengths = house.function_lengths()

    assert {item.place for item in lengths if item.lines > LONGEST_FUNCTION} == LONG.keys()
    assert len(lengths) > 1000


def test_bootstrap_only_wires() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in BOOTSTRAP}

    assert {name: length for name, length in lengths.items() if length > 200} == {}
    assert len(lengths) > 5
