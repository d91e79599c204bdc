"""The language of what people read: French in the source, English from a catalogue.

French is the product's language, so its sentences stand in the code and need no catalogue; `--lang en` looks
them up in `locales/en`. See docs/adr/0010-french-sentences.md.

The language belongs to the context, so that a mail or a page may speak another one than the terminal, in one
thread or in several at once. A thread begins with an empty context, hence in French: whoever starts one that
words anything runs it in a copy of its own context, as `adapters.machine.scheduling` does for the daemon's jobs.
(Had the process a language of its own to fall back to, a thread started for an English page would speak that.)
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import TypeVar

LANGUAGES = ("fr", "en")

_Value = TypeVar("_Value", bound=Hashable)

_spoken = ContextVar("language", default="fr")


class _French(_gettext.NullTranslations):
    """French as written in the source, with the plural French uses: 0 and 1 are singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid2 if n >= 2 else msgid1


@cache
def _translations(code: str) -> _gettext.NullTranslations:
    if code == "fr":
        return _French()
    return _gettext.translation("mailsla", Path(__file__).parent / "locales", languages=[code])


def speak(code: str) -> None:
    """Make `code` ("fr" or "en") the language of everything said from now on in this context.

    Called once, by the command line, before anything is shown.
    """
    _spoken.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Make `code` the language of what is said inside: a mail or a page in another language than the rest."""
    before = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(before)


def language() -> str:
    """Return the code of the language in use."""
    return _spoken.get()


def gettext(sentence: str) -> str:
    """Return `sentence` in the language in use."""
    code = _spoken.get()
    # A list says twenty words a row: French ones are not looked up.
    return sentence if code == "fr" else _translations(code).gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural sentence for `count`, in the language in use."""
    return _translations(_spoken.get()).ngettext(one, many, count)


def said_alike(say: Callable[[_Value], str]) -> Callable[[_Value], str]:
    """Keep what a function says of few values, in each language: a list says it of thousands of rows.

    Args:
        say: What depends on its argument and on the language in use alone.
    """

    @lru_cache(maxsize=1_000)
    def said(_code: str, value: _Value) -> str:
        return say(value)

    @wraps(say)
    def in_use(value: _Value) -> str:
        return said(_spoken.get(), value)

    return in_use
