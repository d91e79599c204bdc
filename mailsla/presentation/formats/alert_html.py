"""Draws the mails that mailsla sends as HTML: one column for a telephone, nothing fetched, no colour that speaks.

Mail clients throw style sheets away, and dark ones turn colours round: what is needed stands in each element, and only
lines have a colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsla.language import language
from mailsla.presentation.action_mails import ActionLink
from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.pages.letter import Entry, LetterPage, News
from mailsla.presentation.typography import typeset

BODY = (
    "margin:0;padding:16px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    "font-size:16px;line-height:1.5"
)
COLUMN = "max-width:640px;overflow-wrap:anywhere"
ENTRY = "margin:16px 0;padding:0 0 0 12px;border-left:4px solid #768390"
LINE = "margin:0 0 4px"
NOTE = "margin:0 0 2px;font-size:14px"
BUTTONS = "margin:8px 0 0"
BUTTON = (
    "display:inline-block;margin:0 8px 8px 0;padding:8px 12px;border:1px solid #768390;border-radius:4px;"
    "font-size:14px;text-decoration:none"
)
"""At least as high as a finger is wide; the colour of a link is its reader's."""

PARTED = "font-size:0"
"""What parts two links, for whoever sees no buttons: mail programs that throw styles away."""

PARAGRAPH = "margin:0 0 12px"
CLOSING = "margin:12px 0 0"


def write(page: LetterPage) -> str:
    """Return a mail as HTML, in the words of its text."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="supported-color-schemes", content="light dark"),
        element("title", typeset(page.subject)),
    )
    column = element(
        "div",
        *(element("p", typeset(said), style=PARAGRAPH) for said in page.opening),
        *map(_entry, page.entries),
        *map(_news, page.news),
        *(element("p", element("strong", typeset(said)), style=CLOSING) for said in page.warnings),
        *(element("p", typeset(said), style=CLOSING) for said in page.closing),
        style=COLUMN,
    )
    whole = element("html", head, element("body", column, style=BODY), lang=language())
    return f"<!DOCTYPE html>\n{whole}\n"


def _entry(entry: Entry) -> Element:
    return element(
        "div",
        element("p", element("strong", typeset(entry.due)), style=LINE),
        element("p", typeset(entry.found_by), style=LINE),
        *(element("p", typeset(said), style=NOTE) for said in entry.notes),
        *_links(entry.actions),
        style=ENTRY,
    )


def _news(news: News) -> Element:
    return element("div", element("p", typeset(news.said), style=LINE), *_links(news.actions), style=ENTRY)


def _links(actions: Sequence[ActionLink]) -> Iterator[Element]:
    """Yield the links of one request, a button each: whatever is cut off stays a link."""
    found: list[Element] = []
    for action in actions:
        parted = [element("span", " · ", style=PARTED, aria_hidden="true")] if found else []
        found += [*parted, element("a", typeset(action.title), href=action.href, style=BUTTON)]
    if found:
        yield element("p", *found, style=BUTTONS)
