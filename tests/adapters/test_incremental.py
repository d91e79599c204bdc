"""What a poll costs when nothing changed, and what it notices when something did; on Dovecot and on Cyrus."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.messages import Messages
from mailsla.adapters.database.tables import LOCATION, MAILBOX
from mailsla.adapters.imap.session import ImapSession
from mailsla.core.collection.on_server import BodyStart, ListedMailbox
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.to_store import Batch, SetAside
from mailsla.core.errors import TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import READER_VERSION
from mailsla.core.office.forms import AddressSource, Form
from mailsla.core.pairing.rules import ClosingEffect, ClosingRule
from mailsla.usecases.collect import collect
from mailsla.usecases.terms import Terms
from tests.adapters.boxes import AT, LATER, Box, letter
from tests.factories import OFFICE, RULES
from tests.trials.servers.dovecot import DovecotServer


def test_a_poll_without_change_is_one_command(dovecot_box: Box) -> None:
    dovecot_box.put(letter(1), letter(2))
    with dovecot_box.server.client(dovecot_box.user) as client:
        for number in range(20):
            client.create_folder(f"Dossier {number}")
    dovecot_box.poll()

    tally = dovecot_box.poll()

    said = [
        re.split(r"\s", command.upper())[0] for command in dovecot_box.server.sessions(dovecot_box.user)[-1]
    ]
    assert tally.mailboxes >= 23
    assert [verb for verb in said if verb not in {"CAPABILITY", "LOGIN", "AUTHENTICATE", "LOGOUT", "ID"}] == [
        "LIST"
    ]


def test_new_mail_moves_and_removals_are_followed(box: Box) -> None:
    box.put(letter(1), letter(2), letter(3))
    box.poll()
    with box.server.client(box.user) as client:
        client.select_folder("INBOX")
        client.move([1], "Junk" if client.folder_exists("Junk") else "Spam")
        client.delete_messages([2])
        client.expunge()
    box.put(letter(4))

    tally = box.poll()

    assert tally.gone == 2
    assert {request.subject for request in box.requests()} == {"Demande 2", "Demande 3", "Demande 4"}


def test_what_came_after_a_mailbox_was_read_was_seen_to_come(box: Box) -> None:
    box.put(letter(1))
    box.poll()
    box.put(letter(2))
    box.poll()

    with reading(box.engine) as connection:
        arrived = connection.execute(select(LOCATION.c.uid, LOCATION.c.arrived)).all()

    assert sorted(map(tuple, arrived)) == [(1, False), (2, True)]


def test_special_use_is_read_in_any_case(box: Box) -> None:
    with box.session() as session:
        roles = {mailbox.role for mailbox in session.mailboxes()}

    assert {MailboxRole.INBOX, MailboxRole.SENT, MailboxRole.JUNK} <= roles


def test_a_keyword_put_and_taken_away_is_noticed(box: Box) -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.EXCLUDED, "sans suite", (), ("sanssuite",)),))
    box.put(letter(1))
    box.poll(keywords=("SansSuite",))
    before = box.requests(rules)[0].excluded
    with box.server.client(box.user) as client:
        client.select_folder("INBOX")
        client.add_flags([1], ["SansSuite"])
    box.poll(keywords=("SansSuite",), at=LATER)
    put = box.requests(rules)[0].excluded
    with box.server.client(box.user) as client:
        client.select_folder("INBOX")
        client.remove_flags([1], ["SansSuite"])
    box.poll(keywords=("SansSuite",), at=LATER)

    assert (before, put, box.requests(rules)[0].excluded) == (None, "sans suite", None)


def test_a_mailbox_of_unchanged_keywords_is_not_opened_again(dovecot_box: Box) -> None:
    dovecot_box.put(letter(1))
    dovecot_box.poll(keywords=("SansSuite",))

    dovecot_box.poll(keywords=("SansSuite",))

    assert not any("EXAMINE" in said for said in dovecot_box.server.sessions(dovecot_box.user)[-1])


def test_a_day_moved_back_brings_the_older_mail_once_and_no_more(box: Box) -> None:
    box.put(letter(1), at=AT - timedelta(days=60))
    box.put(letter(2), letter(3))
    box.poll(since=(AT - timedelta(days=10)).date())
    recent = box.subjects()
    box.expunge(3)

    counted = [box.poll(since=(AT - timedelta(days=90)).date(), at=LATER).messages for _time in range(2)]

    assert recent == ["Demande 2", "Demande 3"]
    assert box.subjects() == ["Demande 1", "Demande 2", "Demande 3"]
    assert box.copies(3) == {"INBOX": False}
    assert counted == [2, 0]


def test_what_a_later_day_left_out_is_read_when_it_is_moved_back(box: Box) -> None:
    box.put(letter(1), at=AT - timedelta(days=60))
    box.poll()
    box.put(letter(2), at=AT - timedelta(days=50))
    box.poll(since=AT.date())
    left_out = box.subjects()

    box.poll(at=LATER)

    assert left_out == ["Demande 1"]
    assert box.subjects() == ["Demande 1", "Demande 2"]


def test_a_store_that_did_not_note_the_day_reads_nothing_again(box: Box) -> None:
    day = (AT - timedelta(days=10)).date()
    box.put(letter(1), at=AT - timedelta(days=60))
    box.put(letter(2))
    box.poll(since=day)
    with writing(box.engine) as connection:
        connection.execute(update(MAILBOX).values(since=None))

    after_the_upgrade = box.poll(since=day).messages
    moved_back = box.poll(since=None, at=LATER).messages

    assert (after_the_upgrade, moved_back) == (0, 2)
    assert box.subjects() == ["Demande 1", "Demande 2"]


def test_the_server_says_by_itself_that_mail_has_come(box: Box) -> None:
    box.put(letter(1))
    with box.session() as session:
        assert session.can_idle
        session.mailboxes()  # from here on a change is noticed, whenever it comes
        timer = threading.Timer(0.5, lambda: box.put(letter(2)))
        started = time.monotonic()
        timer.start()
        changed = session.wait_for_change("INBOX", 20)
        waited = time.monotonic() - started
        timer.join()
        collect(session, box.store, Terms("contact", now=lambda: LATER))

    assert changed
    assert waited < 5
    assert len(box.requests()) == 2


def test_silence_is_no_change(box: Box) -> None:
    with box.session() as session:
        assert not session.wait_for_change("INBOX", 0.5)
        assert session.status("Sent").messages == 0  # the line is still good


def test_a_form_s_citizen_is_read_in_the_body_and_the_body_is_not_kept(box: Box) -> None:
    form = Form(
        frozenset({"rdv@pref.example.fr"}),
        (AddressSource.REPLY_TO, AddressSource.BODY),
        body_pattern=re.compile(r"Courriel : (\S+)"),
    )
    office = replace(OFFICE, forms=(form,))
    box.put(letter(1, by="rdv@pref.example.fr", body="Nom : X\r\nCourriel : camille@example.org\r\nSecret"))

    box.poll(office=office)

    [request] = box.requests(replace(RULES, office=office))
    assert request.citizens == ("camille@example.org",)
    with box.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("select * from message").all())
    assert "Secret" not in stored


def test_a_bounce_that_only_its_body_tells_is_a_delivery_report(box: Box) -> None:
    body = "Your message could not be delivered to the following recipient."
    box.put(letter(1, by="MAILER-DAEMON@relais.example.net", body=body))

    box.poll()

    assert box.requests() == ()


INVITATION = (
    "This is a multi-part message.\n--b\nContent-Type: multipart/alternative; boundary=c\n\n"
    "--c\nContent-Type: text/plain\n\nBonjour\n--c\nContent-Type: text/calendar; charset=utf-8; METHOD=REQUEST\n\n"
    "BEGIN:VCALENDAR\n--c--\n--b--\n"
)


@pytest.mark.parametrize(("body", "count"), [(INVITATION, 0), (INVITATION.replace("METHOD", "name"), 1)])
def test_an_invitation_that_only_one_of_its_parts_tells_is_one(box: Box, body: str, count: int) -> None:
    written = letter(1, by="camille@example.org", body=body)
    several = b"\nContent-Type: multipart/mixed; boundary=b"
    written = re.sub(rb"\nSubject: [^\r\n]*", b"\nSubject: Invitation: permis" + several, written)
    box.put(re.sub(rb"\r?\n", b"\r\n", written))

    box.poll()

    assert len(box.requests()) == count


def set_aside(box: Box, *uids: int, reader: int) -> None:
    """Set messages of the inbox aside, as a reader of some version does that cannot read them."""
    with box.session() as session:
        session.mailboxes()
        validity = session.examine("INBOX").uid_validity
    aside = tuple(SetAside(uid, AT, "no-header") for uid in uids)
    cursor = box.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
    Messages(box.engine, reader).add(cursor, Batch(validity, max(uids), (), aside), AT)


@pytest.mark.parametrize(("reader", "read"), [(READER_VERSION - 1, 2), (READER_VERSION, 0)])
def test_what_an_older_reader_set_aside_is_read_again_after_an_upgrade(
    box: Box, reader: int, read: int
) -> None:
    box.put(letter(1), letter(2))
    set_aside(box, 1, 2, reader=reader)

    assert box.poll().messages == read
    assert len(box.store.set_aside.all()) == 2 - read
    assert len(box.requests()) == read


def test_what_an_older_reader_set_aside_is_read_again_once(box: Box) -> None:
    box.put(letter(1), letter(2))
    set_aside(box, 1, 2, reader=READER_VERSION - 1)

    box.poll()

    assert box.store.set_aside.all() == ()
    assert len(box.requests()) == 2
    cursor = box.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
    assert box.store.set_aside.to_read_again(cursor, LATER) == set()


FORM = Form(
    frozenset({"formulaire@pref.example.fr"}),
    (AddressSource.BODY,),
    body_pattern=re.compile(r"Courriel : (\S+)"),
)
WITH_FORM = replace(OFFICE, forms=(FORM,))
SENT_BY_FORM = letter(1, by="formulaire@pref.example.fr", body="Courriel : camille@example.org")


def citizens(box: Box) -> list[tuple[str, ...]]:
    return [request.citizens for request in box.requests(replace(RULES, office=WITH_FORM))]


def test_a_form_s_mail_moved_before_its_body_is_read_is_completed_where_it_is_found(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.create("Permis")
    box.put(SENT_BY_FORM)
    reading = ImapSession.body_starts

    def moved_first(session: ImapSession, uids: Sequence[int], most: int) -> Sequence[BodyStart]:
        monkeypatch.setattr(ImapSession, "body_starts", reading)
        box.move(1, "INBOX", "Permis")
        return reading(session, uids, most)

    monkeypatch.setattr(ImapSession, "body_starts", moved_first)
    box.poll(office=WITH_FORM)
    box.poll(office=WITH_FORM, at=LATER)

    assert citizens(box) == [("camille@example.org",)]


def test_a_form_declared_later_has_its_earlier_mail_looked_into_once(dovecot_box: Box) -> None:
    dovecot_box.put(SENT_BY_FORM, letter(2))
    dovecot_box.poll()
    dovecot_box.poll(office=WITH_FORM)
    found = citizens(dovecot_box)
    dovecot_box.poll(office=WITH_FORM)

    assert sorted(found) == [("camille@example.org",), ("usager2@example.org",)]
    assert not any("EXAMINE" in said for said in dovecot_box.server.sessions(dovecot_box.user)[-1])


CLOSED = replace(
    RULES, closings=(ClosingRule(ClosingEffect.ANSWERED, "téléphone", ("Traités",), ("traite",)),)
)


def answered(box: Box) -> list[datetime | None]:
    return [request.answered and request.answered.at for request in box.requests(CLOSED)]


def test_a_request_closed_by_keyword_stays_closed_when_it_is_archived_until_it_is_taken_away(
    box: Box,
) -> None:
    box.create("Archives 2026")
    box.put(letter(1), letter(2))
    box.poll(keywords=("traite",))
    with box.server.client(box.user) as client:
        client.select_folder("INBOX")
        client.add_flags([1, 2], ["traite"])
    box.poll(keywords=("traite",), at=LATER)
    box.move(1, "INBOX", "Archives 2026")
    box.expunge(2)
    box.poll(keywords=("traite",), at=LATER + timedelta(days=60))
    archived = answered(box)
    with box.server.client(box.user) as client:
        client.select_folder("Archives 2026")
        client.remove_flags([1], ["traite"])
    box.poll(keywords=("traite",), at=LATER + timedelta(days=61))

    assert archived == [LATER, LATER]
    assert sorted(answered(box), key=str) == [LATER, None]


def test_a_request_filed_stays_closed_when_its_mailbox_is_emptied_made_anew_or_renamed(box: Box) -> None:
    box.create("Traités")
    box.put(letter(1), letter(2), letter(3))
    box.poll()
    for number in (1, 2, 3):
        box.move(number, "INBOX", "Traités")
    box.poll(at=LATER)
    box.expunge(1, mailbox="Traités")
    box.poll(at=LATER + timedelta(days=59))
    with box.server.client(box.user) as client:
        client.rename_folder("Traités", "Traités 2026")
        client.create_folder("Traités")
    box.put(letter(2), mailbox="Traités")
    box.poll(at=LATER + timedelta(days=60))

    assert answered(box) == [LATER] * 3


def test_mail_of_an_account_no_longer_configured_is_not_believed_there(box: Box) -> None:
    box.put(letter(1))
    run = box.store.runs.start("contact", AT)
    box.poll()
    box.store.runs.finish(run, AT, RunOutcome.OK, reason=None, messages=1, set_aside=0)
    forgotten = [
        box.store.mailboxes.forget_accounts(configured, at)
        for configured, at in (
            ({"contact"}, AT + timedelta(days=9)),
            ({"accueil"}, AT + timedelta(hours=23)),
            ({"accueil"}, AT + timedelta(hours=25)),
            ({"accueil"}, AT + timedelta(hours=26)),
        )
    ]

    assert forgotten == [0, 0, 1, 0]
    assert box.copies(1) == {"INBOX": False}


def test_a_message_that_dovecot_cannot_read_stops_nothing_else(dovecot_box: Box) -> None:
    box = dovecot_box
    box.create("Permis")
    box.put(*(letter(number) for number in range(1, 600)))
    box.put(letter(600), mailbox="Permis")
    assert isinstance(box.server, DovecotServer)
    folder = box.server.mail_folder(box.user)
    files = (path for inside in ("new", "cur") for path in (folder / inside).iterdir())
    unreadable = next(path for path in files if b"<i200." in path.read_bytes())
    box.server.cool(box.user)
    unreadable.chmod(0)
    for _time in range(3):
        with pytest.raises(TransientError):
            box.poll()
    aside = [(item.mailbox, item.reason) for item in box.store.set_aside.all()]
    calm = box.poll(at=AT + timedelta(hours=2))
    stored = len(box.subjects())
    unreadable.chmod(0o644)
    box.poll(at=AT + timedelta(days=3))

    assert aside == [("INBOX", "unfetchable")]
    assert (calm.messages, stored) == (0, 599)
    assert (len(box.subjects()), box.store.set_aside.all()) == (600, ())
