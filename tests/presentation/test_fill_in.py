"""What people fill in of a bilan: any text is read, none but the hints is lost, and nothing in it is more than text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.language import LANGUAGES, speaking
from mailsla.presentation.pages import fill_in
from mailsla.presentation.pages.page import Line, Points
from tests.presentation.samples import HOSTILE, UNSAFE


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_template_has_parts_to_be_filled_in_and_prints_none_of_its_hints(code: str) -> None:
    with speaking(code):
        found = fill_in.parts(fill_in.template(2026))

        assert len(found) == 6
        assert all(part.title and part.blocks == () for part in found)
        assert any("2027" in part.title for part in found)
        said = [
            block.text for part in found for block in fill_in.section(part).blocks if isinstance(block, Line)
        ]
    assert len(said) == 6


def test_paragraphs_and_points_are_read_as_they_were_written() -> None:
    written = "avant\n## Un\n> consigne\npremière\nsuite\n\nautre\n- a\n- b\n\nfin\n## Deux\r\n\r\ntexte\r\n"

    one, two = fill_in.parts(written)

    assert (one.title, two.title) == ("Un", "Deux")
    assert one.blocks == (Line("première suite"), Line("autre"), Points(("a", "b")), Line("fin"))
    assert two.blocks == (Line("texte"),)


def test_what_was_pasted_is_harmless() -> None:
    [part] = fill_in.parts(f"## {HOSTILE}\n{HOSTILE}\n- {HOSTILE}\n")

    said = [part.title]
    for block in part.blocks:
        said += block.sentences if isinstance(block, Points) else (block.text,)
    assert not set("".join(said)) & set(UNSAFE)


@given(st.text(st.sampled_from("#-> \nab"), max_size=80))
def test_every_letter_after_the_first_title_is_kept_but_for_hints(written: str) -> None:
    found = fill_in.parts(written)
    after = f"\n{written}".partition("\n## ")[2]
    expected = [
        letter for line in after.split("\n") if not line.startswith(">") for letter in line if letter in "ab"
    ]

    said = []
    for part in found:
        said.append(part.title)
        for block in part.blocks:
            said += block.sentences if isinstance(block, Points) else (block.text,)

    first_line_is_hint = after.startswith(">")
    assert [x for x in "".join(said) if x in "ab"] == expected or first_line_is_hint
