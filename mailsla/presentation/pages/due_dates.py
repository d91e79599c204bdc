"""The due dates of an alert, as days of a calendar: what a day is called names no citizen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailsla.core.alerts.digests import Digest
from mailsla.language import gettext as _
from mailsla.presentation import words


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day by whose end something is to be answered.

    Attributes:
        key: The request's whole key: the same day again when it moves.
        on: The day.
        title: What it is called.
        text: What else is to be known.
    """

    key: str
    on: date
    title: str
    text: str


def due_dates(digest: Digest) -> tuple[DueDate, ...]:
    """Return the due dates of a digest that are still to come, in its order; of one on a closed day, that day."""
    return tuple(
        DueDate(
            notice.request.key,
            notice.verdict.due_on,
            _("Courriel à répondre : {service}").format(service=words.assignee(notice.request.service)),
            _("Demande {reference}, à répondre ce jour au plus tard.").format(
                reference=words.reference(notice.request.key)
            ),
        )
        for notice in digest.notices
        if notice.verdict.due_on >= digest.on
    )
