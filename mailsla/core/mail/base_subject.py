"""Base subjects: RFC 5256 §2.1, with the prefixes that French clients write."""

from __future__ import annotations

import re
from functools import lru_cache

from mailsla.core.mail.spelling import plain_spelling

_REPLY = r"re|rép\.?|rep|réponse|aw|sv|antw|vs"
_FORWARD = r"tr|fwd?|wg|transf|transféré|rv|enc"
_AGAIN = r"relance|rappel"
_COUNT = r"(?:\s?\[\d{1,4}\]|\s?\(\d{1,4}\)|\^\d{1,4})?"
_OUTSIDE = r"externe?|external|extérieur"
"""What a gateway puts before the subject of a mail from outside."""

_MARK = re.compile(r"[:：\[(*]")
"""Without any of these a subject is bare already: most are."""


def _leader(replies: str, others: str) -> re.Pattern[str]:
    # `\s` takes the no-break spaces that French typography puts before a colon; `：` is the full-width colon.
    return re.compile(rf"\s*(?:(?P<reply>{replies})|{_FORWARD}|{others}){_COUNT}\s*[:：]\s*", re.IGNORECASE)


_LEADER = _leader(rf"{_REPLY}|réf\.?", rf"{_AGAIN}|{_OUTSIDE}")
_BLOB = re.compile(r"\s*(?:\[[^\[\]]{1,60}\]|\*{2,5}[^*\s][^*]{0,60}\*{2,5})\s*")
"""« [tag] », or « ***SPAM*** » as SpamAssassin writes it."""

_KEY_LEADER = _leader(_REPLY, _AGAIN)
_KEY_BLOB = re.compile(r"\s*\[[^\[\]]{1,60}\]\s*")
_TRAILER = re.compile(r"\s*\((?:fwd|tr)\)\s*$", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*\[(?:fwd|tr)\s*:\s*(.*)\]\s*$", re.IGNORECASE)


@lru_cache(maxsize=2_048)
def base_subject(subject: str) -> str:
    """Return what a subject is about: without `Re:`, `TR :`, `[tag]`, `(fwd)`; folded, on single spaces.

    A subject that is nothing but prefixes or tags keeps its tag.

    >>> base_subject("RE : TR : [EXTERNE] Carte grise"), base_subject("Rép\\u00a0: carte  grise")
    ('carte grise', 'carte grise')
    >>> base_subject("***SPAM*** EXTERNE: Réf. : Pre\\u0301fecture")
    'préfecture'
    """
    return _bare(plain_spelling(subject), _LEADER, _BLOB)


@lru_cache(maxsize=2_048)
def key_subject(subject: str) -> str:
    """Return the part of a mail's identity that its subject is.

    The names of the mails in every store rest on it: what base subjects are may change, this never does.
    """
    return _bare(subject, _KEY_LEADER, _KEY_BLOB)


def _bare(subject: str, leader: re.Pattern[str], blob: re.Pattern[str]) -> str:
    rest = subject
    while _MARK.search(rest):
        stripped = _once(rest, leader, blob)
        if stripped == rest:
            break
        rest = stripped
    return " ".join(rest.split()).casefold()


def _once(subject: str, leader: re.Pattern[str], blob: re.Pattern[str]) -> str:
    """Take one layer off: a trailer, a wrapper, a leader, or a tag that something follows."""
    # Both would look through every subject for what few have.
    if "(" in subject:
        subject = _TRAILER.sub("", subject)
    wrapped = _WRAPPED.match(subject) if "[" in subject else None
    if wrapped is not None:
        return wrapped[1]
    led = leader.match(subject)
    if led is not None:
        return subject[led.end() :]
    tagged = blob.match(subject)
    return subject[tagged.end() :] if tagged is not None and tagged.end() < len(subject) else subject


@lru_cache(maxsize=2_048)
def is_reply_subject(subject: str) -> bool:
    """Tell whether a subject has a reply's prefix, after tags and forwards.

    >>> is_reply_subject("[EXTERNE] RE : titre"), is_reply_subject("TR : titre"), is_reply_subject("Recours")
    (True, False, False)
    """
    subject, position = plain_spelling(subject), 0
    while position < len(subject):
        led = _LEADER.match(subject, position)
        if led is not None and led["reply"]:
            return True
        matched = led or _BLOB.match(subject, position)
        if matched is None:
            break
        position = matched.end()
    return False
