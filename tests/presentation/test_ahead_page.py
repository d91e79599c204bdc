"""The alerts of a day to come, as whoever installs reads them."""

from __future__ import annotations

from mailsla.core.alerts.recipients import Because
from mailsla.presentation.pages.ahead_page import ahead_page
from mailsla.presentation.pages.due_dates import due_dates
from mailsla.presentation.pages.page import Cell, Line, Table
from tests.factories import PARIS, paris
from tests.presentation.samples import digest, notice, request

AT = paris("2026-11-13 08:00")


def test_each_request_is_named_as_everywhere_and_why_its_reader_is_told_is_said() -> None:
    told = digest(notice(request("a" * 32, "2026-10-30 10:00")))

    [section] = ahead_page([(told, "objet", [Because.NOBODY_ELSE])], AT, PARIS).sections

    [table] = [block for block in section.blocks if isinstance(block, Table)]
    assert [cell.text for cell in table.rows[0] if isinstance(cell, Cell)] == [
        "maaaaaaaa",
        "Permis",
        "13/11/2026",
        "le jour même",
        "personne d'autre n'est nommé",
    ]
    assert due_dates(told)[0].text == "Demande maaaaaaaa, à répondre ce jour au plus tard."


def test_a_day_without_any_says_so() -> None:
    [section] = ahead_page([], AT, PARIS).sections

    assert section.blocks == (Line("Aucune alerte ne partira ce jour-là à cette heure."),)
