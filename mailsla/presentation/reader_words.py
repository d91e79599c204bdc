"""As what somebody gets mails of ours, in words: never by his address."""

from __future__ import annotations

from collections.abc import Iterable

from mailsla.core.alerts.undelivered import Reader, ReaderRole
from mailsla.language import gettext as _
from mailsla.presentation import words


def readers(of: Iterable[Reader]) -> str:
    """« service Permis, destinataire d'un rapport ».

    >>> readers([Reader(ReaderRole.SERVICE, "Permis"), Reader(ReaderRole.REFERENT)])
    'service Permis, référent'
    """
    return ", ".join(map(_reader, of))


def _reader(of: Reader) -> str:
    if of.role is ReaderRole.SERVICE:
        return _("service {name}").format(name=words.service_name(of.service))
    return {
        ReaderRole.REFERENT: _("référent"),
        ReaderRole.UNASSIGNED: _("demandes à attribuer"),
        ReaderRole.SECRETARY_GENERAL: _("secrétaire général"),
        ReaderRole.OPERATOR: _("exploitant"),
        ReaderRole.REPORTS: _("destinataire d'un rapport"),
    }[of.role]
