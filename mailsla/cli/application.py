"""The command line: what every command has in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsla.cli.command_table import Commands
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _


def build() -> typer.Typer:
    """Return the command line, worded in the language in use; no command is loaded yet."""
    app = typer.Typer(
        cls=Commands,
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
    return app


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
    from mailsla.cli.session import Chosen  # noqa: PLC0415 (not for `--help`)

    context.obj = Chosen(config=config, demo=demo, debug=debug, store=store)
