"""Requests answered otherwise than by mail, as an agent filed or a person decided, and what mail alone answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailsla.core.mail.instants import Basis
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.conversation import Link
from mailsla.core.pairing.decision import Action, Decided
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.request_life import requests_of
from mailsla.core.pairing.rules import ClosingEffect, PairingRules

OTHERWISE = frozenset({Basis.FILED, Basis.DECISION})
"""What an answer that no mail gave rests on."""


def answered_otherwise(request: Request) -> Basis | None:
    """Return what an answer that no mail gave rests on; None for a request that a mail answered, or nothing."""
    basis = None if request.answered is None else request.answered.basis
    return basis if basis in OTHERWISE else None


def requests_with_mail_alone(
    conversation: str,
    readings: Sequence[Reading],
    links: Mapping[str, Link],
    rules: PairingRules,
    decided: Decided,
) -> tuple[Request, ...]:
    """Return the requests of a conversation (`requests_of`), with what mail answered of those filed or decided.

    The conversation is followed once more without those answers, its links as they are: a reply to what is a sequel
    because an agent filed the request may answer the request itself.
    """
    found = requests_of(conversation, readings, links, rules, decided)
    if not any(map(answered_otherwise, found)):
        return found
    closings = tuple(item for item in rules.closings if item.effect is not ClosingEffect.ANSWERED)
    unfiled, undecided = replace(rules, closings=closings), decided.without(Action.ANSWERED)
    alone = requests_of(conversation, readings, links, unfiled, undecided)
    by_mail = {request.key: request.answered for request in alone}
    return tuple(
        request._replace(by_mail=by_mail.get(request.key)) if answered_otherwise(request) else request
        for request in found
    )
