"""The pictures of the report say what its figures are, and nothing where there is nothing to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.delays import Delay, delay_curve
from mailsla.core.rate.finality import Finality
from mailsla.core.rate.overdue import all_overdue
from mailsla.core.rate.period import Grain, parse_period, pieces
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine, ServiceLine
from mailsla.core.rate.series import Series
from mailsla.language import speaking
from mailsla.presentation.pages import calendar_picture, report_pictures
from mailsla.presentation.pages.drawing import Days, Shade, Stacks, Steps
from mailsla.presentation.pages.illustrated_report import (
    FIRST_LATE,
    FIRST_SERVICES,
    MOST_SERVICES,
    illustrated_report,
)
from mailsla.presentation.pages.page import Cell, Emphasis, Line, Page, Picture, Section, Table
from mailsla.presentation.pages.report_page import report_page
from tests.factories import PARIS
from tests.presentation.samples import CURVE, STANDARD, cohort, judged, report

SHARE = Fraction(4, 5)


def line(name: str, counts: Population, former: Population | None = None) -> PeriodLine:
    period = parse_period(name)
    return PeriodLine(period, period, counts, CURVE, Finality(), former)


def stacks(*lines: PeriodLine, built: Report | None = None) -> Picture:
    [picture] = report_pictures.weeks(lines, built or report(), Belonging.DUE)
    return picture


def test_a_column_has_its_counts_its_figure_and_what_it_was_a_year_before() -> None:
    picture = stacks(
        line("2026-W44", Population(met=8, missed=3), Population(met=5, missed=1)),
        line("2026-W45", Population(), Population()),
        line("2026-W46", Population(met=2, missed=2, early=1, waiting=2)),
    )
    drawing = picture.drawing

    assert isinstance(drawing, Stacks)
    first, empty, running = drawing.stacks
    assert drawing.target == SHARE
    assert (first.met, first.missed, first.not_due, first.former) == (8, 3, 0, (5, 1))
    assert (first.label, first.figure) == (("S44",), "8/11")
    assert first.hint == "semaine 44 de 2026 : 8 sur 11 dans les temps, un an avant : 5 sur 6"
    assert (empty.figure, empty.hint) == ("–", "semaine 45 de 2026 : aucune demande échue")
    assert (running.label, running.not_due) == (("S46", "en cours"), 3)
    assert running.hint == "semaine 46 de 2026 : 2 sur 4 dans les temps, 3 pas encore échues"
    assert "10 sur 15 dans les temps" in picture.description


def test_keys_are_those_of_the_shades_that_are_drawn() -> None:
    plain = stacks(line("2026-W44", Population(met=8, missed=3)))
    full = stacks(line("2026-W44", Population(met=8, waiting=1), Population(met=1)))

    assert [key.shade for key in plain.keys] == [Shade.MET, Shade.MISSED, Shade.MARK]
    assert {key.shade for key in full.keys} - {key.shade for key in plain.keys} == {
        *(Shade.NOT_DUE, Shade.FORMER_MET, Shade.FORMER_MISSED)
    }


def test_nothing_is_drawn_of_no_request_nor_of_one_piece() -> None:
    nothing = (line("2026-W44", Population(excluded=2)), line("2026-W45", Population()))

    assert list(report_pictures.weeks(nothing, report(), Belonging.DUE)) == []
    assert list(report_pictures.weeks((), report(), Belonging.DUE)) == []
    assert list(report_pictures.pieces(cohort(by_period=(line("2026", Population(met=1)),)), report())) == []
    assert list(calendar_picture.calendar((), report(), Belonging.DUE)) == []
    assert list(calendar_picture.calendar(nothing, report(), Belonging.DUE)) == []


def test_of_very_many_pieces_the_last_are_drawn_and_the_totals_are_theirs() -> None:
    many = tuple(
        line(piece.name, Population(met=1)) for piece in pieces(parse_period("2024..2025"), Grain.WEEK)
    )
    picture = stacks(*many)

    assert isinstance(picture.drawing, Stacks)
    assert len(picture.drawing.stacks) == len(picture.table.rows) == report_pictures.MOST_COLUMNS
    assert f"{report_pictures.MOST_COLUMNS} sur {report_pictures.MOST_COLUMNS} dans" in picture.description


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [
        ("2026-W46", "S46", "W46"),
        ("2026-11", "nov.", "Nov"),
        ("2026-Q4", "T4", "Q4"),
        ("2026", "2026", "2026"),
        ("2026-11-13", "13/11", "11-13"),
    ],
)
def test_what_stands_below_a_column_is_short(name: str, french: str, english: str) -> None:
    assert report_pictures.axis_label(parse_period(name)) == french
    with speaking("en"):
        assert report_pictures.axis_label(parse_period(name)) == english


def test_delays_are_drawn_to_the_fifteenth_day_and_nothing_beyond_what_is_known() -> None:
    waiting = delay_curve(Delay(day, answered=day < 7) for day in range(1, 11))
    [picture] = report_pictures.delays(cohort(delays=waiting), report())
    drawing = picture.drawing

    assert isinstance(drawing, Steps)
    assert [step.share for step in drawing.steps] == [waiting.answered_by(day) for day in range(16)]
    assert [step.figure for step in drawing.steps[-5:]] == ["–"] * 5
    assert (drawing.last, drawing.target) == (9, SHARE)
    assert "Au jour 9, le dernier dans les temps : 60\u00a0%." in picture.description
    assert [row[1] for row in picture.table.rows][9] == Cell("60\u00a0%", Fraction(3, 5))


def test_no_delay_is_drawn_of_too_few_and_no_last_day_of_a_promise_in_other_units() -> None:
    four = delay_curve(Delay(day, answered=True) for day in (1, 2, 3, 4))
    hours = Commitment("information", 40, Comparison.AT_MOST, SHARE, Unit.OPENING_HOURS)
    built = report(standard=replace(STANDARD, commitments={"information": hours}))

    assert list(report_pictures.delays(cohort(delays=four), report())) == []
    assert list(report_pictures.delays(cohort(delays=delay_curve([])), report(minimum=0))) == []
    [picture] = report_pictures.delays(cohort(), built)
    assert isinstance(picture.drawing, Steps)
    assert picture.drawing.last is None
    assert "le dernier" not in picture.description
    assert [key.text for key in picture.keys] == ["répondues", "objectif : 80\u00a0%"]


def days(**counts: Population) -> Picture:
    """Draw November 2026, with counts by day: `on_13` for the 13th."""
    lines = tuple(
        line(piece.name, counts.get(f"on_{piece.first.day}", Population()))
        for piece in pieces(parse_period("2026-11"), Grain.DAY)
    )
    [picture] = calendar_picture.calendar(lines, report(), Belonging.DUE)
    return picture


def test_a_day_says_whether_all_enough_or_too_few_were_in_time_and_how_many_were_not() -> None:
    picture = days(
        on_2=Population(met=3),
        on_3=Population(met=4, missed=1),
        on_4=Population(met=3, missed=1),
        on_5=Population(missed=250),
        on_16=Population(early=1, waiting=1),
    )
    drawing = picture.drawing
    assert isinstance(drawing, Days)
    cells = {cell.on.day: cell for cell in drawing.days}

    assert len(cells) == 30
    assert {day: (cells[day].shade, cells[day].figure) for day in (2, 3, 4, 5, 6, 7, 11, 16)} == {
        2: (Shade.MET, ""),
        3: (Shade.KEPT, "1"),
        4: (Shade.MISSED, "1"),
        5: (Shade.MISSED, "99+"),
        6: (Shade.EMPTY, ""),
        7: (Shade.CLOSED, ""),
        11: (Shade.CLOSED, ""),
        16: (Shade.NOT_DUE, ""),
    }
    assert cells[3].hint == "03/11/2026 : 4 sur 5 dans les temps"
    assert (cells[6].hint, cells[7].hint) == ("", "")
    assert cells[16].hint == "16/11/2026 : 2 pas encore échues"
    assert "252 en tout, sur 262 échues" in picture.description
    assert [cell.text for cell in picture.table.rows[3] if isinstance(cell, Cell)] == [
        *("05/11/2026", "0", "250", "0")
    ]
    assert len(picture.table.rows) == 5
    assert drawing.months == ((date(2026, 11, 1), "nov."),)
    assert len(drawing.weekdays) == 7


def services(*counts: Population) -> tuple[ServiceLine, ...]:
    return tuple(ServiceLine(f"S{number}", found, CURVE, CURVE) for number, found in enumerate(counts))


def section_of(page: Page, heading: str) -> Section:
    return next(section for section in page.sections if section.heading.startswith(heading))


def table_of(section: Section) -> Table:
    return next(block for block in section.blocks if isinstance(block, Table))


def test_services_come_by_need_and_who_is_below_the_target_is_said() -> None:
    few, good, bad = Population(met=1), Population(met=9, missed=1), Population(met=1, missed=9)
    year = cohort(by_service=services(few, good, bad))
    table = table_of(section_of(illustrated_report(report(sections=(year,)), PARIS), "Par service"))
    fine = cohort(by_service=services(few, good))
    other = table_of(section_of(illustrated_report(report(sections=(fine,)), PARIS), "Par service"))

    assert [row[0] for row in table.rows] == [Cell("S2"), Cell("S1"), Cell("S0")]
    assert [row[-1] for row in table.rows] == [
        *(Cell("sous l'objectif", emphasis=Emphasis.BAD), Cell(""), Cell(""))
    ]
    assert len(other.columns) == len(table.columns) - 1


def test_the_first_sheet_is_short_and_what_it_leaves_out_is_further_on() -> None:
    year = cohort(by_service=services(*[Population(met=9, missed=1)] * (MOST_SERVICES + 2)))
    built = report(
        sections=(year,), overdue=all_overdue(judged(f"{number:012}") for number in range(FIRST_LATE + 2))
    )
    page = illustrated_report(built, PARIS)
    [turn] = [number for number, section in enumerate(page.sections) if section.new_sheet]
    first, rest = (Page(sections=found) for found in (page.sections[:turn], page.sections[turn:]))

    assert len(table_of(section_of(first, "Par service")).rows) == FIRST_SERVICES
    assert len(table_of(section_of(rest, "Par service")).rows) == MOST_SERVICES
    assert len(table_of(section_of(first, "Demandes en retard")).rows) == FIRST_LATE
    assert len(table_of(section_of(rest, "Demandes en retard")).rows) == FIRST_LATE + 2
    assert section_of(first, "Demandes en retard").blocks[-1] == Line(
        "… et 2 de plus : voir plus bas.", Emphasis.DIM
    )
    assert section_of(rest, "Par service").blocks[-1] == Line(
        "… et 2 services de plus : « mailsla report --format csv ».", Emphasis.DIM
    )


def test_it_says_the_same_answers_warnings_and_notes_as_the_terminal() -> None:
    built = report(service="Permis")
    page, said = (
        illustrated_report(built, PARIS, known_then=True),
        report_page(built, PARIS, known_then=True),
    )

    assert page.lines[:5] == said.lines[:5]
    assert page.lines[1].text == "Ne sont comptées que les demandes du service « Permis »."
    assert [found.lead for found in page.lines[2:5]] == [
        *("Où en est-on ?", "Est-ce définitif ?", "Que faire cette semaine ?")
    ]
    assert (page.title, page.warnings, page.notes) == (said.title, said.warnings, said.notes)


@pytest.mark.parametrize("by", list(Belonging))
def test_pictures_say_whether_requests_are_those_due_or_those_received(by: Belonging) -> None:
    lines = tuple(line(piece.name, Population(met=1)) for piece in pieces(parse_period("2026-11"), Grain.DAY))
    said = {Belonging.DUE: "échues", Belonging.RECEIVED: "reçues"}[by]
    year = cohort(by=by, by_period=lines[1:])
    page = illustrated_report(report(sections=(year,), series=Series(lines, lines)), PARIS)
    titles = [
        block.title for section in page.sections for block in section.blocks if isinstance(block, Picture)
    ]

    assert len([title for title in titles if said in title]) == 3
    same = illustrated_report(
        report(sections=(replace(year, by_period=lines),), series=Series(lines, lines)), PARIS
    )
    assert len(same.sections) == len(page.sections) - 1, "weeks are not drawn twice"
