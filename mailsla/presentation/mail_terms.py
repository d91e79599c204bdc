"""The words for what mails are, and for what left one out or set one aside."""

from __future__ import annotations

from collections.abc import Sequence

from mailsla.core.collection.to_store import UNFORESEEN
from mailsla.core.mail.kinds import MailKind
from mailsla.language import gettext as _
from mailsla.language import said_alike
from mailsla.presentation.words import mailbox as mailbox_name
from mailsla.presentation.words import safe

UNREADABLE = "unreadable"
"""The kind of what could not be read."""


def side(value: str) -> str:
    """Who a mail comes from and goes to."""
    return {
        "citizen": _("courriel d'un usager"),
        "outbound": _("courriel de la préfecture à l'extérieur"),
        "internal": _("courriel interne"),
        "aside": _("courriel écarté"),
        "same": _("autre exemplaire d'un courriel"),
    }[value]


def mail_class(value: str) -> str:
    """In which class some mails are, for counts."""
    return {
        "request": _("demandes"),
        "follow-up": _("suites"),
        "reminder": _("relances"),
        "after-unseen": _("suites d'un courriel de la préfecture non vu"),
        "thanks": _("remerciements"),
        "reply": _("réponses"),
        "holding-reply": _("réponses d'attente"),
        "other-reply": _("accusés de réception et autres réponses qui n'arrêtent rien"),
        "untied": _("courriels de la préfecture qui ne répondent à aucune demande"),
        "untied-to-check": _("courriels de la préfecture sans demande, à vérifier"),
        "internal": _("courriels internes"),
        "unsent": _("brouillons, jamais envoyés"),
        "left-out": _("courriels écartés"),
        "set-aside": _("courriels mis de côté"),
        "pending": _("courriels pas encore rapprochés"),
        "further-copy": _("autres exemplaires"),
    }[value]


def one_class(value: str, kind: str) -> str:
    """In which class one mail is; of one left out, its kind."""
    if value == "left-out":
        return _("écarté : {kind}").format(kind=one_kind(kind))
    return {
        "request": _("demande"),
        "follow-up": _("suite"),
        "reminder": _("relance"),
        "after-unseen": _("suite d'un courriel non vu"),
        "thanks": _("remerciement"),
        "reply": _("réponse"),
        "holding-reply": _("réponse d'attente"),
        "other-reply": _("accusé, ou autre réponse qui n'arrête rien"),
        "untied": _("courriel de la préfecture, sans demande"),
        "untied-to-check": _("à vérifier : courriel de la préfecture, sans demande"),
        "internal": _("courriel interne"),
        "unsent": _("brouillon, jamais envoyé"),
        "set-aside": _("mis de côté"),
        "pending": _("pas encore rapproché"),
        "further-copy": _("autre exemplaire"),
    }[value]


@said_alike
def places(mailboxes: tuple[tuple[str, str], ...]) -> str:
    """Where a mail lies: « contact, boîte de réception ; contact, Permis »."""
    named = (f"{safe(account, 60)}, {mailbox_name(mailbox)}" for account, mailbox in mailboxes)
    return _(" ; ").join(named)


def left_out_because(kind: str, reason: Sequence[str]) -> str:
    """What left a mail out: the rule, and the header field that decided; of one set aside, why it was."""
    code, field, value = (*reason, "", "", "")[:3]
    if kind == MailKind.UNDERIVED.value:
        return set_aside(f"{UNFORESEEN}{code}")
    if kind == UNREADABLE:
        return set_aside(code)
    said = left_out_by(code)
    if not field:
        return said
    return safe(f"{said} ({field}: {value})" if value else f"{said} ({field})")


