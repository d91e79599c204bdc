"""`mailsla poll` and `mailsla run`: one collection, and the daemon."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial

import structlog
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mailsla.adapters.machine.logs import start_logging
from mailsla.adapters.machine.scheduling import Job
from mailsla.bootstrap.application import ALERT_ROUND_SECONDS, Application, run_daemon
from mailsla.cli import session
from mailsla.config import Account
from mailsla.core.collection.outcome import RunOutcome
from mailsla.language import gettext as _
from mailsla.presentation import words
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
        run_daemon(app, lambda: jobs(app))


def jobs(app: Application) -> Sequence[Job]:
    """Return the daemon's jobs: one collection an account, so that a bad one never stops the others."""
    names, tried = {account.name for account in app.accounts}, set[str]()
    lock = threading.Lock()

    def collect(account: Account) -> None:
        def collected(result: Collected) -> None:
            _log(result)
            if result.tally.messages or result.tally.gone or result.outcome is RunOutcome.OK:
                app.derive()
            with lock:
                tried.add(account.name)

        app.watch(account, collected)

    def warn() -> None:
        # Nothing is said before every account was tried once: a reply may be about to be found. One that is read
        # half-way for the first time holds requests without their replies, whoever is reading it.
        with lock:
            ready = names <= tried and not names & app.store.runs.half_read()
        if ready and not app.stop.is_set():
            app.prepare_alerts()

    def deliver() -> None:
        delivery = app.deliver_alerts()
        if delivery.sent or delivery.failed:
            structlog.get_logger().info("alerts", sent=delivery.sent, failed=delivery.failed)

    # Each is a job of its own: what breaks one, or makes it last, holds no other back.
    round_seconds = min(ALERT_ROUND_SECONDS, *(account.every_seconds for account in app.accounts))
    rounds = (("alarms", app.sound_alarms), ("alerts", warn), ("delivery", deliver))
    return [
        *(Job(f"collect {each.name}", each.every_seconds, partial(collect, each)) for each in app.accounts),
        *(Job(name, round_seconds, act) for name, act in rounds),
    ]


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
