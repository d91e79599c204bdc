"""Ready-written mails: what their links say is what is read again from what a client sends, in either language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from mailsla.core.alerts.asked_action import Act, ActOutcome, ActReason
from mailsla.core.alerts.signed_action import OF_HEADS, MailAction, SignedAction, Signer
from mailsla.core.mail.action_words import Asked, asked
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.language import speaking
from mailsla.presentation.action_mails import MOST_CANDIDATES, ActionLink, ActionMails
from mailsla.presentation.mailto import LONGEST_LINK
from tests.factories import PARIS, RULES, mail, paris

HEAD = "chef.permis@pref.example.fr"
SIGNER = Signer(bytes(range(32)), "Préfecture d'essai")
EXPIRY = date(2026, 12, 31)
MAILS = ActionMails(
    "contact+actions@pref.example.fr", SIGNER, HEAD, EXPIRY, PARIS, ("Étrangers", "Permis de conduire")
)
[REQUEST] = derive([mail("2026-11-02 10:00")], RULES).requests
OTHERS = tuple(f"{number}0000000" * 4 for number in range(1, 6))
PROPOSAL = Act(
    OTHERS[0],
    paris("2026-11-05 10:00"),
    ActOutcome.WAITING,
    ActReason.PROPOSED,
    MailAction.NOT_OURS,
    OTHERS[1],
)


def written(link: ActionLink) -> tuple[str, str]:
    """Return the subject and the text that a client opens."""
    said = parse_qs(urlsplit(link.href).query)
    return said["subject"][0], said["body"][0]


def opened(link: ActionLink, text: str = "") -> SignedAction | None:
    found = asked(written(link)[0], text or written(link)[1])
    assert len(found.tokens) == 1
    action = SIGNER.opened(found.tokens[0], HEAD, EXPIRY)
    return action if isinstance(action, SignedAction) else None


def of_doubt(code: DoubtCode, *candidates: str) -> list[MailAction]:
    links = MAILS.for_doubt(Doubt(OTHERS[0], paris("2026-11-05 10:00"), candidates, code))
    return [action.action for link in links if (action := opened(link)) is not None]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_completed_is_read_again_in_the_language_of_the_link(language: str) -> None:
    typed = {
        "(": "téléphone",
        "aaaa": "12/11/2026",
        "yyyy": "12/11/2026",
        "Service": "Étrangers",
    }
    with speaking(language):
        answered, assign, exclude = MAILS.for_referent(REQUEST)
    found = []
    for link in (answered, assign, exclude):
        lines = written(link)[1].split("\r\n")
        filled = []
        for line in lines:
            said = next((word for mark, word in reversed(typed.items()) if mark in line), "parce que")
            filled.append(line + said if line.endswith(": ") else line)
        found.append(asked("", "\n".join(filled))._replace(tokens=()))

    assert found == [
        Asked("téléphone", "12/11/2026", "", "parce que"),
        Asked("", "", "Étrangers", "parce que"),
        Asked("", "", "", "parce que"),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_not_completed_says_nothing(language: str) -> None:
    with speaking(language):
        links = (*MAILS.for_head(REQUEST), *MAILS.for_referent(REQUEST))

    assert {asked("", written(link)[1])[:4] for link in links} == {("", "", "", "")}


def test_a_head_has_four_actions_of_his_own_and_no_other() -> None:
    actions = [opened(link) for link in MAILS.for_head(REQUEST)]

    assert {item.action for item in actions if item} == OF_HEADS
    assert {item.target for item in actions if item} == {REQUEST.key[:16]}
    assert {item.expires_on for item in actions if item} == {EXPIRY}


def test_the_subject_alone_is_enough_and_so_is_the_text() -> None:
    for link in MAILS.for_head(REQUEST):
        subject, body = written(link)
        assert asked(subject, "").tokens == asked("", body).tokens != ()


@pytest.mark.parametrize(
    ("code", "candidates", "actions"),
    [
        (DoubtCode.FORM_IN_JUNK, 0, [MailAction.COUNT, MailAction.LEAVE_OUT]),
        (DoubtCode.SEEMS_AUTOMATIC, 1, [MailAction.LEAVE_OUT, MailAction.DISMISS]),
        (DoubtCode.UNDECLARED_FORM, 1, [MailAction.LEAVE_OUT, MailAction.DISMISS]),
        (DoubtCode.DATE_DISPUTED, 1, [MailAction.ANSWERED, MailAction.DISMISS]),
        (DoubtCode.RECEIPT_DISPUTED, 1, [MailAction.DISMISS]),
        (DoubtCode.NEW_SUBJECT_BEFORE_REPLY, 1, [MailAction.DISMISS]),
        (DoubtCode.UNSEEN_REPLY, 1, [MailAction.ANSWERED, MailAction.DISMISS]),
        (DoubtCode.RETURNED, 1, [MailAction.ANSWERED, MailAction.DISMISS]),
        (DoubtCode.UNAUTHENTICATED, 1, [MailAction.JOIN, MailAction.DISMISS]),
        (DoubtCode.SEVERAL_FIT, 4, [*[MailAction.JOIN] * MOST_CANDIDATES, MailAction.DISMISS]),
    ],
)
def test_what_is_to_check_has_the_actions_that_lists_offer(
    code: DoubtCode, candidates: int, actions: list[MailAction]
) -> None:
    assert of_doubt(code, *OTHERS[1 : 1 + candidates]) == actions


def test_a_tie_names_the_mail_and_the_request() -> None:
    first, *_others = MAILS.for_doubt(
        Doubt(OTHERS[0], paris("2026-11-05 10:00"), OTHERS[1:], DoubtCode.SEVERAL_FIT)
    )

    assert opened(first) == SignedAction(MailAction.JOIN, OTHERS[0][:16], EXPIRY, OTHERS[1][:16])


def test_a_proposal_is_confirmed_or_declined() -> None:
    found = [opened(link) for link in MAILS.for_proposal(PROPOSAL)]

    assert [item and (item.action, item.target) for item in found] == [
        (MailAction.CONFIRM, OTHERS[0][:16]),
        (MailAction.DECLINE, OTHERS[0][:16]),
    ]


def test_every_link_is_short_enough_for_any_client() -> None:
    many = replace(MAILS, services=tuple(f"Service des étrangers n° {number}" for number in range(40)))
    doubt = Doubt(OTHERS[0], paris("2026-11-05 10:00"), OTHERS[1:], DoubtCode.SEVERAL_FIT)
    links = (
        *MAILS.for_head(REQUEST),
        *many.for_referent(REQUEST),
        *MAILS.for_doubt(doubt),
        *MAILS.for_proposal(PROPOSAL),
    )

    assert max(len(link.href) for link in MAILS.for_head(REQUEST)) < 1_000
    assert max(len(link.href) for link in links) <= LONGEST_LINK
