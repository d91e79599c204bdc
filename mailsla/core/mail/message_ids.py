"""Message-IDs as met in real mail: several, folded, truncated, without brackets, amid prose (RFC 5322 §3.6.4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

MOST_IDS = 1_000
LONGEST_ID = 998

_NOT_WRITTEN = re.compile(r"[\s\x00-\x1f\x7f]+")
_USUAL = re.compile(r"[!-;=?-~]+")
"""An id alone in its brackets, without anything to drop: read first, and quickly."""

_BRACKETED = re.compile(r"<([^<>]+)(?:>|$)")


def parse_message_ids(written: str) -> tuple[str, ...]:
    """Return the ids that a field names, without brackets, in order and without duplicates.

    White space inside an id is folding's and is dropped; so are control characters, of which PostgreSQL refuses
    NUL. Without any bracket, words that could all be ids are taken as such; prose is not. Of more than a thousand,
    the first and the last ones are kept.

    >>> parse_message_ids("Votre message du 2 mars <a.1@\\n example.fr>")
    ('a.1@example.fr',)
    """
    if not written:
        return ()
    alone = written[1:-1]
    if f"<{alone}>" == written and len(alone) <= LONGEST_ID and _USUAL.fullmatch(alone):
        return (alone,)
    found = _BRACKETED.findall(written)
    if not found and all("@" in word for word in written.split()):
        found = written.split()
    ids = dict.fromkeys(_NOT_WRITTEN.sub("", item)[:LONGEST_ID] for item in found)
    ids.pop("", None)
    kept = tuple(ids)
    return kept if len(kept) <= MOST_IDS else kept[:1] + kept[1 - MOST_IDS :]


def looks_unique(message_id: str) -> bool:
    """Tell whether an id looks made to name one message: `left@right` with some substance."""
    left, at, right = message_id.partition("@")
    return bool(at and right) and len(left) >= 4


def answered_between(
    in_reply_to: Sequence[str], references: Sequence[str], own: Collection[str]
) -> str | None:
    """Return the id that a mail answers, of somebody who answered an earlier mail of the same writer; None otherwise.

    Whoever answered had that mail: its recipient, though nothing in the id says so (Microsoft 365 names its machines).
    Somebody else made it, when the last two labels of its host are those of none of the writer's own ids.

    >>> answered_between(["r@A1.PROD.OUTLOOK.COM"], ["q@exemple.net", "r@A1.PROD.OUTLOOK.COM"], ["q@exemple.net"])
    'r@A1.PROD.OUTLOOK.COM'
    """
    answered = next(iter((*in_reply_to[:1], *references[-1:])), None)
    if answered is None or answered in own or _maker(answered) in {"", *map(_maker, own)}:
        return None
    before = references[: references.index(answered)] if answered in references else references
    return answered if any(item in own for item in before) else None


def _maker(message_id: str) -> str:
    labels = message_id.rpartition("@")[2].lower().rsplit(".", 2)[-2:]
    return ".".join(labels) if len(labels) == 2 else ""
