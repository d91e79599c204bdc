"""Words about promises beside the main one: what each is called, how it is kept."""

from __future__ import annotations

from mailsla.core.clock.origin import PresetName
from mailsla.core.rate.promises import Keeping, KeptBy, Promise, PromiseLine
from mailsla.core.rate.selection import Selection, State
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import origin_words, words
from mailsla.presentation.counting import Counting
from mailsla.presentation.told import joined, told

ANY = Counting(Selection())
"""What is said to be counted where nobody asks for its list."""


def name(promise: Promise) -> str:
    """What people call a promise beside the main one: « Réclamations », « Accusé de réception »…"""
    known = {
        "complaint": _("Réclamations"),
        "information": _("Demandes d'information"),
        PresetName.RECEIPT: _("Accusé de réception"),
        PresetName.RECORDING: _("Accusé d'enregistrement"),
        PresetName.ANNOUNCED_DATE: _("Délai annoncé"),
    }
    return known.get(promise.name) or words.safe(promise.name)


def by_promise(promise: Promise) -> str:
    """Say what a list by another promise than the main one holds."""
    if promise.kept_by is KeptBy.ANNOUNCED_DATE:
        return _("Selon l'engagement « {name} » : l'échéance est la date annoncée.").format(
            name=name(promise)
        )
    if promise.kept_by is KeptBy.FIRST_MAIL:
        return _(
            "Selon l'engagement « {name} » : échéance et délai sont ceux du premier courriel de la préfecture."
        ).format(name=name(promise))
    return _("Selon l'engagement « {name} » : échéance et délai sont les siens.").format(name=name(promise))


def kept(line: PromiseLine, minimum: int, of: Counting = ANY) -> str:
    """« 2 sur 2 », or « 79,6 % (43 sur 54) » where a share is promised and enough have fallen due."""
    counts = line.population
    return of.out_of(counts) if line.is_by_counts and counts.fallen_due else of.rate(counts, minimum)


def target(line: PromiseLine, minimum: int) -> str:
    """« toutes : tenu », « 80 % : au-dessous à ce jour », or the target alone."""
    asked = _("toutes") if line.is_by_counts else words.percent(line.promise.commitment.target)
    keeping = line.keeping(minimum)
    if keeping is None:
        return asked
    above = (
        _("{target} : à l'objectif à ce jour") if line.is_by_counts else _("{target} : au-dessus à ce jour")
    )
    return {
        Keeping.KEPT: _("{target} : tenu"),
        Keeping.NOT_KEPT: _("{target} : non tenu"),
        Keeping.ABOVE: above,
        Keeping.BELOW: _("{target} : au-dessous à ce jour"),
    }[keeping].format(target=asked)


def counts(line: PromiseLine, of: Counting = ANY) -> str:
    """How many there are of what a promise is about, with it and without, and where the promise comes from."""
    said = {
        KeptBy.ANSWER: _answered,
        KeptBy.FIRST_MAIL: _written_to,
        KeptBy.ANNOUNCED_DATE: _dates,
    }[line.promise.kept_by](line, of)
    rest = (
        []
        if line.promise.kept_by is KeptBy.ANNOUNCED_DATE
        else [words.short_promise(line.promise.commitment)]
    )
    if source := origin_words.said_source(line.promise.commitment.origin):
        rest.append(source)
    return told(
        _("{name} ({promise}) : {counts}, à ce jour."),
        name=name(line.promise),
        counts=said,
        promise=", ".join(rest),
    )


def _said(sentence: str, count: int, of: Counting, state: State | None) -> str:
    """Return a sentence about so many, with their list."""
    return told(sentence, n=of.number(count, state))


def _answered(line: PromiseLine, of: Counting) -> str:
    total, answered, unanswered = line.population.counted, line.answered, line.unanswered
    return joined(
        ", ",
        (
            _said(ngettext("{n} demande", "{n} demandes", total), total, of, None),
            _said(ngettext("{n} répondue", "{n} répondues", answered), answered, of, State.ANSWERED),
            _said(
                ngettext("{n} sans réponse", "{n} sans réponse", unanswered), unanswered, of, State.UNANSWERED
            ),
        ),
    )


def _written_to(line: PromiseLine, of: Counting) -> str:
    total, answered, unanswered = line.population.counted, line.answered, line.unanswered
    written = ngettext(
        "{n} a eu un courriel de la préfecture, quoi qu'il dise",
        "{n} ont eu un courriel de la préfecture, quoi qu'il dise",
        answered,
    )
    none = ngettext("{n} n'en a eu aucun", "{n} n'en ont eu aucun", unanswered)
    return joined(
        ", ",
        (
            _said(ngettext("{n} demande", "{n} demandes", total), total, of, None),
            _said(written, answered, of, State.ANSWERED),
            _said(none, unanswered, of, State.UNANSWERED),
        ),
    )


def _dates(line: PromiseLine, of: Counting) -> str:
    counts = line.population
    to_come = ngettext("{n} pas encore venue", "{n} pas encore venues", counts.not_due)
    return joined(
        ", ",
        (
            _said(
                ngettext("{n} date annoncée", "{n} dates annoncées", counts.counted),
                counts.counted,
                of,
                None,
            ),
            _said(ngettext("{n} tenue", "{n} tenues", counts.met), counts.met, of, State.MET),
            _said(
                ngettext("{n} non tenue", "{n} non tenues", counts.missed), counts.missed, of, State.MISSED
            ),
            _said(to_come, counts.not_due, of, State.NOT_DUE),
        ),
    )
