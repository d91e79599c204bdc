"""Base subjects: RFC 5256 §2.1, with the prefixes that French clients write."""

from __future__ import annotations

import re
from functools import lru_cache

_REPLY = r"re|rép\.?|rep|réponse|aw|sv|antw|vs"
_FORWARD = r"tr|fwd?|wg|transf|transféré|rv|enc"
_AGAIN = r"relance|rappel"
_COUNT = r"(?:\s?\[\d{1,4}\]|\s?\(\d{1,4}\)|\^\d{1,4})?"
_MARK = re.compile(r"[:：\[(]")
"""Without any of these a subject is bare already: most are."""

# `\s` takes the no-break spaces that French typography puts before a colon; `：` is the full-width colon.
_LEADER = re.compile(
    rf"\s*(?:(?P<reply>{_REPLY})|(?P<forward>{_FORWARD})|{_AGAIN}){_COUNT}\s*[:：]\s*", re.IGNORECASE
)
_BLOB = re.compile(r"\s*\[[^\[\]]{1,60}\]\s*")
_TRAILER = re.compile(r"\s*\((?:fwd|tr)\)\s*$", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*\[(?:fwd|tr)\s*:\s*(.*)\]\s*$", re.IGNORECASE)


@lru_cache(maxsize=2_048)
def base_subject(subject: str) -> str:
    """Return what a subject is about: without `Re:`, `TR :`, `[tag]`, `(fwd)`; folded, on single spaces.

    A subject that is nothing but prefixes or tags keeps its tag.

    >>> base_subject("RE : TR : [EXTERNE] Carte grise"), base_subject("Rép\\u00a0: carte  grise")
    ('carte grise', 'carte grise')
    """
    rest = subject
    while _MARK.search(rest):
        stripped = _once(rest)
        if stripped == rest:
            break
        rest = stripped
    return " ".join(rest.split()).casefold()


def _once(subject: str) -> str:
    """Take one layer off: a trailer, a wrapper, a leader, or a tag that something follows."""
    subject = _TRAILER.sub("", subject)
    wrapped = _WRAPPED.match(subject)
    if wrapped is not None:
        return wrapped[1]
    leader = _LEADER.match(subject)
    if leader is not None:
        return subject[leader.end() :]
    blob = _BLOB.match(subject)
    return subject[blob.end() :] if blob is not None and blob.end() < len(subject) else subject


def is_reply_subject(subject: str) -> bool:
    """Tell whether a subject has a reply's prefix, after tags and forwards.

    >>> is_reply_subject("[EXTERNE] RE : titre"), is_reply_subject("TR : titre"), is_reply_subject("Recours")
    (True, False, False)
    """
    return "reply" in _leaders(subject)


def is_forward_subject(subject: str) -> bool:
    """Tell whether the outermost prefix of a subject is a forward's."""
    return _leaders(subject)[:1] == ("forward",)


@lru_cache(maxsize=2_048)
def _leaders(subject: str) -> tuple[str, ...]:
    found = []
    position = 0
    while position < len(subject):
        leader = _LEADER.match(subject, position)
        blob = _BLOB.match(subject, position) if leader is None else None
        if leader is not None:
            found.append("reply" if leader["reply"] else "forward" if leader["forward"] else "again")
        matched = leader or blob
        if matched is None:
            break
        position = matched.end()
    return tuple(found)
