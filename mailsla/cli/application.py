"""Declares the commands."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from mailsla.cli.session import Chosen
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

MODULES = {
    "trying": ("demo",),
    "initialising": ("init",),
    "checking": ("check",),
    "watching": ("poll", "run"),
    "importing": ("import",),
    "measuring": ("report", "show"),
    "listing": ("requests", "mails"),
    "deciding": ("decide",),
    "registering": ("decisions", "publications"),
    "alerting": ("alerts",),
    "pairing": ("conversations", "classify"),
    "calendars": ("clock", "calendar"),
}
"""The modules that declare commands, in the order of the help."""


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """Return the command line, worded in the language in use.

    When `arguments` name a command, only its own module is loaded: `mailsla clock` needs no database.
    """
    app = typer.Typer(
        name="mailsla",
        help=_(
            "Mesure le délai de réponse aux courriels d'une préfecture, en jours ouvrés, face à son "
            "engagement de qualité. Les options générales se placent n'importe où."
        ),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(_general)
    for name in _modules(arguments):
        import_module(f"mailsla.cli.{name}").declare(app)
    return app


def _modules(arguments: Sequence[str]) -> list[str]:
    words = set(arguments)
    named = [module for module, commands in MODULES.items() if words.intersection(commands)]
    return named if len(named) == 1 else list(MODULES)


def _general(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help=_("Fichier de configuration (MAILSLA_CONFIG)."), show_default=False)
    ] = None,
    lang: Annotated[str, typer.Option(help=_("Langue : fr ou en."))] = "fr",
    store: Annotated[
        str | None,
        typer.Option(
            help=_("Base à lire sans configuration, par son fichier ou son adresse (MAILSLA_STORE)."),
            show_default=False,
        ),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help=_("Travaille sur la démonstration."))] = False,
    debug: Annotated[bool, typer.Option("--debug", help=_("Montre le détail des erreurs."))] = False,
    version: Annotated[bool, typer.Option("--version", help=_("Donne la version, et c'est tout."))] = False,
) -> None:
    del version  # It is answered before anything else is loaded.
    if lang not in {"fr", "en"}:
        raise typer.BadParameter(_("choisissez fr ou en."), param_hint="--lang")
    if store is not None and (config is not None or demo):
        raise UsageError(_("--store lit une base sans configuration : retirez --config ou --demo."))
    context.obj = Chosen(config=config, demo=demo, debug=debug, store=store)
