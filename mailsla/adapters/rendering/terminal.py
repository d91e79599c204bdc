"""What the commands print for people. Strangers' words go through `wording.safe`, and never through markup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailsla.adapters.database.derivations import DerivedMessage
from mailsla.adapters.rendering import wording
from mailsla.core.commitment import Commitment, Verdict
from mailsla.core.delays import DelayCurve
from mailsla.core.period import Period
from mailsla.core.report import Judged, Population, Report, Section, ServiceLine
from mailsla.core.working_days import Day, SpecialDay
from mailsla.language import gettext as _
from mailsla.language import ngettext

BAR_WIDTH = 24
SERVICE_BAR_WIDTH = 8
MOST_ROWS = 20
"""Rows of a list inside the report; `mailsla requests` shows them all."""


def report(built: Report, zone: ZoneInfo, console: Console) -> None:
    """Print the report."""
    console.print(Text(_("{site} – réponses aux courriels").format(site=built.site), style="bold"))
    console.print(
        _("Situation au {day}, {hour}").format(
            day=wording.day_name(built.today), hour=wording.hour(built.at, zone)
        )
    )
    console.print(Text(_("Engagement : {promise}.").format(promise=wording.promise(built.commitment))))
    console.print(Text(wording.rule(built.commitment), style="dim"))
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
    for title, items in (
        (_("Demandes en retard, sans réponse"), built.overdue),
        (_("Échéance dans les trois jours ouvrés"), built.soon),
    ):
        console.print()
        console.print(_deadlines(title, items, zone))
    console.print()
    for note in _notes(built):
        console.print(Text(note, style="dim"))


def period_name(period: Period) -> str:
    """« semaine 45, du 02/11/2026 au 08/11/2026 »."""
    dates = _("du {first} au {last}").format(
        first=wording.short_day(period.first), last=wording.short_day(period.last)
    )
    if "-W" in period.name:
        return _("semaine {week}, {dates}").format(week=int(period.name[-2:]), dates=dates)
    return dates


def _warnings(built: Report, zone: ZoneInfo) -> Iterable[str]:
    for gap in built.gaps:
        yield _(
            "Chiffres incomplets : le compte « {account} » n'est plus relevé depuis le {instant}."
        ).format(account=gap.account, instant=wording.instant(gap.since, zone))
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
    other = built.commitment.compared(built.commitment.comparison.other)
    yield (
        _("Si l'on comptait « {promise} »").format(promise=_short_promise(other)),
        lambda cohort: rate(cohort.compared, minimum),
    )


def _short_promise(commitment: Commitment) -> str:
    days = wording.working_days(commitment.amount)
    if commitment.last_day < commitment.amount:
        return _("en moins de {days}").format(days=days)
    return _("en {days} au plus").format(days=days)


def rate(counts: Population, minimum: int) -> str:
    """« 79,6 % (43 sur 54) », or the counts alone when they are too few for a percentage."""
    if not counts.settled:
        return _("aucune demande échue") if counts.counted else _("aucune demande")
    fraction = _("{met} sur {settled}").format(met=counts.met, settled=counts.settled)
    return fraction if counts.settled < minimum else f"{wording.percent(counts.attainment)} ({fraction})"


def interval(counts: Population) -> str:
    """« provisoire : 70,1 % à 85,0 % », or « définitif »."""
    if not counts.provisional:
        return _("définitif")
    return _("provisoire : {low} à {high}").format(
        low=wording.percent(counts.low), high=wording.percent(counts.high)
    )


def _standing(counts: Population, commitment: Commitment, minimum: int) -> Text:
    target = wording.percent(commitment.target)
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
    return _("non atteint à ce jour") if days is None else wording.working_days(days)


def _services(cohort: Section, built: Report) -> Table:
    table = _table()
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


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")


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


def service_name(service: str | None) -> str:
    """The service's name, or that none has it."""
    return _("(non attribuées)") if service is None else wording.safe(service)


