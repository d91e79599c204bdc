"""How pages look: one palette for light and one for dark, contrast held by a test; rules for screens and paper.

Nobody's trade dress: the reader's own fonts, and sober colours of our own.
"""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "panel": "#f1f5f8",
    "warning": "#fff4dc",
    "text": "#16202a",
    "dim": "#53606c",
    "good": "#1b6338",
    "bad": "#a02c00",
    "edge": "#768390",
    "rule": "#d4dbe1",
    "met": "#17507c",
    "kept": "#86b3d6",
    "missed": "#bf4f0a",
    "former": "#8a96a1",
    "former2": "#c3cbd2",
    "closed": "#e6eaee",
    "mark": "#16202a",
    "on-met": "#ffffff",
    "on-kept": "#0d1a26",
    "on-missed": "#ffffff",
}
"""Names of colours → colours, by day and on paper."""

DARK = {
    "paper": "#12181e",
    "panel": "#1b242d",
    "warning": "#35290f",
    "text": "#e8edf2",
    "dim": "#a9b5c0",
    "good": "#7fd19b",
    "bad": "#ff9d73",
    "edge": "#8593a0",
    "rule": "#36424d",
    "met": "#8cc6f0",
    "kept": "#35668c",
    "missed": "#e0752c",
    "former": "#7d8994",
    "former2": "#4b5761",
    "closed": "#29333c",
    "mark": "#ffffff",
    "on-met": "#0c141b",
    "on-kept": "#ffffff",
    "on-missed": "#1a0e05",
}
"""The same at night."""


def _variables(palette: dict[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{colour};" for name, colour in palette.items()) + "}"


DRAWN = """
.picture text{fill:var(--text);font-size:12px;text-anchor:middle}
.picture text{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.calendar text{stroke:none}
.picture .small,.small text{font-size:9px}
.picture .low{fill:var(--dim)}
.picture .start{text-anchor:start}
.picture .end{text-anchor:end}
.met{fill:var(--met)}.missed{fill:var(--missed)}.kept{fill:var(--kept)}
.not-due{fill:url(#hatched);stroke:var(--edge);stroke-width:1}
.former-met{fill:var(--former)}.former-missed{fill:var(--former2)}
.closed{fill:var(--closed)}.empty{fill:none;stroke:var(--rule)}.track{fill:var(--closed)}
.hatch{stroke:var(--edge);stroke-width:2}
.mark{stroke:var(--mark);stroke-width:2.5}
.halo{stroke:var(--paper);stroke-width:4.5}
.tick{fill:var(--mark)}
.dashed{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:5 4}
.axis{stroke:var(--edge);stroke-width:1}
.on-met text{fill:var(--on-met)}.on-kept text{fill:var(--on-kept)}.on-missed text{fill:var(--on-missed)}
"""
"""How the parts of pictures look: all that whoever draws a picture alone must know."""

_ANYWHERE = """
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--text);line-height:1.5}
body,.picture text{font-family:system-ui,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:1.15rem;line-height:1.35;margin:2rem 0 .6rem;overflow-wrap:anywhere}
p{margin:.35rem 0;overflow-wrap:anywhere}
ul{margin:.35rem 0;padding-left:1.2rem}
li{overflow-wrap:anywhere}
.dim,.notes p{color:var(--dim)}
.strong{font-weight:600}
.good{color:var(--good)}
.bad{color:var(--bad);font-weight:600}
.answers{background:var(--panel);border-left:.4rem solid var(--met);margin:1rem 0;padding:.75rem 1rem}
.answers p{margin:.3rem 0}
.answers .lead{color:var(--dim)}
.answers strong{font-size:1.15em}
.warnings{background:var(--warning);border-left:.4rem solid var(--missed);margin:1rem 0;padding:.75rem 1rem .75rem 2rem}
.notes{border-top:1px solid var(--rule);margin-top:2rem;padding-top:.5rem;font-size:.9rem}
.room{overflow-x:auto;margin:.4rem 0}
.room:focus-visible,summary:focus-visible{outline:3px solid var(--met);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--rule)}
th{font-weight:600}
thead th{color:var(--dim);font-weight:600;font-size:.9rem;vertical-align:bottom}
tbody th{font-weight:400;overflow-wrap:anywhere;min-width:10rem}
.list th,.numbers th{min-width:0}
.leading thead th{color:var(--text);font-size:1rem}
.right,.numbers td,.numbers thead th:not(:first-child){text-align:right}
.numbers{width:auto}
.numbers td,.numbers th{white-space:nowrap}
.whole{white-space:nowrap}
.cut{overflow-wrap:anywhere}
.list .cut{min-width:9rem}
.list .cut:last-child{width:45%}
.bar{display:block;width:100%;min-width:6rem;max-width:11rem;height:.8rem;margin-top:.35rem}
.leading .bar{max-width:16rem}
.keys{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.4rem 0;padding:0}
.keys{color:var(--dim);font-size:.9rem}
.keys li{display:flex;align-items:center;gap:.4rem}
.key{width:.95rem;height:.95rem;flex:none}
.picture{display:block;width:100%;height:auto;min-width:30rem}
.calendar{min-width:44rem}
.defs{position:absolute;width:0;height:0}
summary{cursor:pointer;color:var(--dim);padding:.3rem 0}
"""

_NARROW = """
@media (max-width:40rem){
main{padding:1rem .9rem 2rem}
h1{font-size:1.3rem}
.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.list,.list tbody,.list tr{display:block;width:100%}
.list tr{border:1px solid var(--rule);border-left:.3rem solid var(--edge);margin:.6rem 0;padding:.4rem .7rem}
tbody th{min-width:8.5rem}
.list tbody th{min-width:0}
.list .cut,.list .cut:last-child{min-width:0;width:auto}
.list td,.list tbody th{display:inline-block;border:0;padding:0 .9rem 0 0;white-space:normal;width:auto}
.list [data-title]::before{content:attr(data-title) " ";color:var(--dim)}
.list tr>:last-child{display:block;font-weight:600;padding:.15rem 0 0}
.list tr>:last-child::before{content:none}
}
"""

_PAPER = """
@page{size:A4;margin:10mm 14mm}
@media print{
tbody th{min-width:38mm}
.list th,.numbers th{min-width:0}
html{font-size:8.6pt;color-scheme:light}
body{line-height:1.35}
main{max-width:none;padding:0}
h1{font-size:14pt}
h2{font-size:11pt;margin:9pt 0 3pt;break-after:avoid}
.answers,.warnings{margin:6pt 0;padding:5pt 9pt}
.warnings{padding-left:20pt}
.answers,.warnings,.track,.met,.missed,.kept,.closed,.picture,.key,.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}
th,td{padding:1.8pt 6pt 1.8pt 0}
thead th,.keys,.notes{font-size:8pt}
.room{overflow:visible}
.picture{min-width:0;max-height:43mm}
.calendar{max-height:none}
.keys{margin:2pt 0}
.new-sheet{break-before:page}
.new-sheet>h2{margin-top:0}
tr,.unparted,.answers{break-inside:avoid}
details{display:none}
.list .cut{min-width:0;max-width:34mm;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.list .cut:last-child{width:60%;max-width:0}
.figure+.keys{margin-top:0}
}
"""

STYLE = "".join(
    line.strip()
    for line in (
        _variables(LIGHT)
        + "@media screen and (prefers-color-scheme:dark){"
        + _variables(DARK)
        + "}"
        + _ANYWHERE
        + DRAWN
        + _NARROW
        + _PAPER
    ).splitlines()
)
"""The whole style sheet of a page."""
