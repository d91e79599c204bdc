"""Two workers in turn: one of them goes on at a time, and chance says where the other one takes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from threading import Condition, Thread, current_thread
from typing import Any

from sqlalchemy import Engine, event

LOOK_SECONDS = 0.02
"""Whoever gave the baton away looks so often whether the other one waits for a lock of his."""


class Baton:
    """Whoever has it goes on; what is drawn from one seed is played the same way again.

    A worker may give it away before any statement, within a transaction too. When the other one then waits for a lock
    of that transaction, it comes back at once; the other one stands aside until its statement has ended.

    Args:
        chance: Says who begins, and where who has it gives it away.
        is_locked: Tells whether somebody waits for a lock now.
        met_lock: Told of each lock that was waited for.
    """

    def __init__(
        self,
        chance: Random,
        is_locked: Callable[[], bool] = lambda: False,
        met_lock: Callable[[], None] = lambda: None,
    ) -> None:
        self._chance, self._is_locked, self._met_lock = chance, is_locked, met_lock
        self._given = Condition()
        self._running: list[Thread] = []
        self._holder: Thread | None = None
        self._aside: Thread | None = None
        self._is_kept = False
        self._errors: list[BaseException] = []

    def listen(self, engine: Engine) -> None:
        """Let it change hands at each statement of a store."""
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def play(self, acts: Sequence[Callable[[], None]]) -> None:
        """Run one or two acts at once, to their ends; raises what one of them raised."""
        threads = [Thread(target=self._run, args=(act,)) for act in acts]
        self._running, self._holder = [*threads], self._chance.choice(threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep it for a while: what is done meanwhile is done at one instant."""
        self._is_kept = True
        try:
            yield
        finally:
            self._is_kept = False

    def pause(self) -> None:
        """Let the other one go on, if chance has it so; returns when this one's turn has come again."""
        other = next((thread for thread in self._running if thread is not current_thread()), None)
        if self._is_kept or other is None or current_thread() not in self._running:
            return
        with self._given:
            while self._aside is other and not self._is_locked():
                self._given.wait(LOOK_SECONDS)
            if self._aside is None and self._chance.random() < 0.2:
                self._holder = other
                self._given.notify_all()
                self._take()

    def _before(self, *_of_a_statement: Any) -> None:
        self.pause()

    def _after(self, *_of_a_statement: Any) -> None:
        with self._given:
            if self._aside is current_thread():
                self._aside = None
                self._given.notify_all()
                self._take()

    def _take(self) -> None:
        me = current_thread()
        while self._holder is not me:
            if not self._given.wait(LOOK_SECONDS) and self._aside is None and self._is_locked():
                self._met_lock()
                self._aside, self._holder = self._holder, me

    def _run(self, act: Callable[[], None]) -> None:
        with self._given:
            self._take()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 (raised again by whoever waits for the threads)
            self._errors.append(error)
        finally:
            with self._given:
                self._running.remove(current_thread())
                self._holder = self._running[0] if self._running else None
                self._given.notify_all()
