"""What the other tests rely on: that the real servers do what their classes say."""

import shutil
import smtplib
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError
from sqlalchemy import create_engine, text

from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.imap_server import FRENCH_MAILBOXES
from tests.trials.servers.postgresql import PostgresqlServer
from tests.trials.servers.smtp import SmtpRelay

NAPOLEONIC = datetime(2004, 3, 21, 9, 30, tzinfo=UTC)
CITIZEN = "camille.durand@example.fr"

_SEND = """
import smtplib, sys
host, port, sender, recipient = sys.argv[1:]
with smtplib.SMTP(host, int(port), timeout=30) as client:
    client.sendmail(sender, [recipient], b"Subject: Carte grise\\r\\n\\r\\nBonjour\\r\\n")
"""


def message(subject: str = "Demande de passeport", body: str = "Bonjour") -> bytes:
    """Return a small message."""
    return f"From: {CITIZEN}\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@contextmanager
def imap(server: DovecotServer, user: str, password: str | None = None) -> Iterator[IMAPClient]:
    """Log in as a program under test does."""
    with IMAPClient(server.host, port=server.imap_port, ssl=False, timeout=30) as client:
        client.normalise_times = False
        client.login(user, password or server.password)
        yield client


def subjects(server: DovecotServer, user: str, mailbox: str = "INBOX") -> list[str]:
    """Return the subjects found in a mailbox, in order of arrival."""
    item = b"BODY[HEADER.FIELDS (SUBJECT)]"
    with server.client(user) as client:
        client.select_folder(mailbox, readonly=True)
        fetched: dict[int, dict[bytes, bytes]] = client.fetch(
            client.search("ALL"), ["BODY.PEEK" + item[4:].decode()]
        )
    return [fetched[uid][item].decode().removeprefix("Subject: ").strip() for uid in sorted(fetched)]


def send(relay: SmtpRelay, recipient: str, subject: str = "Carte grise") -> None:
    """Send one mail through the relay."""
    with smtplib.SMTP(relay.host, relay.port, timeout=30) as client:
        client.sendmail(CITIZEN, [recipient], message(subject))


@contextmanager
def in_background(action: Callable[[], None]) -> Iterator[Future[None]]:
    """Run `action` in a thread, and wait for its end."""
    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(action)


def test_any_user_logs_in_with_the_password(dovecot: DovecotServer, imap_user: str) -> None:
    with imap(dovecot, imap_user) as client:
        assert client.namespace().personal == (("", "/"),)


def test_a_user_without_a_domain_logs_in(dovecot: DovecotServer) -> None:
    with imap(dovecot, f"agent-{uuid4().hex}") as client:
        assert client.namespace().personal == (("", "/"),)


def test_a_wrong_password_is_refused_without_delay(dovecot: DovecotServer, imap_user: str) -> None:
    start = time.monotonic()
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"), imap(dovecot, imap_user, "faux"):
        pass
    with imap(dovecot, imap_user):
        assert time.monotonic() - start < 3  # the default makes both wait, more than 4 s in all


