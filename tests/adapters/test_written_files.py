"""What mailsla writes is for its user alone, and lands where the user said and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsla.adapters.machine.written_files import PRIVATE, READABLE_BY_GROUP, keep_private, write_whole

SOMEBODY = 54_321
"""A number that no user has."""


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """Give back the umask that a test changes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize(("mask", "expected"), [(PRIVATE, 0o600), (READABLE_BY_GROUP, 0o640)])
def test_a_new_file_is_for_its_user_or_for_a_group_that_reads(
    tmp_path: Path, mask: int, expected: int
) -> None:
    keep_private(mask)
    write_whole(tmp_path / "answer", "é\r\n")

    assert mode(tmp_path / "answer") == expected
    assert (tmp_path / "answer").read_bytes() == "é\r\n".encode()


def test_a_file_that_was_opened_to_others_on_purpose_stays_so_and_is_never_half_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "answer"
    path.write_text("before", encoding="utf-8")
    path.chmod(0o644)

    with path.open(encoding="utf-8") as reader:
        write_whole(path, "after")
        assert reader.read() == "before"

    assert (path.read_text(encoding="utf-8"), mode(path)) == ("after", 0o644)
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_former_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_text("before", encoding="utf-8")

    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")

    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_user_s_own_link_is_followed_and_stays(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to("target")

    for text in ("new", "replaced"):
        write_whole(link, text)
        assert target.read_text(encoding="utf-8") == text
    assert link.is_symlink()


def test_devices_and_pipes_are_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    write_whole(Path("/dev/null"), "gone")

    assert Path("/dev/null").is_char_device()


def test_standard_output_is_no_file_to_be_replaced(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from mailsla.adapters.machine.written_files import write_whole; "
        "write_whole(Path('/dev/stdout'), 'said')"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "said"
    assert Path("/dev/stdout").is_symlink()


def test_what_another_user_planted_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept", encoding="utf-8")
    planted, pipe, file = tmp_path / "planted", tmp_path / "pipe", tmp_path / "file"
    planted.symlink_to(victim)
    os.mkfifo(pipe)
    file.write_text("another's", encoding="utf-8")
    file.chmod(0o666)
    # Only root gives files away; anybody else writes as another would.
    user = SOMEBODY
    if os.geteuid() == 0:
        user = 0
        for path in (planted, pipe, file):
            os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)

    for path in (planted, pipe):
        with pytest.raises(PermissionError):
            write_whole(path, "citizens", user)
    write_whole(file, "citizens", user)

    assert victim.read_text(encoding="utf-8") == "kept"
    assert (file.stat().st_uid, mode(file)) == (os.geteuid(), 0o644)
