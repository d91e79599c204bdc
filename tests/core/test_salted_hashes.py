"""Salted hashes: what proves a value once it is gone, and tells nothing of it without its salt."""

from __future__ import annotations

import pytest

from mailsla.core.mail.salted_hashes import HASH_BYTES, SALT_BYTES, salted_hashes

SALT, OTHER = bytes(range(SALT_BYTES)), bytes(SALT_BYTES)
VALUES = ("a@example.org", None, "Demande", "")


def test_what_stores_hold_was_made_so() -> None:
    assert salted_hashes(SALT, VALUES).hex() == (
        "5bbdc810d45c4228adaaf32212835a6a621542e860208f4d42aa3345e9482938"
        "ab5f733361697d02d87935165e884721ec5a283ec5bc983048fb70b14857186b"
    )


def test_each_value_has_a_hash_of_its_own_place() -> None:
    whole = salted_hashes(SALT, VALUES)
    parts = [whole[start : start + HASH_BYTES] for start in range(0, len(whole), HASH_BYTES)]

    assert len(set(parts)) == len(parts) == len(VALUES)
    # An empty text, none, and the same elsewhere are told apart.
    bare = salted_hashes(SALT, ("", None, "", None))
    assert len({bare[start : start + HASH_BYTES] for start in range(0, len(bare), HASH_BYTES)}) == 4


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_a_value_that_changes_changes_its_own_hash_alone(place: int) -> None:
    changed = tuple("autre" if number == place else value for number, value in enumerate(VALUES))
    before, after = salted_hashes(SALT, VALUES), salted_hashes(SALT, changed)

    def at(number: int) -> slice:
        return slice(number * HASH_BYTES, (number + 1) * HASH_BYTES)

    assert [before[at(n)] == after[at(n)] for n in range(len(VALUES))] == [
        n != place for n in range(len(VALUES))
    ]


def test_another_salt_makes_other_hashes_of_everything() -> None:
    one, other = salted_hashes(SALT, VALUES), salted_hashes(OTHER, VALUES)

    assert all(one[i : i + HASH_BYTES] != other[i : i + HASH_BYTES] for i in range(0, len(one), HASH_BYTES))


def test_half_characters_are_hashed_as_anything_else() -> None:
    assert salted_hashes(SALT, ("\ud83d",)) != salted_hashes(SALT, ("\ud83e",))
