"""The report: where the office stands, what is overdue, what the year still allows."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from zoneinfo import ZoneInfo

from mailsla.core.rate import section as measured
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.outlook import Outlook, VolumeBasis
from mailsla.core.rate.overdue import Overdue, all_overdue
from mailsla.core.rate.period import Grain
from mailsla.core.rate.report import Report
from mailsla.core.rate.selection import State
from mailsla.core.rate.standard import Variant
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, origin_words, privacy_words, rule_words, words
from mailsla.presentation.counting import (
    Counting,
    counting,
    follow_ups,
    left_out,
    of_all,
    of_section,
)
from mailsla.presentation.pages import periods_beside, report_tables, service_tables
from mailsla.presentation.pages.balance_table import balance
from mailsla.presentation.pages.other_promises import other_promises
from mailsla.presentation.pages.page import Block, Emphasis, Line, Page, Points, Section
from mailsla.presentation.pages.report_answers import answers
from mailsla.presentation.pages.report_warnings import warnings
from mailsla.presentation.pages.request_page import request_table
from mailsla.presentation.told import joined, told
from mailsla.presentation.typography import NO_BREAK

MOST_ROWS = 20
"""Rows of a list inside the report; `mailsla requests` shows them all."""


def report_page(built: Report, zone: ZoneInfo, *, known_then: bool = False) -> Page:
    """Everything the report says; `known_then` when it speaks of a past instant by what was known at it."""
    return Page(
        title=_("{site} – réponses aux courriels").format(site=built.site),
        lines=tuple(_opening(built, zone, known_then=known_then)),
        warnings=tuple(warnings(built, zone)),
        sections=(
            Section("", (report_tables.summary(built),)),
            *periods_beside.beside(built),
            *(_by_service(section, built) for section in built.sections),
            *_cut(built.sections[-1], built),
            outlook_of(built),
            *deadlines(built, zone),
            balance_of(built),
        ),
        notes=tuple(notes(built, zone, known_then=known_then)),
    )


def _of_then(built: Report, zone: ZoneInfo) -> Iterable[str]:
    """Say how the lists of a past instant are asked for."""
    at = built.at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
    yield _("Les listes telles que connues alors : ajoutez « --at {at} » à chaque commande.").format(at=at)


def _opening(built: Report, zone: ZoneInfo, *, known_then: bool) -> Iterable[Line]:
    yield from situation(built, zone, known_then=known_then)
    yield Line(origin_words.promised(built.commitment))
    yield Line(rule_words.rule(built.commitment, built.standard.clock), Emphasis.DIM)
    yield Line(rule_words.example(built.example, zone), Emphasis.DIM)


def situation(built: Report, zone: ZoneInfo, *, known_then: bool) -> Iterable[Line]:
    """Yield of when and of what the report speaks, then the three answers, each led by its question."""
    sentence = (
        _("Situation au {day}, {hour}, telle que connue alors")
        if known_then
        else _("Situation au {day}, {hour}")
    )
    yield Line(sentence.format(day=words.day_name(built.today), hour=words.hour(built.at, zone)))
    if built.service is not None:
        only = _("Ne sont comptées que les demandes du service « {service} ».")
        yield Line(only.format(service=words.safe(built.service)))
    yield from (answer.line for answer in answers(built, zone))


def _by_service(section: measured.Section, built: Report) -> Section:
    title = _("Par service – {period}").format(period=words.period_name(section.period))
    return Section(title, (service_tables.services(section, built),))


def _cut(widest: measured.Section, built: Report) -> Iterable[Section]:
    """Yield the other promises of the widest cohort, and it over time, where there are any."""
    yield from other_promises(widest, built.minimum, built.service)
    if len(widest.by_period) > 1:
        yield Section(_("Au fil de la période"), (report_tables.over_time(widest.by_period, built),))


def outlook_of(built: Report) -> Section:
    """What the year still allows."""
    target = words.percent(built.commitment.target)
    title = _("Atteindre {target} en {year}").format(target=target, year=built.outlook.year)
    waiting = counting(built, Grain.YEAR.period_of(built.today), Belonging.DUE)
    return Section(title, (Points(tuple(_outlook_sentences(built.outlook, target, waiting))),))


def _outlook_sentences(outlook: Outlook, target: str, of: Counting) -> Iterable[str]:
    if outlook.needed is None:
        yield _(
            "Même si toutes les demandes en attente sont tenues, celles qui échoient cette année resteront "
            "sous {target}."
        ).format(target=target)
    elif outlook.waiting:
        sentence = _(
            "{needed} des {waiting} demandes en attente qui échoient cette année doivent encore être tenues pour que "
            "l'année atteigne {target}, avec ce qui est reçu à ce jour."
        )
        waiting = of.number(outlook.waiting, State.NOT_DUE_WAITING)
        yield told(sentence, needed=words.number(outlook.needed), waiting=waiting, target=target)
    basis = (
        _("les mêmes semaines de l'an dernier")
        if outlook.volume_basis is VolumeBasis.LAST_YEAR
        else _("le rythme de cette année")
    )
    yield ngettext(
        "{expected} demande à échoir cette année est encore attendue, d'après {basis}.",
        "{expected} demandes à échoir cette année sont encore attendues, d'après {basis}.",
        outlook.expected,
    ).format(expected=words.number(outlook.expected), basis=basis)
    if outlook.lost:
        yield _("À ce volume, l'objectif de l'année ne peut plus être atteint.")
    else:
        yield ngettext(
            "Ces demandes attendues comprises, {n} demande peut encore être manquée cette année.",
            "Ces demandes attendues comprises, {n} demandes peuvent encore être manquées cette année.",
            outlook.may_lose,
        ).format(n=words.number(outlook.may_lose))
    yield from _at_this_pace(outlook)


def _at_this_pace(outlook: Outlook) -> Iterable[str]:
    if outlook.landing is not None:
        yield _(
            "Au rythme présent, l'année finirait à {expected} (de {low} à {high}, 19 chances sur 20)."
        ).format(
            expected=words.percent(outlook.landing.expected),
            low=words.percent(Fraction(outlook.landing.low)),
            high=words.percent(Fraction(outlook.landing.high)),
        )
    if outlook.out_of_reach_from is not None and not outlook.lost:
        yield _("À ce rythme, l'objectif ne pourra plus être atteint après la {week}.").format(
            week=words.period_name(outlook.out_of_reach_from)
        )


def deadlines(
    built: Report, zone: ZoneInfo, most_late: int = MOST_ROWS, most_soon: int = MOST_ROWS
) -> Iterable[Section]:
    """Yield what is late and what falls due soon; before any account was read whole, nothing is not known to be."""
    is_known = built.since is not None
    if is_known or len(built.overdue):
        yield late(built, zone, most_late)
    if is_known or built.soon:
        yield soon(built, zone, most_soon)


def late(built: Report, zone: ZoneInfo, most: int = MOST_ROWS) -> Section:
    """The unanswered requests past their due date, `most` of them."""
    return _deadlines(_("Demandes en retard, sans réponse"), built.overdue, State.OVERDUE, built, zone, most)


def soon(built: Report, zone: ZoneInfo, most: int = MOST_ROWS) -> Section:
    """The unanswered requests that fall due soon, `most` of them."""
    found = all_overdue(built.soon)
    return _deadlines(_("Échéance dans les trois jours ouvrés"), found, State.DUE_SOON, built, zone, most)


def _deadlines(title: str, found: Overdue, state: State, built: Report, zone: ZoneInfo, most: int) -> Section:
    """A list with its count in the heading; the first rows only: the others are further down, or a command away."""
    items, follow_ups = found.listed, found.follow_ups
    among = told(
        ngettext(" (dont {n} suite)", " (dont {n} suites)", follow_ups),
        n=of_all(built).number(follow_ups, state, follow_ups=True),
    )
    blocks: list[Block] = [request_table(items[:most], zone, built.decided)] if items else []
    hidden = len(found) - most
    if hidden > 0:
        options = " ".join((f"--state {state}", *words.option_of_service(built.service)))
        more = (
            _("… et {n} de plus : voir plus bas.").format(n=words.number(hidden))
            if most < MOST_ROWS
            else _("… et {n} de plus : « mailsla requests {options} ».").format(
                n=words.number(hidden), options=options
            )
        )
        blocks.append(Line(more, Emphasis.DIM))
    heading = told(_("{title} : {n}"), title=title, n=of_all(built).number(len(found), state))
    return Section(joined("", (heading, among if follow_ups else "")), tuple(blocks))


def balance_of(built: Report) -> Section:
    """The balance of all mail: it is of no period and no service."""
    title = _("Compte – tous les courriels relevés à ce jour, toutes périodes et tous services")
    return Section(title, (balance(built.balance),))


def notes(built: Report, zone: ZoneInfo, *, known_then: bool) -> Iterable[str]:
    """Yield what is said last."""
    if built.not_requests:
        period = built.sections[-1].period
        counts = joined(
            ", ",
            (
                told("{n}{kind}", n=left_out(count, kind, period), kind=NO_BREAK + mail_terms.kind(kind))
                for kind, count in built.not_requests
            ),
        )
        yield told(_("Ne sont pas des demandes, sur la période la plus longue : {counts}."), counts=counts)
    yield from _otherwise(built)
    widest = built.sections[-1]
    if counted := widest.follow_ups.counted:
        sentence = ngettext(
            "{n} suite d'une demande déjà traitée, comptée à part.",
            "{n} suites de demandes déjà traitées, comptées à part.",
            counted,
        )
        yield told(sentence, n=follow_ups(counted, of_section(widest, built)))
    if built.sealed is not None:
        yield told(
            privacy_words.sealed(built.sealed), n=of_all(built).number(built.sealed.requests, State.SEALED)
        )
    yield _("Les délais sont des estimations : ils tiennent compte des demandes encore sans réponse.")
    if known_then:
        yield from _of_then(built, zone)


def _otherwise(built: Report) -> Iterable[str]:
    """Say how many of the widest cohort no mail answered, and what it would be without them."""
    widest = built.sections[-1]
    of, decided, filed = of_section(widest, built), widest.by_decision, widest.by_filing
    if not decided and not filed:
        return
    decisions = ngettext("{n} réponse par décision", "{n} réponses par décision", decided)
    filings = ngettext("{n} par classement", "{n} par classement", filed)
    yield told(
        _("{period} : {decided} et {filed} comptent comme des réponses. Sans elles : {rate} dans les temps."),
        period=words.period_name(widest.period),
        decided=told(decisions, n=of.number(decided, State.ANSWERED_BY_DECISION)),
        filed=told(filings, n=of.number(filed, State.ANSWERED_BY_FILING)),
        rate=of.but(variant=Variant.MAIL_ALONE).rate(widest.by_mail, built.minimum),
    )
