"""An answer in the format that was asked for: each is made only when it is the one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mailsla.cli import session
from mailsla.cli.session import Format
from mailsla.presentation.documents.values import Document, pieces
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.page import Page


def answer(
    format_: Format,
    output: Path | None,
    *,
    document: Callable[[], Document],
    sheet: Callable[[], str | Iterable[str]],
    page: Callable[[int], Page],
) -> None:
    """Print an answer, or write it to a file.

    Args:
        format_: How.
        output: Where; None for the terminal.
        document: Makes it as JSON.
        sheet: Makes it as CSV, whole or line by line.
        page: Makes what people read, for so many columns.

    Raises:
        UsageError: When the file cannot be written.
    """
    if format_ is Format.JSON:
        session.write_out(pieces(document()), output)
    elif format_ is Format.CSV:
        session.write_out(sheet(), output)
    else:
        with session.printing(output) as console:
            terminal.show(page(console.width), console)
