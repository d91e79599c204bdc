"""What is held about one person: every mail that names their address anywhere, and no other's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.store import store_on
from mailsla.cli import run
from mailsla.core.alerts.asked_action import Act, ActOutcome
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.collection.held import Borne, SentMail, Words, fields_of, names
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.errors import UsageError
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.pairing.decision import Action, Decision
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.person import holding
from tests.factories import OFFICE, RULES, mail, paris, reply
from tests.trials.office import document, toml

INBOX, SENT = ListedMailbox("INBOX", MailboxRole.INBOX), ListedMailbox("Sent", MailboxRole.SENT)
AT = paris("2026-11-13 09:00")
CAMILLE = "camille@example.org"


def stored(engine: Engine, *headers: Header) -> None:
    """Store mails of citizens, each at its own UID."""
    store = store_on(engine)
    new = tuple(new_message(uid, AT, header, OFFICE) for uid, header in enumerate(headers, 1))
    store.messages.add(store.mailboxes.cursor("contact", INBOX), Batch(7, len(new), new, ()), AT)
    derive_pending(store.derivations, RULES)


def asked(by: str = "bruno@example.org", *, subject: str, **said: Any) -> Header:
    """Return the header of a mail of a citizen, which is that of no other subject."""
    item = mail("2026-11-02 10:00", by=by, subject=subject, message_id=f"{len(subject)}@mail.example")
    return item.header._replace(**said)


def subjects(engine: Engine, written: str) -> list[str]:
    store = store_on(engine)
    return [item.header.subject for item, *_about in holding(store.held, (), written).mails()]


def test_a_mail_is_somebody_s_whatever_in_it_names_them(engine: Engine) -> None:
    stored(
        engine,
        asked(CAMILLE, subject="from"),
        asked(subject="to", to=("contact@pref.example.fr", CAMILLE)),
        asked(subject="asked by", asked_by=(CAMILLE,)),
        asked(subject="id", message_id=f"1.2.<{CAMILLE}>"),
        asked(subject="cited", references=("z@y", f"{CAMILLE}")),
        asked(subject="kept", kept=(("x-failed-recipients", f"<{CAMILLE.title()}>"),)),
        asked(subject=f"Suite pour {CAMILLE.upper()} : merci"),
        asked("x.camille@example.org", subject="another local part"),
        asked("camille@example.org.test", subject="another domain"),
        asked("camille@example.orge", subject="a longer domain"),
        asked("camille_example.org@example.fr", subject="no wildcard"),
    )

    assert set(subjects(engine, f"Camille <{CAMILLE}>")) == {
        *("from", "to", "asked by", "id", "cited", "kept"),
        f"Suite pour {CAMILLE.upper()} : merci",
    }


@pytest.mark.parametrize("address", ["éloïse@example.org", "o'neil+50%_a@example.org"])
def test_an_address_of_any_letters_is_found(engine: Engine, address: str) -> None:
    stored(engine, asked(address, subject="found"), asked("eloise@example.org", subject="another"))

    assert subjects(engine, address) == ["found"]


def test_a_mail_comes_with_where_it_was_what_was_made_of_it_and_what_was_decided(engine: Engine) -> None:
    request = mail("2026-11-02 10:00", by=CAMILLE)
    answer = reply("2026-11-04 10:00", request)
    store = store_on(engine)
    for mailbox, item in ((INBOX, request), (SENT, answer)):
        new = (new_message(1, item.copies[0].internal_at, item.header, OFFICE),)
        store.messages.add(store.mailboxes.cursor("contact", mailbox), Batch(7, 1, new, ()), AT)
    inbox = store.mailboxes.cursor("contact", INBOX)
    store.copies.set_keyword(inbox, 7, "$Doublon", [1], AT)
    store.copies.mark_gone(inbox, 7, [1], AT)
    reminded = Act("d" * 32, AT, ActOutcome.DONE, action=MailAction.REMIND, target=request.key)
    for act in (reminded, replace(reminded, mail="c" * 32, target="b" * 32)):
        store.acts.note(act)
    taken = [
        Decision(1, request.key, Action.EXCLUDE, "doublon", "agent", AT),
        Decision(2, "f" * 32, Action.EXCLUDE, f"{CAMILLE} a téléphoné", "agent", AT),
        Decision(3, "e" * 32, Action.EXCLUDE, "autre", "agent", AT),
    ]
    for decision in taken:
        store.decisions.add(decision)
    derive_pending(store.derivations, RULES)
    for number, recipient in enumerate((CAMILLE, f"x{CAMILLE}"), 1):
        store.outbox.add(
            Outgoing(f"{number}@pref.example.fr", recipient, "digest", AT.date(), "Objet", "Texte"), AT
        )
        store.outbox.mark_sent(number, AT, [Told(request.key, recipient, "overdue", None, AT.date())])
    said = [Words("note", 1, f"{CAMILLE} a écrit trois fois"), Words("publication", 1, f"x{CAMILLE}")]

    held = holding(store.held, store.decisions.taken(), CAMILLE, said, store.acts.all())
    (first, about, acts), (second, *_none) = held.mails()

    assert (first.key, second.key) == (request.key, answer.key)
    assert [(place.account, place.mailbox, place.uid, place.gone_at) for place in first.places] == [
        ("contact", "INBOX", 1, AT)
    ]
    assert first.places[0].keywords == (Borne("$Doublon", AT, None),)
    assert list(acts) == [reminded]
    assert (first.side, second.side, second.request) == ("citizen", "outbound", None)
    assert first.request is not None
    assert (first.request.received_at, first.request.excluded) == (request.header.sent_at, "doublon")
    assert [item.number for item in about] == [1]
    assert [item.number for item in held.decisions()] == [2]
    assert held.sent() == (SentMail("digest", AT.date(), "", AT, AT, (request.key,)),)
    assert held.words() == said[:1]


def test_every_value_that_is_kept_of_a_header_is_among_its_fields() -> None:
    whole = Header(
        *("id@a", ("reply@b",), ("ref@c",), "ab" * 22, "Objet", AT, None),
        *(
            ("from@d",),
            ("sender@e",),
            ("reply-to@f",),
            ("to@g",),
            ("cc@h",),
            ("bcc@i",),
            ("asked@j",),
            ("typed l",),
        ),
        (("list-id", "k"),),
    )
    assert list(fields_of(whole)) == [
        *(
            ("message-id", "id@a"),
            ("in-reply-to", "reply@b"),
            ("references", "ref@c"),
            ("thread-index", "ab" * 22),
        ),
        *(("subject", "Objet"), ("date", AT.isoformat()), ("from", "from@d"), ("sender", "sender@e")),
        *(
            ("reply-to", "reply-to@f"),
            ("to", "to@g"),
            ("cc", "cc@h"),
            ("bcc", "bcc@i"),
            ("asked-by", "asked@j"),
            ("asks", "typed l"),
        ),
        ("list-id", "k"),
    ]
    # What belongs to one copy is with the places.
    assert set(Header._fields) - {name for name in Header._fields if getattr(whole, name)} == {
        "hop_at",
        "trace_fields",
    }


def test_a_text_that_is_no_address_or_several_is_refused(engine: Engine) -> None:
    for written in ("camille", "", f"{CAMILLE}, bruno@example.org"):
        with pytest.raises(UsageError, match="une seule"):
            holding(store_on(engine).held, (), written)


def test_an_address_at_the_end_of_a_sentence_is_named() -> None:
    assert names(f"Voir {CAMILLE}.", CAMILLE)
    assert not names(f"Voir {CAMILLE}.fr", CAMILLE)


def test_the_command_writes_it_to_a_file_and_refuses_what_says_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, written = tmp_path / "mailsla.toml", tmp_path / "camille.json"
    account = {"host": "localhost", "user": "contact", "password": "essai"}
    config.write_text(toml(document(account)), encoding="utf-8")
    config.chmod(0o600)
    command = ["person", CAMILLE, "--config", str(config)]

    done = run([*command, "--export", "-o", str(written)])
    refused = run(command)

    told = json.loads(written.read_text(encoding="utf-8"))
    assert (done, refused) == (0, 2)
    assert (told["address"], told["mails"], told["sent"]) == (CAMILLE, [], [])
    assert "--export" in capsys.readouterr().err
