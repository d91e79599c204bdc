"""Runs `mailsla` as processes of their own without their start-up: one that has imported everything forks them.

    python -m tests.trials.warm_start        is that one; it reads orders and says what became of them

Trials that kill the daemon hundreds of times would otherwise spend their time on imports.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

_PR_SET_PDEATHSIG = 1


class WarmStart:
    """One `mailsla` at a time, forked at once. The processes end with whoever made this, whatever happens."""

    def __init__(self) -> None:
        self._forker = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "tests.trials.warm_start"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._pid: int | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pid is not None:
            self.kill()
            self.wait()
        self._orders.close()
        self._forker.wait(timeout=10)
        self._news.close()

    @property
    def _orders(self) -> IO[str]:
        assert self._forker.stdin is not None
        return self._forker.stdin

    @property
    def _news(self) -> IO[str]:
        assert self._forker.stdout is not None
        return self._forker.stdout

    def start(self, *arguments: str, log: Path, environment: dict[str, str]) -> None:
        """Start `mailsla ARGUMENTS`, which writes to `log`."""
        self._say(json.dumps({"arguments": arguments, "log": str(log), "environment": environment}))
        self._pid = int(self._news.readline())

    def kill(self) -> None:
        """Kill -9 the process, from any thread; one whose end is known stays ended."""
        with self._lock:
            if self._pid is not None:
                os.kill(self._pid, signal.SIGKILL)

    def has_ended(self, seconds: float = 0) -> bool:
        """Tell whether the process has ended, or does within some seconds."""
        return self._pid is None or bool(select.select([self._news], [], [], seconds)[0])

    def wait(self) -> int:
        """Return the process's exit code once it has ended, negative when a signal ended it."""
        self._news.readline()
        # Until here it is a zombie, whose number is nobody else's.
        with self._lock:
            self._pid = None
        self._say("reap")
        return int(self._news.readline())

    def _say(self, line: str) -> None:
        self._orders.write(line + "\n")
        self._orders.flush()


def _serve() -> None:
    """Obey orders until their end."""
    from mailsla.cli import run  # noqa: PLC0415 (for the children, not for whoever starts them)
    from mailsla.cli.command_table import declared  # noqa: PLC0415 (for the children, not for whoever starts them)

    for name, command in declared().items():
        command.load(name)
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order["log"], order["environment"])
            code = run(order["arguments"])
            sys.stdout.flush()
            os._exit(code)
        print(pid, flush=True)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        print("ended", flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _become(log: str, environment: dict[str, str]) -> None:
    """Make this child what a shell would have started."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.update(environment)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(target, 1)
    os.dup2(target, 2)


if __name__ == "__main__":
    _serve()
