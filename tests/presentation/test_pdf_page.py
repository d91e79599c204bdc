"""The page on paper: all that it says, in order, tagged for whoever does not see it, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from mailsla.language import speaking
from mailsla.presentation.formats import html_poster, pdf_page
from mailsla.presentation.formats.html_page import drawn
from mailsla.presentation.pages.drawing import Key, Shade, Stack, Stacks
from mailsla.presentation.pages.page import Cell, Column, Fit, Line, Page, Picture, Points, Section, Table
from mailsla.presentation.pages.poster_page import poster
from mailsla.presentation.typography import typeset
from tests.factories import PARIS
from tests.presentation.illustrated import STRANGE, page
from tests.presentation.printed_pages import NAMESPACE_OF_UA, Printed
from tests.presentation.samples import UNSAFE
from tests.presentation.snapshots import situations
from tests.presentation.test_formats import texts_of
from tests.presentation.test_html_page import saying

NAMES = ("usual", "empty", "largest")
LARGEST = 300_000

TAGS = {
    *("Document", "Part", "Sect", "Div", "H1", "H2", "P", "L", "LI", "Lbl", "LBody", "Span", "NonStruct"),
    *("Table", "THead", "TBody", "TR", "TH", "TD", "Figure"),
}
"""Every tag that pages have (ISO 32000-1, 14.8.4)."""


@cache
def printed(name: str) -> Printed:
    """Return a report, on paper."""
    return Printed(pdf_page.laid_out(drawn(page(name))))


def said_on_paper(said: Page) -> Counter[str]:
    """Return the words of a page but those that paper may cut, or leaves to the picture's own text."""
    found = [said.title, *(line.text for line in said.lines), *said.warnings, *said.notes]
    for section in said.sections:
        found.append(section.heading)
        for block in section.blocks:
            if isinstance(block, Picture):
                found += (block.description, *(key.text for key in block.keys))
            elif isinstance(block, Table) and any(column.fit is Fit.CUT for column in block.columns):
                found += (column.title for column in block.columns)
            else:
                found += texts_of(block)
    return Counter(re.sub(r"\s", "", "".join(map(typeset, found))))


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_page_is_on_paper_and_every_part_is_tagged(name: str) -> None:
    said, read = page(name), printed(name)

    # Letters, not words: lines end anywhere in a name as long as it may be.
    assert Counter(re.sub(r"\s", "", read.text)) >= said_on_paper(said)
    assert read.size <= LARGEST
    assert read.unmarked() == []
    tags = read.tags
    assert tags.names <= TAGS
    assert (tags.name, len(tags.every("H1"))) == ("Document", 1)
    assert len(tags.every("H2")) == sum(bool(section.heading) for section in said.sections)
    pictures = [b for section in said.sections for b in section.blocks if isinstance(b, Picture)]
    figures = [figure.alternative for figure in tags.every("Figure")]
    assert len(figures) == len(pictures)
    for told, picture in zip(figures, pictures, strict=True):
        assert told is not None
        assert told.startswith(typeset(picture.title))
    for table in tags.every("Table"):
        assert table.every("TH")


def test_it_says_its_title_its_language_and_that_it_is_made_for_everybody() -> None:
    said = page("empty")
    for code in ("fr", "en"):
        with speaking(code):
            read = Printed(pdf_page.laid_out(drawn(said)))
        root = read.reader.trailer["/Root"]
        assert root["/Lang"] == code  # type: ignore[index]  # (a dictionary)
        assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]  # (a dictionary)
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]  # (a dictionary)
        assert read.reader.metadata is not None
        assert read.reader.metadata.title == typeset(said.title)
        metadata = root["/Metadata"].get_data().decode()  # type: ignore[index]  # (a stream)
        assert NAMESPACE_OF_UA in metadata
        assert "part>1<" in metadata or 'part="1"' in metadata


def test_the_letters_are_in_the_file() -> None:
    read = printed("usual")
    fonts = list(read.fonts())

    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_what_there_is_to_act_on_is_on_the_first_sheet() -> None:
    read = printed("usual")
    first = read.reader.pages[0]

    assert "Échéance dans les trois jours" in first.extract_text()
    assert "Détail des chiffres" not in first.extract_text()
    assert (round(float(first.mediabox.width)), round(float(first.mediabox.height))) == (595, 842)


def test_a_picture_s_text_says_each_of_its_columns() -> None:
    stacks = tuple(
        Stack((f"S{number}",), "1/2", 1, 1, 0, None, f"semaine {number} : 1 sur 2") for number in (1, 2)
    )
    table = Table((Column("a"), Column("b")), ((Cell("1"), Cell("2")),))
    keys = (Key(Shade.MET, "dans les temps"),)
    picture = Picture(
        "Semaines", "Ce qui se voit.", Stacks(stacks, Fraction(4, 5)), keys, "En chiffres", table
    )
    read = Printed(pdf_page.laid_out(drawn(Page("t", sections=(Section("h", (picture,)),)))))

    [figure] = read.tags.every("Figure")
    assert figure.alternative == typeset("Semaines ; semaine 1 : 1 sur 2 ; semaine 2 : 1 sur 2")
    assert "En chiffres" not in read.text


def test_no_name_is_more_than_a_text_or_leaves_the_sheet() -> None:
    every, plain = (
        Page("t", sections=tuple(section for said in some for section in saying(said).sections))
        for some in (STRANGE, ("x",) * len(STRANGE))
    )
    read, expected = Printed(pdf_page.laid_out(drawn(every))), Printed(pdf_page.laid_out(drawn(plain)))

    assert read.tags.names == expected.tags.names
    for name in ("Figure", "Table", "H2", "LI"):
        assert len(read.tags.every(name)) == len(expected.tags.every(name))
    assert all("/Annots" not in sheet for sheet in read.reader.pages)
    assert {letter for letter in read.text if letter in UNSAFE} <= {"\n"}


def test_a_page_of_lines_alone_is_a_sheet() -> None:
    said = Page("Titre", (Line("Une phrase."),), sections=(Section("", (Points(("un", "deux")),)),))

    read = Printed(pdf_page.laid_out(drawn(said)))

    assert len(read.reader.pages) == 1
    assert [len(read.tags.every(name)) for name in ("H1", "LI")] == [1, 2]


def test_a_poster_is_one_sheet_whatever_the_office_is_called() -> None:
    built = replace(situations()["one-week"], site="W" * 200)

    read = Printed(pdf_page.laid_out(html_poster.drawn(poster(built, PARIS)), style=""))

    assert len(read.reader.pages) == 1
    assert "87,5" in read.text
    assert read.tags.names == {"Document", "Part", "H1", "P", "Span"}
