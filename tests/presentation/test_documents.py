"""JSON written piece by piece is what the standard library would write of it all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.clock.verdict import Outcome
from mailsla.presentation.documents.values import pieces, text

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_a_document_in_pieces_is_the_same_text(document: dict[str, Any]) -> None:
    assert "".join(pieces(document)) == text(document) == json.dumps(document, ensure_ascii=False, indent=2)


@given(st.lists(VALUES), st.lists(VALUES))
def test_a_list_that_is_read_as_it_is_written_is_the_same_text(first: list[Any], last: list[Any]) -> None:
    read = {"schema": "x/1", "first": iter(first), "n": 2, "last": iter(last)}

    assert "".join(pieces(read)) == text({"schema": "x/1", "first": first, "n": 2, "last": last})


def test_a_word_of_an_enumeration_is_written_as_its_value() -> None:
    assert "".join(pieces({"verdict": Outcome.MET})) == '{\n  "verdict": "met"\n}'


def test_nothing_is_read_before_it_is_written() -> None:
    read: list[int] = []

    def items() -> Any:
        for number in range(3):
            read.append(number)
            yield number

    written = pieces({"items": items()})

    assert [next(written), next(written), read] == ['{\n  "items": ', "[\n    0", [0]]
    assert "".join(written) == ",\n    1,\n    2\n  ]\n}"
    assert read == [0, 1, 2]
