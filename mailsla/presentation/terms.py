"""The word for each value of an enumeration: states, parts, bases, kinds, reasons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import Day, DayKind
from mailsla.core.collection.archived import NotMail
from mailsla.core.collection.to_store import UNFORESEEN
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.pairing.request import ServiceBasis
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.publication import Source
from mailsla.language import gettext as _
from mailsla.presentation.words import instant, safe


def outcome(value: Outcome, *, answered: bool = True) -> str:
    """Where a request stands, in a few words."""
    if value is Outcome.MET:
        return _("dans les temps")
    if value is Outcome.WAITING:
        return _("en attente")
    return _("hors délai") if answered else _("en retard, sans réponse")


def mailbox_role(value: MailboxRole) -> str:
    """What a mailbox holds."""
    return {
        MailboxRole.INBOX: _("reçus"),
        MailboxRole.SENT: _("envoyés"),
        MailboxRole.JUNK: _("indésirables"),
        MailboxRole.TRASH: _("corbeille"),
        MailboxRole.DRAFTS: _("brouillons"),
    }[value]


def part(value: Part) -> str:
    """What a message is in the life of a request."""
    return {
        Part.REQUEST: _("demande"),
        Part.REMINDER: _("relance"),
        Part.REPLY: _("réponse"),
        Part.HOLDING_REPLY: _("réponse d'attente"),
        Part.ACKNOWLEDGEMENT: _("accusé de réception"),
        Part.AUTOMATIC_ACKNOWLEDGEMENT: _("accusé de réception automatique"),
        Part.REDIRECTION: _("réorientation"),
        Part.SURVEY: _("enquête"),
        Part.DOUBTFUL_REPLY: _("réponse possible, à vérifier"),
        Part.RETURNED_REPLY: _("réponse non remise, à vérifier"),
        Part.AFTER_UNSEEN: _("suite d'un courriel non vu"),
        Part.FOLLOW_UP: _("suite"),
        Part.THANKS: _("remerciement"),
        Part.FORWARD: _("transfert interne"),
        Part.ASIDE: _("hors échange"),
    }[value]


def beside(side: str, kind: str) -> str:
    """What a mail of the same conversation is, that is no part of the request shown."""
    return {
        "citizen": _("autre demande"),
        "outbound": _("réponse à une autre demande"),
        "internal": _("courriel interne"),
        "same": _("autre exemplaire"),
    }.get(side) or one_kind(kind)


def side(value: str) -> str:
    """Who a mail comes from and goes to."""
    return {
        "citizen": _("courriel d'un usager"),
        "outbound": _("courriel de la préfecture à l'extérieur"),
        "internal": _("courriel interne"),
        "aside": _("courriel écarté"),
        "same": _("autre exemplaire d'un courriel"),
    }[value]


def left_out_by(rule: str) -> str:
    """The rule that left a mail out; that of a standard by its number."""
    return {
        "bulk-and-feedback": _("envoi en nombre"),
        "calendar-message": _("message d'agenda"),
        "calendar-sender": _("expéditeur d'agenda"),
        "daemon-and-body": _("système de messagerie, et début du texte"),
        "daemon-and-subject": _("système de messagerie, et objet"),
        "decided": _("décision"),
        "delivery-status": _("avis de remise"),
        "failed-recipients": _("destinataires en échec"),
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
        "tnef-and-subject": _("accusé de lecture d'Outlook"),
        "undeclared-form": _("formulaire non déclaré"),
        "vacation-field": _("champ d'un répondeur"),
    }.get(rule, rule.upper().replace("RFC", "RFC "))


def basis(value: Basis) -> str:
    """What an instant rests on."""
    return {
        Basis.SERVER: _("date de réception du serveur"),
        Basis.LAST_HOP: _("date du dernier relais (Received)"),
        Basis.ARCHIVE: _("date de la ligne « From » de l'archive"),
        Basis.SENDER_CLOCK: _("date écrite par l'expéditeur (Date)"),
        Basis.FIRST_SEEN: _("date du premier relevé, faute de mieux"),
        Basis.FILED: _("date du classement par un agent"),
        Basis.DECISION: _("décision"),
        Basis.AFTER_REQUEST: _("date de la demande : l'horloge de l'expéditeur retarde"),
    }[value]


def not_mail(reason: NotMail) -> str:
    """Why a file of an archive is let pass."""
    return {
        NotMail.NO_MAIL: _("aucun en-tête de courriel"),
        NotMail.EMPTY: _("fichier vide"),
        NotMail.HIDDEN: _("fichier caché"),
        NotMail.UNDELIVERED: _("courriel non remis (dossier tmp d'un Maildir)"),
        NotMail.LINK: _("lien"),
    }[reason]


def service_basis(value: ServiceBasis) -> str:
    """Why a request is a service's."""
    return {
        ServiceBasis.RECIPIENT: _("adresse destinataire"),
        ServiceBasis.MAILBOX: _("dossier du service"),
        ServiceBasis.FORWARD: _("transfert interne"),
        ServiceBasis.KEYWORD: _("mot-clé"),
        ServiceBasis.DECISION: _("décision"),
    }[value]


