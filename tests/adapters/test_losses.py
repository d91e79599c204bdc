"""Holes of collection that close when nothing came and went in them, and those that stay; on Dovecot and on Cyrus."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.store import store_on
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.to_store import Batch, Cursor, NewMessage
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.rate.declared import Declared
from mailsla.usecases.gaps import holes
from tests.adapters.boxes import AT, Box, letter
from tests.factories import mail

DAY = timedelta(days=1)
MONDAY, WEDNESDAY = AT, AT + 2 * DAY


class Site:
    """A mailbox that is collected at times, and the holes that leaves."""

    def __init__(self, box: Box) -> None:
        self.box, self.runs = box, box.store.runs
        self.box.create("Permis")
        self.collect()

    def collect(self, days: float = 0, *, refused: str | None = None, since: date | None = None) -> None:
        """Collect once, some days after Monday; in part when a mailbox was refused."""
        at = MONDAY + days * DAY
        run = self.runs.start("contact", at)
        self.box.poll(at=at, since=since)
        self.runs.finish(run, at, RunOutcome.OK, reason=refused, messages=0, set_aside=0)

    def killed(self, days: float) -> None:
        """Collect once, and be killed before that is recorded."""
        at = MONDAY + days * DAY
        self.runs.start("contact", at)
        self.box.poll(at=at)

    def holes(self, declared: Declared | None = None, days: float = 3) -> tuple[Gap, ...]:
        every = {"contact": timedelta(minutes=5)}
        found = holes(self.runs, every, declared or Declared(), MONDAY + days * DAY)
        return tuple(gap for gap in found if gap.until is not None)

    def lost(self) -> list[int | None]:
        return [gap.lost for gap in self.holes()]


@pytest.fixture
def site(box: Box) -> Site:
    box.put(letter(1), letter(2))
    return Site(box)


def test_a_hole_in_which_nothing_came_and_went_is_closed_by_the_next_whole_read(site: Site) -> None:
    site.box.put(letter(3))
    site.box.move(1, "INBOX", "Permis")
    site.box.expunge(2)
    site.collect(2)

    assert site.holes() == ()


def test_what_came_and_went_in_a_hole_is_counted_and_the_hole_stays(site: Site) -> None:
    site.box.put(letter(3), letter(4), letter(5))
    site.box.expunge(3, 4)
    site.collect(2)

    assert site.holes() == (Gap("contact", MONDAY, WEDNESDAY, lost=2),)


def test_what_came_in_a_hole_and_was_moved_where_people_alone_put_mail_is_not_lost(site: Site) -> None:
    site.box.move(1, "INBOX", "Permis")
    site.collect(0.1)
    site.box.put(letter(3), letter(4))
    site.box.move(3, "INBOX", "Permis")
    site.box.move(4, "INBOX", "Trash")
    site.collect(2)

    assert site.holes() == ()


def test_what_a_rule_of_the_server_files_elsewhere_accounts_for_nothing(site: Site) -> None:
    site.box.move(1, "INBOX", "Permis")
    site.box.put(letter(9), mailbox="Permis")
    site.collect(0.1)
    site.box.put(letter(3))
    site.box.expunge(3)
    site.box.put(letter(4), letter(5), mailbox="Permis")
    site.collect(2)

    assert site.lost() == [1]


def test_what_the_read_before_stored_accounts_for_nothing(site: Site) -> None:
    site.box.put(letter(3), letter(4), mailbox="Trash")
    site.collect(0.1)
    site.box.put(letter(5))
    site.box.expunge(5)
    site.collect(2)

    assert site.lost() == [1]


def test_what_came_before_an_account_was_ever_read_whole_is_not_known(box: Box) -> None:
    runs, failed = box.store.runs, MONDAY - 5 * DAY
    run = runs.start("contact", failed)
    runs.finish(run, failed, RunOutcome.REFUSED, reason="refusé", messages=0, set_aside=0)
    box.put(letter(1))
    site = Site(box)

    assert [(gap.since, gap.lost) for gap in site.holes()] == [(failed, None)]


def test_a_read_anew_that_ends_half_way_does_not_forget_that_nobody_can_tell(site: Site) -> None:
    [cursor] = site.box.store.mailboxes.cursors("contact", [ListedMailbox("INBOX", MailboxRole.INBOX)])
    # What a pass notes first of an INBOX that was restored under other numbers; it is cut then.
    site.box.store.mailboxes.begin(cursor, cursor.uid_validity + 1, 0, date.min)
    site.collect(2)

    assert site.lost() == [None]


def test_what_a_spam_filter_delivers_elsewhere_accounts_for_nothing(site: Site) -> None:
    with site.box.server.client(site.box.user) as client:
        junk = "Junk" if client.folder_exists("Junk") else "Spam"
    site.box.put(letter(3))
    site.box.expunge(3)
    site.box.put(letter(4), letter(5), mailbox=junk)
    site.collect(2)

    assert site.lost() == [1]


def test_what_was_known_already_accounts_for_nothing(site: Site) -> None:
    site.box.put(letter(3))
    site.box.expunge(3)
    site.box.move(1, "INBOX", "Permis")
    site.collect(2)

    assert site.lost() == [1]


def test_replies_that_came_and_went_are_lost_whatever_else_came(site: Site) -> None:
    site.box.put(letter(3), mailbox="Sent")
    site.box.expunge(3, mailbox="Sent")
    site.box.put(letter(4))
    site.collect(2)

    assert site.lost() == [1]


def test_drafts_that_come_and_go_are_no_loss(site: Site) -> None:
    site.box.put(letter(3), mailbox="Drafts")
    site.box.expunge(3, mailbox="Drafts")
    site.collect(2)

    assert site.holes() == ()


def test_a_mailbox_that_was_made_again_in_a_hole_leaves_it_open_with_no_number(site: Site) -> None:
    with site.box.server.client(site.box.user) as client:
        client.delete_folder("Permis")
    site.box.create("Permis")
    site.collect(2)

    assert site.lost() == [None]


def test_a_mailbox_that_vanished_in_a_hole_leaves_it_open_with_no_number(site: Site) -> None:
    with site.box.server.client(site.box.user) as client:
        client.delete_folder("Permis")
    site.collect(2)

    assert site.lost() == [None]


def test_what_a_killed_collection_missed_is_not_forgotten(site: Site) -> None:
    site.box.put(letter(3), letter(4))
    site.box.expunge(3)
    site.killed(1.9)
    site.collect(2)

    assert site.lost() == [1]


def test_a_hole_is_measured_by_the_first_read_that_leaves_nothing_out(site: Site) -> None:
    site.box.put(letter(3))
    site.box.expunge(3)
    site.collect(1, refused="dossier refusé par le serveur")
    assert site.lost() == [None]

    site.collect(1.1)
    assert [(gap.partial, gap.lost) for gap in site.holes()] == [(False, 1), (True, 1)]


def test_what_is_lost_in_one_hole_is_not_in_the_next(site: Site) -> None:
    site.box.put(letter(3))
    site.box.expunge(3)
    site.collect(1)
    site.box.put(letter(4))
    site.collect(2)

    assert site.lost() == [1]


def test_old_mail_that_is_moved_in_and_not_read_is_not_lost(site: Site) -> None:
    site.collect(0.1, since=AT.date())
    site.box.put(letter(3), at=AT - 400 * DAY)
    site.collect(2, since=AT.date())

    assert site.holes() == ()


def test_what_is_missed_is_counted_on_every_database(engine: Engine) -> None:
    store = store_on(engine)
    inbox, folder, sent = store.mailboxes.cursors(
        "contact",
        [
            ListedMailbox("INBOX", MailboxRole.INBOX),
            ListedMailbox("Permis", MailboxRole.INBOX),
            ListedMailbox("Sent", MailboxRole.SENT),
        ],
    )

    def collect(days: int, missed: dict[Cursor, int | None], *new: int) -> None:
        at = MONDAY + days * DAY
        run = store.runs.start("contact", at)
        for cursor, count in missed.items():
            store.mailboxes.finish(cursor, MailboxStatus(7, 12, 3), at, "", count)
        mails = [mail(f"2026-11-02 10:{number:02}") for number in new]
        added = tuple(
            NewMessage(number, item.copies[0].internal_at, item.key, item.header)
            for number, item in zip(new, mails, strict=True)
        )
        store.messages.add(folder, Batch(7, max(new, default=1), added, ()), at)
        store.runs.finish(run, at, RunOutcome.OK, reason=None, messages=0, set_aside=0)

    collect(0, {inbox: 0})
    collect(2, {inbox: 3, sent: 1}, 1, 2)
    collect(4, {inbox: None}, 3)
    collect(6, {inbox: 1}, 4)

    found = holes(store.runs, {"contact": timedelta(minutes=5)}, Declared(), MONDAY + 6 * DAY)
    assert [gap.lost for gap in found] == [4, None, 1]


def test_a_hole_is_closed_by_a_person_by_its_account_and_its_begin(site: Site) -> None:
    site.box.put(letter(3))
    site.box.expunge(3)
    site.collect(2)

    assert site.holes(Declared(frozenset({("contact", MONDAY)}))) == ()
    assert site.holes(Declared(frozenset({("permis", MONDAY), ("contact", WEDNESDAY)}))) == site.holes()
