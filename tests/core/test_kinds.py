"""The kind of a mail: each sign alone, the reason it gives, and what is nearly that sign and none."""

from __future__ import annotations

import pytest

from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import A_PERSON, Classification, MailKind, Reason, kind_of
from mailsla.core.mail.weak_signs import looks_machine_made
from tests.factories import CITIZEN


def kind(*kept: tuple[str, str], subject: str = "Titre", sender: str = CITIZEN) -> tuple[str, str]:
    found = kind_of(Header(subject=subject, senders=(sender,), kept=kept))
    return (found.kind.value, found.reason.text if found.reason else "")


REPORT = ("content-type", "Multipart/Report; report-type=Delivery-Status")
ABSENCE = "Absence du bureau"


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([("x-mailsla", "digest")], "own_alert: own-alert (x-mailsla: digest)"),
        ([REPORT], "delivery_report: rfc3464 (content-type: multipart/report)"),
        (
            [("content-type", "multipart/report"), ("return-path", "<>")],
            "delivery_report: rfc3464 (content-type: multipart/report)",
        ),
        (
            [("x-failed-recipients", "a@example.org")],
            "delivery_report: failed-recipients (x-failed-recipients)",
        ),
        (
            [("x-ms-exchange-message-is-ndr", "")],
            "delivery_report: failed-recipients (x-ms-exchange-message-is-ndr)",
        ),
        (
            [("content-type", "message/delivery-status")],
            "delivery_report: delivery-status (content-type: message/delivery-status)",
        ),
        (
            [("content-type", "multipart/report; report-type=disposition-notification")],
            "receipt: rfc8098 (content-type: disposition-notification)",
        ),
        ([("auto-submitted", " Auto-Replied ")], "automatic_reply: rfc3834 (auto-submitted:  Auto-Replied )"),
        (
            [("auto-submitted", "auto-notified; x")],
            "automatic_reply: rfc3834 (auto-submitted: auto-notified; x)",
        ),
        ([("x-autoreply", "yes")], "automatic_reply: vacation-field (x-autoreply: yes)"),
        ([("x-autorespond", "1")], "automatic_reply: vacation-field (x-autorespond: 1)"),
        ([("x-autoresponder", "x")], "automatic_reply: vacation-field (x-autoresponder: x)"),
        ([("x-vacation", "")], "automatic_reply: vacation-field (x-vacation)"),
        ([("precedence", "Auto_Reply")], "automatic_reply: vacation-field (precedence: Auto_Reply)"),
        ([("precedence", "auto-reply")], "automatic_reply: vacation-field (precedence: auto-reply)"),
        (
            [("content-type", "text/calendar; method=REQUEST")],
            "calendar: text-calendar (content-type: text/calendar)",
        ),
        (
            [("content-class", " URN:content-classes:calendarmessage")],
            "calendar: calendar-message (content-class:  URN:content-classes:calendarmessage)",
        ),
        ([("list-id", "<a.example.org>")], "list: list-field (list-id)"),
        ([("list-post", "<a>")], "list: list-field (list-post)"),
        ([("list-unsubscribe", "<a>")], "list: may-be-left (list-unsubscribe)"),
        ([("list-subscribe", "<a>")], "list: may-be-left (list-subscribe)"),
        ([("list-help", "<a>")], "list: may-be-left (list-help)"),
        ([("x-beenthere", "a")], "list: list-field (x-beenthere)"),
        ([("mailing-list", "a")], "list: list-field (mailing-list)"),
        ([("precedence", " List ")], "list: list-field (precedence:  List )"),
        ([("precedence", "Bulk "), ("feedback-id", "x")], "list: bulk-and-feedback (precedence)"),
        ([("precedence", "junk"), ("feedback-id", "x")], "list: bulk-and-feedback (precedence)"),
        ([("x-spam-flag", " YES")], "spam: spam-flag (x-spam-flag)"),
        (
            [("content-type", "multipart/report; boundary=x; report-type=feedback-report")],
            "delivery_report: rfc5965 (content-type: multipart/report)",
        ),
        (
            [("content-type", 'Multipart/Report; report-type="tlsrpt"; boundary=x')],
            "delivery_report: rfc8460 (content-type: multipart/report)",
        ),
        (
            [("content-type", "multipart/report (x); (report-type=y) report-type = (z) Feedback-Report(w)")],
            "delivery_report: rfc5965 (content-type: multipart/report)",
        ),
        (
            [("content-type", "multipart/report; report-type*=us-ascii''delivery-status")],
            "delivery_report: rfc3464 (content-type: multipart/report)",
        ),
        ([("tls-report-domain", "pref.example.fr")], "delivery_report: rfc8460 (tls-report-domain)"),
        (
            [("content-type", 'application/pkcs7-mime; smime-type=Signed-Receipt; name="p7m"')],
            "receipt: rfc2634 (content-type: signed-receipt)",
        ),
        (
            [("auto-submitted", "(away) Auto-Replied; x=y")],
            "automatic_reply: rfc3834 (auto-submitted: (away) Auto-Replied; x=y)",
        ),
        ([("x-autoresponse", "yes")], "automatic_reply: vacation-field (x-autoresponse: yes)"),
        ([("x-precedence", "Auto_reply")], "automatic_reply: vacation-field (x-precedence: Auto_reply)"),
        ([("preference", "auto-reply")], "automatic_reply: vacation-field (preference: auto-reply)"),
        ([("x-autogenerated", "Reply")], "automatic_reply: vacation-field (x-autogenerated: Reply)"),
        (
            [("x-post-messageclass", "9; Autoresponder")],
            "automatic_reply: vacation-field (x-post-messageclass: 9; Autoresponder)",
        ),
        (
            [("delivered-to", "Autoresponder")],
            "automatic_reply: vacation-field (delivered-to: Autoresponder)",
        ),
        ([("body-says", "delivery_report")], "delivery_report: daemon-and-body (from)"),
    ],
)
def test_each_sign_alone_tells_a_kind_and_is_the_reason(kept: list[tuple[str, str]], expected: str) -> None:
    assert ": ".join(kind(*kept)) == expected


