"""Alarms on the configuration: each is told once, whatever the day, and another one anew."""

from __future__ import annotations

from datetime import timedelta

from mailsla.core.errors import Superseded
from mailsla.language import speaking
from mailsla.presentation.formats import alert_text
from mailsla.presentation.pages.configuration_page import outdated_page, refused_page
from mailsla.usecases.alarm import AlarmRule
from mailsla.usecases.configuration_alarm import OUTDATED, REFUSED, sound_once
from tests.factories import PARIS, paris
from tests.usecases.test_mail_alarm import NOW, RULE, Site


def sound(site: Site, purpose: str, of: str, days: int = 0, rule: AlarmRule = RULE) -> int:
    at = NOW + timedelta(days=days)
    return sound_once(site, rule, purpose, of, (purpose, "texte"), at, at.astimezone(PARIS).date())


def test_each_configuration_is_told_of_once_whatever_the_day() -> None:
    site = Site()

    assert [sound(site, REFUSED, "a"), sound(site, REFUSED, "a"), sound(site, REFUSED, "a", 1)] == [1, 0, 0]
    assert [sound(site, REFUSED, "b"), sound(site, OUTDATED, "a"), sound(site, OUTDATED, "a", 40)] == [
        1,
        1,
        0,
    ]
    assert [mail.recipient for mail in site.sent.values()] == [RULE.operator] * 3


def test_nobody_is_told_without_an_operator() -> None:
    assert sound(Site(), REFUSED, "a", rule=AlarmRule(None, RULE.after, RULE.domain)) == 0


def test_what_is_told_says_why_and_what_to_do_in_the_language_in_use() -> None:
    newer = Superseded("", paris("2026-11-13 09:31"))
    french = [
        alert_text.write(page)
        for page in (
            refused_page(("site.name : cette clé manque.",), site="Préfecture d'essai"),
            outdated_page(newer, site="Préfecture d'essai", zone=PARIS),
            outdated_page(Superseded("", None), site="Préfecture d'essai", zone=PARIS),
        )
    ]
    with speaking("en"):
        subject, english = alert_text.write(outdated_page(newer, site="Préfecture d'essai", zone=PARIS))

    texts = [" ".join(text.split()) for _subject, text in french]
    assert "site.name : cette clé manque." in texts[0]
    assert "13/11/2026" in texts[1]
    assert "plus tard" in texts[2]
    assert all("systemctl reload mailsla" in text for text in (*texts, " ".join(english.split())))
    assert subject == "mailsla: another configuration is newer"
