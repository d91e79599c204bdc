"""The changes that `make mutations` makes: each is one, and what is known of them still speaks of the code."""

from __future__ import annotations

import ast

import pytest

from tests.mutations.__main__ import sampled
from tests.mutations.alternatives import without_each, without_each_word
from tests.mutations.by_hand import MUTATIONS, Mutation
from tests.mutations.mutators import ROOT, every_mutant
from tests.mutations.survivors import EQUIVALENT

MUTANTS = every_mutant()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_changes_one_place_of_the_code(mutation: Mutation) -> None:
    code = (ROOT / mutation.path).read_text(encoding="utf-8")

    assert code.count(mutation.before) == 1
    assert mutation.after != mutation.before
    assert ast.dump(mutation.mutant.tree()) != ast.dump(ast.parse(code))


def test_every_module_of_the_core_with_something_to_change_is_changed() -> None:
    changed = {mutant.path for mutant in MUTANTS}
    bare = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "mailsla" / "core").rglob("*.py")
        if len(ast.parse(file.read_text(encoding="utf-8")).body) > 1
    }

    assert bare <= changed
    assert len(MUTANTS) > 3_000


def test_a_change_is_one_and_has_a_name_of_its_own() -> None:
    for mutant in MUTANTS[::97]:
        code = ast.parse((ROOT / mutant.path).read_text(encoding="utf-8"))
        assert ast.dump(mutant.tree()) != ast.dump(code)
    assert len({(mutant.line, *mutant.name) for mutant in MUTANTS}) == len(MUTANTS)


def test_each_change_known_to_change_nothing_is_still_one_of_the_code_and_has_its_reason() -> None:
    names = {mutant.name for mutant in MUTANTS}

    assert [name for name in EQUIVALENT if name not in names] == []
    assert all(reason.strip() for reason in EQUIVALENT.values())


def test_a_sample_is_the_same_whatever_changes_elsewhere() -> None:
    sample = sampled(MUTANTS, 60, "1")

    assert len(sample) == 60
    assert set(sample) & set(MUTANTS[::2]) <= set(sampled(MUTANTS[::2], 60, "1"))
    assert sampled(MUTANTS, 60, "2") != sample


def test_each_alternative_and_each_word_is_dropped_once() -> None:
    assert [left for _, left in without_each(r"a|b\|(?:c|(?P<n>d|e)|)[|)]")] == [
        r"b\|(?:c|(?P<n>d|e)|)[|)]",
        "a",
        r"a|b\|(?:(?P<n>d|e)|)[|)]",
        r"a|b\|(?:c|)[|)]",
        r"a|b\|(?:c|(?P<n>d|e))[|)]",
        r"a|b\|(?:c|(?P<n>e)|)[|)]",
        r"a|b\|(?:c|(?P<n>d)|)[|)]",
    ]
    assert list(without_each("abc")) == []
    assert list(without_each_word("a b")) == [("a", "b"), ("b", "a")]
