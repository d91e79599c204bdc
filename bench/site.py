"""The office of the benchmarks: one account, one instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from mailsla.config import Settings, parse
from tests.trials.office import document

NOW = datetime(2026, 11, 13, 8, tzinfo=UTC)


def settings_of(folder: Path, account: Mapping[str, str | int]) -> Settings:
    """Return the settings of an office with one account, "contact", and its store in `folder`."""
    return parse(document(account), folder=folder)
