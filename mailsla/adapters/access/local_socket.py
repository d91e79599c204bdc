"""A Unix socket on which a process hears others of its machine, and knows from the kernel who asks (unix(7))."""

from __future__ import annotations

import errno
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mailsla.adapters.access.deadline import breaking_off
from mailsla.adapters.machine.refused_writes import reason
from mailsla.adapters.machine.session_user import name_of
from mailsla.core.errors import PermanentError, TransientError
from mailsla.language import gettext as _

MOST_BYTES = 65_536
STEP_SECONDS = 5.0
ANSWER_SECONDS = 120.0
"""How long an answer is waited for: what is asked may have all that waits derived first."""

OWNER_AND_GROUP = 0o660
_CREDENTIALS = struct.Struct("3i")
"""A process, its user and its group (SO_PEERCRED)."""


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Listen at `path` during the block, for this user and the group of the file.

    A socket that nobody listens at any more is replaced; nothing else ever is.

    Raises:
        PermanentError: When something else stands there, somebody listens there, or it cannot be made.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            _make_room(path)
            # The umask leaves it to its user alone until its mode is set.
            listener.bind(str(path))
            path.chmod(OWNER_AND_GROUP)
            listener.listen(8)
        except OSError as error:
            raise PermanentError(
                _("le démon ne peut pas ouvrir {path} ({reason}).").format(path=path, reason=reason(error))
            ) from error
        try:
            yield listener
        finally:
            with suppress(OSError):
                path.unlink()


def _make_room(path: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode) or _is_heard(path):
            raise FileExistsError(errno.EEXIST, "", path)
        path.unlink()


def _is_heard(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trying:
        return trying.connect_ex(str(path)) == 0


def next_asker(listener: socket.socket, seconds: float) -> socket.socket | None:
    """Return a connection to whoever asks next; None when nobody does for so many seconds."""
    listener.settimeout(seconds)
    try:
        asking, _address = listener.accept()
    except TimeoutError:
        return None
    asking.settimeout(STEP_SECONDS)
    return asking


def asker(asking: socket.socket) -> str:
    """Return the name of the user who asks, as the kernel knows it."""
    known = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _process, user, _group = _CREDENTIALS.unpack(known)
    return name_of(user)


def received(asking: socket.socket) -> bytes:
    """Return all that somebody says until they end.

    Raises:
        TransientError: When they do not end in time, or say too much.
    """
    said = b""
    try:
        with breaking_off(asking, STEP_SECONDS):
            while part := asking.recv(MOST_BYTES):
                said += part
                if len(said) > MOST_BYTES:
                    raise TransientError(_("ce qui est demandé est trop long."))
    except OSError as error:
        raise TransientError(_("ce qui est demandé n'est pas arrivé en entier.")) from error
    return said


def ask(path: Path, said: bytes, seconds: float = ANSWER_SECONDS) -> bytes:
    """Say something to whoever listens at `path`, and return their whole answer.

    Raises:
        PermanentError: When this user may not.
        TransientError: When nobody listens there, or answers in time.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(seconds)
            asking.connect(str(path))
            asking.sendall(said)
            asking.shutdown(socket.SHUT_WR)
            with breaking_off(asking, seconds):
                answer = b"".join(iter(lambda: asking.recv(MOST_BYTES), b""))
    except PermissionError as error:
        raise PermanentError(
            _(
                "vous n'avez pas le droit de décider par le démon : demandez à être du groupe de {path}."
            ).format(path=path)
        ) from error
    except OSError as error:
        raise _unanswered(path) from error
    if not answer:
        raise _unanswered(path)
    return answer


def _unanswered(path: Path) -> TransientError:
    return TransientError(
        _("le démon ne répond pas par {path} : est-il en marche ? (systemctl status mailsla)").format(
            path=path
        )
    )
