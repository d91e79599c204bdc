"""The store that an application opens is for its user alone, or for its group to read; its threads share what wakes
them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsla.bootstrap import collecting, daemon
from mailsla.bootstrap.application import open_application
from mailsla.bootstrap.told import Told
from mailsla.config import Settings, parse
from mailsla.usecases.terms import Terms


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """Give back the umask that a test changes."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.parametrize(("readable", "mode"), [(False, 0o600), (True, 0o640)])
def test_the_group_reads_the_store_where_the_site_says_so(
    tmp_path: Path, *, readable: bool, mode: int
) -> None:
    with open_application(settings(tmp_path, readable=readable)):
        pass

    assert (tmp_path / "m.sqlite3").stat().st_mode & 0o777 == mode


def test_what_collects_is_made_before_the_threads_that_share_it(tmp_path: Path) -> None:
    with open_application(settings(tmp_path)) as app:
        daemon.rounds(app, Told())

        # From Python 3.12 on each thread that asks first makes its own.
        assert "collecting" in vars(app)


def test_a_collection_measures_by_a_clock_that_nobody_sets_what_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one that stands still every server would be waited for."""
    given: list[Terms] = []
    monkeypatch.setattr(collecting, "poll", lambda _session, _store, terms, _worker: given.append(terms))
    with open_application(settings(tmp_path)) as app:
        app.poll(app.accounts[0])

        assert [terms.monotonic for terms in given] == [app.time.monotonic]


def settings(folder: Path, *, readable: bool = False) -> Settings:
    return parse(
        {
            "site": {"name": "Préfecture d'essai", "departement": "18"},
            "office": {"domains": ["pref.example.fr"]},
            "accounts": [{"name": "contact", "host": "imap.example.fr", "user": "x", "password_env": "P"}],
            "commitments": [{"category": "information", "preset": "qualipref"}],
            "store": {"url": f"sqlite:///{folder / 'm.sqlite3'}", "readable_by_group": readable},
        },
        folder=folder,
    )
