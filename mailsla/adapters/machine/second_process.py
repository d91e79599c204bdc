"""A second process that shares pure work on bulk, where there are two processors for it.

The work is always done: what the other process cannot do, for whatever reason, is done here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from types import TracebackType
from typing import Any, Self, TypeVar

from mailsla.adapters.machine.second_process_child import pickled, read, write
from mailsla.core.errors import MailslaError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_IT = 5
"""With fewer items than this, another process would take longer to start than to help."""

MOST_AHEAD = 20
"""Results held before the oldest one is waited for."""

MOST_GIVEN = 10
"""Items that the other process has at once: enough to do while this one is busy elsewhere."""

PIPE_BYTES = 1 << 20
"""Room for whole items: whoever writes does not wait until the other reads."""

_STARTED = threading.Lock()
"""Held while there is another process: several accounts collected at once do not start one each."""

PATIENCE_SECONDS = 120


def usable_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SecondProcess:
    """Maps pure functions of modules over items; the other process starts when there are enough, and ends here.

    There is one at a time in the whole program: whoever finds it taken works alone until it is free.

    Args:
        processors: How many there are to use; as many as this process may, when not said.
        patience_seconds: After so long without an answer the other process is given up.
    """

    def __init__(self, processors: int | None = None, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._alone = (usable_processors() if processors is None else processors) < 2
        self._patience = patience_seconds
        self._other: _Other | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._other is not None:
            self._other.close()
            self._other = None
            _STARTED.release()

    def map(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """Yield the result of each item, in order; items are taken a few ahead of the results."""
        source = iter(items)
        for done, item in enumerate(source, 1):
            if (self._other is not None or done >= WORTH_IT) and self._has_help():
                yield from self._shared(function, chain((item,), source))
                return
            yield function(item)

    def _has_help(self) -> bool:
        if self._other is None and not self._alone and _STARTED.acquire(blocking=False):
            try:
                self._other = _Other()
            except OSError:
                # No process to be had: everything is done here.
                self._alone = True
                _STARTED.release()
        return self._other is not None

    def _shared(self, function: Callable[[_Item], _Result], items: Iterator[_Item]) -> Iterator[_Result]:
        """Give the other process an item whenever it has room for it, and do the rest here meanwhile."""
        assert self._other is not None
        shared = _Shared(self._other, function, self._patience)
        failure: MailslaError | None = None
        while failure is None:
            try:
                item = next(items)
            except StopIteration:
                break
            except MailslaError as error:
                # What came before it is yielded first.
                failure = error
                break
            shared.take(item)
            yield from shared.settled(most=MOST_AHEAD)
        yield from shared.settled(most=0)
        if failure is not None:
            raise failure


class _Shared:
    """The items taken and not yielded yet, in order: done here, or given to the other process."""

    def __init__(self, other: _Other, function: Callable[[Any], Any], patience: float) -> None:
        self._other, self._function, self._patience = other, function, patience
        self._written = pickle.dumps(function, protocol=5)
        self._waiting: deque[tuple[Any, Future[Any]]] = deque()

    def take(self, item: Any) -> None:
        """Have an item done."""
        answer = self._other.submit(self._written, item) if self._other.is_free else None
        if answer is None:
            answer = self._done_here(item)
        self._waiting.append((item, answer))

    def _done_here(self, item: Any) -> Future[Any]:
        """Do it in this process; an error is raised when the result is asked for, after those before it."""
        answer: Future[Any] = Future()
        try:
            answer.set_result(self._function(item))
        except Exception as error:  # noqa: BLE001 (it is raised in its turn)
            answer.set_exception(error)
        return answer

    def settled(self, *, most: int) -> Iterator[Any]:
        """Yield the results that are there, waiting for them while more than `most` are held."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0][1].done()):
            item, future = self._waiting.popleft()
            yield self._result(item, future)

    def _result(self, item: Any, future: Future[Any]) -> Any:
        try:
            return future.result(timeout=self._patience)
        except (OSError, EOFError, pickle.PickleError, CancelledError, TimeoutError):
            # It ended, as it does at any error: doing the work here will tell which.
            self._other.give_up()
            return self._function(item)


class _Other:
    """The other process, with the threads that talk to it."""

    def __init__(self) -> None:
        # -P: nothing is imported from the folder it is started in. Its own session: Ctrl-C is for us.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mailsla.adapters.machine.second_process_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What it says of an error may quote a citizen's mail.
            stderr=subprocess.DEVNULL,
            pipesize=PIPE_BYTES,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        # One sends while the other waits for results: the next item is at hand when one is done.
        self._sending = ThreadPoolExecutor(1, thread_name_prefix="second-send")
        self._receiving = ThreadPoolExecutor(1, thread_name_prefix="second-receive")
        self._given: list[Future[Any]] = []
        self._given_up = False

    @property
    def is_free(self) -> bool:
        """Whether it can be given one more item."""
        self._given = [future for future in self._given if not future.done()]
        return not self._given_up and len(self._given) < MOST_GIVEN

    def submit(self, written: bytes, item: object) -> Future[Any] | None:
        """Give it an item; None when no thread is to be had to talk to it."""
        assert self._process.stdin is not None
        try:
            self._sending.submit(write, self._process.stdin, pickled((written, item)))
            future = self._receiving.submit(self._result)
        except RuntimeError:
            self.give_up()
            return None
        self._given.append(future)
        return future

    def _result(self) -> Any:
        assert self._process.stdout is not None
        return read(self._process.stdout)

    def give_up(self) -> None:
        """End it at once: it holds nothing that could be lost."""
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
