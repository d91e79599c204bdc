"""Delays, calendars and conversations, as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.working_days import DayKind, SpecialDay
from mailsla.core.pairing.derivation import Tied
from mailsla.presentation.pages.clock_page import calendar_page, clock_page
from mailsla.presentation.pages.conversation_page import conversations_page
from mailsla.presentation.pages.page import Cell, Emphasis, Line, Page, Section, Table
from tests.factories import PROMISE, paris
from tests.presentation.samples import NOW, STANDARD

RECEIVED = paris("2026-11-09 10:00")


def clock_of(*, replied: bool, promise: Commitment = PROMISE) -> Page:
    verdict = STANDARD.clock.verdict(RECEIVED, NOW if replied else None, promise, NOW)
    counted = STANDARD.clock.days(RECEIVED, NOW)
    return clock_page(verdict, promise, counted, STANDARD.clock, replied=replied, territory="Cher")


def test_a_delay_is_told_with_its_calendar_its_days_its_verdict_and_the_rule() -> None:
    [section] = clock_of(replied=True).sections
    calendar, received, days, verdict, rule = section.blocks

    assert calendar == Line("Calendrier : Cher", Emphasis.DIM)
    assert received == Line("Reçue le lundi 9 novembre 2026 : c'est le jour 0.")
    assert isinstance(days, Table)
    assert [row[1] for row in days.rows] == [Cell("1", 1), Cell("–"), Cell("2", 2), Cell("3", 3)]
    assert verdict == Line(
        "Échéance : lundi 23 novembre 2026 au soir (jour 9). Répondu en 3 jours ouvrés : dans les temps.",
        Emphasis.STRONG,
    )
    assert isinstance(rule, Line)
    assert rule.emphasis is Emphasis.DIM


def test_without_a_reply_only_the_due_date_is_told() -> None:
    verdict = clock_of(replied=False).sections[0].blocks[3]

    assert verdict == Line("Échéance : lundi 23 novembre 2026 au soir (jour 9).", Emphasis.STRONG)


def test_a_calendar_tells_each_day_with_its_source_and_whether_it_was_computed() -> None:
    day = SpecialDay(date(2026, 5, 1), DayKind.HOLIDAY, "Fête du Travail", "art. L3133-1")
    page = calendar_page([day, replace(day, kind=DayKind.CLOSURE, computed=True)], 2026, "Cher")
    [section] = page.sections
    [table] = section.blocks

    assert section.heading == "Jours fériés et fermetures 2026 – Cher"
    assert isinstance(table, Table)
    named = (Cell("vendredi 1er mai 2026", day.on), Cell("Fête du Travail"))
    assert table.rows == (
        (*named, Cell("férié"), Cell("art. L3133-1")),
        (*named, Cell("fermeture"), Cell("art. L3133-1 (calculé)")),
    )


def test_conversations_tell_each_mail_with_what_ties_it_to_which() -> None:
    first = Tied("a", "un@mail.example", (), "none", None, NOW)
    second = Tied("a", None, ("deux.eml", "copie.eml"), "in-reply-to", "un@mail.example", NOW)

    page = conversations_page([[first, second], [replace(first, message_id=None)]])

    assert page.sections == (
        Section(
            "",
            (
                Line("Échange 1", Emphasis.STRONG),
                Line("  un@mail.example  ouvre l'échange"),
                Line("  deux.eml, copie.eml  répond à (In-Reply-To) un@mail.example"),
                Line("Échange 2", Emphasis.STRONG),
                Line("  (sans identifiant)  ouvre l'échange"),
                Line("2 échanges.", Emphasis.DIM),
            ),
        ),
    )
