"""The weekly report on a terminal: figures, bars, what is overdue, what the year still allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from mailsla.core.clock.commitment import Commitment
from mailsla.core.collection.gap import Gap
from mailsla.core.rate.cohort import Section, ServiceLine
from mailsla.core.rate.delays import DelayCurve
from mailsla.core.rate.outlook import Outlook, VolumeBasis
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Publication, Revision
from mailsla.core.rate.report import Report
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.formats.terminal import plain_table, request_table, service_name

BAR_WIDTH = 24
SERVICE_BAR_WIDTH = 8
MOST_ROWS = 20
"""Rows of a list inside the report; `mailsla requests` shows them all."""


def report(built: Report, zone: ZoneInfo, console: Console) -> None:
    """Print the report."""
    console.print(Text(_("{site} – réponses aux courriels").format(site=built.site), style="bold"))
    console.print(
        _("Situation au {day}, {hour}").format(
            day=words.day_name(built.today), hour=words.hour(built.at, zone)
        )
    )
    console.print(Text(_("Engagement : {promise}.").format(promise=words.promise(built.commitment))))
    console.print(Text(words.rule(built.commitment, built.standard.clock), style="dim"))
    console.print(Text(words.example(built.example, zone), style="dim"))
    for warning in _warnings(built, zone):
        console.print(Text(warning, style="bold yellow"))
    console.print()
    console.print(_summary(built))
    for cohort in built.sections:
        console.print()
        console.print(
            Text(_("Par service – {period}").format(period=period_name(cohort.period)), style="bold")
        )
        console.print(_services(cohort, built))
    widest = built.sections[-1]
    if len(widest.by_category) > 1:
        console.print()
        console.print(_categories(widest))
    if len(widest.by_period) > 1:
        console.print()
        console.print(_periods(widest, built.minimum))
    console.print()
    console.print(_outlook(built))
    for title, items in (
        (_("Demandes en retard, sans réponse"), built.overdue),
        (_("Échéance dans les trois jours ouvrés"), built.soon),
    ):
        console.print()
        console.print(_deadlines(title, items, zone, built.decided))
    console.print()
    for note in _notes(built):
        console.print(Text(note, style="dim"))


def period_name(period: Period) -> str:
    """« semaine 45, du 02/11/2026 au 08/11/2026 »."""
    dates = _("du {first} au {last}").format(
        first=words.short_day(period.first), last=words.short_day(period.last)
    )
    if "-W" in period.name:
        return _("semaine {week}, {dates}").format(week=int(period.name[-2:]), dates=dates)
    return dates


def piece_name(period: Period) -> str:
    """A period's short name: « S45 », « novembre 2026 », « T4 2026 », « 2026 »."""
    name = period.name
    if "-W" in name:
        return _("semaine {week} de {year}").format(week=int(name[-2:]), year=name[:4])
    if "-Q" in name:
        if name[-1] == "1":
            return _("1er trimestre {year}").format(year=name[:4])
        return _("{quarter}e trimestre {year}").format(quarter=name[-1], year=name[:4])
    return words.month(period.first) if len(name) == len("2026-11") else name


def _incomplete(gap: Gap) -> str:
    if gap.never:
        return _("Chiffres incomplets : le compte « {account} » n'a encore jamais été relevé en entier.")
    if gap.partial and gap.until is None:
        return _(
            "Chiffres incomplets : un dossier du compte « {account} » est refusé par le serveur depuis le {since}."
        )
    if gap.partial:
        return _(
            "Chiffres incomplets du {since} au {until} : "
            "un dossier du compte « {account} » était refusé par le serveur."
        )
    if gap.until is None:
        return _("Chiffres incomplets : le compte « {account} » n'est plus relevé depuis le {since}.")
    return _("Chiffres incomplets du {since} au {until} : le compte « {account} » n'était pas relevé.")


