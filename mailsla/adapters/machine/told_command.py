"""Runs the command of whoever watches, with how things are: without shell, for a while, and with no secret."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress

from mailsla.core.errors import TransientError
from mailsla.language import gettext as _

SECONDS = 30.0
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "HOME")
"""All that it gets of our environment, which may hold passwords."""


def run_told(command: Sequence[str], state: str, sentences: str, seconds: float = SECONDS) -> None:
    """Run a command with `state` as its last argument and what is wrong on its standard input; its output is not read.

    What it started ends with it, at the latest after so many seconds.

    Raises:
        TransientError: When it cannot be started, fails, or does not end in time.
    """
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with tempfile.TemporaryFile() as told:
        told.write(sentences.encode())
        told.seek(0)
        try:
            running = subprocess.Popen(  # noqa: S603 (the exploitant's own command, run without a shell)
                [*command, state],
                stdin=told,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=kept,
                cwd="/",
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise _failed(_("elle ne peut pas être lancée")) from error
    try:
        code = running.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise _failed(_("pas fini en {n} secondes").format(n=round(seconds))) from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    if code:
        raise _failed(_("code {code}").format(code=code))


def _failed(reason: str) -> TransientError:
    return TransientError(_("la commande à prévenir a échoué ({reason}).").format(reason=reason))
