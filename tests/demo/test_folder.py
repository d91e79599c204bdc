"""The demonstration lives in a folder of its user's: nobody else has a hand in it, or in one on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailsla.core.errors import UsageError
from mailsla.demo import office
from mailsla.demo.server import EmbeddedServer
from tests.trials.office import trap

SOMEBODY = 54_321
"""A number that no user has."""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the user's programs keep their state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_it_lies_in_the_user_s_state_for_that_user_alone(state: Path) -> None:
    made = office.make_folder()

    assert made == office.folder() == state / "mailsla" / "demo"
    assert made.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("said", [None, "", "relative/state"])
def test_without_a_state_folder_it_lies_where_the_home_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if said is not None:
        monkeypatch.setenv("XDG_STATE_HOME", said)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert office.folder() == tmp_path / ".local" / "state" / "mailsla" / "demo"


@pytest.mark.parametrize("home", ["", "relative", "/nonexistent"])
def test_without_a_home_one_sentence_says_what_to_set(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", home)

    with pytest.raises(UsageError, match="XDG_STATE_HOME"):
        office.folder()


@pytest.mark.parametrize("part", [".", "mailsla", "mailsla/demo"])
def test_a_folder_on_the_way_that_others_may_write_is_refused(state: Path, part: str) -> None:
    made = office.make_folder()
    (state / part).chmod(0o777)

    with pytest.raises(UsageError, match="chmod go-w"):
        office.folder()
    (state / part).chmod(0o700)

    assert office.folder() == made


def test_a_link_in_its_place_is_refused_and_what_it_leads_to_is_not_erased(state: Path) -> None:
    kept = state / "kept"
    kept.mkdir()
    (state / "mailsla").mkdir()
    (state / "mailsla" / "demo").symlink_to(kept)

    with pytest.raises(UsageError, match="lien"):
        office.make_folder()
    assert kept.is_dir()


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("command", [("check",), ("report",), ("demo",), ("demo", "--remove")])
def test_nothing_that_another_user_left_there_is_run(
    state: Path, tmp_path_factory: pytest.TempPathFactory, command: tuple[str, ...]
) -> None:
    traces = tmp_path_factory.mktemp("traces")
    state.chmod(0o1777)
    folder = state / "mailsla" / "demo"
    folder.mkdir(parents=True)
    (folder / "mailsla.toml").write_text(trap(traces), encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder.parent, folder, folder / "mailsla.toml"):
            os.chown(path, SOMEBODY, SOMEBODY)
    else:
        # Only root gives folders away; one that anybody may write is as bad.
        folder.parent.chmod(0o777)

    done = subprocess.run(
        [sys.executable, "-m", "mailsla", *command, *(() if command[0] == "demo" else ("--demo",))],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "utilisateur" in done.stderr, done.stdout) == (2, True, "")
    assert list(traces.iterdir()) == []
    assert (folder / "mailsla.toml").exists()


def test_its_server_imports_nothing_of_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started_in = tmp_path / "started-in"
    started_in.mkdir()
    for name in ("pymap", "socket", "asyncio"):
        (started_in / f"{name}.py").write_text(
            f"open({str(tmp_path / 'imported')!r}, 'w').close()\n", encoding="utf-8"
        )
    monkeypatch.chdir(started_in)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", ".", os.environ.get("PYTHONPATH", ""))))

    with EmbeddedServer(tmp_path / "mailbox") as server:
        assert server.port

    assert not (tmp_path / "imported").exists()