def _deadlines(title: str, items: Sequence[Judged], zone: ZoneInfo) -> Group:
    heading = Text(f"{title} : {len(items)}", style="bold")
    if not items:
        return Group(heading)
    parts: list[RenderableType] = [heading, request_table(items[:MOST_ROWS], zone)]
    hidden = len(items) - MOST_ROWS
    if hidden > 0:
        parts.append(Text(_("… et {n} de plus : « mailsla requests ».").format(n=hidden), style="dim"))
    return Group(*parts)


def request_table(items: Iterable[Judged], zone: ZoneInfo) -> Table:
    """A table of requests that fits in 80 columns."""
    table = _table()
    table.add_column(_("Réf."), no_wrap=True, min_width=8)
    table.add_column(_("Reçue le"), no_wrap=True, min_width=16)
    table.add_column(_("Échéance"), no_wrap=True, min_width=10)
    table.add_column(_("Jours"), justify="right", no_wrap=True, min_width=5)
    table.add_column(_("Service"), overflow="ellipsis", no_wrap=True, max_width=14)
    table.add_column(_("Objet"), overflow="ellipsis", no_wrap=True)
    for item in items:
        table.add_row(*_request_cells(item, zone))
    return table


def _request_cells(item: Judged, zone: ZoneInfo) -> tuple[RenderableType, ...]:
    request, verdict = item.request, item.verdict
    subject = wording.safe(request.subject, 80) or _("(sans objet)")
    return (
        request.key[:8],
        wording.short_instant(request.received.at, zone),
        wording.short_day(verdict.due_on),
        str(verdict.working_days),
        Text(service_name(request.service)),
        Text(_("{subject} (suite)").format(subject=subject) if request.follow_up else subject),
    )


def _notes(built: Report) -> Iterable[str]:
    if built.not_requests:
        counts = ", ".join(
            f"{count}{wording.NO_BREAK}{wording.kind(kind)}" for kind, count in built.not_requests
        )
        yield _("Ne sont pas des demandes, sur la période la plus longue : {counts}.").format(counts=counts)
    widest = built.sections[-1].follow_ups
    if widest.counted:
        yield ngettext(
            "{n} suite d'une demande déjà traitée, comptée à part.",
            "{n} suites de demandes déjà traitées, comptées à part.",
            widest.counted,
        ).format(n=widest.counted)
    yield _("Les délais tiennent compte des demandes encore sans réponse (Kaplan-Meier).")


def requests(items: Sequence[Judged], zone: ZoneInfo, console: Console) -> None:
    """Print a list of requests."""
    if items:
        console.print(request_table(items, zone))
    console.print(
        Text(ngettext("{n} demande.", "{n} demandes.", len(items)).format(n=len(items)), style="dim")
    )


def shown(
    item: Judged,
    messages: Sequence[DerivedMessage],
    counted: Sequence[Day],
    commitment: Commitment,
    zone: ZoneInfo,
    console: Console,
) -> None:
    """Print one request: what tied its messages, the days one by one, the verdict."""
    request, verdict = item.request, item.verdict
    console.print(Text(_("Demande {key}").format(key=request.key[:8]), style="bold"))
    console.print(
        Text(_("Objet : {subject}").format(subject=wording.safe(request.subject) or _("(sans objet)")))
    )
    console.print(
        _("Reçue le {instant} ({basis})").format(
            instant=wording.instant(request.received.at, zone), basis=wording.basis(request.received.basis)
        )
    )
    for assignment in request.assignments:
        line = _("Service : {service}, depuis le {instant} ({basis})").format(
            service=assignment.service,
            instant=wording.instant(assignment.since, zone),
            basis=wording.service_basis(assignment.basis),
        )
        console.print(Text(line))
    console.print()
    console.print(_messages_table(item, messages, zone))
    console.print()
    console.print(_days_table(counted))
    console.print(Text(verdict_sentence(verdict, commitment), style="bold"))
    if request.answered is not None:
        console.print(
            Text(
                _("Réponse le {instant} ({basis}).").format(
                    instant=wording.instant(request.answered.at, zone),
                    basis=wording.basis(request.answered.basis),
                ),
                style="dim",
            )
        )


