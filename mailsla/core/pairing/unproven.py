"""Mails that bear an address of ours, of which nothing shows that the office wrote them: they answer nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mailsla.core.mail.copies import EARLIEST
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.conversation import Link
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.open_at import ByReceipt, is_open, keys_open
from mailsla.core.pairing.recipient_matching import NEVER_ANSWERS, match
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.request_life import kind_of_reply, sent_at_latest
from mailsla.core.pairing.rules import PairingRules


def doubts_of_unproven(
    conversations: Mapping[str, Iterable[str]],
    readings: Mapping[str, Reading],
    links: Mapping[str, Link],
    requests: Sequence[Request],
    rules: PairingRules,
) -> Iterator[Doubt]:
    """Yield the unproven mails that would have answered, with the requests that were open then.

    Those of its conversation that it names, or whose citizen it is written to; else those that evidence 4 reaches.

    Args:
        conversations: Name of each conversation → keys of its mails.
        readings: What each mail is, by key, without those that a person settled.
        links: What ties each mail.
        requests: Every request.
        rules: The site's rules.
    """
    unproven = [
        reading
        for reading in readings.values()
        if reading.is_unproven and kind_of_reply(reading.mail, rules) not in NEVER_ANSWERS
    ]
    if not unproven:
        return
    home = {key: name for name, keys in conversations.items() for key in keys}
    by_step: dict[str, list[Request]] = defaultdict(list)
    beside: dict[tuple[str, str], list[Request]] = defaultdict(list)
    for request in requests:
        for key in request.keys:
            by_step[key].append(request)
        for citizen in request.citizens:
            beside[request.conversation, citizen].append(request)
    theirs = {place: ByReceipt(found) for place, found in beside.items()}
    sent_at = {reading.key: sent_at_latest(reading) for reading in unproven}
    reached = _reached(unproven, sent_at, requests, rules)
    for reading in unproven:
        at = sent_at[reading.key]
        places = ((home[reading.key], citizen) for citizen in reading.citizens)
        written_to = keys_open(
            [theirs[place].between(EARLIEST, at) for place in places if place in theirs], at
        )
        named = (item.key for item in by_step.get(links[reading.key].to or "", ()) if is_open(item, at))
        candidates = tuple(dict.fromkeys((*named, *written_to))) or reached.get(reading.key, ())
        if candidates:
            yield Doubt(reading.key, at, candidates, DoubtCode.UNAUTHENTICATED)


def _reached(
    unproven: Sequence[Reading],
    sent_at: Mapping[str, datetime],
    requests: Sequence[Request],
    rules: PairingRules,
) -> dict[str, tuple[str, ...]]:
    """Return the open requests that evidence 4 reaches from each mail."""
    matches = match(unproven, (), requests, rules)
    open_then = {request.key: request for request in requests}
    answers = {key: (to,) for key, to in matches.answers.items() if is_open(open_then[to], sent_at[key])}
    return {**answers, **{doubt.mail: doubt.candidates for doubt in matches.doubts}}
