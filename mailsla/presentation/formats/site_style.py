"""How the pages of the site look beyond what every page does, and the little that a browser may do for them."""

from __future__ import annotations

from hashlib import sha256

from mailsla.presentation.formats.html_style import STYLE

_SITE = """
a{color:var(--met);text-underline-offset:.15em}
a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid var(--met);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;background:var(--paper);padding:.5rem}
.top{background:var(--panel);border-bottom:1px solid var(--rule)}
.top ul,.pager ul,.beside{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;margin:0;padding:0}
.top ul{max-width:64rem;margin:0 auto;padding:.4rem 1.25rem}
.top a,.pager a,.beside a{display:inline-block;padding:.25rem 0}
.top [aria-current]{font-weight:600;color:var(--text);text-decoration:none}
.pager,.beside{margin:.6rem 0}
footer{max-width:64rem;margin:0 auto;padding:0 1.25rem 2rem;color:var(--dim);font-size:.9rem}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .8rem;margin:.6rem 0}
.tools input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:.2rem}
.tools input{padding:.3rem .5rem;min-width:12rem;max-width:100%}
.rows thead button{font:inherit;color:inherit;background:none;border:0;padding:.1rem 0;cursor:pointer}
.rows thead button{text-align:inherit;text-decoration:underline dotted;text-underline-offset:.2em}
.rows tbody th{min-width:0;white-space:nowrap}
.rows [hidden]{display:none}
@media (max-width:40rem){.top ul{padding:.4rem .9rem}footer{padding:0 .9rem 2rem}}
@media print{.top,.pager,.tools,.skip,.beside{display:none}a{color:inherit;text-decoration:none}}
"""

SITE_STYLE = STYLE + "".join(line.strip() for line in _SITE.splitlines())
"""The style sheet of the site, in a file of its own."""

SCRIPT = """"use strict";
// Sorts and filters the rows of one page of a list. Without it every row is there, in the order of receipt.
for (const table of document.querySelectorAll("table.rows")) {
  const body = table.tBodies[0], rows = [...body.rows], said = table.dataset;
  const tools = document.createElement("div"), label = document.createElement("label");
  const input = document.createElement("input"), count = document.createElement("span");
  tools.className = "tools";
  label.append(said.filter, " ", input);
  input.type = "search";
  count.setAttribute("role", "status");
  tools.append(label, count);
  (table.closest(".room") || table).before(tools);
  const plain = (text) => text.normalize("NFD").replace(/\\p{M}/gu, "").toLowerCase();
  const words = rows.map((row) => plain(row.textContent));
  input.addEventListener("input", () => {
    const wanted = plain(input.value).split(/\\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, number) => {
      row.hidden = !wanted.every((word) => words[number].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = wanted.length ? said.shown.replace("{n}", shown).replace("{all}", rows.length) : "";
  });
  const compare = new Intl.Collator(document.documentElement.lang, {numeric: true}).compare;
  const valueOf = (row, at) => row.cells[at].dataset.value || row.cells[at].textContent;
  [...table.tHead.rows[0].cells].forEach((title, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...title.childNodes);
    title.append(button);
    button.addEventListener("click", () => {
      const rising = title.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      title.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const order = rising ? 1 : -1;
      // Rows that are equal stay as they stood at first: sorting keeps their order.
      body.append(...[...rows].sort((one, other) => order * compare(valueOf(one, at), valueOf(other, at))));
    });
  });
}
"""
"""What a browser runs, in a file of its own: no page needs it."""


def _named(content: str, ending: str) -> str:
    return f"mailsla-{sha256(content.encode()).hexdigest()[:12]}.{ending}"


STYLE_FILE, SCRIPT_FILE = _named(SITE_STYLE, "css"), _named(SCRIPT, "js")
"""Their names change with what they hold: a browser never keeps a former one."""
