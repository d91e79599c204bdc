"""Codes that rows and documents hold: another word would orphan what is stored, and break whoever reads."""

from __future__ import annotations

import importlib
import pkgutil
from enum import StrEnum

import mailsla.core
from mailsla.core.alerts import digests, outgoing
from mailsla.core.mail.header import BODY_SAYS, KEPT_FIELDS, REQUESTED_FIELDS

CODES = {
    "Action": "exclude answered assign category join split dismiss undo",
    "AddressSource": "reply-to subject body from",
    "Basis": "server last_hop archive sender_clock first_seen after_request filed decision",
    "ClosedDayReceipt": "same_day next_working_day",
    "ClosingEffect": "answered excluded",
    "Comparison": "less_than at_most",
    "DayKind": "working weekend holiday closure worked_holiday half_day",
    "DoubtCode": "several_fit other_subject too_late also_written_to machine_made",
    "Evidence": "none in-reply-to references thread-index recipient-and-subject decision",
    "Grain": "week month quarter year",
    "MailKind": "person automatic_reply delivery_report receipt list calendar spam own_alert underived",
    "MailboxRole": "inbox sent junk trash drafts",
    "Outcome": "met missed waiting",
    "Part": (
        "request reminder reply holding_reply acknowledgement automatic_acknowledgement redirection survey "
        "doubtful_reply follow_up thanks forward aside"
    ),
    "ServiceBasis": "recipient mailbox forward keyword decision",
    "Side": "citizen outbound internal aside",
    "Source": "facts decisions rules calendar",
    "Unit": "working_days calendar_days opening_hours",
    "VolumeBasis": "last_year this_year",
}
RUN_OUTCOMES = ["running", "ok", "stopped", "transient", "permanent", "refused", "elsewhere", "refused check"]


def enums_of_the_core() -> dict[str, list[str]]:
    found = {}
    for module in pkgutil.walk_packages(mailsla.core.__path__, "mailsla.core."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == module.name:
                found[name] = [item.value for item in value]
    return found


def test_every_code_is_the_word_that_the_store_and_the_documents_hold() -> None:
    found = enums_of_the_core()

    assert {name: found[name] for name in CODES} == {name: codes.split() for name, codes in CODES.items()}
    assert found["RunOutcome"] == RUN_OUTCOMES


def test_the_words_that_the_outbox_and_the_alerts_hold() -> None:
    assert (outgoing.DIGEST, digests.OVERDUE, BODY_SAYS) == ("digest", "overdue", "body-says")


def test_the_fields_asked_for_are_these_and_those_kept_are_among_them() -> None:
    assert " ".join(KEPT_FIELDS) == (
        "auto-submitted content-class content-description content-type delivered-to feedback-id list-help list-id "
        "list-post list-subscribe list-unsubscribe mailing-list precedence return-path x-auto-response-suppress "
        "x-autoreply x-autorespond x-autoresponder x-beenthere x-failed-recipients x-mailer x-mailsla "
        "x-ms-exchange-generated-message-source x-ms-exchange-inbox-rules-loop x-ms-exchange-message-is-ndr "
        "x-original-to x-spam-flag x-spam-status x-vacation"
    )
    assert " ".join(REQUESTED_FIELDS) == (
        "bcc cc date from in-reply-to message-id received references reply-to sender subject thread-index to "
        + " ".join(KEPT_FIELDS)
    )
