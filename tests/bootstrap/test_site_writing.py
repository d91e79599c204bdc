"""The site that the daemon keeps: renewed in its time, as a whole, and left as it is by whoever is to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.site_writing import SiteRenewal
from mailsla.config import parse
from mailsla.core.errors import UsageError
from tests.factories import paris
from tests.trials.office import document

ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}
HOUR = timedelta(hours=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = paris("2026-11-13 08:00")

    def __call__(self) -> object:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[Application]:
    pages = {"folder": str(tmp_path / "pages"), "every_hours": 2}
    store = {"url": f"sqlite:///{tmp_path / 'mailsla.sqlite3'}"}
    settings = parse(document(ACCOUNT, pages=pages, store=store), folder=tmp_path)
    with open_application(settings, clock) as app:  # type: ignore[arg-type]  # (it gives an instant)
        app.derive()
        yield app


def test_it_is_renewed_every_so_many_hours_and_at_once_when_the_clock_is_set_back(
    app: Application, clock: Clock, tmp_path: Path
) -> None:
    renewal = SiteRenewal(app)
    written = []
    for hours in (0, 1, 1, -5):
        clock.now += hours * HOUR
        written.append(renewal.renew() > 0)

    assert written == [True, False, True, True]
    assert "mailsla" in (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")


def test_whoever_is_to_end_leaves_the_former_one(app: Application, clock: Clock, tmp_path: Path) -> None:
    renewal = SiteRenewal(app)
    renewal.renew()
    former = (tmp_path / "pages").readlink()
    clock.now += 3 * HOUR
    app.stop.set()

    assert renewal.renew() == 0
    assert (tmp_path / "pages").readlink() == former
    assert [path.name for path in tmp_path.glob(".pages-*")] == [former.name]


def test_what_fails_is_said_and_tried_again_in_its_time(
    app: Application, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "somebody's").write_text("x", encoding="utf-8")
    renewal = SiteRenewal(app)

    with pytest.raises(UsageError, match="n'a pas été écrit par mailsla"):
        renewal.renew()
    assert renewal.renew() == 0
    (tmp_path / "pages" / "somebody's").unlink()
    clock.now += 2 * HOUR
    assert renewal.renew() > 0


def test_nothing_is_written_of_what_other_rules_made(app: Application, tmp_path: Path) -> None:
    ours = app.site.settings
    others = parse(
        {**ours.model_dump(mode="json"), "office": {"domains": ["autre.example.fr"]}},
        folder=tmp_path,
    )
    with open_application(others, app.now) as other:
        assert SiteRenewal(other).renew() == 0
    assert not (tmp_path / "pages").exists()
