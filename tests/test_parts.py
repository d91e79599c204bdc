"""What a day leaves out, other days try: the parts of a test are all of its cases, each once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CASES = """
import pytest

@pytest.mark.in_parts(3)
@pytest.mark.parametrize("number", range(8))
def test_in_parts(number): ...

@pytest.mark.in_parts(2)
def test_long(): ...

@pytest.mark.in_parts(2)
def test_slow(): ...

def test_whole(): ...
"""


class Kept:
    """Notes which tests a run is left with."""

    names: tuple[str, ...] = ()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.names = tuple(item.name for item in items)


def collected(file: Path, *options: str) -> tuple[str, ...]:
    """Return the tests of a file that a run would try."""
    asked = (
        "-p tests.conftest -p no:cacheprovider -p no:xdist -p no:terminal --collect-only -c /dev/null".split()
    )
    kept = Kept()
    assert pytest.main([*asked, *options, f"--rootdir={file.parent}", str(file)], [kept]) == 0
    return kept.names


@pytest.mark.in_parts(2)
def test_a_run_that_asks_for_no_part_tries_every_case_and_parts_share_them(tmp_path: Path) -> None:
    file = tmp_path / "test_cases.py"
    file.write_text(CASES, encoding="utf-8")

    whole = collected(file)
    parts = [collected(file, f"--part={day}") for day in (330, 331, 332)]

    cases = [[name for name in part if name.startswith("test_in_parts")] for part in parts]
    assert len(whole) == 11
    assert sorted(map(len, cases)) == [2, 3, 3]
    assert sorted(name for part in cases for name in part) == [f"test_in_parts[{n}]" for n in range(8)]
    assert all("test_whole" in part for part in parts)
    assert [("test_long" in part, "test_slow" in part) for part in parts[:2]] == [
        (False, True),
        (True, False),
    ]


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("processes", ["-p no:xdist", "-n 2"])
def test_a_run_names_what_it_leaves_out(tmp_path: Path, processes: str) -> None:
    file = tmp_path / "test_cases.py"
    file.write_text(CASES, encoding="utf-8")
    asked = "-p tests.conftest -p no:cacheprovider -c /dev/null".split()
    command = [sys.executable, "-m", "pytest", *asked, *processes.split(), f"--rootdir={tmp_path}", str(file)]

    whole, part = (
        subprocess.run([*command, *options], capture_output=True, text=True, check=True).stdout
        for options in ([], ["--part=330"])
    )

    assert "every case" in whole
    assert "left to other days" not in whole
    assert "part 330 of the tests that are in parts" in part
    assert "left to other days: test_cases.py::test_in_parts, 6 of its cases" in part
