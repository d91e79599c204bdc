"""The secret by which a site signs the actions that its mails offer: made once, read by its user alone."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from mailsla.adapters.access.failure_words import reading_failure
from mailsla.adapters.machine import refused_writes
from mailsla.adapters.machine.written_files import write_new
from mailsla.core.alerts.signed_action import KEY_BYTES
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _

_WRITTEN = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}\s*")


def signing_key(path: Path) -> bytes:
    """Return the key that a file holds.

    Raises:
        PermanentError: When it cannot be read, is none, or when others may read it.
    """
    try:
        with path.open(encoding="ascii") as file:
            mode, written = os.fstat(file.fileno()).st_mode, file.read(2 * KEY_BYTES + 2)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, reading_failure(error)) from error
    if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        raise PermanentError(
            _(
                "d'autres peuvent lire ou changer la clé des actions ; retirez-leur ce droit : chmod 600 {path}"
            ).format(path=path)
        )
    if not _WRITTEN.fullmatch(written):
        raise PermanentError(
            _("{path} n'est pas une clé d'actions : retirez ce fichier, mailsla en écrira une.").format(
                path=path
            )
        )
    return bytes.fromhex(written.strip())


def make_signing_key(path: Path) -> None:
    """Write a new key where there is none, whole before it has its name; one that stands there stays.

    Raises:
        PermanentError: When it cannot be written.
    """
    try:
        # Another process may have written one meanwhile.
        with suppress(FileExistsError):
            write_new(path, secrets.token_hex(KEY_BYTES) + "\n")
    except OSError as error:
        raise _unusable(path, refused_writes.reason(error)) from error


def _unusable(path: Path, reason: str) -> PermanentError:
    return PermanentError(
        _(
            "la clé des actions {path} ne peut être ni lue ni écrite ({reason}) : donnez à [actions] key_file un "
            "chemin où mailsla peut écrire."
        ).format(path=path, reason=reason)
    )
