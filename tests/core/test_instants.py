"""When a mail was received: which witness is believed, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import Basis, Moment, received, sent, stored

WRITTEN = datetime(2026, 11, 2, 8, tzinfo=UTC)
FILED = datetime(2026, 11, 3, 8, tzinfo=UTC)
SERVER = datetime(2026, 11, 4, 8, tzinfo=UTC)
SEEN = datetime(2026, 12, 1, tzinfo=UTC)


def a_copy(at: datetime | None, *, imported: bool, hop: datetime | None = None) -> Copy:
    return Copy("contact", "INBOX", MailboxRole.INBOX, at, hop, imported=imported)


def a_mail(*copies: Copy) -> Mail:
    return Mail("0" * 32, Header(sent_at=WRITTEN), SEEN, copies)


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ((a_copy(None, imported=True),), Moment(WRITTEN, Basis.SENDER_CLOCK)),
        ((a_copy(FILED, imported=True),), Moment(FILED, Basis.ARCHIVE)),
        ((a_copy(FILED, imported=True, hop=SERVER),), Moment(SERVER, Basis.LAST_HOP)),
        ((a_copy(FILED, imported=True), a_copy(SERVER, imported=False)), Moment(SERVER, Basis.SERVER)),
        ((a_copy(datetime(1970, 1, 1, tzinfo=UTC), imported=True),), Moment(WRITTEN, Basis.SENDER_CLOCK)),
    ],
)
def test_an_archive_s_line_is_believed_before_the_sender_and_after_any_server(
    copies: tuple[Copy, ...], expected: Moment
) -> None:
    assert received(a_mail(*copies)) == expected


@pytest.mark.parametrize(
    ("internal_at", "hop", "expected"),
    [
        (WRITTEN, SERVER, Moment(SERVER, Basis.LAST_HOP)),
        (SERVER - timedelta(hours=1, seconds=1), SERVER, Moment(SERVER, Basis.LAST_HOP)),
        (SERVER - timedelta(hours=1), SERVER, Moment(SERVER - timedelta(hours=1), Basis.SERVER)),
        # A hop of a broken clock proves nothing.
        (SERVER, datetime(2031, 1, 1, tzinfo=UTC), Moment(SERVER, Basis.SERVER)),
    ],
)
def test_nothing_is_delivered_before_its_last_hop(
    internal_at: datetime, hop: datetime, expected: Moment
) -> None:
    assert received(a_mail(a_copy(internal_at, imported=False, hop=hop))) == expected


def test_each_copy_is_held_against_its_own_hop() -> None:
    moved = a_copy(WRITTEN, imported=False, hop=SERVER)
    kept = a_copy(FILED, imported=False)

    assert received(a_mail(moved, kept)) == Moment(FILED, Basis.SERVER)


def test_the_office_s_own_date_is_believed_before_an_archive_s_line() -> None:
    mail = a_mail(a_copy(FILED, imported=True))

    assert sent(mail) == Moment(WRITTEN, Basis.SENDER_CLOCK)
    assert stored(mail) == Moment(FILED, Basis.ARCHIVE)
