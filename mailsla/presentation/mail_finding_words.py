"""What a look at the installation found of the mails, in a sentence each."""

from __future__ import annotations

from typing import assert_never

from mailsla.core.alerts.mail_findings import (
    AnsweredElsewhere,
    FormsUndeclared,
    IdsOfOthers,
    MailFinding,
    NotBelieved,
    RepliesSeen,
    RepliesUnseen,
    ServerVouches,
)
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.names import several


def subject(finding: MailFinding) -> str:
    """Name what was looked at."""
    return _("formulaires") if isinstance(finding, FormsUndeclared) else _("réponses")


def sentence(finding: MailFinding) -> str:  # noqa: PLR0911 (one of each kind)
    """Say what was found, and what to do unless all is well."""
    match finding:
        case RepliesSeen(count):
            return _replies(count)
        case FormsUndeclared():
            return _forms(finding)
        case RepliesUnseen():
            return _unseen(finding)
        case AnsweredElsewhere(count):
            return _elsewhere(count)
        case NotBelieved(count):
            return _not_believed(count)
        case ServerVouches():
            return _vouches()
        case IdsOfOthers():
            return _made_elsewhere()
    assert_never(finding)


def _replies(count: int) -> str:
    if count == 0:
        return _(
            "aucune réponse n'a encore été vue : vérifiez que les envoyés des agents sont dans un dossier relevé."
        )
    return ngettext("{n} réponse vue.", "{n} réponses vues.", count).format(n=count)


def _unseen(finding: RepliesUnseen) -> str:
    whose = words.by_service(finding.by_service) or _("aucune en attente")
    return _(
        "des courriels de la préfecture partent d'une boîte que mailsla ne lit pas ; courriels d'usagers qui y "
        "répondent : {n}, soit {share} de leurs réponses ; demandes concernées : {whose}. Ajoutez cette boîte par "
        "[[accounts]], ou son dossier d'envoyés par « sent »."
    ).format(n=finding.unseen, share=words.percent(finding.share), whose=whose)


def _elsewhere(count: int) -> str:
    return ngettext(
        "{n} courriel d'usager répond à un courriel qui lui répondait, et qu'aucun dossier lu ne contient. Si un agent "
        "l'a écrit d'une boîte à lui, ajoutez-la par [[accounts]], ou faites-lui mettre l'adresse de contact en "
        "copie.",
        "{n} courriels d'usagers répondent à un courriel qui leur répondait, et qu'aucun dossier lu ne contient. Si "
        "des agents les ont écrits d'une boîte à eux, ajoutez-la par [[accounts]], ou faites-leur mettre l'adresse de "
        "contact en copie.",
        count,
    ).format(n=count)


def _not_believed(count: int) -> str:
    return ngettext(
        "{n} courriel dont l'expéditeur est une adresse à nous, sans que rien le prouve, ne vaut pas réponse : voir "
        "[office] (trusted_authserv_id, networks).",
        "{n} courriels dont l'expéditeur est une adresse à nous, sans que rien le prouve, ne valent pas réponse : voir "
        "[office] (trusted_authserv_id, networks).",
        count,
    ).format(n=count)


def _made_elsewhere() -> str:
    return _(
        "vos courriels portent des identifiants d'hôtes que vos domaines ne nomment pas. Pour que la réponse d'un "
        "usager à l'un d'eux compte comme une preuve qu'il est parti, écrivez dans [office] :"
    )


def _vouches() -> str:
    return _(
        "votre serveur dit ce qu'il a vérifié ; s'il le fait pour tout courriel reçu, écrivez dans [office] :"
    )


def _forms(finding: FormsUndeclared) -> str:
    written = several([f"{words.safe(address, 60)} ({count})" for address, count in finding.senders])
    said = _(
        "des adresses à nous écrivent comme des formulaires (entre parenthèses, combien de courriels) : {written}."
    ).format(written=written)
    if finding.to_declare:
        return _("{said} Gardez de cette ligne celles qui en sont, dans [office] :").format(said=said)
    return _(
        "{said} C'est l'adresse d'un compte, qui ne se déclare pas : ses réponses ne compteraient plus. Que le "
        "formulaire écrive d'une autre adresse."
    ).format(said=said)
