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
from tests.factories import CITIZEN, OFFICE, RULES, mail, paris, reply

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


SENT = "reponse.42@pref.example.fr"


def about(*blocks: str) -> bytes:
    """Return the body of a report about a reply, with what became of each of its recipients."""
    status = "\r\n\r\n".join(("Reporting-MTA: dns; mx.example.fr", *blocks))
    quoted = f"To: {CITIZEN}\r\nMessage-ID: <{SENT}>\r\n\r\nMessage-ID: <autre.42@example.org>"
    return f"--b\r\n\r\nVoir.\r\n--b\r\n\r\n{status}\r\n\r\n--b\r\n\r\n{quoted}\r\n--b--\r\n".encode()


def became(action: str, *recipients: str) -> str:
    return "\r\n".join([*recipients, f"Action: {action}", "Status: 5.1.1"])


HIS, OTHER = f"Final-Recipient: rfc822; {CITIZEN}", "Final-Recipient: RFC822;mairie@example.net"
FORWARDED = f"Original-Recipient: rfc822;{CITIZEN}\r\nFinal-Recipient: rfc822; suivi@example.net"
QMAIL = (
    f"Hi. This is the qmail-send program.\n<{CITIZEN}>:\nSorry. (#5.1.1)\n\nMessage-ID: <{SENT}>\n".encode()
)
EXIM = f"This message was created automatically.\n\nMessage-ID: <{SENT}>\n".encode()
PLAIN, RETURNED = b"", "Undelivered Mail Returned to Sender"


@pytest.mark.parametrize(
    ("fields", "subject", "body", "is_answered"),
    [
        (STRUCTURED, RETURNED, about(became("failed", HIS)), False),
        (STRUCTURED, "x", about(became("failed", FORWARDED)), False),
        (STRUCTURED, RETURNED, about(became("failed", OTHER), became("delivered", HIS)), True),
        (STRUCTURED, RETURNED, about(became("delayed", HIS)), True),
        (STRUCTURED, RETURNED, about(became("relayed", HIS)), True),
        (
            STRUCTURED,
            RETURNED,
            about(became("failed", HIS)).replace(SENT.encode(), b"inconnu.1@x.example"),
            True,
        ),
        (PLAIN, "failure notice", QMAIL, False),
        (PLAIN, "Objet", QMAIL, False),
        (f"X-Failed-Recipients: {CITIZEN}\r\n".encode(), "Mail delivery failed", EXIM, False),
        (b"X-Failed-Recipients: mairie@example.net\r\n", "Mail delivery failed", EXIM, True),
        (PLAIN, "Warning: message delayed 24 hours", EXIM, True),
    ],
)
@pytest.mark.parametrize("others", [(), ("mairie@example.net",)])
def test_a_reply_came_back_whose_report_quotes_its_id_alone_and_says_that_it_failed_for_the_citizen(
    fields: bytes, subject: str, body: bytes, others: tuple[str, ...], *, is_answered: bool
) -> None:
    asked = mail("2026-03-02 09:00")
    answer = reply("2026-03-03 09:00", asked, message_id=SENT, cc=others)
    raw = b"To: contact@pref.example.fr\r\nMessage-ID: <rapport.42@mx.example.fr>\r\nReturn-Path: <>\r\n"
    header = read_with_body(raw + fields + of_daemon(subject) + b"\r\n", body, OFFICE)
    came = mail("2026-03-03 09:05")
    report = came._replace(key="report", header=header._replace(sent_at=came.header.sent_at))

    (request,) = derive([asked, answer, report], RULES).requests

    names_nobody = body == QMAIL
    assert (request.answered is not None) is (is_answered or bool(names_nobody and others))


def test_a_person_s_letter_that_quotes_a_report_is_not_read_and_takes_nothing_back() -> None:
    raw = f"From: {CITIZEN}\r\nSubject: {RETURNED}\r\n\r\n".encode()

    assert not needs_body(read_with_body(raw, about(became("failed", HIS)), OFFICE), OFFICE)
    assert not read_with_body(raw, about(became("failed", HIS)), OFFICE).references


def test_a_report_that_names_its_mail_itself_is_believed_before_what_it_quotes() -> None:
    named = b"In-Reply-To: <autre.7@pref.example.fr>\r\n"
    found = read(STRUCTURED + named + of_daemon(RETURNED), about(became("failed", HIS)))

    assert (found.in_reply_to, found.references) == (("autre.7@pref.example.fr",), ())
    assert found.field("x-failed-recipients") == CITIZEN
