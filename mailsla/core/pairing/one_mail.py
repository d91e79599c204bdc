"""Which mails, as they were delivered, are one mail: delivered twice, tagged on the way, or redirected.

A Message-ID made for one mail, with From and Date, is one mail however often it was delivered (DOMAIN: one mail, one
request). Where the id is missing, or constant (borne by mails of two authors or two dates), everything else that the
header says must be the same, and what lay in one mailbox at the same time, received more than a minute apart, is two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Copy, Mail
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import received
from mailsla.core.mail.message_ids import looks_unique, parse_message_ids
from mailsla.core.pairing.decision import Decision

ONE_DELIVERY = timedelta(minutes=1)
"""How far apart one mail reaches two mailboxes."""


class OneMail(NamedTuple):
    """A mail, under all the names it was delivered by.

    Attributes:
        mail: With every copy, under the key that was seen first.
        others: The mails that are the same one, by key.
    """

    mail: Mail
    others: tuple[Mail, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every Message-ID that it bears."""
        own = self.mail.header.message_id
        return (own, *self.other_ids) if own else self.other_ids

    @property
    def other_ids(self) -> tuple[str, ...]:
        """Message-IDs of the others, where they differ from its own."""
        ids = dict.fromkeys(mail.header.message_id for mail in self.others if mail.header.message_id)
        return tuple(item for item in ids if item != self.mail.header.message_id)


def origin(header: Header) -> str | None:
    """Return the id under which a mail was sent: of one that an Exchange rule redirected, that of the first."""
    named = parse_message_ids(header.field("x-ms-exchange-parent-message-id"))
    return named[0] if named else header.message_id


def one_mails(mails: Sequence[Mail]) -> list[OneMail]:
    """Return the mails that some deliveries are, in the order of the first of each; the order decides nothing else."""
    named: dict[Hashable, list[Mail]] = defaultdict(list)
    constant = _constant(mails)
    for mail in mails:
        named[_name(mail.header, constant)].append(mail)
    found: list[OneMail] = []
    for name, group in named.items():
        if len(group) == 1:
            found.append(OneMail(group[0]))
        elif isinstance(name, _Sent):
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
    """What names one mail wherever it was delivered."""

    message_id: str
    senders: tuple[str, ...]
    at: datetime | None


def _sent(header: Header) -> _Sent | None:
    message_id = origin(header)
    if message_id is None or not looks_unique(message_id):
        return None
    return _Sent(message_id, tuple(sorted(header.original_from or header.senders)), header.sent_at)


def _constant(mails: Iterable[Mail]) -> frozenset[str]:
    """Return the ids that mails of two authors or two dates bear."""
    borne: dict[str, _Sent] = {}
    constant = set()
    for mail in mails:
        sent = _sent(mail.header)
        if sent is not None and borne.setdefault(sent.message_id, sent) != sent:
            constant.add(sent.message_id)
    return frozenset(constant)


def _name(header: Header, constant: frozenset[str]) -> Hashable:
    sent = _sent(header)
    if sent is not None and sent.message_id not in constant:
        return sent
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
    """Cut mails that say the same into those that one delivery can have made."""
    found: list[list[Mail]] = []
    for mail in sorted(group, key=lambda mail: (received(mail).at, mail.key)):
        same = next((near for near in found if all(_may_be_one(mail, other) for other in near)), None)
        if same is None:
            found.append([mail])
        else:
            same.append(mail)
    return found


def _may_be_one(mail: Mail, other: Mail) -> bool:
    if abs(received(mail).at - received(other).at) <= ONE_DELIVERY:
        return True
    return mail.header.sent_at is not None and not any(
        _lay_together(copy, beside) for copy in mail.copies for beside in other.copies
    )


def _lay_together(copy: Copy, other: Copy) -> bool:
    """Tell whether two copies lay in one mailbox at the same time."""
    if (copy.account, copy.mailbox) != (other.account, other.mailbox):
        return False
    return not (_gone_before(copy, other) or _gone_before(other, copy))


def _gone_before(copy: Copy, other: Copy) -> bool:
    if copy.present or copy.gone_at is None or other.first_seen_at is None:
        return not copy.present
    return copy.gone_at <= other.first_seen_at


def _united(group: Sequence[Mail]) -> OneMail:
    """Return the one mail that some deliveries are, under the key seen first, as the first sender wrote it.

    What a redirect or a tag added stands in the header of its delivery alone: the plainest is read.
    """
    first = min(group, key=lambda mail: (mail.first_seen_at, mail.key))
    plainest = min(group, key=lambda mail: _plainness(mail.header, mail.key))
    copies = tuple(copy for mail in sorted(group, key=lambda mail: mail.key) for copy in mail.copies)
    mail = Mail(first.key, plainest.header, first.first_seen_at, copies)
    others = sorted((mail for mail in group if mail is not first), key=lambda mail: mail.key)
    return OneMail(mail, tuple(others))


def _plainness(header: Header, key: str) -> tuple[bool, bool, int, str]:
    is_redirect = origin(header) != header.message_id
    return (is_redirect, header.has("x-spam-flag"), len(header.subject), key)
