"""What became of what was asked for by mail, said by mail: to whoever asked, and to whoever checks the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailsla.core.alerts.asked_action import Act
from mailsla.core.pairing.derivation import ListedMail
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import action_terms, words
from mailsla.presentation.action_mails import ActionLink
from mailsla.presentation.pages.letter import LetterPage, News, signature
from mailsla.presentation.pages.mail_page import addresses

MOST_NEWS = 30
"""A mail says no more of them one by one; how many are left is said, and where they are."""

ActLine = tuple[Act, ListedMail | None, bool]
"""What became of a mail, that mail as lists show it, and whether it still waits for the référent."""


def news_of(
    found: Sequence[ActLine], links: Callable[[Act], tuple[ActionLink, ...]], *, is_referent: bool
) -> tuple[News, ...]:
    """Return what became of some mails; the référent is told whose each is, and may settle what waits."""
    shown = [_news(line, links, is_referent=is_referent) for line in found[:MOST_NEWS]]
    left = len(found) - MOST_NEWS
    if left > 0:
        more = ngettext("Et {n} autre : mailsla actions.", "Et {n} autres : mailsla actions.", left)
        shown.append(News(more.format(n=words.number(left))))
    return tuple(shown)


def _news(
    line: ActLine,
    links: Callable[[Act], tuple[ActionLink, ...]],
    *,
    is_referent: bool,
) -> News:
    act, mail, waits = line
    said = _("« {action} », {reference} : {outcome}.").format(
        action=action_terms.action(act.action),
        reference="–" if act.target is None else words.reference(act.target),
        outcome=action_terms.outcome(act, waits=waits, is_referent=is_referent),
    )
    if not is_referent:
        return News(said)
    who = "–" if mail is None else addresses(mail.senders)
    return News(_("{person} : {said}").format(person=who, said=said), links(act) if waits else ())


def actions_letter(
    news: Sequence[News], waiting: int, site: str, counts: Sequence[str] = (), weekly: Sequence[News] = ()
) -> LetterPage:
    """Return what whoever checks the figures is told.

    Args:
        news: What became of actions.
        waiting: How many of them wait for him.
        site: The site's name.
        counts: How much there is besides, once a week, in words.
        weekly: All of that.
    """
    asked = ngettext("{n} action attend votre accord", "{n} actions attendent votre accord", waiting)
    counted = [*([asked.format(n=waiting)] if waiting else []), *counts]
    opening = []
    if news:
        opening.append(_("Voici ce qui a été demandé par courriel, et ce que chaque action est devenue."))
    if weekly:
        opening.append(_("Une fois par semaine : tout ce qui est en retard, et ce qui est à vérifier."))
    return LetterPage(
        subject=_("[{whose}] {counts}").format(
            whose=site, counts=", ".join(counted) or _("actions demandées par courriel")
        ),
        opening=tuple(opening),
        news=(*news, *weekly),
        closing=(signature(site),),
    )
