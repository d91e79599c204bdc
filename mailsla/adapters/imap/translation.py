"""Turns what the IMAP library raises into our errors: here, and nowhere else."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import IMAPClientError, LoginError, ProtocolError

from mailsla.adapters.access.failure_words import certificate_failure, connection_failure
from mailsla.core.errors import LoginRefused, MailboxError, MailslaError, PermanentError, TransientError
from mailsla.language import gettext as _

UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    MemoryError,
    RecursionError,
)
"""What a response that cannot be parsed makes of the library; the last three, of the sizes and depths it announces."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's errors into ours; order matters: `LoginError` and `abort` are `error`s."""
    try:
        yield
    except MailslaError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise PermanentError(_refused_certificate(error)) from error
    except LoginError as error:
        raise _login_error(error) from error
    except (imaplib.IMAP4.abort, ProtocolError, OSError) as error:
        raise TransientError(
            _("la connexion au serveur a échoué ({reason}).").format(reason=connection_failure(error))
        ) from error
    except (imaplib.IMAP4.error, IMAPClientError) as error:
        raise TransientError(_("le serveur a refusé une commande.")) from error
    except UNREADABLE as error:
        raise TransientError(_("le serveur a répondu quelque chose d'illisible.")) from error


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a NO or a BAD, which concern one mailbox, into our error; a broken connection concerns them all."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise MailboxError(_("le serveur n'ouvre pas ce dossier.")) from error


def _refused_certificate(error: ssl.SSLCertVerificationError) -> str:
    return _("le certificat du serveur n'est pas reconnu ({reason}).").format(
        reason=certificate_failure(error)
    )


def _login_error(error: LoginError) -> MailslaError:
    # The library calls a connection that breaks during LOGIN a login error, too.
    if isinstance(error.__context__, imaplib.IMAP4.abort) or "command error: BAD" in str(error):
        return TransientError(
            _("la connexion au serveur a échoué ({reason}).").format(
                reason=connection_failure(error.__context__)
            )
        )
    # RFC 5530 §3: these codes say that the password is not what is wrong.
    said = str(error).upper()
    if any(code in said for code in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")):
        return TransientError(_("le serveur ne peut pas ouvrir la session pour l'instant."))
    return LoginRefused(_("le serveur refuse l'identifiant ou le mot de passe."))
