"""What only the office knows of a mail's kind: its own ids, and its own lists."""

from __future__ import annotations

import pytest

from mailsla.core.mail.header import BODY_SAYS, Header
from mailsla.core.mail.kinds import MailKind, Reason
from mailsla.core.office.body_evidence import (
    as_invitation,
    needs_body,
    needs_structure,
    read_with_body,
    with_body,
)
from mailsla.core.office.kind_here import kind_here
from mailsla.core.office.sides import Side, classified, read
from mailsla.core.pairing.derivation import derive
from tests.factories import CITIZEN, OFFICE, RULES, mail, reply

PREFIXED = "Réponse automatique\u00a0: Carte grise"


@pytest.mark.parametrize(
    ("field", "ids", "kind"),
    [
        ("in_reply_to", ("a@pref.example.fr",), MailKind.AUTOMATIC_REPLY),
        ("references", ("x@example.org", "a@Mail.Pref.example.fr"), MailKind.AUTOMATIC_REPLY),
        ("in_reply_to", ("a@example.org",), MailKind.PERSON),
        ("in_reply_to", ("pref.example.fr@example.org",), MailKind.PERSON),
        ("in_reply_to", ("a@notpref.example.fr",), MailKind.PERSON),
        ("in_reply_to", ("pref.example.fr",), MailKind.AUTOMATIC_REPLY),
    ],
)
def test_a_mail_system_s_prefix_on_an_answer_to_us_is_an_automatic_reply(
    field: str, ids: tuple[str, ...], kind: MailKind
) -> None:
    header = Header(subject=PREFIXED, senders=(CITIZEN,))._replace(**{field: ids})  # type: ignore[arg-type]  # (fields by name: a wrong one raises)

    assert kind_here(header, OFFICE).kind is kind
    assert kind_here(header._replace(subject="Carte grise"), OFFICE).kind is MailKind.PERSON


@pytest.mark.parametrize(
    ("kept", "kind"),
    [
        (("list-id", "Contact <contact.listes.pref.example.fr>"), MailKind.PERSON),
        (("list-post", "<mailto:contact@listes.pref.example.fr>"), MailKind.PERSON),
        (("list-id", "<contact.pref.example.fr> (Contact)"), MailKind.PERSON),
        (("x-beenthere", "contact@pref.example.fr"), MailKind.PERSON),
        (("mailing-list", "list contact@pref.example.fr; contact +help"), MailKind.PERSON),
        (("list-unsubscribe", "<mailto:sympa@pref.example.fr?subject=x>"), MailKind.PERSON),
        (("list-id", "<actualites.example.org>"), MailKind.LIST),
        (("list-id", "<actualites.pref.example.fr.example.org>"), MailKind.LIST),
        (("x-beenthere", "pref.example.fr@example.org"), MailKind.LIST),
        (("list-id", ""), MailKind.LIST),
    ],
)
def test_what_comes_through_a_list_of_ours_is_a_letter(kept: tuple[str, str], kind: MailKind) -> None:
    header = Header(subject="Carte grise", senders=(CITIZEN,), kept=(kept,))

    assert kind_here(header, OFFICE).kind is kind
    assert classified(header, OFFICE)[0] == kind.value


@pytest.mark.parametrize("mark", [("precedence", "bulk"), ("feedback-id", "1:2:3:relais")])
@pytest.mark.parametrize(
    ("named", "list_id", "kind"),
    [
        (("a@pref.example.fr",), (), MailKind.PERSON),
        (("a@example.org",), (), MailKind.LIST),
        ((), (), MailKind.LIST),
        (("a@pref.example.fr",), (("list-id", "<lettre.example.org>"),), MailKind.LIST),
    ],
)
def test_an_answer_to_us_is_a_letter_though_its_relay_marks_all_that_it_sends_as_bulk(
    mark: tuple[str, str], named: tuple[str, ...], list_id: tuple[tuple[str, str], ...], kind: MailKind
) -> None:
    marked = (mark, ("list-unsubscribe", "<https://relais.example.org>"), *list_id)
    header = Header(subject="Re: Carte grise", senders=(CITIZEN,), in_reply_to=named, kept=marked)

    assert kind_here(header, OFFICE).kind is kind


LIST = ("list-id", "<contact.pref.example.fr>")
BOX, CITIZENS_ID, OUR_ID = "contact@pref.example.fr", "a.1@example.org", "a.1@pref.example.fr"


@pytest.mark.parametrize(
    ("to", "kept", "named", "asks"),
    [
        ((BOX,), (LIST,), (), True),
        ((BOX,), (LIST,), (OUR_ID,), True),
        # An agent answers from the box, or passes on, with the citizen in Cc.
        ((BOX,), (LIST,), (CITIZENS_ID,), False),
        ((BOX,), (), (), False),
        (("chef@pref.example.fr",), (LIST,), (), False),
        ((BOX, CITIZEN), (LIST,), (), False),
    ],
)
def test_who_stands_in_cc_wrote_what_a_list_of_ours_sent_to_itself(
    to: tuple[str, ...], kept: tuple[tuple[str, str], ...], named: tuple[str, ...], *, asks: bool
) -> None:
    header = Header("b.1@example.org", senders=(BOX,), to=to, cc=(CITIZEN,), in_reply_to=named, kept=kept)

    assert OFFICE.rewritten_from(header) == ((CITIZEN,) if asks else ())
    assert OFFICE.wrote(header) is not asks
    assert OFFICE.wrote(header._replace(cc=("chef@pref.example.fr",)))


