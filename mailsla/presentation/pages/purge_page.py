"""What is said of an end of personal data: what went, what waits, and what is left to people."""

from __future__ import annotations

from collections.abc import Iterator

from mailsla.core.retention.ended import NEW_DAYS
from mailsla.core.retention.purged import Purged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.pages.page import Emphasis, Line, Page


def purge_page(found: Purged, *, is_done: bool) -> Page:
    """What was sealed, or what would be."""
    return Page(lines=tuple(_lines(found, is_done=is_done)))


def _lines(found: Purged, *, is_done: bool) -> Iterator[Line]:
    if found.through is not None:
        until = words.short_day(found.through)
        yield Line(_("Ce qui est échu, ou arrivé, jusqu'au {day} ne se garde plus.").format(day=until))
    if found.messages or found.is_nothing:
        yield Line(_counted(found, is_done=is_done), Emphasis.STRONG)
    if found.internal:
        yield Line(_of_internal(found.internal, is_done=is_done))
    if found.agents:
        yield Line(_of_agents(found.agents, is_done=is_done))
    if found.words:
        yield Line(_of_words(found.words, is_done=is_done), Emphasis.STRONG)
    if found.waiting:
        yield Line(
            _waiting(found.waiting) if found.through is not None else _waiting_of_person(found.waiting)
        )
    if is_done and not found.is_nothing:
        yield Line(
            _(
                "Les chiffres ne changent pas. Les sauvegardes et les fichiers exportés d'avant gardent ces données : "
                "détruisez-les."
            )
        )


def _counted(found: Purged, *, is_done: bool) -> str:
    if not found.messages:
        return _("Rien n'est à effacer.")
    said = ngettext(
        "{mails} d'un échange ({requests})", "{mails} de {count} échanges ({requests})", found.conversations
    ).format(
        count=words.number(found.conversations),
        mails=ngettext("{count} courriel", "{count} courriels", found.messages).format(
            count=words.number(found.messages)
        ),
        requests=ngettext("{count} demande ou suite", "{count} demandes et suites", found.requests).format(
            count=words.number(found.requests)
        ),
    )
    if is_done:
        return _("Données personnelles effacées : {what}.").format(what=said)
    return _("Seraient effacées les données personnelles de : {what}.").format(what=said)


def _of_internal(count: int, *, is_done: bool) -> str:
    if is_done:
        said = ngettext(
            "Oublié : {count} courriel interne, que rien ne relie à un autre.",
            "Oubliés : {count} courriels internes, que rien ne relie à d'autres.",
            count,
        )
    else:
        said = ngettext(
            "Serait oublié : {count} courriel interne, que rien ne relie à un autre.",
            "Seraient oubliés : {count} courriels internes, que rien ne relie à d'autres.",
            count,
        )
    return said.format(count=words.number(count))


def _of_agents(count: int, *, is_done: bool) -> str:
    if is_done:
        said = ngettext(
            "Les adresses d'agents de {count} courriel n'y disent plus que la préfecture.",
            "Les adresses d'agents de {count} courriels n'y disent plus que la préfecture.",
            count,
        )
    else:
        said = ngettext(
            "Les adresses d'agents de {count} courriel au plus n'y diraient plus que la préfecture.",
            "Les adresses d'agents de {count} courriels au plus n'y diraient plus que la préfecture.",
            count,
        )
    return said.format(count=words.number(count))


def _of_words(count: int, *, is_done: bool) -> str:
    if is_done:
        said = ngettext(
            "L'adresse est ôtée d'un texte écrit ici (motif, note, action par courriel).",
            "L'adresse est ôtée de {count} textes écrits ici (motifs, notes, actions par courriel).",
            count,
        )
    else:
        said = ngettext(
            "L'adresse serait ôtée d'un texte écrit ici (motif, note, action par courriel).",
            "L'adresse serait ôtée de {count} textes écrits ici (motifs, notes, actions par courriel).",
            count,
        )
    return said.format(count=words.number(count))


def _waiting(count: int) -> str:
    return ngettext(
        "Un échange de ce temps attend : relevé depuis moins de {days} jours, ou lié à ce qui se garde encore.",
        "{count} échanges de ce temps attendent : relevés depuis moins de {days} jours, ou liés à ce qui se garde "
        "encore.",
        count,
    ).format(count=words.number(count), days=NEW_DAYS)


def _waiting_of_person(count: int) -> str:
    return ngettext(
        "Un échange attend : une demande n'y est pas encore échue, ou ce qui se garde en dépend ; recommencez plus "
        "tard.",
        "{count} échanges attendent : une demande n'y est pas encore échue, ou ce qui se garde en dépend ; recommencez "
        "plus tard.",
        count,
    ).format(count=words.number(count))
