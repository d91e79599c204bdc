"""What a look at the installation is said to have found, word for word."""

from __future__ import annotations

from datetime import date

import pytest

from mailsla.core.alerts import alert_findings, findings, mail_findings
from mailsla.core.alerts.findings import Finding, Part
from mailsla.core.alerts.undelivered import Reader, ReaderRole, Undelivered
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.mail.copies import MailboxRole
from mailsla.presentation.check_lines import lines
from tests.factories import PARIS, paris

AT = paris("2026-11-13 09:00")
MAILBOXES = (ListedMailbox("INBOX", MailboxRole.INBOX), ListedMailbox("Env\noyés", MailboxRole.SENT))
SAID: list[tuple[Finding, str]] = [
    (findings.ConfigurationRead("mailsla.toml"), "ok configuration : mailsla.toml"),
    (
        findings.ConfigurationKept(),
        "ok configuration : aucune n'est lue ; les règles sont celles que garde la base.",
    ),
    (
        findings.StoreSuperseded(AT),
        (
            "failure configuration : la base est tenue avec une autre, enregistrée le 13/11/2026 à 9 h 00, et leurs "
            "règles diffèrent : rien n'est calculé avec celle-ci. Utilisez la plus récente ou, si c'est celle-ci qui "
            "vaut, enregistrez-la de nouveau."
        ),
    ),
    (
        findings.WorkerOutdated(),
        (
            "failure configuration : un mailsla en marche a une configuration plus ancienne que celle de la base : il "
            "relève, sans rien calculer ni alerter. Rechargez-le : systemctl reload mailsla."
        ),
    ),
    (findings.Broken(Part.STORE, "pleine."), "failure base de données : pleine."),
    (findings.Broken(Part.ACCOUNT, "refusé.", "contact"), "failure compte contact : refusé."),
    (findings.Broken(Part.SENDING, "muet."), "failure envoi des alertes : muet."),
    (
        findings.MailboxesListed("contact", MAILBOXES),
        "ok compte contact : connexion réussie ; dossiers : INBOX (reçus), Env oyés (envoyés)",
    ),
    (
        findings.NoSentMailbox("contact"),
        (
            "warning compte contact : aucun dossier d'envoyés reconnu ; nommez-le avec « sent » si les agents "
            "répondent d'ici."
        ),
    ),
    (
        mail_findings.RepliesSeen(0),
        (
            "warning réponses : aucune réponse n'a encore été vue : vérifiez que les envoyés des agents sont "
            "dans un dossier relevé."
        ),
    ),
    (mail_findings.RepliesSeen(1), "ok réponses : 1 réponse vue."),
    (mail_findings.RepliesSeen(2), "ok réponses : 2 réponses vues."),
    (
        mail_findings.RepliesUnseen((("Permis", 2), (None, 1)), 3, 9),
        (
            "warning réponses : des courriels de la préfecture partent d'une boîte que mailsla ne lit pas ; courriels "
            "d'usagers qui y répondent : 3, soit 25 % de leurs réponses ; demandes concernées : Permis 2, à "
            "attribuer 1. Ajoutez cette boîte par [[accounts]], ou son dossier d'envoyés par « sent »."
        ),
    ),
    (
        mail_findings.NotBelieved(1),
        (
            "warning réponses : 1 courriel dont l'expéditeur est une adresse à nous, sans que rien le prouve, ne vaut "
            "pas réponse : "
            "voir [office] (trusted_authserv_id, networks)."
        ),
    ),
    (
        mail_findings.NotBelieved(2),
        (
            "warning réponses : 2 courriels dont l'expéditeur est une adresse à nous, sans que rien le prouve, ne "
            "valent pas réponse : "
            "voir [office] (trusted_authserv_id, networks)."
        ),
    ),
    (
        mail_findings.ServerVouches('mx"', is_needed=False),
        (
            "ok réponses : votre serveur dit ce qu'il a vérifié ; s'il le fait pour tout courriel reçu, écrivez dans "
            '[office] : trusted_authserv_id = "mx\\""'
        ),
    ),
    (
        mail_findings.FormsUndeclared((("site@pref.example.fr", 12), ("rdv@pref.example.fr", 1))),
        (
            "warning formulaires : des adresses à nous écrivent comme des formulaires (entre parenthèses, combien de "
            "courriels) ; celles qui en sont s'ajoutent à form_senders, dans [office] : "
            '"site@pref.example.fr" (12), "rdv@pref.example.fr" (1)'
        ),
    ),
    (
        alert_findings.SendingUnconfigured(),
        "warning envoi des alertes : pas de section [smtp] : aucune alerte ne partira.",
    ),
    (alert_findings.SendingAnswers(), "ok envoi des alertes : le serveur répond."),
    (
        alert_findings.HeadsMissing(("Permis", "Titres"), stood_in_for=True),
        (
            "ok destinataires des alertes : sans chef à alerter aujourd'hui : Permis, Titres ; leurs demandes vont au "
            "référent."
        ),
    ),
    (
        alert_findings.HeadsMissing(("Permis",), stood_in_for=False),
        (
            "warning destinataires des alertes : sans chef à alerter aujourd'hui : Permis ; nommez-le (head), ou un "
            "référent dans [alerts]."
        ),
    ),
    (
        alert_findings.RequestsUntold((("Permis", 3), (None, 31))),
        (
            "warning destinataires des alertes : 34 demandes en attente n'alertent personne avant d'être en retard "
            "(Permis 3, à attribuer 31) : nommez un chef (head), ou un référent dans [alerts]."
        ),
    ),
    (
        alert_findings.MailsUndelivered(
            Undelivered("chef@pref.example.fr", AT, AT, is_final=True, reason="refusé (code 550)."),
            (Reader(ReaderRole.SERVICE, "Permis"),),
        ),
        (
            "failure destinataires des alertes : des courriels n'arrivent pas : service Permis : refusés ou revenus "
            "depuis le 13/11/2026 à 9 h 00 ; refusé (code 550)."
        ),
    ),
    (findings.RequestsKnown(0), "ok base de données : 0 demande connue."),
    (findings.RequestsKnown(2), "ok base de données : 2 demandes connues."),
    (findings.StoreSize(200_000, 0, 0), "ok base de données : 0,2 Mo."),
    (
        findings.StoreSize(1_170_672_128, 20_049_999, 1_150_622),
        "ok base de données : 1\u202f170,6 Mo, dont 20,0 libres ; 1\u202f000 octets par courriel.",
    ),
    (
        findings.DerivationLate(AT),
        (
            "failure base de données : des courriels relevés attendent d'être rapprochés depuis le 13/11/2026 à "
            "9 h 00 : voir le journal de mailsla."
        ),
    ),
    (
        mail_findings.IdsOfOthers(("relais.example.net", "b.example.net")),
        (
            "ok réponses : vos courriels portent des identifiants d'hôtes que vos domaines ne nomment pas. Pour que la "
            "réponse d'un usager à l'un d'eux compte comme une preuve qu'il est parti, écrivez dans [office] : "
            'message_id_hosts = ["relais.example.net", "b.example.net"]'
        ),
    ),
    (
        findings.MailSetAside("contact", "INBOX", 8, "unforeseen ValueError"),
        "warning courriel mis de côté : contact, dossier INBOX, UID 8 : ",
    ),
    (
        mail_findings.IdsOfOthers(("relais.example.net", "b.example.net")),
        (
            "ok réponses : vos courriels portent des identifiants d'hôtes que vos domaines ne nomment pas. Pour que la "
            "réponse d'un usager à l'un d'eux compte comme une preuve qu'il est parti, écrivez dans [office] : "
            'message_id_hosts = ["relais.example.net", "b.example.net"]'
        ),
    ),
    (
        findings.MailSetAside("contact", "IN\x1bBOX", 7, "no-header"),
        "warning courriel mis de côté : contact, dossier IN BOX, UID 7 : ",
    ),
    (findings.CollectedInPart("contact", "dossier refusé."), "warning relève contact : dossier refusé."),
    (
        findings.NotCollected(Gap("contact", AT, None)),
        "warning relève contact : pas de relève réussie depuis le 13/11/2026 à 9 h 00.",
    ),
    (
        findings.NotCollected(Gap("contact", AT, None, never=True)),
        "warning relève contact : jamais relevé en entier.",
    ),
    (
        findings.LastCollected("contact", AT, recent=True),
        "ok relève contact : dernière relève réussie le 13/11/2026 à 9 h 00.",
    ),
    (
        findings.LastCollected("contact", None, recent=False),
        "failure relève contact : aucune relève réussie.",
    ),
    (
        findings.NextWorkingDay("Métropole", date(2026, 11, 16)),
        "ok calendrier : Métropole ; prochain jour ouvré : lundi 16 novembre 2026.",
    ),
    (findings.ClockShows(AT), "ok horloge : 13/11/2026 à 9 h 00"),
]


@pytest.mark.parametrize(("finding", "said"), SAID)
def test_each_finding_is_one_line(finding: Finding, said: str) -> None:
    [line] = lines([finding], PARIS)

    written = f"{line.health.value} {line.subject} : {line.sentence}".replace("\u00a0", " ")
    assert written.startswith(said)
    assert said.endswith(" : ") or written == said
