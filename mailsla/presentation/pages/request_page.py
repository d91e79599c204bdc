"""The answers of `mailsla show` and `mailsla requests`: one request, and lists of requests and doubts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Verdict
from mailsla.core.clock.working_days import Day
from mailsla.core.mail.instants import Moment
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import DerivedMessage, ListedMail
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Grounds, Request
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, origin_words, promise_words, terms, words
from mailsla.presentation.pages.clock_page import days_table, verdict_sentence
from mailsla.presentation.pages.mail_page import decision_line, ended, subject, to_check_lines
from mailsla.presentation.pages.page import (
    ROOM_FOR_IDS,
    ROOM_FOR_MORE,
    ROOM_FOR_REASONS,
    Alignment,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Roll,
    Row,
    Section,
    Table,
)
from mailsla.presentation.told import joined


def request_page(
    request: Request,
    verdict: Verdict,
    messages: Sequence[DerivedMessage],
    counted: Sequence[Day],
    decisions: Iterable[Decision],
    commitment: Commitment,
    zone: ZoneInfo,
    *,
    personal: bool = True,
) -> Page:
    """One request: what tied its messages, the days one by one, the verdict, what people decided about it.

    Who decided, and what is in their own words, is left out unless `personal`.
    """
    conclusion = [Line(verdict_sentence(verdict, commitment, zone), Emphasis.STRONG)]
    if request.answered is not None and verdict.answered_on is not None:
        answered = _("Réponse le {instant} ({basis}).").format(
            instant=words.instant(request.answered.at, zone), basis=terms.basis(request.answered.basis)
        )
        conclusion.append(Line(answered, Emphasis.DIM))
        conclusion += [Line(said, Emphasis.DIM) for said in _otherwise(request.answered, zone)]
    conclusion += [Line(said, Emphasis.DIM) for said in origin_words.where_from(commitment)]
    conclusion += [Line(decision_line(item, zone, personal=personal)) for item in decisions]
    return Page(
        title=_("Demande {key}").format(key=words.reference(request.key)),
        lines=(
            Line(_("Objet : {subject}").format(subject=subject(request.subject)), personal=True),
            *([Line(ended())] if request.is_sealed else []),
            *map(Line, _identity(request, zone)),
        ),
        sections=(
            Section("", (_messages_table(request, messages, zone),)),
            Section("", (days_table(counted), *conclusion)),
        ),
    )


def _identity(request: Request, zone: ZoneInfo) -> Iterable[str]:
    yield _("Reçue le {instant} ({basis})").format(
        instant=words.instant(request.received.at, zone), basis=terms.basis(request.received.basis)
    )
    yield from _otherwise(request.received, zone)
    for assignment in request.assignments:
        yield _("Service : {service}, depuis le {instant} ({basis})").format(
            service=words.safe(assignment.service),
            instant=words.instant(assignment.since, zone),
            basis=terms.service_basis(assignment.basis),
        )


def _otherwise(moment: Moment, zone: ZoneInfo) -> Iterable[str]:
    """Yield what disputes an instant."""
    if moment.disputed is not None:
        yield _("Contesté : le serveur dit {instant}.").format(instant=words.instant(moment.disputed, zone))


def _messages_table(request: Request, messages: Sequence[DerivedMessage], zone: ZoneInfo) -> Table:
    steps = {step.key: step for step in request.steps}
    number = {message.key: index for index, message in enumerate(messages, 1)}
    rows: list[Row] = []
    for message in messages:
        step = steps.get(message.key)
        tied = terms.evidence(message.evidence)
        if message.tied_to in number:
            tied = _("{evidence} n° {number}").format(evidence=tied, number=number[message.tied_to])
        at = step.moment.at if step else message.at
        rows.append(
            (
                Cell(str(number[message.key]), number[message.key]),
                Cell(words.reference(message.key), message.key),
                Cell(words.instant(at, zone), at),
                Cell(terms.part(step.part) if step else mail_terms.beside(message.side, message.kind)),
                Cell(tied),
            )
        )
    titles = ("n°", _("Réf."), _("Date"), _("Rôle"), _("Ce qui le rattache"))
    return Table(tuple(Column(title) for title in titles), tuple(rows))


def requests_page(
    items: Sequence[Judged],
    decided: Collection[str],
    zone: ZoneInfo,
    found: int,
    doubts: Sequence[Doubt] = (),
    mails: Mapping[str, ListedMail] = MappingProxyType({}),
    grounds: Mapping[str, Grounds] = MappingProxyType({}),
    promise: Promise | None = None,
) -> Page:
    """A list of requests, then what a person must look at, with the mails it is about; by one promise if given.

    `grounds` has what the requests rest on, by key, when it is to be shown to whoever has room for it.
    """
    table = [request_table(items, zone, decided, grounds)] if items else []
    is_starred = any(item.case.key in decided for item in items)
    below = _below(len(items), found, doubts, mails, zone, is_starred=is_starred)
    return Page(sections=(Section("", (*_by_promise(promise), *table, *below)),))


class Below(NamedTuple):
    """What stands below a long list, once it was read.

    Attributes:
        found: How many requests there are; more than are shown, of a sample.
        doubts: What a person must look at.
        mails: The mails that it is about, by key.
    """

    found: int
    doubts: Sequence[Doubt]
    mails: Mapping[str, ListedMail]


def long_requests_page(
    items: Iterable[tuple[Judged, Grounds | None]],
    decided: Collection[str],
    zone: ZoneInfo,
    below: Callable[[], Below],
    promise: Promise | None = None,
    *,
    has_grounds: bool,
) -> Page:
    """The same of a list that is read as it is drawn; `below` is asked for once it was."""
    shown, is_starred = 0, False

    def rows() -> Iterator[tuple[Cell, ...]]:
        nonlocal shown, is_starred
        for item, grounds in items:
            shown += 1
            is_starred = is_starred or item.case.key in decided
            row = _request_row(item, zone, decided)
            yield row if grounds is None else (*row, *_rests_on(item, grounds))

    def closing() -> tuple[Line, ...]:
        return tuple(_below(shown, *below(), zone, is_starred=is_starred))

    roll = Roll(_columns(has_grounds=has_grounds), rows(), closing)
    return Page(sections=(Section("", (*_by_promise(promise), roll)),))


def _by_promise(promise: Promise | None) -> Iterator[Line]:
    if promise is not None:
        yield Line(promise_words.by_promise(promise))


def _below(
    shown: int,
    found: int,
    doubts: Sequence[Doubt],
    mails: Mapping[str, ListedMail],
    zone: ZoneInfo,
    *,
    is_starred: bool,
) -> Iterator[Line]:
    """Yield what is said below a list: how many there are, what a star means, what a person must look at."""
    count = ngettext("{n} demande.", "{n} demandes.", found).format(n=words.number(found))
    if shown < found:
        count = ngettext(
            "{shown} demande tirée au sort parmi {found}.",
            "{shown} demandes tirées au sort parmi {found}.",
            shown,
        ).format(shown=words.number(shown), found=words.number(found))
    yield Line(count, Emphasis.DIM)
    if is_starred:
        yield Line(_("* Décision consignée : voir « mailsla show »."), Emphasis.DIM)
    yield from to_check_lines(doubts, mails, zone)


def request_table(
    items: Iterable[Judged],
    zone: ZoneInfo,
    decided: Collection[str],
    grounds: Mapping[str, Grounds] = MappingProxyType({}),
) -> Table:
    """Requests, one a row, in 80 characters; a star marks those about which a person decided.

    Wider, it shows what they rest on too, when that is given.
    """
    columns = _columns(has_grounds=bool(grounds))
    if not grounds:
        return Table(columns, tuple(_request_row(item, zone, decided) for item in items))
    rows = ((*_request_row(item, zone, decided), *_rests_on(item, grounds[item.case.key])) for item in items)
    return Table(columns, tuple(rows))


def _columns(*, has_grounds: bool) -> tuple[Column, ...]:
    """The columns that `_request_row` fills, and `_rests_on`."""
    columns = (
        # The subject takes what is left: nothing else may be squeezed where room is short.
        Column(_("Réf."), fit=Fit.WHOLE, width=10),
        Column(_("Reçue le"), fit=Fit.WHOLE, width=16),
        Column(_("Échéance"), fit=Fit.WHOLE, width=10),
        Column(_("Jours"), Alignment.RIGHT, Fit.WHOLE, width=5),
        Column(_("Service"), fit=Fit.CUT, width=12),
        Column(_("Objet"), fit=Fit.CUT, personal=True),
    )
    if not has_grounds:
        return columns
    return (
        *columns,
        Column(_("Catégorie"), fit=Fit.CUT, width=14, room=ROOM_FOR_MORE),
        Column(_("Dossier"), fit=Fit.CUT, width=16, room=ROOM_FOR_MORE),
        Column(_("Reçue d'après"), fit=Fit.CUT, width=14, room=ROOM_FOR_REASONS),
        Column(_("Réponse reconnue par"), fit=Fit.CUT, width=20, room=ROOM_FOR_REASONS),
        Column(_("Message-ID"), fit=Fit.CUT, width=36, room=ROOM_FOR_IDS),
    )


def _rests_on(item: Judged, found: Grounds) -> tuple[Cell, ...]:
    return (
        Cell(words.category(item.case.category)),
        Cell(mail_terms.places(found.mailboxes)),
        Cell(terms.short_basis(found.received)),
        Cell(terms.answered_because(found) or "–"),
        Cell(words.safe(found.message_id or "–", 200)),
    )


def _request_row(item: Judged, zone: ZoneInfo, decided: Collection[str]) -> tuple[Cell, ...]:
    case, verdict = item.case, item.verdict
    named, written = words.reference(case.key), subject(case.subject, 80)
    return (
        Cell(joined("", (named, "*")) if case.key in decided else named, case.key),
        Cell(words.short_instant(case.received_at, zone), case.received_at),
        Cell(words.short_day(verdict.due_on), verdict.due_on),
        Cell(str(verdict.working_days), verdict.working_days),
        Cell(words.service_name(case.service)),
        Cell(_("{subject} (suite)").format(subject=written) if case.follow_up else written),
    )
