"""What a site's store holds about people, for whoever may ask what is held about them."""

from __future__ import annotations

from mailsla.bootstrap.application import Application
from mailsla.core.collection.held import Words
from mailsla.usecases import person


def held_about(app: Application, address: str) -> person.Holding:
    """Return what is held about an address.

    Raises:
        UsageError: When it is none.
    """
    store = app.store
    notes = [Words("note", item.number, f"{item.text} {item.noted_by}") for item in store.notes.all()]
    reasons = [
        Words("publication", item.number, f"{item.signed.reason} {item.signed.said_by or ''}".strip())
        for item in store.publications.all()
    ]
    return person.holding(store.held, store.decisions.taken(), address, [*notes, *reasons], store.acts.all())
