"""A mail that mailsla sends, as a value: what it says, in the order in which it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailsla.language import gettext as _
from mailsla.presentation.action_mails import ActionLink


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of an alert.

    Attributes:
        key: The request's whole key.
        due_on: Its due date.
        due: Until when it is to be answered, in words.
        found_by: What finds it, in a sentence.
        notes: What else is to be known, a sentence each.
        actions: What its reader may say of it, by a mail that is written already.
    """

    key: str
    due_on: date
    due: str
    found_by: str
    notes: tuple[str, ...] = ()
    actions: tuple[ActionLink, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What became of something that was asked for by mail, and what its reader may do about it."""

    said: str
    actions: tuple[ActionLink, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Everything a mail says, in paragraphs but for its entries; `further` are read in a file that goes with it.

    `news` is what became of what was asked for by mail since the mail before.
    """

    subject: str
    opening: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    further: tuple[Entry, ...] = ()
    news: tuple[News, ...] = ()
    warnings: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


def signature(site: str, *, is_answered: bool = False) -> str:
    """Return how a mail ends that nobody wrote; an answer to it may reach somebody."""
    said = _("Message automatique, envoyé au nom de {site}.").format(site=site)
    return said if is_answered else _("{said} Merci de ne pas y répondre.").format(said=said)
