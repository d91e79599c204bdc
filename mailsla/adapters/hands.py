"""A second pair of hands: another process that shares pure work on bulk, where there are two processors for it.

The work is always done: what the other process cannot do, for whatever reason, is done here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from types import TracebackType
from typing import Any, Self, TypeVar

from mailsla.adapters.other_hands import pickled, read, write

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_IT = 3
"""With fewer items than this, another process would take longer to start than to help."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Hands:
    """Maps pure functions of modules over items; the other process starts with the first long list, and ends here."""

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
            if done == WORTH_IT and not self._alone:
                yield from self._shared(function, chain((item,), source))
                return
            yield function(item)

    def _shared(self, function: Callable[[_Item], _Result], items: Iterator[_Item]) -> Iterator[_Result]:
        """Give the other process an item whenever it has less than two, and do the rest here meanwhile."""
        other = self._other = self._other or _Other()
        written = pickle.dumps(function, protocol=5)
        waiting: deque[tuple[_Item, Future[_Result] | None, _Result | None]] = deque()
        failure: Exception | None = None
        while failure is None:
            try:
                item = next(items)
            except StopIteration:
                break
            except Exception as error:  # what came before it is yielded first, then it is raised
                failure = error
                break
            if other.is_free:
                waiting.append((item, other.submit(written, item), None))
            else:
                waiting.append((item, None, function(item)))
            while waiting and (waiting[0][1] is None or waiting[0][1].done()):
                yield _settled(function, *waiting.popleft())
        while waiting:
            yield _settled(function, *waiting.popleft())
        if failure is not None:
            raise failure


def _settled(
    function: Callable[[_Item], _Result], item: _Item, future: Future[_Result] | None, done: _Result | None
) -> _Result:
    if future is None:
        return done  # type: ignore[return-value]  # without a future, it was done here
    try:
        return future.result()
    except (OSError, EOFError, pickle.PickleError, _FailedError):
        return function(item)


class _FailedError(Exception):
    """The other process raised something: doing the work here will tell what."""


class _Other:
    """The other process, with the threads that talk to it."""

    def __init__(self) -> None:
        # -P: nothing is imported from whatever the current folder holds. Its own session: Ctrl-C is for us.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mailsla.adapters.other_hands"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        # One sends while the other waits for results: the next item is at hand when one is done.
        self._sending = ThreadPoolExecutor(1, thread_name_prefix="hands-send")
        self._receiving = ThreadPoolExecutor(1, thread_name_prefix="hands-receive")
        self._given: list[Future[Any]] = []

    @property
    def is_free(self) -> bool:
        self._given = [future for future in self._given if not future.done()]
        return len(self._given) < 2

    def submit(self, written: bytes, item: object) -> Future[Any]:
        assert self._process.stdin is not None
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

    def close(self) -> None:
        # It holds nothing that could be lost.
        self._process.kill()
        for talking in (self._sending, self._receiving):
            talking.shutdown(wait=True, cancel_futures=True)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()
