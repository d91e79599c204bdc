"""The command line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

from mailsla.adapters.machine import garbage_collector
from mailsla.adapters.machine.written_files import keep_private
from mailsla.core.errors import ConfigError, MailslaError, UsageError
from mailsla.language import LANGUAGES, speak
from mailsla.language import gettext as _
from mailsla.presentation.typography import typeset

VERSION_FLAG = "--version"
GLOBAL_FLAGS = ("--debug", "--demo", VERSION_FLAG)
_NAME_FIRST = re.compile(r"mailsla\b|[^ ]+[ \u00a0\u202f]?:|[^ ]*[./]")
GLOBAL_OPTIONS = ("--lang", "--config", "--store")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 configuration or usage, 3 objective missed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if VERSION_FLAG in _hoisted(given):
        from importlib.metadata import version  # noqa: PLC0415 (it loads what reads mails: only here)

        print(f"mailsla {version('mailsla')}")  # noqa: T201 (an answer for which nothing more is loaded)
        sys.exit(0)
    keep_private()
    garbage_collector.stop_while_loading()
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; errors are one plain sentence on standard error."""
    arguments = _hoisted(arguments)
    speak(_language(arguments))
    # The help texts are sentences of the language in use: the commands are declared once it is known.
    from mailsla.cli.application import build  # noqa: PLC0415 (worded when imported)
    from mailsla.cli.usage import explained  # noqa: PLC0415 (worded when imported)

    try:
        return explained(build(), arguments)
    except ConfigError as error:
        _say(_("La configuration est à corriger :"), *(f"  {problem}" for problem in error.problems))
        return 2
    except UsageError as error:
        return _failed(error, 2, arguments)
    except MailslaError as error:
        return _failed(error, 1, arguments)
    except BrokenPipeError:
        # Whoever read our output has had enough (`mailsla requests | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _say(_("Interrompu."))
        return 1


def _failed(error: MailslaError, code: int, arguments: list[str]) -> int:
    if "--debug" in arguments:
        raise error
    _say(_alone(str(error)))
    return code


def _alone(sentence: str) -> str:
    """Return a sentence that is said alone: with a capital, unless a name opens it (an account's, a file's, ours)."""
    return sentence if _NAME_FIRST.match(sentence) else sentence[:1].upper() + sentence[1:]


def _say(*lines: str) -> None:
    print(*map(typeset, lines), sep="\n", file=sys.stderr)  # noqa: T201 (an error sentence is what this prints)


def _hoisted(arguments: list[str]) -> list[str]:
    """Return the arguments with the global options first, wherever they were written."""
    first: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in GLOBAL_FLAGS or argument.startswith(tuple(f"{name}=" for name in GLOBAL_OPTIONS)):
            first.append(argument)
        elif argument in GLOBAL_OPTIONS:
            first += [argument, *(value for value in [next(remaining, None)] if value is not None)]
        else:
            rest.append(argument)
    return first + rest


def _language(arguments: list[str]) -> str:
    chosen = os.environ.get("MAILSLA_LANG", "fr")
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            chosen = arguments[index + 1]
        elif argument.startswith("--lang="):
            chosen = argument.partition("=")[2]
    return chosen if chosen in LANGUAGES else "fr"
