"""Each word by which a machine is known, and a person's mail with the same words beside it."""

from __future__ import annotations

import pytest

from mailsla.core.mail.header import Header
from mailsla.core.mail.kinds import MailKind, kind_of
from mailsla.core.mail.signs import looks_returned
from tests.factories import CITIZEN

DAEMON = "mailer-daemon@relais.example.net"

RETURNED = """
Undeliverable: titre
Notification d'état de remise (échec)
Courrier refusé
Echec de la remise de votre message
Returned to sender
Return mail
Failure notice
Delivery notification
Delivery has failed
Delivery problem
Delivery report
Delivery error
Mail delivery
Mail system error
Message could not be delivered
Message not be delivered
Message delay
Delayed mail
Warning: message still here
Could not be send
It couldn't be delivered
Failed mail
Your mail could not go
Not delivered
Non-delivery
User unknown
Address not found
Address unknown
Rejected mail
Rejected: titre
Mail rejected
Échec de la remise
Échec de distribution
Non remis : titre
Non distribuable
Titre non-délivré
Message non remis
Message non distribué
Message non transmis
Courrier non lu
Avis de non-remise
Avis de non distribution
Mail non remis
Remise différée
Remise retardée
Impossible de remettre
配信
送信
宛先
エラー
Недоставлен
Unzustellbar
Non recapitabile
Devuelto
No se pudo
Mensagem não
Mail failure - malformed recipient address
Non remis: titre
Remis : titre
Retardé : titre
Relayé : titre
Échec : titre
Delivered: titre
Delayed: titre
Relayed: titre
Expanded: titre
Notification de l'état de remise (échec)
ECHEC DE DISTRIBUTION
ÉCHEC DE LIVRAISON : utilisateur inconnu
Échec de l’envoi de votre message
Rapport de non-remise : titre
Votre message n'a pas pu être remis
Votre message n’a pu être distribué
Courrier électronique non délivré
Attention : impossible d'envoyer un message
Délivrance impossible : titre
Distribution impossible de votre message
Erreur de remise : titre
Message rejeté : titre
Retour à l'expéditeur : titre
Boite aux lettres pleine
Mail quota exceeded
Your message could not be delivered
Onbestelbaar: titre
Não entregue: titre
No se puede entregar: titre
Entrega fallida
Niedostarczalne: titre
Kan inte levereras: titre
""".strip().splitlines()

ABSENCES = """
Réponse automatique : titre
Réponse auto
Auto-reply: titre
Auto response
Absence du bureau : titre
AUTO: Camille Durand is out of the office
AUTO : titre
Automatic reply: titre
Out of Office AutoReply: titre
Out of office
Automatische Antwort: titre
Resposta automática: titre
Message d'absence
Abwesenheitsnotiz
Respuesta automática
Risposta automatica
REPONSE AUTOMATIQUE : titre
Réponse d'absence : titre
[Réponse automatique] titre
[Auto-Reply] titre
Out of office reply: titre
Automatisch antwoord: titre
Afwezig: titre
Autosvar: titre
Automatiskt svar: titre
Automatisk svar: titre
Automaattinen vastaus: titre
Odpowiedź automatyczna: titre
Automatická odpověď: titre
Automatikus válasz: titre
Автоматический ответ: titre
Răspuns automat: titre
Otomatik yanıt: titre
自動応答: titre
Abwesend: titre
Fuera de la oficina: titre
Fuori sede: titre
""".strip().splitlines()

RECEIPTS = (
    "Lu : titre",
    "Non lu : titre",
    "Read: titre",
    "Not read: titre",
    "Confirmation de lecture",
    "Accusé de lecture",
    "Accuse de lecture",
    "Gelesen: titre",
    "Leído: titre",
    "Letto: titre",
    "Lida: titre",
    "Gelezen: titre",
)

DAEMONS = """
mailer-daemon mailerdaemon mail_daemon mdaemon mail-delivery-subsystem maildeliverysystem
microsoftexchange329e71ec88ae4615bbc36ab6ce41109e mta-daemon qmail-daemon
""".split()

SERVICES = """
post.master postmaster bounce bounces bounced no-reply-bounces noreply-bounce mailer
smtp majordomo-admin listserv exim
""".split()

BODIES = """
Final-Recipient: rfc822; a@example.org
Reporting-MTA : dns; relais.example.net
Diagnostic-Code: smtp; 550
X-Failed-Recipients: a@example.org
This is the mail system
This is the qmail-send program
This is the Postfix program
This is the mail delivery program
A permanent fatal error
did not reach the following recipient
could not be delivered
Delivery to the following recipient
Failed addresses follow
undeliverable
was not delivered to
No such user
Invalid user address
Votre message n'a pu etre remis au destinataire
Votre message n’a pas pu être distribué
Le courriel n'a pas pu être délivré
L'adresse x@example.org n'existe pas.
La boîte aux lettres pleine
boite pleine
""".strip().splitlines()


def header(subject: str = "", sender: str = CITIZEN, **kept: str) -> Header:
    fields = tuple((name.replace("_", "-"), value) for name, value in kept.items())
    return Header(subject=subject, senders=(sender,), kept=fields)


@pytest.mark.parametrize("subject", RETURNED)
def test_a_mail_that_comes_back_says_so_in_these_words_and_a_person_s_is_read(subject: str) -> None:
    found = kind_of(header(subject, DAEMON))

    assert (found.kind, found.reason and found.reason.code) == (
        MailKind.DELIVERY_REPORT,
        "daemon-and-subject",
    )
    assert kind_of(header(subject)).kind is MailKind.PERSON
    assert kind_of(header("Rendez-vous", DAEMON)).kind is MailKind.PERSON


