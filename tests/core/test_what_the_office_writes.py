"""What the office writes in a request's life: machines, holding replies, forwards, kinds of reply; and categories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.office.sides import Reading, read
from mailsla.core.pairing.request import Assignment, ServiceBasis
from mailsla.core.pairing.request_life import kind_of_reply
from mailsla.core.pairing.rules import CategoryRule, PairingRules, Part, ReplyRule
from mailsla.core.pairing.ties import ties
from tests.core.lives import ASKED, CLAUDE, FOREIGNERS, LICENCES, lived, parts, together
from tests.factories import CITIZEN, CONTACT, OFFICE, RULES, mail, paris, reply


def test_a_request_that_names_nobody_is_that_of_whom_the_office_answers() -> None:
    nameless = mail("2026-11-02 10:00", by="formulaire@pref.example.fr")
    answered = mail(
        "2026-11-03 10:00", by=CONTACT, to=CLAUDE, subject="x", replies_to=nameless.header.message_id
    )

    [request] = lived(nameless, answered)
    assert (request.citizens, request.answered_by) == ((CLAUDE,), answered.key)


MACHINE = (("auto-submitted", "auto-generated"),)


@pytest.mark.parametrize(
    ("at", "part"),
    [
        ("2026-11-02 10:10", Part.AUTOMATIC_ACKNOWLEDGEMENT),
        ("2026-11-02 10:11", Part.DOUBTFUL_REPLY),
    ],
)
def test_what_a_machine_writes_within_ten_minutes_acknowledges_and_later_is_doubtful(
    at: str, part: Part
) -> None:
    [request] = lived(ASKED, reply(at, ASKED, kept=MACHINE))

    assert [step.part for step in request.steps] == [Part.REQUEST, part]
    assert request.answered is None
    assert (request.acknowledged is not None) is (part is Part.AUTOMATIC_ACKNOWLEDGEMENT)


def test_an_automatic_reply_of_the_office_acknowledges_what_is_still_open_for_those_it_is_written_to() -> (
    None
):
    automatic = reply("2026-11-02 10:30", ASKED, kept=(("auto-submitted", "auto-replied"),))
    to_other = mail(
        "2026-11-02 10:30",
        by=CONTACT,
        to=CLAUDE,
        kept=automatic.header.kept,
        replies_to=ASKED.header.message_id,
    )
    citizen_s = mail("2026-11-02 10:30", kept=automatic.header.kept, replies_to=ASKED.header.message_id)
    answered = reply("2026-11-02 10:20", ASKED)

    assert parts(ASKED, automatic) == [["request", "automatic_acknowledgement"]]
    assert parts(ASKED, to_other) == [["request"]]
    assert parts(ASKED, citizen_s) == [["request"]]
    assert parts(ASKED, answered, automatic) == [["request", "reply"]]


def test_a_delivery_report_or_a_stranger_s_automatic_reply_acknowledges_nothing() -> None:
    report = mail(
        "2026-11-02 10:30",
        by="mailer-daemon@relais.example.net",
        to=CITIZEN,
        kept=[("x-failed-recipients", "x")],
        replies_to=ASKED.header.message_id,
    )
    stranger = mail(
        "2026-11-02 10:30",
        by=CLAUDE,
        to=CITIZEN,
        kept=[("x-vacation", "x")],
        replies_to=ASKED.header.message_id,
    )
    newsletter = mail("2026-11-02 10:30", by=CONTACT, to=CITIZEN, kept=[("list-id", "x")], thread_index="ab")

    assert parts(ASKED, report) == [["request"]]
    assert parts(ASKED, stranger) == [["request"]]
    assert [step.part for step in together(ASKED, newsletter)[0].steps] == [Part.REQUEST]


def test_a_mail_to_two_citizens_is_a_step_of_both_whatever_it_says() -> None:
    other = mail("2026-11-02 10:01", by=CLAUDE, references=[ASKED.header.message_id or ""])

    def both(kept: list[tuple[str, str]], subject: str = "RE : x") -> list[list[str]]:
        letter = mail(
            "2026-11-02 11:00",
            by=CONTACT,
            to=[CITIZEN, CLAUDE],
            subject=subject,
            kept=kept,
            replies_to=ASKED.header.message_id,
        )
        return parts(ASKED, other, letter)

    assert both([*MACHINE]) == [["request", "doubtful_reply"]] * 2
    assert both([], HOLDING) == [["request", "holding_reply"]] * 2


def test_a_reply_is_a_step_of_what_it_names_alone() -> None:
    answered, again = (
        reply("2026-11-03 10:00", ASKED),
        mail("2026-11-04 10:00", replies_to=ASKED.header.message_id),
    )
    second, third = reply("2026-11-05 10:00", again), reply("2026-11-06 10:00", ASKED)

    assert parts(ASKED, answered, again, second) == [["request", "reply"], ["follow_up", "reply"]]
    assert parts(ASKED, answered, again, third) == [["request", "reply", "reply"], ["follow_up"]]


HOLDING = "Réponse d'attente : réponse avant le 15/12/2026"


def test_the_dates_announced_before_the_answer_are_kept_unless_holding_stops_the_clock() -> None:
    first = reply("2026-11-03 10:00", ASKED)
    first = first._replace(header=first.header._replace(subject=HOLDING))
    second = reply("2026-11-04 10:00", ASKED)
    second = second._replace(header=second.header._replace(subject=HOLDING.replace("15", "20")))
    answered = reply("2026-11-05 10:00", ASKED)
    after = reply("2026-11-06 10:00", ASKED)
    after = after._replace(header=after.header._replace(subject=HOLDING.replace("15", "25")))

    def announced(*mails: Mail, rules: PairingRules = RULES) -> list[int]:
        [request, *_follow_ups] = lived(ASKED, *mails, rules=rules)
        return [item.answer_by.day for item in request.announcements]

    assert announced(first) == [15]
    assert announced(first, second, answered, after) == [15, 20]
    assert announced(first, rules=replace(RULES, holding_stops=True)) == []
    [request] = lived(ASKED, first, answered)
    assert (request.first_response, request.answered) == (
        Moment(paris("2026-11-03 10:00"), Basis.SENDER_CLOCK),
        Moment(paris("2026-11-05 10:00"), Basis.SENDER_CLOCK),
    )
    assert request.acknowledged is None
    assert Reading(*read(ASKED, OFFICE)).key == ASKED.key


def test_a_forward_gives_the_request_that_it_names_else_the_last_one_to_another_service() -> None:
    first = mail("2026-11-02 10:00", to=FOREIGNERS)
    other = mail("2026-11-02 11:00", to=FOREIGNERS, by=CLAUDE, references=[first.header.message_id or ""])
    named = mail("2026-11-03 10:00", by=CONTACT, to=LICENCES, replies_to=first.header.message_id)
    unnamed = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to=LICENCES,
        references=["unseen@x.fr"],
        thread_index="ab",
        subject="x",
    )
    same = mail("2026-11-03 10:00", by=CONTACT, to=FOREIGNERS, replies_to=first.header.message_id)

    assert [request.service for request in lived(first, other, named)] == ["Permis", "Étrangers"]
    assert [request.service for request in together(first, other, unnamed)] == ["Étrangers", "Permis"]
    assert lived(first, named)[0].assignments == (
        Assignment("Étrangers", paris("2026-11-02 10:00"), ServiceBasis.RECIPIENT),
        Assignment("Permis", paris("2026-11-03 10:00"), ServiceBasis.FORWARD),
    )
    back = mail(
        "2026-11-04 10:00", by=CONTACT, to=FOREIGNERS, replies_to=first.header.message_id, subject="y"
    )
    assert [item.service for item in lived(first, named, back)[0].assignments] == [
        "Étrangers",
        "Permis",
        "Étrangers",
    ]
    reminder = mail("2026-11-02 12:00", to=FOREIGNERS, replies_to=first.header.message_id)
    assert [request.service for request in lived(first, other, reminder, named)] == ["Permis", "Étrangers"]
    assert len(lived(first, same)[0].assignments) == 1
    assert lived(ASKED, same._replace(header=same.header._replace(to=(CONTACT,))))[0].assignments == ()
    assert together(named) == ()


@pytest.mark.parametrize(
    ("rule", "recognises"),
    [
        (ReplyRule(Part.SURVEY, subjects=("enquête",)), True),
        (ReplyRule(Part.SURVEY, subjects=("satisfaction",)), False),
        (ReplyRule(Part.SURVEY, senders=("robot@pref.example.fr",)), True),
        (ReplyRule(Part.SURVEY, senders=("autre@pref.example.fr",)), False),
        (ReplyRule(Part.SURVEY, mailboxes=("Enquêtes",)), True),
        (ReplyRule(Part.SURVEY, mailboxes=("enquêtes",)), False),
        (ReplyRule(Part.SURVEY, keywords=("enquete",)), True),
        (ReplyRule(Part.SURVEY, keywords=("autre",)), False),
        (ReplyRule(Part.SURVEY), False),
        (ReplyRule(Part.SURVEY, ("autre",), ("autre@x.fr",), ("Autre",), ("enquete",)), True),
    ],
)
def test_a_kind_of_reply_is_known_by_any_of_its_signs(rule: ReplyRule, recognises: bool) -> None:
    place = Copy("contact", "Enquêtes", MailboxRole.SENT, keywords=(("autres", paris("2026-11-03 10:00")),))
    tagged = place._replace(mailbox="Sent", keywords=(("Enquete", paris("2026-11-03 10:00")),))
    letter = mail(
        "2026-11-03 10:00", by="robot+x@pref.example.fr", to=CITIZEN, subject="RE : Enquête de satisfaction",
        copies=[place, tagged],
    )  # fmt: skip

    assert rule.recognises(letter) is recognises
    first = ReplyRule(Part.REDIRECTION, subjects=("enquête de",))
    assert kind_of_reply(letter, replace(RULES, replies=(first, rule))) is Part.REDIRECTION
    assert kind_of_reply(letter, replace(RULES, replies=(rule,))) is (
        Part.SURVEY if recognises else Part.REPLY
    )


@pytest.mark.parametrize(
    ("rule", "category"),
    [
        (CategoryRule("complaint", addresses=("reclamations@pref.example.fr",)), "complaint"),
        (CategoryRule("complaint", mailboxes=("Réclamations",)), "complaint"),
        (CategoryRule("complaint", subjects=("guichet",)), "complaint"),
        (CategoryRule("complaint", subjects=("uichet",)), "autre"),
        (CategoryRule("complaint", subjects=(".*",)), "autre"),
        (CategoryRule("complaint"), "autre"),
    ],
)
def test_a_category_is_known_by_any_of_its_signs_and_the_first_declared_wins(
    rule: CategoryRule, category: str
) -> None:
    letter = mail(
        "2026-11-02 10:00", to="reclamations+x@pref.example.fr", subject="Le GUICHET fermé",
        copies=[Copy("contact", "Réclamations", MailboxRole.INBOX, paris("2026-11-02 10:00"))],
    )  # fmt: skip
    rules = replace(RULES, default_category="autre", categories=(rule,))

    assert lived(letter, rules=rules)[0].category == category
    again = replace(rules, categories=(rule, CategoryRule("suggestion", subjects=("guichet",))))
    assert lived(letter, rules=again)[0].category == (
        "complaint" if category == "complaint" else "suggestion"
    )
    assert lived(letter, rules=replace(rules, categories=()))[0].category == "autre"


@pytest.mark.parametrize(
    ("subject", "answers"),
    [
        ("Accusé de réception : Renouvellement de mon titre", False),
        ("[Préfecture] ACCUSÉ DE RÉCEPTION", False),
        ("Nous avons bien reçu votre demande", False),
        ("Votre message a bien été reçu", False),
        ("Votre demande a bien été enregistrée", False),
        ("Votre demande a bien été prise en compte", False),
        ("Votre courriel nous est bien parvenu", False),
        ("Votre mail a bien été reçu", False),
        ("NOUS AVONS BIEN RECU VOTRE MESSAGE", False),
        ("Nous accusons réception de votre demande", False),
        ("Accusé d’enregistrement de votre demande", False),
        ("Accusé réception", False),
        ("Confirmation de la réception de votre courriel", False),
        ("Confirmation d'enregistrement", False),
        ("Nous avons reçu votre message", False),
        ("Votre demande a été enregistrée sous le n° 1234", False),
        ("Votre demande n° 12 a bien été enregistrée", False),
        ("Votre demande nous a été utile", True),
        ("Nous avons reçu la réponse du tribunal", True),
        ("Réponse automatique : Titre", False),
        ("RE : Réponse automatique : Titre", True),
        ("Réponse automatisée à éviter", True),
        ("Bonne réception de votre demande", False),
        ("Réception du public : horaires", True),
        ("Réception de votre nouveau passeport", True),
        ("Confirmation de votre rendez-vous", True),
        ("Votre demande est acceptée", True),
        ("Votre demande de titre a bien été acceptée", True),
        ("RE : Confirmation de réception", True),
        ("RE : Accusé de réception de mon dossier", True),
        ("Votre accusé de réception", True),
    ],
)
def test_a_mail_that_only_says_what_was_received_answers_nothing(subject: str, answers: bool) -> None:
    said = reply("2026-11-03 10:00", ASKED)
    said = said._replace(header=said.header._replace(subject=subject))

    [request] = lived(ASKED, said)

    assert (request.answered is not None) is answers
    assert (request.acknowledged is not None) is not answers
    [later] = lived(ASKED, said, reply("2026-11-04 10:00", ASKED))
    assert later.answered is not None


@pytest.mark.parametrize("place", ["to", "cc"])
def test_whoever_the_citizen_wrote_to_as_well_may_remind_and_be_answered(place: str) -> None:
    spouse = "dominique.petit@example.org"
    to = {"to": (CONTACT, spouse)} if place == "to" else {"cc": (spouse,)}
    asked = mail("2026-11-02 10:00", **to)
    again = mail("2026-11-03 10:00", by=spouse, subject="RE : titre", replies_to=asked.header.message_id)

    [request] = lived(asked, again)

    assert {step.part for step in request.steps} >= {Part.REMINDER}
    [answered] = lived(asked, again, reply("2026-11-04 10:00", again))
    assert answered.answered is not None


@pytest.mark.parametrize("place", ["to", "cc"])
def test_a_reply_to_whoever_was_written_to_as_well_is_tied_to_the_request_and_answers_nobody(
    place: str,
) -> None:
    lawyer = "avocat+pref@example.org"
    to = {"to": (CONTACT, lawyer)} if place == "to" else {"cc": (lawyer,)}
    asked = mail("2026-11-02 10:00", subject="Carte grise Dupont", **to)
    answered = mail("2026-11-03 10:00", by=CONTACT, to=lawyer, subject="Re: Carte grise Dupont")

    assert set(ties(asked.header, OFFICE)) & set(ties(answered.header, OFFICE))
    [request] = lived(asked, answered)
    assert (request.answered, request.citizens) == (None, (CITIZEN,))
    named = mail("2026-11-03 10:00", by=CONTACT, to=lawyer, subject="x", replies_to=asked.header.message_id)
    [request] = lived(asked, named)
    assert request.answered is None


@pytest.mark.parametrize(
    ("subject", "part"),
    [
        ("Réponse d\u2019attente", Part.HOLDING_REPLY),
        ("Re\u0301ponse d'attente", Part.HOLDING_REPLY),
        ("Accuse\u0301 de re\u0301ception", Part.ACKNOWLEDGEMENT),
        ("Accusé de reception", Part.ACKNOWLEDGEMENT),
    ],
)
def test_accents_and_apostrophes_are_read_however_they_are_written(subject: str, part: Part) -> None:
    said = reply("2026-11-03 10:00", ASKED)
    said = said._replace(header=said.header._replace(subject=subject))

    assert kind_of_reply(said, RULES) is part
    [request] = lived(ASKED, said)
    assert request.answered is None


def test_who_asks_for_a_receipt_is_answered_under_the_same_subject() -> None:
    asked = mail("2026-11-02 10:00", subject="Accusé de réception de mon dossier")
    answered = reply("2026-11-03 10:00", asked)
    answered = answered._replace(header=answered.header._replace(subject=asked.header.subject))

    [request] = lived(asked, answered)

    assert request.answered_by == answered.key
