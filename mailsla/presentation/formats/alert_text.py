"""Draws the mails that mailsla sends as plain text. What they say was decided in `presentation.pages`."""

from __future__ import annotations

from mailsla.presentation.pages.alert_page import Entry, Group, MailPage
from mailsla.presentation.typography import typeset


def write(page: MailPage) -> tuple[str, str]:
    """Return the subject and the text of a mail."""
    paragraphs = [*page.opening, *map(_group, page.groups), *page.warnings, *page.closing]
    return typeset(page.subject), typeset("\n\n".join(paragraphs)) + "\n"


def _group(group: Group) -> str:
    lines = [group.title, "-" * len(group.title), *map(_entry, group.entries)]
    return "\n".join([*lines, group.more] if group.more else lines)


def _entry(entry: Entry) -> str:
    return "\n".join([f"* {entry.due}", *(f"  {detail}" for detail in entry.details)])
