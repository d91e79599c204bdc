"""All that is ever said to an IMAP server is on one list, which the operator's guide prints; nothing on it writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.archives.mbox import MOST_BODY
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.client import Client
from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.login import with_token
from mailsla.adapters.imap.session import ImapSession
from mailsla.core.errors import MailslaError
from mailsla.core.office.body_evidence import READ_BYTES
from tests import imap_page
from tests.trials.servers.certificates import CertificateAuthority
from tests.trials.servers.scripted_imap import ScriptedImap

AT = date(2026, 11, 2)

USES: dict[str, Callable[[ImapSession], object]] = {
    "mailboxes": lambda session: session.mailboxes(),
    "status": lambda session: session.status("INBOX"),
    "examine": lambda session: session.examine("INBOX"),
    "examine_all": lambda session: session.examine_all(["INBOX"]),
    "examine_and_list": lambda session: [
        session.examine_and_list("INBOX", since=since) for since in (None, AT)
    ],
    "uids": lambda session: [
        session.uids(1, last, since=since) for last in (None, 9) for since in (None, AT)
    ],
    "highest_uid": lambda session: session.highest_uid(),
    "fetch": lambda session: list(session.fetch([[1], [2]])),
    "body_starts": lambda session: session.body_starts([1, 2], READ_BYTES),
    "invitations": lambda session: session.invitations([1, 2]),
    "with_keyword": lambda session: session.with_keyword("$Traite"),
    "drafts": lambda session: session.drafts(),
    "can_idle": lambda session: session.can_idle,
    "wait_for_change": lambda session: session.wait_for_change("INBOX", 0.05),
}
"""Every way to use a session, but those that end it and `bounded`, which says nothing."""

CAPABILITIES = (
    "IMAP4rev1 IDLE UNSELECT",
    "IMAP4rev1 IDLE UNSELECT CONDSTORE LIST-STATUS",
    "IMAP4rev1 IDLE UNSELECT CONDSTORE LIST-STATUS SPECIAL-USE",
)


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    header = b"Message-ID: <a@example.org>\r\nFrom: camille@example.org\r\nSubject: Permis\r\n\r\n"
    with ScriptedImap({1: header, 2: header}) as scripted:
        yield scripted


def account(server: ScriptedImap, password: str = "essai", tls: str = "none") -> ImapAccount:
    return ImapAccount(
        name="contact",
        host="127.0.0.1",
        port=server.port,
        tls=tls,
        user="contact",
        credentials=Credentials(literal=lambda: password),
        timeout_seconds=1,
    )


def said_to(server: ScriptedImap) -> list[str]:
    """Return what clients said, without tags."""
    return [re.sub(r"^[A-Z]{4}\d+ ", "", line) for line in server.commands]


def test_all_that_is_said_is_on_the_list_and_all_of_the_list_is_said(server: ScriptedImap) -> None:
    for capability in CAPABILITIES:
        server.capability = capability
        with connect(account(server)) as session:
            for use in USES.values():
                use(session)
            session.mailboxes()
    server.capability = "IMAP4rev1 AUTH=PLAIN"
    with connect(account(server, password="été")):
        pass
    for mechanism in ("xoauth2", "oauthbearer"):
        server.capability = f"IMAP4rev1 AUTH={mechanism.upper()}"
        client = Client("127.0.0.1", port=server.port, ssl=False, greeting_seconds=5)
        with_token(client, "contact", "token", mechanism)
        client.shutdown()
    server.capability = "IMAP4rev1 STARTTLS"
    with pytest.raises(MailslaError), connect(account(server, tls="starttls")):
        pass
    # What follows STARTTLS is no command, but a handshake that this server does not know.
    said = said_to(server)
    said = said[: said.index("STARTTLS") + 1]

    assert imap_page.recognised(said) == imap_page.forms()


def test_what_the_greeting_tells_is_asked_for_again_in_clear_alone(
    server: ScriptedImap, tmp_path: Path
) -> None:
    with connect(account(server)):
        in_clear = said_to(server)
    server.commands.clear()
    authority = CertificateAuthority(tmp_path)
    server.tls = authority.server_context()

    with connect(replace(account(server, tls="implicit"), ca_file=authority.ca_pem)):
        over_tls = said_to(server)

    assert in_clear == ["CAPABILITY", 'LOGIN contact "essai"']
    assert over_tls == ['LOGIN contact "essai"']


def test_every_way_to_use_a_session_was_looked_at() -> None:
    public = {name for name in vars(ImapSession) if not name.startswith("_")}

    assert public - {"bounded", "interrupt", "close"} == USES.keys()


@pytest.mark.parametrize(
    "command",
    [
        'SELECT "INBOX"',
        "UID STORE 1 +FLAGS (\\Seen)",
        "UID FETCH 1 (BODY[])",
        "UID FETCH 1 (BODY.PEEK[])",
        "UID FETCH 1 (INTERNALDATE BODY.PEEK[HEADER])",
        "UID FETCH 1 (BODY.PEEK[TEXT])",
        "UID SEARCH BODY secret",
        "CLOSE",
        'APPEND "INBOX" {10}',
    ],
)
def test_what_is_not_on_the_list_is_not_let_pass(command: str) -> None:
    with pytest.raises(AssertionError):
        imap_page.recognised([command])


def test_the_operators_guide_prints_the_list() -> None:
    page = imap_page.PAGE.read_text(encoding="utf-8")

    assert imap_page.part() in page
    assert f"les {READ_BYTES // 1024} premiers Kio" in page
    assert f"les {MOST_BODY // 1024} premiers Kio du corps" in page