@pytest.mark.parametrize(
    "kept",
    [
        [("content-type", "multipart/report; report-type=x")],
        [("content-type", "text/calendar")],
        [("content-type", "multipart/mixed; x=text/calendar; method=REQUEST")],
        [("content-type", 'text/plain; name="message/delivery-status"')],
        [("content-type", 'text/plain; name="a; report-type=delivery-status"')],
        [("content-type", "application/pkcs7-mime; smime-type=signed-data")],
        [("content-type", "application/ms-tnef")],
        [("auto-submitted", "(auto-replied) no")],
        [("delivered-to", "autoresponder@pref.example.fr")],
        [("preference", "auto")],
        [("x-autogenerated", "Forward")],
        [("x-post-messageclass", "9; Autoresponder test")],
        [("content-class", "urn:content-classes:message")],
        [("auto-submitted", "auto-generated")],
        [("auto-submitted", "no")],
        [("x-autoreply", "No ")],
        [("x-autoreply", "FALSE")],
        [("precedence", "bulk")],
        [("feedback-id", "x")],
        [("x-spam-flag", "no")],
        [("x-auto-response-suppress", "All")],
        [("x-ms-exchange-inbox-rules-loop", "x")],
        [("return-path", "<>")],
        [("delivered-to", "x"), ("x-mailer", "x"), ("x-original-to", "x"), ("x-spam-status", "yes")],
    ],
)
def test_what_people_s_mail_carries_too_is_no_sign(kept: list[tuple[str, str]]) -> None:
    assert kind(*kept) == ("person", "")


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        (("auto-submitted", " Auto-x"), "prefix-and-auto-submitted (auto-submitted:  Auto-x)"),
        (("x-auto-response-suppress", "DR, All"), "prefix-and-exchange (x-auto-response-suppress)"),
        (("x-ms-exchange-inbox-rules-loop", "a"), "prefix-and-exchange (x-ms-exchange-inbox-rules-loop)"),
        (("return-path", " <> "), "prefix-and-null-path (return-path)"),
    ],
)
def test_a_mail_system_s_prefix_needs_one_more_sign(kept: tuple[str, str], reason: str) -> None:
    assert kind(kept, subject=ABSENCE) == ("automatic_reply", reason)


@pytest.mark.parametrize(
    "kept", [("x-auto-response-suppress", " "), ("return-path", "<a@example.org>"), ("precedence", "bulk")]
)
def test_a_sign_that_says_something_else_makes_no_automatic_reply(kept: tuple[str, str]) -> None:
    assert kind(kept, subject=ABSENCE) == ("person", "")


