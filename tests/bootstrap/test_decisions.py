"""A decision that a page offers is taken, and what it settled is no longer to check."""

from __future__ import annotations

from pathlib import Path

from mailsla.bootstrap import commands, decisions
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import parse
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, NewMessage
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.pairing.decision import Action
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.selection import Selection
from mailsla.usecases.decide import OfMail, Signature
from mailsla.usecases.look_up import message_named, request_named
from tests.factories import mail, paris, reply

NOW = paris("2026-04-13 09:00")
CAME = paris("2026-04-10 09:00")
SIGNED = Signature("l'horloge du serveur", "a.martin", NOW)


def add(app: Application, mailbox: ListedMailbox, item: Mail, *, arrived: bool) -> None:
    internal_at = CAME if arrived else item.copies[0].internal_at
    batch = Batch(7, 1, (NewMessage(1, internal_at, item.key, item.header),), (), arrived=arrived)
    app.store.messages.add(app.store.mailboxes.cursor("contact", mailbox), batch, CAME)


def to_check(app: Application) -> list[tuple[str, DoubtCode]]:
    listed = commands.requests(app, Selection())
    list(listed)
    return [(doubt.mail, doubt.code) for doubt in listed.doubts()]


def test_a_disputed_date_is_left_as_it_is_by_the_command_that_the_list_prints(tmp_path: Path) -> None:
    settings = parse(
        {
            "site": {"name": "Préfecture d'essai", "departement": "18"},
            "office": {"domains": ["pref.example.fr"]},
            "accounts": [{"name": "contact", "host": "imap.example.fr", "user": "x", "password_env": "P"}],
            "commitments": [{"category": "information", "preset": "qualipref"}],
            "store": {"url": f"sqlite:///{tmp_path / 'm.sqlite3'}"},
        },
        folder=tmp_path,
    )
    asked = mail("2026-03-02 09:00")
    with open_application(settings, lambda: NOW) as app:
        add(app, ListedMailbox("INBOX", MailboxRole.INBOX), asked, arrived=False)
        add(app, ListedMailbox("Sent", MailboxRole.SENT), reply("2026-03-04 09:00", asked), arrived=True)
        app.derive()
        request = request_named(app.store.derivations, asked.key)
        before = to_check(app)
        itself = message_named(app.store.derivations, asked.key)
        decisions.decide(app, request, OfMail(Action.DISMISS, itself), SIGNED)
        after = to_check(app)

    assert before == [(asked.key, DoubtCode.DATE_DISPUTED)]
    assert after == []
