"""What mails say of actions: the links by which their reader may act, and what became of what was asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from mailsla.bootstrap import actions, commands
from mailsla.bootstrap.application import Application
from mailsla.core.alerts.outgoing import ACTIONS, DIGEST, Letter
from mailsla.core.alerts.terms import AlertTerms
from mailsla.core.errors import PermanentError
from mailsla.core.mail.addresses import plain
from mailsla.core.pairing.request import Request
from mailsla.core.rate.period import Grain
from mailsla.core.rate.selection import Selection, State
from mailsla.presentation.action_mails import ActionLink, ActionMails
from mailsla.presentation.formats import alert_html, alert_text
from mailsla.presentation.pages.actions_letter import ActLine, actions_letter, news_of
from mailsla.presentation.pages.letter import News
from mailsla.presentation.pages.weekly_letter import Links, Weekly, weekly_news
from mailsla.usecases import notify
from mailsla.usecases.tell_of_actions import ActionsMail

VALID = timedelta(days=45)
"""How long a link may be used: longer than what is late goes without being recalled."""

FIRST_NEWS = timedelta(days=7)
"""How far back whoever had no mail yet is told of actions."""


def links_for(app: Application, recipient: str, on: date) -> Callable[[Request], tuple[ActionLink, ...]]:
    """Return what gives the links of a request in a mail to somebody: none of what he may not act on, or by mail."""
    mails = _mails(app, recipient, on + VALID)
    if mails is None:
        return lambda _request: ()
    if recipient in actions.referents(app):
        return mails.for_referent
    return lambda request: mails.for_head(request) if recipient in actions.heads(app, request) else ()


def news_for(app: Application, recipient: str) -> tuple[News, ...]:
    """Return what became of what somebody asked for since the last alert to him; another mail tells the référent."""
    if app.site.office.actions is None or recipient in actions.referents(app):
        return ()
    theirs = [line for line in _since(app, recipient, DIGEST) if _is_from(line, recipient)]
    return news_of(theirs, lambda _act: (), is_referent=False)


def referent_mail(app: Application, domain: str) -> ActionsMail | None:
    """Return the mail by which whoever checks the figures learns of actions; None where there are none, or nobody."""
    found = sorted(actions.referents(app))
    if app.site.office.actions is None or not found:
        return None
    to, calendar = found[0], app.clock().calendar
    return ActionsMail(to, app.site.alert_rule, calendar, domain, lambda: _referent_letter(app, to))


def _referent_letter(app: Application, recipient: str) -> Letter | None:
    """Return what the référent is told since the mail before, and what waits; once a week, what is late, too."""
    new, today = _since(app, recipient, ACTIONS), app.now().astimezone(app.site.zone).date()
    weekly = _weekly(app, recipient, today)
    counts = weekly.counts()
    if not (new or counts):
        return None
    keys = {act.mail for act, _mail, _waits in new}
    waiting = [line for line in _lines(app) if line[2] and line[0].mail not in keys]
    mails, lines = _mails(app, recipient, today + VALID), (*waiting, *new)
    of_acts = (lambda _act: ()) if mails is None else mails.for_proposal
    pages = app.site.settings.pages
    on_site = pages.actions and pages.folder is not None
    links = Links() if mails is None else Links(mails.for_doubt, mails.for_late, on_site)
    page = actions_letter(
        news_of(lines, of_acts, is_referent=True),
        sum(waits for _act, _mail, waits in lines),
        app.site.settings.site.name,
        counts,
        tuple(weekly_news(weekly, links, app.site.zone, shows_subject=app.site.settings.alerts.show_subject)),
    )
    return Letter(*alert_text.write(page), alert_html.write(page), list_name="alertes")


def _weekly(app: Application, recipient: str, today: date) -> Weekly:
    """Return what is late and what is to check, in the first mail of a week; nothing in the others.

    Nothing either while an account is not read: an answer may have left since.
    """
    last = app.store.acts.last_told(recipient, ACTIONS)
    monday = today - timedelta(days=today.weekday())
    if last is not None and last.astimezone(app.site.zone).date() >= monday:
        return Weekly()
    read = notify.account_reads(app.intervals, app.store.runs.read_of)
    terms = AlertTerms(app.standard(), app.site.alert_rule, read)
    if any(terms.is_stale([(account, "")], app.now()) for account in app.intervals):
        return Weekly()
    late = commands.requests(app, Selection(State.OVERDUE), with_doubts=False)
    doubts = app.store.derivations.doubts()
    mails = commands.mails(app, [doubt.mail for doubt in doubts])
    return Weekly(
        [(doubt, mails.get(doubt.mail)) for doubt in doubts],
        sorted(late, key=lambda item: (item.verdict.due_on, item.case.received_at)),
    )


def page_mails(app: Application) -> ActionMails | None:
    """Return the ready-written mails of the site's pages, the référent's; None where pages are to have none.

    They may be used until the end of a month: pages that say the same are the same files until the next.
    """
    found = sorted(actions.referents(app))
    if not (app.site.settings.pages.actions and found):
        return None
    last = app.now().astimezone(app.site.zone).date() + VALID
    return _mails(app, found[0], Grain.MONTH.period_of(last).last)


def _mails(app: Application, recipient: str, expires_on: date) -> ActionMails | None:
    """Return the ready-written mails of one person; None where no action is taken, or this process may not sign any."""
    address = actions.address(app)
    if app.site.office.actions is None or address is None or app.reads_only:
        return None
    try:
        signer = actions.signer(app)
    except PermanentError:
        # A mail without its links is better than none.
        return None
    services = tuple(item.name for item in app.site.settings.services)
    used = {act.token for act in app.store.acts.all() if act.token is not None}
    return ActionMails(address, signer, recipient, expires_on, app.site.zone, services, used)


def _since(app: Application, recipient: str, purpose: str) -> list[ActLine]:
    since = app.store.acts.last_told(recipient, purpose) or app.now() - FIRST_NEWS
    return _lines(app, since)


def _lines(app: Application, since: datetime | None = None) -> list[ActLine]:
    """Return what became of mails, the first first; those looked at after an instant alone."""
    return [
        (item.act, item.mail, item.waits)
        for item in reversed(actions.noted(app))
        if since is None or item.act.at > since
    ]


def _is_from(line: ActLine, person: str) -> bool:
    _act, mail, _waits = line
    return mail is not None and plain(person) in map(plain, mail.senders)
