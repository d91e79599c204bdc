"""The page for a browser: all that the report says and nothing else, harmless whatever names are in it, on its own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.language import LANGUAGES, speaking
from mailsla.presentation import words
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.values import share
from mailsla.presentation.formats import html_page
from mailsla.presentation.formats.html_style import DARK, LIGHT, STYLE
from mailsla.presentation.formats.markup import element
from mailsla.presentation.pages.drawing import Key, Shade, Stack, Stacks
from mailsla.presentation.pages.page import (
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Picture,
    Points,
    Section,
    Table,
)
from mailsla.presentation.typography import typeset
from tests.factories import PARIS
from tests.presentation.illustrated import STRANGE, Reader, fraction, illustrated, number, page, written
from tests.presentation.samples import UNSAFE
from tests.presentation.test_formats import PAGES, texts

LARGEST = 150_000
NAMES = sorted(illustrated())
OURS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "section",
        "h1",
        "h2",
        "p",
        "span",
        "strong",
        "ul",
        "li",
    ),
    *("div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    *("svg", "defs", "pattern", "desc", "g", "rect", "line", "path", "text"),
}
"""Every element that a page is made of: none of them runs, fetches or sends anything."""


def blocks_of(said: Page) -> list[Block]:
    return [block for section in said.sections for block in section.blocks]


@pytest.mark.parametrize("name", [*NAMES, *PAGES])
def test_the_page_says_every_text_and_no_other(name: str) -> None:
    said = page(name) if name in NAMES else PAGES[name]
    keys = (key.text for block in blocks_of(said) if isinstance(block, Picture) for key in block.keys)
    expected = Counter(word for text in (said.title, *texts(said), *keys) for word in typeset(text).split())

    found = Counter(word for text in Reader(html_page.write(said)).texts for word in text.split())

    assert found == expected


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_stands_alone_is_small_and_the_same_each_time(name: str, code: str) -> None:
    with speaking(code):
        text, again = written(name), written(name)
    read = Reader(text)

    assert text == again
    assert len(text.encode()) <= LARGEST
    assert read.open == []
    assert {tag for tag, _attributes in read.elements} <= OURS
    assert ("html", {"lang": code}) in read.elements
    for _tag, attributes in read.elements:
        assert not attributes.keys() & {"src", "href", "style", "action", "data", "srcset", "xlink:href"}
        assert not any(key.startswith("on") for key in attributes)
    assert set(re.findall(r"url\([^)]*\)", text)) == {"url(#hatched)"}
    assert "@import" not in text


def test_its_policy_lets_nothing_but_its_own_style_sheet_in() -> None:
    read = Reader(text := written("usual"))
    [policy] = [
        attributes["content"]
        for tag, attributes in read.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert style == STYLE
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert text.index("Content-Security-Policy") < text.index("<title>")


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_has_a_title_a_description_and_a_table(name: str) -> None:
    read = Reader(text := written(name))
    pictures = [attributes for tag, attributes in read.elements if attributes.get("role") == "img"]

    assert len(pictures) == sum(isinstance(block, Picture) for block in blocks_of(page(name)))
    assert sum(tag == "details" for tag, _attributes in read.elements) == len(pictures)
    names = [value for _tag, attributes in read.elements if (value := attributes.get("id"))]
    assert len(set(names)) == len(names)
    for attributes in pictures:
        for key in ("aria-labelledby", "aria-describedby"):
            assert attributes[key] in names
    for tag, attributes in read.elements:
        if tag == "svg" and attributes.get("role") != "img":
            assert attributes["aria-hidden"] == "true"
    assert text.count("<desc id=") == len(pictures)


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_have_the_figures_of_the_json_document(name: str) -> None:
    built = illustrated()[name]
    document, read = report_document(built, PARIS), Reader(written(name))
    summary = {row[0]: row[1:] for row in read.table("Détail").rows if row[0]}

    for place, section in enumerate(document["sections"]):
        counts, attained = section["population"], section["attainment"]
        told = fraction(summary["Taux de respect"][place])
        assert told == ((attained["numerator"], attained["denominator"]) if attained["denominator"] else None)
        rows = {
            "Échues, répondues dans les temps": "met",
            "Échues, hors délai ou sans réponse": "missed",
            "Pas encore échues, répondues": "not_due_answered",
            "Pas encore échues, en attente": "not_due_waiting",
            "Exclues par décision": "excluded",
        }
        assert summary.keys() >= {label for label, key in rows.items() if counts[key]}
        for label, key in rows.items():
            assert label not in summary or number(summary[label][place]) == counts[key]
        for label, found in (
            ("Parmi les demandes traitées", section["handled"]),
            ("Si l'on comptait", section["other_comparison"]),
        ):
            [cells] = [cells for title, cells in summary.items() if title.startswith(label)]
            assert fraction(cells[place]) == (
                (found["numerator"], found["denominator"]) if found["denominator"] else None
            )


@pytest.mark.parametrize("name", ["usual", "largest"])
def test_services_months_delays_lists_and_mails_have_the_figures_of_the_json_document(name: str) -> None:
    built = illustrated()[name]
    document, read = report_document(built, PARIS), Reader(written(name))
    year = document["sections"][-1]
    services = {
        "(non attribuées)" if item["service"] is None else words.safe(item["service"]): item
        for item in year["by_service"]
    }
    tables = [table for table in read.tables if table.under.startswith("Par service – année")]
    assert {row[0] for table in tables for row in table.rows[1:]} <= {
        typeset(" ".join(said.split(" "))) for said in services
    }
    for table in tables:
        for row in table.rows[1:]:
            counts = next(item for said, item in services.items() if typeset(said) == row[0])["population"]
            assert fraction(row[1]) == (counts["met"], counts["met"] + counts["missed"])
            assert number(row[3]) == counts["missed"]
            assert number(row[4]) == counts["not_due_answered"] + counts["not_due_waiting"]

    months = read.table("Ces périodes").rows[1:]
    assert len(months) == len(year["by_period"]) == 12
    for row, item in zip(months, year["by_period"], strict=True):
        assert fraction(row[1]) == (item["attainment"]["numerator"], item["attainment"]["denominator"])
        former = item["year_before"]["attainment"]
        assert fraction(row[-1]) == (former["numerator"], former["denominator"])

    delays = read.table("Ces délais").rows[1:]
    told = {int(day): said for day, said in delays}
    assert set(told) == set(range(16))
    for item in year["delays"]["answered_by"]:
        exact = next(part for part in (Fraction(n, 60) for n in range(61)) if share(part) == item["answered"])
        assert told[item["day"]] == typeset(words.percent(exact))

    for title, key in (("Demandes en retard", "overdue"), ("Échéance dans", "soon")):
        lists = [table for table in read.tables if table.under.startswith(title)]
        assert all(number(table.under.split(":")[1].split("(")[0]) == len(document[key]) for table in lists)
        known = [words.reference(item["key"]) for item in document[key]]
        assert known[: len(lists[-1].rows) - 1] == lists[-1].column(0)
        assert len(lists[-1].rows) - 1 == min(len(known), 20)

    balance = {row[0]: number(row[1]) for row in read.table("Compte").rows[1:]}
    assert balance["courriels vus dans les dossiers"] == document["balance"]["seen"]
    assert balance["courriels, chacun compté une fois"] == document["balance"]["messages"]


@pytest.mark.parametrize("name", ["usual", "largest"])
def test_weeks_and_days_have_the_figures_that_their_pictures_show(name: str) -> None:
    series = illustrated()[name].series
    read = Reader(written(name))
    weeks, days = read.table("Ces semaines").rows[1:], read.table("Ces jours").rows[1:]

    for row, line in zip(weeks, series.weeks, strict=True):
        due = line.population.fallen_due
        assert fraction(row[1]) == ((line.population.met, due) if due else None)
        figure = f"{words.number(line.population.met)}/{words.number(due)}" if due else "–"
        assert figure in read.drawn or figure.replace("/", " ").split()[0] in read.drawn
    shown = [line for line in series.days if line.population.counted]
    for row, line in zip(days, shown, strict=True):
        counts = line.population
        assert [number(cell) for cell in row[1:]] == [counts.met, counts.missed, counts.not_due]
    missed = [line.population.missed for line in series.days if line.population.missed]
    assert Counter(read.drawn) >= Counter("99+" if count > 99 else str(count) for count in missed)


ANYTHING = st.text(min_size=1, max_size=300) | st.sampled_from([*STRANGE, UNSAFE])


def saying(said: str) -> Page:
    """Return a page that says one text wherever it can."""
    table = Table((Column(said), Column("", fit=Fit.CUT)), ((Cell(said), Cell(said, emphasis=Emphasis.BAD)),))
    drawing = Stacks((Stack(("S1",), "1/2", 1, 1, 1, (1, 1), said),), Fraction(4, 5))
    picture = Picture(said, said, drawing, (Key(Shade.MET, said),), said, table)
    lines = (Line(said), Line(said, Emphasis.STRONG, lead=said))
    return Page(said, lines, (said,), (Section(said, (Points((said,)), table, picture)),), (said,))


@given(ANYTHING)
def test_no_text_becomes_markup_or_turns_the_writing_wherever_it_stands(said: str) -> None:
    read, plain = Reader(html_page.write(saying(said))), Reader(html_page.write(saying("x")))

    assert [tag for tag, _attributes in read.elements] == [tag for tag, _attributes in plain.elements]
    assert [attributes.keys() for _tag, attributes in read.elements] == [
        attributes.keys() for _tag, attributes in plain.elements
    ]
    assert set("".join((*read.texts, *read.drawn))) & set(UNSAFE) == set()


def test_a_text_is_read_as_it_was_written() -> None:
    said = "<b>&amp; \"a\" 'b' é – 永 ش"
    found = Counter(Reader(html_page.write(saying(said))).texts)

    assert found[said] == 17


@given(ANYTHING)
def test_no_text_leaves_its_attribute(said: str) -> None:
    [(tag, attributes)] = Reader(str(element("p", data_title=said))).elements

    assert tag == "p"
    assert attributes.keys() == {"data-title"}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_black_on_white_and_of_nothing() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_and_every_part_of_a_picture_is_told_from_what_is_behind_it(
    palette: dict[str, str],
) -> None:
    assert LIGHT.keys() == DARK.keys()
    for text in ("text", "dim", "good", "bad"):
        for behind in ("paper", "panel", "warning"):
            assert contrast(palette[text], palette[behind]) >= 4.5, (text, behind)
    for shade in ("met", "kept", "missed"):
        assert contrast(palette[f"on-{shade}"], palette[shade]) >= 4.5, shade
    for drawn in ("met", "missed", "edge", "mark"):
        assert contrast(palette[drawn], palette["paper"]) >= 3, drawn
    assert contrast(palette["met"], palette["missed"]) >= 1.3
