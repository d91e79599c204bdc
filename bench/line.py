"""First collections over a line that has a delay and a bandwidth, beside a bare socket over the same line.

Other lines: `python -m bench.line 20 50`, a round trip in milliseconds and Mbit/s.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from types import TracebackType
from typing import Self

from bench.collection import MAILSLA, WIRE, Series, fill, in_turn, show
from bench.contenders.target import Target
from bench.measuring import as_installed, judge
from tests.trials.servers.dovecot import DovecotServer

MESSAGES = 10_000
CHUNK = 1 << 14
ROOM = 16
"""Chunks that wait before the line, beside those that are under way on it."""

MBSYNC = "mbsync"
BULK = "imap_tools, 500 in a command"
COMPARED = (WIRE, MAILSLA, BULK, MBSYNC)


@dataclass(frozen=True)
class Line:
    """A line to a server.

    Attributes:
        round_trip_ms: Milliseconds there and back.
        mbit_s: Megabits a second, each way.
    """

    round_trip_ms: float
    mbit_s: float

    @property
    def bytes_s(self) -> float:
        """Bytes a second, each way."""
        return self.mbit_s * 1e6 / 8

    @property
    def one_way(self) -> float:
        """Seconds that a byte is under way."""
        return self.round_trip_ms / 2000

    def __str__(self) -> str:
        return f"{self.round_trip_ms:g} ms, {self.mbit_s:g} Mbit/s"


GOALS: Mapping[Line, float] = {Line(20, 50): 1.25, Line(50, 50): 1.35}
"""The most that a first collection may take there, paired, × the bare socket."""


class LineProxy:
    """A process that stands for a line to a server on this machine, on a port of its own."""

    def __init__(self, line: Line, host: str, port: int) -> None:
        self._command = [sys.executable, "-m", "bench.line", "--proxy", host, str(port)]
        self._command += [str(line.round_trip_ms), str(line.mbit_s)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


def main(lines: Mapping[Line, float] = GOALS) -> None:
    """Print a table for each line, and whether the goals hold."""
    as_installed()
    reached: list[tuple[str, float, float]] = []
    with DovecotServer(rawlog=False) as server:
        user = "contact@pref.example.fr"
        fill(server, user, MESSAGES)
        for line, most in lines.items():
            series = measure(line, server, user)
            reached.append((f"over {line}, paired, × a bare socket", _times(series, WIRE), most))
            reached.append((f"over {line}, × mbsync", _times(series, MBSYNC), 1))
    for goal, value, most in reached:
        judge(goal, value, most)


def measure(line: Line, server: DovecotServer, user: str) -> Mapping[str, Series]:
    """Have the contenders fetch a mailbox over a line, and print their times."""
    with LineProxy(line, server.host, server.imap_port) as proxy:
        target = Target("127.0.0.1", proxy.port, user, server.password, MESSAGES)
        # The server reads every header once before anything is measured.
        in_turn(target, [WIRE], rounds=1)
        series = in_turn(target, COMPARED)
    print(f"{MESSAGES:,} messages over a round trip of {line}")
    show(series)
    return series


def _times(series: Mapping[str, Series], other: str) -> float:
    return series[MAILSLA].seconds / series[other].seconds


async def serve(line: Line, host: str, port: int) -> None:
    """Stand for a line until standard input ends; the port is printed."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A connection takes a round trip before anything is said.
        await asyncio.sleep(2 * line.one_way)
        from_server, to_server = await asyncio.open_connection(host, port)
        await asyncio.gather(_pass_on(line, reader, to_server), _pass_on(line, from_server, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def _pass_on(line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass what comes on, no faster than the line is and as late; what it has no room for is not read yet."""
    room = ceil(2 * line.one_way * line.bytes_s / CHUNK) + ROOM
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(room)
    await asyncio.gather(_send(line, reader, under_way), _arrive(under_way, writer))


async def _send(
    line: Line, reader: asyncio.StreamReader, under_way: asyncio.Queue[tuple[float, bytes]]
) -> None:
    loop = asyncio.get_running_loop()
    sent_at = 0.0
    while data := await _read(reader):
        sent_at = max(sent_at, loop.time()) + len(data) / line.bytes_s
        await under_way.put((sent_at + line.one_way, data))
    await under_way.put((max(sent_at, loop.time()) + line.one_way, b""))


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK)
    except ConnectionError:
        return b""


async def _arrive(under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        at, data = await under_way.get()
        await asyncio.sleep(at - loop.time())
        if not data:
            break
        try:
            writer.write(data)
            await writer.drain()
        except ConnectionError:
            # Nobody is there any more: what is still sent is let go.
            continue
    writer.close()


def _line_of(arguments: Sequence[str]) -> Line:
    round_trip, mbit = arguments
    return Line(float(round_trip), float(mbit))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--proxy"]:
        asyncio.run(serve(_line_of(sys.argv[4:]), sys.argv[2], int(sys.argv[3])))
    elif sys.argv[1:]:
        asked = _line_of(sys.argv[1:])
        main({asked: GOALS.get(asked, 1.35)})
    else:
        main()
