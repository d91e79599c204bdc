"""What the operator and the referent are told of mails of ours that do not arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.alerts.undelivered import Reader, Undelivered
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import reader_words, words
from mailsla.presentation.pages.letter import LetterPage, signature


def undelivered_page(
    found: Sequence[Undelivered], named: Mapping[str, Sequence[Reader]], *, site: str, zone: ZoneInfo
) -> LetterPage:
    """Return what is told of some people whom mails do not reach, each by what he gets them as."""
    return LetterPage(
        subject=ngettext(
            "mailsla : les courriels à {n} destinataire n'arrivent pas",
            "mailsla : les courriels à {n} destinataires n'arrivent pas",
            len(found),
        ).format(n=len(found)),
        opening=(
            _("Bonjour,"),
            _(
                "Des courriels de mailsla n'arrivent pas : les personnes ci-dessous ne sont pas averties des demandes "
                "qui attendent leur réponse."
            ),
            *(undelivered_line(item, named.get(item.recipient, ()), zone) for item in found),
            _(
                "Vérifiez ces adresses dans la configuration (head, deputies, also, [alerts], [[reports]]), et "
                "prévenez ces personnes autrement. mailsla essaie encore ; « mailsla check » dit où cela en est."
            ),
        ),
        closing=(signature(site),),
    )


def came_back(status: str, *, is_believed: bool) -> str:
    """Return why a mail did not arrive, by a report that comes from our own servers or may be anybody's.

    `status` is the number that RFC 3463 gives the reason; empty when nobody said it.
    """
    if is_believed:
        said = _("revenu : la messagerie du destinataire ne l'a pas remis{code}.")
    else:
        said = _(
            "revenu, d'après un avis venu du dehors que rien n'authentifie{code} : demandez d'abord à cette personne "
            "si elle reçoit ses courriels."
        )
    return said.format(code=_(" (code {code})").format(code=status) if status else "")


def undelivered_line(of: Undelivered, as_what: Sequence[Reader], zone: ZoneInfo) -> str:
    """Return, in a line, whom mails do not reach, since when, and why."""
    if of.is_final:
        sentence = _("{who} : refusés ou revenus depuis le {since} ; {reason}")
    else:
        sentence = _("{who} : remis à plus tard depuis le {since} ; {reason}")
    return sentence.format(
        who=reader_words.readers(as_what),
        since=words.instant(of.since, zone),
        reason=words.safe(of.reason).rstrip(".") if of.reason else _("le serveur d'envoi ne les prend pas"),
    )
