"""What only thanks opens nothing: a subject, or the text of an answer to a mail of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.mail.header import BODY_SAYS, BODY_THANKS, Header
from mailsla.core.mail.thanks_words import LONGEST_THANKS, THANKS_VERSION, only_thanks, says_thanks
from mailsla.core.office.body_evidence import READ_BYTES, needs_body, with_body
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import derive
from tests.factories import CITIZEN, CONTACT, OFFICE, RULES, mail, paris, reply

OURS = f"r1@{OFFICE.domains[0]}"
BACK = Header(
    message_id="q2@mail.example", in_reply_to=(OURS,), senders=(CITIZEN,), to=(CONTACT,), subject="RE: Titre"
)


@pytest.mark.parametrize(
    "words",
    [
        "merci",
        "Merci beaucoup !",
        "MERCI POUR VOTRE RÉPONSE",
        "Merci de votre aide et de votre réactivité",
        "Un grand merci pour votre aide",
        "Je vous remercie infiniment",
        "Bien reçu, merci",
        "Remerciements",
        "Thank you very much",
    ],
)
def test_words_that_only_thank(words: str) -> None:
    assert says_thanks(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Merci de me répondre",
        "Merci de votre réponse sur le fond",
        "Merci de traiter mon dossier",
        "Merci pour votre passeport",
        "Carte grise, merci",
        "Remercier",
    ],
)
def test_words_that_ask_or_say_more(words: str) -> None:
    assert not says_thanks(words)


@pytest.mark.parametrize(
    "text",
    [
        "Merci.",
        "Bonjour,\n\nMerci beaucoup pour votre réponse.\n\nCordialement,\nCamille Durand",
        "Bonjour Madame,\nJe vous remercie.\nBonne journée\n\n-----Message d'origine-----\nDe : x\nMon dossier ?",
        "merci bien\n> Et votre dossier ?",
        "Merci\nCamille",
        "Parfait, merci pour votre aide !\nEnvoyé de mon iPhone\nbla bla",
        "Bonsoir.\nMerci.\nLe lun. 2 mars 2026 à 10:00, Contact <a@pref.example.fr> a écrit :\nVotre carte…",
        "Merci.\n\nLe lun. 2 mars 2026 à 10:00, Contact <a@pref.example.fr>\na écrit :\n\n> Votre carte",
        "Merci.\n\nLe lun. 2 mars 2026 à 10:00, Contact\n<a@pref.example.fr> a écrit :\n\n> Votre carte",
        "Merci.\nEnvoyé à partir de Outlook pour Android\n____\nDe : Contact",
        "Merci beaucoup.\n\nProvenance : Courrier pour Windows\n\nDe : Contact",
        "Bonjour Monsieur Petit,\nMerci beaucoup, bonne journée.",
        "Bonjour, merci pour votre aide.",
        "Merci.\n\nCordialement,\n\nCamille Durand\n06 12 34 56 78",
        "Merci.\nCordialement\nCamille Durand\nTél : +33 6 12 34 56 78",
        "Hello,\nThank you very much for your help.\nBest regards,\nCamille",
    ],
)
def test_a_text_that_only_thanks(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bonjour,",
        "> Merci",
        "Merci. Et mon passeport ?",
        "Merci. Il me faut aussi un passeport.",
        "Merci pour votre réponse.\nJe joins la pièce demandée.\nCordialement",
        "Cordialement,\nCamille",
        "Merci.\nCordialement,\nPS : le dossier est incomplet depuis mars",
        "Merci.\nCamille Durand habite maintenant au 3 rue des Lilas",
        "Merci beaucoup.\n" * (LONGEST_THANKS // 15),
        "Merci.\nDossier urgent",
        "Merci.\nmon dossier 123",
        "Merci.\n> Quelle pièce ?\nMa carte grise\n> Et la date ?\nLe 3 mars",
        "Merci.\n> Quelle pièce ?\n\nMa carte grise",
        "Cordialement,\nMerci",
        "Je ne vous remercie pas.",
        "Merci.\nLe service des titres m'a écrit que mon dossier est incomplet.\nCamille Durand",
        "Merci pour votre réponse.\nEnvoyé depuis trois semaines, mon dossier reste introuvable.",
        "Merci.\nEnvoyé depuis un mois, mon dossier est perdu",
        "Merci.\nPasseport.\nCamille",
        "Merci, mon dossier est perdu",
        "Merci.\nCordialement,\nCamille Durand\n06 12 34 56 78 est mon numéro",
        "Bonjour Monsieur, rien compris. Merci",
        "Le service\nde la mairie m'a écrit :\nmerci",
    ],
)
def test_a_text_that_says_more_or_nothing(text: str) -> None:
    assert not only_thanks(text)


def test_the_text_is_read_of_an_answer_to_a_mail_of_ours_alone_and_a_little_of_it() -> None:
    assert needs_body(BACK, OFFICE)
    assert not needs_body(BACK._replace(in_reply_to=("r1@autre.example",)), OFFICE)
    assert not needs_body(BACK._replace(senders=(CONTACT,)), OFFICE)
    assert not needs_body(BACK._replace(subject="RE: merci !"), OFFICE)
    assert not needs_body(BACK._replace(kept=(("list-id", "<a.example.org>"),)), OFFICE)
    assert needs_body(BACK._replace(senders=("mailer-daemon@mx.example.net",)), OFFICE)


def test_what_is_found_is_kept_and_not_the_text() -> None:
    thanks = with_body(BACK, b"Content-Type: text/html", b"<p>Merci beaucoup&nbsp;!</p>", OFFICE)

    assert thanks.kept == ((BODY_THANKS, THANKS_VERSION),)
    styled = b"<STYLE>p {margin:0}</Style><style>p {color:red}</style><p>Merci.</p>"
    assert with_body(BACK, b"Content-Type: text/html", styled, OFFICE).has(BODY_THANKS)
    assert with_body(BACK, b"Content-Type: text/html", b"<p>Merci</p><style>p {", OFFICE).has(BODY_THANKS)
    assert with_body(BACK, b"", b"Et mon passeport", OFFICE) == BACK
    assert with_body(BACK, b"", b"undeliverable", OFFICE).field(BODY_SAYS) == ""


def test_what_is_attached_or_was_not_read_may_say_more() -> None:
    attached = b'Content-Type: multipart/mixed; boundary="b"'
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nMerci.\r\n--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n--b--"
    quoted = b"Merci.\n> " + b"a" * 80 + b"\n"

    assert with_body(BACK, attached, parts, OFFICE) == BACK
    assert with_body(BACK, attached.replace(b"mixed", b"related"), parts, OFFICE).has(BODY_THANKS)
    assert with_body(BACK, b"", quoted, OFFICE).has(BODY_THANKS)
    assert with_body(BACK, b"", quoted + b"> oui\n" * READ_BYTES, OFFICE) == BACK


def test_a_long_text_is_read_in_a_moment() -> None:
    words = ["Camille" * 40, "a, " * 99, "a-" * 149, "A'a " * 74, "merci " * 49]

    assert not any(only_thanks(f"Merci.\n{word} 1") for word in words)


def test_an_answer_that_only_thanks_opens_nothing() -> None:
    asked = mail("2026-11-02 10:00")
    answered = reply("2026-11-03 10:00", asked)
    back = mail(
        "2026-11-04 10:00",
        subject="RE : autre chose",
        replies_to=answered.header.message_id,
        kept=[(BODY_THANKS, THANKS_VERSION)],
    )

    assert len(derive([asked, answered, back], RULES).requests) == 1
    assert (
        len(derive([asked, answered, back._replace(header=back.header._replace(kept=()))], RULES).requests)
        == 2
    )


def test_thanks_for_a_mail_that_answered_no_request_open_none_until_a_person_cuts_them_off() -> None:
    told = mail("2026-11-03 10:00", by=CONTACT, to=CITIZEN, subject="Votre titre est disponible")
    back = mail(
        "2026-11-04 10:00",
        subject="RE : Votre titre est disponible",
        replies_to=told.header.message_id,
        kept=[(BODY_THANKS, THANKS_VERSION)],
    )

    derived = derive([told, back], RULES)
    assert (derived.requests, derived.classes[back.key]) == ((), MailClass.THANKS)
    cut = Decision(1, back.key, Action.SPLIT, "une question", "référent", paris("2026-11-05 10:00"))
    counted = replace(cut, action=Action.COUNT)
    for decision in (cut, counted):
        assert [request.key for request in derive([told, back], RULES, [decision]).requests] == [back.key]


def test_what_a_person_says_is_more_than_thanks_is_a_follow_up() -> None:
    asked = mail("2026-11-02 10:00")
    answered = reply("2026-11-03 10:00", asked)
    back = mail("2026-11-04 10:00", subject="RE: merci", replies_to=answered.header.message_id)
    counted = Decision(1, back.key, Action.COUNT, "il demande", "référent", paris("2026-11-05 10:00"))

    assert derive([asked, answered, back], RULES).classes[back.key] is MailClass.THANKS
    again = derive([asked, answered, back], RULES, [counted])
    assert again.classes[back.key] in {MailClass.FOLLOW_UP, MailClass.REQUEST}


def lines(*written: str) -> list[str]:
    return [item for line in written for item in line.split(";")]


CLOSINGS = lines(
    "Bien cordialement;Cordialement vôtre;Salutations;Salutations distinguées;Bien à vous;Respectueusement;À bientôt",
    "Très bonne journée;Bonne soirée à vous;Bonne continuation;Bonne fin de journée;Excellente journée;Cdlt;Bàv",
    "Sincères salutations",
)
GREETINGS = lines("Bonjour;Bonsoir madame;Madame;Monsieur;Messieurs;Mesdames;Chère Claude;Bonjour à tous")
ADDED = lines(
    "-----Message d'origine-----;________________;Le 3 mars, X a écrit :;On Monday, X wrote:;De : X;From: X",
    "Envoyé : lundi;Sent: Monday;Envoyé depuis mon téléphone;Sent from my phone;Obtenir Outlook pour Android",
    "Get Outlook for iOS;Télécharger Outlook pour Android",
)
GIVEN = lines(
    "accueil;aide;attention;compréhension;courriel;diligence;disponibilité;efficacité;envoi;explication;explications",
    "gentillesse;information;informations;mail;message;précision;précisions;rapidité;réactivité;renseignement",
    "réponse rapide;aide précieuse;réponses;retour;travail",
)


@pytest.mark.parametrize(
    "text",
    [
        *(f"Merci beaucoup.\n{closing},\nCamille Durand" for closing in CLOSINGS),
        *(f"{greeting},\nMerci beaucoup." for greeting in GREETINGS),
        *(f"Merci.\n{added}\nQuand recevrai-je ma carte ?" for added in ADDED),
        *(f"Merci pour votre {given}" for given in GIVEN),
    ],
)
def test_greetings_closings_and_what_programs_add_say_nothing_more(text: str) -> None:
    assert only_thanks(text)
