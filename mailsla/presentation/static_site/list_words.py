"""What a list of the site is called, what it has, and the command that prints the same one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.counted import (
    Counted,
    CountedDoubts,
    CountedLeftOut,
    CountedMails,
    CountedRequests,
    CountedTogether,
    Matter,
)
from mailsla.core.rate.period import Period
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.selection import Selection, State
from mailsla.core.rate.standard import Variant
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, promise_words, words
from mailsla.presentation.pages.page import Emphasis, Line
from mailsla.presentation.static_site.places import BY_ANSWER

Promises = Mapping[str, Promise]
"""The promises beside the main one, by name."""


def title(of: Counted) -> str:
    """« Répondues dans les temps – semaine 45, du 02/11/2026 au 08/11/2026 »."""
    match of:
        case CountedRequests(selection):
            return _with_period(_state(selection.state), selection.period)
        case CountedTogether(parts):
            return _with_period(_state(None), parts[0].selection.period)
        case CountedLeftOut(period, kind):
            return _with_period(_left_out(kind), period)
        case CountedMails():
            return _mails(of)
        case CountedDoubts(matter):
            return _matter(matter)


def lines(of: Counted, promises: Promises) -> Iterator[Line]:
    """Yield what a list has, and the command that prints the same rows."""
    match of:
        case CountedRequests(selection, promise):
            yield from map(Line, _facets(selection))
            if promise is not None:
                yield Line(promise_words.by_promise(promises[promise]))
        case CountedTogether(parts):
            yield from map(Line, _facets(parts[0].selection))
        case CountedDoubts(_matter, str() as service):
            yield Line(_of_service(service))
        case _:
            pass
    for command in commands(of):
        yield Line(_("Les mêmes lignes : « {command} ».").format(command=command), Emphasis.DIM)


def count(of: Counted, number: int) -> str:
    """« 86 demandes », « 12 courriels », « 3 points »."""
    shown = words.number(number)
    if isinstance(of, CountedRequests | CountedTogether):
        return ngettext("{n} demande", "{n} demandes", number).format(n=shown)
    if isinstance(of, CountedMails) and of.copies:
        return ngettext("{n} exemplaire", "{n} exemplaires", number).format(n=shown)
    if isinstance(of, CountedDoubts):
        return ngettext("{n} point à vérifier", "{n} points à vérifier", number).format(n=shown)
    return ngettext("{n} courriel", "{n} courriels", number).format(n=shown)


def _with_period(said: str, period: Period | None) -> str:
    if period is None:
        return said
    return _("{said} – {period}").format(said=said, period=words.period_name(period))


def _state(state: State | None) -> str:
    return (
        {
            State.MET: _("Échues, répondues dans les temps"),
            State.MISSED: _("Échues, hors délai ou sans réponse"),
            State.FALLEN_DUE: _("Demandes échues"),
            State.NOT_DUE: _("Pas encore échues"),
            State.NOT_DUE_ANSWERED: _("Pas encore échues, répondues"),
            State.NOT_DUE_WAITING: _("Pas encore échues, en attente"),
            State.DUE_SOON: _("Échéance dans les trois jours ouvrés"),
            State.OVERDUE: _("Demandes en retard, sans réponse"),
            State.ANSWERED: _("Répondues"),
            State.UNANSWERED: _("Sans réponse"),
            State.HANDLED: _("Demandes traitées"),
            State.HANDLED_IN_TIME: _("Demandes traitées dans les temps"),
            State.ACKNOWLEDGED: _("Accusés de réception"),
            State.ANSWERED_BY_DECISION: _("Répondues par décision"),
            State.ANSWERED_BY_FILING: _("Répondues par classement"),
            State.UNSEEN_REPLY: _("Réponse prouvée, non vue"),
            State.DISPUTED: _("Dates contestées"),
            State.EXCLUDED: _("Exclues par décision"),
            State.SEALED: _("Sans données personnelles"),
        }.get(state, _("Demandes"))
        if state is not None
        else _("Demandes")
    )


def _facets(of: Selection) -> Iterator[str]:
    """Yield what else than its state and its period a selection is of, a sentence each."""
    if of.period is not None and of.state not in BY_ANSWER:
        yield (_("Par date d'échéance.") if of.by is Belonging.DUE else _("Par date de réception."))
    if of.service is not None:
        yield _of_service(of.service)
    if of.unassigned:
        yield _("Demandes qu'aucun service n'a.")
    if of.follow_ups:
        yield _("Suites de demandes déjà traitées.")
    if of.variant is not None:
        yield {
            Variant.OTHER_COMPARISON: _(
                "Jugées par l'autre lecture de la règle : échéances et délais sont les siens."
            ),
            Variant.WITHOUT_CLOSURES: _(
                "Jugées sans les fermetures déclarées : échéances et délais en changent."
            ),
            Variant.MAIL_ALONE: _(
                "Jugées par les seuls courriels : sans les réponses par décision ou classement."
            ),
        }[of.variant]


def _of_service(service: str) -> str:
    return _("Service : {service}.").format(service=words.safe(service))


def _mails(of: CountedMails) -> str:
    if of.copies:
        return _("Courriels vus dans les dossiers")
    if of.mail_class is None:
        return _("Courriels, chacun compté une fois")
    if of.kind is not None:
        return _left_out(of.kind)
    said = mail_terms.mail_class(of.mail_class)
    return said[:1].upper() + said[1:]


def _left_out(kind: str) -> str:
    return _("Écartés : {kind}").format(kind=mail_terms.kind(kind))


def _matter(matter: Matter) -> str:
    return {
        Matter.ALL: _("À vérifier par le référent"),
        Matter.REPLIES: _("Réponses possibles, à vérifier"),
        Matter.REQUESTS: _("Courriels comptés comme des demandes, à vérifier"),
        Matter.IN_JUNK: _("Formulaires dans les indésirables, à vérifier"),
    }[matter]


def commands(of: Counted) -> Iterator[str]:
    """Yield the commands that print the same rows."""
    match of:
        case CountedRequests(selection, promise):
            yield " ".join(
                ("mailsla requests", *_options(selection), *([f"--promise {promise}"] if promise else []))
            )
        case CountedTogether(parts):
            for part in parts:
                yield from commands(part)
        case CountedLeftOut(period, kind):
            yield f"mailsla requests --state left-out --kind {kind} --period {period.name}"
        case CountedMails(mail_class, kind, copies):
            options = (
                "--copies" if copies else "",
                "" if mail_class is None else f"--class {mail_class.value}",
                "" if kind is None else f"--kind {kind}",
            )
            yield " ".join(filter(None, ("mailsla mails", *options)))
        case CountedDoubts(Matter.ALL, service):
            yield " ".join(("mailsla requests --state to-check", *words.option_of_service(service)))
        case CountedDoubts():
            pass


def _options(of: Selection) -> Iterator[str]:
    if of.counted:
        yield "--counted"
    if of.state is not None:
        yield f"--state {of.state.value}"
    if of.period is not None:
        yield f"--period {of.period.name}"
        if of.state not in BY_ANSWER:
            yield f"--cohort {of.by.value}"
    yield from words.option_of_service(of.service)
    if of.unassigned:
        yield "--unassigned"
    if of.follow_ups:
        yield "--follow-ups"
    if of.variant is not None:
        yield f"--variant {of.variant.value}"
