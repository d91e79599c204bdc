"""Signs that a job goes on, for whoever watches it: apart from the watchdog, which few commands load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_here: ContextVar[Callable[[], object]] = ContextVar("watchdog", default=lambda: None)


def give_sign() -> None:
    """Say that the job this is called from goes on: between two steps, by whatever may last. Elsewhere, nothing."""
    _here.get()()


@contextmanager
def giving(sign: Callable[[], object]) -> Iterator[None]:
    """Have what is done in the block, by this thread, give that sign."""
    token = _here.set(sign)
    try:
        yield
    finally:
        _here.reset(token)
