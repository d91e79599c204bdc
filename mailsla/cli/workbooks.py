"""`mailsla report --format xlsx`: what it asks for, and its file."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from mailsla.cli import session
from mailsla.cli.unwritable import unwritable
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

if TYPE_CHECKING:
    from mailsla.bootstrap.application import Application
    from mailsla.core.rate.report import Report
    from mailsla.presentation.pages.workbook import Workbook


def check(output: Path | None) -> None:
    """Refuse a workbook that would go to a terminal, or that nothing here can write.

    Raises:
        UsageError: When it is so.
    """
    if output is None:
        raise UsageError(_("Un classeur s'écrit dans un fichier : ajoutez « -o rapport.xlsx »."))
    if importlib.util.find_spec("xlsxwriter") is None:
        raise UsageError(_("Le format xlsx demande un complément : pip install « mailsla[xlsx] »."))


def write(app: Application, built: Report, output: Path | None, *, known_then: bool) -> None:
    """Write a report as a workbook, with the lists that are read for it alone.

    Raises:
        UsageError: When its file, or a temporary one, cannot be written.
    """
    from mailsla.bootstrap.workbook import lists_of  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.pages.report_workbook import report_workbook  # noqa: PLC0415 (loaded for this format alone)

    lists = lists_of(app, built, known_then=known_then)
    write_workbook(report_workbook(built, lists, app.site.zone, known_then=known_then), output)


def write_workbook(of: Workbook, output: Path | None) -> None:
    """Write a workbook.

    Raises:
        UsageError: When its file, or a temporary one, cannot be written.
    """
    from mailsla.presentation.formats import workbook  # noqa: PLC0415 (loaded for this format alone)

    assert output is not None, "`check` refuses that"
    try:
        content = workbook.write(of)
    except OSError as error:
        raise unwritable(output, error) from error
    session.write_file(content, output)
