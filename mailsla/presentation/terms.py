"""The word for each value of an enumeration: states, parts, bases, kinds, reasons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailsla.core.collection.archived import NotMail
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.pairing.request import Grounds, ServiceBasis
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.publication import Source
from mailsla.language import gettext as _
from mailsla.language import said_alike
from mailsla.presentation.words import category, instant, reference, safe, short_day


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


@said_alike
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


@said_alike
def short_basis(value: Basis) -> str:
    """What an instant rests on, in a word or two, for tables."""
    return {
        Basis.SERVER: _("serveur"),
        Basis.LAST_HOP: _("dernier relais"),
        Basis.ARCHIVE: _("archive"),
        Basis.SENDER_CLOCK: _("expéditeur"),
        Basis.FIRST_SEEN: _("premier relevé"),
        Basis.FILED: _("classement"),
        Basis.DECISION: _("décision"),
        Basis.AFTER_REQUEST: _("date de la demande"),
    }[value]


def answered_because(grounds: Grounds) -> str:
    """What ties the reply of a request, or says that there was one; nothing while there is none."""
    if grounds.evidence is not None:
        return evidence(grounds.evidence)
    return "" if grounds.answered is None else short_basis(grounds.answered)


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


@said_alike
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
        DoubtCode.UNSEEN_REPLY: _("l'usager répond à un courriel de la préfecture que mailsla n'a pas vu"),
        DoubtCode.UNAUTHENTICATED: _("expéditeur à nous, mais rien ne prouve que nous l'avons écrite"),
        DoubtCode.RETURNED: _("revenue : l'usager ne l'a pas reçue"),
        DoubtCode.NEW_SUBJECT_BEFORE_REPLY: _("nouvel objet avant réponse : autre demande, ou relance ?"),
        DoubtCode.OTHER_SENDER: _("réponse à un échange, d'une autre adresse : la même demande ?"),
        DoubtCode.SEEMS_AUTOMATIC: _("semble automatique"),
        DoubtCode.UNDECLARED_FORM: _("semble venir d'un formulaire non déclaré"),
        DoubtCode.RECEIPT_DISPUTED: _(
            "date de réception contestée : deux témoins, à plus d'un jour l'un de l'autre"
        ),
        DoubtCode.DATE_DISPUTED: _(
            "date de réponse contestée : deux témoins, à plus d'un jour l'un de l'autre"
        ),
        DoubtCode.FORM_IN_JUNK: _("d'un formulaire déclaré, mais dans les indésirables : ne compte pas"),
    }[code]


def source(value: Source) -> str:
    """What a figure follows from."""
    return {
        Source.FACTS: _("courriels connus depuis"),
        Source.DECISIONS: _("décisions"),
        Source.RULES: _("règles"),
        Source.CALENDAR: _("calendrier"),
    }[value]


def decision(item: Decision, zone: ZoneInfo, *, personal: bool = True) -> str:
    """What was decided, in a few words; without how a request was answered, in somebody's own, unless `personal`."""
    if item.action is Action.ANSWERED and item.at is not None:
        if not personal:
            return _("répondue le {instant}, autrement que par courriel").format(
                instant=instant(item.at, zone)
            )
        return _("répondue le {instant} ({channel})").format(
            instant=instant(item.at, zone), channel=safe(item.text, 60) or "–"
        )
    if item.action is Action.CLOSE_HOLE and item.at is not None:
        return _("interruption du compte {account}, le {instant} : ne cache rien").format(
            account=safe(item.text, 60), instant=instant(item.at, zone)
        )
    if item.action is Action.REMIND and item.at is not None:
        return _("alertes suspendues jusqu'au {day}").format(day=short_day(item.at.astimezone(zone).date()))
    if item.action is Action.UNDO:
        return _("la décision n° {number} ne vaut plus").format(number=item.undone)
    return {
        Action.EXCLUDE: _("exclue du taux"),
        Action.ASSIGN: _("attribuée à {service}").format(service=safe(item.text, 60)),
        Action.CATEGORY: _("catégorie {category}").format(category=category(item.text)),
        Action.JOIN: _("courriel {message} rattaché").format(message=reference(item.target)),
        Action.SPLIT: _("courriel {message} séparé").format(message=reference(item.target)),
        Action.COUNT: _("courriel {message} compté").format(message=reference(item.target)),
        Action.COMPLETE: _("archives entières, {days}").format(days=safe(item.text, 60)),
        Action.LEAVE_OUT: _("courriel {message} écarté").format(message=reference(item.target)),
        Action.DISMISS: _("courriel {message} : vérifié, rien à changer").format(
            message=reference(item.target)
        ),
    }[item.action]
