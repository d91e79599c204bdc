"""A head's dead address: told by mail to the operator and the referent, by the service it is of, and by `check`."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

from mailsla.adapters.machine.present import clock_set_to
from mailsla.bootstrap import alarms, alerts, checks, undelivered
from mailsla.bootstrap.application import open_application
from mailsla.config import parse
from mailsla.core.alerts.alert_findings import MailsUndelivered
from mailsla.core.alerts.outgoing import Outgoing
from tests.factories import paris
from tests.trials.office import document

if TYPE_CHECKING:
    from tests.trials.servers.smtp import SmtpRelay

NOW = paris("2026-11-13 09:00")
HEAD = "chef.permis@pref.example.fr"
ACCOUNT = {"host": "imap.example.fr", "user": "contact@pref.example.fr", "password_env": "P"}


def test_a_dead_address_is_told_once_by_its_service_and_named_nowhere(
    smtp_relay: SmtpRelay, tmp_path: Path
) -> None:
    operator, referent = (f"{name}@pref.example.fr" for name in ("informatique", "qualite"))
    settings = parse(
        document(
            ACCOUNT,
            store={"url": f"sqlite:///{tmp_path / 'm.sqlite3'}"},
            services=[{"name": "Permis", "head": HEAD}],
            alerts={"operator": operator, "referent": referent},
            smtp={
                "host": smtp_relay.host,
                "port": smtp_relay.port,
                "tls": "none",
                "sender": "mailsla@pref.example.fr",
            },
        ),
        folder=tmp_path,
    )
    smtp_relay.refuse_with("550 5.1.1 no such user", only=HEAD)
    with open_application(settings, clock_set_to(NOW)) as app:
        app.store.outbox.add(Outgoing("m1", HEAD, "alarm", NOW.date(), "Essai", "Essai"), NOW)

        assert [(alerts.deliver(app).failed, alarms.sound_alarms(app, set())) for _round in range(2)] == [
            (1, 2),
            (0, 0),
        ]
        alerts.deliver(app)
        assert alarms.sound_alarms(app, set()) == 0

        told = [message_from_bytes(mail.raw, policy=default) for mail in smtp_relay.received]
        [finding] = [item for item in checks.check(app, quick=False) if isinstance(item, MailsUndelivered)]
    assert sorted(str(mail["To"]) for mail in told) == [operator, referent]
    assert {str(mail["Subject"]) for mail in told} == {
        "mailsla : les courriels à 1 destinataire n'arrivent pas"
    }
    assert all("service Permis" in mail.get_content() for mail in told)
    assert not any(HEAD.encode() in mail.raw for mail in smtp_relay.received)
    assert finding.readers == undelivered.named(app)[HEAD]
