"""What a look at the installation is said to have found, word for word."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import get_args

import pytest

from mailsla.core.alerts import advice, alert_findings, findings, mail_findings, privacy_findings
from mailsla.core.alerts.findings import Finding, Part
from mailsla.core.alerts.undelivered import Reader, ReaderRole, Undelivered
from mailsla.core.clock.working_days import DayKind
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.mail.copies import MailboxRole
from mailsla.presentation.check_lines import lines
from mailsla.presentation.finding_facts import code_of
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
    (
        findings.Broken(Part.SENDING, "muet.", host="smtp.example.fr", port=25),
        "failure envoi des alertes : smtp.example.fr, port 25 : muet.",
    ),
    (
        findings.MailboxesListed("contact", MAILBOXES, "imap.example.fr", 993),
        (
            "ok compte contact : connexion réussie à imap.example.fr, port 993 ; dossiers : INBOX (reçus), "
            "Env oyés (envoyés)"
        ),
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
        mail_findings.AnsweredElsewhere(4),
        (
            "warning réponses : 4 courriels d'usagers répondent à un courriel qui leur répondait, et qu'aucun dossier "
            "lu ne contient. Si des agents les ont écrits d'une boîte à eux, ajoutez-la par [[accounts]], ou "
            "faites-leur mettre l'adresse de contact en copie."
        ),
    ),
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
            '[office] : | trusted_authserv_id = "mx\\""'
        ),
    ),
    (
        mail_findings.FormsUndeclared((("site@pref.example.fr", 12), ("rdv@pref.example.fr", 1))),
        (
            "warning formulaires : des adresses à nous écrivent comme des formulaires (entre parenthèses, combien de "
            "courriels) : site@pref.example.fr (12), rdv@pref.example.fr (1). Gardez de cette ligne celles qui en "
            'sont, dans [office] : | form_senders = ["site@pref.example.fr", "rdv@pref.example.fr"]'
        ),
    ),
    (
        alert_findings.SendingUnconfigured(),
        "warning envoi des alertes : pas de section [smtp] : aucune alerte ne partira.",
    ),
    (
        alert_findings.SendingAnswers("smtp.example.fr", 587),
        "ok envoi des alertes : smtp.example.fr, port 587, répond.",
    ),
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
        privacy_findings.RequestsSealed(1200, date(2024, 12, 31)),
        (
            "ok données personnelles : Les données personnelles de 1\u202f200 demandes sont effacées (échues jusqu'au "
            "31/12/2024, ou à la demande de personnes) : ce qui y compte est figé."
        ),
    ),
    (
        privacy_findings.RequestsSealed(1),
        (
            "ok données personnelles : Les données personnelles de 1 demande sont effacées, à la demande d'une "
            "personne : ce qui y compte est figé."
        ),
    ),
    (
        privacy_findings.PurgeAhead(3, date(2024, 12, 31), date(2027, 4, 8)),
        (
            "warning données personnelles : à partir du 08/04/2027, le démon efface pour toujours celles de 3 échanges "
            "au plus, échus ou arrivés jusqu'au 31/12/2024 : voir « mailsla purge --dry-run » ; avant, publiez et "
            "exportez ce qui doit rester."
        ),
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
            '| message_id_hosts = ["relais.example.net", "b.example.net"]'
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
            '| message_id_hosts = ["relais.example.net", "b.example.net"]'
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
    (
        mail_findings.FormsUndeclared(
            (("contact@pref.example.fr", 3), ("site@pref.example.fr", 2)),
            ("rdv@pref.example.fr",),
            ("contact@pref.example.fr",),
        ),
        (
            "warning formulaires : des adresses à nous écrivent comme des formulaires (entre parenthèses, combien de "
            "courriels) : contact@pref.example.fr (3), site@pref.example.fr (2). Gardez de cette ligne celles qui en "
            'sont, dans [office] : | form_senders = ["rdv@pref.example.fr", "site@pref.example.fr"]'
        ),
    ),
    (
        mail_findings.FormsUndeclared((("contact@pref.example.fr", 3),), (), ("contact@pref.example.fr",)),
        (
            "warning formulaires : des adresses à nous écrivent comme des formulaires (entre parenthèses, combien de "
            "courriels) : contact@pref.example.fr (3). C'est l'adresse d'un compte, qui ne se déclare pas : ses "
            "réponses ne compteraient plus. Que le formulaire écrive d'une autre adresse."
        ),
    ),
    (
        advice.NamesUnknown("contact", "sent", ("Envoyes", "Cour\x1brier"), ("Envoyés",)),
        (
            "warning compte contact : « sent » nomme 2 dossiers que le serveur n'a pas : Envoyes, Cour rier. Au plus "
            'près de ce qu\'il a, écrivez : | sent = ["Envoyés"]'
        ),
    ),
    (
        advice.NamesUnknown("", "services[1].mailboxes", ("Étrangers",), ()),
        (
            "warning dossiers : « services[1].mailboxes » nomme un dossier que le serveur n'a pas : Étrangers. "
            "Corrigez-le, ou retirez-le."
        ),
    ),
    (
        advice.AddressOutside("contact", "autre.example.fr", ("pref.example.fr",)),
        (
            "warning compte contact : son adresse est de autre.example.fr, que « domains » ne nomme pas : les "
            "collègues qui écrivent de là passent pour des usagers. S'il est à vous, écrivez dans [office] : | "
            'domains = ["pref.example.fr", "autre.example.fr"]'
        ),
    ),
    (
        advice.DomainsShared(("orange.fr",), ("pref.example.fr",)),
        (
            "failure domaines : chacun peut avoir une adresse de orange.fr : les demandes qui en viennent passeraient "
            "pour des courriels de la préfecture. Gardez vos seuls domaines ; vos adresses d'ailleurs vont dans "
            '« addresses ». | domains = ["pref.example.fr"]'
        ),
    ),
    (
        advice.ServicesEmpty(("Étrangers",), 3),
        (
            "warning services : 1 service sur 3 n'a aucune demande : Étrangers. Vérifiez ses adresses et ses dossiers."
        ),
    ),
    (
        advice.Unassigned(2, 4, has_services=False),
        (
            "warning services : 2 demandes sur 4 ne sont à aucun service. Décrivez les services par des blocs "
            "[[services]]."
        ),
    ),
    (
        advice.Unassigned(1, 5, has_services=True),
        (
            "ok services : 1 demande sur 5 n'est à aucun service. Complétez les adresses et les dossiers des "
            "services."
        ),
    ),
    (
        advice.SinceAhead("contact", date(2027, 1, 1)),
        (
            "failure compte contact : « since » est le vendredi 1er janvier 2027 : rien n'est relevé d'ici là. "
            "Reculez-le, ou retirez-le."
        ),
    ),
    (
        advice.ClosedAnyway(date(2026, 11, 15), DayKind.WEEKEND),
        (
            "warning calendrier : la fermeture du dimanche 15 novembre 2026 tombe une fin de semaine, qui ne compte "
            "pas déjà : vérifiez la date."
        ),
    ),
    (
        advice.ClosedAnyway(date(2026, 11, 11), DayKind.HOLIDAY),
        (
            "warning calendrier : la fermeture du mercredi 11 novembre 2026 tombe un jour férié, qui ne compte pas "
            "déjà : vérifiez la date."
        ),
    ),
    (
        advice.OutboxWaits(2, AT, ("le serveur d'envoi a refusé le courriel (code 550).",)),
        (
            "failure envoi des alertes : 2 courriels attendent de partir, le plus ancien depuis le 13/11/2026 à "
            "9 h 00 ; le relais refuse : le serveur d'envoi a refusé le courriel (code 550)."
        ),
    ),
    (
        advice.OutboxWaits(1, AT, ()),
        (
            "failure envoi des alertes : 1 courriel attend de partir depuis le 13/11/2026 à 9 h 00 ; le service "
            "est-il en marche, et le relais joignable ?"
        ),
    ),
    (
        advice.LeftOutKinds((("automatic_reply", 3), ("list", 1)), 4),
        (
            "ok courriels écartés : réponses automatiques 3, listes et lettres d'information 1 ; « mailsla mails "
            "--class left-out --sample 20 » en montre."
        ),
    ),
    (
        advice.FileOpen("/etc/mot de passe", "644"),
        (
            "warning fichiers : tout utilisateur de cette machine peut lire /etc/mot de passe (droits 644) ; "
            "retirez-leur ce droit : chmod o= '/etc/mot de passe'"
        ),
    ),
    (
        advice.SchemaApart("0020", "0022"),
        (
            "failure base de données : elle est au format 0020, et cette version de mailsla au 0022 : relancez le "
            "service, ou lancez « mailsla report », qui la convertit. Rien n'est dit d'elle, ni des comptes, d'ici là."
        ),
    ),
    (findings.ClockShows(AT), "ok horloge : 13/11/2026 à 9 h 00"),
]


@pytest.mark.parametrize(("finding", "said"), SAID)
def test_each_finding_is_one_line(finding: Finding, said: str) -> None:
    [line] = lines([finding], PARIS)

    written = f"{line.health.value} {line.subject} : {line.sentence}".replace("\u00a0", " ")
    if line.added is not None:
        written += f" | {line.added.line}"
    assert written.startswith(said)
    assert said.endswith(" : ") or written == said


@pytest.mark.parametrize(
    "name",
    [
        'Envoyés "2026"\\',
        "Permis : à revoir ?",
        "a\x7fb",
        "a\x1b[2J\x1b]0;titre\x07b",
        "a\u202eb\u2066c\u00a0d\u2028e",
        "'" * 3,
        'x"]\n[smtp]\nhost = "ailleurs',
        "\U000e0001b",
    ],
)
def test_a_line_to_add_is_toml_that_a_terminal_shows_whatever_the_server_calls_its_mailboxes(
    name: str,
) -> None:
    unknown = advice.NamesUnknown("contact", "sent", ("x",), (name, "Sent"))
    [line] = lines([unknown], PARIS)

    assert line.added is not None
    assert line.added.line.isprintable()
    assert tomllib.loads(line.added.line) == {"sent": ["Sent"] if "\n" in name else [name, "Sent"]}
    assert line.added.section == "[[accounts]]"


@pytest.mark.parametrize("name", ["x" * 201, "\ud800x", "a\nb", "", " x"])
def test_a_name_that_no_configuration_can_hold_is_not_proposed(name: str) -> None:
    [line] = lines([advice.NamesUnknown("contact", "sent", ("x",), (name,))], PARIS)

    assert line.added is None
    assert line.sentence.endswith("retirez-le.")


def test_every_kind_of_finding_has_its_code_and_its_facts() -> None:
    told = {line.code: line.facts for line in lines([found for found, _said in SAID], PARIS)}

    assert told["not-collected"]["gap"] == {
        "account": "contact",
        "since": "2026-11-13T09:00:00+01:00",
        "until": None,
        "partial": False,
        "never": True,
        "lost": None,
    }
    assert "chef@pref.example.fr" not in json.dumps(told)
    assert told["since-ahead"] == {"account": "contact", "on": "2027-01-01"}
    assert told["mailboxes-listed"]["port"] == 993
    assert set(told) == {code_of(kind) for kind in get_args(Finding)}
