"""The language of what people read: French in the source, English from a catalogue.

French is the product's language, so its sentences stand in the code and need no catalogue; `--lang en` looks
them up in `locales/en`. See docs/adr/0010-french-sentences.md.
"""

from __future__ import annotations

import gettext as _gettext
from pathlib import Path

LANGUAGES = ("fr", "en")


class _French(_gettext.NullTranslations):
    """French as written in the source, with the plural French uses: 0 and 1 are singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid2 if n >= 2 else msgid1


_current: dict[str, _gettext.NullTranslations] = {"translations": _French()}
_code = {"code": "fr"}


def speak(code: str) -> None:
    """Make `code` ("fr" or "en") the language of everything said from now on.

    Called once, by the command line, before anything is shown.
    """
    if code == "fr":
        _current["translations"] = _French()
    else:
        _current["translations"] = _gettext.translation(
            "mailsla", Path(__file__).parent / "locales", languages=[code]
        )
    _code["code"] = code


def language() -> str:
    """Return the code of the language in use."""
    return _code["code"]


def gettext(sentence: str) -> str:
    """Return `sentence` in the language in use."""
    return _current["translations"].gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural sentence for `count`, in the language in use."""
    return _current["translations"].ngettext(one, many, count)
