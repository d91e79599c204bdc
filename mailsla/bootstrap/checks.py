"""Every part of an installation looked at, with this site's store, servers and rules."""

from __future__ import annotations

from functools import partial

from mailsla.adapters.database.sizes import store_size
from mailsla.bootstrap import undelivered
from mailsla.bootstrap.access import smtp_server
from mailsla.bootstrap.application import Application
from mailsla.config import Account
from mailsla.core.alerts.alert_findings import HeadsMissing
from mailsla.core.alerts.findings import Finding
from mailsla.core.office.authorship import vouching_server
from mailsla.usecases import check as checking


def check(app: Application, *, quick: bool, is_derived: bool = True) -> list[Finding]:
    """Look at every part of the installation; when quick, only at how recent collections are.

    Args:
        app: The installation.
        quick: Whether no server is spoken to.
        is_derived: Whether what is derived follows from the rules at hand; otherwise none of it is told.
    """
    if quick:
        return list(checking.recent(app.intervals, app.store.runs, app.store.derivations, app.now()))
    smtp, office, alerts = app.site.settings.smtp, app.site.office, app.site.alert_rule
    today = app.now().astimezone(app.site.zone).date()
    untold = alerts.untold(today)
    headless = alerts.without_head(today)
    installation = checking.Installation(
        accounts=[_access(app, account) for account in app.accounts],
        greet=None if smtp is None else smtp_server(smtp).greet,
        known=app.store.derivations,
        clues=app.store.clues,
        set_aside=app.store.not_understood(),
        runs=app.store.runs,
        gaps=app.gaps(),
        territory=app.site.settings.site.territory.name,
        calendar=app.clock().calendar,
        id_hosts=tuple(host for host in app.store.clues.id_hosts() if not office.made(f"@{host}")),
        vouching=""
        if office.trusted_authserv_id
        else vouching_server(app.store.messages.latest_traces(), office),
        heads_missing=HeadsMissing(headless, stood_in_for=untold.isdisjoint(headless)) if headless else None,
        untold=app.store.clues.waiting_of(untold),
        undelivered=undelivered.found(app),
        size=store_size(app.engine),
        is_derived=is_derived,
    )
    return list(checking.look(installation, app.now()))


def _access(app: Application, account: Account) -> checking.Access:
    return checking.Access(app.restraint(account), app.store.attempts, partial(app.sessions.session, account))
