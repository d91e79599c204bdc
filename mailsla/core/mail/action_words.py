"""What stands in a mail that asks for an action: its tokens, and what its author typed on the labelled lines.

The labels are those of ready-written mails, in each of the languages that these are written in. Nothing else of the
text is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mailsla.core.mail.action_token import names_token, tokens_in
from mailsla.core.mail.printable import printable
from mailsla.core.mail.spelling import plain_spelling

LONGEST_WORD = 60
"""Characters of a channel, of a date."""

LONGEST_REASON = 500
"""Characters of a reason, and of a service's name."""

_LABELS = {
    "channel": re.compile(r"(?:par|by) ?\([^()]{0,80}\) ?:", re.IGNORECASE),
    "on": re.compile(r"(?:le ?\(jj/mm/aaaa\)|on ?\(dd/mm/yyyy\)) ?:", re.IGNORECASE),
    "service": re.compile(r"service ?:", re.IGNORECASE),
    "reason": re.compile(r"(?:pourquoi|why) ?:", re.IGNORECASE),
}
_SIGNATURE = re.compile(r"signature\b[^:]{0,80}:", re.IGNORECASE)
"""The line above the token: nobody typed what follows it."""

LONGEST_LINE = 2_000

_MARKS = re.compile(r"[>|*\s]+")
_SPACES = re.compile(r"\s+")


class Asked(NamedTuple):
    """What a mail asks for, as its author wrote it; empty where nothing was typed.

    Attributes:
        channel: How the request was answered: telephone, letter, counter.
        on: The date, as typed.
        service: The service named.
        reason: Why.
        tokens: The tokens found, those of the subject first.
    """

    channel: str = ""
    on: str = ""
    service: str = ""
    reason: str = ""
    tokens: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """All that is kept of it, in a row; nothing when there is no token."""
        return (*self[:-1], *self.tokens) if self.tokens else ()


def asked(subject: str, text: str) -> Asked:
    """Return what a mail asks for, by its subject and the beginning of its text.

    >>> asked("", "Par (téléphone, courrier) : téléphone\\n> Pourquoi : rappelée\\n> ce matin\\n\\nCordialement")[:4]
    ('téléphone', '', '', 'rappelée ce matin')
    """
    tokens = tuple(dict.fromkeys((*tokens_in(subject), *tokens_in(text))))
    typed: dict[str, str] = {}
    for label, value in _typed([_plain(line) for line in text.splitlines()]):
        typed.setdefault(label, value)
    return Asked(
        channel=_shown(typed, "channel", LONGEST_WORD),
        on=_shown(typed, "on", LONGEST_WORD),
        service=_shown(typed, "service", LONGEST_REASON),
        reason=_shown(typed, "reason", LONGEST_REASON),
        tokens=tokens,
    )


def asked_of(kept: Sequence[str]) -> Asked:
    """Return what was kept of what a mail asks for (`Asked.kept`)."""
    if not kept:
        return Asked()
    channel, on, service, reason, *tokens = kept
    return Asked(channel, on, service, reason, tuple(tokens))


def _shown(typed: dict[str, str], label: str, most: int) -> str:
    return printable(typed.get(label, ""), most)


def _plain(line: str) -> str:
    """Return a line without the marks of a quotation, each space a plain one."""
    marks = _MARKS.match(line)
    said = line if marks is None else line[marks.end() :]
    return _SPACES.sub(" ", plain_spelling(said[:LONGEST_LINE])).strip()


def _typed(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each label with what was typed behind it, or on the lines below it up to an empty one."""
    label, words = None, [""]
    for line in (*lines, "signature :"):
        found = next(((name, match) for name, form in _LABELS.items() if (match := form.match(line))), None)
        is_end = found is not None or _SIGNATURE.match(line) is not None or names_token(line)
        value = " ".join(words).strip()
        if label is not None and value and (is_end or not line):
            yield label, value
            label = None
        if found is not None:
            label, words = found[0], [line[found[1].end() :]]
        elif is_end:
            label = None
        elif label is not None:
            words.append(line)
