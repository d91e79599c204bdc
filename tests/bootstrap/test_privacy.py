"""The end of a site's personal data: of the demonstration, every figure stays; the daemon's own, once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.sealed_messages import UNSEALED
from mailsla.bootstrap import commands, privacy
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.privacy import DailyPurge
from mailsla.config import load, parse
from mailsla.config.settings import PrivacySection
from mailsla.core.alerts.privacy_findings import PurgeAhead, RequestsSealed
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.pairing.balance import MailClass
from mailsla.core.rate.period import parse_period
from mailsla.core.retention.notice import NOTICE
from mailsla.core.retention.purged import Purged
from mailsla.demo.office import NOW
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.values import text
from tests.factories import OFFICE, mail, paris
from tests.presentation.answered import demonstrated
from tests.trials.office import document

ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}
YEARS = ("2025", "2026")


def figures(app: Application) -> str:
    """Return the figures of two years, how many were left out for whatever reason, and what is published of them."""
    built = [report_document(commands.report(app, [parse_period(year)]), app.site.zone) for year in YEARS]
    for found in built:
        del found["sealed"]
    for section in (section for found in built for section in found["sections"]):
        section["exclusions"] = sum(section["exclusions"].values())
    published = [str(item.revision) for item in commands.registered_publications(app)]
    return "\n".join((*map(text, built), *published, str(app.store.mails.balance())))


@pytest.mark.in_parts(2)
def test_every_figure_of_the_demonstration_stays_when_its_personal_data_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("MAILSLA_NOW", NOW.isoformat())
    config = demonstrated(tmp_path).config
    with open_application(load(config), lambda: datetime(2029, 5, 2, 8, tzinfo=NOW.tzinfo)) as app:
        app.derive()
        before = figures(app)

        done = privacy.purge(app)

        with reading(app.engine) as connection:
            left = connection.execute(select(func.count()).where(UNSEALED)).scalar_one()
        assert (left, done.messages > 100) == (0, True)
        assert done.waiting == 0
        assert figures(app) == before
        assert app.store.purges.is_clean()
    written = config.with_name("mailsla.sqlite3").read_bytes()
    assert b"@example.org" not in written


@pytest.fixture
def clock() -> list[datetime]:
    return [paris("2027-04-01 04:00")]


@pytest.fixture
def app(tmp_path: Path, clock: list[datetime]) -> Iterator[Application]:
    store = {"url": f"sqlite:///{tmp_path / 'mailsla.sqlite3'}"}
    with open_application(parse(document(ACCOUNT, store=store), folder=tmp_path), lambda: clock[0]) as found:
        yield found


def add(app: Application, uid: int, found: Mail, seen: str) -> None:
    inbox = app.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
    new = new_message(uid, found.copies[0].internal_at, found.header, OFFICE)
    app.store.messages.add(inbox, Batch(7, uid, (new,), ()), paris(seen))
    app.derive()


def test_the_daemon_s_own_is_done_once_a_day_while_mail_comes(
    app: Application, clock: list[datetime]
) -> None:
    daily = DailyPurge(app)
    add(app, 1, mail("2025-06-02 10:00"), "2025-06-02 10:05")

    assert daily.purge() is None, "no mail came for two years: the clock may be wrong"
    add(app, 2, mail("2027-03-20 10:00"), "2027-03-20 10:05")
    assert isinstance(daily.purge(), PurgeAhead)
    clock[0] += NOTICE
    done = daily.purge()
    assert isinstance(done, Purged)
    assert done.messages == 1
    add(app, 3, mail("2025-06-03 10:00"), "2025-06-03 10:05")
    assert daily.purge() is None, "it was done today"
    clock[0] += timedelta(days=1)
    done = daily.purge()
    assert isinstance(done, Purged)
    assert done.messages == 1


def test_what_goes_by_a_retention_that_is_new_is_said_a_week_before_by_the_daemon_and_by_check(
    app: Application, clock: list[datetime]
) -> None:
    """An upgrade that brings the end of personal data, and a retention that is made shorter, are said alike."""
    add(app, 1, mail("2025-06-02 10:00"), "2025-06-02 10:05")
    add(app, 2, mail("2026-01-05 10:00"), "2026-01-05 10:05")
    add(app, 3, mail("2027-03-20 10:00"), "2027-03-20 10:05")
    coming = PurgeAhead(1, date(2025, 12, 31), date(2027, 4, 8))

    assert list(privacy.findings(app)) == [coming]
    assert DailyPurge(app).purge() == coming
    clock[0] += NOTICE - timedelta(seconds=1)
    assert DailyPurge(app).purge() == coming
    assert list(privacy.findings(app)) == [coming]
    clock[0] += timedelta(seconds=1)
    assert isinstance(DailyPurge(app).purge(), Purged)
    assert list(privacy.findings(app)) == [RequestsSealed(1, date(2025, 12, 31))]
    settings = app.site.settings.model_copy(update={"privacy": PrivacySection(retention_days=300)})
    with open_application(settings, lambda: clock[0]) as shorter:
        shorter.derive()
        said = DailyPurge(shorter).purge()
        assert isinstance(said, PurgeAhead)
        assert (said.conversations, said.on) == (1, date(2027, 4, 15))
        assert privacy.purge(shorter).messages == 1, "a person who asks for it does not wait"
        assert list(privacy.findings(shorter)) == [RequestsSealed(2, said.through)]


def test_whoever_purges_before_the_week_of_a_notice_is_over_ends_the_wait(
    app: Application, clock: list[datetime]
) -> None:
    add(app, 1, mail("2025-06-02 10:00"), "2025-06-02 10:05")
    add(app, 2, mail("2027-03-20 10:00"), "2027-03-20 10:05")
    assert isinstance(DailyPurge(app).purge(), PurgeAhead)

    privacy.purge(app)

    add(app, 3, mail("2025-06-03 10:00"), "2025-06-03 10:05")
    assert not [item for item in privacy.findings(app) if isinstance(item, PurgeAhead)]
    assert isinstance(DailyPurge(app).purge(), Purged)


def test_what_went_of_the_office_s_own_is_not_announced_again(
    app: Application, clock: list[datetime]
) -> None:
    add(app, 1, mail("2026-05-04 10:00", by="a@pref.example.fr", to="b@pref.example.fr"), "2026-05-04 10:05")
    assert privacy.purge(app).internal == 1
    add(app, 2, mail("2026-05-05 10:00"), "2027-03-20 10:05")
    settings = app.site.settings.model_copy(update={"privacy": PrivacySection(retention_days=300)})
    with open_application(settings, lambda: clock[0]) as shorter:
        shorter.derive()
        said = privacy.ahead(shorter)
    assert said is not None
    assert said.conversations == 1


def test_the_office_s_own_goes_once_a_month_or_when_somebody_asks(
    app: Application, clock: list[datetime]
) -> None:
    clock[0] = paris("2026-11-01 04:00")
    daily, gone = DailyPurge(app), list[int]()
    for number, day in enumerate(("2026-05-04", "2026-06-15", "2026-07-20", "2026-10-30"), 1):
        internal = mail(f"{day} 10:00", by="agent@pref.example.fr", to="autre@pref.example.fr")
        add(app, number, internal, f"{day} 10:05")

    def purged() -> int:
        done = daily.purge()
        assert isinstance(done, Purged)
        gone.append(done.internal)
        return done.internal

    assert purged() == 3, "three are older than the pairing window, and were seen for long"
    assert app.store.mails.balance().of(MailClass.INTERNAL) == 4
    add(
        app,
        5,
        mail("2026-07-21 10:00", by="agent@pref.example.fr", to="b@pref.example.fr"),
        "2026-07-21 10:05",
    )
    clock[0] += timedelta(days=1)
    assert purged() == 0, "once a month"
    assert privacy.purge(app).internal == 1
    assert app.store.mails.balance().of(MailClass.INTERNAL) == 5


@pytest.mark.in_parts(2)
def test_what_could_not_be_cleaned_is_by_the_next_one(app: Application) -> None:
    add(app, 1, mail("2025-06-02 10:00"), "2025-06-02 10:05")
    reader = app.engine.raw_connection()
    try:
        held = reader.cursor()
        held.execute("begin")
        held.execute("select count(*) from message").fetchall()
        app.store.purges.is_clean()
        with pytest.raises(Exception, match=r"la base est en cours d'usage"):
            privacy.purge(app)
    finally:
        reader.close()
    assert not app.store.purges.is_clean()

    assert privacy.purge(app).messages == 0

    assert app.store.purges.is_clean()
