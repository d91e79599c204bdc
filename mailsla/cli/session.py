"""What every command shares: the configuration in use, the application, where to print."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mailsla.adapters.machine.present import Now, is_set, present
from mailsla.adapters.machine.written_files import write_whole
from mailsla.cli.store_url import store_url
from mailsla.cli.unwritable import unwritable
from mailsla.core.errors import UsageError
from mailsla.demo import office as demo
from mailsla.language import gettext as _

if TYPE_CHECKING:
    from rich.console import Console

    from mailsla.bootstrap.application import Application
    from mailsla.config import Settings

CONFIG_VARIABLE = "MAILSLA_CONFIG"
STORE_VARIABLE = "MAILSLA_STORE"
USUAL_CONFIGS = (Path("mailsla.toml"), Path("/etc/mailsla/mailsla.toml"))

PIECES_AT_ONCE = 1_000
"""Pieces of an answer that are written at once."""


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class ReportFormat(StrEnum):
    """How a report is written: as any answer, as a page to be read, a printed one, or a workbook."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


class TextOrJson(StrEnum):
    """How an answer is written, where a spreadsheet makes no sense."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Chosen:
    """The global options of this run.

    Attributes:
        config: The configuration that is named.
        demo: Whether the demonstration is worked on.
        debug: Whether errors are shown whole.
        store: The database that is to be read by what it keeps, when one is named.
    """

    config: Path | None
    demo: bool
    debug: bool
    store: str | None = None

    def path(self) -> Path:
        """Return the configuration file in use, whether it exists or not."""
        named = self._named()
        return named or next((path for path in USUAL_CONFIGS if path.is_file()), USUAL_CONFIGS[0])

    def _named(self) -> Path | None:
        if self.demo:
            return demo.config_path()
        said = os.environ.get(CONFIG_VARIABLE)
        return self.config or (Path(said) if said else None)

    @property
    def is_found(self) -> bool:
        """Whether nobody named the configuration in use: it lies in the folder where the command was started."""
        return self._named() is None and self.path() == USUAL_CONFIGS[0] and self.path().is_file()

    def kept_in(self) -> str | None:
        """Return the URL of the database to read by what it keeps; None when a configuration is in use.

        One that is named by `--store` wins; that of `MAILSLA_STORE` is for whoever can read no configuration.
        """
        said = os.environ.get(STORE_VARIABLE)
        if self.store is not None or self.demo or not said:
            return self.store
        from mailsla.config import is_readable  # noqa: PLC0415 (pydantic is loaded where a configuration is read)

        return None if is_readable(self.path()) else said


def chosen(context: typer.Context) -> Chosen:
    """Return the global options."""
    found = context.obj
    assert isinstance(found, Chosen)
    return found


def settings(context: typer.Context) -> Settings:
    """Read the configuration in use.

    Raises:
        ConfigError: With every problem of the file.
        UsageError: When `--demo` is asked for before `mailsla demo` was run, or `--store` where it is not enough.
    """
    options = chosen(context)
    if options.store is not None:
        raise UsageError(
            _("Cette commande demande une configuration (--config) : --store ne sert qu'à lire une base.")
        )
    if options.demo and not options.path().is_file():
        raise UsageError(_("Lancez d'abord « mailsla demo »."))
    if options.is_found:
        error_console().print(_("configuration : {path}").format(path=f"./{options.path()}"))
    from mailsla.config import load  # noqa: PLC0415 (pydantic is loaded where a configuration is read)

    return load(options.path())


def optional_settings(context: typer.Context) -> Settings | None:
    """Return the configuration in use, or as a database keeps it, when there is one: some commands need none."""
    options = chosen(context)
    if options.kept_in() is not None:
        with reading(context) as app:
            return app.site.settings
    explicit = options.config is not None or options.demo
    return settings(context) if explicit or Path(options.path()).is_file() else None


@contextmanager
def application(context: typer.Context, read: Settings | None = None) -> Iterator[Application]:
    """Open the site's store; `read` is the configuration in use, when it has been read already."""
    from mailsla.bootstrap.application import open_application  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)

    site = settings(context) if read is None else read
    with open_application(site, now=clock(context), told=conversion_told()) as app:
        yield app


