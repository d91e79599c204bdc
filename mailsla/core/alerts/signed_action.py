"""Actions that a mail may ask for: signed for one person, about one thing, until a day.

A token holds what is asked and about what; not for whom: its signature is made again with the address of whoever
sent it, so that it is nobody else's. Everything that decides is under the signature.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from mailsla.core.mail.action_token import held_by, token_of
from mailsla.core.mail.addresses import plain

PREFIX_DIGITS = 16
"""Hexadecimal digits of a mail's key that a token holds: eight bytes, half of it."""

SIGNATURE_BYTES = 10
"""80 bits: who guesses must send 2^79 mails, each of which is listed. NIST SP 800-107 §5.3.5 asks for 32 at least."""

KEY_BYTES = 32

_EPOCH = date(2020, 1, 1)
_LAST_DAY = _EPOCH + timedelta(days=2**16 - 1)


class MailAction(StrEnum):
    """What a mail may ask for.

    A service's head says of a request that it was `ANSWERED` otherwise than by mail, that it is `NOT_OURS`, that it
    needs `NO_ANSWER`; or asks to be told again on the next working day (`REMIND`).

    The référent, besides: a mail answers a request (`JOIN`), answers nothing or is as it stands (`DISMISS`), is a
    citizen's (`COUNT`), is left out (`LEAVE_OUT`); a request is left out of the figures (`EXCLUDE`), or some service's
    (`ASSIGN`); what somebody proposed is right (`CONFIRM`), or not (`DECLINE`).
    """

    ANSWERED = "answered-otherwise"
    NOT_OURS = "not-ours"
    NO_ANSWER = "no-answer-needed"
    REMIND = "remind-tomorrow"
    JOIN = "joins"
    DISMISS = "answers-nothing"
    COUNT = "count"
    LEAVE_OUT = "leave-out"
    EXCLUDE = "exclude"
    ASSIGN = "assign"
    CONFIRM = "confirm"
    DECLINE = "decline"


OF_HEADS = frozenset({MailAction.ANSWERED, MailAction.NOT_OURS, MailAction.NO_ANSWER, MailAction.REMIND})
"""What a service's head may ask for; whoever checks the figures, for all of it."""

_CODES = {
    MailAction.ANSWERED: 1,
    MailAction.NOT_OURS: 2,
    MailAction.NO_ANSWER: 3,
    MailAction.REMIND: 4,
    MailAction.JOIN: 16,
    MailAction.DISMISS: 17,
    MailAction.COUNT: 18,
    MailAction.LEAVE_OUT: 19,
    MailAction.EXCLUDE: 20,
    MailAction.ASSIGN: 21,
    MailAction.CONFIRM: 22,
    MailAction.DECLINE: 23,
}
"""In tokens that were sent: a number never gets another meaning."""

_ACTIONS = {code: action for action, code in _CODES.items()}
_LONG = 1 << 7


@dataclass(frozen=True, slots=True)
class SignedAction:
    """What a token says.

    Attributes:
        action: What is asked for.
        target: Beginning of the key of the request, or of the mail, that it is about: `PREFIX_DIGITS` of it.
        expires_on: The last day on which it may be received, of the site.
        other: The same of the request beside a mail; None when there is none.
    """

    action: MailAction
    target: str
    expires_on: date
    other: str | None = None


class Unsigned(StrEnum):
    """Why a token asks for nothing.

    `UNKNOWN` is not signed for whoever sent it: another one's, altered, forged, of another site, of a key that was
    replaced. `EXPIRED` came too late.
    """

    UNKNOWN = "not-signed-for-sender"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs actions, and knows its signature.

    Attributes:
        key: The site's secret.
        site: The site's name: a key may be copied to another installation.
    """

    key: bytes = field(repr=False)
    site: str

    def token(self, asked: SignedAction, recipient: str) -> str:
        """Return the token by which `recipient` alone may ask for something.

        Raises:
            ValueError: When the day is not one of 2020 to 2199, or a key's beginning not one.
        """
        said = _said(asked)
        return token_of(said + self._signature(said, recipient))

    def opened(self, token: str, sender: str, received_on: date) -> SignedAction | Unsigned:
        """Return what a token of `sender`, received on a day, asks for, or why it asks for nothing."""
        held = held_by(token)
        if held is None:
            return Unsigned.UNKNOWN
        said, signature = held[:-SIGNATURE_BYTES], held[-SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(said, sender)):
            return Unsigned.UNKNOWN
        asked = _asked(said)
        if asked is None:
            return Unsigned.UNKNOWN
        return Unsigned.EXPIRED if received_on > asked.expires_on else asked

    def _signature(self, said: bytes, person: str) -> bytes:
        # Neither an address nor a site's name holds a NUL.
        over = b"\0".join((b"mailsla action 1", self.site.encode(), plain(person).encode(), said))
        return hmac.digest(self.key, over, "sha256")[:SIGNATURE_BYTES]


def claimed(token: str) -> SignedAction | None:
    """Return what a token says, whoever signed it; None when it says nothing. For lists alone."""
    held = held_by(token)
    return None if held is None else _asked(held[:-SIGNATURE_BYTES])


def _said(asked: SignedAction) -> bytes:
    if not _EPOCH <= asked.expires_on <= _LAST_DAY:
        raise ValueError("no token ends on that day")
    code = _CODES[asked.action] | (0 if asked.other is None else _LONG)
    day = (asked.expires_on - _EPOCH).days
    other = b"" if asked.other is None else _beginning(asked.other)
    return bytes([code]) + _beginning(asked.target) + other + day.to_bytes(2)


def _beginning(key: str) -> bytes:
    found = bytes.fromhex(key[:PREFIX_DIGITS])
    if 2 * len(found) != PREFIX_DIGITS:
        raise ValueError("a key has more digits")
    return found


def _asked(said: bytes) -> SignedAction | None:
    """Return what some bytes say; None for an action that this version does not know."""
    action = _ACTIONS.get(said[0] & ~_LONG)
    if action is None:
        return None
    keys, day = said[1:-2].hex(), int.from_bytes(said[-2:])
    other = keys[PREFIX_DIGITS:] or None
    return SignedAction(action, keys[:PREFIX_DIGITS], _EPOCH + timedelta(days=day), other)
