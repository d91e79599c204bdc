"""What a look finds of alerts: whether they can leave, and whom they reach. Nothing is worded here."""

from __future__ import annotations

from dataclasses import dataclass

from mailsla.core.alerts.health import Health
from mailsla.core.alerts.undelivered import Reader, Undelivered


@dataclass(frozen=True, slots=True)
class SendingUnconfigured:
    """No server is named that takes our mails."""

    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class SendingAnswers:
    """The server that takes our mails answers."""

    host: str = ""
    port: int = 0
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class HeadsMissing:
    """Services that have nobody who is told today; whether the referent, or another, is told in their stead."""

    services: tuple[str, ...]
    stood_in_for: bool

    @property
    def health(self) -> Health:
        """How well that is."""
        return Health.OK if self.stood_in_for else Health.WARNING


@dataclass(frozen=True, slots=True)
class RequestsUntold:
    """How many requests wait of which nobody is told before they are late, by service, the most first."""

    by_service: tuple[tuple[str | None, int], ...]
    health: Health = Health.WARNING

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(count for _service, count in self.by_service)


@dataclass(frozen=True, slots=True)
class MailsUndelivered:
    """Mails of ours do not reach somebody, who gets them as what `readers` says."""

    found: Undelivered
    readers: tuple[Reader, ...]
    health: Health = Health.FAILURE


AlertFinding = SendingUnconfigured | SendingAnswers | HeadsMissing | RequestsUntold | MailsUndelivered
"""Something that was found of alerts."""
