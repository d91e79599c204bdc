"""A head's dead address: told by mail to the operator and the referent, by the service it is of, and by `check`."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

from mailsla.adapters.archives.files import files_of
from mailsla.adapters.archives.reading import read_archive
from mailsla.adapters.machine.present import clock_set_to
from mailsla.bootstrap import alarms, alerts, checks, commands, undelivered
from mailsla.bootstrap.application import open_application
from mailsla.bootstrap.daemon import SiteWork
from mailsla.config import Settings, parse
from mailsla.core.alerts.alert_findings import MailsUndelivered
from mailsla.core.alerts.outgoing import Outgoing, message_id
from mailsla.core.alerts.undelivered import Reader, ReaderRole
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, NewMessage
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.trace_information import Hop, Trace
from mailsla.core.office.body_evidence import read_with_body
from mailsla.core.rate.selection import Selection
from tests.core.test_returned import STRUCTURED, of_daemon, report
from tests.factories import mail, paris
from tests.trials.office import document

if TYPE_CHECKING:
    from tests.trials.servers.smtp import SmtpRelay

NOW = paris("2026-11-13 09:00")
HEAD, OPERATOR, REFERENT = (f"{name}@pref.example.fr" for name in ("chef.permis", "informatique", "qualite"))
ACCOUNT = {"host": "imap.example.fr", "user": "contact@pref.example.fr", "password_env": "P"}


def settings_of(folder: Path, relay: SmtpRelay) -> Settings:
    return parse(
        document(
            ACCOUNT,
            store={"url": f"sqlite:///{folder / 'm.sqlite3'}"},
            services=[{"name": "Permis", "head": HEAD}],
            alerts={"operator": OPERATOR, "referent": REFERENT},
            smtp={"host": relay.host, "port": relay.port, "tls": "none", "sender": "mailsla@pref.example.fr"},
        ),
        folder=folder,
    )


def test_a_mail_that_came_back_is_told_as_one_that_was_refused(smtp_relay: SmtpRelay, tmp_path: Path) -> None:
    name = message_id(HEAD, "alarm", NOW.date(), "pref.example.fr")
    (tmp_path / "report.eml").write_bytes(
        STRUCTURED + of_daemon("Unzustellbar") + b"\r\n" + report("", about=name)
    )
    with open_application(settings_of(tmp_path, smtp_relay), clock_set_to(NOW)) as app:
        app.store.outbox.add(Outgoing(name, HEAD, "alarm", NOW.date(), "Essai", "Essai"), NOW)
        assert alerts.deliver(app).sent == 1
        work = SiteWork(app)
        assert work.sound_alarms(set()) == 0

        [file] = files_of([tmp_path / "report.eml"])
        commands.import_archives(app, read_archive(file), lambda _done: None)
        app.derive()

        assert [work.sound_alarms(set()) for _round in range(2)] == [2, 0]
        [finding] = undelivered.found(app)
        assert list(commands.requests(app, Selection())) == []
        assert [state.refused for state in app.store.outbox.history()][-1] == finding.found.reason
    assert finding.found.reason == "revenu : la messagerie du destinataire ne l'a pas remis (code 5.1.1)."


def test_a_report_from_outside_that_nothing_authenticates_is_told_as_such(
    smtp_relay: SmtpRelay, tmp_path: Path
) -> None:
    name = message_id(HEAD, "digest", NOW.date(), "pref.example.fr")
    with open_application(settings_of(tmp_path, smtp_relay), clock_set_to(NOW)) as app:
        office = app.site.office
        body = report("", about=name)
        header = read_with_body(
            STRUCTURED + of_daemon("Undelivered", "MAILER-DAEMON@voyou.example"), body, office
        )
        item = mail("2026-11-13 08:59")._replace(header=header)
        app.store.outbox.add(Outgoing(name, HEAD, "alarm", NOW.date(), "Essai", "Essai"), NOW)
        alerts.deliver(app)
        hop = Hop("mx.pref.example.fr", ("203.0.113.7",), is_submitted=False)
        cursor = app.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
        message = NewMessage(1, NOW, item.key, item.header, trace=Trace((hop,), (), None))
        app.store.messages.add(cursor, Batch(7, 1, (message,), ()), NOW)

        assert SiteWork(app).sound_alarms(set()) == 2
        [finding] = undelivered.found(app)
        alerts.deliver(app)
        told = message_from_bytes(smtp_relay.received[-1].raw, policy=default).get_content()
    assert finding.found.reason is not None
    assert finding.found.reason.startswith("revenu, d'après un avis venu du dehors que rien n'authentifie")
    assert "que rien n'authentifie (code 5.1.1) : demandez d'abord" in " ".join(told.split())


def test_what_tells_that_mails_come_back_and_comes_back_too_is_told_no_further(
    smtp_relay: SmtpRelay, tmp_path: Path
) -> None:
    now, sent = [NOW], list[tuple[int, str]]()
    with open_application(settings_of(tmp_path, smtp_relay), lambda: now[0]) as app:
        app.store.outbox.add(Outgoing("m1", HEAD, "alarm", NOW.date(), "Essai", "Essai"), NOW)
        work = SiteWork(app)
        for hour in (*range(5), 24, 48, 24 * 7):
            now[0] = NOW + timedelta(hours=hour)
            work.sound_alarms(set())
            alerts.deliver(app)
            for item in smtp_relay.received:
                found = message_from_bytes(item.raw, policy=default)
                name = str(found["Message-ID"]).strip("<>")
                if app.store.outbox.note_return(name, now[0], "revenu"):
                    sent.append((hour, str(found["To"])))

    # The head's; one to each about it; one to each about the other. Then nothing, whatever comes back.
    assert sent == [(0, HEAD), *((hour, to) for hour in (1, 2) for to in (OPERATOR, REFERENT))]


def test_a_dead_address_is_told_once_by_its_service_and_named_nowhere(
    smtp_relay: SmtpRelay, tmp_path: Path
) -> None:
    smtp_relay.refuse_with("550 5.1.1 no such user", only=HEAD)
    with open_application(settings_of(tmp_path, smtp_relay), clock_set_to(NOW)) as app:
        app.store.outbox.add(Outgoing("m1", HEAD, "alarm", NOW.date(), "Essai", "Essai"), NOW)

        assert [(alerts.deliver(app).failed, alarms.sound_alarms(app, set())) for _round in range(2)] == [
            (1, 2),
            (0, 0),
        ]
        alerts.deliver(app)
        assert alarms.sound_alarms(app, set()) == 0

        told = [message_from_bytes(mail.raw, policy=default) for mail in smtp_relay.received]
        [finding] = [item for item in checks.check(app, quick=False) if isinstance(item, MailsUndelivered)]
    assert sorted(str(mail["To"]) for mail in told) == [OPERATOR, REFERENT]
    assert {str(mail["Subject"]) for mail in told} == {
        "mailsla : les courriels à 1 destinataire n'arrivent pas"
    }
    assert all("service Permis" in mail.get_content() for mail in told)
    assert not any(HEAD.encode() in mail.raw for mail in smtp_relay.received)
    assert finding.readers == (Reader(ReaderRole.SERVICE, "Permis"),)
