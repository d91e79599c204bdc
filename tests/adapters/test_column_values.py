"""Documents and instants as a database keeps them: as the standard library writes them, and read back equal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from mailsla.adapters.database.column_values import ColumnValues, document_of, instant_of
from mailsla.core.mail.instants import Basis

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS | st.sampled_from(Basis)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.lists(inside, max_size=4).map(tuple)
        | st.dictionaries(TEXTS, inside, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.lists(DOCUMENTS, min_size=1, max_size=4) | st.dictionaries(TEXTS, DOCUMENTS, min_size=1, max_size=4)
)
def test_a_document_is_what_the_standard_library_writes(value: Any) -> None:
    kept = ColumnValues(typed=False).document(value)

    assert kept == json.dumps(value)
    assert document_of(kept) == json.loads(kept)


def test_an_empty_document_is_one_of_its_kind() -> None:
    assert ColumnValues.document({}) == "{}"
    assert ColumnValues.document([]) == ColumnValues.document(()) == ColumnValues.document(None) == "[]"


@given(st.datetimes(timezones=st.timezones()))
@example(datetime.min.replace(tzinfo=UTC))
@example(datetime.max.replace(tzinfo=UTC))
def test_an_instant_that_is_kept_as_a_number_is_read_back(at: datetime) -> None:
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        return

    kept = ColumnValues(typed=False).instant(at)

    assert (type(kept), instant_of(kept)) == (int, at)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_instants_are_in_the_order_of_their_numbers(found: list[datetime]) -> None:
    first, last = sorted(found)

    assert ColumnValues(typed=False).instant(first) <= ColumnValues(typed=False).instant(last)
