"""Handing mails over: TLS, passwords, and refusals sorted by whether they may pass."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.access.oauth import TokenSource
from mailsla.adapters.smtp import Envelope, SmtpServer, compose
from mailsla.bootstrap.hand_over_time import ANSWERS
from mailsla.core.alerts.outgoing import Attachment, Letter
from mailsla.core.errors import PermanentError, TransientError
from tests.trials.servers.dripping import dripping

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.smtp import SmtpRelay
    from tests.trials.servers.tokens import TokenServer


def message(recipient: str) -> EmailMessage:
    return compose(
        Letter(
            "Demandes à traiter : été",
            "Échéance dépassée\n",
            "<p>Échéance dépassée</p>",
            (Attachment("courriels.txt", "text/plain", "Échéance".encode()),),
            reply_to="referent@pref.example.fr",
            list_name="alertes",
        ),
        Envelope("qualite@pref.example.fr", "Préfecture d'essai"),
        message_id="m1@pref.example.fr",
        recipient=recipient,
        date="Fri, 13 Nov 2026 08:00:00 +0100",
    )


def server(relay: SmtpRelay, **changes: object) -> SmtpServer:
    settings: dict[str, object] = {
        "host": relay.host,
        "port": relay.port,
        "tls": "none",
        "sender": "qualite@pref.example.fr",
        "timeout_seconds": 10,
        **changes,
    }
    return SmtpServer(**settings)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def test_a_mail_is_handed_over_as_written(smtp_relay: SmtpRelay, imap_user: str) -> None:
    server(smtp_relay).send(message(imap_user))

    [received] = smtp_relay.received
    assert received.recipients == (imap_user,)
    assert b"Auto-Submitted: auto-generated" in received.raw
    assert b"X-Mailsla: alert" in received.raw
    assert b"<m1@pref.example.fr>" in received.raw
    read = message_from_bytes(received.raw, policy=default)
    assert read["From"].addresses[0].display_name == "Préfecture d'essai"
    assert read["From"].addresses[0].addr_spec == "qualite@pref.example.fr"
    assert (read["Reply-To"], read["List-Id"]) == (
        "referent@pref.example.fr",
        "<alertes.mailsla.pref.example.fr>",
    )
    text, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Échéance dépassée"]
    assert html.get_content().strip() == "<p>Échéance dépassée</p>"
    assert [(item.get_filename(), item.get_content()) for item in read.iter_attachments()] == [
        ("courriels.txt", "Échéance".encode().decode())
    ]


def test_starttls_and_a_password_are_used_when_asked(dovecot: DovecotServer, imap_user: str) -> None:
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    with SmtpRelay(dovecot, starttls=True, credentials=("qualite", "s3cret")) as relay:
        secure = {"host": "localhost", "tls": "starttls", "ca_file": dovecot.ca_pem, "user": "qualite"}
        server(relay, **secure, credentials=Credentials(literal=lambda: "s3cret")).send(message(imap_user))
        assert [mail.user for mail in relay.received] == ["qualite"]
        with pytest.raises(PermanentError):
            server(relay, **secure, credentials=Credentials(literal=lambda: "wrong")).greet()
        with pytest.raises(PermanentError, match="certificat"):
            server(relay, **{**secure, "ca_file": None}).greet()


def test_a_mail_takes_no_more_answers_than_no_other_worker_takes_it_for(
    dovecot: DovecotServer, imap_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Besides what is read, the connection, the handshake and the mail itself are waited for."""
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    answers = []
    getreply = smtplib.SMTP.getreply

    def counted(session: smtplib.SMTP) -> tuple[int, bytes]:
        answer = getreply(session)
        # The relay hands mails on, by LMTP.
        if not isinstance(session, smtplib.LMTP):
            answers.append(answer)
        return answer

    monkeypatch.setattr(smtplib.SMTP, "getreply", counted)
    with SmtpRelay(dovecot, starttls=True, credentials=("qualité", "été2026")) as relay:
        secure = {"host": "localhost", "tls": "starttls", "ca_file": dovecot.ca_pem, "user": "qualité"}
        server(relay, **secure, credentials=Credentials(literal=lambda: "été2026")).send(message(imap_user))

    assert answers[-1][0] == 221
    assert 9 < len(answers) + 3 <= ANSWERS


