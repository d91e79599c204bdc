"""What shows on a terminal how far a long work is, and nothing afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

if TYPE_CHECKING:
    from rich.console import Console


def progress_bar(console: Console) -> Progress:
    """Return it, on the console of errors; elsewhere than on a terminal it shows nothing."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
