"""How much is sealed: requests whose personal data ended, and whose derivation stands as a fact (docs/adr/0030)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Sealed(NamedTuple):
    """The requests whose values are gone.

    Attributes:
        requests: How many requests and follow-ups.
        through: The last day whose data is kept no more; None when nothing but what people asked for was erased.
    """

    requests: int
    through: date | None = None
