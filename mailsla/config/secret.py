"""A secret as the configuration gives it: where it is kept, and hardly ever what it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password, a client's secret or a person's consent is kept.

    Attributes:
        file: A file that holds it on its first line.
        command: A command, without shell, that prints it.
        env: An environment variable.
        literal: The secret itself, which no `repr` shows.
    """

    file: Path | None
    command: tuple[str, ...] | None
    env: str | None
    literal: SecretStr | None = None

    @property
    def ways(self) -> int:
        """In how many ways it is given: 0 when there is none, more than 1 when nobody knows which is meant."""
        return sum(way is not None for way in (self.file, self.command, self.env, self.literal))
