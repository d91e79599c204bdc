"""A ping is heard or not, in time, and goes nowhere else; a command is told, in time, and knows no secret."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mailsla.adapters.access.pinging import ping
from mailsla.adapters.machine.told_command import run_told
from mailsla.core.errors import TransientError
from tests.trials.servers.dripping import dripping
from tests.trials.servers.loopback import free_port, wait_until


class Probe(BaseHTTPRequestHandler):
    """Answers by what the path asks for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response({"/moved": 302, "/gone": 404}.get(self.path, 200))
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def probe() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a probe, and the paths that it is asked for."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Probe,), {"asked": asked}))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def test_a_proxy_that_is_none_is_said_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://nom:secret@proxy.example.fr:huit")

    with pytest.raises(TransientError) as unheard:
        ping("http://127.0.0.1:1/ping")

    assert "secret" not in "".join(traceback.format_exception(unheard.value))


def test_a_ping_asks_for_its_address_and_nothing_else(probe: tuple[str, list[str]]) -> None:
    url, asked = probe

    ping(f"{url}/ping/1?rid=2")
    for path, status in (("/moved", "302"), ("/gone", "404")):
        with pytest.raises(TransientError, match=status) as refused:
            ping(f"{url}{path}")
        assert url not in str(refused.value)

    assert asked == ["/ping/1?rid=2", "/moved", "/gone"], "no redirection is followed"


def test_a_ping_goes_through_the_proxy_that_is_set(
    probe: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _asked = probe
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TransientError):
        ping(f"{url}/1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    ping(f"{url}/1")


def test_a_ping_that_nobody_answers_ends_in_time(probe: tuple[str, list[str]]) -> None:
    del probe
    began = time.monotonic()
    with dripping() as port, pytest.raises(TransientError):
        ping(f"http://127.0.0.1:{port}/", whole_seconds=1)
    with pytest.raises(TransientError):
        ping(f"http://127.0.0.1:{free_port()}/")

    assert time.monotonic() - began < 10


def script(folder: Path, content: str) -> list[str]:
    path = folder / "told"
    path.write_text(f"#!/bin/sh\n{content}\n", encoding="utf-8")
    path.chmod(0o700)
    return [str(path), "first"]


def test_a_command_gets_the_state_and_what_is_wrong_and_no_secret_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILSLA_PASSWORD", "s3cret")
    out = tmp_path / "out"

    run_told(script(tmp_path, f'(echo "$@"; cat; env) > {out}; echo said'), "failure", "base : arrêtée.\n")

    said = out.read_text(encoding="utf-8")
    assert said.startswith("first failure\nbase : arrêtée.\n")
    assert "s3cret" not in said


def test_a_command_that_fails_lasts_or_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    began = time.monotonic()
    for content, said in (("exit 3", "code 3"), (f"sleep 60 & echo $! > {pid}; wait", "3 secondes")):
        with pytest.raises(TransientError, match=said):
            run_told(script(tmp_path, content), "ok", "x" * 1_000_000, seconds=3)
    with pytest.raises(TransientError, match="elle ne peut pas être lancée"):
        run_told([str(tmp_path / "none")], "ok", "")
    assert time.monotonic() - began < 20

    # Nothing of what it started is left, but for what waits to be read by its parent.
    state = Path(f"/proc/{pid.read_text(encoding='ascii').strip()}/stat")
    wait_until(
        lambda: not state.exists() or state.read_text(encoding="ascii").split()[2] == "Z",
        seconds=10,
        what="the end of what the command started",
    )
