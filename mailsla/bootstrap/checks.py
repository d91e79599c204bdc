"""Every part of an installation looked at, with this site's store, servers and rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.sizes import store_size
from mailsla.bootstrap import privacy, undelivered
from mailsla.bootstrap.access import imap_account, smtp_server
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.declared import declared
from mailsla.bootstrap.site_rules import Site
from mailsla.config import Account, Settings
from mailsla.core.alerts.advice import SchemaApart
from mailsla.core.alerts.alert_findings import HeadsMissing
from mailsla.core.alerts.findings import Finding
from mailsla.core.office.authorship import vouching_server
from mailsla.usecases import check as checking
from mailsla.usecases.recent_work import recent


def check(
    app: Application, *, quick: bool, is_derived: bool = True, config: Path | None = None
) -> list[Finding]:
    """Look at every part of the installation; when quick, only at how recent its work is.

    Args:
        app: The installation.
        quick: Whether no server is spoken to.
        is_derived: Whether what is derived follows from the rules at hand; otherwise none of it is told.
        config: The configuration's file, where it is known.
    """
    if quick:
        store = app.store
        return list(recent(app.intervals, store.runs, store.derivations, store.outbox, app.now()))
    settings, office, alerts = app.site.settings, app.site.office, app.site.alert_rule
    greet, relay = _relay(settings)
    today = app.now().astimezone(app.site.zone).date()
    untold = alerts.untold(today)
    headless = alerts.without_head(today)
    installation = checking.Installation(
        accounts=[_access(app, account) for account in app.accounts],
        greet=greet,
        relay=relay,
        known=app.store.derivations,
        clues=app.store.clues,
        set_aside=app.store.not_understood(),
        runs=app.store.runs,
        gaps=app.gaps(),
        territory=settings.site.territory.name,
        calendar=app.clock().calendar,
        id_hosts=tuple(host for host in app.store.clues.id_hosts() if not office.made(f"@{host}")),
        vouching=""
        if office.trusted_authserv_id
        else vouching_server(app.store.messages.latest_traces(), office),
        heads_missing=HeadsMissing(headless, stood_in_for=untold.isdisjoint(headless)) if headless else None,
        untold=app.store.clues.waiting_of(untold),
        undelivered=undelivered.found(app),
        size=store_size(app.engine),
        privacy=tuple(privacy.findings(app)) if is_derived else (),
        is_derived=is_derived,
        declared=declared(settings, _store_file(settings), config),
        form_senders=settings.office.form_senders,
        declared_hosts=settings.office.message_id_hosts,
        own=tuple(account.user.lower() for account in settings.accounts if "@" in account.user),
        outbox=app.store.outbox,
    )
    return list(checking.look(installation, app.now()))


def schema_apart(settings: Settings, *, is_new: bool) -> SchemaApart | None:
    """Return how a store's schema differs from this version's, which converts nothing.

    Args:
        settings: The configuration.
        is_new: Whether there may be no store yet, which is then to be made; nothing is made here.

    Raises:
        PermanentError: When the store cannot be opened, is not there though it must be, or a newer version wrote it.
        TransientError: When the database does not answer.
    """
    engine = open_engine(settings.store.url, is_new=is_new)
    try:
        file, known = _store_file(settings), schema.revisions()[-1]
        stored = None if is_new and file is not None and not file.exists() else schema.version(engine)
        if stored is None and not is_new:
            schema.demand(engine)
        return None if stored in {None, known} else SchemaApart(str(stored), known)
    finally:
        engine.dispose()


def check_beside_the_store(settings: Settings, now: datetime, config: Path) -> list[Finding]:
    """Look at what needs no store: the configuration, its files, the server that takes mails, the calendar."""
    site = Site(settings)
    calendar = site.clock(now - timedelta(days=366), now).calendar
    said = declared(settings, _store_file(settings), config)
    return list(
        checking.look_beside_the_store(said, *_relay(settings), settings.site.territory.name, calendar, now)
    )


def _relay(settings: Settings) -> tuple[Callable[[], object] | None, tuple[str, int]]:
    """Return what greets the server that takes mails, with its host and port; nothing without one."""
    smtp = settings.smtp
    return (None, ("", 0)) if smtp is None else (smtp_server(smtp).greet, (smtp.host, smtp.port))


def _store_file(settings: Settings) -> Path | None:
    """Return the file of a SQLite store; its URL was opened before."""
    url = make_url(settings.store.url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _access(app: Application, account: Account) -> checking.Access:
    reached = imap_account(account)
    opened = partial(app.collecting.sessions.session, account)
    return checking.Access(
        app.collecting.restraint(account), app.store.attempts, opened, (reached.host, reached.port)
    )
