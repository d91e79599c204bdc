"""How what a store holds stands to this site's rules, and to those of whoever else works on it."""

from __future__ import annotations

from mailsla.bootstrap.application import Application
from mailsla.core.errors import Superseded
from mailsla.core.pairing.configured import rule_names
from mailsla.usecases.derive import Freshness, freshness, superseded


def standing(app: Application) -> Freshness:
    """Tell how what is derived stands to the facts, and to this site's rules."""
    return freshness(app.store.derivations, app.site.pairing, app.configured)


def newer(app: Application) -> Superseded | None:
    """Return the error that whoever wants to derive meets when a newer configuration, with other rules, did."""
    if standing(app) is not Freshness.SUPERSEDED:
        return None
    _made_by, theirs = app.store.derivations.made_by()
    return superseded(theirs.saved_at)


def refuse_older(app: Application) -> None:
    """Refuse to go on with this configuration when a newer one, with other rules, keeps the store.

    Raises:
        Superseded: When it does.
    """
    found = newer(app)
    if found is not None:
        raise found


def is_derived_here(app: Application) -> bool:
    """Tell whether what is derived follows from this site's rules."""
    made_by, _configured = app.store.derivations.made_by()
    return made_by == rule_names(app.site.pairing, app.configured)
