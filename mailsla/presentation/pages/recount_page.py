"""« Comment recompter »: all that someone who trusts nobody needs to count a year again by hand, on a sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from mailsla.core.clock.working_days import SpecialDay
from mailsla.core.rate import section as measured
from mailsla.core.rate.finality import Missing
from mailsla.core.rate.report import Report
from mailsla.core.rate.selection import State
from mailsla.core.rate.standard import Judged, Variant
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import clock_terms, origin_words, rule_words, terms, words
from mailsla.presentation.counting import of_section
from mailsla.presentation.pages import clock_page, register_page, report_answers, report_warnings
from mailsla.presentation.pages.gathered import Gathered
from mailsla.presentation.pages.page import (
    Alignment,
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Points,
    Row,
    Section,
    Table,
)
from mailsla.presentation.told import told

MOST_DECISIONS = 30
"""Decisions that are shown: the register has them all."""


def sections(built: Report, gathered: Gathered, zone: ZoneInfo) -> Iterator[Section]:
    """Yield the rule, the calendar, what people decided, what is missing, a sample, names of what was counted."""
    year = built.sections[0]
    rule = (
        Line(origin_words.promised(built.commitment)),
        Line(rule_words.rule(built.commitment, built.standard.clock)),
        Line(rule_words.example(built.example, zone)),
        Line(_("Les taux sont coupés au dixième, jamais arrondis : 79,96 est écrit 79,9.")),
        Line(other_rule(built)),
    )
    yield Section(_("Comment recompter"), rule, new_sheet=True)
    yield Section(_("Calendrier"), tuple(_calendar(built)))
    yield Section(_("Interruptions de la relève"), (_holes(built, zone),))
    yield Section(_("Échantillon tiré au sort"), tuple(_sample(gathered, year, zone)))
    yield Section(_("Décisions"), tuple(_decisions(built, gathered, zone)))
    yield Section(_("Ce dont ces chiffres sont faits"), tuple(_digests(gathered, built, zone)))
    yield Section(_("Signatures"), tuple(map(Line, _signatures())))


def other_rule(built: Report) -> str:
    """What the rate would be, were the promise compared the other way."""
    other = built.commitment.compared(built.commitment.comparison.other)
    of = of_section(built.sections[0], built).but(variant=Variant.OTHER_COMPARISON)
    rate = of.rate(built.sections[0].compared, built.minimum)
    return told(_("Si l'on comptait « {promise} » : {rate}."), promise=words.short_promise(other), rate=rate)


def days_off(built: Report) -> tuple[SpecialDay, ...]:
    """Return the days of the year that do not count, or are declared."""
    year = built.sections[0].period
    first, last = date(year.first.year, 1, 1), date(year.last.year, 12, 31)
    return tuple(day for day in built.standard.clock.calendar.special_days if first <= day.on <= last)


def _calendar(built: Report) -> Iterator[Block]:
    year = built.sections[0]
    yield clock_page.special_days(days_off(built))
    changed = year.closures_changed
    if not changed:
        yield Line(_("Les fermetures déclarées ne changent aucun verdict."))
        return
    said = ngettext(
        "Les fermetures déclarées changent {n} verdict ; sans elles : {rate}.",
        "Les fermetures déclarées changent {n} verdicts ; sans elles : {rate}.",
        changed,
    )
    of = of_section(year, built)
    without = of.but(variant=Variant.WITHOUT_CLOSURES).rate(year.without_closures, built.minimum)
    yield Line(told(said, n=of.number(changed, State.CLOSURE_CHANGED), rate=without))


def _holes(built: Report, zone: ZoneInfo) -> Block:
    said = tuple(report_warnings.holes(built.gaps, zone))
    found = built.sections[0].finality
    if Missing.COLLECTION in found.missing:
        return Points((*said, report_answers.not_collected(found, built, zone)))
    return Points(said) if said else Line(_("Aucune n'a pu cacher un courriel de cette année."))


def _sample(gathered: Gathered, year: measured.Section, zone: ZoneInfo) -> Iterator[Block]:
    options = f"--period {year.period.name} --cohort {year.by} --counted"
    asked = f"mailsla requests {options} --sample {len(gathered.sample)} --seed {gathered.seed}"
    said = _("La même liste : « {command} » ; chacune en entier : « mailsla show RÉFÉRENCE ».")
    yield Line(said.format(command=asked), Emphasis.DIM)
    yield _judged(gathered.sample, zone)


def _judged(items: Sequence[Judged], zone: ZoneInfo) -> Table:
    """Requests to be counted again, without what names anybody."""
    columns = (
        Column(_("Réf."), fit=Fit.WHOLE),
        Column(_("Reçue le"), fit=Fit.WHOLE),
        Column(_("Échéance"), fit=Fit.WHOLE),
        Column(_("Répondue le"), fit=Fit.WHOLE),
        Column(_("Jours ouvrés"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Verdict")),
    )
    return Table(columns, tuple(_row(item, zone) for item in items))


def _row(item: Judged, zone: ZoneInfo) -> Row:
    case, verdict = item.case, item.verdict
    answered = verdict.answered_on
    return (
        Cell(words.reference(case.key), case.key),
        Cell(words.short_instant(case.received_at, zone), case.received_at),
        Cell(words.short_day(verdict.due_on), verdict.due_on),
        Cell("–") if answered is None else Cell(words.short_day(answered), answered),
        Cell(words.number(verdict.working_days), verdict.working_days),
        Cell(clock_terms.outcome(verdict.outcome, answered=answered is not None)),
    )


def _decisions(built: Report, gathered: Gathered, zone: ZoneInfo) -> Iterator[Block]:
    year = built.sections[0]
    of = of_section(year, built)
    yield Line(
        told(
            _("Réponses par décision : {decided} ; par classement : {filed} ; sans elles : {rate}."),
            decided=of.number(year.by_decision, State.ANSWERED_BY_DECISION),
            filed=of.number(year.by_filing, State.ANSWERED_BY_FILING),
            rate=of.but(variant=Variant.MAIL_ALONE).rate(year.by_mail, built.minimum),
        )
    )
    shown = gathered.decisions[-MOST_DECISIONS:]
    for section in register_page.decisions_page(shown, zone).sections:
        yield from section.blocks
    hidden = len(gathered.decisions) - len(shown)
    if hidden:
        more = ngettext(
            "… et {n} plus ancienne : « mailsla decisions ».",
            "… et {n} plus anciennes : « mailsla decisions ».",
            hidden,
        )
        yield Line(more.format(n=words.number(hidden)), Emphasis.DIM)


def _digests(gathered: Gathered, built: Report, zone: ZoneInfo) -> Iterator[Block]:
    rows = tuple((Cell(terms.source(source)), Cell(name)) for source, name in gathered.digests.items())
    yield Table((Column(_("Source")), Column(_("Empreinte"))), rows)
    if gathered.published is None:
        said = _("Ce chiffre n'est pas publié : « mailsla report --period {year} --publish » le fige.")
        yield Line(said.format(year=built.sections[0].period.name))
        return
    item, revision, _followed_by = gathered.published
    now = _("inchangé") if revision is None else register_page.figure(revision.now, built.minimum)
    said = _("Publication n° {number} du {day} : {figure}, {standing} ; aujourd'hui : {now}.")
    yield Line(
        said.format(
            number=item.number,
            day=words.short_day(item.published_at.astimezone(zone).date()),
            figure=register_page.figure(item, built.minimum),
            standing=register_page.standing(item),
            now=now,
        )
    )


def _signatures() -> tuple[str, ...]:
    line = "…" * 30
    who = (_("Le référent qualité"), _("Le secrétaire général"), _("Vu par l'auditeur"))
    return tuple(_("{who}, le {line}").format(who=title, line=line) for title in who)
