"""What is counted of each mail for `mailsla check`, by what it shows."""

from __future__ import annotations

import pytest

from mailsla.adapters.database.shown_clues import Counted, Shown, clue_counts, host_of
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.conversation import Evidence


def shown(
    side: Side, message_id: str | None = None, answers: Side | None = None, *, is_unproven: bool = False
) -> Shown:
    return Shown(side, MailKind.PERSON, Evidence.NONE, answers, is_unproven, host_of(message_id))


@pytest.mark.parametrize(
    ("side", "counted"),
    [
        (Side.CITIZEN, [(Counted.THEIR_IDS, "a.example.net")]),
        (Side.ASIDE, [(Counted.THEIR_IDS, "a.example.net")]),
        (Side.OUTBOUND, [(Counted.OUTBOUND, ""), (Counted.OUR_IDS, "a.example.net")]),
        (Side.INTERNAL, []),
        # Delivered twice, it counts under its other key.
        (Side.SAME, []),
    ],
)
def test_ids_are_of_whoever_wrote_the_mail_and_of_nobody_within_the_office(
    side: Side, counted: list[tuple[str, str]]
) -> None:
    assert clue_counts([shown(side, "1@A.example.net")]) == dict.fromkeys(counted, 1)


@pytest.mark.parametrize("message_id", [None, "", "1", "1@nodot", "1@a..example", "a.example.net@"])
def test_an_id_without_a_host_is_nobody_s(message_id: str | None) -> None:
    assert clue_counts([shown(Side.CITIZEN, message_id)]) == {}


def test_answers_are_counted_by_whether_what_they_answer_was_seen() -> None:
    seen = shown(Side.CITIZEN, answers=Side.OUTBOUND)
    unseen = seen._replace(evidence=Evidence.UNSEEN_REPLY)
    others = (shown(Side.CITIZEN, answers=Side.CITIZEN), shown(Side.ASIDE, answers=Side.OUTBOUND))

    counts = clue_counts((seen, seen, unseen, *others))

    assert counts == {(Counted.ANSWERS_SEEN, ""): 2, (Counted.ANSWERS_UNSEEN, ""): 1}


def test_only_a_person_s_mail_left_aside_for_that_reason_is_unproven() -> None:
    unproven = shown(Side.ASIDE, is_unproven=True)
    others = (
        unproven._replace(side=Side.CITIZEN),
        unproven._replace(kind=MailKind.LIST),
        shown(Side.ASIDE),
    )

    assert clue_counts((unproven, *others)) == {(Counted.UNPROVEN, ""): 1}
