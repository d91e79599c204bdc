"""The words for what mails ask for, and for what became of it."""

from __future__ import annotations

from mailsla.core.alerts.asked_action import Act, ActOutcome, ActReason
from mailsla.core.alerts.signed_action import MailAction
from mailsla.language import gettext as _
from mailsla.presentation.words import day_name, safe


def action(asked: MailAction | None) -> str:
    """What a mail asks for."""
    if asked is None:
        return _("rien de lisible")
    return {
        MailAction.ANSWERED: _("répondue autrement"),
        MailAction.NOT_OURS: _("pas pour nous"),
        MailAction.NO_ANSWER: _("sans suite"),
        MailAction.REMIND: _("à rappeler demain"),
        MailAction.JOIN: _("ce courriel y répond"),
        MailAction.DISMISS: _("vérifié, rien à changer"),
        MailAction.COUNT: _("compter ce courriel"),
        MailAction.LEAVE_OUT: _("écarter ce courriel"),
        MailAction.EXCLUDE: _("exclure du taux"),
        MailAction.ASSIGN: _("attribuer à un service"),
        MailAction.CONFIRM: _("confirmer une proposition"),
        MailAction.DECLINE: _("refuser une proposition"),
    }[asked]


def outcome(act: Act, *, waits: bool, is_referent: bool = False) -> str:
    """What became of it, and why; whom it waits for is its reader, of the référent's."""
    if act.outcome is ActOutcome.DONE:
        return _done(act)
    why = safe(act.detail) if act.detail else _reason(act.reason)
    if act.outcome is ActOutcome.REFUSED:
        return _("refusé : {reason}").format(reason=why)
    if not waits:
        return _("proposé ; tranché depuis")
    said = _("attend votre accord : {reason}") if is_referent else _("attend le référent : {reason}")
    return said.format(reason=why)


def _done(act: Act) -> str:
    if act.decision is not None:
        return _("fait (décision n° {number})").format(number=act.decision)
    if act.until is not None:
        return _("fait : pas d'alerte avant le {day}").format(day=day_name(act.until))
    return _("fait")


def _reason(reason: ActReason | None) -> str:
    return {
        None: "–",
        ActReason.PROPOSED: _("personne n'exclut ce sur quoi il est mesuré"),
        ActReason.NOT_BELIEVED: _("rien ne prouve qui l'a envoyé"),
        ActReason.NO_TOKEN: _("signature absente ou abîmée"),
        ActReason.SEVERAL: _("plusieurs actions différentes"),
        ActReason.UNKNOWN: _("signature inconnue, ou d'un autre expéditeur"),
        ActReason.EXPIRED: _("lien trop ancien"),
        ActReason.USED: _("lien déjà utilisé"),
        ActReason.NOT_THEIRS: _("la demande est à un autre service"),
        ActReason.NOT_REFERENT: _("réservé au référent"),
        ActReason.GONE: _("la demande, le courriel ou la proposition n'y est plus"),
        ActReason.SETTLED: _("la demande est déjà répondue, ou exclue"),
        ActReason.NO_REASON: _("la raison manque"),
        ActReason.BAD_DAY: _("date illisible : écrivez-la jj/mm/aaaa"),
        ActReason.DAY_TO_COME: _("la date est à venir"),
        ActReason.DAY_BEFORE: _("la date précède la demande"),
        ActReason.CHECKED: _("décision impossible"),
    }[reason]
