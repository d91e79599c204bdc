"""Each mutation still has something to change: a list of texts typed by hand drifts from the code it names."""

from __future__ import annotations

import pytest

from tests.mutations import MUTATIONS, ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_changes_one_place_of_the_code(mutation: Mutation) -> None:
    code = mutation.path_in(ROOT).read_text(encoding="utf-8")

    assert code.count(mutation.before) == 1
    assert mutation.after != mutation.before
