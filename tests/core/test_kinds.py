"""The kind of a mail: each sign alone, the reason it gives, and what is nearly that sign and none."""

from __future__ import annotations

import pytest

from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import A_PERSON, Classification, MailKind, Reason, kind_of, looks_machine_made
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
        ([("list-unsubscribe", "<a>")], "list: list-field (list-unsubscribe)"),
        ([("list-subscribe", "<a>")], "list: list-field (list-subscribe)"),
        ([("list-help", "<a>")], "list: list-field (list-help)"),
        ([("x-beenthere", "a")], "list: list-field (x-beenthere)"),
        ([("mailing-list", "a")], "list: list-field (mailing-list)"),
        ([("precedence", " List ")], "list: list-field (precedence:  List )"),
        ([("precedence", "Bulk "), ("feedback-id", "x")], "list: bulk-and-feedback (precedence)"),
        ([("precedence", "junk"), ("feedback-id", "x")], "list: bulk-and-feedback (precedence)"),
        ([("x-spam-flag", " YES")], "spam: spam-flag (x-spam-flag)"),
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
        (("auto-submitted", " Auto-x"), "absence-and-auto-submitted (auto-submitted:  Auto-x)"),
        (("x-auto-response-suppress", "DR, All"), "absence-and-exchange (x-auto-response-suppress)"),
        (("x-ms-exchange-inbox-rules-loop", "a"), "absence-and-exchange (x-ms-exchange-inbox-rules-loop)"),
        (("return-path", " <> "), "absence-and-null-path (return-path)"),
    ],
)
def test_an_absence_needs_one_more_sign(kept: tuple[str, str], reason: str) -> None:
    assert kind(kept, subject=ABSENCE) == ("automatic_reply", reason)


@pytest.mark.parametrize(
    "kept", [("x-auto-response-suppress", "DR"), ("return-path", "<a@example.org>"), ("precedence", "bulk")]
)
def test_a_sign_that_says_something_else_makes_no_absence(kept: tuple[str, str]) -> None:
    assert kind(kept, subject=ABSENCE) == ("person", "")


def test_the_first_rule_that_says_yes_decides() -> None:
    everything = [
        ("x-spam-flag", "yes"),
        ("list-id", "a"),
        ("x-vacation", "x"),
        ("content-class", "urn:content-classes:calendarmessage"),
        ("x-failed-recipients", "a"),
        ("content-type", "x; disposition-notification"),
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
