"""The workbook: read back, it has the report's figures as numbers and dates, and nothing in it is a formula."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from mailsla.core.pairing.decision import Action, Decision, Recorded
from mailsla.core.rate import series as shown
from mailsla.core.rate.report import Report
from mailsla.language import LANGUAGES, speaking
from mailsla.presentation.formats import workbook
from mailsla.presentation.formats.workbook_text import LONGEST, harmless
from mailsla.presentation.pages import report_sheets
from mailsla.presentation.pages.page import Line
from mailsla.presentation.pages.report_workbook import Lists, report_workbook
from mailsla.presentation.pages.workbook import Field, Sheet, Value, Workbook
from tests.factories import PARIS
from tests.presentation.illustrated import STRANGE, illustrated, series
from tests.presentation.samples import HOSTILE, NOW, UNSAFE, judged

NAMES = sorted(illustrated())
STARTS = ("=1+1", "+1", "-1", "@cmd", "=cmd|' /C calc'!A0", "http://x.example.fr", "12", "_x0041_", "{=1}")
DECIDED = Decision(
    1, "0" * 12, Action.EXCLUDE, "=1+1", "@" + HOSTILE, NOW, recorded=Recorded(at=NOW, by=HOSTILE)
)


def lists() -> Lists:
    requests = [judged(f"{number:012}", subject=said) for number, said in enumerate((*STRANGE, *STARTS))]
    return Lists(requests, decisions=[(DECIDED, None, ())], publications=[])


def of(name: str) -> tuple[Report, Workbook]:
    built = illustrated()[name]
    return built, report_workbook(built, lists(), PARIS)


def read(content: bytes) -> list[Worksheet]:
    return list(load_workbook(io.BytesIO(content)).worksheets)


def one_sheet(*rows: tuple[Value, ...]) -> Worksheet:
    fields = tuple(Field(f"c{number}") for number in range(len(rows[0])))
    return read(workbook.write(Workbook("w", NOW, (Sheet("s", fields, rows),))))[0]


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_what_the_workbook_says_and_none_is_a_formula(name: str, code: str) -> None:
    with speaking(code):
        _built, said = of(name)
        content = workbook.write(said)
        assert content == workbook.write(said)
        sheets = read(content)

        assert [sheet.title for sheet in sheets] == [sheet.name for sheet in said.sheets]
        for sheet, expected in zip(sheets, said.sheets, strict=True):
            assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
                "s",
                "inlineStr",
                "n",
                "d",
            }
            below = len(expected.lines) + 1
            found = [
                tuple(_unescaped(value) for value in row[: len(expected.fields)])
                for row in sheet.iter_rows(min_row=below + 1, values_only=True)
            ]
            assert found == [tuple(map(_as_read, row)) for row in expected.rows]
            texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type != "n"]
            assert not set(UNSAFE).intersection("".join(texts))


def _unescaped(value: object) -> object:
    """Return what a spreadsheet reads, which openpyxl leaves to whoever uses it (ECMA-376 §22.9.2.19, ST_Xstring)."""
    return unescape(value) if isinstance(value, str) else value


def _as_read(value: Value) -> object:
    if isinstance(value, str):
        return harmless(value) or None
    if isinstance(value, Fraction):
        return math.floor(value * 1000) / 1000
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 (spreadsheets know no zone)
    return value


@pytest.mark.parametrize("name", NAMES)
def test_lists_are_frozen_under_their_titles_and_filtered_whole(name: str) -> None:
    _built, said = of(name)

    for sheet, expected in zip(read(workbook.write(said)), said.sheets, strict=True):
        if not expected.lines:
            assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", sheet.dimensions)


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_has_the_counts_of_each_section(name: str) -> None:
    built, said = of(name)
    rows = {row[0]: row[1:] for row in read(workbook.write(said))[0].iter_rows(values_only=True)}

    counts = [section.population for section in built.sections]
    assert rows["Échues"] == tuple(item.fallen_due for item in counts)
    assert rows["Échues, répondues dans les temps"] == tuple(item.met for item in counts)
    assert rows["Pas encore échues, en attente"] == tuple(item.waiting for item in counts)
    for found, item in zip(rows["Taux de respect"], counts, strict=True):
        is_enough = item.fallen_due >= built.minimum and item.attainment is not None
        assert found == (item.met * 1000 // item.fallen_due / 1000 if is_enough else None)


def test_days_and_times_are_dates_of_the_site_s_zone_that_a_spreadsheet_formats() -> None:
    sheet = read(workbook.write(of("usual")[1]))[1]

    received, due = sheet["B2"], sheet["C2"]
    assert received.is_date
    assert received.number_format == "m/d/yy h:mm"
    assert received.value == datetime(2026, 10, 29, 10, 5)  # noqa: DTZ001 (spreadsheets know no zone)
    assert due.is_date
    assert due.number_format == "mm-dd-yy"
    assert sheet["A2"].data_type != "n"


@pytest.mark.parametrize("text", [*STARTS, *STRANGE])
def test_whatever_its_beginning_a_text_is_read_back_as_a_text_even_once_edited(text: str) -> None:
    cell = one_sheet((text,))["A2"]

    assert cell.data_type in {"s", "inlineStr"}
    assert cell.number_format == "@"


@given(st.text(max_size=40).filter(str.strip))
def test_any_text_is_written_as_xml_bears_it(text: str) -> None:
    found = one_sheet((text, 1))["A2"].value

    assert _unescaped(found or "") == harmless(text)


def test_a_text_longer_than_a_cell_is_cut() -> None:
    assert len(one_sheet(("x" * 40_000,))["A2"].value) == LONGEST


def test_a_share_is_cut_rather_than_rounded() -> None:
    cell = one_sheet((Fraction(7_999, 10_000),))["A2"]

    assert (cell.value, cell.number_format) == (0.799, "0.0%")


def test_charts_stand_where_there_is_something_to_draw_each_with_its_description() -> None:
    said = of("usual")[1]
    content = workbook.write(said)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        drawings = "".join(
            parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/drawings/drawing")
        )
        assert not [name for name in parts.namelist() if "external" in name.lower()]

    for sheet, expected in zip(read(content), said.sheets, strict=True):
        assert len(sheet._charts) == len(expected.charts)
        assert all(harmless(chart.description) in drawings for chart in expected.charts)
    assert sum(len(sheet.charts) for sheet in said.sheets) >= 2
    nothing = (sheet for sheet in of("empty")[1].sheets if sheet.name in {"Semaines", "Services"})
    assert [sheet.charts for sheet in nothing] == [(), ()]


def test_services_are_drawn_as_they_stand_in_their_rows_the_lowest_first() -> None:
    built = illustrated()["largest"]
    widest = shown.pictured(built.sections)
    sheet = report_sheets.services((widest,), built)

    shares = [row[8] for row in sheet.rows if isinstance(row[8], Fraction)]
    assert shares == sorted(shares)
    assert sheet.charts[0].rows == report_sheets.MOST_BARS


def test_of_many_pieces_the_last_are_drawn() -> None:
    days = series().days
    sheet = report_sheets.over_time("Jours", "Jours", days, illustrated()["usual"])

    chart = sheet.charts[0]
    assert (chart.first + chart.rows, len(sheet.rows)) == (len(days), len(days))


def test_the_requests_that_a_sheet_has_no_room_for_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    built = illustrated()["usual"]
    for module in ("report_sheets", "report_workbook"):
        monkeypatch.setattr(f"mailsla.presentation.pages.{module}.MOST_REQUESTS", 2)

    said = report_workbook(built, Lists([judged(f"{number:012}") for number in range(5)]), PARIS)

    assert len(said.sheets[1].rows) == 2
    assert any(line.text.startswith("3 demandes ne tiennent pas") for line in said.sheets[0].lines)


def test_registers_are_left_out_where_none_are_given() -> None:
    built = illustrated()["usual"]
    names = [sheet.name for sheet in report_workbook(built, replace(lists(), decisions=None), PARIS).sheets]

    assert "Décisions" not in names
    assert "Publications" in names


def test_a_sentence_has_the_height_it_needs() -> None:
    said = Workbook(
        "w", NOW, (Sheet("s", (Field("", 10), Field("", 10)), lines=(Line("mot " * 20), Line("mot"))),)
    )
    sheet = read(workbook.write(said))[0]

    assert (sheet.row_dimensions[1].height, sheet.row_dimensions[2].height) == (5 * workbook.LINE, None)
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:B1", "A2:B2"]


def test_on_paper_a_list_is_as_wide_as_its_columns_and_its_titles_are_on_every_sheet() -> None:
    sheet = one_sheet(("x" * 200, 1))

    assert sheet.print_area == "'s'!$A$1:$B$2"
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
