"""What a decision changes is told: requests that appear, go, or are no longer what they were."""

from __future__ import annotations

from mailsla.core.pairing.derivation import derive
from mailsla.core.rate.changes import Change, changes
from tests.factories import RULES, mail, paris, reply
from tests.presentation.samples import STANDARD

NOW = paris("2026-11-13 09:00")
ASKED = mail("2026-11-02 10:00")
ANSWERED = reply("2026-11-03 10:00", ASKED)
OTHER = mail("2026-11-04 10:00", subject="Autre chose")


def test_only_what_is_no_longer_the_same_is_told() -> None:
    before = derive([ASKED, OTHER], RULES).requests
    after = derive([ASKED, ANSWERED, OTHER], RULES).requests

    [change] = changes(before, after, STANDARD, NOW)

    assert change.before is not None
    assert change.after is not None
    assert (change.before.case.key, change.before.verdict.answered_on) == (ASKED.key, None)
    assert change.after.verdict.answered_on is not None
    assert changes(before, before, STANDARD, NOW) == []


def test_a_request_that_appears_or_goes_has_one_side_only() -> None:
    both, one = (derive(mails, RULES).requests for mails in ([ASKED, OTHER], [ASKED]))

    [came], [went] = changes(one, both, STANDARD, NOW), changes(both, one, STANDARD, NOW)

    assert came == Change(None, went.before)
    assert came.after is not None
    assert came.after.case.key == OTHER.key


def test_what_is_received_after_now_is_not_judged() -> None:
    requests = derive([OTHER], RULES).requests

    assert changes((), requests, STANDARD, paris("2026-11-04 09:59")) == []
    assert len(changes((), requests, STANDARD, paris("2026-11-04 10:00"))) == 1
