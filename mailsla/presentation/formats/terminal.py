"""What the commands print for people. Strangers' words go through `words.safe`, and never through markup."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Clock, Verdict
from mailsla.core.clock.working_days import Day, SpecialDay
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import DerivedMessage, Tied
from mailsla.core.pairing.recipient_matching import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words


def plain_table() -> Table:
    """A table without lines, for narrow terminals."""
    return Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")


def service_name(service: str | None) -> str:
    """The service's name, or that none has it."""
    return _("(non attribuées)") if service is None else words.safe(service)


def request_table(items: Iterable[Judged], zone: ZoneInfo, decided: Collection[str] = ()) -> Table:
    """A table of requests that fits in 80 columns; a star marks those about which a person decided."""
    table = plain_table()
    # The subject takes what is left: nothing else may be squeezed out of a narrow terminal.
    table.expand = True
    table.add_column(_("Réf."), no_wrap=True, min_width=9)
    table.add_column(_("Reçue le"), no_wrap=True, min_width=16)
    table.add_column(_("Échéance"), no_wrap=True, min_width=10)
    table.add_column(_("Jours"), justify="right", no_wrap=True, min_width=5)
    table.add_column(_("Service"), overflow="ellipsis", no_wrap=True, min_width=12, max_width=12)
    table.add_column(_("Objet"), overflow="ellipsis", no_wrap=True, ratio=1)
    for item in items:
        table.add_row(*_request_cells(item, zone, decided))
    return table


def _request_cells(item: Judged, zone: ZoneInfo, decided: Collection[str]) -> tuple[RenderableType, ...]:
    request, verdict = item.case, item.verdict
    subject = words.safe(request.subject, 80) or _("(sans objet)")
    return (
        request.key[:8] + ("*" if request.key in decided else ""),
        words.short_instant(request.received_at, zone),
        words.short_day(verdict.due_on),
        str(verdict.working_days),
        Text(service_name(request.service)),
        Text(_("{subject} (suite)").format(subject=subject) if request.follow_up else subject),
    )


def requests(
    items: Sequence[Judged], zone: ZoneInfo, console: Console, decided: Collection[str] = ()
) -> None:
    """Print a list of requests."""
    if items:
        console.print(request_table(items, zone, decided))
    console.print(
        Text(ngettext("{n} demande.", "{n} demandes.", len(items)).format(n=len(items)), style="dim")
    )
    if any(item.case.key in decided for item in items):
        console.print(Text(_("* Décision consignée : voir « mailsla show »."), style="dim"))


def shown(
    request: Request,
    verdict: Verdict,
    messages: Sequence[DerivedMessage],
    counted: Sequence[Day],
    commitment: Commitment,
    zone: ZoneInfo,
    console: Console,
) -> None:
    """Print one request: what tied its messages, the days one by one, the verdict."""
    console.print(Text(_("Demande {key}").format(key=request.key[:8]), style="bold"))
    console.print(
        Text(_("Objet : {subject}").format(subject=words.safe(request.subject) or _("(sans objet)")))
    )
    console.print(
        _("Reçue le {instant} ({basis})").format(
            instant=words.instant(request.received.at, zone), basis=words.basis(request.received.basis)
        )
    )
    for assignment in request.assignments:
        line = _("Service : {service}, depuis le {instant} ({basis})").format(
            service=assignment.service,
            instant=words.instant(assignment.since, zone),
            basis=words.service_basis(assignment.basis),
        )
        console.print(Text(line))
    console.print()
    console.print(_messages_table(request, messages, zone))
    console.print()
    console.print(_days_table(counted))
    console.print(Text(verdict_sentence(verdict, commitment, zone), style="bold"))
    if request.answered is not None:
        console.print(
            Text(
                _("Réponse le {instant} ({basis}).").format(
                    instant=words.instant(request.answered.at, zone),
                    basis=words.basis(request.answered.basis),
                ),
                style="dim",
            )
        )


def _messages_table(request: Request, messages: Sequence[DerivedMessage], zone: ZoneInfo) -> Table:
    steps = {step.key: step for step in request.steps}
    number = {message.key: index for index, message in enumerate(messages, 1)}
    table = plain_table()
    for title in ("n°", _("Réf."), _("Date"), _("Rôle"), _("Ce qui le rattache")):
        table.add_column(title)
    for message in messages:
        step = steps.get(message.key)
        part = words.part(step.part) if step else words.beside(message.side, message.kind)
        tied = words.evidence(message.evidence)
        if message.tied_to in number:
            tied = _("{evidence} n° {number}").format(evidence=tied, number=number[message.tied_to])
        at = step.moment.at if step else message.at
        table.add_row(str(number[message.key]), message.key[:8], Text(words.instant(at, zone)), part, tied)
    return table


