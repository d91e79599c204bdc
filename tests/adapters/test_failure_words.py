"""What a failure is called is what it is, in words: no name of Python's."""

from __future__ import annotations

import errno
import socket
import ssl
import subprocess
from http.client import BadStatusLine
from pathlib import Path

import pytest

from mailsla.adapters.access.failure_words import command_failure, connection_failure, reading_failure
from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine
from mailsla.core.errors import MailslaError


def certificate_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "pas de réponse dans le délai"),
        (socket.gaierror(-2, "Name or service not known"), "ce nom de serveur est introuvable"),
        (ConnectionRefusedError(), "rien n'y écoute : vérifiez le nom et le port"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "il ne parle pas TLS à ce port : vérifiez tls et port"),
        (OSError(errno.EHOSTUNREACH, ""), "il est injoignable d'ici"),
        (ConnectionResetError(), "il a coupé la connexion"),
        (BadStatusLine("x"), "sa réponse est illisible"),
        (
            certificate_error(20),
            "cette machine ne connaît pas qui l'a signé : donnez cette autorité par ca_file",
        ),
        (certificate_error(62), "il est au nom d'un autre serveur : vérifiez host"),
        (certificate_error(10), "il a expiré : il doit être renouvelé là-bas"),
        (certificate_error(9), "il n'est pas encore valable : vérifiez l'heure de cette machine"),
        (certificate_error(1), "il n'est pas valable"),
        (None, "il a coupé la connexion"),
    ],
)
def test_a_connection_that_fails_says_why(error: BaseException | None, said: str) -> None:
    assert connection_failure(error) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(), "il n'existe pas"),
        (PermissionError(), "vous n'avez pas le droit de le lire"),
        (IsADirectoryError(), "c'est un dossier"),
        (UnicodeDecodeError("utf-8", b"\xe9", 0, 1, ""), "il n'est pas en UTF-8"),
        (OSError(errno.EIO, ""), "le disque ne le rend pas"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(error: Exception, said: str) -> None:
    assert reading_failure(error) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (subprocess.TimeoutExpired("pass", 30), "elle ne finit pas"),
        (subprocess.CalledProcessError(3, "pass"), "elle sort avec le code 3"),
        (UnicodeDecodeError("utf-8", b"\xe9", 0, 1, ""), "ce qu'elle écrit n'est pas en UTF-8"),
        (FileNotFoundError(), "elle ne peut pas être lancée"),
    ],
)
def test_a_command_that_gives_nothing_says_why(error: Exception, said: str) -> None:
    assert command_failure(error) == said


def test_a_database_that_is_none_or_that_nobody_serves_says_so_without_a_name_of_python_s(
    tmp_path: Path,
) -> None:
    (tmp_path / "store.sqlite3").write_bytes(b"no database at all" * 100)

    for url, said in (
        (f"sqlite:///{tmp_path / 'store.sqlite3'}", "ce fichier est abîmé, ou n'est pas une base"),
        (
            "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "elle est arrêtée, injoignable, ou refuse ce compte",
        ),
    ):
        engine = open_engine(url)
        with pytest.raises(MailslaError, match=said) as refused:
            schema.version(engine)
        engine.dispose()
        assert "Error" not in str(refused.value)
