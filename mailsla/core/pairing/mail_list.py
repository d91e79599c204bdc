"""A list of mails, each read as it is asked for: memory does not grow with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailsla.core.pairing.derivation import ListedMail


@dataclass(frozen=True, slots=True)
class MailList:
    """Mails by date, those that could not be read last, or a sample of them.

    Attributes:
        mails: Yields them, once.
        shown: How many it yields.
        found: How many there are; more than are shown, of a sample.
    """

    mails: Iterator[ListedMail]
    shown: int
    found: int

    def at(self, places: Collection[int]) -> MailList:
        """Return the mails at some places of the list, counted from 0."""
        wanted = frozenset(places)
        mails = (mail for place, mail in enumerate(self.mails) if place in wanted)
        return MailList(mails, shown=len(wanted), found=self.found)
