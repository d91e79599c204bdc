"""The second process: the same results in the same order, whatever becomes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from operator import mul

import pytest

from mailsla.adapters.machine.second_process import MOST_AHEAD, SecondProcess
from mailsla.core.errors import TransientError


def squared(number: int) -> int:
    return number * number


def where(_item: int) -> int:
    """Take long enough for the other process to be given something."""
    time.sleep(0.02)
    return os.getpid()


def slowly(number: int) -> int:
    time.sleep(0.01)
    return number


def killed_unless_at(home: int, number: int) -> int:
    """End the process that does this, unless it is `home`."""
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def stuck_unless_at(home: int, number: int) -> int:
    """Stop the process that does this, unless it is `home`."""
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGSTOP)
    return number


def refused(number: int) -> int:
    if number == 4:
        raise ValueError("four")
    return number


@pytest.fixture
def second() -> Iterator[SecondProcess]:
    # Two processes take turns on one processor: nothing is left untested there.
    with SecondProcess(processors=2) as pair:
        yield pair


def test_results_come_in_the_order_of_the_items(second: SecondProcess) -> None:
    for count in (0, 1, 2, 3, 200):
        assert list(second.map(squared, range(count))) == [number * number for number in range(count)]


def test_long_lists_are_shared_and_short_ones_are_not(second: SecondProcess) -> None:
    assert set(second.map(where, range(2))) == {os.getpid()}

    assert len(set(second.map(where, range(60)))) == 2


def test_what_is_done_within_other_work_shares_the_process(second: SecondProcess) -> None:
    where_inside: set[int] = set()
    outer = []
    for number in second.map(slowly, range(40)):
        if number == 20:
            where_inside.update(second.map(where, range(30)))
        outer.append(number)

    assert outer == list(range(40))
    assert len(where_inside) == 2


def test_an_error_is_raised_after_the_results_of_what_came_before_it() -> None:
    """Whoever does it: what was read before a mail that fails is stored."""
    for processors in (1, 2):
        with SecondProcess(processors) as some:
            done = some.map(refused, range(40))

            assert [next(done) for _ in range(4)] == [0, 1, 2, 3]
            with pytest.raises(ValueError, match="four"):
                next(done)


def test_there_is_one_other_process_in_the_whole_program(second: SecondProcess) -> None:
    assert len(set(second.map(where, range(60)))) == 2
    with SecondProcess(processors=2) as others:
        assert set(others.map(where, range(20))) == {os.getpid()}
        second.__exit__(None, None, None)
        assert len(set(others.map(where, range(60)))) == 2


def test_what_the_other_process_cannot_do_is_done_here(second: SecondProcess) -> None:
    assert list(second.map(partial(killed_unless_at, os.getpid()), range(30))) == list(range(30))


def test_an_error_is_raised_as_if_there_were_no_other_process(
    second: SecondProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="four"):
        list(second.map(refused, range(10)))

    # An error may quote a citizen's mail: the other process says nothing of its own.
    assert capfd.readouterr().err == ""


def test_what_came_before_a_failing_item_is_yielded_first(second: SecondProcess) -> None:
    def items(count: int) -> Iterator[int]:
        yield from range(count)
        raise TransientError("the line is cut")

    for count in (1, 2, 3, 8):
        seen: list[int] = []
        with pytest.raises(TransientError, match="cut"):
            seen.extend(second.map(squared, items(count)))

        assert seen == [number * number for number in range(count)]


def test_few_items_are_taken_ahead_of_the_results(second: SecondProcess) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(200):
            taken.append(number)
            yield number

    for seen, _result in enumerate(second.map(slowly, items())):
        assert len(taken) - seen <= MOST_AHEAD + 2
        if seen == 3:
            break


def test_functions_that_take_turns_are_sent_to_be_remembered_and_the_oldest_are_forgotten(
    second: SecondProcess,
) -> None:
    for factor in range(8):
        for _again in range(2):
            assert list(second.map(partial(mul, factor), range(20))) == [factor * item for item in range(20)]


def test_what_is_left_half_way_answers_for_nothing_else(second: SecondProcess) -> None:
    for first in range(0, 400, 20):
        for _result in zip(range(7), second.map(slowly, range(1_000, 1_100)), strict=False):
            pass
        assert list(second.map(squared, range(first, first + 20))) == [
            number * number for number in range(first, first + 20)
        ]


def test_a_process_that_cannot_start_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with SecondProcess() as pair:
        assert list(pair.map(squared, range(20))) == [number * number for number in range(20)]


def test_a_thread_that_cannot_start_is_done_without(
    monkeypatch: pytest.MonkeyPatch, second: SecondProcess
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert list(second.map(squared, range(20))) == [number * number for number in range(20)]


def test_a_process_that_answers_no_more_is_given_up() -> None:
    with SecondProcess(processors=2, patience_seconds=0.5) as pair:
        done = list(pair.map(partial(stuck_unless_at, os.getpid()), range(30)))

    assert done == list(range(30))


def test_the_other_process_ends_with_the_block() -> None:
    with SecondProcess(processors=2) as pair:
        pids = set(pair.map(where, range(60))) - {os.getpid()}

    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_other_process_loads_no_database_for_what_it_is_given() -> None:
    """Half of the time in which it starts would go into that."""
    # What a collection has it do: `usecases.fetching` reads, `prepared` makes rows, `derivation_parts` derives.
    given = "mailsla.adapters.database.derivation_parts, mailsla.adapters.database.prepared, mailsla.usecases.fetching"
    said = f"import sys, mailsla.adapters.machine.second_process_child, {given}; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True, timeout=60
    )

    assert {"sqlalchemy", "imapclient", "email.policy", "asyncio"}.isdisjoint(loaded.stdout.split())
