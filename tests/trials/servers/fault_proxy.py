"""A TCP proxy that breaks connections where it was told to, in front of any server of the tests."""

import socket
import threading
from collections.abc import Callable, Iterable

from tests.trials.servers.fault_link import Journal, Link
from tests.trials.servers.fault_plan import Direction, Fault, FaultKind, faults
from tests.trials.servers.startable import Startable

__all__ = ["Direction", "Fault", "FaultKind", "FaultProxy", "faults"]


class FaultProxy(Startable):
    """A proxy on a loopback port; what has no fault in its way passes untouched.

    Args:
        port: Where the server listens.
        planned: The faults, in any order.
        host: Where the server is.
        kill: Ends the client, for the faults that do.

    A client that comes when the server does not answer is reset.
    """

    def __init__(
        self,
        port: int,
        planned: Iterable[Fault] = (),
        *,
        host: str = "127.0.0.1",
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self.host = "127.0.0.1"
        self._server = (host, port)
        self._planned = sorted(planned, key=lambda fault: fault.at_byte)
        self._journal = Journal(kill)
        self._listener: socket.socket | None = None
        self._port: int | None = None
        self._accepting: threading.Thread | None = None
        self._links: list[Link] = []

    @property
    def port(self) -> int:
        """Port, on `host`."""
        if self._port is None:
            raise RuntimeError("the proxy was never started: its port is not known")
        return self._port

    @property
    def connections(self) -> int:
        """How many clients have come."""
        return self._journal.connections

    @property
    def struck(self) -> tuple[Fault, ...]:
        """The faults that have struck, in this order."""
        return tuple(self._journal.struck)

    def bytes_passed(self, direction: Direction) -> int:
        """Return how many bytes have been passed on, by all the connections together."""
        return self._journal.passed[direction]

    def start(self) -> None:
        """Listen, on another port each time; what was counted goes on counting."""
        if self._listener is not None:
            raise RuntimeError("the proxy is already started")
        self._listener = socket.create_server((self.host, 0))
        self._port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Cut every connection, stalled ones too, and return when nothing runs any more."""
        if self._listener is None or self._accepting is None:
            return
        # On Linux this wakes the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        self._listener = None
        for link in self._links:
            link.cut()
        for link in self._links:
            link.join()
        self._links.clear()

    def wait_until_stalled(self, timeout: float = 10.0) -> None:
        """Return once a STALL holds bytes.

        Raises:
            TimeoutError: None did within `timeout` seconds.
        """
        self._journal.wait_until_stalled(timeout)

    def release(self) -> None:
        """Let the bytes held by the present stalls go on; later stalls hold theirs."""
        self._journal.release()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            number = self._journal.count_connection()
            planned = [fault for fault in self._planned if fault.connection == number]
            link = Link(client, self._server, planned, self._journal)
            self._links.append(link)
            link.start()
