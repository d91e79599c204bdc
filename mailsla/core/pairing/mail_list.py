"""A list of mails, each read as it is asked for: memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
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
