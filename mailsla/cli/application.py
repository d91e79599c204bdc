"""Declares the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsla.cli import alerting, calendars, importing, measuring, trying, watching
from mailsla.cli.session import Chosen
from mailsla.language import gettext as _


def build() -> typer.Typer:
    """Return the command line, worded in the language in use."""
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
    trying.declare(app)
    watching.declare(app)
    importing.declare(app)
    measuring.declare(app)
    alerting.declare(app)
    calendars.declare(app)
    return app


def _general(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help=_("Fichier de configuration (MAILSLA_CONFIG)."), show_default=False)
    ] = None,
    lang: Annotated[str, typer.Option(help=_("Langue : fr ou en."))] = "fr",
    demo: Annotated[bool, typer.Option("--demo", help=_("Travaille sur la démonstration."))] = False,
    debug: Annotated[bool, typer.Option("--debug", help=_("Montre le détail des erreurs."))] = False,
) -> None:
    if lang not in {"fr", "en"}:
        raise typer.BadParameter(_("choisissez fr ou en."), param_hint="--lang")
    context.obj = Chosen(config=config, demo=demo, debug=debug)
