"""A mail that asks for an action is never a request, whoever wrote it; where the site takes none, nothing changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailsla.core.alerts.signed_action import MailAction, SignedAction, Signer
from mailsla.core.mail.action_words import asked_of
from mailsla.core.mail.copies import Copy, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.body_evidence import needs_body, with_body
from mailsla.core.office.correspondents import Office
from mailsla.core.office.kind_here import kind_here
from mailsla.core.office.sides import Side, counted, read
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.derivation import derive, rules_digest
from mailsla.core.pairing.ties import ties_digest
from tests.core.test_signed_action import HEAD, KEY, TODAY
from tests.factories import CITIZEN, CONTACT, OFFICE, RULES, mail

ACTIONS = "contact+actions@pref.example.fr"
TAKES = replace(OFFICE, actions=ACTIONS)
IN_CONTACT_BOX = replace(OFFICE, actions="")
TOKEN = Signer(bytes(32), "S").token(SignedAction(MailAction.ANSWERED, KEY, TODAY), HEAD)
TEXT = f"Par (téléphone, courrier, guichet) : guichet\r\n\r\nSignature :\r\n{TOKEN}".encode()
FIELDS = b"Content-Type: text/plain; charset=utf-8"


def header(sender: str = HEAD, to: str = ACTIONS, subject: str = "Objet", **others: Any) -> Header:
    return Header(message_id="a@pref.example.fr", senders=(sender,), to=(to,), subject=subject)._replace(
        **others
    )


@pytest.mark.parametrize("sender", [HEAD, CITIZEN, "chef.etrangers@pref.example.fr"])
@pytest.mark.parametrize(
    ("office", "found"),
    [
        (TAKES, header()),
        (TAKES, header(to=CONTACT, subject=f"[Répondu] {TOKEN.lower()}")),
        (TAKES, header(to=CONTACT, asks=("", "", "", "", TOKEN))),
        (IN_CONTACT_BOX, header(to=CONTACT, subject=f"RE: {TOKEN}")),
        (IN_CONTACT_BOX, header(to=CONTACT, asks=("", "", "", "", TOKEN))),
        (TAKES, header(kept=(("x-spam-flag", "YES"),))),
        (TAKES, header(kept=(("list-unsubscribe", "<mailto:a@example.org>"),))),
    ],
)
def test_what_asks_for_an_action_is_left_out_whoever_wrote_it(
    office: Office, found: Header, sender: str
) -> None:
    one = mail("2026-11-13 09:00")._replace(header=found._replace(senders=(sender,)))
    rules = replace(RULES, office=office)

    derived = derive([one], rules)

    assert derived.readings[one.key].side is Side.ASIDE
    assert derived.readings[one.key].kind is MailKind.ACTION
    assert (derived.requests, derived.doubts) == ((), ())
    assert derived.classes == {one.key: MailClass.LEFT_OUT}
    assert counted(one, rules.office).side is Side.CITIZEN


@pytest.mark.parametrize(
    ("office", "found"),
    [
        (OFFICE, header(sender=CITIZEN, to=CONTACT, subject=TOKEN, asks=("", "", "", "", TOKEN))),
        (OFFICE, header(sender=CITIZEN)),
        (TAKES, header(sender=CITIZEN, to=CONTACT)),
        (TAKES, header(sender=CITIZEN, to=CONTACT, cc=(ACTIONS,))),
        (TAKES, header(sender=CITIZEN, to=(CONTACT), subject=TOKEN[:-1])),
        (TAKES, header(sender=CITIZEN)._replace(to=(ACTIONS, CONTACT))),
        (TAKES, header(sender=CITIZEN, to="")._replace(to=())),
        (IN_CONTACT_BOX, header(sender=CITIZEN, to=CONTACT, subject="mailsla : une question")),
        (TAKES, header(sender="formulaire@pref.example.fr", reply_to=(CITIZEN,), subject=TOKEN)),
    ],
)
def test_any_other_mail_of_a_citizen_stays_a_request(office: Office, found: Header) -> None:
    one = mail("2026-11-13 09:00")._replace(header=found)

    assert read(one, office).side is Side.CITIZEN


@pytest.mark.parametrize(
    ("kept", "kind"),
    [
        (("auto-submitted", "auto-replied"), MailKind.AUTOMATIC_REPLY),
        (("content-type", "multipart/report; report-type=delivery-status"), MailKind.DELIVERY_REPORT),
        (("x-mailsla", "digest"), MailKind.OWN_ALERT),
    ],
)
def test_what_a_machine_answers_asks_for_nothing(kept: tuple[str, str], kind: MailKind) -> None:
    assert kind_here(header(subject=f"Réponse automatique : {TOKEN}", kept=(kept,)), TAKES).kind is kind


def test_a_draft_asks_for_nothing_yet() -> None:
    draft = Copy("contact", "Drafts", MailboxRole.DRAFTS)
    one = mail("2026-11-13 09:00")._replace(header=header(), copies=(draft,))
    rules = replace(RULES, office=TAKES)

    assert derive([one], rules).classes == {one.key: MailClass.UNSENT}
    sent = one._replace(copies=(draft, Copy("contact", "INBOX", MailboxRole.INBOX)))
    assert derive([sent], rules).readings[one.key].kind is MailKind.ACTION


@pytest.mark.parametrize(
    ("office", "found", "is_read"),
    [
        (TAKES, header(), True),
        (TAKES, header(to=CONTACT, subject="[Répondu] MAILSLA-00"), True),
        (TAKES, header(to=CONTACT), False),
        (IN_CONTACT_BOX, header(to=CONTACT), False),
        (OFFICE, header(subject=TOKEN), False),
    ],
)
def test_a_body_is_read_only_for_what_may_ask(office: Office, found: Header, is_read: bool) -> None:
    assert needs_body(found, office) is is_read


def test_of_a_body_only_what_is_asked_is_kept() -> None:
    found = with_body(header(), FIELDS, b"Bonjour, un secret.\r\n" + TEXT, TAKES)

    assert found == header(asks=("guichet", "", "", "", TOKEN))
    assert asked_of(found.asks).channel == "guichet"
    assert with_body(header(), FIELDS, TEXT[:-1], TAKES) == header()


def test_a_subject_is_enough_when_its_body_was_rewritten() -> None:
    found = with_body(header(subject=f"RE: [x] {TOKEN}"), FIELDS, TEXT[:-5], TAKES)

    assert asked_of(found.asks).tokens == (TOKEN,)


def test_where_no_action_is_taken_rules_keep_the_names_they_had() -> None:
    # Those of the version before, for this office.
    assert rules_digest(RULES) == RECORDED_RULES
    assert ties_digest(OFFICE) == RECORDED_TIES
    assert (
        len({rules_digest(replace(RULES, office=office)) for office in (OFFICE, TAKES, IN_CONTACT_BOX)}) == 3
    )
    assert len({ties_digest(office) for office in (OFFICE, TAKES, IN_CONTACT_BOX)}) == 3


RECORDED_RULES = "2:9a5b05a6f4cb3050a2e988464bb3f29466e411857ed5889418f4b0c4ba4bec24"
RECORDED_TIES = "2:3f6bc9e51be706b290cf245ceec841293d2fd9ffe447e8c0e634575c059f8aac"