def _messages_table(item: Judged, messages: Sequence[DerivedMessage], zone: ZoneInfo) -> Table:
    steps = {step.key: step for step in item.request.steps}
    number = {message.key: index for index, message in enumerate(messages, 1)}
    table = _table()
    for title in ("n°", _("Date"), _("Rôle"), _("Ce qui le rattache")):
        table.add_column(title)
    for message in messages:
        step = steps.get(message.key)
        part = wording.part(step.part) if step else wording.kind(message.kind)
        tied = wording.evidence(message.evidence)
        if message.tied_to in number:
            tied = _("{evidence} n° {number}").format(evidence=tied, number=number[message.tied_to])
        at = step.moment.at if step else message.at
        table.add_row(str(number[message.key]), Text(wording.instant(at, zone)), part, tied)
    return table


def _days_table(counted: Sequence[Day]) -> Table:
    table = _table()
    table.add_column(_("Jour"))
    table.add_column(_("Décompte"), justify="right")
    table.add_column(_("Pourquoi"))
    total = 0
    for day in counted:
        total += day.counted
        table.add_row(
            wording.day_name(day.on), str(total) if day.counted else "–", Text(wording.day_reason(day))
        )
    return table


def verdict_sentence(verdict: Verdict, commitment: Commitment) -> str:
    """« Échéance : … Répondu en 7 jours ouvrés : dans les temps. »."""
    due = _("Échéance : {day} au soir (jour {last}).").format(
        day=wording.day_name(verdict.due_on), last=commitment.last_day
    )
    state = wording.outcome(verdict.outcome, answered=verdict.answered_on is not None)
    days = wording.working_days(verdict.working_days)
    if verdict.answered_on is None:
        return f"{due} " + _("{days} écoulés : {state}.").format(days=days, state=state)
    return f"{due} " + _("Répondu en {days} : {state}.").format(days=days, state=state)


def clock(
    verdict: Verdict,
    commitment: Commitment,
    counted: Sequence[Day],
    *,
    replied: bool,
    territory: str,
    console: Console,
) -> None:
    """Print the answer of `mailsla clock`."""
    console.print(Text(_("Calendrier : {territory}").format(territory=territory), style="dim"))
    console.print(
        _("Reçue le {day} : c'est le jour 0.").format(day=wording.day_name(verdict.received_on)),
        highlight=False,
    )
    console.print(_days_table(counted))
    if replied:
        console.print(Text(verdict_sentence(verdict, commitment), style="bold"))
    else:
        console.print(
            Text(
                _("Échéance : {day} au soir (jour {last}).").format(
                    day=wording.day_name(verdict.due_on), last=commitment.last_day
                ),
                style="bold",
            )
        )
    console.print(Text(wording.rule(commitment), style="dim"))


def calendar(days: Sequence[SpecialDay], title: str, console: Console) -> None:
    """Print holidays and closures with their source."""
    console.print(Text(title, style="bold"))
    table = _table()
    for heading in (_("Jour"), _("Nom"), _("Nature"), _("Source")):
        table.add_column(heading)
    for day in days:
        kind = {
            "holiday": _("férié"),
            "closure": _("fermeture"),
            "worked_holiday": _("férié travaillé"),
        }[day.kind.value]
        source = _("{source} (calculé)").format(source=day.source) if day.computed else day.source
        table.add_row(wording.day_name(day.on), Text(day.name), kind, Text(source))
    console.print(table)


def key_values(values: Mapping[str, str], console: Console) -> None:
    """Print a few labelled values."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
    for label, value in values.items():
        table.add_row(Text(label, style="dim"), Text(value))
    console.print(Padding(table, (0, 0, 0, 2)))


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant, for one line of text."""
    return wording.instant(at, zone)
