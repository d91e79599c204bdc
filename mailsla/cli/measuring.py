"""`mailsla report`, `mailsla requests`, `mailsla show`: the figures, and what stands behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.periods import read_period
from mailsla.cli.session import Format, TextOrJson
from mailsla.core.errors import UsageError
from mailsla.core.mail.kinds import MailKind
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Grain
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.report import Report
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents.mail import left_out_document, mail_document
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.request import request_document, requests_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import csv_sheet as sheet
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.mail_page import left_out_page, mail_page
from mailsla.presentation.pages.report_page import report_page
from mailsla.presentation.pages.request_page import request_page, requests_page
from mailsla.usecases.look_at_mails import LeftOut, ShownMail
from mailsla.usecases.look_up import Sample, sampled
from mailsla.usecases.selection import Selection, State


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(help=_("Donne le rapport : la dernière semaine complète et l'année, face à l'objectif."))(
        report
    )
    app.command(help=_("Liste les demandes derrière n'importe quel chiffre."))(requests)
    app.command(help=_("Montre une demande : ses courriels, ce qui les relie, les jours comptés."))(show)


PeriodOption = Annotated[
    str | None,
    typer.Option(help=_("2026-W46, 2026-11, 2026-Q4, 2026, ou A..B."), show_default=False),
]
ServiceOption = Annotated[str | None, typer.Option(help=_("Nom d'un service."), show_default=False)]
CohortOption = Annotated[
    Belonging | None,
    typer.Option(help=_("Demandes échues (due) ou reçues (received) dans la période."), show_default=False),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help=_("Fichier à écrire."), show_default=False)
]


def report(
    context: typer.Context,
    period: PeriodOption = None,
    service: ServiceOption = None,
    format_: Annotated[Format, typer.Option("--format", help=_("text, json ou csv."))] = Format.TEXT,
    output: OutputOption = None,
    by: Annotated[Grain, typer.Option(help=_("Découpage : week, month, quarter ou year."))] = Grain.MONTH,
    cohort: CohortOption = None,
    publish: Annotated[
        bool, typer.Option("--publish", help=_("Fige ces chiffres : le rapport dira s'ils changent."))
    ] = False,
    fail_under: Annotated[
        bool, typer.Option("--fail-under", help=_("Sort avec le code 3 si l'objectif n'est pas tenu."))
    ] = False,
) -> None:
    """Print the report."""
    with session.up_to_date(context) as app:
        _check_service(app, service)
        periods = () if period is None else (read_period(period),)
        built = commands.report(app, periods, service=service, grain=by, by=cohort)
        zone = app.site.zone
        if publish:
            commands.publish(app, [section.period for section in built.sections], cohort)
    if format_ is Format.JSON:
        session.write_out(text(report_document(built, zone)), output)
    elif format_ is Format.CSV:
        session.write_out(sheet.report(built), output)
    else:
        with session.printing(output) as console:
            terminal.show(report_page(built, zone), console)
    if fail_under and _misses(built):
        raise typer.Exit(3)


def _misses(built: Report) -> bool:
    """Tell whether the widest cohort is under the target; exact fractions are compared."""
    attainment = built.sections[-1].population.attainment
    return attainment is not None and attainment < built.commitment.target


def _check_service(app: Application, service: str | None) -> None:
    names = [item.name for item in app.site.settings.services]
    if service is not None and service not in names:
        raise UsageError(
            _("Service inconnu : {service} ; la configuration nomme : {names}.").format(
                service=words.safe(service, 60), names=", ".join(names) or "–"
            )
        )


def requests(
    context: typer.Context,
    state: Annotated[
        State | None,
        typer.Option(
            help=_(
                "met, missed, not-due, not-due-answered, not-due-waiting, overdue, answered, unanswered, follow-up, "
                "to-check, answered-by-decision, answered-by-filing, excluded ou left-out."
            ),
            show_default=False,
        ),
    ] = None,
    period: PeriodOption = None,
    service: ServiceOption = None,
    cohort: CohortOption = None,
    category: Annotated[str | None, typer.Option(help=_("Nom d'une catégorie."), show_default=False)] = None,
    promise: Annotated[
        str | None,
        typer.Option(help=_("Nom d'un autre engagement : ses échéances."), show_default=False),
    ] = None,
    counted: Annotated[bool, typer.Option("--counted", help=_("Celles du taux seulement."))] = False,
    kind: Annotated[
        MailKind | None, typer.Option(help=_("left-out : une seule nature de courriel."), show_default=False)
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            min=1, help=_("Tire au sort ce nombre de lignes, pour un contrôle."), show_default=False
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help=_("Graine du tirage : la même donne les mêmes lignes."), show_default=False),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help=_("text, json ou csv."))] = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print the list of requests behind a figure, or of the mails that are none."""
    wanted = None if period is None else read_period(period)
    drawn = _sample(sample, seed)
    with session.up_to_date(context) as app:
        _check_service(app, service)
        if state is State.LEFT_OUT:
            if service is not None:
                raise UsageError(_("Un courriel écarté n'est à aucun service : retirez --service."))
            if promise is not None:
                raise UsageError(_("Un courriel écarté n'est d'aucun engagement : retirez --promise."))
            _left_out(app, commands.left_out(app, wanted, kind), drawn, format_, output)
            return
        if kind is not None:
            raise UsageError(_("--kind va avec --state left-out."))
        _check_category(app, category)
        by = cohort or app.site.settings.report.cohort
        selection = Selection(state, wanted, service, by, category, counted)
        if promise is not None:
            if category is not None or counted:
                raise UsageError(_("--promise va sans --category ni --counted : tout ce qu'il liste compte."))
            _listed(app, selection, drawn, format_, output, _promise(app, promise))
        else:
            _listed(app, selection, drawn, format_, output)


