"""Why a server, a file or a command could not be had, in words: what Python calls it tells nobody what to do."""

from __future__ import annotations

import errno
import socket
import ssl
import subprocess

from mailsla.language import gettext as _


def connection_failure(error: BaseException | None) -> str:
    """Return why a connection failed.

    >>> connection_failure(ConnectionRefusedError())
    "rien n'y écoute : vérifiez le nom et le port"
    """
    if isinstance(error, TimeoutError):
        return _("pas de réponse dans le délai")
    if isinstance(error, socket.gaierror):
        return _("ce nom de serveur est introuvable")
    if isinstance(error, ConnectionRefusedError):
        return _("rien n'y écoute : vérifiez le nom et le port")
    if isinstance(error, ssl.SSLError):
        return _("il ne parle pas TLS à ce port : vérifiez tls et port")
    if isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return _("il est injoignable d'ici")
    return _("il a coupé la connexion")


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
