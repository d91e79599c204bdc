"""`mailsla poll` and `mailsla run`: one collection, and the daemon."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mailsla.adapters.machine.logs import start_logging
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.daemon import run_daemon
from mailsla.cli import session
from mailsla.config import Account
from mailsla.core.collection.outcome import RunOutcome
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.usecases.notify import Delivery
from mailsla.usecases.poll import Collected


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(help=_("Relève tous les comptes une fois, puis s'arrête."))(poll)
    app.command(help=_("Veille : relève, calcule et alerte jusqu'à l'arrêt (SIGTERM)."))(run)


def poll(context: typer.Context) -> None:
    """Collect every account once."""
    start_logging(debug=session.chosen(context).debug)
    with session.application(context) as app:
        results = collect_all(app)
    if any(result.outcome.has_failed for result in results):
        raise typer.Exit(1)


def collect_all(app: Application) -> list[Collected]:
    """Collect every account with a progress bar, one after the other, then bring requests up to date."""
    console = session.console()
    with _progress() as progress:
        results = [_collect(app, account, progress) for account in app.accounts]
        task = progress.add_task(_("Rapprochement"), total=1)
        app.derive()
        progress.advance(task)
    for result in results:
        if result.error is not None:
            _log(result)
        for line in _told(result):
            console.print(line)
    return results


def _told(result: Collected) -> Iterator[str]:
    """Say how a collection ended: what it found, and what went wrong."""
    if result.outcome is RunOutcome.ELSEWHERE:
        yield _("{account} : déjà en cours de relève par un autre processus.").format(account=result.account)
    elif not result.outcome.has_failed:
        yield _("{account} : {messages} nouveaux courriels dans {mailboxes} dossiers.").format(
            account=result.account, messages=result.tally.messages, mailboxes=result.tally.mailboxes
        )
    if result.reason is not None:
        yield _("{account} : {reason}").format(account=result.account, reason=result.reason)


def _collect(app: Application, account: Account, progress: Progress) -> Collected:
    tasks = {}

    def advance(mailbox: str, done: int, total: int) -> None:
        if mailbox not in tasks:
            tasks[mailbox] = progress.add_task(f"{account.name} {words.safe(mailbox, 40)}", total=total)
        progress.update(tasks[mailbox], completed=done, total=total)

    return app.poll(account, advance)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=session.error_console(),
    )


def run(context: typer.Context) -> None:
    """Collect, derive and warn until SIGTERM."""
    start_logging(debug=session.chosen(context).debug)
    with session.application(context) as app:
        structlog.get_logger().info("started", accounts=[account.name for account in app.accounts])
        run_daemon(app, heard=_log, delivered=_log_delivery)


def _log_delivery(delivery: Delivery) -> None:
    structlog.get_logger().info("alerts", sent=delivery.sent, failed=delivery.failed)


def _log(result: Collected) -> None:
    log = structlog.get_logger().bind(
        account=result.account,
        outcome=result.outcome.value,
        mailboxes=result.tally.mailboxes,
        messages=result.tally.messages,
        set_aside=result.tally.set_aside,
        gone=result.tally.gone,
    )
    if result.error is not None:
        log.error("collection broke", exc_info=result.error)
    elif result.reason is None:
        log.info("collected")
    elif result.outcome is RunOutcome.OK:
        log.warning("collected in part", reason=result.reason)
    else:
        log.warning("collection failed", reason=result.reason)
