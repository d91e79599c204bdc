"""The language is the context's: each mail, page and thread may have its own."""

from __future__ import annotations

import ast
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from mailsla.adapters.machine.scheduling import Job, Shift, run_shifts
from mailsla.core.collection.gap import Gap
from mailsla.language import gettext, language, ngettext, speak, speaking
from mailsla.presentation.pages.alarm_page import alarm_page
from tests.factories import PARIS, paris

PACKAGE = Path(__file__).parents[1] / "mailsla"

STARTERS = {"Thread", "Timer", "ThreadPoolExecutor"}
"""What starts a thread, whose context is empty: it speaks French, whatever the language of who started it."""

SILENT = {
    "adapters/access/deadline.py": "shuts a socket down",
    "adapters/access/pinging.py": "shuts a socket down",
    "adapters/imap/session.py": "shuts a socket down",
    "adapters/machine/second_process.py": "writes to a pipe, or reads from it",
}
IN_THE_CONTEXT_OF_WHO_STARTS_IT = {"adapters/machine/scheduling.py"}

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)

SINCE = paris("2026-11-13 09:00")
GAP = Gap("contact", SINCE, None)


def alarm() -> str:
    """Return a mail's subject, worded now."""
    return alarm_page([(GAP, None)], site="Préfecture d'essai", zone=PARIS).subject


def in_french_and_in_english() -> tuple[str, str]:
    with speaking("fr"):
        french = alarm()
    with speaking("en"):
        english = alarm()
    assert french != english
    return french, english


def test_a_mail_may_be_in_another_language_than_what_is_around_it() -> None:
    with speaking("en"):
        before = language(), gettext("en attente"), ngettext("{n} demande", "{n} demandes", 0)
        with speaking("fr"):
            inside = language(), gettext("en attente")
        after = language(), gettext("en attente")

    assert inside == ("fr", "en attente")
    assert before[:2] == after == ("en", "waiting")
    assert language() == "fr"


def test_the_language_comes_back_when_what_is_inside_fails() -> None:
    with pytest.raises(KeyError), speaking("en"):
        raise KeyError

    assert language() == "fr"


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_a_mail_that_a_job_writes_is_in_the_language_of_the_command_line() -> None:
    french, english = in_french_and_in_english()
    written: list[tuple[str, str]] = []
    stop = threading.Event()

    def act() -> None:
        written.append((alarm(), threading.current_thread().name))
        # What a job speaks is its own affair, and that of no other turn.
        speak("fr")
        if len(written) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
            stop.wait(10)

    def daemon(code: str) -> None:
        speak(code)
        run_shifts(lambda: Shift([Job("alerts", 0.1, act)], stop, lambda: None))

    copy_context().run(daemon, "en")

    assert [mail for mail, _thread in written] == [english, english]
    assert threading.current_thread().name not in {thread for _mail, thread in written}
    assert alarm() == french


def test_two_threads_speak_two_languages_at_once() -> None:
    french, english = in_french_and_in_english()
    both_speak = threading.Barrier(2, timeout=10)

    def write(code: str) -> list[str]:
        with speaking(code):
            both_speak.wait()
            mails = [alarm() for _turn in range(200)]
            both_speak.wait()
            return mails

    with ThreadPoolExecutor(2) as threads:
        [in_one, in_the_other] = threads.map(write, ("fr", "en"))

    assert (set(in_one), set(in_the_other)) == ({french}, {english})


def test_every_thread_says_nothing_or_has_the_language_of_who_starts_it() -> None:
    starting = set()
    for path in PACKAGE.rglob("*.py"):
        calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
        names = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
        if names & STARTERS:
            starting.add(path.relative_to(PACKAGE).as_posix())

    assert starting == SILENT.keys() | IN_THE_CONTEXT_OF_WHO_STARTS_IT
