"""What whoever checks the figures is told once a week: what is late and what is to check, with what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import terms, words
from mailsla.presentation.action_mails import ActionLink
from mailsla.presentation.masking import masked
from mailsla.presentation.pages.letter import News

MOST_SHOWN = 30
"""Of each kind, one by one; how many are left is said, with the command that lists them."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """What is to be looked at this week.

    Attributes:
        to_check: What a person must look at, each with its mail as lists show it, by date.
        late: The requests that are late, the oldest due date first.
    """

    to_check: Sequence[tuple[Doubt, ListedMail | None]] = ()
    late: Sequence[Judged] = ()

    def counts(self) -> tuple[str, ...]:
        """How many there are of each, in words; nothing of what there is none of."""
        late = ngettext("{n} demande en retard", "{n} demandes en retard", len(self.late))
        check = ngettext("{n} courriel à vérifier", "{n} courriels à vérifier", len(self.to_check))
        said = ((late, len(self.late)), (check, len(self.to_check)))
        return tuple(sentence.format(n=words.number(count)) for sentence, count in said if count)


@dataclass(frozen=True, slots=True)
class Links:
    """What the reader may do, by links, of what is to check and of a request by its key and its receipt.

    `on_site` tells whether the site's pages have the same links, of what is too much for a mail.
    """

    to_check: Callable[[Doubt], tuple[ActionLink, ...]] = lambda _doubt: ()
    late: Callable[[str, datetime], tuple[ActionLink, ...]] = lambda _key, _at: ()
    on_site: bool = False


def weekly_news(weekly: Weekly, links: Links, zone: ZoneInfo, *, shows_subject: bool) -> Iterator[News]:
    """Yield what is late, then what is to check."""
    for item in weekly.late[:MOST_SHOWN]:
        said = _(
            "En retard : demande {reference}{subject}, {service}, reçue le {received}, échéance le {due}."
        )
        case = item.case
        yield News(
            said.format(
                reference=words.reference(case.key),
                subject=_quoted(case.subject, shows_subject=shows_subject),
                service=_("sans service") if case.service is None else words.safe(case.service, 60),
                received=words.instant(case.received_at, zone),
                due=words.day_name(item.verdict.due_on),
            ),
            links.late(case.key, case.received_at),
        )
    yield from _left(len(weekly.late), "overdue", on_site=links.on_site)
    for doubt, mail in weekly.to_check[:MOST_SHOWN]:
        said = _("À vérifier : courriel {reference}{subject}, du {instant} : {reason}.")
        yield News(
            said.format(
                reference=words.reference(doubt.mail),
                subject=_quoted("" if mail is None else mail.subject, shows_subject=shows_subject),
                instant=words.instant(doubt.at, zone),
                reason=terms.doubt(doubt.code),
            ),
            links.to_check(doubt),
        )
    yield from _left(len(weekly.to_check), "to-check", on_site=links.on_site)


def _quoted(subject: str, *, shows_subject: bool) -> str:
    said = masked(subject) if shows_subject else ""
    return _(" « {subject} »").format(subject=said) if said else ""


def _left(count: int, state: str, *, on_site: bool) -> Iterator[News]:
    left = count - MOST_SHOWN
    if left > 0:
        more = ngettext(
            "Et {n} autre : mailsla requests --state {state}.",
            "Et {n} autres : mailsla requests --state {state}.",
            left,
        )
        if on_site:
            more = ngettext(
                "Et {n} autre, à régler de même depuis le site (ou : mailsla requests --state {state}).",
                "Et {n} autres, à régler de même depuis le site (ou : mailsla requests --state {state}).",
                left,
            )
        yield News(more.format(n=words.number(left), state=state))
