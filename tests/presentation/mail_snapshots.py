"""Mails as they were looked at: their text and their HTML, in each language.

    python -m tests.presentation.mail_snapshots --update    draws them all again

Whoever changes what they say, or how, draws them again, reads what changed, and looks at them: `make pictures`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from mailsla.core.alerts.digests import Digest, Late, Notice
from mailsla.core.alerts.undelivered import Reader, ReaderRole, Undelivered
from mailsla.core.pairing.request import Request, Step
from mailsla.core.pairing.rules import Part
from mailsla.language import LANGUAGES, speaking
from mailsla.presentation.formats import alert_html, alert_text, mailed_page
from mailsla.presentation.pages.actions_letter import actions_letter, news_of
from mailsla.presentation.pages.alarm_page import alarm_page
from mailsla.presentation.pages.alert_page import AlertSite, Shown, alert_page
from mailsla.presentation.pages.letter import LetterPage
from mailsla.presentation.pages.mailed_report import fit_for_mail, mailed_report
from mailsla.presentation.pages.undelivered_page import came_back, undelivered_page
from mailsla.presentation.pages.weekly_letter import Links, Weekly, weekly_news
from tests.factories import CONTACT, PARIS, PROMISE, paris
from tests.presentation.illustrated import illustrated
from tests.presentation.samples import COMPLAINTS, NOW, TODAY, gap, judged, notice, request
from tests.presentation.test_action_mails import MAILS
from tests.presentation.test_actions_letter import WAITS
from tests.presentation.test_weekly_letter import DOUBT, MAIL

FOLDER = Path(__file__).parent / "recorded" / "mails"
HEAD, REFERENT = "chef.permis@pref.example.fr", "qualite@pref.example.fr"
NAME = "Préfecture d'essai"
SITE = AlertSite(
    NAME,
    PARIS,
    {"information": PROMISE, "complaint": COMPLAINTS},
    {"contact": CONTACT},
    referent=REFERENT,
    copied_to=CONTACT,
)
OVERDUE = notice(request("a" * 32, subject="Suspension de permis : démarche"))
TODAYS = notice(request("b" * 32, "2026-10-30 09:31", subject="Permis international, dossier 18-2026-004512"))
LATER = notice(request("c" * 32, "2026-11-02 08:47", subject="Visite médicale"))
LONG = "Bureau de la réglementation générale, des élections et des associations " * 3

OTHER = "chef.etrangers@pref.example.fr"

_PARTS = re.compile("(</(?:p|tr|div)>)")


def _with(of: Notice, service: str | None = "Permis", **changes: object) -> Notice:
    """Return a notice of a request of another service, or otherwise changed."""
    had = of.request.assignments[0]
    has = () if service is None else (replace(had, service=service),)
    return replace(of, request=of.request._replace(assignments=has, **changes))  # type: ignore[arg-type]  # (by name)


def _reminded(of: Request, times: int) -> Request:
    again = tuple(Step(f"{number}" * 32, Part.REMINDER, of.received) for number in range(times))
    return of._replace(steps=(*of.steps, *again))


def _alert(*notices: Notice, to: str = HEAD, backlog: tuple[Late, ...] = (), **changes: object) -> LetterPage:
    return alert_page(Digest(to, TODAY, notices, backlog), replace(SITE, **changes))  # type: ignore[arg-type]  # (by name)


def _letters() -> Iterator[tuple[str, LetterPage, bool]]:
    """Yield the letters by name, and whether each has HTML."""
    yield "alert", _alert(OVERDUE, TODAYS, LATER, links=MAILS.for_head), True
    many = (_another(OVERDUE, number) for number in range(8))
    yield "alert-many", _alert(*many, TODAYS, LATER, LATER), True
    reminded = replace(OVERDUE, request=_reminded(OVERDUE.request, 3), doubtful=True)
    yield "alert-reminders", _alert(reminded, _with(LATER, follow_up=True)), True
    yield "alert-masked", _alert(OVERDUE, TODAYS, shown=Shown(subject=False)), True
    longest = _with(OVERDUE, LONG, subject="W" * 200, mailboxes=(("contact", f"INBOX/{LONG}/{LONG}"),))
    yield "alert-longest", _alert(longest, _with(TODAYS, LONG, subject=LONG), name=LONG), True
    several = (_with(OVERDUE, "Étrangers"), _with(TODAYS, None), LATER)
    backlog = tuple(Late(key * 32, whose, NOW, TODAY) for key, whose in (("d", "Étrangers"), ("e", None)))
    yield "referent", _alert(*several, to=REFERENT, backlog=backlog, links=MAILS.for_referent), True
    yield "actions", _actions(), True
    stopped, other = gap(), replace(gap(), account="étrangers")
    yield (
        "alarm",
        alarm_page([(stopped, "le serveur n'a pas répondu."), (other, None)], site=NAME, zone=PARIS),
        False,
    )
    yield "undelivered", _undelivered(), False


def _another(of: Notice, number: int) -> Notice:
    """Return a notice of another request."""
    request_ = of.request._replace(key=f"{number}" * 32, subject=f"Suspension de permis, {number}")
    return replace(of, request=request_)


def _actions() -> LetterPage:
    weekly = Weekly([(DOUBT, MAIL)], [judged("a" * 32)])
    links = Links(MAILS.for_doubt, MAILS.for_late)
    news = news_of([WAITS], MAILS.for_proposal, is_referent=True)
    said = tuple(weekly_news(weekly, links, PARIS, shows_subject=True))
    return actions_letter(news, 1, NAME, weekly.counts(), said)


def _undelivered() -> LetterPage:
    since = paris("2026-11-12 08:00")
    found = (
        Undelivered(HEAD, since, since, is_final=True, reason=came_back("5.1.1", is_believed=True)),
        Undelivered(
            "chef.etrangers@pref.example.fr",
            since,
            since,
            is_final=True,
            reason=came_back("", is_believed=False),
        ),
        Undelivered(REFERENT, since, NOW, is_final=False, reason=None),
    )
    named = {
        HEAD: (Reader(ReaderRole.SERVICE, "Permis"),),
        OTHER: (Reader(ReaderRole.SERVICE, "Étrangers"),),
        REFERENT: (Reader(ReaderRole.REFERENT), Reader(ReaderRole.UNASSIGNED)),
    }
    return undelivered_page(found, named, site=NAME, zone=PARIS)


def _files() -> Iterator[tuple[str, str]]:
    for name, page, has_html in _letters():
        subject, text = alert_text.write(page)
        yield f"{name}.txt", f"{subject}\n\n{text}"
        if has_html:
            yield f"{name}.html", alert_html.write(page)
    report = mailed_report(
        fit_for_mail(illustrated()["usual"], show_subjects=True), PARIS, has_more=True, is_answered=True
    )
    yield "report.txt", mailed_page.text(report)
    yield "report.html", mailed_page.html(report)


def drawn() -> Mapping[str, str]:
    """Return every mail's files in each language, by name; a paragraph of HTML on a line."""
    found = {}
    for code in LANGUAGES:
        with speaking(code):
            for name, content in _files():
                is_html = name.endswith(".html")
                found[f"{code}/{name}"] = _PARTS.sub(r"\1\n", content) if is_html else content
    return found


def update() -> None:
    """Draw every mail again."""
    for name, content in drawn().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__" and "--update" in sys.argv:
    update()
