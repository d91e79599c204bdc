"""Draws the poster as one file for a browser and for paper: one A4 sheet, no script, nothing fetched."""

from __future__ import annotations

from mailsla.presentation.formats.html_page import whole
from mailsla.presentation.formats.html_style import LIGHT
from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.pages.poster_page import Poster
from mailsla.presentation.typography import typeset

STYLE = "".join(
    line.strip()
    for line in f"""
*{{box-sizing:border-box}}
html{{color-scheme:light}}
body{{margin:0;background:{LIGHT["paper"]};color:{LIGHT["text"]}}}
body{{font-family:"Liberation Sans",Arial,"DejaVu Sans",sans-serif}}
main{{max-width:190mm;margin:0 auto;padding:8mm 2mm;text-align:center}}
h1{{font-size:24pt;line-height:1.3;margin:0 0 14mm;overflow-wrap:anywhere}}
p{{margin:0}}
.figure{{font-size:104pt;font-weight:700;line-height:1.1;color:{LIGHT["met"]};white-space:nowrap}}
.delay{{font-size:54pt;margin-top:16mm}}
.told{{font-size:25pt;line-height:1.35;margin:4mm auto 0}}
.small{{font-size:17pt;line-height:1.45;color:{LIGHT["dim"]};margin-top:4mm}}
.promise{{border-top:1mm solid {LIGHT["met"]};margin-top:18mm;padding-top:9mm;font-size:20pt;line-height:1.45}}
@media (max-width:40rem){{
h1{{font-size:17pt;margin-bottom:10mm}}
.figure{{font-size:52pt}}
.delay{{font-size:28pt;margin-top:12mm}}
.told{{font-size:15pt}}
}}
@page{{size:A4;margin:10mm}}
""".splitlines()
)


def write(poster: Poster) -> str:
    """Return the poster as an HTML file in the language in use."""
    return f"<!DOCTYPE html>\n{drawn(poster)}\n"


def drawn(poster: Poster) -> Element:
    """Return the poster as the element that is a whole HTML file."""
    main = element(
        "main",
        element("h1", typeset(poster.title)),
        element("p", typeset(poster.rate), class_="figure"),
        element("p", typeset(poster.told), class_="told"),
        element("p", typeset(poster.delay), class_="figure delay"),
        element("p", typeset(poster.usual), class_="told"),
        element("p", typeset(poster.promise), class_="promise"),
        element("p", typeset(poster.of), class_="small"),
    )
    return whole(poster.title, STYLE, main)
