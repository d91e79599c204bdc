"""Why a server, a file or a command could not be had, in words: what Python calls it tells nobody what to do."""

from __future__ import annotations

import errno
import socket
import ssl
import subprocess
from http.client import HTTPException

from mailsla.language import gettext as _

UNTRUSTED = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's errors about who signed a certificate (its X509_V_ERR_…, which `ssl` does not name)."""

NOT_YET_VALID, EXPIRED = 9, 10
OTHER_NAME, OTHER_ADDRESS = 62, 64


def certificate_failure(error: ssl.SSLCertVerificationError) -> str:
    """Return why a server's certificate is not taken."""
    code = error.verify_code
    if code in UNTRUSTED:
        return _("cette machine ne connaît pas qui l'a signé : donnez cette autorité par ca_file")
    if code in {OTHER_NAME, OTHER_ADDRESS}:
        return _("il est au nom d'un autre serveur : vérifiez host")
    if code == EXPIRED:
        return _("il a expiré : il doit être renouvelé là-bas")
    if code == NOT_YET_VALID:
        return _("il n'est pas encore valable : vérifiez l'heure de cette machine")
    return _("il n'est pas valable")


def connection_failure(error: BaseException | None) -> str:
    """Return why a connection failed.

    >>> connection_failure(ConnectionRefusedError())
    "rien n'y écoute : vérifiez le nom et le port"
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return certificate_failure(error)
    if isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return _("il est injoignable d'ici")
    known: dict[type[Exception], str] = {
        TimeoutError: _("pas de réponse dans le délai"),
        socket.gaierror: _("ce nom de serveur est introuvable"),
        ConnectionRefusedError: _("rien n'y écoute : vérifiez le nom et le port"),
        ssl.SSLError: _("il ne parle pas TLS à ce port : vérifiez tls et port"),
        HTTPException: _("sa réponse est illisible"),
        ValueError: _("sa réponse est illisible"),
    }
    return next(
        (said for kind, said in known.items() if isinstance(error, kind)), _("il a coupé la connexion")
    )


def reading_failure(error: Exception) -> str:
    """Return why a file could not be read."""
    if isinstance(error, FileNotFoundError):
        return _("il n'existe pas")
    if isinstance(error, PermissionError):
        return _("vous n'avez pas le droit de le lire")
    if isinstance(error, IsADirectoryError):
        return _("c'est un dossier")
    if isinstance(error, UnicodeError):
        return _("il n'est pas en UTF-8")
    return _("le disque ne le rend pas")


def command_failure(error: Exception) -> str:
    """Return why a command gave nothing of use."""
    if isinstance(error, subprocess.TimeoutExpired):
        return _("elle ne finit pas")
    if isinstance(error, subprocess.CalledProcessError):
        return _("elle sort avec le code {code}").format(code=error.returncode)
    if isinstance(error, UnicodeError):
        return _("ce qu'elle écrit n'est pas en UTF-8")
    return _("elle ne peut pas être lancée")
