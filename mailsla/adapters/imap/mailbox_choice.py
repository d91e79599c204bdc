"""Which of the mailboxes that a server lists are collected, and which are wanted and cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.list_responses import Listed, can_be_said
from mailsla.adapters.imap.mailbox_roles import NEVER_READ, role_of
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.mailbox_names import compared, is_among


@dataclass(frozen=True, slots=True)
class Choice:
    """What an account's settings make of a list.

    Attributes:
        openable: Name → mailbox, of all that hold mail of their own.
        wanted: Name → role, of those to collect.
        missing: Names of those that are wanted and are not read: `only` names them, and the server does not list them,
            or they hold drafts or no mail of their own; or no command can say their name.
    """

    openable: dict[str, Listed]
    wanted: dict[str, MailboxRole]
    missing: Sequence[str]


def chosen(listed: Sequence[Listed], account: ImapAccount) -> Choice:
    """Return what to collect of a list: all that can be opened, but drafts and virtual mailboxes."""
    sent = {compared(name) for name in account.sent}
    openable: dict[str, Listed] = {}
    wanted: dict[str, MailboxRole] = {}
    unsayable = []
    for mailbox in listed:
        if mailbox.attributes & NEVER_READ:
            continue
        known_as = compared(mailbox.name)
        name = "INBOX" if known_as == "INBOX" else mailbox.name
        role = MailboxRole.SENT if known_as in sent else role_of(mailbox)
        is_kept = not account.only or is_among(name, account.only)
        is_wanted = is_kept and not is_among(name, account.ignore) and role is not MailboxRole.DRAFTS
        if not can_be_said(mailbox.written):
            unsayable += [name] * is_wanted
            continue
        openable[name] = mailbox
        if is_wanted:
            wanted[name] = role
    left_out = (
        asked for asked in account.only if not any(is_among(name, [asked]) for name in (*wanted, *unsayable))
    )
    return Choice(openable, wanted, [*left_out, *unsayable])