def _listed(
    app: Application,
    selection: Selection,
    sample: Sample | None,
    format_: Format,
    output: Path | None,
    promise: Promise | None = None,
) -> None:
    """Print the requests of a selection, by one promise when it is named."""
    found, zone = commands.requests(app, selection, sample, promise), app.site.zone
    if format_ is Format.JSON:
        ids = commands.message_ids(app, found.items)
        session.write_out(
            text(requests_document(found.items, ids, found.doubts, found.decided, zone, promise)), output
        )
    elif format_ is Format.CSV:
        session.write_out(sheet.requests(found.items, zone), output)
    else:
        with session.printing(output) as console:
            doubts = found.doubts if selection.state is State.TO_CHECK else ()
            mails = commands.mails(app, {key for doubt in doubts for key in (doubt.mail, *doubt.candidates)})
            terminal.show(
                requests_page(found.items, found.decided, zone, found.found, doubts, mails, promise), console
            )


def _promise(app: Application, name: str) -> Promise:
    """Return the promise of that name, beside the main one."""
    known = {promise.name: promise for promise in app.site.promises}
    if name not in known:
        raise UsageError(
            _("Engagement inconnu : {name} ; choisissez parmi : {names}.").format(
                name=words.safe(name, 60), names=", ".join(known)
            )
        )
    return known[name]


def _check_category(app: Application, category: str | None) -> None:
    names = list(app.site.commitments)
    if category is not None and category not in names:
        raise UsageError(
            _("Catégorie inconnue : {category} ; la configuration nomme : {names}.").format(
                category=words.safe(category, 60), names=", ".join(names)
            )
        )


def _sample(size: int | None, seed: int | None) -> Sample | None:
    if size is None and seed is not None:
        raise UsageError(_("--seed va avec --sample."))
    return None if size is None else Sample(size, seed or 0)


def _left_out(
    app: Application, found: LeftOut, sample: Sample | None, format_: Format, output: Path | None
) -> None:
    """Print the mails that are no request."""
    zone, count = app.site.zone, len(found.mails)
    mails = sampled(found.mails, sample)
    if format_ is Format.JSON:
        session.write_out(text(left_out_document(mails, count, found.internal, zone)), output)
    elif format_ is Format.CSV:
        session.write_out(sheet.left_out(mails, zone), output)
    else:
        with session.printing(output) as console:
            terminal.show(left_out_page(mails, count, found.internal, zone), console)


def show(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début."))],
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print one request: its messages, what tied each, the days counted one by one, the verdict; or any other mail."""
    with session.up_to_date(context) as app:
        found = commands.show(app, request)
        zone = app.site.zone
    if isinstance(found, ShownMail):
        shown = (found.mail, found.requests, found.doubts, found.decisions)
        if format_ is TextOrJson.JSON:
            session.write_out(text(mail_document(*shown, zone)), None)
        else:
            terminal.show(mail_page(*shown, found.candidates, zone), session.console())
        return
    if format_ is TextOrJson.JSON:
        document = request_document(
            found.request, found.verdict, found.decisions, found.messages, found.counted, zone
        )
        session.write_out(text(document), None)
    else:
        page = request_page(
            found.request,
            found.verdict,
            found.messages,
            found.counted,
            found.decisions,
            found.commitment,
            zone,
        )
        terminal.show(page, session.console())
