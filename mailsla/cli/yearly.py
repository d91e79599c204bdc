"""`mailsla bilan` and `mailsla poster`: what is handed on once a year is over, or a quarter."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailsla.bootstrap import commands
from mailsla.cli import filling_in, papers, session, workbooks
from mailsla.cli.options import OutputOption
from mailsla.cli.periods import read_period
from mailsla.core.errors import UsageError
from mailsla.core.rate.period import Grain, Period
from mailsla.language import gettext as _
from mailsla.presentation import words

if TYPE_CHECKING:
    from mailsla.bootstrap.application import Application
    from mailsla.core.rate.report import Report
    from mailsla.presentation.pages.gathered import Gathered


class BilanFormat(StrEnum):
    """How a bilan is written."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


class PosterFormat(StrEnum):
    """How a poster is written."""

    HTML = "html"
    PDF = "pdf"


def bilan(
    context: typer.Context,
    year: Annotated[str, typer.Argument(metavar=_("ANNÉE"), help=_("2026."))],
    output: OutputOption = None,
    format_: Annotated[
        BilanFormat | None,
        typer.Option(
            "--format", help=_("pdf, html ou xlsx ; par défaut, d'après le fichier."), show_default=False
        ),
    ] = None,
    blocks: Annotated[
        Path | None,
        typer.Option(
            "--blocks",
            help=_("Parties à compléter ; par défaut bilan-ANNÉE.md, à côté de la configuration."),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the bilan of a year."""
    wanted = BilanFormat(_format(format_, output, BilanFormat, "bilan.pdf"))
    if wanted is BilanFormat.XLSX:
        workbooks.check(output)
    elif wanted is BilanFormat.PDF:
        papers.check(output, "bilan.pdf")
    period = _one_of(year, Grain.YEAR, _("Écrivez une année : « mailsla bilan 2026 »."))
    parts = filling_in.parts_of(context, period.first.year, blocks)
    with session.up_to_date(context) as app:
        from mailsla.bootstrap.bilan import gathered  # noqa: PLC0415 (its libraries take a second to load: not for a refusal)

        built = commands.report(app, (period,), is_pictured=True)
        _write_bilan(app, built, gathered(app, built, parts), wanted, output)


def _write_bilan(
    app: Application, built: Report, found: Gathered, wanted: BilanFormat, output: Path | None
) -> None:
    zone = app.site.zone
    if wanted is BilanFormat.XLSX:
        from mailsla.bootstrap.workbook import lists_of  # noqa: PLC0415 (loaded for this format alone)
        from mailsla.presentation.pages.bilan_workbook import bilan_workbook  # noqa: PLC0415 (loaded for this format alone)

        lists = lists_of(app, built, known_then=False)
        workbooks.write_workbook(bilan_workbook(built, found, lists, zone), output)
        return
    from mailsla.presentation.formats import html_page  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.pages.bilan_page import bilan_page  # noqa: PLC0415 (loaded for this format alone)

    page = bilan_page(built, found, zone)
    if wanted is BilanFormat.PDF:
        papers.write(html_page.drawn(page), output)
    else:
        session.write_out(html_page.write(page), output)


def poster(
    context: typer.Context,
    quarter: Annotated[str, typer.Argument(metavar=_("TRIMESTRE"), help=_("2026-Q3, ou « T3 2026 »."))],
    output: OutputOption = None,
    format_: Annotated[
        PosterFormat | None,
        typer.Option("--format", help=_("html ou pdf ; par défaut, d'après le fichier."), show_default=False),
    ] = None,
) -> None:
    """Write the poster of a quarter, once its figure is definitive."""
    wanted = PosterFormat(_format(format_, output, PosterFormat, "affiche.pdf"))
    if wanted is PosterFormat.PDF:
        papers.check(output, "affiche.pdf")
    period = _one_of(quarter, Grain.QUARTER, _("Écrivez un trimestre : « mailsla poster 2026-Q3 »."))
    with session.up_to_date(context) as app:
        from mailsla.presentation.formats import html_poster  # noqa: PLC0415 (loaded for this command alone)
        from mailsla.presentation.pages import poster_page  # noqa: PLC0415 (loaded for this command alone)

        made = poster_page.poster(commands.report(app, (period,)), app.site.zone)
    if wanted is PosterFormat.PDF:
        papers.write(html_poster.drawn(made), output, style="")
    else:
        session.write_out(html_poster.write(made), output)


def _one_of(written: str, grain: Grain, otherwise: str) -> Period:
    """Return the year, or the quarter, that somebody wrote; `otherwise` is said of any other period.

    Raises:
        UsageError: When it is none.
    """
    period = read_period(written)
    if grain.period_of(period.first) != period:
        raise UsageError(otherwise)
    return period


def _format(said: StrEnum | None, output: Path | None, formats: type[StrEnum], example: str) -> str:
    """Return the format that was said, or that of the file's name.

    Raises:
        UsageError: When neither says one.
    """
    if said is not None:
        return said.value
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    if suffix not in list(formats):
        raise UsageError(
            _("Nommez un fichier en {formats} (« -o {example} »), ou ajoutez --format.").format(
                formats=", ".join(f".{item}" for item in formats), example=words.safe(example)
            )
        )
    return suffix
