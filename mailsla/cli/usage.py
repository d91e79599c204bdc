"""Turns the library's complaints about a command line into one plain sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.exceptions import TyperException

from mailsla.language import gettext as _
from mailsla.presentation.typography import typeset


def explained(app: typer.Typer, arguments: list[str]) -> int:
    """Run `app` and return its exit code; a command line it refuses is explained, and gives 2."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="mailsla")
    except TyperException as error:
        print(typeset(sentence(error)), file=sys.stderr)  # noqa: T201 (an error sentence is what this prints)
        return 2
    except (typer.Exit, typer.Abort) as ending:
        return int(getattr(ending, "exit_code", 1))
    except SystemExit as ending:
        # The libraries that print end the program themselves when nobody reads any more: that is no failure of ours.
        if isinstance(ending.__context__, BrokenPipeError):
            raise ending.__context__ from None
        raise
    return code if isinstance(code, int) else 0


def sentence(error: TyperException) -> str:
    """Return one sentence that says what to do."""
    explain = _SENTENCES.get(type(error).__name__)
    if explain is None:
        return _("Commande refusée ({reason}) ; voir « mailsla --help ».").format(reason=error)
    return explain(error)


def _name(error: Any) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return str(getattr(error, "param_hint", None) or "")
    named = next((name for name in parameter.opts if name.startswith("--")), None)
    return str(named or parameter.metavar or parameter.name)


def _refusal(error: Any) -> str:
    """Say what a value should be, from the library's English sentence about its type."""
    said = str(getattr(error, "message", ""))
    choices = re.findall(r"'([^']+)'", said)
    if "integer" in said:
        return _("indiquez un nombre entier.")
    if "is not one of" in said and choices[1:]:
        return _("choisissez {choices}.").format(choices=", ".join(choices[1:]))
    if "should be" in said and choices:
        return _("choisissez {choices}.").format(choices=", ".join(choices))
    bound = re.search(r"(greater|less) than or equal to (\d+)", said)
    if bound is not None:
        sentence = (
            _("indiquez au moins {limit}.") if bound[1] == "greater" else _("indiquez au plus {limit}.")
        )
        return sentence.format(limit=bound[2])
    return said


def _usage(error: Any) -> str:
    said = str(getattr(error, "message", error))
    quoted = said.partition("'")[2].partition("'")[0]
    if "command" in said.lower() and quoted:
        return _("Commande inconnue : {name} ; voir « mailsla --help ».").format(name=quoted)
    return _("Argument en trop ou manquant ; voir « mailsla --help ».")


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "NoSuchOption": lambda error: _("Option inconnue : {name} ; voir « mailsla --help ».").format(
        name=error.option_name
    ),
    "MissingParameter": lambda error: _("Il manque {name} ; voir « mailsla --help ».").format(
        name=_name(error)
    ),
    "BadParameter": lambda error: _("Valeur refusée pour {name} : {reason}").format(
        name=_name(error), reason=_refusal(error)
    ),
    "BadOptionUsage": lambda error: _("L'option {name} attend une valeur.").format(name=error.option_name),
    "BadArgumentUsage": _usage,
    "UsageError": _usage,
    "NoArgsIsHelpError": lambda _error: _("Indiquez une commande ; voir « mailsla --help »."),
}
