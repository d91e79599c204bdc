"""Publications in the database: added, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, insert, select

from mailsla.adapters.database.decisions import recorded_of, recorded_values
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import PUBLICATION
from mailsla.core.clock.verdict import Outcome
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Period
from mailsla.core.rate.publication import Publication, Published, Source


class Publications:
    """What was published. Satisfies `mailsla.usecases.report.Publications`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Publication, ...]:
        """Return what was published, oldest first."""
        with reading(self._engine) as connection:
            found = connection.execute(select(PUBLICATION).order_by(PUBLICATION.c.id))
            return tuple(publication_of(row) for row in found)

    def periods(self) -> frozenset[Period]:
        """Return the periods of which something was published."""
        query = select(PUBLICATION.c.period, PUBLICATION.c.first, PUBLICATION.c.last).distinct()
        with reading(self._engine) as connection:
            return frozenset(Period(name, first, last) for name, first, last in connection.execute(query))

    def add(self, publication: Publication) -> int:
        """Add a publication and return its number."""
        added = insert(PUBLICATION).values(publication_row(publication)).returning(PUBLICATION.c.id)
        with writing(self._engine) as connection:
            return int(connection.execute(added).scalar_one())


def publication_row(publication: Publication) -> dict[str, Any]:
    """Return the row of a publication."""
    return {
        "period": publication.period.name,
        "first": publication.period.first,
        "last": publication.period.last,
        "at": publication.at,
        "published_at": publication.published_at,
        "verdicts": {key: outcome.value for key, outcome in publication.verdicts.items()},
        "cohort": None if publication.by is None else publication.by.value,
        "digests": {source.value: digest for source, digest in publication.digests.items()},
        "said_by": publication.signed.said_by,
        "reason": publication.signed.reason or None,
        "definitive": publication.definitive,
        **recorded_values(publication.signed.recorded),
    }


def publication_of(row: Any) -> Publication:
    """Return the publication that a row holds."""
    return Publication(
        period=Period(row.period, row.first, row.last),
        at=row.at,
        published_at=row.published_at,
        verdicts={key: _outcome(kept) for key, kept in row.verdicts.items()},
        by=None if row.cohort is None else Belonging(row.cohort),
        digests={Source(source): digest for source, digest in row.digests.items()},
        number=row.id,
        signed=Published(row.said_by, recorded_of(row), row.reason or ""),
        definitive=row.definitive,
    )


def _outcome(kept: str) -> Outcome:
    """Return a verdict; what waited, in figures of before an answer had to fall due, had none."""
    return Outcome.NOT_DUE if kept == "waiting" else Outcome(kept)