def left_out_by(rule: str) -> str:
    """The rule that left a mail out; that of a standard by its number."""
    return {
        "action-address": _("écrit à l'adresse des actions, sans signature"),
        "action-token": _("demande une action, avec sa signature"),
        "bulk-and-feedback": _("envoi en nombre"),
        "calendar-message": _("message d'agenda"),
        "calendar-part": _("une invitation est l'une de ses parties"),
        "calendar-sender": _("expéditeur d'agenda"),
        "daemon-and-body": _("système de messagerie, et début du texte"),
        "daemon-and-subject": _("système de messagerie, et objet"),
        "decided": _("décision"),
        "delivery-status": _("avis de remise"),
        "failed-recipients": _("destinataires en échec"),
        "form-in-junk": _("d'un formulaire déclaré, mais dans les indésirables"),
        "junk-mailbox": _("ne se trouve que dans les indésirables"),
        "list-field": _("liste de diffusion"),
        "may-be-left": _("désabonnement possible"),
        "never-requests": _("expéditeur déclaré (never_requests)"),
        "not-received": _("jamais reçu : brouillon d'un autre"),
        "not-sent": _("brouillon, jamais envoyé"),
        "own-alert": _("alerte de mailsla"),
        "prefix-and-answer": _("préfixe d'un système de messagerie, en réponse"),
        "prefix-and-auto-submitted": _("préfixe d'un système de messagerie, envoi automatique"),
        "prefix-and-exchange": _("préfixe d'un système de messagerie, marque d'Exchange"),
        "prefix-and-null-path": _("préfixe d'un système de messagerie, sans adresse de retour"),
        "receipt-and-subject": _("objet d'un accusé de lecture"),
        "spam-flag": _("marqué indésirable"),
        "text-calendar": _("invitation"),
        "contact-card": _("fiche de contact"),
        "unauthenticated": _("rien ne prouve que nous l'avons écrit"),
        "tnef-and-subject": _("accusé de lecture d'Outlook"),
        "undeclared-form": _("formulaire non déclaré"),
        "vacation-field": _("champ d'un répondeur"),
    }.get(rule, rule.upper().replace("RFC", "RFC "))


def kind(value: str) -> str:
    """What kind of mail a message is, in the plural, for counts."""
    return {
        "person": _("courriers écartés"),
        "automatic_reply": _("réponses automatiques"),
        "delivery_report": _("avis de non-remise"),
        "receipt": _("accusés de lecture"),
        "list": _("listes et lettres d'information"),
        "calendar": _("invitations d'agenda"),
        "spam": _("indésirables"),
        "own_alert": _("alertes de mailsla"),
        "declared_sender": _("expéditeurs déclarés"),
        "action": _("actions demandées par courriel"),
        "underived": _("courriels mis de côté"),
    }.get(value, value)


def one_kind(value: str) -> str:
    """What kind of mail one message is."""
    return {
        "person": _("personne"),
        "office": _("préfecture"),
        "automatic_reply": _("réponse automatique"),
        "delivery_report": _("avis de non-remise"),
        "receipt": _("accusé de lecture"),
        "list": _("liste"),
        "calendar": _("agenda"),
        "spam": _("indésirable"),
        "own_alert": _("alerte de mailsla"),
        "declared_sender": _("expéditeur déclaré"),
        "action": _("action demandée par courriel"),
        "unreadable": _("illisible"),
        "underived": _("mis de côté"),
    }.get(value, value)


def set_aside(reason: str) -> str:
    """Why a mail could not be read, or not derived."""
    if reason.startswith(UNFORESEEN):
        return _("erreur de mailsla ; relu après une mise à jour")
    return {
        "no-header": _("aucun en-tête lisible ; relu après une mise à jour"),
        "not-a-mail": _(
            "ni expéditeur, ni date, ni identifiant, ni relais : ce n'est pas un courriel ; relu après une mise à jour"
        ),
        "oversized": _("en-tête démesuré ; relu après une mise à jour"),
        "refused": _("refusé par le serveur ; redemandé chaque jour"),
        "unfetchable": _("la connexion se rompt quand il est demandé ; redemandé chaque jour"),
        "omitted": _("annoncé par le serveur, mais jamais donné ; redemandé chaque jour"),
    }.get(reason, reason)


def beside(side: str, kind: str) -> str:
    """What a mail of the same conversation is, that is no part of the request shown."""
    return {
        "citizen": _("autre demande"),
        "outbound": _("réponse à une autre demande"),
        "internal": _("courriel interne"),
        "same": _("autre exemplaire"),
    }.get(side) or one_kind(kind)
