"""Whatever strangers write, in the letters to the référent and in mailed reports: it stays a text, in its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings

from mailsla.core.alerts.asked_action import ActOutcome, ActReason
from mailsla.core.rate.overdue import all_overdue
from mailsla.presentation.formats import alert_html, alert_text, mailed_page
from mailsla.presentation.pages.actions_letter import actions_letter, news_of
from mailsla.presentation.pages.mailed_report import fit_for_mail, mailed_report
from mailsla.presentation.pages.weekly_letter import Links, Weekly, weekly_news
from tests.factories import PARIS
from tests.presentation.samples import HOSTILE, judged, report
from tests.presentation.test_action_mails import MAILS
from tests.presentation.test_actions_letter import WAITS
from tests.presentation.test_alert_page import LETTERS
from tests.presentation.test_weekly_letter import DOUBT, MAIL

MOVING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of what moves a cursor, turns the direction of writing round, or is not seen."""

PLAIN_TAGS = {"a", "body", "div", "head", "html", "meta", "p", "span", "title"}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]


def moving(text: str) -> set[str]:
    return {unicodedata.category(letter) for letter in text.replace("\n", "")} & MOVING


@settings(max_examples=100)
@given(LETTERS, LETTERS, LETTERS)
def test_the_referent_s_letter_is_of_our_marks_alone(subject: str, sender: str, typed: str) -> None:
    act, mail, _waits = WAITS
    refused = replace(act, outcome=ActOutcome.REFUSED, reason=ActReason.CHECKED, detail=HOSTILE + typed)
    late = judged("a" * 32, subject=HOSTILE + subject)
    late = replace(late, case=replace(late.case, service=sender or None))
    theirs = mail._replace(senders=(sender, HOSTILE + sender), subject=HOSTILE + subject)
    weekly = Weekly([(DOUBT, MAIL._replace(subject=subject))], [late])
    links = Links(MAILS.for_doubt, MAILS.for_late)

    said = weekly_news(weekly, links, PARIS, shows_subject=True)
    news = news_of([(act, theirs, True), (refused, theirs, False)], MAILS.for_proposal, is_referent=True)
    page = actions_letter(news, 1, "Préfecture", weekly.counts(), tuple(said))
    _subject, text = alert_text.write(page)
    read = Tags(alert_html.write(page))

    assert moving(text) == set()
    assert read.tags == PLAIN_TAGS
    assert {link.partition(":")[0] for link in read.links} == {"mailto"}
    assert not re.search(r"[\r\n]|%0[0-9](?<!%0D)(?<!%0A)", "".join(read.links))


@settings(max_examples=30)
@given(LETTERS, LETTERS)
def test_a_mailed_report_has_the_tags_that_it_has_without_strangers(subject: str, service: str) -> None:
    def of(subject: str, service: str) -> tuple[str, set[str]]:
        item = judged("a" * 32, subject=subject)
        item = replace(item, case=replace(item.case, service=service))
        built = fit_for_mail(report(overdue=all_overdue([item])), show_subjects=True)
        page = mailed_report(built, PARIS, has_more=True, is_answered=True)
        return mailed_page.text(page), Tags(mailed_page.html(page)).tags

    text, tags = of(HOSTILE + subject, HOSTILE + service)

    assert moving(text) == set()
    assert tags == of("Titre", "Permis")[1]
