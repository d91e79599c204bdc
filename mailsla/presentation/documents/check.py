"""The answer of `mailsla check`."""

from __future__ import annotations

from collections.abc import Iterable

from mailsla.presentation.check_lines import Line
from mailsla.presentation.documents.values import Document


def check_document(site: str, lines: Iterable[Line]) -> Document:
    """Every part of a site's installation, with its health and what is said of it."""
    return {
        "schema": "mailsla.check/1",
        "site": site,
        "checks": [
            {
                "subject": line.subject,
                "health": line.health.value,
                "sentence": line.sentence,
                "code": line.code,
                "facts": dict(line.facts),
                "section": None if line.added is None else line.added.section,
                "line": None if line.added is None else line.added.line,
            }
            for line in lines
        ],
    }
