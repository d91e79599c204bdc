"""What a daemon's jobs took of the machine's memory goes back to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from mailsla.adapters.database.kept_at_hand import give_back_caches
from mailsla.adapters.machine.one_arena import give_back_what_is_free
from mailsla.core.errors import MailslaError


def give_back(engine: Engine) -> None:
    """Give back what nothing uses: what connections keep of the store, then whole free pages."""
    with suppress(MailslaError, SQLAlchemyError):
        give_back_caches(engine)
    give_back_what_is_free()


def then_give_back(engine: Engine, act: Callable[[], object]) -> None:
    """Do a job, and give back what it took, however it ends."""
    try:
        act()
    finally:
        give_back(engine)