def test_a_password_with_accents_is_used_as_any_other(dovecot: DovecotServer, imap_user: str) -> None:
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    with SmtpRelay(dovecot, starttls=True, credentials=("qualité", "été2026")) as relay:
        secure = {"host": "localhost", "tls": "starttls", "ca_file": dovecot.ca_pem, "user": "qualité"}
        server(relay, **secure, credentials=Credentials(literal=lambda: "été2026")).send(message(imap_user))
        assert [mail.user for mail in relay.received] == ["qualité"]
        with pytest.raises(PermanentError, match="535"):
            server(relay, **secure, credentials=Credentials(literal=lambda: "hiver2026é")).greet()


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    from tests.trials.servers.tokens import TokenServer  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    with TokenServer("qualite@pref.example.fr") as given:
        yield given


def by_token(relay: SmtpRelay, dovecot: DovecotServer, tokens: TokenServer, **changes: Any) -> SmtpServer:
    """Return a way into a relay that takes tokens alone."""
    settings: dict[str, Any] = {
        "token_url": f"{tokens.url}/token",
        "client_id": "mailsla",
        "client_secret": Credentials(literal=lambda: "s3cret"),
        "refresh_token": None,
        "scope": "https://mail.example.fr/.default",
        **changes,
    }
    mechanism = settings.pop("mechanism", "xoauth2")
    return server(
        relay,
        host="localhost",
        tls="starttls",
        ca_file=dovecot.ca_pem,
        user=tokens.user,
        tokens=TokenSource(**settings),
        mechanism=mechanism,
    )


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
@pytest.mark.parametrize("consent", [None, "consent-1"])
def test_an_access_token_opens_the_server_without_a_password(
    dovecot: DovecotServer, imap_user: str, tokens: TokenServer, mechanism: str, consent: str | None
) -> None:
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    refresh = None if consent is None else Credentials(literal=lambda: consent)
    with SmtpRelay(dovecot, starttls=True, tokens=tokens) as relay:
        way = by_token(relay, dovecot, tokens, mechanism=mechanism, refresh_token=refresh)
        way.send(message(imap_user))
        way.send(message(imap_user))

        assert [mail.user for mail in relay.received] == [tokens.user] * 2
    assert tokens.asked == ["client_credentials" if consent is None else "refresh_token"]


def test_a_token_that_the_server_refuses_is_asked_for_again_once(
    dovecot: DovecotServer, imap_user: str, tokens: TokenServer
) -> None:
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    with SmtpRelay(dovecot, starttls=True, tokens=tokens) as relay:
        way = by_token(relay, dovecot, tokens)
        way.greet()
        tokens.good.clear()  # revoked before its time
        way.send(message(imap_user))
        assert len(relay.received) == 1

        tokens.user = "autre@pref.example.fr"
        with pytest.raises(PermanentError, match="identifiant") as raised:
            way.greet()
    assert tokens.asked == ["client_credentials"] * 3
    assert not any(secret in str(raised.value) for secret in {*tokens.good, "s3cret"})


def test_a_server_that_takes_no_tokens_and_a_secret_that_is_refused_are_for_a_person(
    dovecot: DovecotServer, tokens: TokenServer
) -> None:
    from tests.trials.servers.smtp import SmtpRelay  # noqa: PLC0415 (as in conftest: its tools are needed only here)

    with SmtpRelay(dovecot, starttls=True, credentials=("qualite", "s3cret")) as relay:
        with pytest.raises(PermanentError, match="n'offre pas"):
            by_token(relay, dovecot, tokens).greet()
        with pytest.raises(PermanentError, match="invalid_client"):
            by_token(relay, dovecot, tokens, client_secret=Credentials(literal=lambda: "wrong")).greet()
        tokens.error = "temporarily_unavailable"
        with pytest.raises(TransientError):
            by_token(relay, dovecot, tokens).greet()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("451 4.3.0 <chef@pref.example.fr> later", TransientError),
        ("550 5.1.1 <chef@pref.example.fr> nobody", PermanentError),
    ],
)
def test_refusals_are_sorted_by_whether_they_may_pass(
    smtp_relay: SmtpRelay, imap_user: str, answer: str, error: type[Exception]
) -> None:
    smtp_relay.refuse_with(answer)

    with pytest.raises(error) as raised:
        server(smtp_relay).send(message(imap_user))

    # Nothing that the server says is shown: it may name anybody.
    assert "@" not in str(raised.value)


def test_a_server_that_drips_its_answer_is_given_up(smtp_relay: SmtpRelay) -> None:
    started = time.monotonic()

    with dripping(b"220-") as port, pytest.raises(TransientError):
        server(smtp_relay, port=port, timeout_seconds=1).greet()

    assert time.monotonic() - started < 5


def test_a_server_that_is_down_may_come_back(smtp_relay: SmtpRelay, imap_user: str) -> None:
    with pytest.raises(TransientError):
        server(smtp_relay, port=1).send(message(imap_user))
