"""Draws the mails that mailsla sends as plain text. What they say was decided in `presentation.pages`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill

from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.action_mails import ActionLink
from mailsla.presentation.pages.letter import Entry, LetterPage, News
from mailsla.presentation.typography import typeset

WIDTH = 72
"""Of a line (RFC 5322 §2.1.1 wishes for 78 at most; a reply quotes it)."""


def write(page: LetterPage) -> tuple[str, str]:
    """Return the subject and the text of a mail; the links of its entries come last, for they are long."""
    opening, rest = map(_wrapped, page.opening), map(_wrapped, (*page.warnings, *page.closing))
    said = [*opening, *map(_entry, page.entries), *map(_news, page.news), *rest, *_acts(page.entries)]
    return typeset(page.subject), "\n\n".join(said) + "\n"


def entries(found: Sequence[Entry]) -> str:
    """Return entries alone, as a file that goes with a mail."""
    return "\n\n".join([*map(_entry, found), *_acts(found)]) + "\n"


def _entry(entry: Entry) -> str:
    lead, found_by, *notes = (typeset(said) for said in (entry.due, entry.found_by, *entry.notes))
    first = fill(lead, WIDTH, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join([first, *(_wrapped(said, indent="  ") for said in (found_by, *notes))])


def _acts(found: Iterable[Entry]) -> Iterator[str]:
    """Yield what may be done of each request, by links."""
    for entry in found:
        if entry.actions:
            about = _("Agir sur la demande {reference} :").format(reference=words.reference(entry.key))
            yield "\n".join([_wrapped(about), *_links(entry.actions)])


def _news(news: News) -> str:
    lead = fill(
        typeset(news.said), WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
    )
    return "\n".join([lead, *_links(news.actions)])


def _links(actions: Iterable[ActionLink]) -> Iterator[str]:
    """Yield links, each whole on a line of its own, between the marks of RFC 3986, appendix C."""
    for action in actions:
        yield "  " + _("{title} : {n}").format(title=typeset(action.title), n=f"<{action.href}>")


def _wrapped(said: str, indent: str = "") -> str:
    return fill(
        typeset(said),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
