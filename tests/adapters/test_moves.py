"""Mail and mailboxes that move, vanish and come back, between and during collections: facts stay, nothing twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from mailsla.adapters.database.tables import LOCATION
from mailsla.core.collection.on_server import Fetched
from mailsla.usecases.terms import Progress
from tests.adapters.boxes import AT, LATER, Box, letter

SERVICE, ARCHIVE = "Permis", "Archive"
HOURS = [AT + timedelta(hours=number) for number in range(1, 20)]


def once(action: Callable[[], None], *, after: str) -> Progress:
    """Return a progress that does something, once, when the first messages of a mailbox are stored."""
    done = threading.Event()

    def progress(mailbox: str, _done: int, _total: int) -> None:
        if mailbox == after and not done.is_set():
            done.set()
            action()

    return progress


def test_a_message_that_goes_through_every_mailbox_is_one_request_all_the_way(box: Box) -> None:
    box.create(SERVICE)
    box.put(letter(1), letter(2))
    box.poll(at=HOURS[0])
    round_ = ["INBOX", SERVICE, "Junk", "INBOX", "Trash", ARCHIVE, SERVICE, "Junk", ARCHIVE, "INBOX"]
    counted = []
    for hour, (source, target) in enumerate(pairwise(round_), 1):
        box.move(1, source, target)
        box.poll(at=HOURS[hour])
        counted.append((target, box.subjects().count("Demande 1")))
        assert [name for name, present in box.copies(1).items() if present] == [target]

    # Spam leaves the rate and comes back with the message.
    assert counted == [(target, 0 if target == "Junk" else 1) for target in round_[1:]]
    assert set(box.copies(1)) == set(round_)
    assert box.subjects() == ["Demande 1", "Demande 2"]


def test_a_move_keeps_when_a_message_was_received_and_first_seen(box: Box) -> None:
    box.create(SERVICE)
    box.put(letter(1))
    box.poll(at=HOURS[0])
    [before] = box.requests()

    box.move(1, "INBOX", SERVICE)
    box.poll(at=LATER)

    [after] = box.requests()
    assert (after.key, after.received) == (before.key, before.received)
    with box.engine.connect() as connection:
        seen = connection.execute(
            select(LOCATION.c.first_seen_at, LOCATION.c.gone_at).order_by(LOCATION.c.id)
        ).all()
    assert [first for first, _gone in seen] == [HOURS[0], LATER]
    assert str(seen[0].gone_at)[:16] == f"{LATER:%Y-%m-%d %H:%M}"
    assert seen[1].gone_at is None


@pytest.mark.parametrize(("source", "target"), [("Zone", "INBOX"), ("INBOX", "Zone"), ("Junk", "INBOX")])
def test_a_message_moved_between_two_mailboxes_of_one_collection_is_put_right_by_the_next(
    box: Box, source: str, target: str
) -> None:
    box.create("Milieu", "Zone")
    box.put(letter(1), mailbox=source)
    box.put(letter(2))
    box.put(letter(3), mailbox="Milieu")
    box.put(letter(4), mailbox="Zone")

    # INBOX is read first, Zone last: the message goes behind the collection, or is met a second time.
    moment = "INBOX" if target == "INBOX" else "Milieu"
    box.poll(at=HOURS[0], progress=once(lambda: box.move(1, source, target), after=moment))
    box.poll(at=HOURS[1])

    assert box.subjects() == [f"Demande {number}" for number in (1, 2, 3, 4)]
    assert [name for name, present in box.copies(1).items() if present] == [target]


def test_a_copy_is_the_same_request_and_outlives_the_original(box: Box) -> None:
    box.create(SERVICE)
    box.put(letter(1))
    with box.server.client(box.user) as client:
        client.select_folder("INBOX")
        client.copy([1], SERVICE)
    box.poll(at=HOURS[0])
    both = box.copies(1)
    box.expunge(1)

    box.poll(at=HOURS[1])

    assert both == {"INBOX": True, SERVICE: True}
    assert box.copies(1) == {"INBOX": False, SERVICE: True}
    assert box.subjects() == ["Demande 1"]


def test_what_is_expunged_during_a_large_fetch_stops_nothing(box: Box) -> None:
    box.put(*(letter(number) for number in range(1, 1_201)))
    with box.session() as session:
        session.examine("INBOX")
        uids = session.uids(1, None, since=None)
        fetching = (said for said in session.fetch([uids]) if isinstance(said, Fetched))
        first = next(fetching)
        with box.server.client(box.user) as other:
            other.select_folder("INBOX")
            other.delete_messages(list(range(601, 1_201)))
            other.expunge()
        fetched = {first.uid, *(message.uid for message in fetching)}
    assert set(range(1, 601)) <= fetched

    box.poll(at=HOURS[0])
    box.poll(at=HOURS[1])

    assert len(box.subjects()) == 600


def test_an_emptied_mailbox_keeps_its_facts(box: Box) -> None:
    box.put(letter(1), letter(2))
    box.poll(at=HOURS[0])
    box.expunge(1, 2)

    tally = box.poll(at=HOURS[1])

    assert tally.gone == 2
    assert box.subjects() == ["Demande 1", "Demande 2"]
    assert box.copies(1) == {"INBOX": False}


def test_a_mailbox_deleted_and_made_again_with_the_same_name_keeps_its_facts(box: Box) -> None:
    box.create(SERVICE)
    box.put(letter(1), letter(2), mailbox=SERVICE)
    box.poll(at=HOURS[0])
    with box.server.client(box.user) as client:
        client.delete_folder(SERVICE)
        client.create_folder(SERVICE)
    box.put(letter(3), mailbox=SERVICE)

    box.poll(at=HOURS[1])

    assert box.subjects() == ["Demande 1", "Demande 2", "Demande 3"]
    assert (box.copies(1), box.copies(3)) == ({SERVICE: False}, {SERVICE: True})


def test_mail_of_a_deleted_mailbox_is_no_longer_believed_there(box: Box) -> None:
    box.create(SERVICE)
    box.put(letter(1), mailbox=SERVICE)
    box.poll(at=HOURS[0])
    with box.server.client(box.user) as client:
        client.delete_folder(SERVICE)

    tally = box.poll(at=HOURS[1])
    again = box.poll(at=HOURS[2])

    assert (tally.gone, again.gone) == (1, 0)
    assert box.copies(1) == {SERVICE: False}
    assert box.subjects() == ["Demande 1"]


def test_what_was_taken_out_of_a_deleted_junk_mailbox_is_a_request(box: Box) -> None:
    box.create("Pourriel")
    box.put(letter(1), mailbox="Pourriel")
    box.poll(at=HOURS[0])
    spam = box.subjects()
    with box.server.client(box.user) as client:
        client.select_folder("Pourriel")
        client.move([1], "INBOX")
        client.delete_folder("Pourriel")

    box.poll(at=HOURS[1])

    assert (spam, box.subjects()) == ([], ["Demande 1"])


def test_a_renamed_mailbox_and_its_children_take_their_mail_with_them(box: Box) -> None:
    box.create("Courrier", "Courrier/Spam")
    box.put(letter(1), mailbox="Courrier")
    box.put(letter(2), mailbox="Courrier/Spam")
    box.poll(at=HOURS[0])
    with box.server.client(box.user) as client:
        client.rename_folder("Courrier", "Demandes")
        client.rename_folder("Demandes/Spam", "Demandes/Suite")

    box.poll(at=HOURS[1])

    assert box.copies(1) == {"Courrier": False, "Demandes": True}
    assert box.copies(2) == {"Courrier/Spam": False, "Demandes/Suite": True}
    assert box.subjects() == ["Demande 1", "Demande 2"]


def test_a_mailbox_renamed_and_back_is_where_it_was(box: Box) -> None:
    box.create(SERVICE)
    box.put(letter(1), letter(2), mailbox=SERVICE)
    box.poll(at=HOURS[0])
    for name, other in ((SERVICE, "Ailleurs"), ("Ailleurs", SERVICE)):
        with box.server.client(box.user) as client:
            client.rename_folder(name, other)
        box.poll(at=LATER)

    assert box.copies(1) == {SERVICE: True, "Ailleurs": False}
    assert box.subjects() == ["Demande 1", "Demande 2"]


def test_two_mailboxes_that_exchange_their_names_exchange_their_mail(box: Box) -> None:
    box.create("Un")
    # Cyrus gives the mailboxes of one second one UIDVALIDITY: an exchange of those could not be seen.
    time.sleep(1.1)
    box.create("Deux")
    box.put(letter(1), mailbox="Un")
    box.put(letter(2), mailbox="Deux")
    box.poll(at=HOURS[0])
    with box.server.client(box.user) as client:
        for old, new in (("Un", "Attente"), ("Deux", "Un"), ("Attente", "Deux")):
            client.rename_folder(old, new)

    box.poll(at=HOURS[1])

    assert [name for name, present in box.copies(1).items() if present] == ["Deux"]
    assert [name for name, present in box.copies(2).items() if present] == ["Un"]
    assert box.subjects() == ["Demande 1", "Demande 2"]
