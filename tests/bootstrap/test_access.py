"""A secret is read from where the configuration says, whatever section names it and in whatever way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.bootstrap.access import imap_account, smtp_server
from mailsla.config import parse
from tests.trials.office import document

TLS = {"host": "mail.example.fr", "tls": "implicit"}


def site(**sections: Any) -> dict[str, Any]:
    return document(TLS | {"user": "contact", "password_env": "UNUSED"}, **sections)


def with_tokens(keys: dict[str, Any]) -> dict[str, Any]:
    tokens = {"token_url": "https://example.fr/token", "client_id": "mailsla"}
    return TLS | {"name": "contact", "user": "contact", "oauth2": tokens | keys}


def password_of_an_account(folder: Path, keys: dict[str, Any]) -> Credentials | None:
    account = TLS | {"name": "contact", "user": "contact"} | keys
    return imap_account(parse(site(accounts=[account]), folder=folder).accounts[0]).credentials


def password_of_the_relay(folder: Path, keys: dict[str, Any]) -> Credentials | None:
    relay = TLS | {"sender": "qualite@pref.example.fr", "user": "qualite"} | keys
    smtp = parse(site(smtp=relay), folder=folder).smtp
    assert smtp is not None
    return smtp_server(smtp).credentials


def client_secret(folder: Path, keys: dict[str, Any]) -> Credentials | None:
    tokens = imap_account(parse(site(accounts=[with_tokens(keys)]), folder=folder).accounts[0]).tokens
    assert tokens is not None
    assert tokens.refresh_token is None
    return tokens.client_secret


def consent(folder: Path, keys: dict[str, Any]) -> Credentials | None:
    tokens = imap_account(parse(site(accounts=[with_tokens(keys)]), folder=folder).accounts[0]).tokens
    assert tokens is not None
    assert tokens.client_secret is None
    return tokens.refresh_token


PASSWORDS = (password_of_an_account, password_of_the_relay)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        *(("password", read) for read in PASSWORDS),
        ("client_secret", client_secret),
        ("refresh_token", consent),
    ],
)
def test_every_secret_is_read_from_a_file_a_command_or_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, read: Any
) -> None:
    (tmp_path / "secret").write_text("from a file\n", encoding="utf-8")
    monkeypatch.setenv("MAILSLA_TEST_SECRET", "from a variable")

    in_a_file = read(tmp_path, {f"{name}_file": "secret"})
    by_a_command = read(tmp_path, {f"{name}_command": ["echo", "from a command"]})
    in_a_variable = read(tmp_path, {f"{name}_env": "MAILSLA_TEST_SECRET"})

    assert in_a_file.file == tmp_path / "secret"
    assert [found.password() for found in (in_a_file, by_a_command, in_a_variable)] == [
        "from a file",
        "from a command",
        "from a variable",
    ]


def test_an_absolute_path_stays_what_it_is(tmp_path: Path) -> None:
    found = password_of_an_account(tmp_path, {"password_file": "/run/secrets/contact"})

    assert found == Credentials(file=Path("/run/secrets/contact"))


@pytest.mark.parametrize("read", PASSWORDS)
def test_a_password_in_clear_is_read_and_never_shown(tmp_path: Path, read: Any) -> None:
    found = read(tmp_path, {"password": "s3cret"})

    assert found.password() == "s3cret"
    assert "s3cret" not in repr(found)


def test_a_relay_without_user_and_an_account_with_tokens_have_no_password(tmp_path: Path) -> None:
    settings = parse(
        site(
            accounts=[with_tokens({"client_secret_env": "X"})],
            smtp=TLS | {"sender": "qualite@pref.example.fr"},
        ),
        folder=tmp_path,
    )

    assert settings.smtp is not None
    assert smtp_server(settings.smtp).credentials is None
    assert imap_account(settings.accounts[0]).credentials is None
