"""Whoever reads a store and may not write to it decides through the daemon, which takes the name from the kernel."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailsla.adapters.access import local_socket
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.asked_decisions import listen
from mailsla.config import load
from mailsla.core.errors import PermanentError, TransientError
from mailsla.core.pairing.decision import Action, Decision
from mailsla.usecases.asked_decision import AskedDecision
from tests.cli.test_reading_a_store import NOBODY, Shared

READER = pwd.getpwuid((os.geteuid() and os.geteuid()) or NOBODY).pw_name


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shared]:
    """Give a store that another user reads, with the configuration, and the socket of its daemon."""
    monkeypatch.delenv("MAILSLA_NOW", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="mailsla-"))
    (folder / "run").mkdir()
    made = Shared(folder)
    folder.chmod(0o755)
    made.store.chmod(0o644)
    made.configure(
        services=[{"name": "Permis", "addresses": ["permis@pref.example.fr"]}],
        decisions={"socket": str(folder / "run" / "d")},
    )
    made.config.chmod(0o644)
    (folder / "run").chmod(0o755)
    assert made.owner("report") == 0
    yield made
    shutil.rmtree(folder)


@contextmanager
def listened(shared: Shared) -> Iterator[Application]:
    """Take decisions as the daemon does; all may ask, as the members of a group may."""
    path = shared.folder / "run" / "d"
    with open_application(load(shared.config)) as app:
        serving = threading.Thread(target=listen, args=(app, path))
        serving.start()
        while not path.exists() or path.stat().st_mode & 0o777 != local_socket.OWNER_AND_GROUP:
            assert serving.is_alive()
        path.chmod(0o666)
        # Whoever reads may not write: modes bind them, and this process has what it needs open.
        yield app
        app.stop.set()
        serving.join(20)
        assert not path.exists()


def taken(shared: Shared) -> list[Decision]:
    with open_application(load(shared.config)) as app:
        return list(app.store.decisions.taken())


def config(shared: Shared) -> tuple[str, str]:
    return ("--config", str(shared.config))


def test_a_decision_is_taken_in_the_name_of_who_asks_whatever_they_say(shared: Shared) -> None:
    key = shared.a_reference()
    asked = ("decide", key, "exclude", "--reason", "essai")
    with listened(shared):
        shared.folder.chmod(0o555)
        shared.store.chmod(0o444)
        named = shared.reader(*asked, "--by", "quelqu'un d'autre", *config(shared))
        done = shared.reader(*asked, *config(shared), SUDO_USER="root", USER="root")
        again = shared.reader("decide", key, "undo", "--number", "7", "--reason", "essai", *config(shared))
    shared.folder.chmod(0o755)
    shared.store.chmod(0o644)

    assert (named.returncode, done.returncode, again.returncode) == (2, 0, 2), done.stderr
    [decision] = taken(shared)
    assert "--by" in named.stderr
    assert "Décision n° 1 consignée." in done.stdout
    assert "exclue" in done.stdout
    assert "n° 7" in again.stderr
    assert (decision.action, decision.decided_by, decision.reason) == (Action.EXCLUDE, READER, "essai")
    assert decision.recorded is not None
    assert decision.recorded.by == READER


def test_who_is_of_another_group_is_not_heard(shared: Shared) -> None:
    """As root alone: another user, of no group of the socket's, is needed for it."""
    key = shared.a_reference()
    with listened(shared):
        (shared.folder / "run" / "d").chmod(local_socket.OWNER_AND_GROUP)
        shared.folder.chmod(0o555)
        shared.store.chmod(0o444)
        done = shared.reader("decide", key, "exclude", "--reason", "essai", *config(shared))
    shared.folder.chmod(0o755)
    shared.store.chmod(0o644)

    if os.geteuid() == 0:
        assert done.returncode == 1
        assert "demandez à être du groupe" in done.stderr
        assert taken(shared) == []


def test_without_the_daemon_a_decision_is_refused_in_one_sentence(shared: Shared) -> None:
    key = shared.a_reference()
    shared.folder.chmod(0o555)
    shared.store.chmod(0o444)

    done = shared.reader("decide", key, "exclude", "--reason", "essai", *config(shared))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "est-il en marche" in done.stderr
    shared.folder.chmod(0o755)
    shared.store.chmod(0o644)
    assert taken(shared) == []


NO_DECISIONS = (
    b"",
    b"\xff",
    b"[" * 60_000,
    b"{}",
    b'{"action": "exclude", "about": 3, "reason": "r"}',
    b'{"action": "exclude", "about": "a", "reason": "r", "by": "root"}',
    b'{"action": "answered", "about": "a", "reason": "r", "at": "2026-11-13"}',
    b'{"action": "undo", "about": "a", "reason": "r", "number": true}',
    b'{"action": "complete", "about": "m00000000", "reason": "r"}',
    AskedDecision(Action.EXCLUDE, "m00000000", "essai").written(),
)


def test_what_is_no_decision_is_refused_and_the_next_is_heard(shared: Shared) -> None:
    path = shared.folder / "run" / "d"
    with listened(shared):
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(path))
        with pytest.raises(TransientError):
            local_socket.ask(path, b"x" * 1_000_000)
        answers = [json.loads(local_socket.ask(path, said)) for said in NO_DECISIONS]

    assert [sorted(answer) for answer in answers] == [["refused", "usage"]] * len(NO_DECISIONS)
    assert "m00000000" in answers[-1]["refused"]
    assert taken(shared) == []


def test_nothing_but_a_socket_that_nobody_hears_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "d"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(PermanentError), local_socket.listening(path):
        pass
    assert path.read_text(encoding="utf-8") == "mine"
    path.unlink()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with local_socket.listening(path):
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(PermanentError), local_socket.listening(path):
            pass
        assert path.exists()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermanentError), local_socket.listening(link):
        pass
