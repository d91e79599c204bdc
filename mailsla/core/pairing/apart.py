"""Deriving each group of tied mails apart: what nobody foresaw of one stops no other, and is set aside by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from mailsla.core.errors import Unforeseen, apart
from mailsla.core.mail.copies import Mail
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.forest import Forest
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.pairing.ties import ties


@dataclass(frozen=True, slots=True)
class Underived:
    """A mail that could not be derived, and the class of the error that kept it from being."""

    mail: Mail
    error: Unforeseen


def derive_apart(
    mails: Sequence[Mail],
    rules: PairingRules,
    decisions: Sequence[Decision] = (),
    forgotten: Collection[str] = (),
) -> tuple[list[Derivation], list[Underived]]:
    """Derive some mails: at once when that works; else each group of tied mails, without those that cannot be.

    A mail that cannot be derived even alone is left out of its group; when the others fail without it too, the
    whole group is.
    """
    whole = apart(partial(derive, mails, rules, decisions, forgotten))
    if not isinstance(whole, Unforeseen):
        return [whole], []
    groups = _tied_groups(mails, rules.office, decisions)
    if len(groups) > 1:
        parts = [derive_apart(group, rules, decisions, forgotten) for group in groups]
        return [item for found, _ in parts for item in found], [
            item for _, failed in parts for item in failed
        ]
    alone = {mail.key: apart(partial(derive, [mail], rules, decisions, forgotten)) for mail in mails}
    failed = [Underived(mail, error) for mail in mails if isinstance(error := alone[mail.key], Unforeseen)]
    rest = [mail for mail in mails if not isinstance(alone[mail.key], Unforeseen)]
    if not failed:
        return [], [Underived(mail, whole) for mail in rest]
    if not rest:
        return [], failed
    found, others = derive_apart(rest, rules, decisions, forgotten)
    return found, [*failed, *others]


def _tied_groups(mails: Sequence[Mail], office: Office, decisions: Iterable[Decision]) -> list[list[Mail]]:
    """Return mails in groups that share no tie; one whose ties cannot be made is alone."""
    forest = Forest()
    for mail in mails:
        names = apart(partial(ties, mail.header, office))
        for name in () if isinstance(names, Unforeseen) else names:
            forest.join(mail.key, name)
    for decision in decisions:
        if decision.other is not None:
            forest.join(decision.target, decision.other)
    groups: dict[Hashable, list[Mail]] = defaultdict(list)
    for mail in mails:
        groups[forest.find(mail.key)].append(mail)
    return list(groups.values())
