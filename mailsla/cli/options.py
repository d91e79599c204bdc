"""What several commands take: a service, a sample, a file to write; each checked in one place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailsla.cli.session import Format
from mailsla.core.errors import UsageError
from mailsla.core.rate.belonging import Belonging
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.usecases.listing import Sample

if TYPE_CHECKING:
    from mailsla.bootstrap.application import Application

PeriodOption = Annotated[
    str | None,
    typer.Option(help=_("2026-W46, 2026-11, 2026-Q4, 2026, ou A..B."), show_default=False),
]
ServiceOption = Annotated[str | None, typer.Option(help=_("Nom d'un service."), show_default=False)]
CohortOption = Annotated[
    Belonging | None,
    typer.Option(help=_("Demandes échues (due) ou reçues (received) dans la période."), show_default=False),
]
AtOption = Annotated[
    str | None,
    typer.Option(help=_("Telle que connue à cette date, ou à cet instant."), show_default=False),
]
FormatOption = Annotated[Format, typer.Option("--format", help=_("text, json ou csv."))]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help=_("Fichier à écrire."), show_default=False)
]
SampleOption = Annotated[
    int | None,
    typer.Option(min=1, help=_("Tire au sort ce nombre de lignes, pour un contrôle."), show_default=False),
]
SeedOption = Annotated[
    int | None,
    typer.Option(help=_("Graine du tirage : la même donne les mêmes lignes."), show_default=False),
]


def check_service(app: Application, service: str | None) -> None:
    """Refuse a service that the configuration does not name.

    Raises:
        UsageError: With those that it names.
    """
    names = [item.name for item in app.site.settings.services]
    if service is not None and service not in names:
        raise UsageError(
            _("Service inconnu : {service} ; la configuration nomme : {names}.").format(
                service=words.safe(service, 60), names=", ".join(names) or "–"
            )
        )


def check_category(app: Application, category: str | None) -> None:
    """Refuse a category that no promise is made for.

    Raises:
        UsageError: With those that the configuration names.
    """
    names = list(app.site.commitments)
    if category is not None and category not in names:
        raise UsageError(
            _("Catégorie inconnue : {category} ; la configuration nomme : {names}.").format(
                category=words.safe(category, 60), names=", ".join(names)
            )
        )


def read_sample(size: int | None, seed: int | None) -> Sample | None:
    """Return what is to be drawn, if anything is.

    Raises:
        UsageError: When a seed is given, and no size.
    """
    if size is None and seed is not None:
        raise UsageError(_("--seed va avec --sample."))
    return None if size is None else Sample(size, seed or 0)
