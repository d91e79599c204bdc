"""Mails of mailsla's own that come back: known by their Message-ID, in any language, and never requests."""

from __future__ import annotations

import pytest

from mailsla.core.alerts.outgoing import message_id
from mailsla.core.mail.header import BODY_RETURNS, Header
from mailsla.core.mail.kinds import MailKind
from mailsla.core.mail.returned import kept_return, return_of
from mailsla.core.office.body_evidence import needs_body, read_with_body
from mailsla.core.office.kind_here import kind_here
from mailsla.core.pairing.derivation import derive
from tests.factories import OFFICE, RULES, mail, paris

DAY = paris("2026-11-13 09:00").date()
OURS = message_id("chef@pref.example.fr", "digest", DAY, "pref.example.fr")
STRUCTURED = b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'


def report(text: str, *, action: str = "failed", status: str = "5.1.1", about: str = OURS) -> bytes:
    """Return the body of a report as RFC 3464 cuts it."""
    fields = f"Reporting-MTA: dns; mx.example.fr\r\n\r\nAction: {action}\r\nStatus: {status}\r\n"
    quoted = f"From: mailsla@pref.example.fr\r\nMessage-Id: <{about}>\r\nSubject: x\r\n"
    parts = (("text/plain", text), ("message/delivery-status", fields), ("text/rfc822-headers", quoted))
    cut = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts)
    return f"{cut}--b--\r\n".encode()


def read(fields: bytes, body: bytes) -> Header:
    return read_with_body(b"To: mailsla@pref.example.fr\r\n" + fields + b"\r\n", body, OFFICE)


def of_daemon(subject: str, sender: str = "MAILER-DAEMON@mx.example.fr") -> bytes:
    return f"From: {sender}\r\nSubject: {subject}\r\n".encode()


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Undelivered Mail Returned to Sender", "I'm sorry to have to inform you"),
        ("Unzustellbar: Anfragen", "Diese Nachricht konnte nicht zugestellt werden"),
        ("Non remis : Demandes", "Votre message n'a pas pu être remis"),
        ("配信不能", "このメッセージは配信できませんでした"),
    ],
)
def test_a_structured_report_says_which_mail_of_ours_failed_whatever_its_language(
    subject: str, text: str
) -> None:
    found = read(STRUCTURED + of_daemon(subject), report(text))

    assert return_of(found) == (OURS, True, "5.1.1")
    assert kind_here(found, OFFICE).kind is MailKind.DELIVERY_REPORT
    assert kept_return(found.field(BODY_RETURNS)) == return_of(found)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_mail_that_waits_or_has_come_did_not_fail(action: str) -> None:
    found = return_of(read(STRUCTURED + of_daemon("x"), report("", action=action, status="4.4.1")))

    assert found == (OURS, False, "4.4.1")


def test_a_report_without_parts_from_a_mail_system_is_known_by_the_id_it_quotes_alone() -> None:
    body = f"Le courriel suivant est revenu.\r\n\r\nMessage-ID:\r\n <{OURS}>\r\n".encode()

    found = read(of_daemon("Votre envoi"), body)
    assert return_of(found) == (OURS, True, "")
    assert kind_here(found, OFFICE).kind is MailKind.DELIVERY_REPORT
    # The same from a person is that person's letter.
    theirs = read(of_daemon("Votre envoi", "camille@example.org"), body)
    assert (return_of(theirs), kind_here(theirs, OFFICE).kind) == (None, MailKind.PERSON)


def test_a_report_that_cites_the_mail_and_quotes_none_of_it_is_known_too() -> None:
    """Exchange's, whose own words come first and are long."""
    fields = STRUCTURED + of_daemon("Non remis : x") + f"In-Reply-To: <{OURS}>\r\n".encode()

    assert return_of(read(fields, b"--b\r\nContent-Type: text/html\r\n\r\n<p>...")) == (OURS, True, "")


@pytest.mark.parametrize(
    "other",
    ["abc@mail.example", "mailsla.20261113.zz@pref.example.fr", f"x{OURS}"],
)
def test_a_report_about_anybody_else_s_mail_says_nothing_of_ours(other: str) -> None:
    found = read(STRUCTURED + of_daemon("Undelivered"), report("", about=other))

    assert return_of(found) is None
    assert kind_here(found, OFFICE).kind is MailKind.DELIVERY_REPORT


def test_the_body_of_a_receipt_is_not_read_for_it() -> None:
    receipt = Header(
        to=("mailsla@pref.example.fr",),
        kept=(("content-type", "multipart/report; report-type=disposition-notification"),),
    )

    assert not needs_body(receipt, OFFICE)


@pytest.mark.parametrize("cited", ["In-Reply-To", "References", None])
def test_a_citizen_s_mail_that_cites_or_attaches_a_mail_of_ours_is_a_request_like_any_other(
    cited: str | None,
) -> None:
    fields = (
        b'From: camille@example.org\r\nSubject: Bonjour\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    )
    if cited:
        fields += f"{cited}: <{OURS}>\r\n".encode()
    attached = f"--b\r\n\r\nVoir.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{OURS}>\r\n"
    header = read(fields, attached.encode() + report("Non remis"))

    [request] = derive([mail("2026-11-13 09:00")._replace(header=header)], RULES).requests
    assert (return_of(header), request.answered, request.excluded, request.follow_up) == (
        None,
        None,
        None,
        False,
    )
