"""The parts of a bilan that no mailbox tells: a plain text that people fill in, its titles marked with `## `."""

from __future__ import annotations

from dataclasses import dataclass

from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.pages.page import Emphasis, Line, Points, Section

LONGEST, MOST_PARTS = 4_000, 40
"""Characters of a paragraph, and parts, that are shown: a bilan is read by people."""

TITLE, POINT, HINT = "## ", "- ", ">"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its title, and its paragraphs and points in their order."""

    title: str
    blocks: tuple[Line | Points, ...]


def template(year: int) -> str:
    """Return the text to fill in: titles that may be changed, and what is to be written under each."""
    following = year + 1
    parts = (
        (_("Enquête de satisfaction"), _("Qui a été interrogé, quand, et ce qui en ressort.")),
        (_("Auto-évaluations"), _("Dates, qui les a faites, écarts relevés.")),
        (_("Suites données aux réclamations"), _("Ce qui a été changé à cause d'elles.")),
        (_("Besoins de formation"), _("Pour qui, sur quoi.")),
        (
            _("Plan d'actions {year}").format(year=following),
            _("Ce qui sera fait, par qui, avant quand ; un tiret par action."),
        ),
        (
            _("Réunions et audits de {year}").format(year=following),
            _("Une date par ligne, chacune après un tiret."),
        ),
    )
    opening = (
        _("# Bilan {year} : ce que les courriels ne disent pas").format(year=year),
        "",
        _(
            "> Écrivez sous chaque titre, puis refaites le bilan. Une ligne qui commence par « > » n'est pas imprimée."
        ),
        _(
            "> Un titre commence par « ## », une puce par « - ». Parties et titres se changent, s'ajoutent, s'enlèvent."
        ),
    )
    filled = (f"\n{TITLE}{title}\n\n{HINT} {hint}\n" for title, hint in parts)
    return "\n".join((*opening, "")) + "".join(filled)


def parts(written: str) -> tuple[Part, ...]:
    """Return the parts of a text; what stands before the first title, and the hints, are not of them."""
    found: list[Part] = []
    for piece in f"\n{written}".split(f"\n{TITLE}")[1:][:MOST_PARTS]:
        title, _end, rest = piece.partition("\n")
        lines = [line.rstrip() for line in rest.splitlines() if not line.startswith(HINT)]
        found.append(Part(words.safe(title.strip(), LONGEST), _blocks(lines)))
    return tuple(found)


def _blocks(lines: list[str]) -> tuple[Line | Points, ...]:
    """Return paragraphs, which empty lines part, and lists of points."""
    found: list[Line | Points] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        is_point = line.startswith(POINT)
        if paragraph and (is_point or not line.strip()):
            found.append(Line(words.safe(" ".join(paragraph), LONGEST)))
            paragraph = []
        if is_point:
            before = found[-1] if found else None
            points = before.sentences if isinstance(before, Points) else ()
            if points:
                found.pop()
            found.append(Points((*points, words.safe(line.removeprefix(POINT).strip(), LONGEST))))
        elif line.strip():
            paragraph.append(line.strip())
    return tuple(found)


def section(part: Part) -> Section:
    """A part as it stands on a page; an empty one says that it is to be filled in."""
    return Section(part.title, part.blocks or (Line(_("À compléter."), Emphasis.DIM),))
