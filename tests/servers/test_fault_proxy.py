"""What the other tests rely on: that the proxy breaks what it was told to, and nothing else."""

import contextlib
import math
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from imapclient import IMAPClient

from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.fault_plan import ON_THE_WIRE
from tests.trials.servers.fault_proxy import Direction, Fault, FaultKind, FaultProxy, faults
from tests.trials.servers.loopback import free_port, wait_until

LINE = b"a1 EXAMINE INBOX\r\n"
TO_SERVER, TO_CLIENT = Direction.TO_SERVER, Direction.TO_CLIENT
both_directions = pytest.mark.parametrize("direction", list(Direction))


class EchoServer(socketserver.ThreadingTCPServer):
    """A server that sends back what it gets; `got` and `ends` tell what each of its connections saw."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Echo)
        self.port: int = self.server_address[1]
        self.got: list[bytearray] = []
        self.ends: list[str] = []

    def wait_for_ends(self, *ends: str) -> None:
        """Return once the connections have ended like this."""
        wait_until(lambda: self.ends == list(ends), seconds=10, what=f"ends {ends}, not {self.ends}")


class _Echo(socketserver.BaseRequestHandler):
    server: EchoServer
    request: socket.socket

    def handle(self) -> None:
        got = bytearray()
        self.server.got.append(got)
        try:
            while data := self.request.recv(65_536):
                got += data
                self.request.sendall(data)
        except OSError:
            self.server.ends.append("reset")
        else:
            self.server.ends.append("end")


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    """A server in a thread."""
    with EchoServer() as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@contextmanager
def client_of(proxy: FaultProxy) -> Iterator[socket.socket]:
    """Connect through the proxy."""
    with socket.create_connection((proxy.host, proxy.port), timeout=10) as client:
        yield client


def receive(client: socket.socket, size: int) -> bytes:
    """Return `size` bytes, or those that come before the end."""
    received = bytearray()
    while len(received) < size and (data := client.recv(size - len(received))):
        received += data
    return bytes(received)


def exchange(client: socket.socket, sent: bytes = LINE) -> bytes:
    """Send, and return as much."""
    client.sendall(sent)
    return receive(client, len(sent))


def flipped(data: bytes) -> bytes:
    """Flip every bit."""
    return bytes(byte ^ 0xFF for byte in data)


def test_without_a_fault_everything_passes_untouched(echo: EchoServer) -> None:
    large = bytes(range(256)) * 8_192
    with FaultProxy(echo.port) as proxy:
        with client_of(proxy) as client:
            sending = threading.Thread(target=client.sendall, args=(large,))
            sending.start()
            received = receive(client, len(large))
            sending.join()
        echo.wait_for_ends("end")

        assert received == large
        assert (proxy.connections, proxy.struck) == (1, ())
        assert [proxy.bytes_passed(direction) for direction in Direction] == [len(large), len(large)]


def test_the_end_of_one_direction_leaves_the_other_open(echo: EchoServer) -> None:
    with FaultProxy(echo.port) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        client.shutdown(socket.SHUT_WR)

        assert receive(client, 100) == LINE


def test_connections_are_counted_and_struck_each_by_its_own_faults(echo: EchoServer) -> None:
    fault = Fault(1, TO_CLIENT, 0, FaultKind.GARBLE, length=2)
    with FaultProxy(echo.port, [fault]) as proxy:
        answers = []
        for _connection in range(3):
            with client_of(proxy) as client:
                answers.append(exchange(client))

        assert answers == [LINE, flipped(LINE[:2]) + LINE[2:], LINE]
        assert (proxy.connections, proxy.struck) == (3, (fault,))


@both_directions
@pytest.mark.parametrize(
    ("kind", "end"), [(FaultKind.RESET, "reset"), (FaultKind.CLOSE, "end")], ids=["reset", "close"]
)
def test_a_connection_is_cut_at_the_byte_for_both_ends(
    echo: EchoServer, direction: Direction, kind: FaultKind, end: str
) -> None:
    with FaultProxy(echo.port, [Fault(0, direction, len(LINE), kind)]) as proxy:
        with client_of(proxy) as client:
            assert exchange(client) == LINE
            client.sendall(b"x")
            if kind is FaultKind.RESET:
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
            else:
                assert client.recv(1) == b""
        echo.wait_for_ends(end)

        assert proxy.bytes_passed(direction) == len(LINE)
        assert bytes(echo.got[0]) == LINE + (b"x" if direction is TO_CLIENT else b"")


def test_a_closed_connection_passes_nothing_more_either_way(echo: EchoServer) -> None:
    fault = Fault(0, TO_CLIENT, 4, FaultKind.CLOSE)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        assert receive(client, 100) == LINE[:4]
        client.sendall(b"more")
        echo.wait_for_ends("end")

        assert bytes(echo.got[0]) == LINE
        assert [proxy.bytes_passed(direction) for direction in Direction] == [len(LINE), 4]


def test_a_truncated_command_is_all_that_the_server_sees_and_its_answer_passes(echo: EchoServer) -> None:
    fault = Fault(0, TO_SERVER, 4, FaultKind.TRUNCATE)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        client.sendall(LINE)

        assert receive(client, 100) == LINE[:4]
        echo.wait_for_ends("end")
        assert bytes(echo.got[0]) == LINE[:4]


def test_a_truncated_answer_ends_for_the_client_alone(echo: EchoServer) -> None:
    fault = Fault(0, TO_CLIENT, 4, FaultKind.TRUNCATE)
    with FaultProxy(echo.port, [fault]) as proxy:
        with client_of(proxy) as client:
            client.sendall(LINE)
            assert receive(client, 100) == LINE[:4]
            client.sendall(LINE)
            wait_until(lambda: bytes(echo.got[0]) == LINE * 2, seconds=10, what="the second line")
            assert echo.ends == []
        echo.wait_for_ends("end")


@both_directions
def test_a_stall_holds_what_follows_until_it_is_released(echo: EchoServer, direction: Direction) -> None:
    fault = Fault(0, direction, 4, FaultKind.STALL)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        proxy.wait_until_stalled()
        assert receive(client, 4) == LINE[:4]
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(10)

        proxy.release()

        assert receive(client, len(LINE) - 4) == LINE[4:]
        assert exchange(client) == LINE


def test_a_stall_of_one_direction_lets_the_other_pass(echo: EchoServer) -> None:
    fault = Fault(0, TO_CLIENT, 0, FaultKind.STALL)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        proxy.wait_until_stalled()
        client.sendall(LINE)

        wait_until(lambda: bytes(echo.got[0]) == LINE * 2, seconds=10, what="the second line")
        assert proxy.bytes_passed(TO_CLIENT) == 0


@both_directions
def test_a_bounded_stall_ends_by_itself(echo: EchoServer, direction: Direction) -> None:
    fault = Fault(0, direction, 0, FaultKind.STALL, seconds=0.1)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        start = time.monotonic()
        assert exchange(client) == LINE
        assert time.monotonic() - start >= 0.1


def test_a_release_lets_no_later_stall_go(echo: EchoServer) -> None:
    stalls = [Fault(0, TO_SERVER, at_byte, FaultKind.STALL) for at_byte in (0, 4)]
    with FaultProxy(echo.port, stalls) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        proxy.wait_until_stalled()
        proxy.release()
        assert receive(client, 4) == LINE[:4]
        proxy.wait_until_stalled()

        assert bytes(echo.got[0]) == LINE[:4]
        assert proxy.struck == tuple(stalls)


def test_waiting_for_a_stall_that_never_comes_ends(echo: EchoServer) -> None:
    with FaultProxy(echo.port) as proxy, pytest.raises(TimeoutError):
        proxy.wait_until_stalled(0.05)


@both_directions
def test_a_delay_makes_a_stretch_pass_slowly_and_whole(echo: EchoServer, direction: Direction) -> None:
    fault = Fault(0, direction, 2, FaultKind.DELAY, length=8, seconds=0.2)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        start = time.monotonic()
        client.sendall(LINE)
        assert receive(client, 2) == LINE[:2]
        assert receive(client, len(LINE) - 2) == LINE[2:]
        assert time.monotonic() - start >= 0.2


@both_directions
def test_a_stretch_is_garbled_however_it_is_cut_into_pieces(echo: EchoServer, direction: Direction) -> None:
    fault = Fault(0, direction, 3, FaultKind.GARBLE, length=6)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        received = b"".join(exchange(client, LINE[at : at + 4]) for at in range(0, len(LINE), 4))

        assert received == LINE[:3] + flipped(LINE[3:9]) + LINE[9:]
        assert bytes(echo.got[0]) == (received if direction is TO_SERVER else LINE)


def test_faults_of_one_connection_strike_in_the_order_of_their_bytes(echo: EchoServer) -> None:
    garbled = Fault(0, TO_SERVER, 2, FaultKind.GARBLE, length=4)
    inside = Fault(0, TO_SERVER, 4, FaultKind.STALL, seconds=0.01)
    last = Fault(0, TO_SERVER, 10, FaultKind.CLOSE)
    with FaultProxy(echo.port, [last, inside, garbled]) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        echo.wait_for_ends("end")

        assert bytes(echo.got[0]) == LINE[:2] + flipped(LINE[2:6]) + LINE[6:10]
        assert proxy.struck == (garbled, inside, last)


def test_a_fault_beyond_the_last_byte_never_strikes(echo: EchoServer) -> None:
    fault = Fault(0, TO_SERVER, len(LINE), FaultKind.RESET)
    with FaultProxy(echo.port, [fault]) as proxy:
        with client_of(proxy) as client:
            assert exchange(client) == LINE
        echo.wait_for_ends("end")

        assert proxy.struck == ()


def test_a_reset_of_the_client_is_the_server_s_too(echo: EchoServer) -> None:
    with FaultProxy(echo.port) as proxy:
        with client_of(proxy) as client:
            exchange(client)
            linger_not = (1).to_bytes(4, "little") + bytes(4)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        echo.wait_for_ends("reset")


def test_a_client_is_reset_when_no_server_answers() -> None:
    with FaultProxy(free_port()) as proxy, pytest.raises(ConnectionResetError), client_of(proxy) as client:
        client.recv(1)


@pytest.mark.parametrize("kind", [FaultKind.STALL, FaultKind.DELAY, FaultKind.CLOSE, FaultKind.TRUNCATE])
def test_stopping_waits_for_no_fault_and_leaves_no_thread(echo: EchoServer, kind: FaultKind) -> None:
    before = threading.active_count()
    fault = Fault(0, TO_SERVER, 0, kind, seconds=600)
    with FaultProxy(echo.port, [fault]) as proxy, client_of(proxy) as client:
        client.sendall(LINE)
        wait_until(lambda: proxy.struck == (fault,), seconds=10, what="the fault")

        start = time.monotonic()
        proxy.stop()
        assert time.monotonic() - start < 5
    proxy.stop()
    wait_until(lambda: threading.active_count() == before, seconds=10, what="end of the echo")


def test_stopping_cuts_a_client_that_reads_nothing(echo: EchoServer) -> None:
    with FaultProxy(echo.port) as proxy, client_of(proxy) as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(100_000_000))
        start = time.monotonic()
        proxy.stop()
        assert time.monotonic() - start < 5


def test_a_stopped_proxy_refuses_and_a_started_one_does_not(echo: EchoServer) -> None:
    proxy = FaultProxy(echo.port)
    proxy.start()
    proxy.stop()
    with pytest.raises(ConnectionRefusedError), client_of(proxy):
        pass
    with proxy, client_of(proxy) as client:
        assert exchange(client) == LINE


def test_the_same_seed_draws_the_same_plan_and_another_one_another() -> None:
    assert [faults(seed) for seed in range(50)] == [faults(seed) for seed in range(50)]
    assert len({faults(seed) for seed in range(50)}) == 50


def test_a_plan_has_at_most_one_fault_a_connection_and_every_kind_comes() -> None:
    plans = [faults(seed, connections=3, within=100, longest_seconds=0.1) for seed in range(200)]
    drawn = [fault for plan in plans for fault in plan]

    assert all([fault.connection for fault in plan] == list(range(len(plan))) for plan in plans)
    assert {len(plan) for plan in plans} == {1, 2, 3}
    assert {(fault.kind, fault.direction) for fault in drawn} == {
        (k, d) for k in ON_THE_WIRE for d in Direction
    }
    assert {fault.at_byte for fault in drawn} <= set(range(100))
    assert min(fault.at_byte for fault in drawn) == 0
    assert max(fault.at_byte for fault in drawn) > 50
    assert all(0 <= fault.seconds <= 0.1 for fault in drawn)


@pytest.mark.parametrize("seed", range(30))
def test_traffic_passes_untouched_once_a_plan_is_used_up(echo: EchoServer, seed: int) -> None:
    plan = faults(seed, within=64, longest_seconds=0.02)
    with FaultProxy(echo.port, plan) as proxy:
        for _fault in plan:
            with contextlib.suppress(OSError), client_of(proxy) as client:
                client.settimeout(2)
                exchange(client, LINE * 8)
        with client_of(proxy) as client:
            assert exchange(client, LINE * 8) == LINE * 8

        assert proxy.connections == len(plan) + 1
        assert proxy.struck == plan


def test_a_kill_comes_with_its_byte_and_the_bytes_go_on(echo: EchoServer) -> None:
    killed: list[int] = []

    def kill() -> None:
        killed.append(proxy.bytes_passed(TO_SERVER))

    with FaultProxy(echo.port, [Fault(0, TO_SERVER, 5, FaultKind.KILL)], kill=kill) as proxy:
        with client_of(proxy) as client:
            answered = exchange(client)

        assert killed == [5]
        assert answered == LINE
        assert [fault.kind for fault in proxy.struck] == [FaultKind.KILL]


def test_a_client_of_a_real_server_meets_the_fault_and_comes_back(cyrus: CyrusServer) -> None:
    user = cyrus.new_user()
    fault = Fault(0, TO_CLIENT, 20, FaultKind.STALL)
    with FaultProxy(cyrus.imap_port, [fault]) as proxy:
        with pytest.raises(TimeoutError):
            IMAPClient(proxy.host, port=proxy.port, ssl=False, timeout=0.2)
        with IMAPClient(proxy.host, port=proxy.port, ssl=False, timeout=10) as client:
            client.login(user, cyrus.password)
            client.select_folder("INBOX", readonly=True)

        assert proxy.struck == (fault,)
    assert cyrus.commands(user)[-1] == "LOGOUT"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Fault(-1, TO_SERVER, 0, FaultKind.CLOSE),
        lambda: Fault(0, TO_SERVER, -1, FaultKind.CLOSE),
        lambda: Fault(0, TO_SERVER, 0, FaultKind.GARBLE, length=0),
        lambda: Fault(0, TO_SERVER, 0, FaultKind.STALL, seconds=math.nan),
        lambda: Fault(0, TO_SERVER, 0, FaultKind.DELAY),
    ],
)
def test_a_fault_that_cannot_be_is_refused(wrong: Callable[[], Fault]) -> None:
    with pytest.raises(ValueError, match=r"no such|has an end"):
        wrong()