@pytest.mark.parametrize("media_type", ["application/ms-tnef", "application/vnd.ms-tnef"])
def test_a_tnef_mail_that_is_only_a_receipt_is_one(media_type: str) -> None:
    tnef = ("content-type", f'{media_type}; name="winmail.dat"')

    assert kind(tnef, subject="Lu : Titre de séjour") == (
        "receipt",
        f"tnef-and-subject (content-type: {media_type})",
    )
    assert kind(tnef, subject="Titre de séjour") == ("person", "")


@pytest.mark.parametrize("sender", ["calendar-notification@google.com"])
def test_a_calendar_that_writes_for_people_sends_no_letter(sender: str) -> None:
    for header in (Header(senders=(CITIZEN,), sender=(sender,)), Header(senders=(sender,))):
        assert kind_of(header).kind is MailKind.CALENDAR
    assert kind_of(Header(senders=(CITIZEN,), sender=("x" + sender,))).kind is MailKind.PERSON


def test_a_letter_that_answers_is_no_list_s_because_a_relay_says_how_to_leave() -> None:
    leaving, bulk = ("list-unsubscribe", "<mailto:a@relais.example.net>"), ("precedence", "bulk")
    answering = Header(senders=(CITIZEN,), in_reply_to=("a@pref.example.fr",), kept=(leaving,))

    assert kind_of(answering).kind is MailKind.PERSON
    assert kind_of(answering._replace(in_reply_to=(), references=("a@pref.example.fr",))) == A_PERSON
    for sign in (bulk, ("feedback-id", "x")):
        assert kind_of(answering._replace(kept=(leaving, sign))).kind is MailKind.LIST
    assert kind_of(answering._replace(kept=(("list-id", "<a>"),))).kind is MailKind.LIST


def test_the_first_rule_that_says_yes_decides() -> None:
    everything = [
        ("x-spam-flag", "yes"),
        ("list-id", "a"),
        ("x-vacation", "x"),
        ("content-class", "urn:content-classes:calendarmessage"),
        ("x-failed-recipients", "a"),
        ("content-type", "message/disposition-notification"),
        ("x-mailsla", "x"),
    ]
    found = []
    while everything:
        found.append(kind(*everything)[0])
        gone = {
            "own_alert": "x-mailsla",
            "receipt": "content-type",
            "delivery_report": "x-failed-recipients",
            "automatic_reply": "x-vacation",
            "calendar": "content-class",
            "spam": "x-spam-flag",
            "list": "list-id",
        }[found[-1]]
        everything = [item for item in everything if item[0] != gone]

    assert found == [
        "own_alert",
        "receipt",
        "delivery_report",
        "automatic_reply",
        "calendar",
        "spam",
        "list",
    ]


def test_a_long_value_is_cut_at_sixty_letters() -> None:
    assert kind(("x-vacation", "a" * 100))[1] == f"vacation-field (x-vacation: {'a' * 60})"


def test_a_reason_is_its_code_its_field_and_its_value_as_far_as_there_are_any() -> None:
    assert (Reason("a").text, Reason("a", "b").text, Reason("a", "b", "c").text) == ("a", "a (b)", "a (b: c)")
    assert (A_PERSON.kind, A_PERSON.reason) == (MailKind.PERSON, None)
    assert Classification(MailKind.LIST).reason is None


@pytest.mark.parametrize(
    ("kept", "looks"),
    [
        (("auto-submitted", " Auto-Generated "), True),
        (("auto-submitted", "no"), False),
        (("x-ms-exchange-inbox-rules-loop", ""), True),
        (("x-mailer", "x"), False),
    ],
)
def test_a_machine_s_hand_is_seen_without_being_proof(kept: tuple[str, str], looks: bool) -> None:
    assert looks_machine_made(Header(senders=(CITIZEN,), kept=(kept,))) is looks


@pytest.mark.parametrize("written", ['Text/X-vCard; charset="utf-8"', "text/vcard", "text/directory"])
def test_a_contact_that_a_server_shows_as_a_mail_is_none_and_one_that_somebody_sends_is_theirs(
    written: str,
) -> None:
    card = Header(subject="Camille", kept=(("content-type", written),))

    assert kind_of(card).kind is MailKind.CALENDAR
    assert kind_of(card).reason == Reason("contact-card", "content-type", written.partition(";")[0].lower())
    assert kind_of(card._replace(senders=(CITIZEN,))).kind is MailKind.PERSON
