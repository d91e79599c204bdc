"""What a daemon's jobs took goes back, however they end."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mailsla.adapters.database.engine import open_engine, reading
from mailsla.bootstrap import giving_back
from mailsla.core.errors import TransientError


def test_what_a_job_took_is_given_back_however_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine("sqlite://")
    given: list[str] = []
    monkeypatch.setattr(giving_back, "give_back_caches", lambda _engine: given.append("caches"))
    monkeypatch.setattr(giving_back, "give_back_what_is_free", lambda: given.append("pages"))

    def fail() -> None:
        given.append("job")
        raise TransientError("the line is cut")

    giving_back.then_give_back(engine, lambda: given.append("job"))
    with pytest.raises(TransientError, match="cut"):
        giving_back.then_give_back(engine, fail)

    assert given == ["job", "caches", "pages"] * 2


def test_a_store_that_does_not_answer_keeps_no_memory_from_being_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = open_engine("sqlite://")
    given: list[str] = []

    def refuse(_engine: object) -> None:
        raise TransientError("the store does not answer")

    monkeypatch.setattr(giving_back, "give_back_caches", refuse)
    monkeypatch.setattr(giving_back, "give_back_what_is_free", lambda: given.append("pages"))
    giving_back.give_back(engine)

    assert given == ["pages"]
    with reading(engine) as connection:
        assert connection.execute(text("select 1")).scalar_one() == 1
