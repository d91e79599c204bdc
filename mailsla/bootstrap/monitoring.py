"""Whoever watches the site from outside, told how things are, as the configuration says: file, ping, command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from mailsla.adapters.access.pinging import ping
from mailsla.adapters.database.sizes import bytes_taken
from mailsla.adapters.machine.refused_writes import reason
from mailsla.adapters.machine.told_command import run_told
from mailsla.adapters.machine.written_files import write_whole
from mailsla.bootstrap import checks
from mailsla.bootstrap.application import Application
from mailsla.core.alerts.findings import Broken, Finding, Part
from mailsla.core.alerts.health import Health
from mailsla.core.errors import MailslaError, TransientError
from mailsla.language import gettext as _
from mailsla.presentation import check_lines
from mailsla.presentation.formats import metrics_text
from mailsla.usecases.watch_over import WatchedOver, account_figures, is_well

OTHERS_READ = 0o644
"""Of a file in which nothing is about people: what collects figures is another user."""


def watched_over(app: Application, failed: Callable[[MailslaError], object]) -> WatchedOver:
    """Return what tells whoever watches, with nothing told yet; `failed` is told whom it could not tell, and why."""
    said = app.site.settings.monitoring
    return WatchedOver(
        look=partial(_look, app),
        now=app.now,
        write=None if said.metrics_file is None else partial(_write, app, said.metrics_file),
        ping=None if said.ping_url is None else partial(_ping, said.ping_url.get_secret_value()),
        run=None if said.command is None else partial(_run, app, said.command),
        failed=failed,
    )


def _look(app: Application) -> Sequence[Finding]:
    """Return what `mailsla check --quick` finds."""
    try:
        return checks.check(app, quick=True)
    except MailslaError as error:
        return [Broken(Part.STORE, str(error))]


def _write(app: Application, path: Path, found: Sequence[Finding]) -> None:
    try:
        figures = _figures(app)
    except MailslaError:
        figures = None
    try:
        write_whole(path, metrics_text.write(figures, well=is_well(found), now=app.now()), mode=OTHERS_READ)
    except OSError as error:
        raise TransientError(
            _("le fichier de mesures {path} ne peut pas être écrit ({reason}).").format(
                path=path, reason=reason(error)
            )
        ) from error


def _figures(app: Application) -> metrics_text.Figures:
    now, store = app.now(), app.store
    since = store.derivations.waiting_since()
    taken, free = bytes_taken(app.engine)
    to_send = store.outbox.waiting()
    return metrics_text.Figures(
        accounts=tuple(account_figures([*app.intervals], store.runs, store.attempts, now)),
        waiting=timedelta() if since is None else max(now - since, timedelta()),
        set_aside=len(store.not_understood()),
        to_send=len(to_send),
        not_taken=sum(mail.refused is not None for mail in to_send),
        store_bytes=taken,
        free_bytes=free,
    )


def _ping(url: str, found: Sequence[Finding]) -> None:
    # As Healthchecks has it: the address itself for a success, the same and /fail for a failure.
    ping(url if is_well(found) else f"{url.rstrip('/')}/fail")


def _run(app: Application, command: tuple[str, ...], found: Sequence[Finding]) -> None:
    wrong = [finding for finding in found if finding.health is Health.FAILURE]
    lines = check_lines.lines(wrong, app.site.zone)
    sentences = "".join(f"{line.subject} : {line.sentence}\n" for line in lines)
    run_told(command, "ok" if is_well(found) else "failure", sentences)
