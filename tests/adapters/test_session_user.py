"""Who acts comes from the system; what the environment says is only said."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailsla.adapters.machine import session_user
from mailsla.adapters.machine.session_user import NOBODY_LOGGED_IN, recorded_now, said_user, system_user

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (str(os.getuid()), ME),
        (str(NOBODY_LOGGED_IN), ME),
        ("", ME),
        (None, ME),
        ("1", f"{pwd.getpwuid(1).pw_name} ({ME})"),
        ("3999999999", f"3999999999 ({ME})"),
    ],
)
def test_the_system_s_user_is_named_after_whoever_logged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str | None, name: str
) -> None:
    says = tmp_path / "loginuid"
    if written is not None:
        says.write_text(written, encoding="ascii")
    monkeypatch.setattr(session_user, "LOGIN_ID", says)

    assert system_user() == name


def test_the_environment_names_nobody_for_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = system_user()
    for name in ("SUDO_USER", "USER", "LOGNAME"):
        monkeypatch.setenv(name, "somebody.else")

    assert (said_user(), system_user()) == ("somebody.else", before)


def test_the_machine_notes_its_real_clock_whatever_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILSLA_NOW", "2020-01-01T00:00:00+00:00")

    assert abs(datetime.now(UTC) - recorded_now().at) < timedelta(minutes=1)
