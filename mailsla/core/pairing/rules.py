"""What a site decides about pairing: who it is, what its replies say, how agents close requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from mailsla.core.mail.addresses import plain
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import ONE_COLLECTION, Copy, Mail
from mailsla.core.office.correspondents import Office

RULES_VERSION = 23
"""Raised whenever the code derives something else from the same facts; every derivation is then redone."""

TOO_QUICK = timedelta(seconds=60)
"""Nobody answers within this: what does, and bears no mark, is to check."""


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """By what a request is recognised as one of a category (« réclamation »…).

    Attributes:
        category: Its name, that of a commitment.
        addresses: Recipient addresses, as compared.
        mailboxes: IMAP mailboxes in which it lies.
        subjects: Words or phrases of its subject, folded.
    """

    category: str
    addresses: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


class Part(StrEnum):
    """What a message is in the life of a request."""

    REQUEST = "request"
    REMINDER = "reminder"
    REPLY = "reply"
    HOLDING_REPLY = "holding_reply"
    ACKNOWLEDGEMENT = "acknowledgement"
    AUTOMATIC_ACKNOWLEDGEMENT = "automatic_acknowledgement"
    REDIRECTION = "redirection"
    SURVEY = "survey"
    DOUBTFUL_REPLY = "doubtful_reply"
    RETURNED_REPLY = "returned_reply"
    AFTER_UNSEEN = "after_unseen"
    FOLLOW_UP = "follow_up"
    THANKS = "thanks"
    FORWARD = "forward"
    ASIDE = "aside"


ANSWERS = frozenset({Part.REPLY, Part.REDIRECTION})
ACKNOWLEDGEMENTS = frozenset({Part.ACKNOWLEDGEMENT, Part.AUTOMATIC_ACKNOWLEDGEMENT})
FIRST_RESPONSES = frozenset({Part.REPLY, Part.REDIRECTION, Part.HOLDING_REPLY, *ACKNOWLEDGEMENTS})


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """By what a reply is recognised as other than an answer in full.

    Attributes:
        part: `ACKNOWLEDGEMENT`, `HOLDING_REPLY`, `REDIRECTION`, `SURVEY` or `REPLY`.
        subjects: Beginnings of its base subject, folded.
        senders: Addresses that write nothing else, as compared.
        mailboxes: IMAP mailboxes that hold nothing else.
        keywords: IMAP keywords, folded.
    """

    part: Part
    subjects: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()

    def recognises(self, mail: Mail) -> bool:
        """Tell whether `mail` is such a reply."""
        header, copies = mail.header, mail.copies
        if self.subjects and base_subject(header.subject).startswith(self.subjects):
            return True
        if self.senders and any(plain(address) in self.senders for address in header.senders):
            return True
        if self.mailboxes and any(copy.mailbox in self.mailboxes for copy in copies):
            return True
        words = (word for copy in copies for word, _at in copy.keywords) if self.keywords else ()
        return any(word.casefold() in self.keywords for word in words)


class ClosingEffect(StrEnum):
    """What filing a request does to it."""

    ANSWERED = "answered"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ClosingRule:
    """How agents close a request from their own mail client: by a mailbox, or by an IMAP keyword.

    Attributes:
        effect: Whether it counts as answered from that instant on, or is left out of the figures.
        reason: What the report says: « sans suite », « traité par téléphone »…
        mailboxes: IMAP mailboxes to which it is moved.
        keywords: IMAP keywords put on it, folded.
    """

    effect: ClosingEffect
    reason: str
    mailboxes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()

    def closed_at(self, mail: Mail) -> datetime | None:
        """Return when `mail` was closed by this rule, as first seen; None when it is not, or no longer.

        It stays closed when its copy goes, with a mailbox that is emptied, renamed or renumbered. What opens it
        again is to take the keyword away, or to move it back to a mailbox where it had been.
        """
        tagged = (
            at for copy in mail.copies for word, at in copy.keywords if word.casefold() in self.keywords
        )
        filed = (start for start, end in self._stays(mail) if not self._is_back(mail, start, end))
        return min((*tagged, *filed), default=None)

    def _stays(self, mail: Mail) -> list[tuple[datetime, datetime | None]]:
        """Return from when to when a mail lay in the rule's mailboxes; without end while it does."""
        stays: list[tuple[datetime, datetime | None]] = []
        filed = [copy for copy in mail.copies if copy.mailbox in self.mailboxes]
        for copy in sorted(filed, key=lambda copy: _seen(copy, mail)):
            start = _seen(copy, mail)
            end = None if copy.present else copy.gone_at or start
            if stays and (stays[-1][1] is None or start <= stays[-1][1] + ONE_COLLECTION):
                # Renumbered, or moved from one of them to another.
                start, last = stays.pop()
                end = None if end is None or last is None else max(end, last)
            stays.append((start, end))
        return stays

    def _is_back(self, mail: Mail, start: datetime, end: datetime | None) -> bool:
        """Tell whether a mail that lay in the rule's mailboxes was moved back to where it had been before."""
        if end is None:
            return False
        others = [copy for copy in mail.copies if copy.mailbox not in self.mailboxes]
        before = {(copy.account, copy.mailbox) for copy in others if _seen(copy, mail) < start}
        return any(
            (copy.account, copy.mailbox) in before and _seen(copy, mail) >= max(start, end - ONE_COLLECTION)
            for copy in others
        )


def _seen(copy: Copy, mail: Mail) -> datetime:
    return copy.first_seen_at or mail.first_seen_at


@dataclass(frozen=True)
class PairingRules:
    """What a site can decide about pairing.

    Attributes:
        office: Who we are.
        default_category: Of a request that no category rule recognises.
        categories: How the other categories are recognised, in the order in which they are tried.
        replies: How replies that are no answer in full are recognised, in the order in which they are tried.
        closings: How agents close requests from their mail client.
        holding_stops: Whether a holding reply stops the clock.
        reminder_words: Words of a subject that press for an answer, beside those that press everywhere.
        new_question_after: After a reply older than this, the citizen's next mail is a new request.
        pairing_window: How long after a request evidence 4 may tie a reply to it.
    """

    office: Office
    default_category: str = "information"
    categories: tuple[CategoryRule, ...] = ()
    replies: tuple[ReplyRule, ...] = (
        ReplyRule(Part.HOLDING_REPLY, subjects=("réponse d'attente", "reponse d'attente")),
    )
    closings: tuple[ClosingRule, ...] = ()
    holding_stops: bool = False
    reminder_words: tuple[str, ...] = ()
    new_question_after: timedelta = timedelta(days=30)
    pairing_window: timedelta = timedelta(days=60)

    @cached_property
    def recognised_categories(self) -> tuple[CategoryRule, ...]:
        """The categories that something is declared for, in order: no mail is recognised as one of the others."""
        return tuple(rule for rule in self.categories if rule.addresses or rule.mailboxes or rule.subjects)

    def stops(self, part: Part) -> bool:
        """Tell whether a reply of that kind stops the clock."""
        return part in ANSWERS or (part is Part.HOLDING_REPLY and self.holding_stops)
