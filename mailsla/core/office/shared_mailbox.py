"""Whether an account shows the office's mailbox beside somebody's own, whose mails are no requests to the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailsla.core.mail.addresses import plain
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.office.correspondents import Office
from mailsla.core.office.surroundings import FEWEST, SampledMail, is_a_service

SEPARATORS = "/.\\"
"""What servers put between the levels of a mailbox's name."""


LONGEST = 198
"""Of a name that the configuration can hold, with what stands for all below it."""


@dataclass(frozen=True, slots=True)
class SharedMailbox:
    """The office's mailbox, among others of the same account.

    Attributes:
        name: Its name, which is that of its inbox too; its other mailboxes stand below.
        separator: Between the levels.
        written: How many mails of the sample, received there, are written to the office's address.
        elsewhere: How many were received elsewhere; none of them is.
    """

    name: str
    separator: str
    written: int
    elsewhere: int

    @property
    def only(self) -> tuple[str, str]:
        """What `only` says of it."""
        return self.name, f"{self.name}{self.separator}*"

    def holds(self, mailbox: str) -> bool:
        """Tell whether a mailbox is this one, or below it."""
        return mailbox == self.name or mailbox.startswith(self.name + self.separator)


def shared_mailbox(
    address: str, sample: Sequence[SampledMail], mailboxes: Sequence[tuple[str, MailboxRole]]
) -> SharedMailbox | None:
    """Return the mailbox below which are all mails to an address, and sent ones; None when nothing is elsewhere.

    Nor where people outside write to another address of the office's that is no person's: both are read then.

    Args:
        address: The office's.
        sample: The last mails of each mailbox.
        mailboxes: All that there are, each with what it holds.
    """
    address = plain(address)
    office = Office(domains=(address.rpartition("@")[2],))
    received = [mail for mail in sample if mail.role is MailboxRole.INBOX]
    at = [mail.mailbox for mail in received if _is_to(address, mail)]
    ours, written = set(at), len(at)
    sent = [name for name, role in mailboxes if role is MailboxRole.SENT]
    if written < FEWEST or "INBOX" in ours:
        return None
    for separator in SEPARATORS:
        name = _common(ours, separator)
        while name and name != "INBOX" and len(name) <= LONGEST:
            found = SharedMailbox(name, separator, written, 0)
            if any(map(found.holds, sent)):
                elsewhere = [mail for mail in received if not found.holds(mail.mailbox)]
                is_ours_too = sum(_is_to_a_service(office, mail) for mail in elsewhere) >= FEWEST
                return replace(found, elsewhere=len(elsewhere)) if elsewhere and not is_ours_too else None
            name = name.rpartition(separator)[0]
    return None


def _is_to(address: str, mail: SampledMail) -> bool:
    return address in {plain(item) for item in mail.header.to + mail.header.cc}


def _is_to_a_service(office: Office, mail: SampledMail) -> bool:
    """Tell whether somebody outside writes to an address of ours that is no person's: another name of the office's."""
    header = mail.header
    if any(map(office.includes, header.senders)):
        return False
    return any(is_a_service(plain(item), office) for item in header.to + header.cc)


def _common(names: set[str], separator: str) -> str:
    """Return the mailbox that all of them are, or are below; empty when there is none."""
    levels: list[str] = []
    for parts in zip(*(name.split(separator) for name in sorted(names)), strict=False):
        if len(set(parts)) > 1:
            break
        levels.append(parts[0])
    return separator.join(levels)
