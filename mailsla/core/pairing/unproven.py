"""Mails that bear an address of ours, of which nothing shows that the office wrote them: they answer nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
    named = _having_step({links[reading.key].to for reading in unproven}, requests)
    beside = _beside({(home[item.key], citizen) for item in unproven for citizen in item.citizens}, requests)
    unreached: dict[str, tuple[Reading, datetime]] = {}
    for reading in unproven:
        at = sent_at_latest(reading)
        theirs = (beside[home[reading.key], citizen] for citizen in reading.citizens)
        written_to = keys_open([known.between(EARLIEST, at) for known in theirs], at)
        open_then = [request.key for request in named[links[reading.key].to] if is_open(request, at)]
        candidates = tuple(dict.fromkeys((*open_then, *written_to)))
        if candidates:
            yield Doubt(reading.key, at, candidates, DoubtCode.UNAUTHENTICATED)
        else:
            unreached[reading.key] = (reading, at)
    if unreached:
        yield from _reached(unreached, requests, rules)


def _having_step(
    keys: Collection[str | None], requests: Iterable[Request]
) -> dict[str | None, list[Request]]:
    """Return the requests of which each of some mails is a step."""
    found: dict[str | None, list[Request]] = {key: [] for key in keys}
    for request in requests:
        for step in request.steps:
            if step.key in found:
                found[step.key].append(request)
    return found


def _beside(
    places: Collection[tuple[str, str]], requests: Iterable[Request]
) -> dict[tuple[str, str], ByReceipt]:
    """Return the requests of each conversation and citizen of some."""
    found: dict[tuple[str, str], list[Request]] = {place: [] for place in places}
    for request in requests:
        for citizen in request.citizens:
            if (request.conversation, citizen) in found:
                found[request.conversation, citizen].append(request)
    return {place: ByReceipt(theirs) for place, theirs in found.items()}


def _reached(
    unreached: Mapping[str, tuple[Reading, datetime]], requests: Sequence[Request], rules: PairingRules
) -> Iterator[Doubt]:
    """Yield the mails from which evidence 4 reaches open requests; each comes with when it was sent at the latest."""
    matches = match([reading for reading, _at in unreached.values()], (), requests, rules)
    open_then = {request.key: request for request in requests}
    for key, to in matches.answers.items():
        at = unreached[key][1]
        if is_open(open_then[to], at):
            yield Doubt(key, at, (to,), DoubtCode.UNAUTHENTICATED)
    for doubt in matches.doubts:
        yield replace(doubt, code=DoubtCode.UNAUTHENTICATED)