def _warnings(built: Report, zone: ZoneInfo) -> Iterable[str]:
    for gap in built.gaps:
        yield _incomplete(gap).format(
            account=gap.account,
            since=words.instant(gap.since, zone),
            until="" if gap.until is None else words.instant(gap.until, zone),
        )
    for revision in built.revisions:
        yield _revision(revision, zone)
    if built.doubts:
        yield ngettext(
            "{n} réponse possible reste à vérifier : elle n'est comptée pour aucune demande.",
            "{n} réponses possibles restent à vérifier : elles ne sont comptées pour aucune demande.",
            len(built.doubts),
        ).format(n=len(built.doubts))
    if built.set_aside:
        yield ngettext(
            "{n} courriel illisible a été mis de côté ; voir « mailsla check ».",
            "{n} courriels illisibles ont été mis de côté ; voir « mailsla check ».",
            built.set_aside,
        ).format(n=built.set_aside)


def _revision(found: Revision, zone: ZoneInfo) -> str:
    """What a published figure would be today, and why."""
    others = found.changed + found.appeared + found.gone
    causes = ", ".join(words.source(cause) for cause in found.causes) or "–"
    sentence = ngettext(
        "Chiffre publié le {day} pour {period} : {before}, serait aujourd'hui {after} ({n} demande ; {causes}).",
        "Chiffre publié le {day} pour {period} : {before}, serait aujourd'hui {after} ({n} demandes ; {causes}).",
        others,
    )
    return sentence.format(
        day=words.short_day(found.published.published_at.astimezone(zone).date()),
        period=found.published.period.name,
        before=published(found.published),
        after=published(found.now),
        n=others,
        causes=causes,
    )


def published(publication: Publication) -> str:
    """« 79,6 % (43 sur 54) »."""
    fraction = _("{met} sur {settled}").format(met=publication.met, settled=publication.settled)
    return f"{words.percent(publication.attainment)} ({fraction})"


def _summary(built: Report) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), show_edge=False)
    table.add_column("")
    for cohort in built.sections:
        table.add_column(period_name(cohort.period), justify="left", min_width=BAR_WIDTH)
    for label, cell in _summary_rows(built):
        table.add_row(label, *(cell(cohort) for cohort in built.sections))
    return table


def _summary_rows(built: Report) -> Iterable[tuple[str, Callable[[Section], RenderableType]]]:
    minimum = built.minimum
    yield _("Taux de respect"), lambda cohort: Text(rate(cohort.population, minimum), style="bold")
    yield "", lambda cohort: _bar(cohort.population, minimum)
    yield _("Objectif"), lambda cohort: _standing(cohort.population, built.commitment, minimum)
    yield _("Chiffre"), lambda cohort: interval(cohort.population)
    yield _("Dans les temps"), lambda cohort: str(cohort.population.met)
    yield _("Hors délai"), lambda cohort: str(cohort.population.missed)
    yield _("En attente, non échues"), lambda cohort: str(cohort.population.waiting)
    yield _("Délai médian"), lambda cohort: delay(cohort.delays, cohort.delays.median)
    yield _("9e décile"), lambda cohort: delay(cohort.delays, cohort.delays.ninth_decile)
    yield (
        _("Première réaction, médiane"),
        lambda cohort: delay(cohort.first_responses, cohort.first_responses.median),
    )
    if any(cohort.acknowledged for cohort in built.sections):
        yield _("Accusés de réception"), lambda cohort: str(cohort.acknowledged)
    yield (
        _("Répondu en 5, 10, 15 jours"),
        lambda cohort: (
            " – ".join(words.percent(cohort.delays.answered_by(day)) for day in (5, 10, 15))
            if cohort.delays.requests >= minimum
            else "–"
        ),
    )
    other = built.commitment.compared(built.commitment.comparison.other)
    yield (
        _("Si l'on comptait « {promise} »").format(promise=words.short_promise(other)),
        lambda cohort: rate(cohort.compared, minimum),
    )
    if any(cohort.closures_changed for cohort in built.sections):
        yield (
            _("Sans les fermetures déclarées"),
            lambda cohort: rate(cohort.without_closures, minimum),
        )
    yield (
        _("Parmi les demandes traitées sur la période"),
        lambda cohort: rate(cohort.handled, minimum),
    )
    if any(cohort.population.excluded for cohort in built.sections):
        yield _("Exclues par décision"), lambda cohort: str(cohort.population.excluded)