def test_a_closed_account_takes_neither_login_nor_mail(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.close_account(imap_user)

    with pytest.raises(LoginError), imap(dovecot, imap_user):
        pass
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        dovecot.deliver(imap_user, message())


def test_login_on_the_network_address_waits_for_starttls(dovecot: DovecotServer, imap_user: str) -> None:
    with IMAPClient(dovecot.network_host, port=dovecot.imap_port, ssl=False, timeout=30) as client:
        assert {b"LOGINDISABLED", b"STARTTLS"} <= set(client.capabilities())
        with pytest.raises(LoginError):
            client.login(imap_user, dovecot.password)

        client.starttls(dovecot.certificates.client_context())

        assert b"LOGINDISABLED" not in client.capabilities()
        client.login(imap_user, dovecot.password)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_implicit_tls_is_trusted_by_the_authority(dovecot: DovecotServer, imap_user: str, host: str) -> None:
    context = ssl.create_default_context(cafile=dovecot.ca_pem)
    with IMAPClient(host, port=dovecot.imaps_port, ssl_context=context, timeout=30) as client:
        client.login(imap_user, dovecot.password)


def test_implicit_tls_is_refused_without_the_authority(dovecot: DovecotServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient(
            dovecot.host, port=dovecot.imaps_port, ssl_context=ssl.create_default_context(), timeout=30
        )


def test_a_message_is_appended_with_a_date_of_the_past_and_its_flags(
    dovecot: DovecotServer, imap_user: str
) -> None:
    dovecot.append(imap_user, "INBOX", message(), internal_date=NAPOLEONIC, flags=[r"\Seen", "$Traite"])

    with imap(dovecot, imap_user) as client:
        client.select_folder("INBOX", readonly=True)
        fetched = client.fetch([1], ["INTERNALDATE", "FLAGS"])[1]
    assert fetched[b"INTERNALDATE"] == NAPOLEONIC
    assert set(fetched[b"FLAGS"]) == {rb"\Seen", b"$Traite", rb"\Recent"}


def test_a_naive_date_of_arrival_is_refused(dovecot: DovecotServer, imap_user: str) -> None:
    with pytest.raises(ValueError, match="aware"):
        dovecot.append(imap_user, "INBOX", message(), internal_date=datetime(2004, 3, 21))  # noqa: DTZ001 (what is refused)


def test_two_thousand_messages_are_appended_at_once(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.append_many(imap_user, "INBOX", [(message(f"n° {n}"), NAPOLEONIC, ()) for n in range(2_000)])

    state = dovecot.state(imap_user, "INBOX")
    assert state["uid_next"] == 2_001
    assert set(state["flags"]) == set(range(1, 2_001))


def test_looking_at_the_state_changes_nothing(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.append(imap_user, "INBOX", message(), internal_date=NAPOLEONIC)

    first = dovecot.state(imap_user, "INBOX")
    second = dovecot.state(imap_user, "INBOX")

    assert first == second
    assert first["flags"] == {1: frozenset({r"\Recent"})}


def test_the_state_shows_what_a_careless_client_changes(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.append(imap_user, "INBOX", message(), internal_date=NAPOLEONIC)
    before = dovecot.state(imap_user, "INBOX")

    with imap(dovecot, imap_user) as client:
        client.select_folder("INBOX")
        client.fetch([1], ["BODY[]"])

    after = dovecot.state(imap_user, "INBOX")
    assert after["flags"] == {1: frozenset({r"\Seen"})}
    assert after["highest_modseq"] > before["highest_modseq"]


def test_special_use_mailboxes_exist_from_the_first_login(dovecot: DovecotServer, imap_user: str) -> None:
    with imap(dovecot, imap_user) as client:
        assert _roles(client) == dovecot.special_use


def test_special_use_mailboxes_may_have_french_names(imap_user: str) -> None:
    with DovecotServer(special_use=FRENCH_MAILBOXES) as server:
        server.append(imap_user, "Éléments envoyés", message(), internal_date=NAPOLEONIC)
        with imap(server, imap_user) as client:
            assert _roles(client)[r"\Sent"] == "Éléments envoyés"
            assert _roles(client) == FRENCH_MAILBOXES


def test_a_server_may_have_no_special_use_mailbox(imap_user: str) -> None:
    with DovecotServer(special_use={}) as server, imap(server, imap_user) as client:
        assert _roles(client) == {}
        assert [name for _flags, _separator, name in client.list_folders()] == ["INBOX"]


@pytest.mark.parametrize("detail", ["", "+etat-civil"])
def test_lmtp_delivers_to_the_user_whatever_the_detail(
    dovecot: DovecotServer, imap_user: str, detail: str
) -> None:
    dovecot.deliver(imap_user.replace("@", f"{detail}@"), message("Acte de naissance"))

    assert subjects(dovecot, imap_user) == ["Acte de naissance"]


def test_lmtp_delivers_to_a_user_without_a_domain(dovecot: DovecotServer) -> None:
    user = f"agent-{uuid4().hex}"
    dovecot.deliver(user, message("Acte de naissance"))

    assert subjects(dovecot, user) == ["Acte de naissance"]


def test_the_commands_of_a_client_are_seen_and_only_those(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.append(imap_user, "INBOX", message(), internal_date=NAPOLEONIC)
    with imap(dovecot, imap_user) as client:
        client.select_folder("INBOX", readonly=True)
        client.fetch([1], ["FLAGS"])
        client.search(["SUBJECT", "reçu"], charset="UTF-8")
        client.idle()
        client.idle_done()
        assert dovecot.commands(imap_user)[-1] == "DONE"
    dovecot.state(imap_user, "INBOX")

    # IMAPClient asks for the capabilities when it likes.
    assert [command for command in dovecot.commands(imap_user) if command != "CAPABILITY"] == [
        'EXAMINE "INBOX"',
        "UID FETCH 1 (FLAGS)",
        'UID SEARCH CHARSET UTF-8 SUBJECT "reçu"',
        "IDLE",
        "DONE",
        "LOGOUT",
    ]


def test_the_commands_of_a_client_over_tls_are_seen_session_by_session(
    dovecot: DovecotServer, imap_user: str
) -> None:
    context = dovecot.certificates.client_context()
    for mailbox in ("INBOX", "Sent"):
        with IMAPClient(dovecot.host, port=dovecot.imaps_port, ssl_context=context, timeout=30) as client:
            client.login(imap_user, dovecot.password)
            client.select_folder(mailbox, readonly=True)

    expected = [['EXAMINE "INBOX"', "LOGOUT"], ["EXAMINE Sent", "LOGOUT"]]
    assert [[c.replace('"Sent"', "Sent") for c in s] for s in dovecot.sessions(imap_user)] == expected


def test_the_body_of_an_appended_message_is_no_command(dovecot: DovecotServer, imap_user: str) -> None:
    raw = message(body="a1 DELETE INBOX\r\na2 LOGOUT")
    with imap(dovecot, imap_user) as client:
        client.append("INBOX", raw)

    assert dovecot.commands(imap_user) == [
        f'APPEND "INBOX" () {{{len(raw)}}}',
        "LOGOUT",
    ]


def test_uidvalidity_is_reset_and_flags_are_kept(dovecot: DovecotServer, imap_user: str) -> None:
    messages = [(message("un"), NAPOLEONIC, [r"\Seen"]), (message("deux"), NAPOLEONIC, ["$Traite"])]
    dovecot.append_many(imap_user, "INBOX", messages)
    before = dovecot.state(imap_user, "INBOX")

    dovecot.reset_uidvalidity(imap_user)

    after = dovecot.state(imap_user, "INBOX")
    assert after["uid_validity"] > before["uid_validity"]
    assert _kept_flags(after["flags"]) == _kept_flags(before["flags"])


def test_a_cold_server_has_forgotten_its_caches_but_no_uid(dovecot: DovecotServer, imap_user: str) -> None:
    messages = [(message(f"Demande {number}"), NAPOLEONIC, [r"\Seen"]) for number in range(3)]
    dovecot.append_many(imap_user, "INBOX", messages)
    with imap(dovecot, imap_user) as client:
        client.select_folder("INBOX")
        client.delete_messages([1])
        client.expunge()
    before = dovecot.state(imap_user, "INBOX")
    assert subjects(dovecot, imap_user) == ["Demande 1", "Demande 2"]

    dovecot.cool(imap_user)

    assert not list(dovecot.mail_folder(imap_user).glob("dovecot.index*"))
    after = dovecot.state(imap_user, "INBOX")
    assert (after["uid_validity"], after["uid_next"]) == (before["uid_validity"], before["uid_next"])
    assert _kept_flags(after["flags"]) == _kept_flags(before["flags"])


def test_a_server_may_keep_no_rawlog_and_say_less_than_it_can(imap_user: str) -> None:
    with (
        DovecotServer(rawlog=False, capability="IMAP4rev1 UIDPLUS") as server,
        imap(server, imap_user) as client,
    ):
        assert client.capabilities() == (b"IMAP4REV1", b"UIDPLUS")
        assert server.commands(imap_user) == []


def test_kicked_sessions_are_cut_and_the_user_may_come_back(dovecot: DovecotServer, imap_user: str) -> None:
    with IMAPClient(dovecot.host, port=dovecot.imap_port, ssl=False, timeout=30) as client:
        client.login(imap_user, dovecot.password)
        dovecot.kick(imap_user)
        with pytest.raises((OSError, IMAPClient.AbortError)):
            client.noop()
        client.shutdown()
    with imap(dovecot, imap_user) as client:
        client.noop()


def test_a_restarted_dovecot_has_the_same_mail_on_the_same_ports(imap_user: str) -> None:
    with DovecotServer() as server:
        server.append(imap_user, "INBOX", message(), internal_date=NAPOLEONIC, flags=[r"\Seen"])
        before = (server.imap_port, server.state(imap_user, "INBOX"))
        server.stop()
        with pytest.raises(OSError, match="refused"), imap(server, imap_user):
            pass
        server.start()
        server.restart()

        assert (server.imap_port, server.state(imap_user, "INBOX")) == before


def test_nothing_is_left_of_a_closed_dovecot() -> None:
    with DovecotServer() as server:
        directory = server.ca_pem.parent
        assert directory.exists()

    assert not directory.exists()


def test_a_machine_without_dovecot_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_keywords: None)
    with pytest.raises(RuntimeError, match="install-servers"):
        DovecotServer()


def test_the_relay_delivers_what_it_accepts(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, imap_user: str
) -> None:
    send(smtp_relay, imap_user, "Carte grise")

    assert subjects(dovecot, imap_user) == ["Carte grise"]
    [mail] = smtp_relay.received
    assert (mail.sender, mail.recipients, mail.tls, mail.user) == (CITIZEN, (imap_user,), False, None)
    assert mail.raw == message("Carte grise")


def test_the_relay_is_reset_between_tests(smtp_relay: SmtpRelay) -> None:
    assert smtp_relay.received == []


def test_the_relay_delivers_to_several_recipients(dovecot: DovecotServer, smtp_relay: SmtpRelay) -> None:
    users = [f"agent-{uuid4().hex}@example.fr" for _ in range(3)]
    with smtplib.SMTP(smtp_relay.host, smtp_relay.port, timeout=30) as client:
        client.sendmail(CITIZEN, users, message("Carte grise"))

    assert [subjects(dovecot, user) for user in users] == [["Carte grise"]] * 3


def test_a_refusal_of_dovecot_is_the_relay_s_and_nobody_gets_the_mail(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, imap_user: str
) -> None:
    gone = f"agent-{uuid4().hex}@example.fr"
    dovecot.close_account(gone)

    with (
        smtplib.SMTP(smtp_relay.host, smtp_relay.port, timeout=30) as client,
        pytest.raises(smtplib.SMTPDataError, match=r"5\.1\.1") as refused,
    ):
        client.sendmail(CITIZEN, [imap_user, gone], message())

    assert refused.value.smtp_code == 550
    assert smtp_relay.received == []
    assert subjects(dovecot, imap_user) == []


def test_the_relay_of_a_stopped_dovecot_answers_that_it_may_work_later(imap_user: str) -> None:
    with DovecotServer() as server, SmtpRelay(server) as relay:
        server.stop()
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(relay, imap_user)
        server.start()
        send(relay, imap_user, "Second envoi")

        assert refused.value.smtp_code == 451
        assert subjects(server, imap_user) == ["Second envoi"]


@pytest.mark.parametrize("reply", ["451 4.3.0 plus tard", "550 5.7.1 refus"])
def test_the_relay_refuses_on_request(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, imap_user: str, reply: str
) -> None:
    smtp_relay.refuse_with(reply)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(smtp_relay, imap_user)
    smtp_relay.refuse_with(None)
    send(smtp_relay, imap_user, "Second envoi")

    assert f"{refused.value.smtp_code} {refused.value.smtp_error!s}".startswith(reply[:4])
    assert subjects(dovecot, imap_user) == ["Second envoi"]


def test_a_relay_with_credentials_takes_mail_over_tls_alone(dovecot: DovecotServer, imap_user: str) -> None:
    with SmtpRelay(dovecot, starttls=True, credentials=("mailsla", "secret")) as relay:
        with smtplib.SMTP(relay.host, relay.port, timeout=30) as client:
            with pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
                client.sendmail(CITIZEN, [imap_user], message())
            client.starttls(context=dovecot.certificates.client_context())
            with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
                client.sendmail(CITIZEN, [imap_user], message())
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("mailsla", "faux")
            client.login("mailsla", "secret")
            client.sendmail(CITIZEN, [imap_user], message("Chiffré"))

        [mail] = relay.received
    assert (mail.tls, mail.user) == (True, "mailsla")
    assert subjects(dovecot, imap_user) == ["Chiffré"]


def test_mail_held_before_delivery_is_delivered_when_released(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, imap_user: str
) -> None:
    smtp_relay.hold_before_delivery.set()
    with in_background(lambda: send(smtp_relay, imap_user)) as sending:
        smtp_relay.wait_until_held()
        assert (subjects(dovecot, imap_user), smtp_relay.received, sending.done()) == ([], [], False)
        smtp_relay.release()
        sending.result(10)

    assert subjects(dovecot, imap_user) == ["Carte grise"]


def test_mail_held_after_delivery_is_there_before_its_client_knows(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, imap_user: str
) -> None:
    smtp_relay.hold_after_delivery.set()
    with in_background(lambda: send(smtp_relay, imap_user)) as sending:
        smtp_relay.wait_until_held()
        assert (subjects(dovecot, imap_user), sending.done()) == (["Carte grise"], False)
        smtp_relay.release()
        sending.result(10)

    assert len(smtp_relay.received) == 1


@pytest.mark.parametrize(
    ("gate", "delivered"), [("hold_before_delivery", []), ("hold_after_delivery", ["Carte grise"])]
)
def test_a_client_killed_while_held_leaves_the_relay_in_order(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, imap_user: str, gate: str, delivered: list[str]
) -> None:
    held: threading.Event = getattr(smtp_relay, gate)
    held.set()
    with _sending_process(smtp_relay, imap_user) as client:
        smtp_relay.wait_until_held()
        client.kill()
        client.wait(10)
    _wait_until_nobody_is_held(smtp_relay)
    smtp_relay.release()

    assert subjects(dovecot, imap_user) == delivered
    send(smtp_relay, imap_user, "Second envoi")
    assert subjects(dovecot, imap_user) == [*delivered, "Second envoi"]


def test_a_relay_stops_while_it_holds_a_client(dovecot: DovecotServer, imap_user: str) -> None:
    relay = SmtpRelay(dovecot)
    relay.start()
    relay.hold_before_delivery.set()
    with _sending_process(relay, imap_user) as client:
        relay.wait_until_held()
        relay.stop()
        assert client.wait(10) != 0

    assert subjects(dovecot, imap_user) == []


def test_waiting_for_a_client_that_never_comes_ends(smtp_relay: SmtpRelay) -> None:
    with pytest.raises(TimeoutError):
        smtp_relay.wait_until_held(0.05)


def test_each_database_is_empty_and_usable_by_sqlalchemy(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE demande (objet text)"))
        connection.execute(text("INSERT INTO demande VALUES ('Été')"))
        assert connection.scalar(text("SELECT upper(objet) FROM demande")) == "ÉTÉ"
    engine.dispose()


def test_databases_do_not_see_each_other(postgresql: PostgresqlServer, postgresql_url: str) -> None:
    other_url = postgresql.create_database()
    assert other_url != postgresql_url
    for url in (postgresql_url, other_url):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE demande (objet text)"))
        engine.dispose()

    postgresql.drop_database(other_url)


def test_a_database_in_use_is_dropped(postgresql: PostgresqlServer) -> None:
    url = postgresql.create_database()
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        postgresql.drop_database(url)
        connection.invalidate()
    engine.dispose()


def test_a_restarted_postgresql_has_the_same_data_on_the_same_port() -> None:
    with PostgresqlServer() as server:
        engine = create_engine(server.create_database())
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE demande (objet text)"))
        engine.dispose()

        server.restart()

        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM demande")) == 0
        engine.dispose()


def test_a_machine_without_postgresql_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda _path, _pattern: iter(()))
    with pytest.raises(RuntimeError, match="install-servers"):
        PostgresqlServer()


def _roles(client: IMAPClient) -> dict[str, str]:
    standard = {rb"\Sent", rb"\Junk", rb"\Trash", rb"\Drafts", rb"\Archive"}
    return {
        flag.decode(): name
        for flags, _separator, name in client.list_folders()
        for flag in flags
        if flag in standard
    }


def _kept_flags(flags: dict[int, frozenset[str]]) -> list[list[str]]:
    return sorted(sorted(names - {r"\Recent"}) for names in flags.values())


@contextmanager
def _sending_process(relay: SmtpRelay, recipient: str) -> Iterator["subprocess.Popen[Any]"]:
    arguments = [relay.host, str(relay.port), CITIZEN, recipient]
    with subprocess.Popen([sys.executable, "-c", _SEND, *arguments], stderr=subprocess.DEVNULL) as client:
        try:
            yield client
        finally:
            client.kill()


def _wait_until_nobody_is_held(relay: SmtpRelay) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            relay.wait_until_held(0)
        except TimeoutError:
            return
    raise AssertionError("the relay still holds the client that died")
