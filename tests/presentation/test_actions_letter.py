"""Links and news in mails: the same in text and in HTML, nothing cut off unsaid, nothing of a stranger's that acts."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from mailsla.core.alerts.asked_action import Act, ActOutcome, ActReason
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.pairing.derivation import ListedMail
from mailsla.presentation.action_mails import ActionLink
from mailsla.presentation.formats import alert_html, alert_text
from mailsla.presentation.pages.actions_letter import MOST_NEWS, actions_letter, news_of
from mailsla.presentation.pages.alert_page import alert_page
from mailsla.presentation.pages.letter import LetterPage, News
from tests.presentation.samples import HOSTILE, NOW, UNSAFE, digest, notice, request
from tests.presentation.test_action_mails import MAILS, PROPOSAL
from tests.presentation.test_alert_page import SITE

WAITS = (
    PROPOSAL,
    ListedMail(PROPOSAL.mail, NOW, "aside", "action", (), "", ("chef@pref.example.fr",), (), (), ""),
    True,
)


def hrefs(page: LetterPage) -> tuple[list[str], list[str]]:
    """Return the links of a mail's text, and of its HTML."""
    in_text = re.findall(r"<(mailto:[^>]+)>", alert_text.write(page)[1])
    return in_text, [html.unescape(href) for href in re.findall(r'href="([^"]+)"', alert_html.write(page))]


def test_each_request_has_its_links_in_text_and_in_html() -> None:
    one, other = request("a" * 32), request("b" * 32, "2026-10-30 09:31")
    site = replace(SITE, links=MAILS.for_head)

    page = alert_page(digest(notice(one), notice(other)), site)

    in_text, in_html = hrefs(page)
    assert in_text == in_html
    assert in_text == [link.href for item in page.entries for link in item.actions]
    assert len(set(in_text)) == 8
    assert hrefs(alert_page(digest(notice(one)), SITE)) == ([], [])


def test_what_waits_is_settled_from_the_mail_and_what_does_not_has_no_link() -> None:
    done = (replace(PROPOSAL, outcome=ActOutcome.DONE, reason=None), WAITS[1], False)
    page = actions_letter(news_of([WAITS, done], MAILS.for_proposal, is_referent=True), 1, "Préfecture")

    assert hrefs(page)[0] == [link.href for link in MAILS.for_proposal(PROPOSAL)]
    assert page.subject == "[Préfecture] 1 action attend votre accord"
    assert page.news[0].said.startswith("chef@pref.example.fr : « pas pour nous »")
    assert actions_letter((), 0, "Préfecture").subject == "[Préfecture] actions demandées par courriel"


def test_a_head_is_told_of_his_own_without_a_name_nor_a_link() -> None:
    [news] = news_of([WAITS], MAILS.for_proposal, is_referent=False)

    assert "@" not in news.said
    assert news.actions == ()


@pytest.mark.parametrize(
    ("count", "said"), [(MOST_NEWS, None), (MOST_NEWS + 1, "Et 1 autre : mailsla actions.")]
)
def test_nothing_is_cut_off_unsaid(count: int, said: str | None) -> None:
    news = news_of([WAITS] * count, MAILS.for_proposal, is_referent=False)

    assert len(news) == MOST_NEWS + (said is not None)
    assert said is None or news[-1] == News(said)


def test_a_stranger_s_words_move_no_cursor_and_are_no_markup() -> None:
    act = Act("a" * 32, NOW, ActOutcome.REFUSED, ActReason.CHECKED, MailAction.ASSIGN, detail=HOSTILE)
    hostile = WAITS[1]._replace(senders=(HOSTILE,))

    page = actions_letter(
        news_of([(act, hostile, False)], MAILS.for_proposal, is_referent=True), 0, "Préfecture"
    )
    subject, text = alert_text.write(page)

    assert set(subject + text).isdisjoint(set(UNSAFE) - {"\n"})
    assert "<b>" not in alert_html.write(page)


def test_a_link_cannot_leave_its_attribute() -> None:
    page = LetterPage("x", (), news=(News("y", (ActionLink('"><script>', 'mailto:a"onclick="b'),)),))

    assert "<script>" not in alert_html.write(page)
    assert 'onclick="b' not in alert_html.write(page)
