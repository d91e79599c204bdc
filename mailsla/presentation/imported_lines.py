"""What `mailsla import` and the commands that read files say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailsla.core.collection.archived import Skipped, Unread
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, terms, words

MOST_NAMES = 20


def read_line(read: int, new: int, known: int, set_aside: int) -> str:
    """How many mails were read, new, known and unreadable; they add up."""
    return _(
        "Courriels lus : {read} ; nouveaux : {new} ; déjà connus : {known} ; illisibles : {unreadable}."
    ).format(read=read, new=new, known=known, unreadable=set_aside)


def unread_line(item: Unread) -> str:
    """Which file could not be read, and why."""
    return _("Le fichier {path} ne peut pas être lu : {why}.").format(
        path=words.safe(item.path, 500), why=item.why
    )


def set_aside_line(path: str, reason: str) -> str:
    """Which mail could not be understood, and why, by its code."""
    return _("{path} : mis de côté ({reason}).").format(
        path=words.safe(path, 500), reason=mail_terms.set_aside(reason)
    )


def skipped_lines(skipped: Sequence[Skipped]) -> list[str]:
    """The files that are no mail, by reason."""
    if not skipped:
        return []
    count = len(skipped)
    head = ngettext("{n} fichier laissé de côté :", "{n} fichiers laissés de côté :", count).format(n=count)
    return [head, *_by_reason((terms.not_mail(item.reason), item.path) for item in skipped)]


def set_aside_lines(set_aside: Iterable[tuple[str, str]]) -> list[str]:
    """The mails that could not be understood, each with its code, by reason."""
    lines = _by_reason((mail_terms.set_aside(reason), path) for path, reason in set_aside)
    return [_("Courriels mis de côté :"), *lines] if lines else []


def _by_reason(named: Iterable[tuple[str, str]]) -> list[str]:
    """One line a reason, with the first names and how many others there are."""
    groups: dict[str, list[str]] = {}
    for reason, path in named:
        groups.setdefault(reason, []).append(path)
    largest_last = sorted(groups.items(), key=lambda item: (len(item[1]), item[0]))
    return [f"  {reason} : {_names(paths)}" for reason, paths in largest_last]


def _names(paths: Sequence[str]) -> str:
    shown = ", ".join(words.safe(path, 500) for path in paths[:MOST_NAMES])
    others = len(paths) - MOST_NAMES
    if others <= 0:
        return shown
    return ngettext("{names} et {n} autre", "{names} et {n} autres", others).format(names=shown, n=others)
