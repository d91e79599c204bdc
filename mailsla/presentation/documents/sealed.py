"""How much personal data ended, for programs."""

from __future__ import annotations

from mailsla.core.retention.sealed import Sealed
from mailsla.presentation.documents.values import Document


def sealed(found: Sealed | None) -> Document | None:
    """Return how many requests have no personal data any more; None when none is so."""
    if found is None:
        return None
    return {
        "requests": found.requests,
        "through": None if found.through is None else found.through.isoformat(),
    }
