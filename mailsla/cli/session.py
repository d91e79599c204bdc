"""What every command shares: the configuration in use, the application, where to print."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from mailsla.adapters.machine.written_files import write_whole
from mailsla.config import Settings, load
from mailsla.core.errors import UsageError
from mailsla.demo import office as demo
from mailsla.language import gettext as _
from mailsla.presentation.formats.printed import Terminal

if TYPE_CHECKING:
    from mailsla.bootstrap.application import Application

CONFIG_VARIABLE = "MAILSLA_CONFIG"
USUAL_CONFIGS = (Path("mailsla.toml"), Path("/etc/mailsla/mailsla.toml"))


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class TextOrJson(StrEnum):
    """How an answer is written, where a spreadsheet makes no sense."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Chosen:
    """The global options of this run."""

    config: Path | None
    demo: bool
    debug: bool

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


def chosen(context: typer.Context) -> Chosen:
    """Return the global options."""
    found = context.obj
    assert isinstance(found, Chosen)
    return found


def settings(context: typer.Context) -> Settings:
    """Read the configuration in use.

    Raises:
        ConfigError: With every problem of the file.
        UsageError: When `--demo` is asked for before `mailsla demo` was run.
    """
    options = chosen(context)
    if options.demo and not options.path().is_file():
        raise UsageError(_("Lancez d'abord « mailsla demo »."))
    if options.is_found:
        error_console().print(_("configuration : {path}").format(path=f"./{options.path()}"))
    return load(options.path())


def optional_settings(context: typer.Context) -> Settings | None:
    """Return the configuration in use when there is one: some commands need none."""
    options = chosen(context)
    explicit = options.config is not None or options.demo
    return settings(context) if explicit or Path(options.path()).is_file() else None


@contextmanager
def application(context: typer.Context, read: Settings | None = None) -> Iterator[Application]:
    """Open the site's store; `read` is the configuration in use, when it has been read already."""
    from mailsla.bootstrap.application import open_application  # noqa: PLC0415 (its libraries take a second to load: not for `clock`)

    site = settings(context) if read is None else read
    with open_application(site, now=demo.clock() if chosen(context).demo else None) as app:
        yield app


@contextmanager
def up_to_date(context: typer.Context) -> Iterator[Application]:
    """Open the site's store to say what it holds, derived by today's rules."""
    with application(context) as app:
        app.keep_up(_say_that_rules_changed)
        yield app


def _say_that_rules_changed() -> None:
    sentence = _("Les règles ont changé depuis le dernier rapprochement : tous les courriels sont relus.")
    error_console().print(sentence)


def console() -> Console:
    """Return where answers are printed."""
    return Terminal()


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
    return Terminal(stderr=True)


def write_out(text: str, output: Path | None) -> None:
    """Write an answer to a file, or to standard output.

    Raises:
        UsageError: When the file cannot be written.
    """
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    try:
        write_whole(output, text if text.endswith("\n") else text + "\n")
    except OSError as error:
        raise UsageError(
            _("Le fichier {path} ne peut pas être écrit ({reason}).").format(
                path=output, reason=type(error).__name__
            )
        ) from error
