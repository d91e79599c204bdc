"""What was known at a past instant: the store as it was, and what says so on the pages about it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from mailsla.cli.progress_bar import progress_bar
from mailsla.cli.session import error_console, reading, up_to_date
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation.pages.page import Line, Page
from mailsla.presentation.pages.then import words_of_then

if TYPE_CHECKING:
    from mailsla.bootstrap.application import Application


@contextmanager
def known_at(context: typer.Context, at: str | None, *, writes: bool = False) -> Iterator[Application]:
    """Open the site's store to say what it holds, or what was known at an instant as people write it.

    To write there too, by a configuration alone, and now alone.

    Raises:
        UsageError: When that is none, or is still to come.
    """
    if at is None:
        with up_to_date(context, writes=writes) as app:
            yield app
        return
    from mailsla.bootstrap.past import as_known_at  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)
    from mailsla.cli.instants import read_instant  # noqa: PLC0415 (only where an instant is written)

    with _ended_in_order(), reading(context) as app, progress_bar(error_console()) as progress:
        first, instant = (read_instant(at, app.site.zone, end_of_day=end) for end in (False, True))
        if first < app.now() < instant:
            # Today, as a date alone: so far.
            instant = app.now()
        task = progress.add_task(_("Ce qui était connu alors"), total=None)

        def told(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        def deriving() -> None:
            progress.update(task, description=_("Rapprochement"), total=None)

        with as_known_at(app, instant, told, deriving) as then:
            progress.stop()
            yield then


Then = Callable[[Page], Page]
"""Says on a page of which instant it speaks, where that is not now."""


def told_of_then(app: Application, at: str | None) -> Then:
    """Return what says on the pages of this command of which instant they speak; nothing is said of now."""
    if at is None:
        return lambda page: page
    said = _of_then(app)
    return lambda page: replace(page, lines=(Line(said), *page.lines))


@contextmanager
def errors_of_then(app: Application, at: str | None) -> Iterator[None]:
    """Say of which instant an error speaks, where that is not now: what is not found then may well be known today."""
    try:
        yield
    except UsageError as error:
        if at is None:
            raise
        raise UsageError(f"{_of_then(app)} {error}") from error


def _of_then(app: Application) -> str:
    return words_of_then(app.now(), app.site.zone, is_empty=app.store.mails.is_empty())


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """End as by Ctrl-C when asked to end, or when the terminal closes: what was copied for a while is erased."""

    def interrupt(*_asked: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
