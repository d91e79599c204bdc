"""The store: what is only added, and what can be dropped, each in a part of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from mailsla.adapters.database.attempts import Attempts
from mailsla.adapters.database.copies import Copies
from mailsla.adapters.database.decisions import Decisions
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.leases import Leases
from mailsla.adapters.database.listed_mails import ListedMails
from mailsla.adapters.database.mailboxes import Mailboxes
from mailsla.adapters.database.messages import Messages
from mailsla.adapters.database.notes import Notes
from mailsla.adapters.database.publications import Publications
from mailsla.adapters.database.runs import Runs
from mailsla.adapters.database.set_aside import MessageSetAside, SetAsideMessages

if TYPE_CHECKING:
    from mailsla.adapters.database.acts import Acts
    from mailsla.adapters.database.clues import Clues
    from mailsla.adapters.database.held import HeldAboutPeople
    from mailsla.adapters.database.outbox import Outbox
    from mailsla.adapters.database.purges import Purges

HAND_OVER_SECONDS = 60
"""How long a worker may take to hand one mail over, unless the site's relay has a limit of its own."""


@dataclass(frozen=True)
class Store:
    """One database. What lists and reports do without is loaded once it is asked for.

    Attributes:
        engine: The database.
        hand_over: How long a worker may take to hand one mail over.
        leases: Which worker has which account.
        runs: Every run of collection.
        attempts: The logins that failed.
        mailboxes: How far each mailbox has been collected.
        messages: What was collected, each message once.
        copies: Where each message was seen.
        set_aside: What could not be read.
        decisions: What people decided.
        publications: What was published.
        notes: What was noted beside the figures.
        derivations: What follows from all that: it can be dropped and made again.
        mails: Mails as lists show them.
    """

    engine: Engine
    hand_over: timedelta
    leases: Leases
    runs: Runs
    attempts: Attempts
    mailboxes: Mailboxes
    messages: Messages
    copies: Copies
    set_aside: SetAsideMessages
    decisions: Decisions
    publications: Publications
    notes: Notes
    derivations: Derivations
    mails: ListedMails

    @cached_property
    def acts(self) -> Acts:
        """What became of mails that asked for actions."""
        from mailsla.adapters.database.acts import Acts  # noqa: PLC0415 (for the mails' actions alone)

        return Acts(self.engine)

    @cached_property
    def outbox(self) -> Outbox:
        """Mails that wait to be handed over, and what was announced."""
        from mailsla.adapters.database.outbox import Outbox  # noqa: PLC0415 (for alerts alone)

        return Outbox(self.engine, self.hand_over)

    @cached_property
    def clues(self) -> Clues:
        """What the mails show of an installation that is not whole."""
        from mailsla.adapters.database.clues import Clues  # noqa: PLC0415 (for `check` alone)

        return Clues(self.engine)

    @cached_property
    def held(self) -> HeldAboutPeople:
        """What is held about one person."""
        from mailsla.adapters.database.held import HeldAboutPeople  # noqa: PLC0415 (for who exercises rights alone)

        return HeldAboutPeople(self.engine)

    @cached_property
    def purges(self) -> Purges:
        """Where personal data ends."""
        from mailsla.adapters.database.purges import Purges  # noqa: PLC0415 (for what ends alone)

        return Purges(self.engine)

    def not_understood(self) -> tuple[MessageSetAside, ...]:
        """Return every message that could not be read, or not derived."""
        return (*self.set_aside.all(), *self.derivations.underived())


def store_on(engine: Engine, hand_over: timedelta = timedelta(seconds=HAND_OVER_SECONDS)) -> Store:
    """Return the store that a database holds.

    Args:
        engine: The database.
        hand_over: How long a worker may take to hand one mail over; when it dies meanwhile, another one takes the
            mail after that.
    """
    return Store(
        engine=engine,
        hand_over=hand_over,
        leases=Leases(engine),
        runs=Runs(engine),
        attempts=Attempts(engine),
        mailboxes=Mailboxes(engine),
        messages=Messages(engine),
        copies=Copies(engine),
        set_aside=SetAsideMessages(engine),
        decisions=Decisions(engine),
        publications=Publications(engine),
        notes=Notes(engine),
        derivations=Derivations(engine),
        mails=ListedMails(engine),
    )
