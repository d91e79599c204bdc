"""What a decision changes, told at once to whoever takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.pairing.request import Request
from mailsla.core.rate.case import case_of
from mailsla.core.rate.standard import Judged, Standard


@dataclass(frozen=True, slots=True)
class Change:
    """One request that is no longer what it was.

    Attributes:
        before: How it stood; None when it was none.
        after: How it stands; None when it is none any more.
    """

    before: Judged | None
    after: Judged | None


def changes(
    before: Sequence[Request], after: Sequence[Request], standard: Standard, now: datetime
) -> list[Change]:
    """Return what is different between some requests and the same ones once derived again; new ones last."""
    was, now_is = _judged(before, standard, now), _judged(after, standard, now)
    keys = dict.fromkeys((*was, *now_is))
    found = [Change(was.get(key), now_is.get(key)) for key in keys]
    return [change for change in found if change.before != change.after]


def _judged(requests: Sequence[Request], standard: Standard, now: datetime) -> dict[str, Judged]:
    return {item.case.key: item for item in standard.judge(map(case_of, requests), now)}
