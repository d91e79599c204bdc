"""A store that is read by the rules that it keeps: no configuration is needed, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.store import store_on
from mailsla.adapters.machine.present import present
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.site_rules import Site
from mailsla.config.kept import settings_kept


@contextmanager
def open_kept(url: str) -> Iterator[Application]:
    """Open the store at `url` to read it by the rules that it keeps, as they derived it.

    Raises:
        PermanentError: When there is none, it keeps no rules, or it cannot be opened.
        TransientError: When the database does not answer.
    """
    engine = open_engine(url, is_new=False)
    try:
        schema.demand(engine)
        _made_by, configured = store_on(engine).derivations.made_by()
        yield Application(Site(settings_kept(configured.kept, url)), engine, present(), reads_only=True)
    finally:
        engine.dispose()