def rate(counts: Population, minimum: int) -> str:
    """« 79,6 % (43 sur 54) », or the counts alone when they are too few for a percentage."""
    if not counts.settled:
        return _("aucune demande échue") if counts.counted else _("aucune demande")
    fraction = _("{met} sur {settled}").format(met=counts.met, settled=counts.settled)
    return fraction if counts.settled < minimum else f"{words.percent(counts.attainment)} ({fraction})"


def interval(counts: Population) -> str:
    """« provisoire : 70,1 % à 85,0 % », or « définitif »."""
    if not counts.provisional:
        return _("définitif")
    return _("provisoire : {low} à {high}").format(
        low=words.percent(counts.low), high=words.percent(counts.high)
    )


def _standing(counts: Population, commitment: Commitment, minimum: int) -> Text:
    target = words.percent(commitment.target)
    attainment = counts.attainment
    if attainment is None or counts.settled < minimum:
        return Text(target)
    if attainment >= commitment.target:
        standing = _("{target} : tenu à ce jour") if counts.provisional else _("{target} : tenu")
        return Text(standing.format(target=target), style="green")
    standing = _("{target} : non tenu à ce jour") if counts.provisional else _("{target} : non tenu")
    return Text(standing.format(target=target), style="red")


def _bar(counts: Population, minimum: int, width: int = BAR_WIDTH) -> RenderableType:
    if counts.attainment is None or counts.settled < minimum:
        return ""
    return Bar(1.0, 0.0, float(counts.attainment), width=width, color="cyan", bgcolor="bright_black")


def delay(curve: DelayCurve, days: int | None) -> str:
    """« 6 jours ouvrés », or that too many are unanswered for it to be known."""
    if not curve.requests:
        return "–"
    return _("non atteint à ce jour") if days is None else words.working_days(days)


def _services(cohort: Section, built: Report) -> Table:
    table = plain_table()
    table.add_column(_("Service"))
    table.add_column(_("Taux de respect"), no_wrap=True)
    table.add_column("")
    table.add_column(_("Hors délai"), justify="right", no_wrap=True)
    table.add_column(_("En attente"), justify="right", no_wrap=True)
    table.add_column(_("Médiane"), justify="right", no_wrap=True)
    if not cohort.by_service:
        table.add_row(_("aucune demande"))
    for line in cohort.by_service:
        table.add_row(*_service_cells(line, built.minimum))
    return table


def _categories(cohort: Section) -> Group:
    table = plain_table()
    table.add_column(_("Catégorie"))
    table.add_column(_("Engagement"))
    table.add_column(_("Taux de respect"), no_wrap=True)
    table.add_column(_("Répondues"), no_wrap=True, justify="right")
    for line in cohort.by_category:
        table.add_row(
            Text(line.commitment.category),
            Text(f"{words.percent(line.commitment.target)} {words.short_promise(line.commitment)}"),
            rate(line.population, 1),
            _("{met} sur {settled}").format(met=line.answered, settled=line.population.counted),
        )
    title = _("Par catégorie – {period}").format(period=period_name(cohort.period))
    return Group(Text(title, style="bold"), table)


def _periods(cohort: Section, minimum: int) -> Group:
    table = plain_table()
    table.add_column(_("Période"))
    table.add_column(_("Taux de respect"), no_wrap=True)
    table.add_column("")
    table.add_column(_("Hors délai"), justify="right", no_wrap=True)
    table.add_column(_("En attente"), justify="right", no_wrap=True)
    for line in cohort.by_period:
        table.add_row(
            piece_name(line.period),
            rate(line.population, minimum),
            _bar(line.population, minimum, SERVICE_BAR_WIDTH),
            str(line.population.missed),
            str(line.population.waiting),
        )
    return Group(Text(_("Au fil de la période"), style="bold"), table)


