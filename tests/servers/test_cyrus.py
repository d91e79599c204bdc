"""What the other tests rely on: that Cyrus does what its class says, and differs from Dovecot where it should."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.trials.servers import cyrus as cyrus_module
from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.imap_server import FRENCH_MAILBOXES, AppendRefused

NAPOLEONIC = datetime(2004, 3, 21, 9, 30, tzinfo=UTC)
ROLES = {rb"\sent", rb"\junk", rb"\trash", rb"\drafts", rb"\archive"}


@pytest.fixture
def user(cyrus: CyrusServer) -> str:
    """A user nobody has used."""
    return cyrus.new_user()


def message(subject: str = "Demande de passeport", body: str = "Bonjour") -> bytes:
    """Return a small message."""
    return f"From: camille.durand@example.fr\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@contextmanager
def imap(server: CyrusServer, user: str, password: str | None = None) -> Iterator[IMAPClient]:
    """Log in as a program under test does."""
    with IMAPClient(server.host, port=server.imap_port, ssl=False, timeout=30) as client:
        client.normalise_times = False
        client.login(user, password or server.password)
        yield client


def roles(client: IMAPClient) -> dict[str, str]:
    """Return the mailbox of each role, as the server writes them."""
    folders = client.list_folders()
    return {flag.decode(): name for flags, _separator, name in folders for flag in flags if flag in ROLES}


def lower_case(special_use: dict[str, str]) -> dict[str, str]:
    """Return the roles as Cyrus writes them."""
    return {role.lower(): name for role, name in special_use.items()}


def test_a_new_user_logs_in_with_the_password(cyrus: CyrusServer, user: str) -> None:
    with imap(cyrus, user) as client:
        assert client.namespace().personal == (("", "/"),)


def test_a_user_without_a_domain_logs_in(cyrus: CyrusServer) -> None:
    with imap(cyrus, cyrus.new_user("agent-sans-domaine")) as client:
        assert client.namespace().personal == (("", "/"),)


def test_a_wrong_password_is_refused_without_delay(cyrus: CyrusServer, user: str) -> None:
    start = time.monotonic()
    with pytest.raises(LoginError), imap(cyrus, user, "faux"):
        pass
    with imap(cyrus, user):
        assert time.monotonic() - start < 3  # the default pause


def test_only_a_new_user_logs_in(cyrus: CyrusServer) -> None:
    with pytest.raises(LoginError), imap(cyrus, "inconnu@example.fr"):
        pass


def test_starttls_is_trusted_by_the_authority(cyrus: CyrusServer, user: str) -> None:
    with IMAPClient(cyrus.host, port=cyrus.imap_port, ssl=False, timeout=30) as client:
        client.starttls(cyrus.certificates.client_context())
        client.login(user, cyrus.password)


def test_login_on_the_network_address_waits_for_starttls(cyrus: CyrusServer, user: str) -> None:
    with IMAPClient(cyrus.network_host, port=cyrus.imap_port, ssl=False, timeout=30) as client:
        assert {b"LOGINDISABLED", b"STARTTLS"} <= set(client.capabilities())
        with pytest.raises(LoginError):
            client.login(user, cyrus.password)

        client.starttls(cyrus.certificates.client_context())

        assert b"LOGINDISABLED" not in client.capabilities()
        client.login(user, cyrus.password)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_implicit_tls_is_trusted_by_the_authority(cyrus: CyrusServer, user: str, host: str) -> None:
    context = ssl.create_default_context(cafile=cyrus.ca_pem)
    with IMAPClient(host, port=cyrus.imaps_port, ssl_context=context, timeout=30) as client:
        client.login(user, cyrus.password)


def test_implicit_tls_is_refused_without_the_authority(cyrus: CyrusServer) -> None:
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient(cyrus.host, port=cyrus.imaps_port, ssl_context=context, timeout=30)


def test_a_message_is_appended_with_a_date_of_the_past_and_its_flags(cyrus: CyrusServer, user: str) -> None:
    cyrus.append(user, "INBOX", message(), internal_date=NAPOLEONIC, flags=[r"\Seen", "$Traite"])

    with imap(cyrus, user) as client:
        client.select_folder("INBOX", readonly=True)
        fetched = client.fetch([1], ["INTERNALDATE", "FLAGS"])[1]
    assert fetched[b"INTERNALDATE"] == NAPOLEONIC
    assert set(fetched[b"FLAGS"]) == {rb"\Seen", b"$Traite", rb"\Recent"}


def test_what_the_server_refuses_is_said(cyrus: CyrusServer, user: str) -> None:
    cyrus.limit(user, 1)
    cyrus.append(user, "INBOX", message(), internal_date=NAPOLEONIC)

    with pytest.raises(AppendRefused):
        cyrus.append(user, "INBOX", message(), internal_date=NAPOLEONIC)


def test_a_naive_date_of_arrival_is_refused(cyrus: CyrusServer, user: str) -> None:
    with pytest.raises(ValueError, match="aware"):
        cyrus.append(user, "INBOX", message(), internal_date=datetime(2004, 3, 21))  # noqa: DTZ001 (what is refused)


def test_examine_leaves_the_flags_alone_and_select_does_not(cyrus: CyrusServer, user: str) -> None:
    cyrus.append(user, "INBOX", message(), internal_date=NAPOLEONIC)
    before = cyrus.state(user, "INBOX")

    with imap(cyrus, user) as client:
        client.select_folder("INBOX", readonly=True)
        client.fetch([1], ["BODY[]"])
    examined = cyrus.state(user, "INBOX")
    with imap(cyrus, user) as client:
        client.select_folder("INBOX")
        client.fetch([1], ["BODY[]"])
    selected = cyrus.state(user, "INBOX")

    assert examined == before
    assert before["flags"] == {1: frozenset({r"\Recent"})}
    assert selected["flags"] == {1: frozenset({r"\Seen"})}
    assert selected["highest_modseq"] > before["highest_modseq"]


def test_roles_are_listed_in_lower_case_from_the_first_login(cyrus: CyrusServer, user: str) -> None:
    with imap(cyrus, user) as client:
        assert roles(client) == lower_case(cyrus.special_use)
        assert roles(client)[r"\sent"] == "Sent"


def test_special_use_mailboxes_may_have_french_names() -> None:
    with CyrusServer(special_use=FRENCH_MAILBOXES) as server:
        user = server.new_user()
        server.append(user, "Éléments envoyés", message(), internal_date=NAPOLEONIC)
        with imap(server, user) as client:
            assert roles(client) == lower_case(dict(FRENCH_MAILBOXES))


def test_a_server_may_have_no_special_use_mailbox() -> None:
    with CyrusServer(special_use={}) as server, imap(server, server.new_user()) as client:
        assert roles(client) == {}
        assert [name for _flags, _separator, name in client.list_folders()] == ["INBOX"]


def test_what_a_quick_resynchronisation_needs_is_announced(cyrus: CyrusServer, user: str) -> None:
    with imap(cyrus, user) as client:
        capabilities = set(client.capabilities())
    assert {b"CONDSTORE", b"QRESYNC", b"ENABLE", b"IDLE", b"SPECIAL-USE", b"UIDPLUS"} <= capabilities


def test_idle_wakes_when_mail_is_delivered(cyrus: CyrusServer, user: str) -> None:
    with imap(cyrus, user) as client:
        client.select_folder("INBOX", readonly=True)
        client.idle()
        cyrus.deliver(user, message())

        assert (1, b"EXISTS") in client.idle_check(timeout=10)
        client.idle_done()


@pytest.mark.parametrize("detail", ["", "+etat-civil"])
def test_lmtp_delivers_to_the_user_whatever_the_detail(cyrus: CyrusServer, user: str, detail: str) -> None:
    cyrus.deliver(user.replace("@", f"{detail}@"), message("Acte de naissance"))

    with imap(cyrus, user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search(["SUBJECT", "Acte de naissance"]) == [1]


def test_the_commands_of_a_client_are_seen_and_only_those(cyrus: CyrusServer, user: str) -> None:
    raw = message(body="a1 DELETE INBOX\r\na2 LOGOUT")
    cyrus.append(user, "INBOX", raw, internal_date=NAPOLEONIC)
    with imap(cyrus, user) as client:
        client.append("INBOX", raw)
        client.select_folder("INBOX", readonly=True)
        client.fetch([1], ["FLAGS", "BODY.PEEK[]"])
        client.search(["SUBJECT", "reçu"], charset="UTF-8")
        client.idle()
        client.idle_done()
        assert cyrus.commands(user)[-1] == "DONE"
    cyrus.state(user, "INBOX")

    # IMAPClient asks for the capabilities when it likes.
    assert [command for command in cyrus.commands(user) if command != "CAPABILITY"] == [
        f'APPEND "INBOX" () {{{len(raw)}}}',
        'EXAMINE "INBOX"',
        "UID FETCH 1 (FLAGS BODY.PEEK[])",
        'UID SEARCH CHARSET UTF-8 SUBJECT "reçu"',
        "IDLE",
        "DONE",
        "LOGOUT",
    ]


def test_the_commands_of_a_client_over_tls_are_seen_session_by_session(cyrus: CyrusServer, user: str) -> None:
    context = cyrus.certificates.client_context()
    for mailbox in ("INBOX", "Sent"):
        with IMAPClient(cyrus.host, port=cyrus.imaps_port, ssl_context=context, timeout=30) as client:
            client.login(user, cyrus.password)
            client.select_folder(mailbox, readonly=True)

    expected = [['EXAMINE "INBOX"', "LOGOUT"], ['EXAMINE "Sent"', "LOGOUT"]]
    sessions = [[command for command in s if command != "CAPABILITY"] for s in cyrus.sessions(user)]
    assert sessions == expected


def test_uidvalidity_is_reset_and_the_mail_is_kept(cyrus: CyrusServer, user: str) -> None:
    with imap(cyrus, user) as client:
        client.create_folder("Affaires classées")
    messages = [(message("un"), NAPOLEONIC, [r"\Seen"]), (message("deux"), NAPOLEONIC, ["$Traite"])]
    cyrus.append_many(user, "Affaires classées", messages)
    before = cyrus.state(user, "Affaires classées")

    for _time in range(2):
        cyrus.reset_uidvalidity(user)

    after = cyrus.state(user, "Affaires classées")
    assert after["uid_validity"] > before["uid_validity"]
    assert after["flags"] == before["flags"]
    with imap(cyrus, user) as client:
        assert roles(client) == lower_case(cyrus.special_use)
        client.select_folder("Affaires classées", readonly=True)
        assert client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"] == NAPOLEONIC


def test_kicked_sessions_are_cut_and_the_user_may_come_back(cyrus: CyrusServer, user: str) -> None:
    other = cyrus.new_user()
    with imap(cyrus, other) as bystander:
        with IMAPClient(cyrus.host, port=cyrus.imap_port, ssl=False, timeout=30) as client:
            client.login(user, cyrus.password)
            cyrus.kick(user)
            with pytest.raises((OSError, IMAPClient.AbortError)):
                client.noop()
            client.shutdown()
        bystander.noop()
    with imap(cyrus, user) as client:
        client.noop()


def test_a_restarted_cyrus_has_the_same_mail_on_the_same_ports() -> None:
    with CyrusServer() as server:
        user = server.new_user()
        server.append(user, "INBOX", message(), internal_date=NAPOLEONIC, flags=[r"\Seen"])
        before = (server.imap_port, server.state(user, "INBOX"))
        server.stop()
        with pytest.raises(OSError, match="refused"), imap(server, user):
            pass
        server.start()
        server.restart()

        assert (server.imap_port, server.state(user, "INBOX")) == before


def test_nothing_is_left_of_a_closed_cyrus() -> None:
    with CyrusServer() as server:
        directory = server.ca_pem.parent
        assert directory.exists()

    assert not directory.exists()


def test_a_machine_without_cyrus_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cyrus_module, "_INSTALLED", tmp_path)
    with pytest.raises(RuntimeError, match="install-servers"):
        CyrusServer()
