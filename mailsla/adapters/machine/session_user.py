"""Who acts, as the system knows it, whatever the command line or the environment says."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from mailsla.adapters.machine.present import system_now
from mailsla.core.pairing.decision import Recorded

LOGIN_ID = Path("/proc/self/loginuid")
"""Where Linux keeps who logged in (pam_loginuid(8)); `sudo` and `su` do not change it."""

NOBODY_LOGGED_IN = 2**32 - 1


def system_user() -> str:
    """Return the name of whoever runs this process, after that of whoever logged in where Linux says it is another."""
    runs, logged_in = os.getuid(), _login_id()
    if logged_in is None or logged_in == runs:
        return name_of(runs)
    return f"{name_of(logged_in)} ({name_of(runs)})"


def recorded_now() -> Recorded:
    """Return what the machine itself notes of an act done now: its user, and its real clock, whatever is set."""
    return Recorded(system_user(), system_now())


def said_user() -> str:
    """Return the name to sign with unless another is said: `sudo` tells who asked, and could be made to lie."""
    return os.environ.get("SUDO_USER") or name_of(os.getuid())


def _login_id() -> int | None:
    """Return the number of whoever logged in; None when nobody did, or the system does not say."""
    try:
        number = int(LOGIN_ID.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if number == NOBODY_LOGGED_IN else number


def name_of(number: int) -> str:
    """Return the name of a user of this system; its number when it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
