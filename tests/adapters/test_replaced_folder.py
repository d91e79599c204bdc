"""A folder replaced as a whole: the former one or the new one, never a part, whatever happens meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from mailsla.adapters.machine.replaced_folder import MARK, NewFolder, replaced
from mailsla.core.errors import TransientError, UsageError

FIRST = {"index.html": b"one", "listes/ab/x.html": b"rows"}


def write(folder: Path, files: dict[str, bytes]) -> None:
    with replaced(folder) as new:
        for name, content in files.items():
            new.add(name, content)


def write_twice(folder: Path) -> None:
    with replaced(folder) as new:
        new.add("index.html", b"half")
        new.add("index.html", b"half")


def read(folder: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    return {name: content for name, content in found.items() if name != MARK}


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path.is_dir() and not path.is_symlink())


def test_a_folder_that_is_turned_elsewhere_while_it_is_written_leads_nowhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(0o700)
    with closing(NewFolder(tmp_path / "made", None)) as made:
        made.add("a/first.html", b"1")
        (tmp_path / "made").rename(tmp_path / "moved")
        (tmp_path / "made").symlink_to(elsewhere)
        for name in ("second.html", "a/third.html", "b/fourth.html"):
            made.add(name, b"2")

    assert list(elsewhere.iterdir()) == []
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "moved" / "b" / "fourth.html").read_bytes() == b"2"


def test_it_is_written_and_replaced_and_the_former_one_goes(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, FIRST)
    first = folder.resolve()

    write(folder, {"index.html": b"two"})

    assert read(folder) == {"index.html": b"two"}
    assert not first.exists()
    assert beside(folder) == [folder.resolve().name]


@pytest.mark.parametrize("name", ["pages", "pages[1]", "pages*", "pages-0123456789ab"])
def test_another_whose_name_begins_alike_is_neither_removed_nor_in_the_way(name: str, tmp_path: Path) -> None:
    others = [tmp_path / f"{name}-old", tmp_path / "pages1", tmp_path / f"{name}-0123456789ab.link"]
    for other in others:
        write(other, FIRST)

    write(tmp_path / name, FIRST)
    write(tmp_path / name, {"index.html": b"two"})

    assert all(read(other) == FIRST for other in others)
    assert len(beside(tmp_path / name)) == len(others) + 1


def test_a_file_that_stays_the_same_is_the_same_file_and_another_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, FIRST)
    before = {name: (folder / name).stat().st_ino for name in FIRST}

    write(folder, {**FIRST, "index.html": b"two"})

    after = {name: (folder / name).stat().st_ino for name in FIRST}
    assert after["listes/ab/x.html"] == before["listes/ab/x.html"]
    assert after["index.html"] != before["index.html"]


def test_it_is_for_its_owner_and_for_reading_by_its_group_which_the_folder_above_gives(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o2750)
    umask = os.umask(0o077)
    try:
        write(tmp_path / "pages", FIRST)
    finally:
        os.umask(umask)

    folder = tmp_path / "pages"
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o640}
    assert {path.stat().st_mode & 0o7777 for path in (folder, folder / "listes")} == {0o2750}
    assert (folder / "index.html").stat().st_gid == tmp_path.stat().st_gid


def test_an_error_leaves_the_former_one_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, FIRST)

    with pytest.raises(FileExistsError):
        write_twice(folder)

    assert read(folder) == FIRST
    assert beside(folder) == [folder.resolve().name]


@pytest.mark.parametrize(
    "what", ["a folder with files", "a file", "a link elsewhere", "a link to a folder of others"]
)
def test_what_is_not_ours_is_refused_and_left_as_it_is(tmp_path: Path, what: str) -> None:
    folder, other = tmp_path / "pages", tmp_path / ".pages-photos"
    other.mkdir()
    (other / "kept").write_bytes(b"theirs")
    if what == "a folder with files":
        folder.mkdir()
        (folder / "kept").write_bytes(b"theirs")
    elif what == "a file":
        folder.write_bytes(b"theirs")
    else:
        folder.symlink_to("/etc" if what == "a link elsewhere" else other.name)

    with pytest.raises(UsageError, match="n'a pas été écrit par mailsla"):
        write(folder, FIRST)

    assert (other / "kept").read_bytes() == b"theirs"
    assert not (folder / MARK).exists()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()

    write(tmp_path / "pages", FIRST)

    assert read(tmp_path / "pages") == FIRST


def test_two_never_write_the_same_one_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "pages"

    with replaced(folder) as new:
        new.add("index.html", b"one")
        with pytest.raises(TransientError, match="en train d'écrire"):
            write(folder, FIRST)

    assert read(folder) == {"index.html": b"one"}


ENDLESS = """
import sys
from pathlib import Path
from mailsla.adapters.machine.replaced_folder import replaced
with replaced(Path(sys.argv[1])) as new:
    for number in range(10**9):
        new.add(f"{number}.html", b"half")
"""


def test_a_process_that_is_killed_leaves_the_former_one_and_the_next_clears_up(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, FIRST)
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, str(folder)])
    deadline = time.monotonic() + 60
    while len(beside(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert read(folder) == FIRST
    assert len(beside(folder)) == 2
    write(folder, FIRST)
    assert beside(folder) == [folder.resolve().name]
