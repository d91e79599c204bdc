"""What a site declares: forms, kinds of reply, closings; and what people decide, over any order of arrival."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.instants import Basis
from mailsla.core.office.body_evidence import first_text, needs_body, with_body
from mailsla.core.office.forms import AddressSource, Form
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.decision import Action, Decision, in_force
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.request import ServiceBasis
from mailsla.core.pairing.rules import CategoryRule, ClosingEffect, ClosingRule, Part, ReplyRule
from tests.factories import CITIZEN, CONTACT, OFFICE, RULES, mail, paris, reply

FORM = "rdv@pref.example.fr"
BOOKING = Form(
    frozenset({FORM}),
    (AddressSource.REPLY_TO, AddressSource.SUBJECT, AddressSource.BODY),
    re.compile(r"de (\S+@\S+)$"),
    re.compile(r"(?im)^courriel\s*:\s*(\S+)"),
)
WITH_FORM = replace(OFFICE, forms=(BOOKING,))


def header(*lines: str) -> Header:
    return read_header("\r\n".join(lines).encode())


@pytest.mark.parametrize(
    ("lines", "asker"),
    [
        ((f"From: {FORM}", "Reply-To: a@example.org", "Subject: de b@example.org"), ("a@example.org",)),
        ((f"From: {FORM}", "Subject: Demande de b@example.org"), ("b@example.org",)),
        ((f"From: {FORM}", f"Reply-To: {FORM}", "Subject: Demande de b@example.org"), ("b@example.org",)),
        ((f"From: {FORM}", "Subject: Demande"), ()),
        ((f"From: {FORM}", "Subject: Demande de personne@@"), ()),
    ],
)
def test_a_form_s_citizen_is_looked_for_where_it_says_in_that_order(
    lines: tuple[str, ...], asker: tuple[str, ...]
) -> None:
    assert BOOKING.addresses(header(*lines)) == asker


def test_the_body_is_read_only_when_no_earlier_source_says_who_asks() -> None:
    assert needs_body(header(f"From: {FORM}", "Subject: Demande"), WITH_FORM)
    assert not needs_body(header(f"From: {FORM}", "Reply-To: a@example.org", "Subject: x"), WITH_FORM)
    assert not needs_body(header("From: a@example.org", "Subject: x"), WITH_FORM)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"Content-Type: text/plain; charset=utf-8", "Nom : É\r\nCourriel : c@example.org\r\n".encode()),
        (
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64",
            b"Tm9tIDogWApDb3VycmllbCA6IGNAZXhhbXBsZS5vcmcK",
        ),
        (
            b"Content-Type: multipart/mixed; boundary=o",
            (
                b"--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\n"
                b"Courriel : c@example.org\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>autre"
            ),
        ),
        (b"Content-Type: text/html", b"<table><tr><td>Nom : X</td></tr><tr><td>Courriel : c@example.org<br>"),
        (
            b"Content-Type: text/html",
            b"&#" + b"9" * 5000 + b"; &#x" + b"f" * 5000 + b";<br>Courriel : c&#64;example.org<br>",
        ),
    ],
)
def test_the_address_is_read_in_the_first_text_part_however_it_is_written(
    content: bytes, body: bytes
) -> None:
    asked = with_body(header(f"From: {FORM}", "Subject: Demande"), content, body, WITH_FORM)

    assert BOOKING.addresses(asked) == ("c@example.org",)


@pytest.mark.parametrize("parameter", [b";", b";a=", b';a="'])
def test_parameters_as_long_as_a_literal_are_not_taken_apart(parameter: bytes) -> None:
    """In the square of its length a field would take hours, during which nothing else would run."""
    fields = b"Content-Type: text/html" + parameter * 2_000_000 + b"\r\nContent-Transfer-Encoding: base64\r\n"

    assert first_text(fields, b"PGI+Qm9uam91cjwvYj4=") == "Bonjour"


def test_no_address_is_looked_for_in_a_word_longer_than_any() -> None:
    anywhere = Form(frozenset({FORM}), (AddressSource.BODY,), body_pattern=re.compile(r"\S+@\S+"))

    assert anywhere.asked_by("a" * 1_500 + "@example.org c@example.org") == ("c@example.org",)
    assert anywhere.asked_by("a" * 900 + " d@example.org") == ("d@example.org",)


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_body_gives_a_text(content: bytes, body: bytes) -> None:
    assert isinstance(first_text(content, body), str)


def test_a_mail_of_a_daemon_is_a_delivery_report_when_its_body_says_so_and_only_that_is_kept() -> None:
    plain = header("From: MAILER-DAEMON@relais.example.net", "Subject: bonjour")
    told = with_body(plain, b"", b"Your message could not be delivered to x@example.org", OFFICE)

    assert needs_body(plain, OFFICE)
    assert not needs_body(told, OFFICE)
    assert told.kept == (("body-says", "delivery_report"),)


def parts(derivation: Derivation) -> list[list[str]]:
    return [[step.part.value for step in request.steps] for request in derivation.requests]


@pytest.mark.parametrize(
    ("part", "stops"),
    [
        (Part.ACKNOWLEDGEMENT, False),
        (Part.HOLDING_REPLY, False),
        (Part.SURVEY, False),
        (Part.REDIRECTION, True),
        (Part.REPLY, True),
    ],
)
@pytest.mark.parametrize(
    "rule",
    [
        {"subjects": ("votre dossier",)},
        {"senders": ("robot@pref.example.fr",)},
        {"mailboxes": ("Réponses types",)},
        {"keywords": ("type",)},
    ],
)
def test_each_kind_of_reply_is_recognised_by_each_sign_and_stops_the_clock_or_not(
    part: Part,
    stops: bool,
    rule: dict[str, tuple[str, ...]],
) -> None:
    asked = mail("2026-11-02 10:00")
    place = Copy(
        "contact", "Réponses types", MailboxRole.SENT, keywords=(("Type", paris("2026-11-03 10:00")),)
    )
    sent = mail(
        "2026-11-03 10:00",
        by="robot@pref.example.fr",
        to=CITIZEN,
        subject="Re: Votre dossier 12",
        replies_to=asked.header.message_id,
        copies=(place,),
    )
    rules = replace(RULES, replies=(ReplyRule(part, **rule),))

    [request] = derive([asked, sent], rules).requests

    assert [step.part for step in request.steps] == [Part.REQUEST, part]
    assert (request.answered is not None) == stops
    responded = part is not Part.SURVEY
    assert (request.first_response is not None) == responded
    assert (request.acknowledged is not None) == (part is Part.ACKNOWLEDGEMENT)


def test_a_holding_reply_s_announced_date_is_kept_until_the_answer() -> None:
    asked = mail("2026-11-02 10:00")
    waiting = mail(
        "2026-11-04 10:00",
        by=CONTACT,
        to=CITIZEN,
        subject="Réponse d'attente : réponse avant le 15 décembre",
        replies_to=asked.header.message_id,
    )

    [request] = derive([asked, waiting], RULES).requests

    assert [item.answer_by for item in request.announcements] == [date(2026, 12, 15)]


def test_an_automatic_acknowledgement_of_the_office_is_reported_and_stops_nothing() -> None:
    asked = mail("2026-11-02 10:00")
    machine = reply("2026-11-02 10:01", asked, kept=(("auto-submitted", "auto-replied"),))

    [request] = derive([asked, machine], RULES).requests

    assert request.answered is None
    assert request.acknowledged is not None


FILED = Copy(
    "contact", "Traité par téléphone", MailboxRole.INBOX, None, first_seen_at=paris("2026-11-05 09:00")
)
WAITING = Copy(
    "contact",
    "INBOX",
    MailboxRole.INBOX,
    present=False,
    first_seen_at=paris("2026-11-02 10:00"),
    gone_at=paris("2026-11-05 09:00"),
)
TAGGED = Copy("contact", "INBOX", MailboxRole.INBOX, None, keywords=(("Traite", paris("2026-11-05 09:00")),))
CLOSING = {"mailboxes": ("Traité par téléphone",), "keywords": ("traite",)}


@pytest.mark.parametrize("place", [FILED, TAGGED])
def test_a_request_filed_by_an_agent_is_answered_at_that_instant(place: Copy) -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.ANSWERED, "téléphone", **CLOSING),))

    [request] = derive([mail("2026-11-02 10:00", copies=(place,))], rules).requests

    assert request.answered is not None
    assert (request.answered.at, request.answered.basis) == (paris("2026-11-05 09:00"), Basis.FILED)


@pytest.mark.parametrize("place", [FILED, TAGGED])
def test_a_request_filed_without_answer_is_excluded_with_the_reason(place: Copy) -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.EXCLUDED, "sans suite", **CLOSING),))

    [request] = derive([mail("2026-11-02 10:00", copies=(place,))], rules).requests

    assert (request.answered, request.excluded) == (None, "sans suite")


def test_a_request_moved_back_is_open_again() -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.EXCLUDED, "sans suite", **CLOSING),))
    left = FILED._replace(present=False, gone_at=paris("2026-11-06 09:00"))
    back = WAITING._replace(present=True, gone_at=None, first_seen_at=paris("2026-11-06 08:59"))

    [request] = derive([mail("2026-11-02 10:00", copies=(WAITING, left, back))], rules).requests

    assert request.excluded is None


YEARS_END = paris("2027-01-04 09:00")
EMPTIED = FILED._replace(present=False, gone_at=YEARS_END)
RENUMBERED = FILED._replace(first_seen_at=YEARS_END - timedelta(seconds=1))
ARCHIVED = Copy("contact", "Archives 2026", MailboxRole.INBOX, first_seen_at=YEARS_END)
COPIED = WAITING._replace(present=True, gone_at=None)


@pytest.mark.parametrize(
    "copies",
    [
        (WAITING, EMPTIED),
        (WAITING, EMPTIED, RENUMBERED),
        (WAITING, EMPTIED, ARCHIVED),
        (COPIED, EMPTIED),
        (TAGGED._replace(present=False, gone_at=YEARS_END), ARCHIVED),
        (TAGGED._replace(present=False, gone_at=YEARS_END),),
    ],
    ids=[
        "emptied",
        "renumbered",
        "renamed",
        "copied then emptied",
        "tagged then archived",
        "tagged then expunged",
    ],
)
def test_what_was_closed_stays_closed_at_that_instant_when_its_copy_goes(copies: tuple[Copy, ...]) -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.ANSWERED, "téléphone", **CLOSING),))

    [request] = derive([mail("2026-11-02 10:00", copies=copies)], rules).requests

    assert request.answered is not None
    assert request.answered.at == paris("2026-11-05 09:00")


def test_a_request_closed_once_more_is_closed_at_the_last_time() -> None:
    rules = replace(RULES, closings=(ClosingRule(ClosingEffect.ANSWERED, "téléphone", **CLOSING),))
    left = FILED._replace(present=False, gone_at=paris("2026-11-06 09:00"))
    back = WAITING._replace(first_seen_at=paris("2026-11-06 08:59"), gone_at=paris("2026-11-10 09:00"))
    again = FILED._replace(first_seen_at=paris("2026-11-10 09:01"))

    [request] = derive([mail("2026-11-02 10:00", copies=(WAITING, left, back, again))], rules).requests

    assert request.answered is not None
    assert request.answered.at == paris("2026-11-10 09:01")


def test_a_keyword_gives_a_request_to_a_service_that_nothing_gave_it_before() -> None:
    office = replace(OFFICE, services=tuple(replace(item, keywords=(item.name,)) for item in OFFICE.services))
    place = Copy(
        "contact", "INBOX", MailboxRole.INBOX, None, keywords=(("permis", paris("2026-11-03 09:00")),)
    )

    [request] = derive([mail("2026-11-02 10:00", copies=(place,))], replace(RULES, office=office)).requests

    [assignment] = request.assignments
    assert (assignment.service, assignment.basis) == ("Permis", ServiceBasis.KEYWORD)
    assert assignment.since == paris("2026-11-03 09:00")


def test_a_complaint_is_recognised_by_its_subject_at_the_beginning_of_a_word() -> None:
    rules = replace(RULES, categories=(CategoryRule("complaint", subjects=("réclamation",)),))
    asked = [
        mail("2026-11-02 10:00", subject="RÉCLAMATIONS au guichet"),
        mail("2026-11-02 11:00", by="b@example.org", subject="Non-proclamation"),
    ]

    assert [request.category for request in derive(asked, rules).requests] == ["complaint", "information"]


def decision(number: int, target: str, action: Action, **changes: object) -> Decision:
    made = Decision(number, target, action, "parce que", "référent", paris("2026-11-10 09:00"))
    return replace(made, **changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


ASKED = mail("2026-11-02 10:00")
LONE = mail("2026-11-04 10:00", by=CONTACT, to=CITIZEN, subject="Votre titre de séjour")


def test_a_doubtful_reply_is_joined_by_a_decision_and_the_doubt_is_gone() -> None:
    before = derive([ASKED, LONE], RULES)
    after = derive([ASKED, LONE], RULES, [decision(1, LONE.key, Action.JOIN, other=ASKED.key)])

    assert (len(before.doubts), before.requests[0].answered) == (1, None)
    assert (after.doubts, after.requests[0].answered_by) == ((), LONE.key)
    assert after.links[LONE.key].evidence is Evidence.DECISION
    assert len(after.conversations) == 1


def test_a_doubtful_reply_may_be_said_to_answer_nothing() -> None:
    after = derive([ASKED, LONE], RULES, [decision(1, LONE.key, Action.DISMISS)])

    assert (after.doubts, after.requests[0].answered) == ((), None)


def test_a_mail_cut_from_its_conversation_answers_nothing_there() -> None:
    answered = reply("2026-11-04 10:00", ASKED)
    after = derive([ASKED, answered], RULES, [decision(1, answered.key, Action.SPLIT)])

    assert after.requests[0].answered is None
    assert len(after.conversations) == 2


def test_a_request_answered_elsewhere_is_answered_then_unless_a_mail_came_before() -> None:
    phone = decision(1, ASKED.key, Action.ANSWERED, at=paris("2026-11-05 18:00"), text="téléphone")
    sooner, later = reply("2026-11-03 10:00", ASKED), reply("2026-11-06 10:00", ASKED)

    by_phone = derive([ASKED, later], RULES, [phone]).requests[0]
    by_mail = derive([ASKED, sooner], RULES, [phone]).requests[0]

    assert by_phone.answered is not None
    assert (by_phone.answered.at, by_phone.answered.basis) == (paris("2026-11-05 18:00"), Basis.DECISION)
    assert by_mail.answered_by == sooner.key


def test_a_request_is_excluded_assigned_and_put_in_a_category_by_decisions() -> None:
    [request] = derive(
        [ASKED],
        RULES,
        [
            decision(1, ASKED.key, Action.EXCLUDE, reason="doublon"),
            decision(2, ASKED.key, Action.ASSIGN, text="Permis"),
            decision(3, ASKED.key, Action.CATEGORY, text="complaint"),
        ],
    ).requests

    assert (request.excluded, request.service, request.category) == ("doublon", "Permis", "complaint")


def test_an_undone_decision_is_as_if_it_had_not_been_and_an_undo_can_be_undone() -> None:
    exclude = decision(1, ASKED.key, Action.EXCLUDE)
    undo = decision(2, ASKED.key, Action.UNDO, undone=1)
    redo = decision(3, ASKED.key, Action.UNDO, undone=2)

    assert in_force([exclude, undo]).all == ()
    assert in_force([redo, exclude, undo]).all == (exclude,)


@given(st.permutations(range(6)), st.data())
def test_decisions_hold_in_whatever_order_the_mails_came(order: list[int], data: st.DataObject) -> None:
    again = mail("2026-11-09 10:00", replies_to=ASKED.header.message_id)
    other = mail("2026-11-02 12:00", by="b@example.org")
    answered = reply("2026-11-05 10:00", other)
    late = reply("2026-11-12 10:00", again)
    mails: list[Mail] = [ASKED, LONE, again, other, answered, late]
    decisions = [
        decision(1, LONE.key, Action.JOIN, other=ASKED.key),
        decision(2, answered.key, Action.SPLIT),
        decision(3, other.key, Action.EXCLUDE),
    ]
    shuffled = data.draw(st.permutations(decisions))

    found = derive([mails[index] for index in order], RULES, shuffled)

    assert found == derive(mails, RULES, decisions)
