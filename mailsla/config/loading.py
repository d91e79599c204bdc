"""Reads the configuration file, and says everything that is wrong with it at once, in plain sentences."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailsla.config.settings import Settings
from mailsla.config.toml_errors import toml_problem
from mailsla.config.trusted import untrusted
from mailsla.core.errors import ConfigError, Problem
from mailsla.language import gettext as _


def load(path: Path) -> Settings:
    """Read the configuration at `path`; what another user could have written is not even looked into.

    Raises:
        ConfigError: When it is missing, is not TOML, or has any problem; all of them are listed.
    """
    content, saved_at = _content(path)
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((toml_problem(path.name, str(error)),)) from error
    return parse(document, folder=path.parent).dated(saved_at)


def is_readable(path: Path) -> bool:
    """Tell whether there is a configuration at `path` that this user may read, and that no other could have written."""
    try:
        _content(path)
    except ConfigError:
        return False
    return True


def _content(path: Path) -> tuple[str, datetime]:
    """Return what a file says, and when it was saved."""
    try:
        problem = untrusted(path)
        # Whoever could change the file between the two would have been found by the first.
        if problem is None:
            # A byte order mark is what some editors put in front.
            with path.open(encoding="utf-8-sig") as file:
                return file.read(), datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except FileNotFoundError:
        sentence = _("ce fichier n'existe pas ; créez-le avec « mailsla init » ou indiquez-le avec --config.")
        raise ConfigError((Problem(str(path), sentence),)) from None
    except PermissionError:
        raise ConfigError((Problem(str(path), _("vous n'avez pas le droit de lire ce fichier.")),)) from None
    except UnicodeDecodeError as error:
        sentence = _("ce fichier n'est pas en UTF-8 ; enregistrez-le sous ce codage.")
        raise ConfigError((Problem(str(path), sentence),)) from error
    except IsADirectoryError as error:
        raise ConfigError((Problem(str(path), _("c'est un dossier : nommez le fichier.")),)) from error
    except OSError as error:
        sentence = _("ce fichier ne peut pas être lu : le disque ne le rend pas.")
        raise ConfigError((Problem(str(path), sentence),)) from error
    raise ConfigError((problem,))


def parse(document: Mapping[str, Any], *, folder: Path) -> Settings:
    """Turn a parsed TOML document into settings; relative paths are relative to `folder`.

    Raises:
        ConfigError: With every problem of the document.
    """
    try:
        settings = Settings.model_validate(document, context=folder)
    except ValidationError as error:
        raise ConfigError(tuple(_problem(detail) for detail in _told_once(error.errors()))) from None
    store = settings.store.model_copy(update={"url": _anchored(settings.store.url, folder)})
    return settings.model_copy(update={"store": store})


def _anchored(url: str, folder: Path) -> str:
    """Return a database's URL; the file of SQLite's, when relative, is relative to `folder`."""
    prefix = "sqlite:///"
    path = url.removeprefix(prefix)
    if path in {url, ""} or path.startswith("/"):
        return url
    return f"{prefix}{(folder / path).resolve()}"


def _told_once(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short when its items are what is wrong."""
    nested = {detail["loc"][:depth] for detail in details for depth in range(1, len(detail["loc"]))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in nested]


def _problem(detail: ErrorDetails) -> Problem:
    return Problem(_key(detail["loc"]), _sentence(detail))


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for part in location:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return key.lstrip(".") or _("configuration")


def _sentence(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "value_error":
        # A rule of ours (`mailsla.config.fields`, or a section's own): it has said what to do.
        return str(detail["ctx"]["error"])
    if kind == "tuple_type" and isinstance(detail["input"], dict):
        # [accounts] in the place of [[accounts]].
        return _("écrivez ce nom entre deux crochets, [[{name}]] : il peut y en avoir plusieurs.").format(
            name=detail["loc"][-1]
        )
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return _("valeur refusée ({reason}).").format(reason=detail["msg"])
    return sentence(detail.get("ctx", {}))


def _choices(context: dict[str, Any]) -> str:
    """Return the library's list of choices, in the language in use: « 'a', 'b' ou 'c' »."""
    return str(context["expected"]).replace(" or ", _(" ou "))


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _ctx: _("cette clé manque."),
    "extra_forbidden": lambda _ctx: _("clé inconnue ; corrigez son nom ou retirez-la."),
    "string_type": lambda _ctx: _("indiquez un texte entre guillemets."),
    "string_too_short": lambda _ctx: _("ce texte est vide."),
    "string_too_long": lambda ctx: _("ce texte dépasse {max} caractères.").format(max=ctx["max_length"]),
    "string_pattern_mismatch": lambda _ctx: _("ce nom contient un caractère refusé."),
    "int_type": lambda _ctx: _("indiquez un nombre entier."),
    "int_parsing": lambda _ctx: _("indiquez un nombre entier."),
    "int_from_float": lambda _ctx: _("indiquez un nombre entier."),
    "bool_type": lambda _ctx: _("indiquez true ou false."),
    "bool_parsing": lambda _ctx: _("indiquez true ou false."),
    "greater_than_equal": lambda ctx: _("indiquez au moins {limit}.").format(limit=ctx["ge"]),
    "less_than_equal": lambda ctx: _("indiquez au plus {limit}.").format(limit=ctx["le"]),
    "too_short": lambda _ctx: _("indiquez au moins une valeur."),
    "tuple_type": lambda _ctx: _('indiquez une liste entre crochets, comme ["a", "b"].'),
    "literal_error": lambda ctx: _("valeur inconnue ; choisissez {expected}.").format(expected=_choices(ctx)),
    "enum": lambda ctx: _("valeur inconnue ; choisissez {expected}.").format(expected=_choices(ctx)),
    "date_type": lambda _ctx: _("indiquez une date, comme 2026-05-15."),
    "date_parsing": lambda _ctx: _("indiquez une date, comme 2026-05-15."),
    "date_from_datetime_parsing": lambda _ctx: _("indiquez une date, comme 2026-05-15."),
    "date_from_datetime_inexact": lambda _ctx: _("indiquez une date sans heure, comme 2026-05-15."),
    "time_type": lambda _ctx: _("indiquez une heure, comme « 17:00 »."),
    "time_parsing": lambda _ctx: _("indiquez une heure, comme « 17:00 »."),
    "model_type": lambda _ctx: _("indiquez une section, comme [nom], ou dans une liste { clé = valeur }."),
    "path_type": lambda _ctx: _("indiquez un chemin de fichier."),
    "fraction_parsing": lambda _ctx: _("indiquez une part entre 0 et 1, comme 0.80."),
}