def _days_table(counted: Sequence[Day]) -> Table:
    table = plain_table()
    table.add_column(_("Jour"))
    table.add_column(_("Décompte"), justify="right")
    table.add_column(_("Pourquoi"))
    total = 0
    for day in counted:
        total += day.counted
        table.add_row(words.day_name(day.on), str(total) if day.counted else "–", Text(words.day_reason(day)))
    return table


def verdict_sentence(verdict: Verdict, commitment: Commitment, zone: ZoneInfo) -> str:
    """« Échéance : … Répondu en 7 jours ouvrés : dans les temps. »."""
    due = words.due(verdict, commitment, zone)
    state = words.outcome(verdict.outcome, answered=verdict.answered_on is not None)
    elapsed = words.elapsed(verdict, commitment)
    if verdict.answered_on is None:
        return f"{due} " + _("{days} écoulés : {state}.").format(days=elapsed, state=state)
    return f"{due} " + _("Répondu en {days} : {state}.").format(days=elapsed, state=state)


def clock(
    verdict: Verdict,
    commitment: Commitment,
    counted: Sequence[Day],
    clock_: Clock,
    *,
    replied: bool,
    territory: str,
    console: Console,
) -> None:
    """Print the answer of `mailsla clock`."""
    zone = clock_.calendar.zone
    console.print(Text(_("Calendrier : {territory}").format(territory=territory), style="dim"))
    console.print(
        _("Reçue le {day} : c'est le jour 0.").format(day=words.day_name(verdict.received_on)),
        highlight=False,
    )
    console.print(_days_table(counted))
    sentence = (
        verdict_sentence(verdict, commitment, zone) if replied else words.due(verdict, commitment, zone)
    )
    console.print(Text(sentence, style="bold"))
    console.print(Text(words.rule(commitment, clock_), style="dim"))


def calendar(days: Sequence[SpecialDay], title: str, console: Console) -> None:
    """Print holidays and closures with their source."""
    console.print(Text(title, style="bold"))
    table = plain_table()
    for heading in (_("Jour"), _("Nom"), _("Nature"), _("Source")):
        table.add_column(heading)
    for day in days:
        kind = {
            "holiday": _("férié"),
            "closure": _("fermeture"),
            "worked_holiday": _("férié travaillé"),
            "half_day": _("demi-journée"),
        }[day.kind.value]
        source = _("{source} (calculé)").format(source=day.source) if day.computed else day.source
        table.add_row(words.day_name(day.on), Text(day.name), kind, Text(source))
    console.print(table)


def conversations(found: Sequence[Sequence[Tied]], console: Console) -> None:
    """Print conversations, one block each."""
    for number, tied in enumerate(found, 1):
        console.print(Text(_("Échange {number}").format(number=number), style="bold"))
        for item in tied:
            name = ", ".join(item.files) or item.message_id or _("(sans identifiant)")
            target = "" if item.to is None else f" {words.safe(item.to, 60)}"
            console.print(Text(f"  {words.safe(name, 60)}  {words.evidence(item.evidence)}{target}"))
    console.print(
        Text(ngettext("{n} échange.", "{n} échanges.", len(found)).format(n=len(found)), style="dim")
    )


def doubts(found: Sequence[Doubt], zone: ZoneInfo, console: Console) -> None:
    """Print the possible replies that a person must look at, with the requests they may answer."""
    if not found:
        return
    table = plain_table()
    for heading in (_("Réponse possible"), _("Date"), _("Pourquoi"), _("Demandes possibles")):
        table.add_column(heading)
    for doubt in found:
        table.add_row(
            doubt.reply[:8],
            words.short_instant(doubt.sent_at, zone),
            words.doubt(doubt.code),
            " ".join(key[:8] for key in doubt.candidates),
        )
    console.print(table)
    console.print(
        Text(
            _("Tranchez avec « mailsla decide DEMANDE join --message RÉPONSE --reason … », ou dismiss."),
            style="dim",
        )
    )


def decisions(found: Sequence[Decision], zone: ZoneInfo, console: Console) -> None:
    """Print the decisions about a request, those taken back too."""
    for item in found:
        line = _("Décision n° {number}, le {instant}, par {who} : {what} – {reason}").format(
            number=item.number,
            instant=words.instant(item.decided_at, zone),
            who=words.safe(item.decided_by, 60),
            what=words.decision(item, zone),
            reason=words.safe(item.reason),
        )
        console.print(Text(line))
