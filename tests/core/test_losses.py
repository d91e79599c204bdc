"""What came and went unseen between two whole reads: UIDs that were given and never seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.collection.losses import Missed, given_since, lost, missing
from mailsla.core.collection.on_server import MailboxStatus
from mailsla.core.collection.to_store import Cursor
from mailsla.core.mail.copies import MailboxRole

READ = Cursor(1, uid_validity=7, last_uid=12, uid_next=13, messages=9)
INBOX, SENT = MailboxRole.INBOX, MailboxRole.SENT


def test_what_was_given_is_from_the_uidnext_of_the_last_pass_to_that_of_this_one() -> None:
    # UID 13 came while the last pass went on, and was read by it: it is among what was seen.
    ahead = replace(READ, last_uid=13)

    assert given_since(READ, MailboxStatus(7, 16, 12), INBOX) == range(13, 16)
    assert given_since(ahead, MailboxStatus(7, 16, 12), INBOX) == range(13, 16)
    assert given_since(READ, MailboxStatus(7, 13, 9), INBOX) == range(13, 13)


@pytest.mark.parametrize(
    "status", [MailboxStatus(8, 16, 12), MailboxStatus(7, 5, 3), MailboxStatus(7, 0, 12)]
)
def test_another_uidvalidity_or_no_uidnext_tells_nothing(status: MailboxStatus) -> None:
    assert given_since(READ, status, INBOX) is None
    assert missing(None, {13}) is None


def test_a_mailbox_that_was_never_read_whole_loses_nothing_that_was_known() -> None:
    half_read = replace(READ, uid_next=0)

    assert given_since(Cursor(1, 0, 0, 0, 0), MailboxStatus(7, 16, 12), INBOX) == range(0)
    assert given_since(half_read, MailboxStatus(8, 16, 12), INBOX) == range(0)


@pytest.mark.parametrize("role", [MailboxRole.DRAFTS, MailboxRole.JUNK, MailboxRole.TRASH])
def test_what_passes_through_drafts_junk_and_trash_is_no_loss(role: MailboxRole) -> None:
    assert given_since(READ, MailboxStatus(8, 99, 1), role) == range(0)


def test_mails_seen_in_other_mailboxes_account_for_received_mail_alone() -> None:
    assert lost([Missed(INBOX, 2), Missed(INBOX, 1)], elsewhere=0) == 3
    assert lost([Missed(INBOX, 2), Missed(INBOX, 1)], elsewhere=9) == 0
    assert lost([Missed(INBOX, 0), Missed(SENT, 2)], elsewhere=9) == 2
    assert lost([], elsewhere=0) == 0


def test_what_nobody_can_tell_of_one_mailbox_is_not_known_of_the_account() -> None:
    assert lost([Missed(INBOX, None), Missed(INBOX, 1)], elsewhere=9) is None
