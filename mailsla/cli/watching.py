"""`mailsla poll` and `mailsla run`: one collection, and the daemon."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import typer

from mailsla.adapters.machine.logs import LOG, start_logging
from mailsla.adapters.machine.one_arena import use_one_arena
from mailsla.bootstrap import actions
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.daemon import Daemon
from mailsla.bootstrap.told import Told
from mailsla.cli import session
from mailsla.config import Account
from mailsla.core.alerts.privacy_findings import PurgeAhead
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import MailslaError, Superseded
from mailsla.core.retention.purged import Purged
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.usecases.hand_over import Delivery
from mailsla.usecases.poll import Collected

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


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
        try:
            app.derive()
            actions.act(app)
        finally:
            # What was collected stays, whatever became of the rest.
            for result in results:
                _tell(result, console)
        progress.advance(task)
    return results


def _tell(result: Collected, console: Console) -> None:
    if result.error is not None:
        _log(result)
    for line in _told(result):
        console.print(line)


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
    from rich.progress import (  # noqa: PLC0415 (for a bar: not for the daemon)
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=session.error_console(),
    )


def run(context: typer.Context) -> None:
    """Collect, derive and warn until SIGTERM; at SIGHUP, read the configuration again."""
    use_one_arena()
    start_logging(debug=session.chosen(context).debug)
    told = Told(
        _log,
        _log_delivery,
        _log_beginning,
        _log_refusal,
        _log_outdated,
        _log_not_acted,
        _log_not_told,
        _log_purge,
        _log_ahead,
    )
    Daemon(partial(session.application, context), told).run()


def _log_beginning(app: Application) -> None:
    LOG.info("started", accounts=[account.name for account in app.accounts])


def _log_refusal(error: MailslaError) -> None:
    LOG.error("configuration refused, the former one stays", reason=str(error))


def _log_outdated(newer: Superseded) -> None:
    saved_at = None if newer.saved_at is None else newer.saved_at.isoformat()
    LOG.warning(
        "another configuration is newer: mails are collected, nothing is derived, nobody is alerted",
        saved_at=saved_at,
    )


def _log_not_acted(error: MailslaError) -> None:
    LOG.error("actions asked for by mail wait", reason=str(error))


def _log_not_told(error: MailslaError) -> None:
    LOG.warning("whoever watches could not be told", reason=str(error))


def _log_purge(done: Purged) -> None:
    LOG.info(
        "personal data ended",
        messages=done.messages,
        requests=done.requests,
        waiting=done.waiting,
        internal=done.internal,
        agents=done.agents,
    )


def _log_ahead(coming: PurgeAhead) -> None:
    LOG.warning(
        "personal data is about to end for good: mailsla purge --dry-run says what",
        conversations=coming.conversations,
        through=coming.through.isoformat(),
        on=coming.on.isoformat(),
    )


def _log_delivery(delivery: Delivery) -> None:
    LOG.info("alerts", sent=delivery.sent, failed=delivery.failed, dropped=delivery.dropped)


def _log(result: Collected) -> None:
    log = LOG.bind(
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
