"""Access tokens instead of a password: from an authorization server of our own to a real Dovecot that checks them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.access.oauth import TokenSource
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.core.errors import LoginRefused, PermanentError, TransientError
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.dripping import dripping
from tests.trials.servers.tokens import TokenServer

USER = "contact.365@pref.example.fr"


@dataclass
class Site:
    tokens: TokenServer
    dovecot: DovecotServer

    def source(self, **changes: Any) -> TokenSource:
        settings: dict[str, Any] = {
            "token_url": f"{self.tokens.url}/token",
            "client_id": "mailsla",
            "client_secret": Credentials(literal=lambda: "s3cret"),
            "refresh_token": None,
            "scope": "https://mail.example.fr/.default",
            **changes,
        }
        return TokenSource(**settings)

    def account(self, source: TokenSource, mechanism: str = "xoauth2") -> ImapAccount:
        return ImapAccount(
            name="contact-365",
            host=self.dovecot.host,
            port=self.dovecot.imap_port,
            tls="none",
            user=USER,
            credentials=None,
            tokens=source,
            mechanism=mechanism,
            timeout_seconds=10,
        )

    def mailboxes(self, source: TokenSource, mechanism: str = "xoauth2") -> set[str]:
        with connect(self.account(source, mechanism)) as session:
            return {mailbox.name for mailbox in session.mailboxes()}


@pytest.fixture(scope="module")
def servers() -> Iterator[Site]:
    with TokenServer(USER) as tokens, DovecotServer(introspection_url=f"{tokens.url}/introspect") as dovecot:
        yield Site(tokens, dovecot)


@pytest.fixture
def site(servers: Site) -> Iterator[Site]:
    servers.tokens.asked.clear()
    yield servers
    servers.tokens.error, servers.tokens.rotates, servers.tokens.lives_seconds = None, False, 3600
    servers.tokens.refresh_token = "consent-1"


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_the_client_s_own_credentials_open_the_mailbox(site: Site, mechanism: str) -> None:
    assert "INBOX" in site.mailboxes(site.source(), mechanism)
    assert site.tokens.asked == ["client_credentials"]


def test_a_person_s_consent_opens_it_too_and_is_replaced_when_the_server_says_so(site: Site) -> None:
    site.tokens.rotates, site.tokens.lives_seconds = True, 0
    source = site.source(refresh_token=Credentials(literal=lambda: "consent-1"))

    assert "INBOX" in site.mailboxes(source)
    assert "INBOX" in site.mailboxes(source)
    assert site.tokens.asked == ["refresh_token", "refresh_token"]


def test_a_token_serves_until_shortly_before_its_end(site: Site) -> None:
    now = 0.0
    source = site.source(clock=lambda: now)
    site.tokens.lives_seconds = 600

    first = source.access_token()
    now = 539
    again = source.access_token()
    now = 541
    renewed = source.access_token()

    assert first == again != renewed
    assert len(site.tokens.asked) == 2


def test_a_token_that_the_mail_server_refuses_is_asked_for_again(site: Site) -> None:
    source = site.source()
    site.mailboxes(source)
    site.tokens.good.clear()

    with pytest.raises(PermanentError):
        site.mailboxes(source)

    assert "INBOX" in site.mailboxes(source)


def test_a_refused_secret_needs_a_person_and_is_in_no_sentence(site: Site) -> None:
    wrong = site.source(client_secret=Credentials(literal=lambda: "wr0ng-s3cret"))

    with pytest.raises(LoginRefused, match="invalid_client") as raised:
        wrong.access_token()

    assert "s3cret" not in str(raised.value)


def test_a_new_consent_takes_the_place_of_what_came_of_the_old_one(site: Site) -> None:
    site.tokens.rotates = True
    given = "consent-1"
    source = site.source(refresh_token=Credentials(literal=lambda: given))
    source.access_token()

    site.tokens.refresh_token = given = "consent-2"
    source.forget()

    assert "INBOX" in site.mailboxes(source)


def test_a_consent_that_is_good_still_is_asked_with_once_what_came_of_it_is_not(site: Site) -> None:
    site.tokens.rotates = True
    source = site.source(refresh_token=Credentials(literal=lambda: "consent-1"))
    source.access_token()

    site.tokens.refresh_token = "consent-1"
    source.forget()
    good = source.access_token()
    site.tokens.refresh_token = "revoked"
    source.forget()
    with pytest.raises(LoginRefused):
        source.access_token()

    assert good in site.tokens.good
    # First use; what came of it, then the consent; the same again.
    assert len(site.tokens.asked) == 5


def test_no_token_shows(site: Site) -> None:
    site.tokens.rotates = True
    source = site.source(refresh_token=Credentials(literal=lambda: "consent-1"))

    token = source.access_token()

    assert token not in repr(source)
    assert "consent-" not in repr(source)


def test_an_expired_consent_needs_a_person(site: Site) -> None:
    with pytest.raises(LoginRefused, match="invalid_grant"):
        site.source(refresh_token=Credentials(literal=lambda: "expired")).access_token()


@pytest.mark.parametrize(
    ("code", "kind"), [("temporarily_unavailable", TransientError), ("s3cret <x>", PermanentError)]
)
def test_what_may_pass_is_told_apart_and_strange_codes_are_not_repeated(
    site: Site, code: str, kind: type[Exception]
) -> None:
    site.tokens.error = code

    with pytest.raises(kind) as raised:
        site.source().access_token()

    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"])
def test_an_authorization_server_that_drips_its_answer_is_given_up(site: Site, beginning: bytes) -> None:
    started = time.monotonic()

    with dripping(beginning) as port, pytest.raises(TransientError):
        site.source(token_url=f"http://127.0.0.1:{port}/token", most_seconds=1).access_token()

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("consent", [None, "consent-1"])
def test_a_secret_follows_no_redirection(site: Site, status: int, consent: str | None) -> None:
    site.tokens.moved = (status, f"{site.tokens.url}/token")
    refresh_token = None if consent is None else Credentials(literal=lambda: consent)
    source = site.source(token_url=f"{site.tokens.url}/moved", refresh_token=refresh_token)

    with pytest.raises(PermanentError, match="token_url") as raised:
        source.access_token()
    asked = list(site.tokens.asked)
    site.tokens.moved = None

    assert "s3cret" not in str(raised.value)
    assert len(asked) == 1
    assert source.access_token()


def test_an_authorization_server_that_is_down_may_come_back(site: Site) -> None:
    with pytest.raises(TransientError):
        site.source(token_url="http://127.0.0.1:9/token").access_token()
