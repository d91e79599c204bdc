"""Web forms: mail that a server writes for a citizen, whose address stands elsewhere than in From."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mailsla.core.mail.addresses import normalised, parse_addresses, plain
from mailsla.core.mail.header import Header


class AddressSource(StrEnum):
    """Where a form may put the citizen's address."""

    REPLY_TO = "reply-to"
    SUBJECT = "subject"
    BODY = "body"
    FROM = "from"


_LONG_WORD = re.compile(r"(?<!\S)\S{1000,}+")
"""No address is as long: a site's own pattern may take the square of such a word's length to find none in it."""

Outside = Callable[[tuple[str, ...]], tuple[str, ...]]


def _all(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return addresses


@dataclass(frozen=True)
class Form:
    """One web form.

    Attributes:
        senders: Addresses from which it writes, as compared.
        citizen: Where the citizen's address stands, the first that holds one wins.
        subject_pattern: Its first group is the address in the subject; None when it never stands there.
        body_pattern: The same in the body's first text part, which is read for that and never kept.
    """

    senders: frozenset[str]
    citizen: tuple[AddressSource, ...] = (AddressSource.REPLY_TO,)
    subject_pattern: re.Pattern[str] | None = None
    body_pattern: re.Pattern[str] | None = None

    def wrote(self, header: Header) -> bool:
        """Tell whether this form wrote a mail."""
        return any(plain(address) in self.senders for address in (*header.senders, *header.sender))

    def addresses(self, header: Header, outside: Outside = _all) -> tuple[str, ...]:
        """Return the addresses that the first source with any gives; empty when nothing says who asks.

        `asked_by` holds what was read in the body when the mail was collected. `outside` keeps the addresses
        that are not the office's own: a form's Reply-To may be ours.
        """
        for source in self.citizen:
            found = outside(self._from(source, header))
            if found:
                return found
        return ()

    def _from(self, source: AddressSource, header: Header) -> tuple[str, ...]:
        if source is AddressSource.REPLY_TO:
            return self._others(header.reply_to)
        if source is AddressSource.SUBJECT:
            return self._others(_found(self.subject_pattern, header.subject))
        if source is AddressSource.BODY:
            return self._others(header.asked_by)
        return header.senders

    def _others(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(address for address in addresses if plain(address) not in self.senders)

    def needs_body(self, header: Header, outside: Outside = _all) -> bool:
        """Tell whether the body must be read to know who asks: no earlier source gives an address."""
        if self.body_pattern is None or AddressSource.BODY not in self.citizen:
            return False
        before = self.citizen[: self.citizen.index(AddressSource.BODY)]
        return not any(outside(self._from(source, header)) for source in before)

    def asked_by(self, text: str) -> tuple[str, ...]:
        """Return the address that the body's text names."""
        return _found(self.body_pattern, _LONG_WORD.sub("", text))


def _found(pattern: re.Pattern[str] | None, text: str) -> tuple[str, ...]:
    match = None if pattern is None else pattern.search(text)
    if match is None:
        return ()
    written = match[1] if match.re.groups else match[0]
    found = normalised(written or "")
    return parse_addresses(written or "") if found is None else (found,)
