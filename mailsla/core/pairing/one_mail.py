"""Which mails, as they were delivered, are one mail: delivered twice, tagged on the way, or redirected.

A Message-ID made for one mail, with From and Date, is one mail however often it was delivered (DOMAIN: one mail, one
request). Where the id is missing, or constant (borne by mails of two authors or two dates), everything else that the
header says must be the same, and what lay in one mailbox at the same time, received more than a minute apart, is two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import received
from mailsla.core.mail.message_ids import looks_unique, parse_message_ids
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.decision import Decision

PARENT_FIELD = "x-ms-exchange-parent-message-id"
"""Where Exchange names the mail that a rule of it redirects."""

FORGOTTEN_AFTER = timedelta(days=90)
"""No mail is forgotten sooner after it was sent."""

ONE_DELIVERY = timedelta(minutes=1)
"""How far apart one mail reaches two mailboxes."""


_Place = tuple[str, str]
"""An account and one of its mailboxes."""


class OneMail(NamedTuple):
    """A mail, under all the names it was delivered by.

    Attributes:
        mail: With every copy, under the key that was seen first.
        ids: Every Message-ID that it bears, its own first.
        others: The mails that are the same one, by key.
    """

    mail: Mail
    ids: tuple[str, ...]
    others: tuple[Mail, ...] = ()


def origin(header: Header) -> str | None:
    """Return the id under which a mail was sent: of one that an Exchange rule redirected, that of the first."""
    named = parse_message_ids(header.field(PARENT_FIELD))
    return named[0] if named else header.message_id


def redirects_forgotten(mail: Mail, ids: Collection[str]) -> bool:
    """Tell whether a mail is the redirection of one that bears one of some ids, and of which nothing else is known.

    It keeps the date of then. What is dated when it came is another mail, an automatic answer or a forgery, which
    bears the same field.
    """
    header = mail.header
    sent_as = origin(header) if ids else header.message_id
    if sent_as == header.message_id or sent_as not in ids or header.sent_at is None:
        return False
    return received(mail).at - header.sent_at >= FORGOTTEN_AFTER


def one_mails(mails: Sequence[Mail], office: Office) -> list[OneMail]:
    """Return the mails that some deliveries are, in the order of the first of each; the order decides nothing else."""
    named: dict[Hashable, list[Mail]] = defaultdict(list)
    sent = _sent(mails, office)
    constant = _constant(sent)
    for mail, name in zip(mails, sent, strict=True):
        is_unique = name is not None and name.message_id not in constant
        named[name if is_unique else _said(mail.header)].append(mail)
    found: list[OneMail] = []
    for key, group in named.items():
        if len(group) == 1:
            found.append(OneMail(group[0], _ids(group)))
        elif isinstance(key, _Sent):
            found.append(_united(group))
        else:
            found += (_united(same) for same in _delivered_together(group))
    return found


def under_kept_keys(decisions: Iterable[Decision], found: Iterable[OneMail]) -> list[Decision]:
    """Return decisions with the keys of mails that are others' replaced by those of the mails they are."""
    kept = {other.key: one.mail.key for one in found for other in one.others}
    if not kept:
        return list(decisions)
    return [
        replace(item, target=kept.get(item.target, item.target), other=kept.get(item.other or "", item.other))
        for item in decisions
    ]


class _Sent(NamedTuple):
    """What names one mail wherever it was delivered: the id alone, when no other delivery bears it."""

    message_id: str
    senders: tuple[str, ...] = ()
    at: datetime | None = None


def _sent(mails: Sequence[Mail], office: Office) -> list[_Sent | None]:
    """Return what names each mail; None for one that no id names."""
    ids = [origin(mail.header) for mail in mails]
    borne = Counter(ids)
    return [
        None
        if name is None or not looks_unique(name)
        else _Sent(name)
        if borne[name] == 1
        else _sent_under(name, mail.header, office)
        for name, mail in zip(ids, mails, strict=True)
    ]


def _sent_under(message_id: str, header: Header, office: Office) -> _Sent:
    # A list of ours put its own address in From: nobody else's word is taken for who wrote.
    authors = office.rewritten_from(header) if office.has_list(header) else ()
    return _Sent(message_id, tuple(sorted(authors or header.senders)), header.sent_at)


def _constant(sent: Iterable[_Sent | None]) -> frozenset[str]:
    """Return the ids that mails of two authors or two dates bear."""
    borne: dict[str, _Sent] = {}
    named = (name for name in sent if name is not None)
    return frozenset(name.message_id for name in named if borne.setdefault(name.message_id, name) != name)


def _said(header: Header) -> Hashable:
    """Return all that a header says: what names a mail that no id does."""
    return (
        header.message_id,
        tuple(sorted(header.senders)),
        header.sent_at,
        base_subject(header.subject),
        tuple(sorted(header.recipients)),
        tuple(sorted(header.reply_to)),
        header.asked_by,
    )


