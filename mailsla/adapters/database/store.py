"""The store: what is only added, and what can be dropped, each in a part of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from mailsla.adapters.database.acts import Acts
from mailsla.adapters.database.attempts import Attempts
from mailsla.adapters.database.clues import Clues
from mailsla.adapters.database.copies import Copies
from mailsla.adapters.database.decisions import Decisions
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.held import HeldAboutPeople
from mailsla.adapters.database.leases import Leases
from mailsla.adapters.database.listed_mails import ListedMails
from mailsla.adapters.database.mailboxes import Mailboxes
from mailsla.adapters.database.messages import Messages
from mailsla.adapters.database.notes import Notes
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.database.publications import Publications
from mailsla.adapters.database.purges import Purges
from mailsla.adapters.database.runs import Runs
from mailsla.adapters.database.set_aside import MessageSetAside, SetAsideMessages

HAND_OVER_SECONDS = 60
"""How long a worker may take to hand one mail over, unless the site's relay has a limit of its own."""


@dataclass(frozen=True)
class Store:
    """One database.

    Attributes:
        engine: The database.
        leases: Which worker has which account.
        runs: Every run of collection.
        attempts: The logins that failed.
        mailboxes: How far each mailbox has been collected.
        messages: What was collected, each message once.
        copies: Where each message was seen.
        set_aside: What could not be read.
        decisions: What people decided.
        acts: What became of mails that asked for actions.
        publications: What was published.
        notes: What was noted beside the figures.
        outbox: Mails that wait to be handed over, and what was announced.
        derivations: What follows from all that: it can be dropped and made again.
        mails: Mails as lists show them.
        clues: What the mails show of an installation that is not whole.
        held: What is held about one person.
        purges: Where personal data ends.
    """

    engine: Engine
    leases: Leases
    runs: Runs
    attempts: Attempts
    mailboxes: Mailboxes
    messages: Messages
    copies: Copies
    set_aside: SetAsideMessages
    decisions: Decisions
    acts: Acts
    publications: Publications
    notes: Notes
    outbox: Outbox
    derivations: Derivations
    mails: ListedMails
    clues: Clues
    held: HeldAboutPeople
    purges: Purges

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
        leases=Leases(engine),
        runs=Runs(engine),
        attempts=Attempts(engine),
        mailboxes=Mailboxes(engine),
        messages=Messages(engine),
        copies=Copies(engine),
        set_aside=SetAsideMessages(engine),
        decisions=Decisions(engine),
        acts=Acts(engine),
        publications=Publications(engine),
        notes=Notes(engine),
        outbox=Outbox(engine, hand_over),
        derivations=Derivations(engine),
        mails=ListedMails(engine),
        clues=Clues(engine),
        held=HeldAboutPeople(engine),
        purges=Purges(engine),
    )
