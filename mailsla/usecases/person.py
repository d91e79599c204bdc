"""What is held about one person, for them: the right of access (règlement (UE) 2016/679, article 15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mailsla.core.alerts.asked_action import Act
from mailsla.core.collection.held import HeldMail, SentMail, Words, names
from mailsla.core.errors import UsageError
from mailsla.core.mail.addresses import parse_addresses
from mailsla.core.pairing.decision import Decision
from mailsla.language import gettext as _


class Holdings(Protocol):
    """Where what is held about people is read."""

    def mails(self, address: str) -> Iterator[HeldMail]:
        """Yield every mail that names an address."""

    def sent(self, address: str) -> Sequence[SentMail]:
        """Return the mails that mailsla wrote to an address."""


@dataclass(frozen=True)
class Holding:
    """What is held about one address.

    Attributes:
        address: It, as addresses are compared.
        holdings: Where to read it.
        decided: Every decision taken.
        said: What people wrote beside the figures.
        acts: What became of every mail that asked for an action.
    """

    address: str
    holdings: Holdings
    decided: Sequence[Decision]
    said: Sequence[Words] = ()
    acts: Sequence[Act] = ()

    def mails(self) -> Iterator[tuple[HeldMail, Sequence[Decision], Sequence[Act]]]:
        """Yield every mail that names the address, with the decisions and actions about it; they are read meanwhile.

        An action is about the mail that asked for it, and about the mail that it speaks of.
        """
        about: dict[str, list[Decision]] = defaultdict(list)
        for decision in self.decided:
            about[decision.target].append(decision)
        asked: dict[str, list[Act]] = defaultdict(list)
        for act in self.acts:
            for key in {act.mail, act.target or act.mail}:
                asked[key].append(act)
        for mail in self.holdings.mails(self.address):
            yield mail, about.get(mail.key, ()), asked.get(mail.key, ())

    def decisions(self) -> Sequence[Decision]:
        """Return the decisions whose words, or who took them, name the address, whatever they are about."""
        return [
            item
            for item in self.decided
            if names(item.reason, self.address) or names(item.decided_by, self.address)
        ]

    def words(self) -> Sequence[Words]:
        """Return what people wrote beside the figures that names the address."""
        return [item for item in self.said if names(item.text, self.address)]

    def sent(self) -> Sequence[SentMail]:
        """Return the mails that mailsla wrote to the address."""
        return self.holdings.sent(self.address)


def holding(
    holdings: Holdings,
    decided: Sequence[Decision],
    written: str,
    said: Sequence[Words] = (),
    acts: Sequence[Act] = (),
) -> Holding:
    """Return what is held about the one address that somebody wrote.

    Raises:
        UsageError: When it is none, or several.
    """
    return Holding(the_address(written), holdings, decided, said, acts)


def the_address(written: str) -> str:
    """Return the one address that somebody wrote, as addresses are compared.

    Raises:
        UsageError: When it is none, or several.
    """
    found = parse_addresses(written)
    if len(found) != 1:
        raise UsageError(_("Donnez une adresse, et une seule : camille@example.org."))
    return found[0]
