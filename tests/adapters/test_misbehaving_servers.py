"""Servers that lie, drip, boast and chatter: nothing is lost, nothing waits for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine, reading
from mailsla.adapters.database.store import Store, store_on
from mailsla.adapters.imap.account import ImapAccount, ImapLimits
from mailsla.adapters.imap.client import MOST_ANSWER, MOST_LINES
from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.list_responses import MOST_NAME
from mailsla.adapters.imap.session import ImapSession
from mailsla.core.collection.on_server import Answered, Fetched, ListedMailbox, MailboxStatus
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import MailboxError, PermanentError, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.office.body_evidence import READ_BYTES
from mailsla.usecases.collect import collect, refusal
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.poll import LEASE
from mailsla.usecases.poll import poll as collect_and_record
from mailsla.usecases.terms import Limits, Terms
from tests.trials.servers.scripted_imap import ScriptedImap

AT = datetime(2026, 11, 13, tzinfo=UTC)
INBOX = ListedMailbox("INBOX", MailboxRole.INBOX)


def header(number: int) -> bytes:
    return (
        f"Message-ID: <h{number}.{number:05}@example.org>\r\nFrom: usager{number}@example.org\r\n"
        f"Subject: Demande {number}\r\n\r\n"
    ).encode()


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap({number: header(number) for number in range(1, 6)}) as scripted:
        yield scripted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    schema.upgrade(engine)
    yield store_on(engine)
    engine.dispose()


@contextmanager
def connected(
    server: ScriptedImap,
    tls: str = "none",
    only: tuple[str, ...] = (),
    password: str = "x",
    limits: ImapLimits = ImapLimits(),  # noqa: B008 (frozen)
) -> Iterator[ImapSession]:
    account = ImapAccount(
        name="contact",
        host="127.0.0.1",
        port=server.port,
        tls=tls,
        user="contact",
        credentials=Credentials(literal=lambda: password),
        timeout_seconds=1,
        only=only,
        limits=limits,
    )
    with connect(account) as session:
        yield session


Poll = Callable[[], None]


@pytest.fixture
def poll(server: ScriptedImap, store: Store) -> Poll:
    def once() -> None:
        with connected(server) as session:
            collect(session, store, Terms("contact", now=lambda: AT))

    return once


@pytest.fixture
def impatient(server: ScriptedImap, store: Store) -> Poll:
    def once() -> None:
        with connected(server, limits=ImapLimits(greeting_seconds=2, patience=2)) as session:
            collect(session, store, Terms("contact", now=lambda: AT))

    return once


def stored(store: Store) -> set[int]:
    cursor = store.mailboxes.cursor("contact", INBOX)
    return set(store.copies.present(cursor, cursor.uid_validity, above=0, most=1_000))


def test_a_plain_server_without_any_extension_is_enough(poll: Poll, store: Store) -> None:
    poll()

    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_header_of_two_gigabytes_is_set_aside_and_the_rest_goes_on(
    server: ScriptedImap, poll: Poll, store: Store
) -> None:
    server.announce[3] = 2 * 1024**3

    with pytest.raises(TransientError, match="démesuré"):
        poll()
    poll()

    [aside] = store.set_aside.all()
    assert (aside.uid, aside.reason) == (3, "oversized")
    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_uidnext_that_never_moves_hides_nothing(server: ScriptedImap, poll: Poll, store: Store) -> None:
    server.uid_next = 3
    poll()
    server.messages[6] = header(6)

    poll()

    assert stored(store) == {1, 2, 3, 4, 5, 6}


def test_chatter_before_every_answer_is_let_pass(server: ScriptedImap, poll: Poll, store: Store) -> None:
    server.chatter = b"* OK still here\r\n* 9 RECENT\r\n* 2 FETCH (FLAGS (\\Seen))\r\n"

    poll()

    assert stored(store) == {1, 2, 3, 4, 5}


INTERJECTIONS = (
    b"* 6 EXISTS\r\n* 2 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 3 FETCH (UID 3 FLAGS (\\Answered))\r\n"
    b"* FLAGS (\\Seen)\r\n* OK [ALERT] fermeture \xc3\xa0 18 h\r\n* CAPABILITY IMAP4rev1 IDLE\r\n"
)


@pytest.mark.parametrize("verb", ["LIST", "STATUS", "EXAMINE", "SEARCH", "FETCH"])
def test_unsolicited_responses_in_the_midst_of_an_answer_are_let_pass(
    server: ScriptedImap, poll: Poll, store: Store, verb: str
) -> None:
    server.interjections[verb] = INTERJECTIONS

    poll()
    server.messages[6] = header(6)
    poll()

    assert stored(store) == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("verb", ["LOGIN", "LIST", "STATUS", "EXAMINE", "SEARCH", "FETCH"])
def test_a_server_that_leaves_in_the_midst_of_an_answer_may_come_back(
    server: ScriptedImap, poll: Poll, store: Store, verb: str
) -> None:
    server.interjections[verb] = b"* BYE maintenance\r\n"
    with pytest.raises(TransientError):
        poll()

    server.interjections.clear()
    poll()

    assert stored(store) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("size", [999_999_999_999_999, 99_999_999_999_999_999_999])
def test_a_name_longer_than_any_memory_is_a_fault_of_the_server(
    server: ScriptedImap, poll: Poll, store: Store, size: int
) -> None:
    server.interjections["LIST"] = f'* LIST () "/" {{{size}}}\r\n'.encode()
    with pytest.raises(TransientError, match="plus long"):
        poll()

    server.interjections.clear()
    poll()

    assert stored(store) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("number", ["uid_next", "uid_validity"])
def test_numbers_beyond_any_counter_are_a_fault_of_the_server(
    server: ScriptedImap, poll: Poll, store: Store, number: str
) -> None:
    truth = getattr(server, number)
    setattr(server, number, 1 << 63)
    with pytest.raises(TransientError, match="illisible"):
        poll()

    setattr(server, number, truth)
    poll()

    assert stored(store) == {1, 2, 3, 4, 5}


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("verb", ["GREETING", "CAPABILITY", "LOGIN", "LIST", "SEARCH", "FETCH"])
def test_a_server_that_drips_a_byte_at_a_time_is_given_up(
    server: ScriptedImap, impatient: Poll, store: Store, verb: str
) -> None:
    server.drip, server.drips = 0.5, {verb}
    started = time.monotonic()

    with pytest.raises(TransientError):
        impatient()

    assert time.monotonic() - started < 15
    server.drip = 0
    impatient()
    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_server_that_drips_its_farewell_is_given_up_too(
    server: ScriptedImap, impatient: Poll, store: Store
) -> None:
    server.drip, server.drips = 0.9, {"LOGOUT"}
    started = time.monotonic()

    impatient()

    assert time.monotonic() - started < 4.5
    assert stored(store) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("early", "changed"), [(b"", False), (b"* OK still here\r\n", False), (b"* 6 EXISTS\r\n", True)]
)
def test_what_a_server_says_before_it_consents_to_wait_is_let_pass_or_news(
    server: ScriptedImap, early: bytes, changed: bool
) -> None:
    server.capability, server.before_idle = "IMAP4rev1 IDLE", early

    with connected(server) as session:
        session.examine("INBOX")
        assert session.wait_for_change("INBOX", 0.2) is changed
        assert session.status("INBOX").messages == 5


def test_a_server_that_refuses_to_wait_fails_for_once(server: ScriptedImap) -> None:
    server.capability, server.before_idle = "IMAP4rev1 IDLE", None

    with connected(server) as session, pytest.raises(TransientError):
        session.wait_for_change("INBOX", 0.2)


def test_only_reading_commands_are_said(server: ScriptedImap, poll: Poll) -> None:
    poll()

    verbs = {
        command.split(" ", 1)[1].upper().removeprefix("UID ").split(" ")[0] for command in server.commands
    }
    assert verbs == {"CAPABILITY", "LOGIN", "LIST", "STATUS", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"}
    assert all("PEEK" in command for command in server.commands if " FETCH " in command)


def test_without_starttls_no_password_is_sent(server: ScriptedImap) -> None:
    with pytest.raises(PermanentError, match="STARTTLS"), connected(server, "starttls"):
        pass

    assert not any("LOGIN" in command for command in server.commands)


def test_a_password_that_login_cannot_say_is_not_sent(server: ScriptedImap) -> None:
    with pytest.raises(PermanentError, match="accent"), connected(server, password="été2026"):
        pass

    assert not any("LOGIN" in command or "AUTHENTICATE" in command for command in server.commands)


def test_a_mailbox_that_is_refused_for_once_is_read_the_next_time(
    server: ScriptedImap, poll: Poll, store: Store
) -> None:
    server.mailboxes[b"Permis"] = b"Permis"
    server.refused = {b"INBOX"}
    poll()
    refused = stored(store)

    server.refused = set()
    poll()

    assert (refused, stored(store)) == (set(), {1, 2, 3, 4, 5})


def test_many_refused_mailboxes_are_told_in_one_sentence(server: ScriptedImap, store: Store) -> None:
    names = [f"Dossier {number}".encode() for number in range(9)]
    server.mailboxes |= {name: b'"' + name + b'"' for name in names}
    server.refused = {b"INBOX", *names}

    with connected(server) as session, pytest.raises(TransientError) as raised:
        collect(session, store, Terms("contact", now=lambda: AT))

    assert "INBOX, Dossier 0, Dossier 1, Dossier 2, Dossier 3, …" in str(raised.value)
    assert "Dossier 8" not in str(raised.value)


def test_a_server_restored_from_a_backup_loses_no_new_mail(
    server: ScriptedImap, poll: Poll, store: Store
) -> None:
    server.messages = {number: header(number) for number in range(1, 11)}
    poll()
    # Five mails are forgotten, and three new ones are given their UIDs.
    server.messages = {number: header(number if number < 6 else 100 + number) for number in range(1, 9)}

    poll()

    there = (
        "select m.message_id from message m join location l on l.message_id = m.id where l.gone_at is null"
    )
    with reading(store.engine) as connection:
        found = set(connection.exec_driver_sql(there).scalars())
    assert found == {f"h{number}.{number:05}@example.org" for number in (1, 2, 3, 4, 5, 106, 107, 108)}
    assert store.copies.present_count(store.mailboxes.cursor("contact", INBOX)) == {7: 8}


def test_a_mailbox_found_empty_under_new_numbers_is_read_from_the_first_one(
    server: ScriptedImap, poll: Poll, store: Store
) -> None:
    poll()
    server.uid_validity, server.messages = 8, {}
    poll()
    server.messages = {number: header(50 + number) for number in range(1, 8)}

    poll()

    assert store.copies.present_count(store.mailboxes.cursor("contact", INBOX)) == {8: 7}


def test_a_uid_set_aside_is_read_when_it_is_given_to_another_message(
    server: ScriptedImap, poll: Poll, store: Store
) -> None:
    server.messages = {number: header(number) for number in range(1, 6)} | {6: b"\r\nno header\r\n"}
    poll()
    aside = len(store.set_aside.all())
    server.messages = {number: header(number) for number in range(1, 5)}
    poll()
    server.messages |= {5: header(55), 6: header(56)}

    poll()

    assert (aside, len(store.set_aside.all())) == (1, 0)
    assert store.copies.present_count(store.mailboxes.cursor("contact", INBOX)) == {7: 6}


def test_a_message_that_the_server_refuses_is_set_aside_and_asked_for_again_a_day_later(
    server: ScriptedImap, store: Store
) -> None:
    server.mailboxes[b"Permis"] = b"Permis"
    server.denied = {3}

    first = polled(server, store)
    aside = [(item.uid, item.reason) for item in store.set_aside.all() if item.mailbox == "INBOX"]
    hours = [polled(server, store, at=AT + timedelta(hours=hour)).messages for hour in (1, 12)]
    server.denied = set()
    polled(server, store, at=AT + timedelta(hours=25))

    assert (first.mailboxes, first.messages, aside) == (2, 8, [(3, "refused")])
    assert hours == [0, 0]
    assert store.set_aside.all() == ()
    assert stored(store) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("deadly", [1, 3, 5])
def test_a_message_that_ends_the_connection_time_and_again_is_set_aside_once_all_the_rest_is_read(
    server: ScriptedImap, store: Store, deadly: int
) -> None:
    server.mailboxes[b"Permis"] = b"Permis"
    server.deadly = {deadly}
    known = []
    # Two cuts in INBOX, then two in the other mailbox, which is read before it from then on; a third one in each.
    for _poll in range(6):
        with pytest.raises(TransientError):
            polled(server, store)
        known.append(stored(store))

    calm = polled(server, store)
    server.messages[6] = header(6)
    polled(server, store)

    assert known[0] == known[3] == set(range(1, deadly))
    assert known[4] == {1, 2, 3, 4, 5}
    assert sorted((item.mailbox, item.uid, item.reason) for item in store.set_aside.all()) == [
        ("INBOX", deadly, "unfetchable"),
        ("Permis", deadly, "unfetchable"),
    ]
    assert (calm.mailboxes, stored(store)) == (2, {1, 2, 3, 4, 5, 6})


def test_an_oversized_header_whose_uid_comes_last_stops_nothing_for_long(
    server: ScriptedImap, store: Store
) -> None:
    server.uid_last = True
    server.announce[3] = 2 * 1024**3
    for _poll in range(3):
        with pytest.raises(TransientError):
            polled(server, store)

    polled(server, store)

    assert [(item.uid, item.reason) for item in store.set_aside.all()] == [(3, "unfetchable")]
    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_network_that_fails_here_and_there_sets_nothing_aside(server: ScriptedImap, store: Store) -> None:
    for uid in (2, 2, 4, 4, 5):
        server.deadly = {uid}
        with pytest.raises(TransientError):
            polled(server, store)
    server.deadly = set()
    polled(server, store)

    assert (store.set_aside.all(), stored(store)) == ((), {1, 2, 3, 4, 5})


def test_what_the_server_withholds_is_set_aside_until_it_gives_it(server: ScriptedImap, store: Store) -> None:
    server.withheld = {3}

    polled(server, store)
    aside = [(item.uid, item.reason) for item in store.set_aside.all()]
    server.withheld = set()
    polled(server, store, at=AT + timedelta(days=2))

    assert aside == [(3, "omitted")]
    assert (store.set_aside.all(), stored(store)) == ((), {1, 2, 3, 4, 5})


def test_what_a_wrong_answer_made_believe_gone_is_found_again(server: ScriptedImap, store: Store) -> None:
    polled(server, store)
    del server.messages[2]
    server.blind = True
    polled(server, store)
    believed = stored(store)
    server.blind = False
    server.messages[6] = header(6)

    polled(server, store)

    assert (believed, stored(store)) == (set(), {1, 3, 4, 5, 6})


def test_a_mailbox_opened_without_its_uidvalidity_is_refused_not_renumbered(
    server: ScriptedImap, store: Store
) -> None:
    server.mailboxes[b"Permis"] = b"Permis"
    polled(server, store)
    server.numbered = False
    server.messages[6] = header(6)

    with pytest.raises(TransientError, match="INBOX"):
        polled(server, store)

    assert store.copies.present_count(store.mailboxes.cursor("contact", INBOX)) == {7: 5}


def test_a_mailbox_opened_without_its_count_is_refused_and_not_taken_for_empty(
    server: ScriptedImap, store: Store
) -> None:
    server.counted = False
    with pytest.raises(TransientError, match="INBOX"):
        polled(server, store)
    server.counted = True

    polled(server, store)

    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_server_that_lists_no_mailbox_has_not_been_read(server: ScriptedImap, store: Store) -> None:
    polled(server, store)
    server.mailboxes = {}

    with pytest.raises(TransientError, match="aucun dossier"):
        polled(server, store)

    assert stored(store) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("written", ["Étrangers", "E\u0301trangers"])
def test_names_of_the_configuration_are_known_however_they_are_written(
    server: ScriptedImap, store: Store, written: str
) -> None:
    server.mailboxes[b"&AMk-trangers"] = b'"&AMk-trangers"'

    tally = polled(server, store, only=(written, "inbox"))

    assert (tally.mailboxes, tally.refused) == (2, [])


def test_a_mailbox_asked_for_that_is_not_listed_is_told(server: ScriptedImap, store: Store) -> None:
    tally = polled(server, store, only=("INBOX", "Etrangers"))
    with pytest.raises(TransientError, match="Etrangers"):
        polled(server, store, only=("Etrangers",))

    assert (tally.mailboxes, tally.refused) == (1, ["Etrangers"])


def test_a_mailbox_asked_for_that_holds_drafts_is_told(server: ScriptedImap, store: Store) -> None:
    server.mailboxes[b"Drafts"] = b"Drafts"

    tally = polled(server, store, only=("INBOX", "Drafts"))

    assert (tally.mailboxes, tally.refused) == (1, ["Drafts"])


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"])
def test_a_name_that_would_be_another_command_is_told_and_never_said(
    server: ScriptedImap, store: Store, end: str
) -> None:
    name = f"Facile{end}A1 DELETE INBOX".encode()
    server.interjections["LIST"] = b'* LIST () "/" {%d}\r\n%s\r\n' % (len(name), name)

    with connected(server) as session:
        tally = collect(session, store, Terms("contact", now=lambda: AT))
        session._client.written["Facile"] = name
        with pytest.raises(MailboxError):
            session.examine("Facile")

    assert stored(store) == {1, 2, 3, 4, 5}
    assert (tally.mailboxes, len(tally.refused)) == (1, 1)
    assert f"Facile{'?' * len(end)}A1 DELETE INBOX" in refusal(tally.refused)
    assert "DELETE" not in "".join(server.commands)


def test_a_name_too_long_for_any_database_is_told_by_its_beginning(
    server: ScriptedImap, store: Store
) -> None:
    longest = b"x" * MOST_NAME
    server.mailboxes[longest] = longest
    server.interjections["LIST"] = b'* LIST () "/" "' + b"y" * 900_000 + b'"\r\n'

    with connected(server) as session:
        tally = collect(session, store, Terms("contact", now=lambda: AT))

    assert tally.mailboxes == 2
    assert tally.refused == ["y" * MOST_NAME]


@pytest.mark.in_parts(3)
@pytest.mark.parametrize(
    "answer",
    [
        b"* LIST () / x\r\n* X {67108864}\r\n",
        b"* LIST () / " + b"x" * 2_000_000 + b"\r\n",
        b"* OK " + b"x" * 900_000 + b"\r\n",
    ],
    ids=["a literal", "a line", "many lines"],
)
@pytest.mark.parametrize("verb", ["LOGIN", "LIST", "SEARCH", "FETCH"])
def test_an_answer_without_end_is_given_up_before_it_fills_the_memory(
    server: ScriptedImap, poll: Poll, store: Store, verb: str, answer: bytes
) -> None:
    server.interjections[verb] = answer * (1 + MOST_ANSWER // len(answer) if len(answer) > 100 else 1)
    with pytest.raises(TransientError):
        poll()

    server.interjections.clear()
    poll()

    assert stored(store) == {1, 2, 3, 4, 5}


def test_more_short_lines_than_any_server_has_mailboxes_are_given_up(
    server: ScriptedImap, poll: Poll
) -> None:
    server.interjections["LIST"] = b'* LIST () "/" m\r\n' * (MOST_LINES + 1)

    with pytest.raises(TransientError, match="plus long"):
        poll()


def test_a_server_that_goes_on_with_what_nobody_asked_for_is_given_up(server: ScriptedImap) -> None:
    unasked = b"* 9 FETCH (UID 99 BODY[HEADER] {3}\r\nA:b)\r\n"
    server.interjections["FETCH"] = unasked * 1_000
    server.drip = 0.001

    with connected(server, limits=ImapLimits(patience=2)) as session:
        session.examine("INBOX")
        with pytest.raises(TransientError):
            list(session.fetch([[1]]))


def test_parentheses_without_end_are_a_fault_of_the_server(server: ScriptedImap) -> None:
    server.interjections["FETCH"] = b"* 1 FETCH (UID 1 " + b"(" * 400_000 + b"\r\n"

    with connected(server) as session:
        session.examine("INBOX")
        with pytest.raises(TransientError, match="illisible"):
            session.body_starts([1], READ_BYTES)


def test_of_several_slices_the_next_is_asked_for_before_the_answer_to_the_present_has_come(
    server: ScriptedImap,
) -> None:
    server.backwards = True

    with connected(server) as session:
        session.examine("INBOX")
        said = list(session.fetch([[1, 2], [3, 4], [5]]))

    assert [item.uid for item in said if isinstance(item, Fetched)] == [3, 4, 5, 1, 2]
    assert [isinstance(item, Answered) for item in said] == [False] * 5 + [True] * 3


def test_a_server_that_answers_the_later_of_two_commands_first_is_read_whole(
    server: ScriptedImap, store: Store
) -> None:
    server.backwards = True
    server.denied = {4}

    polled(server, store, limits=Limits(slice=2))

    assert stored(store) == {1, 2, 3, 4, 5}
    assert [(aside.uid, aside.reason) for aside in store.set_aside.all()] == [(4, "refused")]


def test_a_server_that_does_not_hear_what_is_said_while_it_answers_is_read_by_the_next_collection(
    server: ScriptedImap, store: Store
) -> None:
    server.deaf = {"FETCH"}

    with pytest.raises(TransientError):
        polled(server, store, limits=Limits(slice=1))
    before = stored(store)
    polled(server, store, limits=Limits(slice=1))

    # They are asked for at once: the second, at least, was not heard.
    assert 1 in before
    assert 2 not in before
    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_server_that_does_not_hear_what_is_said_while_it_opens_a_mailbox_is_read_by_the_next_collection(
    server: ScriptedImap, store: Store
) -> None:
    server.deaf = {"EXAMINE"}

    with pytest.raises(TransientError):
        polled(server, store)
    polled(server, store)

    assert stored(store) == {1, 2, 3, 4, 5}


def test_a_server_that_does_not_hear_what_is_said_while_it_opens_empty_mailboxes_opens_each_by_itself_then(
    server: ScriptedImap, store: Store
) -> None:
    server.messages.clear()
    server.mailboxes[b"Vide"] = b"Vide"
    server.capability += " LIST-STATUS"
    server.deaf = {"EXAMINE"}

    with pytest.raises(TransientError):
        polled(server, store)
    tally = polled(server, store)

    assert (tally.mailboxes, tally.refused) == (2, [])


@pytest.mark.parametrize("uid_next", [1, 6])
def test_an_empty_mailbox_is_opened_and_nothing_is_looked_for_in_it(
    server: ScriptedImap, store: Store, uid_next: int
) -> None:
    server.messages, server.uid_next = {}, uid_next
    polled(server, store)
    empty = list(server.commands)
    server.messages, server.uid_next = {uid_next: header(uid_next)}, uid_next + 1

    polled(server, store)

    assert any("EXAMINE" in command for command in empty)
    assert not any("SEARCH" in command for command in empty)
    assert stored(store) == {uid_next}


@pytest.mark.parametrize("uid_next", [None, 4_294_967_295])
def test_many_messages_of_scattered_uids_are_listed_in_few_commands(
    server: ScriptedImap, store: Store, uid_next: int | None
) -> None:
    server.messages = {7 * number: header(number) for number in range(1, 101)}
    server.uid_next = uid_next

    polled(server, store, limits=Limits(window=20, widest=80))
    searches = sum(" SEARCH " in command for command in server.commands)

    assert len(stored(store)) == 100
    assert searches < 25


@pytest.mark.parametrize(
    ("minutes", "outcome", "taken"), [(1, RunOutcome.OK, 0), (10, RunOutcome.STOPPED, 1)]
)
def test_an_account_stays_a_worker_s_while_it_reads_and_is_left_once_it_is_another_s(
    server: ScriptedImap,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    outcome: RunOutcome,
    taken: int,
) -> None:
    server.mailboxes |= {b"Dossier %d" % number: b'"Dossier %d"' % number for number in range(9)}
    clock = [AT]
    claims: list[bool] = []
    asking = ImapSession.status

    def slowly(session: ImapSession, mailbox: str) -> MailboxStatus:
        clock[0] += timedelta(minutes=minutes)
        claims.append(store.leases.claim("contact", "another", clock[0], clock[0] + LEASE))
        return asking(session, mailbox)

    monkeypatch.setattr(ImapSession, "status", slowly)
    terms = Terms("contact", now=lambda: clock[0])
    result = collect_and_record(lambda: connected(server), store, terms, worker="this one")

    assert (result.outcome, sum(claims)) == (outcome, taken)
    assert len(claims) == (10 if outcome is RunOutcome.OK else 1)


def polled(
    server: ScriptedImap,
    store: Store,
    *,
    at: datetime = AT,
    only: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Tally:
    """Collect everything once."""
    with connected(server, only=only) as session:
        return collect(session, store, Terms("contact", now=lambda: at, limits=limits))


def test_mailboxes_opened_at_once_are_told_apart_and_a_refusal_disturbs_nothing(server: ScriptedImap) -> None:
    server.mailboxes[b"Vide"] = b"Vide"
    server.refused = {b"Vide"}

    with connected(server) as session:
        session.mailboxes()
        opened = session.examine_all(["INBOX", "Vide", "INBOX"])
        # The search of what is not open is answered too.
        with pytest.raises(MailboxError):
            session.examine_and_list("Vide", since=None)
        status, uids = session.examine_and_list("INBOX", since=None)
        fetched = [item.uid for item in session.fetch([uids]) if isinstance(item, Fetched)]

    assert [one if one is None else one.messages for one in opened] == [5, None, 5]
    assert (status.messages, uids, fetched) == (5, [1, 2, 3, 4, 5], [1, 2, 3, 4, 5])


def test_of_mailboxes_opened_at_once_one_whose_count_is_not_told_is_refused_alone(
    server: ScriptedImap,
) -> None:
    server.mailboxes[b"Vide"] = b"Vide"
    server.counted = False

    with connected(server) as session:
        session.mailboxes()
        opened = session.examine_all(["INBOX", "Vide"])

    assert opened == [None, None]
