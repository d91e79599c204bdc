"""The threads and sockets of a `FaultProxy`."""

import contextlib
import math
import socket
import struct
import threading
from collections.abc import Callable

from tests.trials.servers.fault_plan import Direction, Fault, FaultKind

_CHUNK = 65_536
_CONNECT_SECONDS = 10
# How long a socket waits before its thread looks whether it still should.
_LOOK_SECONDS = 0.1
# Closing sends a reset (RST) at once, instead of what is left and an end (FIN).
_LINGER_NOT = struct.pack("ii", 1, 0)
_EVERY_BIT = bytes(255 - byte for byte in range(256))


class Journal:
    """What has happened on all the connections, and the stalls, which wait for each other's end here."""

    def __init__(self, kill: Callable[[], None]) -> None:
        self.kill = kill
        self.connections = 0
        self.struck: list[Fault] = []
        self.passed = dict.fromkeys(Direction, 0)
        self._changed = threading.Condition()
        self._stalled = 0
        self._releases = 0

    def count_connection(self) -> int:
        """Return the number of the connection that has just come."""
        number = self.connections
        self.connections += 1
        return number

    def count_bytes(self, direction: Direction, count: int) -> None:
        """Add to the bytes passed on."""
        with self._changed:
            self.passed[direction] += count

    def record(self, fault: Fault) -> None:
        """Note that a fault strikes."""
        with self._changed:
            self.struck.append(fault)

    def hold(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Wait for a release, for `seconds`, or for `is_over()`, which is asked at each `wake`."""
        with self._changed:
            releases = self._releases
            self._stalled += 1
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._releases > releases or is_over(), None if math.isinf(seconds) else seconds
            )
            if self._releases == releases:
                self._stalled -= 1

    def release(self) -> None:
        """End the present holds."""
        with self._changed:
            self._releases += 1
            self._stalled = 0
            self._changed.notify_all()

    def wake(self) -> None:
        """Have the holds ask whether they are over."""
        with self._changed:
            self._changed.notify_all()

    def wait_until_stalled(self, timeout: float) -> None:
        """Return once something is held; raise TimeoutError when nothing is within `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._stalled > 0, timeout):
                raise TimeoutError(f"the proxy held nothing within {timeout} s")


class Link:
    """One client and its connection to the server."""

    def __init__(
        self, client: socket.socket, server: tuple[str, int], planned: list[Fault], journal: Journal
    ) -> None:
        # From then on nothing passes, either way.
        self.ended = threading.Event()
        # From then on nothing is read either.
        self.broken = threading.Event()
        self._client = client
        self._server = server
        self._planned = planned
        self._journal = journal
        self._sockets = [client]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Connect to the server and pass bytes, in threads."""
        self._thread.start()

    def join(self) -> None:
        """Return when the threads have ended and the sockets are closed."""
        self._thread.join()

    def reset(self) -> None:
        """Have both ends see a reset, which their sockets send when they are closed."""
        for end in self._sockets:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        # To shut the other half would send the end of the stream before the reset.
        self._break(socket.SHUT_RD)

    def cut(self) -> None:
        """Close everything at once."""
        self._break(socket.SHUT_RDWR)

    def close(self) -> None:
        """Have both ends see the end; what they still send is read, lest closing sends a reset."""
        self.ended.set()
        self._shut(socket.SHUT_WR)

    def _break(self, half: int) -> None:
        self.broken.set()
        self.ended.set()
        self._shut(half)

    def _shut(self, half: int) -> None:
        for end in self._sockets:
            with contextlib.suppress(OSError):
                end.shutdown(half)
        self._journal.wake()

    def _run(self) -> None:
        with self._client as client:
            try:
                server = socket.create_connection(self._server, timeout=_CONNECT_SECONDS)
            except OSError:
                self.reset()
                return
            with server:
                self._sockets.append(server)
                # `cut` has met this socket, or this sees that it came before.
                if not self.broken.is_set():
                    self._pass_both_ways(client, server)

    def _pass_both_ways(self, client: socket.socket, server: socket.socket) -> None:
        for end in (client, server):
            end.settimeout(_LOOK_SECONDS)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = self._passage(Direction.TO_CLIENT, server, client)
        answering = threading.Thread(target=answers.run, daemon=True)
        answering.start()
        self._passage(Direction.TO_SERVER, client, server).run()
        answering.join()

    def _passage(self, direction: Direction, source: socket.socket, target: socket.socket) -> "_Passage":
        planned = [fault for fault in self._planned if fault.direction is direction]
        return _Passage(self, direction, source, target, planned, self._journal)


class _Passage:
    """One direction of one connection."""

    def __init__(
        self,
        link: Link,
        direction: Direction,
        source: socket.socket,
        target: socket.socket,
        planned: list[Fault],
        journal: Journal,
    ) -> None:
        self._link = link
        self._direction = direction
        self._source = source
        self._target = target
        self._planned = planned
        self._journal = journal
        self._position = 0
        self._truncated = False
        # The fault in force, up to this byte.
        self._fault: Fault | None = None
        self._fault_end = 0

    def run(self) -> None:
        """Pass everything on, then the end of the stream; a broken end breaks the other one."""
        try:
            while data := self._receive():
                self._pass_on(data)
            if not self._is_over():
                self._target.shutdown(socket.SHUT_WR)
        except OSError:
            if not self._link.ended.is_set():
                self._link.reset()

    def _is_over(self) -> bool:
        return self._truncated or self._link.ended.is_set()

    def _receive(self) -> bytes:
        while not self._link.broken.is_set():
            with contextlib.suppress(TimeoutError):
                return self._source.recv(_CHUNK)
        return b""

    def _pass_on(self, data: bytes) -> None:
        while data and not self._is_over():
            self._strike()
            piece = data[: self._bytes_until_change(len(data))]
            self._send_piece(piece)
            self._position += len(piece)
            data = data[len(piece) :]

    def _strike(self) -> None:
        """Apply the faults whose byte has come."""
        while self._planned and not self._is_over():
            if self._position < max(self._planned[0].at_byte, self._fault_end):
                return
            fault = self._planned.pop(0)
            self._journal.record(fault)
            self._apply(fault)

    def _apply(self, fault: Fault) -> None:
        match fault.kind:
            case FaultKind.RESET:
                self._link.reset()
            case FaultKind.CLOSE:
                self._link.close()
            case FaultKind.TRUNCATE:
                self._truncated = True
                self._target.shutdown(socket.SHUT_WR)
            case FaultKind.STALL:
                self._journal.hold(fault.seconds, self._link.ended.is_set)
            case FaultKind.DELAY | FaultKind.GARBLE:
                self._fault = fault
                self._fault_end = self._position + fault.length
            case FaultKind.KILL:
                self._journal.kill()

    def _bytes_until_change(self, count: int) -> int:
        if self._position < self._fault_end:
            return self._fault_end - self._position
        return self._planned[0].at_byte - self._position if self._planned else count

    def _send_piece(self, piece: bytes) -> None:
        if self._fault is None or self._position >= self._fault_end:
            self._send(piece)
        elif self._fault.kind is FaultKind.GARBLE:
            self._send(piece.translate(_EVERY_BIT))
        else:
            for at in range(len(piece)):
                self._link.ended.wait(self._fault.seconds / self._fault.length)
                self._send(piece[at : at + 1])

    def _send(self, data: bytes) -> None:
        while data and not self._is_over():
            try:
                sent = self._target.send(data)
            except TimeoutError:
                continue
            except OSError:
                # Between the look above and here the other direction may have closed both.
                if self._is_over():
                    return
                raise
            self._journal.count_bytes(self._direction, sent)
            data = data[sent:]
