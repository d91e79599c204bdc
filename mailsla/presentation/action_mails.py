"""Ready-written mails by which people act: each a link, signed for one person, that opens in their own mail client.

What `mailsla.core.mail.action_words` reads again is written here: the labels of the lines to complete, and the token.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mailsla.core.alerts.asked_action import Act, token_name
from mailsla.core.alerts.signed_action import MailAction, SignedAction, Signer
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.presentation import action_terms, words
from mailsla.presentation.mailto import mailto_link

MOST_CANDIDATES = 3
"""Requests to which a mail may be tied by a link; whoever has more to choose from uses the command."""

MOST_NAMES = 700
"""Characters of a link that the services' names may take; longer lists are left out of it."""


@dataclass(frozen=True, slots=True)
class ActionLink:
    """A ready-written mail.

    Attributes:
        title: What it says is to be done, as a button has it.
        href: The `mailto:` link that opens it.
    """

    title: str
    href: str


@dataclass(frozen=True)
class ActionMails:
    """The mails by which one person may act.

    Attributes:
        address: Where they go.
        signer: Signs them.
        recipient: Whom they are signed for: another one's are refused.
        expires_on: The last day on which they may be received.
        zone: The site's.
        services: The site's services, one of which a request may be given to.
        used: Names of the tokens that were used up: what is signed again for the same is another one.
    """

    address: str
    signer: Signer
    recipient: str
    expires_on: date
    zone: ZoneInfo
    services: Sequence[str] = ()
    used: Container[str] = ()

    def for_head(self, request: Request) -> tuple[ActionLink, ...]:
        """Return what a service's head may do of a request that waits."""
        about = self._about(request.key, request.received.at)
        return (
            self._answered(request.key, about),
            self._link(
                _("Ce n'est pas pour nous"), MailAction.NOT_OURS, request.key, about, lines=(_("Pourquoi :"),)
            ),
            self._link(_("Sans suite"), MailAction.NO_ANSWER, request.key, about, lines=(_("Pourquoi :"),)),
            self._link(_("Rappelez-moi demain"), MailAction.REMIND, request.key, about),
        )

    def for_referent(self, request: Request) -> tuple[ActionLink, ...]:
        """Return what whoever checks the figures may do of a request that waits."""
        return self.for_late(request.key, request.received.at)

    def for_late(self, key: str, received_at: datetime) -> tuple[ActionLink, ...]:
        """Return the same, of a request by its key."""
        about, names = self._about(key, received_at), self._names()
        return (
            self._answered(key, about),
            self._link(
                _("Attribuer"),
                MailAction.ASSIGN,
                key,
                f"{about}\n{names}" if names else about,
                lines=(_("Service :"), _("Pourquoi :")),
            ),
            self._link(_("Exclure"), MailAction.EXCLUDE, key, about, lines=(_("Pourquoi :"),)),
        )

    def for_doubt(self, doubt: Doubt) -> tuple[ActionLink, ...]:
        """Return what may be said of what is to check: the same as the commands that lists print."""
        mail = _("Courriel {reference}.").format(reference=words.reference(doubt.mail))
        if not doubt.candidates:
            return (
                self._link(_("C'est une demande"), MailAction.COUNT, doubt.mail, mail),
                self._link(_("Ce n'en est pas une"), MailAction.LEAVE_OUT, doubt.mail, mail),
            )
        nothing = self._link(
            _("Rien à changer"), MailAction.DISMISS, doubt.mail, mail, other=doubt.candidates[0]
        )
        return (*self._on_doubt(doubt, mail), nothing)

    def for_proposal(self, act: Act) -> tuple[ActionLink, ...]:
        """Return how a proposal is followed, or not."""
        about = _("Action proposée : {action}, {reference}.").format(
            action=action_terms.action(act.action),
            reference="–" if act.target is None else words.reference(act.target),
        )
        lines = (_("Pourquoi :"),)
        return (
            self._link(_("Confirmer"), MailAction.CONFIRM, act.mail, about, lines=lines),
            self._link(_("Ne pas suivre"), MailAction.DECLINE, act.mail, about),
        )

    def _on_doubt(self, doubt: Doubt, mail: str) -> Iterator[ActionLink]:
        first = doubt.candidates[0]
        about = _("Demande {reference}.").format(reference=words.reference(first))
        if doubt.code in {DoubtCode.SEEMS_AUTOMATIC, DoubtCode.UNDECLARED_FORM}:
            yield self._link(_("Ce n'en est pas une"), MailAction.LEAVE_OUT, doubt.mail, mail)
        elif doubt.code in {DoubtCode.DATE_DISPUTED, DoubtCode.UNSEEN_REPLY, DoubtCode.RETURNED}:
            yield self._answered(first, about)
        elif doubt.code.is_about_a_reply:
            for candidate in doubt.candidates[:MOST_CANDIDATES]:
                reference = words.reference(candidate)
                yield self._link(
                    _("Il répond à la demande {reference}").format(reference=reference),
                    MailAction.JOIN,
                    doubt.mail,
                    mail,
                    other=candidate,
                )

    def _answered(self, key: str, about: str) -> ActionLink:
        lines = (_("Par (téléphone, courrier, guichet) :"), _("Le (jj/mm/aaaa) :"), _("Pourquoi :"))
        return self._link(_("Répondu autrement"), MailAction.ANSWERED, key, about, lines=lines)

    def _about(self, key: str, received_at: datetime) -> str:
        return _("Demande {reference}, reçue le {instant}.").format(
            reference=words.reference(key), instant=words.instant(received_at, self.zone)
        )

    def _names(self) -> str:
        """Return the names of the services, when a link has room for them."""
        names = ", ".join(self.services)
        return _("Services : {names}.").format(names=names) if 0 < len(quote(names)) <= MOST_NAMES else ""

    def _link(
        self,
        title: str,
        action: MailAction,
        target: str,
        about: str,
        *,
        other: str | None = None,
        lines: Sequence[str] = (),
    ) -> ActionLink:
        """Return the link to a mail that says what it is about, then its lines to complete, then its token."""
        token = self._token(SignedAction(action, target, self.expires_on, other))
        subject = f"[{title}] {words.reference(target)} {token}"
        parts = [about, *("\n".join(f"{line} " for line in part) for part in (lines,) if part)]
        parts.append(f"{_('Signature, à laisser telle quelle :')}\n{token}")
        return ActionLink(title, mailto_link(self.address, subject, "\n\n".join(parts)))

    def _token(self, asked: SignedAction) -> str:
        """Return what signs an action; where that was used up, what does until the day before."""
        token = self.signer.token(asked, self.recipient)
        if token_name(token) not in self.used:
            return token
        return self._token(replace(asked, expires_on=asked.expires_on - timedelta(days=1)))