def evidence(value: str) -> str:
    """What ties a message, for a person."""
    return {
        "none": _("ouvre l'échange"),
        "in-reply-to": _("répond à (In-Reply-To)"),
        "references": _("cite (References)"),
        "thread-index": _("même fil Outlook (Thread-Index)"),
        "decision": _("décision"),
        "recipient-and-subject": _("même destinataire et même objet"),
        "unseen-reply": _("répond à un courriel de la préfecture non vu"),
        "same-mail": _("même courriel, remis deux fois"),
    }[value]


def doubt(code: DoubtCode) -> str:
    """Why a possible reply was not tied."""
    return {
        DoubtCode.SEVERAL_FIT: _("plusieurs demandes conviennent"),
        DoubtCode.OTHER_SUBJECT: _("autre objet, ou pas de « Re: »"),
        DoubtCode.TOO_LATE: _("plus de 60 jours après"),
        DoubtCode.ALSO_WRITTEN_TO: _("répond à une autre demande de même objet"),
        DoubtCode.MACHINE_MADE: _("peut-être écrite par une machine"),
        DoubtCode.ANSWERED_BESIDE: _("répond à une autre demande du même usager"),
        DoubtCode.OTHER_RECIPIENT: _("cite la demande, mais écrite à un autre destinataire"),
        DoubtCode.UNSEEN_REPLY: _("courriel prouvé, non vu"),
        DoubtCode.UNAUTHENTICATED: _("à notre adresse, mais rien ne prouve que nous l'avons écrite"),
        DoubtCode.RETURNED: _("revenue : l'usager ne l'a pas reçue"),
        DoubtCode.NEW_SUBJECT_BEFORE_REPLY: _("nouvel objet avant réponse : autre demande, ou relance ?"),
        DoubtCode.SEEMS_AUTOMATIC: _("semble automatique"),
        DoubtCode.UNDECLARED_FORM: _("semble venir d'un formulaire non déclaré"),
    }[code]


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
        "unreadable": _("illisible"),
        "underived": _("mis de côté"),
    }.get(value, value)


def day_reason(day: Day) -> str:
    """Why a day counts or not."""
    if day.kind is DayKind.WORKING:
        return _("ouvré")
    if day.kind is DayKind.WEEKEND:
        return _("week-end")
    if day.kind is DayKind.HOLIDAY:
        return _("férié : {name}").format(name=day.name)
    if day.kind is DayKind.CLOSURE:
        return _("fermeture : {name}").format(name=day.name)
    if day.kind is DayKind.HALF_DAY:
        return _("demi-journée : {name}").format(name=day.name)
    return _("férié travaillé : {name}").format(name=day.name)


def special_day(value: DayKind) -> str:
    """What a day of the calendar is."""
    return {
        DayKind.HOLIDAY: _("férié"),
        DayKind.CLOSURE: _("fermeture"),
        DayKind.WORKED_HOLIDAY: _("férié travaillé"),
        DayKind.HALF_DAY: _("demi-journée"),
    }[value]


def source(value: Source) -> str:
    """What a figure follows from."""
    return {
        Source.FACTS: _("courriels connus depuis"),
        Source.DECISIONS: _("décisions"),
        Source.RULES: _("règles"),
        Source.CALENDAR: _("calendrier"),
    }[value]


def set_aside(reason: str) -> str:
    """Why a mail could not be read, or not derived."""
    if reason.startswith(UNFORESEEN):
        error = safe(reason.removeprefix(UNFORESEEN), 60)
        return _("erreur de mailsla ({error}) ; relu après une mise à jour").format(error=error)
    return {
        "no-header": _("aucun en-tête lisible"),
        "not-a-mail": _("ni expéditeur, ni date, ni identifiant, ni relais : ce n'est pas un courriel"),
        "oversized": _("en-tête démesuré"),
        "refused": _("refusé par le serveur ; redemandé chaque jour"),
        "unfetchable": _("la connexion se rompt quand il est demandé ; redemandé chaque jour"),
        "omitted": _("annoncé par le serveur, mais jamais donné ; redemandé chaque jour"),
    }.get(reason, reason)


def decision(item: Decision, zone: ZoneInfo) -> str:
    """What was decided, in a few words."""
    if item.action is Action.ANSWERED and item.at is not None:
        return _("répondue le {instant} ({channel})").format(
            instant=instant(item.at, zone), channel=safe(item.text, 60) or "–"
        )
    if item.action is Action.UNDO:
        return _("décision n° {number} reprise").format(number=item.undone)
    return {
        Action.EXCLUDE: _("exclue du taux"),
        Action.ASSIGN: _("attribuée à {service}").format(service=safe(item.text, 60)),
        Action.CATEGORY: _("catégorie {category}").format(category=safe(item.text, 60)),
        Action.JOIN: _("courriel {message} rattaché").format(message=item.target[:8]),
        Action.SPLIT: _("courriel {message} séparé").format(message=item.target[:8]),
        Action.COUNT: _("courriel {message} compté").format(message=item.target[:8]),
        Action.LEAVE_OUT: _("courriel {message} écarté").format(message=item.target[:8]),
        Action.DISMISS: _("courriel {message} : vérifié, rien à changer").format(message=item.target[:8]),
    }[item.action]