def test_an_absence_that_answers_our_reply_opens_nothing_and_a_citizen_of_our_list_does() -> None:
    asked = mail("2026-11-02 10:00", kept=(("list-id", "<contact.pref.example.fr>"),))
    answer = reply("2026-11-03 10:00", asked, message_id="a@pref.example.fr")
    away = mail("2026-11-03 10:01", subject=PREFIXED, replies_to="a@pref.example.fr")

    [request] = derive([asked, answer, away], RULES).requests

    assert (request.key, request.answered is not None) == (asked.key, True)
    assert read(away, OFFICE).side is Side.ASIDE


def test_what_our_own_list_returns_is_looked_into_as_any_returned_mail() -> None:
    returned = Header(
        subject="x", senders=("mailer-daemon@example.org",), kept=(("list-id", "<contact.pref.example.fr>"),)
    )

    assert needs_body(returned, OFFICE)
    told = with_body(returned, b"", b"Final-Recipient: rfc822; x@example.org", OFFICE)
    assert kind_here(told, OFFICE).kind is MailKind.DELIVERY_REPORT


MEETING = Header(
    message_id="a@example.org",
    subject="Invitation : permis",
    senders=(CITIZEN,),
    kept=(("content-type", "multipart/mixed; boundary=b"),),
)


@pytest.mark.parametrize(
    ("header", "is_asked"),
    [
        (MEETING, True),
        (MEETING._replace(subject="Accepted: permis"), True),
        (MEETING._replace(subject="ANNULÉ : permis"), True),
        (MEETING._replace(subject="Accepter un permis"), False),
        (MEETING._replace(subject="Permis : invitation"), False),
        (MEETING._replace(kept=()), False),
        (MEETING._replace(kept=(("content-type", "text/plain"),)), False),
        (MEETING._replace(kept=(*MEETING.kept, ("auto-submitted", "auto-replied"))), False),
        (MEETING._replace(in_reply_to=("r1@pref.example.fr",)), False),
        (MEETING._replace(senders=("mailer-daemon@example.org",)), False),
    ],
)
def test_the_parts_are_asked_of_what_may_be_an_invitation_alone(header: Header, *, is_asked: bool) -> None:
    assert needs_structure(header, OFFICE) is is_asked


def test_a_calendar_part_makes_an_invitation_and_says_so() -> None:
    found = kind_here(as_invitation(MEETING), OFFICE)

    assert (found.kind, found.reason) == (
        MailKind.CALENDAR,
        Reason("calendar-part", "content-type", "text/calendar"),
    )


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("Content-Type: text/calendar; method=REPLY", MailKind.CALENDAR),
        ("Content-Type: text/calendar", MailKind.PERSON),
        ("Content-Type: text/calendar; method=Publish", MailKind.PERSON),
        (
            "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: Text/Calendar; Method=X",
            MailKind.CALENDAR,
        ),
        ("Content-Type: message/rfc822\r\n\r\nContent-Type: text/calendar; method=REPLY", MailKind.PERSON),
        ("Content-Type: text/plain", MailKind.PERSON),
    ],
)
def test_in_an_archive_the_parts_are_at_hand(part: str, kind: MailKind) -> None:
    raw = (
        b"From: camille@example.org\r\nMessage-ID: <a@example.org>\r\nSubject: Invitation\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n"
    )
    body = f"--b\r\n{part}\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n".encode()

    assert kind_here(read_with_body(raw, body, OFFICE), OFFICE).kind is kind


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", b"Votre message n'a pas pu =C3=AAtre remis."),
        ("base64", b"Vm90cmUgbWVzc2FnZSBuJ2EgcGFzIHB1IMOqdHJlIHJlbWlzLg=="),
        ("8bit", "Votre message n'a pas pu être remis.".encode("latin-1")),
    ],
)
def test_the_words_of_returned_mail_are_read_however_they_are_encoded(encoding: str, body: bytes) -> None:
    raw = f"From: MAILER-DAEMON@relais.example.net\nContent-Transfer-Encoding: {encoding}\n".encode()

    assert read_with_body(raw, body, OFFICE).field(BODY_SAYS) == "delivery_report"
    assert not read_with_body(raw, b"Bonjour", OFFICE).field(BODY_SAYS)


def test_a_body_says_that_a_mail_is_a_delivery_report_and_nothing_else() -> None:
    listed = Header(senders=("mailer-daemon@example.org",), kept=(("list-id", "<contact.pref.example.fr>"),))

    assert with_body(listed, b"", b"Bonjour", OFFICE) == listed
    assert (
        kind_here(with_body(listed, b"", b"undeliverable", OFFICE), OFFICE).kind is MailKind.DELIVERY_REPORT
    )