def clock(context: typer.Context) -> Now:
    """Return the clock to go by: the demonstration's own, or this machine's."""
    return demo.clock() if chosen(context).demo else present()


def conversion_told() -> Callable[[int, int], None]:
    """Return what says once that a store is converted, and, on a terminal, how many messages each migration has."""
    is_said = False

    def told(done: int, total: int) -> None:
        nonlocal is_said
        errors = error_console()
        if total and not is_said:
            is_said = True
            sentence = _(
                "La base passe au format de cette version, une seule fois ; si c'est interrompu, elle reste comme "
                "avant."
            )
            errors.print(sentence, soft_wrap=True)
        if done and errors.is_terminal:
            errors.print(f"{done} / {total}", end="\r" if done < total else "\n", highlight=False)

    return told


@contextmanager
def reading(context: typer.Context) -> Iterator[Application]:
    """Open a store to read it: by the configuration in use, or, having said so, by what the store keeps of one."""
    kept_in = chosen(context).kept_in()
    if kept_in is None:
        with application(context) as app:
            yield app
        return
    from mailsla.bootstrap.reading import open_kept  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)

    with open_kept(store_url(kept_in)) as app:
        error_console().print(_("Sans configuration : d'après les règles que garde la base."))
        yield app


@contextmanager
def up_to_date(context: typer.Context, *, writes: bool = False) -> Iterator[Application]:
    """Open a store to say what it holds, derived by today's rules; to write there too, by a configuration alone."""
    with application(context) if writes else reading(context) as app:
        from mailsla.cli import freshening  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)

        with freshening.fresh(app, error_console()):
            yield app


def refuse_set_clock(context: typer.Context) -> None:
    """Refuse to go on while `MAILSLA_NOW` sets the clock, outside the demonstration: what people do has its true date.

    Raises:
        UsageError: When it does.
    """
    if is_set() and not chosen(context).demo:
        raise UsageError(
            _(
                "MAILSLA_NOW est réglée : décider, publier et effacer ne se font qu'à l'heure de la machine ; retirez "
                "cette variable."
            )
        )


def console() -> Console:
    """Return where answers are printed."""
    return _terminal(stderr=False)


@contextmanager
def printing(output: Path | None) -> Iterator[Console]:
    """Give a console that prints on the terminal, or into a file.

    Raises:
        UsageError: When the file cannot be written.
    """
    if output is None:
        yield console()
        return
    written = io.StringIO()
    into = console()
    into.file = written
    yield into
    write_out(written.getvalue(), output)


def error_console() -> Console:
    """Return where progress and warnings are printed."""
    return _terminal(stderr=True)


def _terminal(*, stderr: bool) -> Console:
    from mailsla.presentation.formats.printed import Terminal  # noqa: PLC0415 (for what is printed: not for the daemon)

    return Terminal(stderr=stderr)


def write_out(text: str | Iterable[str], output: Path | None) -> None:
    """Write an answer, whole or in pieces as they are made, to a file or to standard output; it ends with a line's end.

    Raises:
        UsageError: When the file cannot be written.
    """
    written = _ended([text] if isinstance(text, str) else text)
    if output is None:
        for part in written:
            typer.echo(part, nl=False)
        return
    write_file(written, output)


def write_file(content: str | bytes | Iterable[str], output: Path) -> None:
    """Write a file as a whole, or leave the former one.

    Raises:
        UsageError: When it cannot be written.
    """
    try:
        write_whole(output, content)
    except OSError as error:
        raise unwritable(output, error) from error


def _ended(pieces: Iterable[str]) -> Iterator[str]:
    """Yield a text, many pieces at once, and the end of its last line where it has none."""
    remaining = iter(pieces)
    last = ""
    while some := "".join(islice(remaining, PIECES_AT_ONCE)):
        last = some
        yield some
    if not last.endswith("\n"):
        yield "\n"