def _outlook(built: Report) -> Group:
    outlook = built.outlook
    target = words.percent(built.commitment.target)
    title = _("Atteindre {target} en {year}").format(target=target, year=outlook.year)
    lines = list(_outlook_lines(outlook, target))
    return Group(Text(title, style="bold"), *(Text(f"- {line}") for line in lines))


def _outlook_lines(outlook: Outlook, target: str) -> Iterable[str]:
    if outlook.needed is None:
        yield _(
            "Même si toutes les demandes en attente sont tenues, les demandes reçues à ce jour resteront "
            "sous {target}."
        ).format(target=target)
    elif outlook.waiting:
        yield _(
            "{needed} des {waiting} demandes en attente doivent encore être tenues pour que les demandes "
            "reçues à ce jour atteignent {target}."
        ).format(needed=outlook.needed, waiting=outlook.waiting, target=target)
    basis = (
        _("les mêmes semaines de l'an dernier")
        if outlook.volume_basis is VolumeBasis.LAST_YEAR
        else _("le rythme de cette année")
    )
    yield _("{expected} demandes sont encore attendues d'ici la fin de l'année, d'après {basis}.").format(
        expected=outlook.expected, basis=basis
    )
    if outlook.lost:
        yield _("À ce volume, l'objectif de l'année ne peut plus être atteint.")
    else:
        yield ngettext(
            "À ce volume, {n} demande peut encore être manquée cette année.",
            "À ce volume, {n} demandes peuvent encore être manquées cette année.",
            outlook.may_lose,
        ).format(n=outlook.may_lose)
    if outlook.landing is not None:
        yield _("Au rythme présent, l'année finirait à {expected} (entre {low} et {high}, à 95 %).").format(
            expected=words.percent(outlook.landing.expected),
            low=words.percent(Fraction(outlook.landing.low)),
            high=words.percent(Fraction(outlook.landing.high)),
        )
    if outlook.out_of_reach_from is not None and not outlook.lost:
        yield _("À ce rythme, l'objectif ne pourra plus être atteint après la {week}.").format(
            week=period_name(outlook.out_of_reach_from)
        )


def _service_cells(line: ServiceLine, minimum: int) -> tuple[RenderableType, ...]:
    median = line.delays.median
    return (
        Text(service_name(line.service)),
        rate(line.population, minimum),
        _bar(line.population, minimum, SERVICE_BAR_WIDTH),
        str(line.population.missed),
        str(line.population.waiting),
        "–" if median is None else _("{n} j").format(n=median),
    )


def _deadlines(title: str, items: Sequence[Judged], zone: ZoneInfo, decided: Collection[str]) -> Group:
    follow_ups = sum(item.case.follow_up for item in items)
    among = ngettext(" (dont {n} suite)", " (dont {n} suites)", follow_ups).format(n=follow_ups)
    heading = Text(f"{title} : {len(items)}{among if follow_ups else ''}", style="bold")
    if not items:
        return Group(heading)
    parts: list[RenderableType] = [heading, request_table(items[:MOST_ROWS], zone, decided)]
    hidden = len(items) - MOST_ROWS
    if hidden > 0:
        parts.append(Text(_("… et {n} de plus : « mailsla requests ».").format(n=hidden), style="dim"))
    return Group(*parts)


def _notes(built: Report) -> Iterable[str]:
    if built.not_requests:
        counts = ", ".join(f"{count}{words.NO_BREAK}{words.kind(kind)}" for kind, count in built.not_requests)
        yield _("Ne sont pas des demandes, sur la période la plus longue : {counts}.").format(counts=counts)
    widest = built.sections[-1].follow_ups
    if widest.counted:
        yield ngettext(
            "{n} suite d'une demande déjà traitée, comptée à part.",
            "{n} suites de demandes déjà traitées, comptées à part.",
            widest.counted,
        ).format(n=widest.counted)
    yield _("Les délais tiennent compte des demandes encore sans réponse (Kaplan-Meier).")
