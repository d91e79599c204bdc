"""What an alert says of its site: how it is answered, and by whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailsla.bootstrap import alerts
from mailsla.bootstrap.application import open_application
from mailsla.config import parse
from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.outgoing import Letter
from mailsla.presentation.pages.due_dates import due_dates
from tests.presentation.samples import digest, notice, request
from tests.trials.office import document

ACCOUNT = {"host": "imap.example.fr", "user": "contact@pref.example.fr", "password_env": "P"}
REFERENT = "qualite@pref.example.fr"


def letter(folder: Path, told: Digest | None = None, **sections: Any) -> Letter:
    store = {"url": f"sqlite:///{folder / 'm.sqlite3'}"}
    settings = parse(document(ACCOUNT, store=store, **sections), folder=folder)
    with open_application(settings) as app:
        return alerts.written(app, told or digest(notice(request())))


def test_an_alert_is_of_a_series_of_its_own_and_answered_by_the_referent(tmp_path: Path) -> None:
    found = letter(tmp_path, alerts={"referent": REFERENT})

    assert (found.reply_to, found.list_name, found.attachments) == (REFERENT, "alertes", ())
    assert "contact@pref.example.fr" in found.text
    assert found.html is not None
    assert letter(tmp_path).reply_to is None
    assert letter(tmp_path, alerts={"referent": digest().recipient}).reply_to is None


@pytest.mark.parametrize(
    ("office", "asks"),
    [
        ({}, False),
        ({"copies_are_trusted": True}, True),
        ({"trusted_authserv_id": "mx.pref.example.fr"}, True),
    ],
)
def test_a_copy_is_asked_for_only_where_it_is_believed(
    tmp_path: Path, office: dict[str, Any], *, asks: bool
) -> None:
    said = letter(tmp_path, office={"domains": ["pref.example.fr"], **office}).text

    assert ("contact@pref.example.fr en copie" in " ".join(said.split())) is asks


def test_due_dates_go_with_an_alert_where_the_site_asks_for_them(tmp_path: Path) -> None:
    late = notice(request())
    coming = digest(replace(late, verdict=replace(late.verdict, due_on=digest().on)))
    asked_for = {"calendar_file": True}
    with_days = letter(tmp_path, coming, alerts=asked_for).attachments
    [day] = due_dates(coming)

    assert [(item.name, item.media_type) for item in with_days] == [("echeances.ics", "text/calendar")]
    assert f"UID:{day.key}@".encode() in with_days[0].content
    assert letter(tmp_path, coming).attachments == letter(tmp_path, alerts=asked_for).attachments == ()


def test_no_copy_is_asked_of_whoever_s_own_mailbox_is_read(tmp_path: Path) -> None:
    office = {"domains": ["pref.example.fr"], "copies_are_trusted": True}
    head = {**ACCOUNT, "name": "chef", "user": digest().recipient.upper()}
    accounts = [{**ACCOUNT, "name": "contact"}, head]

    assert "en copie" not in letter(tmp_path, office=office, accounts=accounts).text
