"""French typography: spaces that are not to be broken, and lines that are not broken at them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailsla.language import speaking
from mailsla.presentation.formats.printed import Printed, Terminal
from mailsla.presentation.typography import NARROW_NO_BREAK, NO_BREAK, typeset


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Où en est-on ? Oui : 80 % !", "Où en est-on~? Oui~: 80~%~!"),
        ("le dossier « Permis » ; le reste", "le dossier «~Permis~»~; le reste"),
        ("« 80 % »", "«~80~%~»"),
        ("(80 %)", "(80~%)"),
        ("80 %, « oui », « non ».", "80~%, «~oui~», «~non~»."),
        ("à 08:30, http://exemple", "à 08:30, http://exemple"),
        ("une option :quelconque", "une option :quelconque"),
    ],
)
def test_a_french_sentence_has_no_break_before_a_double_sign_nor_inside_quotes(
    written: str, printed: str
) -> None:
    assert typeset(written) == printed.replace("~", NO_BREAK)


def test_an_english_sentence_stays_as_it_is() -> None:
    with speaking("en"):
        assert typeset("A “quote” : 80 % ?") == "A “quote” : 80 % ?"


def lines(width: int, *texts: Text | str | Table) -> list[str]:
    console = Terminal()
    console.file, console.width = io.StringIO(), width
    for text in texts:
        console.print(text)
    written: str = console.file.getvalue()
    return [line.rstrip(" ") for line in written.splitlines()]


@pytest.mark.parametrize("space", [NO_BREAK, NARROW_NO_BREAK])
def test_no_line_is_broken_at_a_no_break_space(space: str) -> None:
    text = f"Un taux de 80{space}%"

    assert lines(14, text) == ["Un taux de", f"80{space}%"]
    assert lines(14, Printed(text, style="bold")) == lines(14, text)
    plain = Console(width=14, file=io.StringIO())
    with plain.capture() as captured:
        plain.print(Text(text))
    assert captured.get().splitlines()[0].strip() != "Un taux de", "the library breaks there by itself"


def test_a_cell_is_as_wide_as_its_longest_unbroken_part() -> None:
    table = Table(box=None, show_header=False, padding=0)
    table.add_column(no_wrap=False)
    table.add_column(no_wrap=False)
    table.add_row(Printed("des mots en nombre, beaucoup"), Printed("100 %"))

    assert f"100{NO_BREAK}%" in lines(16, table)[0]


def test_styles_stay_on_the_words_they_were_put_on() -> None:
    text = Printed("Un « mot » en gras")
    text.stylize("bold", 3, 10)
    console = Terminal()
    console.file, console.width = io.StringIO(), 12

    wrapped = text.wrap(console, 12)

    assert [line.plain.rstrip() for line in wrapped] == [f"Un «{NO_BREAK}mot{NO_BREAK}»", "en gras"]
    assert [(span.start, span.end) for span in wrapped[0].spans] == [(3, 10)]
