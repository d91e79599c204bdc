"""Another user's mailboxes, read with the rights to look and to read alone; refused ones, and full ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import TransientError
from mailsla.core.pairing.rules import ClosingEffect, ClosingRule
from mailsla.usecases.poll import poll
from mailsla.usecases.terms import Terms
from tests.adapters.boxes import AT, LATER, Box, letter
from tests.factories import RULES
from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.dovecot_configuration import MOST_MESSAGES
from tests.trials.servers.imap_server import AppendRefused

if TYPE_CHECKING:
    from tests.trials.servers.imap_server import ImapServer

AGAIN = AT + timedelta(hours=2)


@pytest.fixture(scope="module")
def sharing_dovecot() -> Iterator[DovecotServer]:
    with DovecotServer(shared=True) as started:
        yield started


@pytest.fixture(params=["sharing_dovecot", "cyrus"])
def server(request: pytest.FixtureRequest) -> ImapServer:
    """Each server in turn, where users share mailboxes."""
    found: ImapServer = request.getfixturevalue(request.param)
    return found


class Shared(Box):
    """The mailboxes of `owner`, seen by a reader who has the rights `lr` (RFC 4314) on them."""

    def __init__(self, server: ImapServer, owner: str, folder: Path) -> None:
        super().__init__(server, server.new_user(), folder)
        self.owner = owner
        with server.client(owner) as client:
            client.create_folder("Commun")
        for mailbox in ("INBOX", "Commun"):
            server.share(owner, mailbox, self.user, "lr")

    def arrive(self, *numbers: int, mailbox: str = "INBOX") -> None:
        """Put letters in the owner's mailbox."""
        self.server.append_many(self.owner, mailbox, [(letter(number), AT, ()) for number in numbers])

    def name(self, mailbox: str) -> str:
        """Return the name under which the reader sees the owner's mailbox."""
        local = self.owner.partition("@")[0]
        with self.server.client(self.user) as client:
            [[prefix, separator]] = client.namespace().other
            theirs = next(name for *_, name in client.list_folders() if name.startswith(prefix + local))
        inbox: str = theirs.partition(f"{separator}Commun")[0]
        return inbox if mailbox == "INBOX" else inbox + separator + mailbox


@pytest.fixture
def shared(server: ImapServer, tmp_path: Path) -> Iterator[Shared]:
    box = Shared(server, server.new_user(), tmp_path)
    yield box
    box.engine.dispose()


def test_a_reader_who_may_only_look_and_read_collects_everything_and_changes_nothing(shared: Shared) -> None:
    shared.arrive(1, 2)
    shared.arrive(3, mailbox="Commun")
    before = [shared.server.state(shared.owner, mailbox) for mailbox in ("INBOX", "Commun")]
    unchanged = shared.server.state(shared.user, shared.name("INBOX"))

    tally = shared.poll()

    assert (tally.messages, tally.refused) == (3, [])
    assert shared.subjects() == ["Demande 1", "Demande 2", "Demande 3"]
    assert shared.copies(3) == {shared.name("Commun"): True}
    assert [shared.server.state(shared.owner, mailbox) for mailbox in ("INBOX", "Commun")] == before
    assert shared.server.state(shared.user, shared.name("INBOX")) == unchanged


def test_new_mail_moves_and_keywords_of_a_shared_mailbox_are_followed(shared: Shared) -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.EXCLUDED, "sans suite", (), ("sanssuite",)),))
    shared.arrive(1, 2)
    shared.poll(keywords=("SansSuite",))
    with shared.server.client(shared.owner) as client:
        client.select_folder("INBOX")
        client.add_flags([1], ["SansSuite"])
        client.move([2], "Commun")
    shared.arrive(3)

    shared.poll(keywords=("SansSuite",), at=AGAIN)

    assert {request.subject: request.excluded for request in shared.requests(rules)} == {
        "Demande 1": "sans suite",
        "Demande 2": None,
        "Demande 3": None,
    }
    assert shared.copies(2) == {shared.name("INBOX"): False, shared.name("Commun"): True}