def test_the_words_at_the_beginning_of_a_subject_are_not_looked_for_inside() -> None:
    assert kind_of(header("Dossier non remis : titre", DAEMON)).kind is MailKind.PERSON
    assert kind_of(header("Une absence", auto_submitted="auto-generated")).kind is MailKind.PERSON
    assert kind_of(header("Je l'ai lu : oui", auto_submitted="auto-generated")).kind is MailKind.PERSON


@pytest.mark.parametrize("subject", ABSENCES)
def test_an_absence_says_so_in_these_words_and_a_sign_says_that_a_machine_wrote(subject: str) -> None:
    found = kind_of(header(subject, auto_submitted="auto-generated"))

    assert (found.kind, found.reason and found.reason.code) == (
        MailKind.AUTOMATIC_REPLY,
        "prefix-and-auto-submitted",
    )
    assert kind_of(header(subject)).kind is MailKind.PERSON
    assert kind_of(header(subject, auto_submitted="no")).kind is MailKind.PERSON


@pytest.mark.parametrize(
    "subject",
    [
        "Absence de réponse", "Absences scolaires", "Absenté du travail", "Rendez-vous", "Absence au rendez-vous du 3",
        "Absence récépissé carte de séjour", "Absent le 3 novembre", "Absence du bureau de vote", "Auto : carte grise",
        "Automatic reply never came", "[Réponse] automatique", "Afwezigheid", "Autosvar ?",
        "REPONSE AUTOMATIQUE RECUE", "Re: Réponse automatique : titre", "Message d'absence perdu",
    ],
)  # fmt: skip
def test_the_absence_of_a_person_or_of_a_paper_is_a_citizen_s_subject(subject: str) -> None:
    assert kind_of(header(subject, auto_submitted="auto-generated")).kind is MailKind.PERSON
    exchange = Header(subject=subject, senders=(CITIZEN,), kept=(("x-auto-response-suppress", "All"),))
    assert kind_of(exchange).kind is MailKind.PERSON


def test_the_words_of_returned_mail_in_a_citizen_s_letter_are_the_citizen_s() -> None:
    body = b"My residence card could not be delivered to me.\n"

    assert kind_of(header("Residence permit", return_path="<>"), body).kind is MailKind.PERSON
    assert kind_of(header("Courrier non remis par La Poste", return_path="<>")).kind is MailKind.PERSON


@pytest.mark.parametrize("subject", RECEIPTS)
def test_a_receipt_says_so_in_these_words_and_a_sign_says_that_a_machine_wrote(subject: str) -> None:
    automatic = kind_of(header(subject, auto_submitted="auto-generated"))
    returned = kind_of(header(subject, return_path="<>"))

    assert (automatic.kind, automatic.reason and automatic.reason.text) == (
        MailKind.RECEIPT,
        "receipt-and-subject (auto-submitted)",
    )
    assert (returned.kind, returned.reason and returned.reason.text) == (
        MailKind.RECEIPT,
        "receipt-and-subject (return-path)",
    )
    assert kind_of(header(subject)).kind is MailKind.PERSON
    assert kind_of(header(subject, auto_submitted="no")).kind is MailKind.PERSON


@pytest.mark.parametrize("name", [*DAEMONS, *SERVICES])
def test_a_delivery_system_is_known_by_its_whole_name(name: str) -> None:
    assert looks_returned(header(sender=f"{name}@relais.example.net"))
    assert looks_returned(Header(senders=(CITIZEN,), sender=(f"{name}@relais.example.net",)))
    assert not looks_returned(header(sender=f"x{name}@relais.example.net"))
    assert not looks_returned(header(sender=f"{name}x@relais.example.net"))


@pytest.mark.parametrize("name", DAEMONS)
def test_what_no_person_writes_from_needs_no_null_path(name: str) -> None:
    assert kind_of(header("Delivery problem", f"{name}@example.net")).kind is MailKind.DELIVERY_REPORT


@pytest.mark.parametrize("name", SERVICES)
def test_people_write_as_postmaster_too_and_a_mail_system_with_a_mark(name: str) -> None:
    sender = f"{name}@asso.example.org"

    assert kind_of(header("Courrier non distribué", sender)).kind is MailKind.PERSON
    assert (
        kind_of(header("Courrier non distribué", sender, return_path=f"<{sender}>")).kind is MailKind.PERSON
    )
    assert kind_of(header("Titre", sender), b"This is a permanent error\n").kind is MailKind.PERSON
    for mark in ({"return_path": "<>"}, {"auto_submitted": "auto-generated"}):
        returned = kind_of(header("Courrier non distribué", sender, **mark))
        assert returned.kind is MailKind.DELIVERY_REPORT


def test_the_null_return_path_or_no_author_at_all_is_a_delivery_system_s() -> None:
    assert looks_returned(header(return_path=" <> "))
    assert looks_returned(Header())
    assert not looks_returned(header(return_path="<a@example.org>"))


@pytest.mark.parametrize("line", BODIES)
def test_a_body_tells_a_delivery_report_in_these_words_when_a_daemon_wrote_it(line: str) -> None:
    body = f"Bonjour,\n{line}\n".encode()
    found = kind_of(header("Rendez-vous", DAEMON), body)

    assert (found.kind, found.reason and found.reason.text) == (
        MailKind.DELIVERY_REPORT,
        "daemon-and-body (from)",
    )
    assert kind_of(header("Rendez-vous"), body).kind is MailKind.PERSON
    assert kind_of(header("Rendez-vous", DAEMON), b"Bonjour,\nmon titre\n").kind is MailKind.PERSON


def test_the_fields_of_a_report_are_looked_for_at_the_beginning_of_a_line() -> None:
    assert kind_of(header("Rendez-vous", DAEMON), b"le champ final-recipient: manque").kind is MailKind.PERSON
