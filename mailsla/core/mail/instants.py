"""When a mail was received or sent, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.mail.copies import EARLIEST, ONE_COLLECTION, Copy, Mail, MailboxRole

SKEW = timedelta(hours=1)
"""How far another machine's clock may run ahead of ours."""

DISPUTE = timedelta(days=1)
"""How far two witnesses of an instant may differ: what they say of it is then the same."""


class Basis(StrEnum):
    """What an instant rests on; shown wherever the instant decides something."""

    SERVER = "server"
    LAST_HOP = "last_hop"
    ARCHIVE = "archive"
    SENDER_CLOCK = "sender_clock"
    FIRST_SEEN = "first_seen"
    AFTER_REQUEST = "after_request"
    FILED = "filed"
    DECISION = "decision"


class Moment(NamedTuple):
    """An instant with what it rests on.

    Attributes:
        at: The instant that counts.
        basis: What it rests on.
        disputed: What another witness says, more than a day away; None when none does.
    """

    at: datetime
    basis: Basis
    disputed: datetime | None = None


def received(mail: Mail) -> Moment:
    """Return when our server got the mail, and what disputes it."""
    return _with_dispute(_received(mail), mail)


def sent(mail: Mail) -> Moment:
    """Return when the office sent the mail, and what disputes it."""
    return _with_dispute(_sent(mail), mail)


def _with_dispute(moment: Moment, mail: Mail) -> Moment:
    """Return a moment with what the server says of a mail that mailsla saw come, when that is more than a day away."""
    seen = [copy for copy in mail.copies if copy.arrived and not copy.imported]
    if not seen:
        return moment
    # A copy that came later, by a migration, says nothing of when the mail did.
    witnesses = (
        copy.internal_at
        for copy in seen
        if _is_witness(copy.internal_at, copy.first_seen_at)
        and _is_witness(copy.internal_at, mail.first_seen_at)
    )
    witness = min((at for at in witnesses if at is not None), default=None)
    if witness is None or abs(witness - moment.at) <= DISPUTE:
        return moment
    return moment._replace(disputed=witness)


def _is_witness(internal_at: datetime | None, first_seen_at: datetime | None) -> bool:
    """Tell whether an INTERNALDATE is that of the time at which mailsla saw a copy come."""
    if internal_at is None or first_seen_at is None:
        return False
    return abs(first_seen_at - internal_at) <= DISPUTE


def _received(mail: Mail) -> Moment:
    """Return when our server got the mail.

    The earlier of INTERNALDATE and of the topmost `Received:` over all copies, among those that are plausible:
    a migration can push INTERNALDATE later. Nothing is delivered before its last hop: an INTERNALDATE more than an
    hour before that of the same copy is not believed. An archive's `From `
    line serves only when neither exists, the citizen's own `Date:` when not even that does, and our first sight of
    the mail when even that is absurd.
    """
    server = _server(mail)
    hop = _earliest([copy.hop_at for copy in mail.copies], mail)
    if hop is not None and (server is None or hop <= server):
        return Moment(hop, Basis.LAST_HOP)
    return _archive(mail) or _sender_clock(mail) if server is None else Moment(server, Basis.SERVER)


def _sent(mail: Mail) -> Moment:
    """Return when the office sent the mail: its own `Date:` when plausible, else what the server says.

    Of what was seen as a draft first, the `Date:` is the draft's.
    """
    if any(copy.draft_since for copy in mail.copies) and (later := _sent_from_draft(mail)) is not None:
        return later
    if mail.header.sent_at is not None and _plausible(mail.header.sent_at, mail):
        return Moment(mail.header.sent_at, Basis.SENDER_CLOCK)
    return stored(mail) or _received(mail)


def _sent_from_draft(mail: Mail) -> Moment | None:
    """Return when a mail was sent that mailsla had seen as a draft before; None when it had not, or it never was.

    The server's instant of the sent copy, unless that came with the draft when it was moved (RFC 9051 §6.4.7); else
    our first sight of it.
    """
    drafts = [copy for copy in mail.copies if copy.draft_since is not None]
    sent_copies = [copy for copy in mail.copies if copy.held_as is not MailboxRole.DRAFTS]
    since = min(at for copy in drafts if (at := copy.draft_since) is not None)
    found = min((at for copy in sent_copies if (at := copy.draft_until or copy.first_seen_at)), default=None)
    if found is None or found - since < ONE_COLLECTION:
        return None
    of_drafts = {copy.internal_at for copy in drafts}
    own = min(
        (
            at
            for copy in sent_copies
            if (at := copy.internal_at) is not None and at not in of_drafts and at <= found + SKEW
        ),
        default=None,
    )
    if own is None:
        return Moment(found, Basis.FIRST_SEEN)
    return Moment(own, Basis.SERVER) if own > since else None


def stored(mail: Mail) -> Moment | None:
    """Return the earliest plausible INTERNALDATE of the mail's copies, else the earliest instant of an archive."""
    server = _server(mail)
    return _archive(mail) if server is None else Moment(server, Basis.SERVER)


def _server(mail: Mail) -> datetime | None:
    believed = [copy for copy in mail.copies if not copy.imported and not _before_its_hop(copy, mail)]
    return _earliest([copy.internal_at for copy in believed], mail)


def _before_its_hop(copy: Copy, mail: Mail) -> bool:
    """Tell whether an INTERNALDATE says that a mail was there well before its last hop: a program wrote it."""
    if copy.internal_at is None or copy.hop_at is None or not _plausible(copy.hop_at, mail):
        return False
    return copy.internal_at < copy.hop_at - SKEW


def _archive(mail: Mail) -> Moment | None:
    filed = _earliest([copy.internal_at for copy in mail.copies if copy.imported], mail)
    return None if filed is None else Moment(filed, Basis.ARCHIVE)


def _earliest(stamps: Iterable[datetime | None], mail: Mail) -> datetime | None:
    """Return the earliest plausible instant."""
    return min([at for at in stamps if at is not None and _plausible(at, mail)], default=None)


def _sender_clock(mail: Mail) -> Moment:
    if mail.header.sent_at is not None and _plausible(mail.header.sent_at, mail):
        return Moment(mail.header.sent_at, Basis.SENDER_CLOCK)
    return Moment(mail.first_seen_at, Basis.FIRST_SEEN)


def _plausible(at: datetime, mail: Mail) -> bool:
    return EARLIEST <= at <= mail.first_seen_at + SKEW
