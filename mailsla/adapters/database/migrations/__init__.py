"""The migrations: files that alembic reads, oldest first, and the folder that holds them."""

from pathlib import Path

FOLDER = Path(__file__).parent