def test_a_shared_mailbox_says_by_itself_that_mail_has_come(shared: Shared) -> None:
    name = shared.name("INBOX")
    with shared.session() as session:
        session.mailboxes()  # from here on a change is noticed, whenever it comes
        timer = threading.Timer(0.5, lambda: shared.arrive(1))
        started = time.monotonic()
        timer.start()
        changed = session.wait_for_change(name, 20)
        waited = time.monotonic() - started
        timer.join()

    assert changed
    assert waited < 5


def test_a_mailbox_that_may_not_be_read_is_told_and_the_others_go_on(shared: Shared) -> None:
    name = shared.name("Commun")
    shared.arrive(1)
    shared.arrive(2, mailbox="Commun")
    shared.server.share(shared.owner, "Commun", shared.user, "l")

    collected = poll(shared.session, shared.store, Terms("contact", now=lambda: AT), worker="test")

    assert (collected.outcome, collected.tally.refused) == (RunOutcome.OK, [name])
    assert name in str(collected.reason)
    assert shared.subjects() == ["Demande 1"]


def test_mail_of_a_mailbox_that_may_no_longer_be_read_is_not_believed_gone(shared: Shared) -> None:
    name = shared.name("Commun")
    shared.arrive(1, mailbox="Commun")
    shared.poll()
    shared.server.share(shared.owner, "Commun", shared.user, "l")
    # Cyrus lists its numbers all the same: as long as they do not change, there is nothing to open it for.
    shared.arrive(2, mailbox="Commun")

    tally = shared.poll(at=AGAIN)

    # Nobody knows: it is said, and nothing is concluded.
    assert (tally.refused, tally.gone) == ([name], 0)
    assert shared.copies(1) == {name: True}


@pytest.mark.parametrize("arrived", [(), (1,)], ids=["never any mail", "one mail"])
def test_nothing_that_can_be_read_is_a_failure(shared: Shared, arrived: tuple[int, ...]) -> None:
    name = shared.name("Commun")
    # A server may give the numbers of what it does not let be read (Cyrus, by LIST-STATUS).
    shared.arrive(*arrived, mailbox="Commun")
    shared.server.share(shared.owner, "Commun", shared.user, "l")

    with pytest.raises(TransientError, match="refusé"):
        shared.poll(only=(name,))


def test_a_mailbox_no_longer_shared_keeps_its_facts_and_counts_nothing_twice_when_it_is_again(
    shared: Shared,
) -> None:
    name = shared.name("Commun")
    shared.arrive(1, mailbox="Commun")
    shared.poll()
    shared.server.share(shared.owner, "Commun", shared.user, "")
    shared.poll(at=AGAIN)
    between = shared.copies(1)
    shared.arrive(2, mailbox="Commun")
    shared.server.share(shared.owner, "Commun", shared.user, "lr")

    shared.poll(at=LATER)

    assert (between, shared.copies(1), shared.copies(2)) == ({name: False}, {name: True}, {name: True})
    assert shared.subjects() == ["Demande 1", "Demande 2"]


def test_a_full_mailbox_is_read_as_any_other(box: Box) -> None:
    if isinstance(box.server, CyrusServer):
        box.server.limit(box.user, MOST_MESSAGES)
    for number in range(MOST_MESSAGES):
        box.put(letter(number))
    with pytest.raises(AppendRefused, match=r"(?i)quota"):
        box.put(letter(MOST_MESSAGES))

    first = box.poll()
    box.expunge(1)
    box.put(letter(MOST_MESSAGES))
    second = box.poll(at=AGAIN)

    assert (first.messages, second.messages, second.gone) == (MOST_MESSAGES, 1, 1)
    assert len(box.subjects()) == MOST_MESSAGES + 1
