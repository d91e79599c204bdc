"""The page of what was asked for by mail: every outcome in words, and nothing of a stranger's that moves a cursor."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from mailsla.core.alerts.asked_action import Act, ActOutcome, ActReason
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.pairing.derivation import ListedMail
from mailsla.language import speaking
from mailsla.presentation import action_terms
from mailsla.presentation.pages.actions_letter import ActLine
from mailsla.presentation.pages.actions_page import actions_page
from mailsla.presentation.pages.page import Cell, Line, Table
from tests.factories import PARIS, paris

AT = paris("2026-11-12 10:00")
KEY = "255831e5" * 4
MAIL = ListedMail(KEY, AT, "aside", "action", (), "Objet", ("chef@pref.example.fr\x1b[2J",), (), (), KEY)


def shown(*lines: ActLine) -> str:
    said = []
    for block in actions_page(lines, PARIS).sections[0].blocks:
        if isinstance(block, Table):
            said += [cell.text for row in block.rows for cell in row if isinstance(cell, Cell)]
        elif isinstance(block, Line):
            said.append(block.text)
    return "\n".join(said)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_outcome_has_words_of_its_own(language: str) -> None:
    waiting = {ActReason.PROPOSED, ActReason.NOT_BELIEVED}
    with speaking(language):
        actions = {action_terms.action(action) for action in (None, *MailAction)}
        reasons = {
            action_terms.outcome(Act(KEY, AT, outcome, reason), waits=waits)
            for outcome, reason, waits in (
                *product([ActOutcome.REFUSED], ActReason, [False]),
                *product([ActOutcome.WAITING], waiting, [True]),
            )
        }

    assert len(actions) == len(MailAction) + 1
    assert len(reasons) == len(ActReason) + len(waiting)


@pytest.mark.parametrize(
    ("act", "waits", "said"),
    [
        (Act(KEY, AT, ActOutcome.DONE, decision=7), False, "fait (décision n° 7)"),
        (
            Act(KEY, AT, ActOutcome.DONE, until=date(2026, 11, 13)),
            False,
            "pas d'alerte avant le vendredi 13 novembre",
        ),
        (Act(KEY, AT, ActOutcome.DONE), False, "fait"),
        (
            Act(KEY, AT, ActOutcome.WAITING, ActReason.PROPOSED),
            True,
            "attend le référent : personne n'exclut",
        ),
        (Act(KEY, AT, ActOutcome.WAITING, ActReason.PROPOSED), False, "proposé ; tranché depuis"),
        (
            Act(KEY, AT, ActOutcome.REFUSED, ActReason.CHECKED, detail="Déjà\x1b fait."),
            False,
            "refusé : Déjà  fait.",
        ),
    ],
)
def test_what_became_of_a_mail_is_said(act: Act, waits: bool, said: str) -> None:
    assert said in action_terms.outcome(act, waits=waits)


def test_a_line_says_who_about_what_and_what_waits() -> None:
    act = Act(KEY, AT, ActOutcome.WAITING, ActReason.PROPOSED, MailAction.NOT_OURS, "0a" * 16)

    page = shown((act, MAIL, True))

    assert "chef@pref.example.fr" in page
    assert "\x1b" not in page
    assert "m255831e5" in page
    assert "m0a0a0a0a" in page
    assert "1 action attend le référent" in page
    assert "attend le référent" not in shown((act, None, False))
    assert "Aucune action" in shown()
