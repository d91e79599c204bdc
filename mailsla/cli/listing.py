"""`mailsla requests`, `mailsla mails`: the list behind any figure."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.cli import past
from mailsla.cli.answering import answer
from mailsla.cli.options import (
    AtOption,
    CohortOption,
    FormatOption,
    OutputOption,
    PeriodOption,
    SampleOption,
    SeedOption,
    ServiceOption,
    check_category,
    check_service,
    read_sample,
)
from mailsla.cli.past import Then
from mailsla.cli.periods import read_period
from mailsla.cli.session import Format
from mailsla.core.errors import UsageError
from mailsla.core.mail.kinds import MailKind
from mailsla.core.pairing.balance import MailClass
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.selection import Selection, State
from mailsla.core.rate.standard import Variant
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents.mail import left_out_document, mails_document
from mailsla.presentation.documents.request import requests_document
from mailsla.presentation.formats import csv_sheet as sheet
from mailsla.presentation.pages.mail_list_page import left_out_page, mails_page
from mailsla.presentation.pages.page import MANY_ROWS, ROOM_FOR_MORE, Page
from mailsla.presentation.pages.request_page import Below, long_requests_page, requests_page
from mailsla.usecases.listing import Sample
from mailsla.usecases.look_at_mails import LeftOut

KindOption = Annotated[
    MailKind | None, typer.Option(help=_("left-out : une seule nature de courriel."), show_default=False)
]


def requests(
    context: typer.Context,
    state: Annotated[
        State | None, typer.Option(help=_("Où en sont les demandes ; sans elle, toutes."), show_default=False)
    ] = None,
    period: PeriodOption = None,
    service: ServiceOption = None,
    unassigned: Annotated[bool, typer.Option("--unassigned", help=_("Celles qu'aucun service n'a."))] = False,
    cohort: CohortOption = None,
    category: Annotated[str | None, typer.Option(help=_("Nom d'une catégorie."), show_default=False)] = None,
    promise: Annotated[
        str | None,
        typer.Option(help=_("Nom d'un autre engagement : ses échéances."), show_default=False),
    ] = None,
    counted: Annotated[bool, typer.Option("--counted", help=_("Celles du taux seulement."))] = False,
    follow_ups: Annotated[bool, typer.Option("--follow-ups", help=_("Les suites seulement."))] = False,
    reason: Annotated[
        str | None, typer.Option(help=_("excluded : un seul motif d'exclusion."), show_default=False)
    ] = None,
    variant: Annotated[
        Variant | None,
        typer.Option(
            help=_("Jugées avec l'autre règle, sans les fermetures, ou par courriel seul."),
            show_default=False,
        ),
    ] = None,
    kind: KindOption = None,
    sample: SampleOption = None,
    seed: SeedOption = None,
    at: AtOption = None,
    format_: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print the list of requests behind a figure, or of the mails that are none."""
    wanted = None if period is None else read_period(period)
    drawn = read_sample(sample, seed)
    with past.known_at(context, at) as app:
        then = past.told_of_then(app, at)
        check_service(app, service)
        by = cohort or app.site.settings.report.cohort
        selection = Selection(
            state, wanted, service, by, category, counted, unassigned, follow_ups, reason, variant
        )
        if state is State.LEFT_OUT:
            if promise is not None or cohort is not None or selection != Selection(state, wanted, by=by):
                raise UsageError(
                    _("--state left-out va avec --period, --kind, --sample et --at : retirez le reste.")
                )
            with commands.left_out(app, wanted, kind, drawn) as found:
                _left_out(app, found, then, format_, output)
            return
        if kind is not None:
            raise UsageError(_("--kind va avec --state left-out."))
        check_category(app, category)
        by_promise = None if promise is None else _promise(app, promise, selection)
        _listed(app, selection, drawn, then, format_, output, by_promise)


def _promise(app: Application, name: str, selection: Selection) -> Promise:
    """Return the promise of that name, beside the main one."""
    if selection.category is not None or selection.counted or selection.variant is not None:
        raise UsageError(
            _("--promise va sans --category, --counted ni --variant : tout ce qu'il liste compte.")
        )
    known = {promise.name: promise for promise in app.site.promises}
    if name not in known:
        raise UsageError(
            _("Engagement inconnu : {name} ; choisissez parmi : {names}.").format(
                name=words.safe(name, 60), names=", ".join(known)
            )
        )
    return known[name]


def _listed(
    app: Application,
    selection: Selection,
    sample: Sample | None,
    then: Then,
    format_: Format,
    output: Path | None,
    promise: Promise | None,
) -> None:
    """Print the requests of a selection, by one promise when it is named."""
    zone, is_to_check = app.site.zone, selection.state is State.TO_CHECK
    found = commands.requests(
        app, selection, sample, promise, with_doubts=format_ is Format.JSON or is_to_check
    )

    def below() -> Below:
        doubts = found.doubts() if is_to_check else ()
        keys = {key for doubt in doubts for key in (doubt.mail, *doubt.candidates)}
        return Below(found.found, doubts, commands.mails(app, keys))

    def page(columns: int) -> Page:
        has_room = columns >= ROOM_FOR_MORE
        items = found.with_grounds() if has_room else ((item, None) for item in found)
        first = list(islice(items, MANY_ROWS + 1))
        if len(first) > MANY_ROWS:
            shown = chain(first, items)
            return then(long_requests_page(shown, found.decided, zone, below, promise, has_grounds=has_room))
        grounds = {item.case.key: rests_on for item, rests_on in first if rests_on is not None}
        listed = [item for item, _rests_on in first]
        return then(requests_page(listed, found.decided, zone, *below(), grounds, promise))

    answer(
        format_,
        output,
        document=lambda: requests_document(found.with_grounds(), found.doubts, found.decided, zone, promise),
        sheet=lambda: sheet.requests(found.with_grounds(), zone),
        page=page,
    )


def _left_out(app: Application, found: LeftOut, then: Then, format_: Format, output: Path | None) -> None:
    """Print the mails that are no request."""
    zone, listed, internal = app.site.zone, found.listed, found.internal
    answer(
        format_,
        output,
        document=lambda: left_out_document(listed, internal, zone),
        sheet=lambda: sheet.mails(listed.mails, zone),
        page=lambda _columns: then(left_out_page(listed, internal, zone)),
    )


def mails(
    context: typer.Context,
    class_: Annotated[
        MailClass | None,
        typer.Option("--class", help=_("Une seule classe ; sans elle, toutes."), show_default=False),
    ] = None,
    period: PeriodOption = None,
    kind: KindOption = None,
    copies: Annotated[
        bool, typer.Option("--copies", help=_("Une ligne par exemplaire vu dans un dossier."))
    ] = False,
    sample: SampleOption = None,
    seed: SeedOption = None,
    at: AtOption = None,
    format_: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print the mails that are in a class, or all of them."""
    wanted = None if period is None else read_period(period)
    drawn = read_sample(sample, seed)
    if kind is not None and class_ is not MailClass.LEFT_OUT:
        raise UsageError(_("--kind va avec --class left-out."))
    if copies and class_ is not None:
        raise UsageError(_("--copies liste toutes les classes : retirez --class."))
    with past.known_at(context, at) as app:
        then, zone = past.told_of_then(app, at), app.site.zone
        with commands.mail_list(app, class_, wanted, kind, drawn, each_copy=copies) as listed:
            answer(
                format_,
                output,
                document=lambda: mails_document(listed, zone),
                sheet=lambda: sheet.mails(listed.mails, zone),
                page=lambda _columns: then(mails_page(listed, zone)),
            )
