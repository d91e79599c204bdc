"""The three sentences that a report begins with: where things stand, whether that is final, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.finality import Finality, Missing
from mailsla.core.rate.period import Grain
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section
from mailsla.core.rate.selection import State
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.counting import Counting, by_service, of_all, of_section
from mailsla.presentation.pages.page import Emphasis, Line
from mailsla.presentation.told import capitalised, joined, told


class Answer(NamedTuple):
    """A question that a report begins with, and its answer.

    Attributes:
        question: The question.
        text: The answer, whole.
        keys: What a glance is to take from it, in the order in which the answer has it.
    """

    question: str
    text: str
    keys: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """Both as one line, led by the question."""
        whole = joined(" ", (self.question, self.text))
        return Line(whole, Emphasis.STRONG, lead=self.question, keys=self.keys)


def answers(built: Report, zone: ZoneInfo) -> Iterator[Answer]:
    """Yield each question with its answer, about the widest cohort."""
    widest = built.sections[-1]
    final = is_final(widest, built, zone)
    yield Answer(_("Où en est-on ?"), *_where(widest, built))
    yield Answer(_("Est-ce définitif ?"), final, (final.partition(":")[0].rstrip(),))
    yield Answer(_("Que faire cette semaine ?"), *_what_to_do(built))


def _where(widest: Section, built: Report) -> tuple[str, tuple[str, ...]]:
    found, counts, period = widest.finality, widest.population, words.in_period(widest.period)
    promise = built.commitment
    if not counts.fallen_due:
        return _nothing_due(widest, period), ()
    share = counts.attainment
    what = _of_which(widest.by, period)
    of = of_section(widest, built)
    fraction = of.out_of(counts)
    if counts.fallen_due < built.minimum or share is None:
        return _few(widest, period, words.short_promise(promise), of), ()
    standing, rate = stands(found, share, promise.target), words.percent(share)
    whole = told(
        _("{stands} : {rate} {what} ont eu leur réponse {promise} ({fraction}), pour {target} promis."),
        stands=standing,
        rate=rate,
        what=what,
        promise=words.short_promise(promise),
        fraction=fraction,
        target=words.percent(promise.target),
    )
    return whole, (standing, rate)


def stands(found: Finality, share: Fraction, target: Fraction) -> str:
    """Whether the promise is kept, once that is definitive; before, on which side of the target the figure is."""
    if found.from_archives:
        return _("D'après des archives reprises, sans qu'on sache si elles sont entières")
    if not found.is_covered:
        return _("Chiffre peut-être incomplet ; d'après les seuls courriels relevés")
    if found.is_definitive:
        return _("Promesse tenue") if share >= target else _("Promesse non tenue")
    if share >= target:
        return _("Au-dessus de l'objectif à ce jour")
    return _("Au-dessous de l'objectif à ce jour")


def _nothing_due(widest: Section, period: str) -> str:
    if not widest.finality.is_covered:
        return _("On ne le sait pas : rien n'était encore relevé {period}.").format(period=period)
    if widest.by is Belonging.RECEIVED and widest.population.counted:
        return _("Aucune des demandes reçues {period} n'est encore échue.").format(period=period)
    if Missing.PERIOD in widest.finality.missing:
        return _("Aucune demande n'est encore échue {period}.").format(period=period)
    return _("Aucune demande n'est à compter {period}.").format(period=period)


def _few(widest: Section, period: str, promise: str, of: Counting) -> str:
    """Say counts alone, of too few requests for a rate."""
    due, met = widest.population.fallen_due, widest.population.met
    if widest.by is Belonging.DUE:
        some = ngettext("Sur {n} demande échue {period}", "Sur {n} demandes échues {period}", due)
    else:
        some = ngettext(
            "Sur {n} demande reçue {period} et échue", "Sur {n} demandes reçues {period} et échues", due
        )
    had = ngettext("{n} a eu sa réponse {promise}", "{n} ont eu leur réponse {promise}", met)
    return told(
        _("{some}, {had} : trop peu pour un taux."),
        some=told(some, n=of.number(due, State.FALLEN_DUE), period=period),
        had=told(had, n=of.number(met, State.MET), promise=promise),
    )


def _of_which(by: Belonging, period: str) -> str:
    if by is Belonging.DUE:
        return _("des demandes échues {period}").format(period=period)
    return _("des demandes reçues {period} et échues").format(period=period)


def is_final(widest: Section, built: Report, zone: ZoneInfo) -> str:
    """Whether a figure is definitive, and why not."""
    if widest.finality.is_definitive:
        return _(
            "Oui : la période est finie, toutes ses demandes sont échues, et tous ses courriels sont connus."
        )
    return told(_("Pas encore : {reasons}."), reasons=reasons(widest, built, zone))


def reasons(widest: Section, built: Report, zone: ZoneInfo) -> str:
    """What a figure lacks to be definitive."""
    found = widest.finality
    said = {
        Missing.PERIOD: words.not_over(widest.period),
        Missing.DUE: _not_due(widest.population, of_section(widest, built)),
        Missing.COLLECTION: _collection(found, built, zone),
    }
    return joined(_(" ; "), (said[item] for item in found.missing))


def _not_due(counts: Population, of: Counting) -> str:
    """Say how many have not fallen due, answered already or waiting."""
    sentence = ngettext(
        "{n} demande n'est pas encore échue ({early}, {waiting} en attente)",
        "{n} demandes ne sont pas encore échues ({early}, {waiting} en attente)",
        counts.not_due,
    )
    early = ngettext("{n} déjà répondue", "{n} déjà répondues", counts.early)
    return told(
        sentence,
        n=of.number(counts.not_due, State.NOT_DUE),
        early=told(early, n=of.number(counts.early, State.NOT_DUE_ANSWERED)),
        waiting=of.number(counts.waiting, State.NOT_DUE_WAITING),
    )


def not_collected(found: Finality, built: Report, zone: ZoneInfo) -> str:
    """What was not collected of a figure's mail, as a sentence."""
    said = _collection(found, built, zone)
    return f"{said[:1].upper()}{said[1:]}."


