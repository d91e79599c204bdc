"""Formats draw all of a page and nothing else, and strangers' words harm none of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from rich.console import Console

from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.pairing.derivation import Tied
from mailsla.core.pairing.request import Grounds
from mailsla.core.rate.overdue import all_overdue
from mailsla.core.rate.section import ServiceLine
from mailsla.presentation.documents.request import request_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import csv_sheet, terminal
from mailsla.presentation.pages.clock_page import calendar_page, clock_page
from mailsla.presentation.pages.conversation_page import conversations_page
from mailsla.presentation.pages.outbox_page import outbox_page
from mailsla.presentation.pages.page import (
    NOTHING,
    Alignment,
    Bar,
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Picture,
    Points,
    Roll,
    Section,
    Table,
)
from mailsla.presentation.pages.report_page import report_page
from mailsla.presentation.pages.request_page import request_page, request_table, requests_page
from tests.factories import METROPOLE, PARIS, PROMISE
from tests.presentation.illustrated import page as illustrated_page
from tests.presentation.samples import (
    CURVE,
    HOSTILE,
    NOW,
    SETTLED,
    STANDARD,
    UNSAFE,
    cohort,
    doubt,
    gap,
    judged,
    report,
    request,
    verdict,
)
from tests.presentation.test_outbox_page import HEAD, REFUSED, SENT, WAITS
from tests.presentation.test_request_page import BESIDE, DECISION, OPENING


def drawn(page: Page, *, width: int = 200, colours: bool = False) -> str:
    written = io.StringIO()
    console = Console(
        file=written,
        width=width,
        force_terminal=colours,
        color_system="standard" if colours else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    terminal.show(page, console)
    return written.getvalue()


UNREAD = Balance({MailClass.REQUEST: 3, MailClass.SET_ASIDE: 2}, seen=5)


def report_with(subject: str = "Suspension de permis") -> Page:
    lines = (ServiceLine("Permis", SETTLED, CURVE, CURVE),)
    built = report(
        sections=(cohort(by_service=lines),),
        overdue=all_overdue([judged(subject=subject)]),
        gaps=(gap(),),
        balance=UNREAD,
    )
    return report_page(built, PARIS)


def request_with(subject: str = "Suspension de permis") -> Page:
    of = request(subject=subject)
    counted = STANDARD.clock.days(of.received.at, NOW)
    decision = replace(DECISION, reason=subject, decided_by=subject)
    return request_page(of, verdict(of), (OPENING, BESIDE), counted, (decision,), PROMISE, PARIS)


def list_with(subject: str = "Suspension de permis") -> Page:
    return requests_page((judged(subject=subject),), {judged().case.key}, PARIS, 1, [doubt()])


def long_list_with(subject: str = "Suspension de permis") -> Page:
    of = request_table((judged(subject=subject),), PARIS, {judged().case.key})
    rows = [tuple(cell for cell in row if isinstance(cell, Cell)) for row in of.rows]
    return Page(sections=(Section("", (Roll(of.columns, rows, lambda: (Line("Mille et une."),)),)),))


def conversation_with(subject: str = "un@mail.example") -> Page:
    return conversations_page([[Tied("a", subject, (), "none", subject, NOW)]])


def clock_page_made() -> Page:
    of = request()
    counted = STANDARD.clock.days(of.received.at, NOW)
    return clock_page(verdict(of), PROMISE, counted, STANDARD.clock, replied=True, territory="Cher")


PAGES = {
    "report": report_with(),
    "request": request_with(),
    "list": list_with(),
    "long list": long_list_with(),
    "conversations": conversation_with(),
    "clock": clock_page_made(),
    "calendar": calendar_page(METROPOLE.special_days[:12], 2024, "Cher"),
    "illustrated": illustrated_page("usual"),
    "outbox": outbox_page([(HEAD, "Objet", "Bonjour,")], (SENT, REFUSED, WAITS), PARIS),
}


def texts(page: Page) -> Iterator[str]:
    """Yield everything that a page says, beside what is drawn in pictures."""
    yield from (page.title, *(line.text for line in page.lines), *page.warnings, *page.notes)
    for section in page.sections:
        yield section.heading
        for block in section.blocks:
            yield from texts_of(block)


def texts_of(block: Block) -> Iterator[str]:
    """Yield everything that a block says."""
    match block:
        case Line():
            yield block.text
        case Points():
            yield from block.sentences
        case Picture():
            yield from (block.description, block.told)
            yield from texts_of(block.table)
        case Table():
            yield from (column.title for column in block.columns)
            yield from (cell.text for row in block.rows for cell in row if isinstance(cell, Cell))
        case Roll():
            yield from (column.title for column in block.columns)
            yield from (cell.text for row in block.rows for cell in row)
            yield from (line.text for line in block.closing())


def words_of(written: str) -> list[str]:
    return written.split()


@pytest.mark.parametrize("name", PAGES)
def test_the_terminal_draws_every_text_of_a_page_and_no_other_word(name: str) -> None:
    page = PAGES[name]
    # What is no word: the sign of a point, and bars.
    shown = sorted(
        word for word in words_of(drawn(page, width=400)) if word != "-" and set(word) - set("█▏▎▍▌▋▊▉")
    )

    assert shown == sorted(word for text in texts(page) for word in words_of(text) if word != "-")


def test_parts_are_set_apart_by_one_blank_line_and_an_empty_part_by_none() -> None:
    parts = (Section("", (Line("a"),)), Section(""), Section("b", (Points(("c", "d")),)))

    assert drawn(Page("t", (Line("l"),), ("w",), parts, ("n",))).splitlines() == [
        *("t", "l", "w", ""),
        *("a", ""),
        *("b", "- c", "- d", ""),
        "n",
    ]
    assert drawn(Page(sections=parts[:1])) == "a\n"
    assert drawn(Page()) == ""


@pytest.mark.parametrize(
    ("emphasis", "code"),
    [("strong", "1"), ("dim", "2"), ("good", "32"), ("bad", "31")],
)
def test_what_stands_out_is_coloured_and_what_is_plain_is_not(emphasis: str, code: str) -> None:
    lines = (Line("a", Emphasis(emphasis)), Line("b"))

    assert drawn(Page(lines=lines), colours=True) == f"\x1b[{code}ma\x1b[0m\nb\n"


def test_markup_and_names_of_emoji_are_printed_as_they_are() -> None:
    said = "[bold]a[/bold] :smile: <b>"
    table = Table((Column(said),), ((Cell(said),),))

    printed = drawn(Page(said, (Line(said),), (said,), (Section(said, (Points((said,)), table)),), (said,)))

    assert printed.count(said) == 8
    assert printed.replace(said, "").split() == ["-"]


def test_a_bar_is_as_long_as_its_share_and_longer_where_figures_come_first() -> None:
    bar = Bar(Fraction(1, 2), Fraction(4, 5))
    table = Table((Column(""), Column("")), ((NOTHING, bar),))

    assert drawn(Page(sections=(Section("", (table,)),))).count("█") == 4
    assert drawn(Page(sections=(Section("", (replace(table, leading=True),)),))).count("█") == 12


def test_a_table_is_drawn_without_lines_and_leading_figures_with_more_room() -> None:
    columns = (Column("a"), Column("nombre", Alignment.RIGHT), Column("c"))
    table = Table(columns, ((Cell("texte"), Cell("12", 12), Cell("x")),))

    plain = drawn(Page(sections=(Section("", (table,)),)), colours=True).splitlines()
    leading = drawn(Page(sections=(Section("", (replace(table, leading=True),)),))).splitlines()

    assert plain == [
        "\x1b[2ma    \x1b[0m\x1b[2m  \x1b[0m\x1b[2mnombre\x1b[0m\x1b[2m  \x1b[0m\x1b[2mc\x1b[0m\x1b[2m  \x1b[0m",
        "texte      12  x  ",
    ]
    assert leading == [
        f"{'a':<8}{'nombre':>24}   {'c':<24}   ",
        f"{'texte':<8}{'12':>24}   {'x':<24}   ",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_table_is_drawn_as_a_short_one(width: int) -> None:
    columns = (
        Column("Réf.", fit=Fit.WHOLE, width=9),
        Column("Jours", Alignment.RIGHT, Fit.WHOLE, width=5),
        Column("Service", fit=Fit.CUT, width=12),
        Column("Objet", fit=Fit.CUT),
    )
    subjects = ("Carte grise", "Un objet plus long que la place qui reste " * 3, "永" * 70, "")
    rows = tuple(
        (
            Cell(f"{number:08x}"),
            Cell(str(number), emphasis=Emphasis.BAD),
            Cell("Étrangers " * 2),
            Cell(subjects[number % 4]),
        )
        for number in range(1_001)
    )
    short = Page(sections=(Section("", (Table(columns, rows[:1_000]),)),))
    long = Page(sections=(Section("", (Table(columns, rows),)),), notes=("fin",))

    for colours in (False, True):
        lines = drawn(long, width=width, colours=colours).splitlines()
        plainly = drawn(short, width=width, colours=colours).splitlines()
        if not colours:
            assert lines[: len(plainly)] == plainly
        assert len(lines) == len(plainly) + 3
    assert "\x1b[31m" in drawn(long, width=width, colours=True)


def test_where_room_is_short_only_what_may_be_cut_is_cut_and_the_last_column_has_the_rest() -> None:
    columns = (
        Column("r", fit=Fit.WHOLE, width=9),
        Column("s", fit=Fit.CUT, width=6),
        Column("o", fit=Fit.CUT),
    )
    rows = tuple(
        (Cell("a1b2c3d4*"), Cell("Étrangers"), Cell(subject))
        for subject in ("une longue phrase qui ne tient pas", "court")
    )
    _titles, long, short = drawn(
        Page(sections=(Section("", (Table(columns, rows),)),)), width=40
    ).splitlines()

    assert long == "a1b2c3d4*  Étran…  une longue phrase …  "
    assert short == "a1b2c3d4*  Étran…  court".ljust(40)


@pytest.mark.parametrize("page", [report_with, request_with, list_with, conversation_with])
@pytest.mark.parametrize("width", [60, 200])
def test_a_hostile_subject_does_nothing_to_a_terminal(page: object, width: int) -> None:
    assert callable(page)
    harmless = drawn(page(HOSTILE), width=width)

    assert set(harmless) & set(UNSAFE) == {"\n"}
    # It begins no line of its own, and takes none away.
    assert len(harmless.splitlines()) == len(drawn(page("x" * len(HOSTILE)), width=width).splitlines())


def test_a_hostile_subject_stays_one_text_cell_of_a_sheet() -> None:
    places = (("contact", "INBOX"), ("contact", HOSTILE))
    grounds = Grounds("@a\x1b[2J", places, Basis.SERVER, None, None, None)
    sheets = [
        "".join(csv_sheet.requests([(judged(subject=subject), grounds)], PARIS))
        for subject in (HOSTILE, "=1+1")
    ]
    [(_header, hostile), (_same, formula)] = [
        list(csv.reader(io.StringIO(sheet), delimiter=";")) for sheet in sheets
    ]

    assert set("".join(hostile)) & set(UNSAFE) == set()
    assert len(hostile) == len(formula) == 16
    assert formula[9] == "'=1+1"
    assert formula[-1].startswith("'@a")


def test_the_balance_stands_below_the_figures_of_a_sheet_and_each_line_says_how_it_is_listed() -> None:
    balance = Balance({MailClass.REQUEST: 3, MailClass.LEFT_OUT: 2}, (("spam", 2),), seen=6)
    rows = list(csv.reader(io.StringIO(csv_sheet.report(report(balance=balance))), delimiter=";"))
    below = rows[rows.index([]) + 1 :]

    assert below == [
        ["courriels", "nombre", "liste"],
        ["demandes", "3", "mailsla mails --class request"],
        ["écartés : indésirables", "2", "mailsla mails --class left-out --kind spam"],
        ["courriels, chacun compté une fois", "5", "mailsla mails"],
        ["autres exemplaires", "1", "mailsla mails --class further-copy"],
        ["courriels vus dans les dossiers", "6", "mailsla mails --copies"],
    ]


@pytest.mark.parametrize(("width", "shown"), [(80, "ac"), (119, "ac"), (120, "abc"), (200, "abc")])
def test_a_column_that_needs_room_is_shown_where_there_is(width: int, shown: str) -> None:
    columns = (Column("a"), Column("b", room=120), Column("c"))
    table = Table(columns, ((Cell("1"), Cell("2"), Cell("3")),))

    titles, row = drawn(Page(sections=(Section("", (table,)),)), width=width).splitlines()

    assert "".join(titles.split()) == shown
    assert len(row.split()) == len(shown)


def test_a_hostile_subject_is_given_whole_in_json_and_escaped() -> None:
    of = request(subject=HOSTILE)
    written = text(request_document(of, verdict(of), (), (), (), PARIS))

    assert json.loads(written)["subject"] == HOSTILE
    assert set(written) & set("\x1b\r\x07") == set()


def test_three_figures_side_by_side_are_all_seen_on_a_narrow_terminal() -> None:
    columns = (
        Column(""),
        *(Column(name) for name in ("semaine 53, du 28/12/2026 au 03/01/2027", "2026", "2027")),
    )
    row = (
        Cell("Taux de respect"),
        Bar(Fraction(1, 2), Fraction(4, 5)),
        Cell("33,3 % (3 sur 9)"),
        Cell("le dernier"),
    )
    page = Page(sections=(Section("", (Table(columns, (row,), leading=True),)),))

    written = drawn(page, width=80)

    assert "le dernier" in written
    assert "2027" in written.splitlines()[2]
