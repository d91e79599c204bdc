"""What can be started, and ends with its `with` block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Startable(ABC):
    """Starts at the beginning of a `with` block and is closed at its end."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def start(self) -> None:
        """Start, and return once it answers."""

    @abstractmethod
    def stop(self) -> None:
        """Stop; it may be started again."""

    def close(self) -> None:
        """Stop for good."""
        self.stop()