def _collection(found: Finality, built: Report, zone: ZoneInfo) -> str:
    if built.since is None:
        return _("aucun compte n'a encore été relevé en entier")
    if found.holes:
        return _("la relève a été interrompue")
    since = built.since.astimezone(zone).date()
    if found.uncovered is not None and found.uncovered > since:
        return _("aucun compte n'était relevé le {day}").format(day=words.short_day(found.uncovered))
    return _("les courriels ne sont relevés que depuis le {day} : ceux supprimés avant manquent").format(
        day=words.short_day(since)
    )


def _what_to_do(built: Report) -> tuple[str, tuple[str, ...]]:
    late, soon = len(built.overdue), len(built.soon)
    if not late and not soon:
        if built.since is None:
            # Archives may be all that is known, or half an account: what came since then may be late.
            return _("On ne le sait pas : aucun compte n'a encore été relevé en entier."), ()
        nothing = _("Rien ne presse : aucune demande en retard, aucune échéance dans les trois jours ouvrés.")
        return nothing, (nothing.partition(":")[0].rstrip(),)
    said: list[str] = []
    keys: list[str] = []
    if late:
        what = told(
            ngettext("{n} demande en retard", "{n} demandes en retard", late),
            n=of_all(built).number(late, State.OVERDUE),
        )
        whose = by_service(built.overdue.by_service, of_all(built), State.OVERDUE)
        said.append(told(_("répondre à {what} ({whose})"), what=what, whose=whose))
        keys.append(what)
    if soon:
        last = max(item.verdict.due_on for item in built.soon)
        what = told(
            ngettext("{n} demande qui va échoir", "{n} demandes qui vont échoir", soon),
            n=of_all(built).number(soon, State.DUE_SOON),
        )
        due = told(_("d'ici le {day}, à {what}"), day=words.day_name(last), what=what)
        today = _due_today(built)
        said.append(told(_("{due}, dont {today}"), due=due, today=today) if today else due)
        keys += [what, today] if today else [what]
    whole = joined(_(" et "), said) if late else told(_("répondre, {what}"), what=said[0])
    return joined("", (capitalised(whole), ".")), tuple(keys)


def _due_today(built: Report) -> str:
    """Say how many of those that fall due soon do this very day; nothing of none."""
    today = sum(item.verdict.due_on == built.today for item in built.soon)
    if not today:
        return ""
    this_day = Grain.DAY.period_of(built.today)
    due = of_all(built).number(today, State.DUE_SOON, period=this_day)
    return told(ngettext("{n} ce soir", "{n} ce soir", today), n=due)
