"""What whoever checks the figures may do from a page of the site: links to mails that are written already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.presentation import terms, words
from mailsla.presentation.action_mails import ActionLink, ActionMails
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Line, Section
from mailsla.presentation.told import Link, Told, joined, told


def column() -> Column:
    """The column that `cell` fills."""
    return Column(_("Agir par courriel"))


def cell(links: Iterable[ActionLink]) -> Cell:
    """What may be done of what a row is about."""
    return Cell(_shown(links))


def whose() -> Line:
    """Whose these links are: whoever reads the page may open them, and nothing comes of it."""
    said = _(
        "Chaque lien ouvre un courriel tout écrit, signé pour le référent : d'un autre expéditeur, il est refusé."
    )
    return Line(said, Emphasis.DIM)


def sections(request: Request, doubts: Sequence[Doubt], mails: ActionMails) -> Iterator[Section]:
    """Yield what may be done of a request that waits, and of what is to check about it, if anything may be."""
    found = tuple(_lines(request, doubts, mails))
    if found:
        yield Section(_("Agir par courriel"), (*found, whose()))


def _lines(request: Request, doubts: Sequence[Doubt], mails: ActionMails) -> Iterator[Line]:
    if request.is_sealed:
        return
    if request.answered is None and request.excluded is None:
        yield Line(_shown(mails.for_referent(request)))
    for doubt in doubts:
        said = _("À vérifier, courriel {reference} : {reason}. {links}")
        yield Line(
            told(
                said,
                reference=words.reference(doubt.mail),
                reason=terms.doubt(doubt.code),
                links=_shown(mails.for_doubt(doubt)),
            )
        )


def _shown(links: Iterable[ActionLink]) -> Told:
    return joined(" · ", (Told([Link(link.title, link.href)]) for link in links))
