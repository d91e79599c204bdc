"""The migrations: files that alembic reads, oldest first, and the folder that holds them."""

from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent

Told = Callable[[int, int], object]
"""Takes how many messages a migration has gone through, and of how many."""


def untold(_done: int, _total: int) -> None:
    """Show no progress."""
