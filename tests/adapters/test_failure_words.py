"""What a failure is called is what it is, in words: no name of Python's."""

from __future__ import annotations

import errno
import socket
import ssl
import subprocess

import pytest

from mailsla.adapters.access.failure_words import command_failure, connection_failure, reading_failure


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "pas de réponse dans le délai"),
        (socket.gaierror(-2, "Name or service not known"), "ce nom de serveur est introuvable"),
        (ConnectionRefusedError(), "rien n'y écoute : vérifiez le nom et le port"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "il ne parle pas TLS à ce port : vérifiez tls et port"),
        (OSError(errno.EHOSTUNREACH, ""), "il est injoignable d'ici"),
        (ConnectionResetError(), "il a coupé la connexion"),
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
