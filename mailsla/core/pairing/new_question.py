"""Whether a citizen's mail in a known exchange asks something new: its subject says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.spelling import plain_spelling
from mailsla.core.pairing.numbers_by_name import NumbersByName, names_near, names_of_words

_PRESSING = re.compile(
    r"relance[rsz]?|rappels?|urgente?|urgence|svp|encore|aucune?|toujours|rien|sans|r[ée]ponses?|retour|attente|attends|"
    r"derni(?:er|ère|ere)|deuxi[eè]me|seconde|troisi[eè]me"
)
"""Words that press for an answer."""

_AROUND = re.compile(
    r"[adjlns]|\d|à|ai|au|ce|cette|de|des|depuis|du|en|est|et|eu|fois|il|je|jours?|la|le|les|ma|mes|me|mon|merci|no|"
    r"nous|nouvelles?|num[eé]ro|part|pas|permets|permettons|pla[iî]t|plus|pour|re|re[cç]ue?|rest[eé]e|suis|tr[eè]s|vos|"
    r"votre|vous|[23](?:[eè]me|e)|2nde|"
    r"courriels?|demandes?|dossier|mails?|messages?|question"
)
"""Words that say nothing of their own beside them; « Nouvelle demande » has none that press, and is a new one."""

_NO_SUBJECT = frozenset(
    {"sans objet", "sans sujet", "aucun objet", "aucun sujet", "pas de sujet", "pas d'objet", "no subject"}
)
"""What mail programs write where a subject is empty, without the parentheses around it."""

FEW = 8
"""So many subjects are compared one by one."""

_WORD = re.compile(r"\w+")


class Subjects:
    """The subjects of an exchange so far.

    Args:
        reminder_words: What presses on this site, beside what presses everywhere.
    """

    def __init__(self, reminder_words: tuple[str, ...] = ()) -> None:
        self._reminder_words = reminder_words
        self._bases: dict[str, None] = {}
        self._said: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._bases)

    def __contains__(self, base: object) -> bool:
        return base in self._bases

    def __len__(self) -> int:
        return len(self._bases)

    def add(self, subject: str) -> None:
        """Take a mail's subject."""
        self._bases[base_subject(subject)] = None

    def is_new(self, subject: str) -> bool:
        """Tell whether a subject asks about something else than those of this exchange.

        It neither contains any of them nor is contained in one, word by word. An empty subject, or one made only of
        words that press (« Toujours rien ! »), asks nothing new.

        >>> exchange = Subjects()
        >>> exchange.add("RE : Carte grise")
        >>> exchange.is_new("RELANCE : Toujours rien !"), exchange.is_new("Passeport")
        (False, True)
        >>> exchange.is_new("Carte grise, dossier 12")
        False
        """
        asked = said(subject, self._reminder_words)
        return bool(asked) and not any(asked in other or other in asked for other in self._near(asked))

    @cached_property
    def _by_word(self) -> NumbersByName:
        return NumbersByName()

    def _near(self, asked: str) -> Iterator[str]:
        """Yield what was said so far; of much, only what may contain this, or be contained in it."""
        if len(self._bases) <= FEW:
            yield from (said(base, self._reminder_words) for base in self._bases)
            return
        for base in islice(self._bases, len(self._said), None):
            self._said.append(said(base, self._reminder_words))
            self._by_word.put(len(self._said) - 1, names_of_words(self._said[-1], self._by_word))
        for name in names_near(asked, self._by_word):
            for number in self._by_word.under(name):
                yield self._said[number]


@lru_cache(maxsize=2_048)
def said(subject: str, reminder_words: tuple[str, ...]) -> str:
    """Return the words of a subject's base, a space before and after each; none when they only press, or say none."""
    base = base_subject(subject)
    if base.strip("()[]<> ") in _NO_SUBJECT:
        return ""
    words = _WORD.findall(base)
    declared = {word for item in reminder_words for word in _WORD.findall(plain_spelling(item).casefold())}
    pressing = [word for word in words if word in declared or _PRESSING.fullmatch(word)]
    presses_only = bool(pressing) and all(word in pressing or _AROUND.fullmatch(word) for word in words)
    return "" if presses_only or not words else f" {' '.join(words)} "
