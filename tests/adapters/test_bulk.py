"""Many rows at once, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from mailsla.adapters.database.bulk import AT_ONCE, insert_rows
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import SEALED_ID

BYTES = 2


def digests(numbers: range) -> list[tuple[bytes]]:
    return [(number.to_bytes(BYTES),) for number in numbers]


@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE + 7])
def test_rows_are_inserted_once_each_and_the_new_ones_counted(engine: Engine, count: int) -> None:
    known = digests(range(3, 5))
    wanted = digests(range(count))
    with writing(engine) as connection:
        insert_rows(connection, SEALED_ID, ("digest",), known)
        new = insert_rows(connection, SEALED_ID, ("digest",), wanted)
    with reading(engine) as connection:
        found = [bytes(digest) for digest in connection.execute(select(SEALED_ID.c.digest)).scalars()]

    assert new == len({*wanted} - {*known})
    assert sorted(found) == sorted({digest for (digest,) in (*known, *wanted)})
