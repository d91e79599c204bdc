"""What whoever watches is told of a site: its figures, by account, and nothing about people."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.monitoring import watched_over
from mailsla.config.loading import parse
from mailsla.core.errors import MailslaError
from tests.trials.office import document

NOW = datetime(2026, 11, 13, 8, tzinfo=UTC)


def told_of(folder: Path, spoil: str = "", **monitoring: object) -> tuple[list[MailslaError], Application]:
    """Return what could not be told in one turn of a site that nothing was collected of, and the site, closed."""
    account = {"host": "localhost", "user": "contact", "password_env": "NONE"}
    said = document(account, store={"url": f"sqlite:///{folder}/store.sqlite3"}, monitoring=monitoring)
    failed: list[MailslaError] = []
    now = [NOW]
    with open_application(parse(said, folder=folder), now=lambda: now[0]) as app:
        over = watched_over(app, failed.append)
        over.turn()
        now[0] += timedelta(minutes=20)
        if spoil:
            with app.engine.begin() as connection:
                connection.exec_driver_sql(spoil)
        over.turn()
    return failed, app


def test_the_file_of_figures_is_what_prometheus_reads_and_others_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "mailsla.prom"

    failed, _app = told_of(tmp_path, metrics_file=str(path))

    lines = path.read_text(encoding="utf-8").splitlines()
    assert failed == []
    assert path.stat().st_mode & 0o777 == 0o644
    assert all(
        re.fullmatch(r'# (HELP|TYPE) mailsla_\w+ .+|mailsla_\w+(\{account="[^{}]*"\})? [0-9.e+]+', line)
        for line in lines
    )
    assert {line for line in lines if line.startswith("mailsla_collected_timestamp")} == {
        'mailsla_collected_timestamp_seconds{account="contact"} 0'
    }
    assert "mailsla_healthy 0" in lines
    assert "mailsla_mails_to_send 0" in lines


def test_a_store_that_does_not_answer_is_a_failure_that_is_told(tmp_path: Path) -> None:
    out, path = tmp_path / "out", tmp_path / "mailsla.prom"
    script = tmp_path / "told"
    script.write_text(f'#!/bin/sh\n(echo "$@"; cat) > {out}\n', encoding="utf-8")
    script.chmod(0o700)

    failed, _app = told_of(
        tmp_path, spoil="drop table pending", metrics_file=str(path), command=[str(script)]
    )

    assert failed == []
    said = out.read_text(encoding="utf-8").splitlines()
    assert said[0] == "failure"
    assert said[1].startswith("base de données : ")
    assert "mailsla_healthy 0" in path.read_text(encoding="utf-8")
    assert "account" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["metrics_file", "ping_url"])
def test_who_cannot_be_told_is_logged_without_the_address(tmp_path: Path, key: str) -> None:
    given = {"metrics_file": str(tmp_path / "none" / "x.prom"), "ping_url": "http://127.0.0.1:1/secret"}

    failed, app = told_of(tmp_path, **{key: given[key]})

    assert failed
    assert all("secret" not in f"{error} {app.site.settings.monitoring}" for error in failed)
