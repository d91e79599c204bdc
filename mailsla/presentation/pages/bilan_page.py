"""The yearly bilan: where the year ended, how it went, for whom, what was done about it, and how to recount it all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import CategoryLine, PeriodLine
from mailsla.core.rate.selection import State
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import origin_words, words
from mailsla.presentation.counting import counting, of_section
from mailsla.presentation.pages import (
    fill_in,
    note_page,
    recount_page,
    report_answers,
    report_pictures,
    report_tables,
    report_warnings,
    service_tables,
)
from mailsla.presentation.pages.gathered import Gathered
from mailsla.presentation.pages.other_promises import other_promises
from mailsla.presentation.pages.page import (
    Alignment,
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Points,
    Row,
    Section,
    Table,
)
from mailsla.presentation.told import told

MOST_UNANSWERED = 20
"""References of unanswered complaints that are named."""


def bilan_page(built: Report, gathered: Gathered, zone: ZoneInfo) -> Page:
    """The bilan of the year that a report is about; one that can still change says so first."""
    year = built.sections[0]
    return Page(
        title=title(built),
        lines=tuple(opening(built, zone)),
        warnings=tuple(report_warnings.warnings(built, zone)),
        sections=(
            Section(_("L'année en chiffres"), (figures(built),)),
            *other_promises(year, built.minimum, built.service),
            *_over_the_year(built),
            *_who(built, gathered, zone),
            *recount_page.sections(built, gathered, zone),
        ),
        notes=(_("Les délais sont des estimations : ils tiennent compte des demandes encore sans réponse."),),
    )


def title(built: Report) -> str:
    """What a bilan is called."""
    return _("{site} – bilan {year} des réponses aux courriels").format(
        site=words.safe(built.site), year=built.sections[0].period.name
    )


def opening(built: Report, zone: ZoneInfo) -> Iterator[Line]:
    """Yield what is said before any figure: that it may change, if so; where the year ended, and the one before."""
    year, former = built.sections[0], built.beside.year_before
    if not year.finality.is_definitive:
        why = report_answers.reasons(year, built, zone)
        yield Line(told(_("Bilan provisoire : {why}."), why=why), Emphasis.BAD)
    yield Line(
        _("Situation au {day}, {hour}").format(
            day=words.day_name(built.today), hour=words.hour(built.at, zone)
        )
    )
    yield Line(_headline(years(built)[0], built), Emphasis.STRONG)
    if former is not None:
        yield Line(_headline(former, built), Emphasis.STRONG)
    else:
        said = _("{year} n'a pas été relevé : rien à mettre à côté.").format(year=int(year.period.name) - 1)
        yield Line(said, Emphasis.DIM)
    yield Line(origin_words.promised(built.commitment))


def _headline(line: PeriodLine, built: Report) -> str:
    """« En 2026, 131 demandes échues, 105 répondues dans les temps : 80,1 %. Promesse tenue. »."""
    counts, of = line.population, counting(built, line.period)
    share = report_tables.attained(counts, built.minimum)
    due = (
        ngettext("{n} demande échue", "{n} demandes échues", counts.fallen_due)
        if built.sections[0].by is Belonging.DUE
        else ngettext("{n} demande reçue et échue", "{n} demandes reçues et échues", counts.fallen_due)
    )
    met = ngettext("{n} répondue dans les temps", "{n} répondues dans les temps", counts.met)
    said = told(
        _("En {year}, {due}, {met}"),
        year=line.period.name,
        due=told(due, n=of.number(counts.fallen_due, State.FALLEN_DUE)),
        met=told(met, n=of.number(counts.met, State.MET)),
    )
    if share is None:
        return told(_("{said} : trop peu pour un taux."), said=said)
    return told(
        _("{said} : {rate}. {stands}."),
        said=said,
        rate=words.percent(share),
        stands=report_answers.stands(line.finality, share, built.commitment.target),
    )


def years(built: Report) -> tuple[PeriodLine, ...]:
    """Return the year, and the one before where it is known."""
    this, former = built.sections[0].line, built.beside.year_before
    return (this,) if former is None else (this, former)


def figures(built: Report) -> Table:
    """The year's figures, last year's beside."""
    found = years(built)
    columns = (Column(""), *(Column(words.piece_name(line.period)) for line in found))
    columns_of = [_figures(line, built) for line in found]
    rows = zip(_labels(), *columns_of, strict=True)
    return Table(columns, tuple((Cell(label), *cells) for label, *cells in rows), leading=True)


def _labels() -> tuple[str, ...]:
    """What `_figures` are."""
    return (
        _("Demandes échues"),
        _("Répondues dans les temps"),
        _("Hors délai ou sans réponse"),
        _("Taux de respect"),
        _("Objectif"),
        _("Chiffre"),
        _("1 demande sur 2 a sa réponse en"),
        _("9 demandes sur 10 ont leur réponse en"),
        _("Exclues par décision"),
    )


def _figures(line: PeriodLine, built: Report) -> tuple[Cell, ...]:
    counts, curve, minimum = line.population, line.delays, built.minimum
    of, target = counting(built, line.period), built.commitment.target
    half, tenth = _("plus de la moitié attendent encore"), _("plus d'une sur dix attend encore")
    return (
        report_tables.count_cell(counts.fallen_due, of, State.FALLEN_DUE),
        report_tables.count_cell(counts.met, of, State.MET),
        report_tables.count_cell(counts.missed, of, State.MISSED),
        report_tables.rate_cell(counts, minimum, of, emphasis=Emphasis.STRONG),
        Cell(words.percent(target), target),
        Cell(words.standing(line.finality)),
        report_tables.delay_cell(curve, curve.median, minimum, half),
        report_tables.delay_cell(curve, curve.ninth_decile, minimum, tenth),
        report_tables.count_cell(counts.excluded, of, State.EXCLUDED),
    )


def _over_the_year(built: Report) -> Iterator[Section]:
    """Yield the months, the delays, and who had no answer: a sheet of its own."""
    year = built.sections[0]
    pictures = (*report_pictures.pieces(year, built), *report_pictures.delays(year, built))
    pages = [Section(picture.title, (picture,)) for picture in pictures]
    pages.append(Section(_("Restées sans réponse"), (Line(unanswered(built)),)))
    yield replace(pages[0], new_sheet=True)
    yield from pages[1:]


def unanswered(built: Report) -> str:
    """How many of the year's requests have no answer at all, and which share of them."""
    year = built.sections[0]
    main = next(line for line in year.by_category if line.commitment is built.commitment)
    counted = main.population.counted
    without = counted - main.answered
    of = of_section(year, built)
    sentence = ngettext(
        "{n} des {counted} demandes de l'année n'a reçu aucune réponse à ce jour",
        "{n} des {counted} demandes de l'année n'ont reçu aucune réponse à ce jour",
        without,
    )
    said = told(sentence, n=of.number(without, State.UNANSWERED), counted=words.number(counted))
    waiting = main.population.waiting
    if waiting:
        among = ngettext("{said} (dont {n} pas encore échue)", "{said} (dont {n} pas encore échues)", waiting)
        said = told(among, said=said, n=of.number(waiting, State.NOT_DUE_WAITING))
    if counted < built.minimum:
        return told("{said}.", said=said)
    return told(_("{said} : {share}."), said=said, share=words.percent(Fraction(without, counted)))


