"""The requests of a conversation are found by what is known of them, and only those are looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.office.sides import Reading, read
from mailsla.core.pairing.followed import Followed
from mailsla.core.pairing.new_question import Subjects
from mailsla.core.pairing.register import Register, Wanted, answered_at
from mailsla.core.pairing.rules import Part
from tests.factories import RULES, mail, paris

FIRST = paris("2026-11-02 10:00")
ONE, OTHER, THIRD = "un@example.org", "deux@example.org", "trois@example.org"


def letter(number: int, subject: str = "Carte grise") -> Reading:
    at = FIRST + timedelta(minutes=number)
    return read(mail(f"{at:%Y-%m-%d %H:%M}", by=ONE, subject=subject), RULES.office)


def answered(at: datetime = FIRST) -> Moment:
    return Moment(at, Basis.SERVER)


def register_of(*citizens: set[str], few: int = 0) -> Register:
    """Return a register of one request for each of these."""
    register = Register(few=few)
    for number, addresses in enumerate(citizens):
        case = Followed(
            number, letter(number), False, set(addresses), set(addresses), set(), [], None, Subjects()
        )
        register.enter(case, Part.REQUEST)
    return register


def looked_at(register: Register, wanted: Wanted, *, is_open: bool) -> tuple[list[int], list[int]]:
    """Return the requests that are found, and those that were looked at for it."""
    looked: list[int] = []

    def is_it(case: Followed) -> bool:
        looked.append(case.number)
        return wanted.is_it(case)

    found = [case.number for case in register.find(Wanted(wanted.ways, is_it), is_open=is_open)]
    return found, looked


@pytest.mark.parametrize("few", [0, 2, 100])
@pytest.mark.parametrize(
    ("citizens", "apart"),
    [
        ([{ONE}, {OTHER}], [{ONE}, {OTHER}]),
        ([{ONE, OTHER}], [{ONE, OTHER}]),
        ([{ONE, "x"}, {"x", OTHER}], [{ONE, OTHER}]),
        ([{ONE, "x"}, {"x", "y"}, {"y", OTHER}], [{ONE}, {OTHER}]),
        ([{ONE, OTHER}, {ONE}, {OTHER}], [{ONE, OTHER}]),
        ([{ONE}, {"x"}], [{ONE}]),
    ],
)
def test_addresses_are_together_when_requests_answered_there_share_a_citizen(
    few: int, citizens: list[set[str]], apart: list[set[str]]
) -> None:
    register = register_of(*citizens, {THIRD}, set(), few=few)

    assert sorted(map(sorted, register.apart([ONE, OTHER]))) == sorted(map(sorted, apart))


@pytest.mark.parametrize("few", [0, 2, 100])
def test_an_address_added_later_is_together_with_those_before(few: int) -> None:
    register = register_of({ONE}, {THIRD}, set(), few=few)
    register.widen(register.cases[0], [OTHER], [])
    register.widen(register.cases[2], ["x", "y"], ["y"])

    assert register.apart([ONE, OTHER]) == [{ONE, OTHER}]
    assert sorted(map(sorted, register.apart([THIRD, "x", "y"]))) == [[THIRD], ["x", "y"]]


def test_whoever_is_added_to_nobodys_request_is_found_there_and_no_other() -> None:
    register = register_of(set(), set(), {THIRD})
    register.widen(register.cases[0], [ONE], [])
    register.widen(register.cases[1], [OTHER], [])

    assert [case.number for case in register.find(answered_at([ONE]))] == [0]
    assert register.apart([ONE, OTHER]) == [{ONE}, {OTHER}]


def test_of_one_citizens_requests_only_the_open_ones_are_looked_at() -> None:
    register = register_of(*[{ONE}] * 20, *[{OTHER}] * 20)
    for case in register.cases[1:]:
        register.answer(case, answered(), None)

    assert looked_at(register, answered_at([ONE]), is_open=True) == ([0], [0])
    assert looked_at(register, answered_at([ONE]), is_open=False) == (
        [*range(19, -1, -1)],
        [*range(19, -1, -1)],
    )


def test_what_comes_after_the_answer_makes_a_request_no_open_one() -> None:
    register = register_of({ONE}, {ONE}, {OTHER})
    closed = register.cases[0]
    register.answer(closed, answered(), None)
    register.add(closed, letter(5, "Permis"), Part.THANKS)
    register.widen(closed, [THIRD], [THIRD])

    assert looked_at(register, answered_at([ONE, THIRD]), is_open=True) == ([1], [1])
    assert looked_at(register, answered_at([THIRD]), is_open=False) == ([0], [0])


def test_a_request_whose_answer_came_back_is_open_again_under_all_it_is_known_by() -> None:
    register = register_of({ONE}, {OTHER})
    case, reply = register.cases[0], letter(5, "Permis")
    register.add(case, reply, Part.REPLY)
    register.answer(case, answered(), reply.key)
    assert looked_at(register, answered_at([ONE]), is_open=True) == ([], [])

    register.take_back(case, reply.key)

    assert looked_at(register, answered_at([ONE]), is_open=True) == ([0], [0])
    assert register.about("Permis", answered_at([ONE]), is_open=True) is case
    assert case.answered is None


def test_of_many_strangers_requests_a_mail_looks_only_at_those_of_whom_it_names() -> None:
    register = register_of(*({f"usager{number}@example.org"} for number in range(50)))
    for case in register.cases:
        register.add(case, letter(90), Part.FORWARD)

    named = answered_at(["usager7@example.org"]).with_step(letter(90).key)

    assert looked_at(register, named, is_open=False) == ([7], [7])
    assert register.opened_by(register.cases[3].opening.key) is register.cases[3]
    assert register.opened_by(None) is None
