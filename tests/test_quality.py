"""Pairing held to its goals on generated mailboxes whose truth is known: no wrong pair, few missed ones."""

from __future__ import annotations

import pytest

from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.rules import Part
from tests.trials.mail.habits import HABITS, fill
from tests.trials.mail.quality import LEAST_RECALL, Finding, Quality, measured
from tests.trials.mail.scenes import Letter, World

SEED = 20261113
SIZE = 300


@pytest.fixture(scope="module")
def quality() -> Quality:
    return measured(SEED, SIZE)


@pytest.fixture(scope="module")
def letters() -> list[Letter]:
    world = World(SEED)
    fill(world, SIZE)
    return world.letters


def told(findings: list[Finding]) -> str:
    """Return one line a finding, to be read when a goal is missed."""
    return "\n".join(f"{finding.habit}: {finding.text}" for finding in findings)


def test_no_pair_made_alone_is_wrong(quality: Quality) -> None:
    total = quality.total

    assert total.made > SIZE / 2
    assert total.precision == 1, told(quality.wrong)


def test_nearly_every_pair_that_evidence_carries_is_made_alone(quality: Quality) -> None:
    total = quality.total

    assert total.carried > SIZE / 2
    assert (total.recall_carried or 0) >= LEAST_RECALL, told(quality.lost)


def test_every_habit_is_written_with_its_truth(letters: list[Letter]) -> None:
    answering = {letter.habit for letter in letters if letter.answers or letter.undecidable}
    names = [habit.name for habit in HABITS]

    assert {letter.habit for letter in letters} == set(names)
    assert len(names) == len(set(names))
    assert set(names) - answering <= {
        "Calendar invitations",
        "Newsletters",
        "Spam",
        "mailsla's own alerts",
    } | {
        "Passed to another authority",
        "Reply to a mail never seen",
    }
    assert {letter.kind for letter in letters} == set(MailKind) - {
        MailKind.UNDERIVED,
        MailKind.DECLARED_SENDER,
        MailKind.ACTION,
    }
    assert {letter.side for letter in letters} == set(Side) - {Side.SAME}
    assert {letter.part for letter in letters} >= {Part.REQUEST, Part.REMINDER, Part.FOLLOW_UP, Part.THANKS}


def test_the_truth_speaks_of_citizens_mail_that_was_written_before(letters: list[Letter]) -> None:
    by_key = {letter.key: letter for letter in letters}
    pairs = [
        (letter, by_key[request])
        for letter in letters
        for request in (*(answer.request for answer in letter.answers), *letter.undecidable)
    ]

    assert all(asked.side is Side.CITIZEN and asked.scene == said.scene for said, asked in pairs)
    assert all(
        said.at > asked.at
        for said, asked in pairs
        if said.habit not in {"Agent's clock late", "Delivered twice"}
    )


def test_two_mails_have_one_key_only_when_one_was_delivered_twice(letters: list[Letter]) -> None:
    written = {(letter.key, letter.scene, letter.at) for letter in letters}

    assert len(written) == len({letter.key for letter in letters})


def test_one_seed_gives_the_same_mailboxes_and_another_one_does_not(letters: list[Letter]) -> None:
    again, other = World(SEED), World(SEED + 1)
    fill(again, SIZE)
    fill(other, SIZE)

    assert [letter.raw for letter in again.letters] == [letter.raw for letter in letters]
    assert [letter.raw for letter in other.letters] != [letter.raw for letter in letters]
