"""Python's cycle collector, out of the way of bulk work that makes no cycles: a quarter of its time otherwise."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Keep Python's cycle collector from walking a hundred thousand new objects over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def stop_while_loading() -> None:
    """Stop the collector while a program is loaded: what is made then stays, and would be walked over and over."""
    gc.disable()


def go_on_once_loaded() -> None:
    """Have the collector work again, if it was stopped, on what is made from now on alone."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
