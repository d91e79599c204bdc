"""Two workers in turn: one of them goes on at a time, and chance says where the other one takes over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from threading import Condition, Thread, current_thread


class Baton:
    """Whoever has it goes on; what is drawn from one seed is played the same way again.

    Args:
        chance: Says who begins, and where who has it gives it away.
    """

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._given = Condition()
        self._running: list[Thread] = []
        self._holder: Thread | None = None
        self._errors: list[BaseException] = []

    def play(self, acts: Sequence[Callable[[], None]]) -> None:
        """Run some acts at once, to the end of all of them; raises what one of them raised."""
        self._running = [Thread(target=self._run, args=(act,)) for act in acts]
        self._holder = self._chance.choice(self._running)
        threads = [*self._running]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def pause(self) -> None:
        """Let another one go on, if chance has it so; returns when this one's turn has come again."""
        others = [thread for thread in self._running if thread is not current_thread()]
        if others and self._chance.random() < 0.3:
            self._give(self._chance.choice(others))
            self._take()

    def _run(self, act: Callable[[], None]) -> None:
        self._take()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 (raised again by whoever waits for the threads)
            self._errors.append(error)
        finally:
            self._running.remove(current_thread())
            self._give(self._running[0] if self._running else None)

    def _take(self) -> None:
        with self._given:
            self._given.wait_for(lambda: self._holder is current_thread())

    def _give(self, to: Thread | None) -> None:
        with self._given:
            self._holder = to
            self._given.notify_all()