def _delivered_together(group: Sequence[Mail]) -> list[list[Mail]]:
    """Cut mails that say the same into those that one delivery can have made, the first that can for each mail."""
    found: list[_Delivery] = []
    free: dict[_Place, list[_Delivery]] = {}
    for mail in sorted(group, key=lambda mail: (received(mail).at, mail.key)):
        at = received(mail).at
        lists = {place: free.setdefault(place, list(found)) for place in _places_now(mail)}
        place = min(lists, key=lambda place: len(lists[place]), default=None)
        same = _first_that_fits(mail, at, place, found if place is None else lists[place])
        if same is None:
            same = _Delivery()
            for others in (found, *free.values()):
                others.append(same)
        same.add(mail, at)
    return [one.mails for one in found]


def _first_that_fits(
    mail: Mail, at: datetime, place: _Place | None, candidates: list[_Delivery]
) -> _Delivery | None:
    """Return the first delivery that can have made a mail which lies in a mailbox, or in none any more.

    Those of which another mail lies there are no candidates for anything that will: they are taken off the list.
    """
    number = 0
    while number < len(candidates):
        if place is not None and candidates[number].has_settled_in(place, at):
            del candidates[number]
        elif candidates[number].may_have_made(mail, at):
            return candidates[number]
        else:
            number += 1
    return None


def _places_now(mail: Mail) -> set[_Place]:
    return {(copy.account, copy.mailbox) for copy in mail.copies if copy.present}


class _Delivery:
    """What one delivery made, in order of receipt."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self._received: list[datetime] = []
        self._settled: dict[_Place, list[Copy]] = defaultdict(list)
        self._settled_now: set[_Place] = set()
        self._settled_count = 0

    def add(self, mail: Mail, at: datetime) -> None:
        """Take a mail, received after the others."""
        self.mails.append(mail)
        self._received.append(at)

    def has_settled_in(self, place: _Place, at: datetime) -> bool:
        """Tell whether a mail lies in a mailbox that was received more than a minute before `at`."""
        self._settle(at)
        return place in self._settled_now

    def may_have_made(self, mail: Mail, at: datetime) -> bool:
        """Tell whether a mail received at `at` can be the same as all of these."""
        self._settle(at)
        if not self._settled_count:
            return True
        return mail.header.sent_at is not None and not any(
            _lay_together(copy, beside)
            for copy in mail.copies
            for beside in self._settled.get((copy.account, copy.mailbox), ())
        )

    def _settle(self, at: datetime) -> None:
        """Note where the mails lay that were received more than a minute before `at`."""
        while (
            self._settled_count < len(self.mails) and at - self._received[self._settled_count] > ONE_DELIVERY
        ):
            mail = self.mails[self._settled_count]
            for copy in mail.copies:
                self._settled[copy.account, copy.mailbox].append(copy)
            self._settled_now |= _places_now(mail)
            self._settled_count += 1


def _lay_together(copy: Copy, other: Copy) -> bool:
    """Tell whether two copies in one mailbox lay there at the same time."""
    return not (_gone_before(copy, other) or _gone_before(other, copy))


def _gone_before(copy: Copy, other: Copy) -> bool:
    if copy.present or copy.gone_at is None or other.first_seen_at is None:
        return not copy.present
    return copy.gone_at <= other.first_seen_at


def _united(group: Sequence[Mail]) -> OneMail:
    """Return the one mail that some deliveries are, under the key seen first, as its author wrote it.

    What a redirect or a tag added stands in the header of its delivery alone: the plainest is read, of those that say
    the same as the one in a sent mailbox, else as the one seen first. Whoever knows a mail's id and date can send
    another under them, which changes nothing of it.
    """
    first = min(group, key=lambda mail: (mail.first_seen_at, mail.key))
    sent = (mail for mail in group if MailboxRole.SENT in mail.roles)
    genuine = min(sent, key=lambda mail: (mail.first_seen_at, mail.key), default=first)
    same = [mail for mail in group if _says_the_same(mail.header, genuine.header)]
    plainest = min(same, key=lambda mail: _plainness(mail.header, mail.key))
    copies = tuple(copy for mail in sorted(group, key=lambda mail: mail.key) for copy in mail.copies)
    mail = Mail(first.key, plainest.header, first.first_seen_at, copies)
    others = sorted((mail for mail in group if mail is not first), key=lambda mail: mail.key)
    return OneMail(mail, _ids([mail, *group]), tuple(others))


def _ids(mails: Sequence[Mail]) -> tuple[str, ...]:
    ids = [mail.header.message_id for mail in mails if mail.header.message_id]
    return tuple(ids if len(ids) < 2 else dict.fromkeys(ids))


def _says_the_same(header: Header, other: Header) -> bool:
    """Tell whether two headers differ by what a relay adds alone: a tag in the subject, a redirect's own id."""
    subjects = base_subject(header.subject), base_subject(other.subject)
    return (
        header.recipients == other.recipients
        and header.reply_to == other.reply_to
        and header.in_reply_to == other.in_reply_to
        and header.references == other.references
        and (subjects[0].endswith(subjects[1]) or subjects[1].endswith(subjects[0]))
    )


def _plainness(header: Header, key: str) -> tuple[bool, bool, int, str]:
    is_redirect = origin(header) != header.message_id
    return (is_redirect, header.has("x-spam-flag"), len(header.subject), key)
