"""What nobody foresaw stops one mail: the rest of its group, and every other group, are derived as without it."""

from __future__ import annotations

import pytest

from mailsla.core.errors import PermanentError, Unforeseen, apart
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.apart import Underived, derive_apart
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import derive
from tests.factories import RULES, mail, paris, reply

ASKED = mail("2026-11-02 10:00")
ANSWER = reply("2026-11-03 10:00", ASKED)
OTHER = mail("2026-11-04 10:00", by="sacha.martin@example.org", subject="Permis de conduire")


def broken(whole: Mail) -> Mail:
    """Return a mail as no reader gives it: its Date has no offset, and compares with no instant."""
    naive = paris("2026-11-05 10:00").replace(tzinfo=None)
    return whole._replace(header=whole.header._replace(sent_at=naive), copies=())


def test_an_error_becomes_a_value_that_names_its_class_only() -> None:
    assert apart(lambda: 1 // 0) == Unforeseen("ZeroDivisionError")
    assert apart(lambda: 1) == 1


def test_an_error_that_was_raised_on_purpose_passes() -> None:
    def refuse() -> None:
        raise PermanentError("à corriger.")

    with pytest.raises(PermanentError, match="à corriger"):
        apart(refuse)


def test_what_can_be_derived_is_derived_at_once() -> None:
    mails = [ASKED, ANSWER, OTHER]

    assert derive_apart(mails, RULES) == ([derive(mails, RULES)], [])


def test_a_mail_that_cannot_be_derived_stops_neither_its_group_nor_another() -> None:
    poison = broken(reply("2026-11-05 10:00", ASKED))

    derived, underived = derive_apart([ASKED, ANSWER, poison, OTHER], RULES)

    assert underived == [Underived(poison, Unforeseen("TypeError"))]
    assert [request for item in derived for request in item.requests] == [
        *derive([ASKED, ANSWER], RULES).requests,
        *derive([OTHER], RULES).requests,
    ]


def test_mails_that_a_decision_joins_stay_together() -> None:
    poison = broken(mail("2026-11-05 10:00", by="lou.petit@example.org", subject="Carte grise"))
    joined = Decision(
        1, ANSWER.key, Action.JOIN, "la même demande", "référente", paris("2026-11-06 10:00"), OTHER.key
    )

    derived, _underived = derive_apart([OTHER, ANSWER, ASKED, poison], RULES, [joined])

    assert len(derived) == 1
