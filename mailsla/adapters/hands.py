"""A second pair of hands: another process that shares pure work on bulk, where there are two processors for it.

The work is always done: what the other process cannot do, for whatever reason, is done here.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from mailsla.adapters.other_hands import pickled, read, write

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_IT = 5
"""With fewer items than this, another process would take longer to start than to help."""

MOST_AHEAD = 10
"""Results held before the oldest one is waited for."""

MOST_WAITING = 3
"""Items that wait for the other process before one is done here: it has enough to do meanwhile."""

PIPE_BYTES = 1 << 20

PATIENCE_SECONDS = 120
"""After so long without an answer the other process is given up."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Hands:
    """Maps pure functions of modules over items; the other process starts when there are enough, and ends here."""

    def __init__(self, *, alone: bool = False) -> None:
        self._alone = alone or processors() < 2
        self._other: _Other | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._other is not None:
            self._other.close()
            self._other = None

    def map(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """Yield the result of each item, in order; items are taken a few ahead of the results."""
        source = iter(items)
        for done, item in enumerate(source, 1):
            if done >= WORTH_IT and self._has_help():
                yield from self._shared(function, chain((item,), source))
                return
            yield function(item)

    def _has_help(self) -> bool:
        if self._other is None and not self._alone:
            try:
                self._other = _Other()
            except (OSError, RuntimeError):
                # No process or no thread to be had: everything is done here.
                self._alone = True
        return self._other is not None

    def _shared(self, function: Callable[[_Item], _Result], items: Iterator[_Item]) -> Iterator[_Result]:
        """Give the other process an item whenever it has room for it, and do the rest here meanwhile."""
        assert self._other is not None
        shared = _Shared(self._other, function)
        failure: Exception | None = None
        try:
            while failure is None:
                try:
                    item = next(items)
                except StopIteration:
                    break
                except Exception as error:  # what came before it is yielded first, then it is raised
                    failure = error
                    break
                shared.take(item)
                yield from shared.settled(most=MOST_AHEAD)
            yield from shared.settled(most=0)
        finally:
            shared.forget()
        if failure is not None:
            raise failure


@dataclass
class _Task:
    """An item, and the other process's answer once it was given to it."""

    item: Any
    answer: Future[Any] | None = None


class _Shared:
    """The items taken and not yielded yet, in order.

    The other process is given the oldest that waits whenever it has room; whoever maps does one when too many
    wait, or when nothing else is left to do.
    """

    def __init__(self, other: _Other, function: Callable[[Any], Any]) -> None:
        self._other, self._function = other, function
        self._written = pickle.dumps(function, protocol=5)
        self._taken: deque[_Task] = deque()
        self._waiting: deque[_Task] = deque()

    def take(self, item: Any) -> None:
        """Have an item done."""
        task = _Task(item)
        self._taken.append(task)
        with self._other.lock:
            self._waiting.append(task)
            self._feed()
        if len(self._waiting) > MOST_WAITING:
            self._do_one()

    def settled(self, *, most: int) -> Iterator[Any]:
        """Yield the results that are there, seeing to the others while more than `most` are held."""
        while self._taken:
            first = self._taken[0]
            if first.answer is not None and first.answer.done():
                yield self._result(self._taken.popleft())
            elif len(self._taken) <= most:
                return
            elif not self._do_one() and first.answer is not None:
                yield self._result(self._taken.popleft())

    def forget(self) -> None:
        """Give the other process nothing more."""
        with self._other.lock:
            self._waiting.clear()

    def _feed(self, _answered: object = None) -> None:
        # An answer makes room for another item, in the thread that hears of it.
        with self._other.lock:
            while self._waiting and self._other.is_free:
                task = self._waiting.popleft()
                try:
                    task.answer = self._other.submit(self._written, task.item)
                except (
                    Exception
                ):  # whatever it is, nobody hears of it in this thread: it is done here instead
                    self._waiting.appendleft(task)
                    self._other.give_up()
                    return
                task.answer.add_done_callback(self._feed)

    def _do_one(self) -> bool:
        """Do the oldest item that waits; return False when none does."""
        with self._other.lock:
            if not self._waiting:
                return False
            task = self._waiting.popleft()
            task.answer = Future()
        task.answer.set_result(self._function(task.item))
        return True

    def _result(self, task: _Task) -> Any:
        assert task.answer is not None
        try:
            return task.answer.result(timeout=PATIENCE_SECONDS)
        except (OSError, EOFError, pickle.PickleError, CancelledError, TimeoutError, _FailedError):
            if self._other.is_broken(task.answer):
                self._other.give_up()
            return self._function(task.item)


class _FailedError(Exception):
    """The other process raised something: doing the work here will tell what."""


def _widen(pipe: IO[bytes] | None) -> None:
    """Give a pipe room for whole items, where the system can: whoever writes does not wait for the other's turn."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)  # type: ignore[arg-type]  # open here


class _Other:
    """The other process, with the threads that talk to it.

    Attributes:
        lock: Held by whoever gives it items: answers come in the order in which these went.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        # -P: nothing is imported from the folder it is started in. Its own session: Ctrl-C is for us.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mailsla.adapters.other_hands"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            _widen(pipe)
        # One sends while the other waits for results: the next item is at hand when one is done.
        self._sending = ThreadPoolExecutor(1, thread_name_prefix="hands-send")
        self._receiving = ThreadPoolExecutor(1, thread_name_prefix="hands-receive")
        self._given: list[Future[Any]] = []
        self._given_up = False

    @property
    def is_free(self) -> bool:
        """Whether it can be given one more item."""
        self._given = [future for future in self._given if not future.done()]
        return not self._given_up and len(self._given) < 2

    def submit(self, written: bytes, item: object) -> Future[Any]:
        """Give it an item."""
        assert self._process.stdin is not None
        with self.lock:
            self._sending.submit(write, self._process.stdin, pickled((written, item)))
            future = self._receiving.submit(self._result)
            self._given.append(future)
        return future

    def _result(self) -> Any:
        assert self._process.stdout is not None
        done, result = read(self._process.stdout)
        if not done:
            raise _FailedError
        return result

    @staticmethod
    def is_broken(future: Future[Any]) -> bool:
        """Tell whether an item was not answered at all, rather than by a failure."""
        return not future.done() or future.cancelled() or not isinstance(future.exception(), _FailedError)

    def give_up(self) -> None:
        """End it at once: it holds nothing that could be lost."""
        with self.lock:
            self._given_up = True
        self._process.kill()

    def close(self) -> None:
        """End it and its threads."""
        self.give_up()
        for talking in (self._sending, self._receiving):
            talking.shutdown(wait=True, cancel_futures=True)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()