def _who(built: Report, gathered: Gathered, zone: ZoneInfo) -> Iterator[Section]:
    """Yield services, categories, complaints, causes and actions, and what people filled in: on another sheet."""
    year = built.sections[0]
    yield Section(_("Par service"), (service_tables.services_by_need(year, built),), new_sheet=True)
    if len(year.by_category) > 1:
        yield Section(_("Par nature de demande"), tuple(_categories(built, gathered)))
    noted = note_page.standing_notes(gathered.notes, zone)
    yield Section(_("Causes de retard et actions"), (noted,))
    yield from map(fill_in.section, gathered.parts)


def _categories(built: Report, gathered: Gathered) -> Iterator[Block]:
    columns = (
        Column(_("Nature")),
        Column(_("Demandes"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Répondues"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Dans les temps"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Échues"), Alignment.RIGHT, Fit.WHOLE),
    )
    yield Table(columns, tuple(_category(line, built) for line in built.sections[0].by_category))
    said = tuple(_complaints(name, found) for name, found in gathered.unanswered.items())
    if said:
        yield Points(said)


def _category(line: CategoryLine, built: Report) -> Row:
    name, counts = line.commitment.category, line.population
    of = of_section(built.sections[0], built).but(category=name)
    return (
        Cell(words.category(name)),
        Cell(words.number(counts.counted), counts.counted),
        report_tables.count_cell(line.answered, of, State.ANSWERED),
        report_tables.count_cell(counts.met, of, State.MET),
        report_tables.count_cell(counts.fallen_due, of, State.FALLEN_DUE),
    )


def _complaints(name: str, found: Sequence[Judged]) -> str:
    """« réclamation : toutes ont eu une réponse », or which have none."""
    if not found:
        return _("{category} : toutes ont eu une réponse.").format(category=words.category(name))
    shown = ", ".join(words.reference(item.case.key) for item in found[:MOST_UNANSWERED])
    if len(found) > MOST_UNANSWERED:
        shown += "…"
    return ngettext(
        "{category} : {n} sans réponse ({which}).", "{category} : {n} sans réponse ({which}).", len(found)
    ).format(category=words.category(name), n=len(found), which=shown)
