"""What would be derived were one decision taken back: read, derived and forgotten; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Engine, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.derivation_work import PORTION
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.keys import numbers_of
from mailsla.adapters.database.sealed_messages import sealed_among
from mailsla.adapters.database.tables import DECISION
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.apart import derive_apart
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.effect import TakenBack


def taken_back(engine: Engine, rules: PairingRules, numbers: Collection[int]) -> Iterator[TakenBack]:
    """Yield, for some decisions, the requests around each and what they would be without it.

    Of a decision about a sealed mail nothing is yielded: what it would be without it is not known any more.
    As many statements are sent for one decision as for hundreds, unless very many mails are tied to them.
    """
    with reading(engine) as connection:
        read = TiedMessages(connection, PORTION)
        query = select(DECISION.c.target).where(among(DECISION.c.id, numbers, connection))
        named = set(connection.execute(query).scalars())
        about = set(numbers_of(connection, named).values())
        tied = read.tied(about - set(sealed_among(connection, about)))
        ground = read.ground(rules)
        mails = {
            number: mail
            for part in read.portions(tied)
            for number, mail in part.mails(ground.mailboxes).items()
        }
        groups = list(read.groups(tied))
    for group in groups:
        members = [mails[number] for number in group]
        yield from _of_group(members, rules, ground.decisions_about(members), numbers)


def _of_group(
    mails: Sequence[Mail], rules: PairingRules, decisions: Sequence[Decision], numbers: Collection[int]
) -> Iterator[TakenBack]:
    before = _cases(mails, rules, decisions)
    for decision in decisions:
        if decision.number in numbers:
            others = [other for other in decisions if other is not decision]
            yield TakenBack(decision.number, before, _cases(mails, rules, others))


def _cases(mails: Sequence[Mail], rules: PairingRules, decisions: Iterable[Decision]) -> tuple[Case, ...]:
    found, _underived = derive_apart(mails, rules, tuple(decisions))
    return tuple(case_of(request) for derivation in found for request in derivation.requests)
