"""The report as a terminal shows it, kept to be looked at: of several situations, at several widths, in both languages.

python -m tests.presentation.snapshots --update   draw them again, after looking at what changed
"""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path

from mailsla.core.rate.finality import Finality, Missing
from mailsla.core.rate.outlook import VolumeBasis
from mailsla.core.rate.overdue import all_overdue
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Source
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Beside, PeriodLine, ServiceLine
from mailsla.language import LANGUAGES, speaking
from mailsla.presentation.formats import terminal
from mailsla.presentation.formats.printed import Terminal
from mailsla.presentation.pages.report_page import report_page
from tests.factories import PARIS, paris
from tests.presentation.samples import CURVE, LANDING, OUTLOOK, cohort, gap, judged, report, revision

FOLDER = Path(__file__).parent / "recorded"
WIDTHS = (80, 120, 200)
RUNNING = Finality((Missing.PERIOD, Missing.DUE))
WEEK = parse_period("2026-W45")
COUNTS = Population(met=1_204, missed=281, early=9, waiting=18, excluded=2)


def usual(**changes: object) -> Report:
    """Return the report of a running year: a week beside it, services, months, what is late."""
    months = tuple(
        PeriodLine(
            parse_period(f"2026-{number:02}"),
            parse_period(f"2026-{number:02}"),
            Population(met=100 + number, missed=20),
            CURVE,
            Finality() if number < 11 else RUNNING,
            Population(met=90, missed=number),
        )
        for number in range(1, 13)
    )
    services = (
        ServiceLine("Étrangers", Population(met=13, missed=7, waiting=8), CURVE, CURVE),
        ServiceLine("Élections et réglementation", Population(met=10, missed=2), CURVE, CURVE),
        ServiceLine(None, Population(met=2), CURVE, CURVE),
    )
    week = cohort(Population(met=7, missed=1), WEEK, by_service=services[:1])
    year = cohort(COUNTS, finality=RUNNING, by_service=services, by_period=months)
    made: dict[str, object] = {
        "sections": (week, year),
        "overdue": all_overdue(
            [judged(), judged("b1b2c3d4e5f6", subject="RE : Rendez-vous pour un premier titre")]
        ),
        "soon": (judged("c1b2c3d4e5f6", "2026-11-02 09:00"),),
        "outlook": OUTLOOK.__class__(2026, 18, 11, 140, VolumeBasis.LAST_YEAR, 25, LANDING, None),
    }
    return report(**(made | changes))


def situations() -> dict[str, Report]:
    """Return the reports that are drawn, by name."""
    nothing = Population()
    empty = cohort(nothing, finality=Finality((Missing.COLLECTION,), is_covered=False))
    archives = cohort(COUNTS, finality=Finality((Missing.COLLECTION,), is_covered=False, from_archives=True))
    former = cohort(COUNTS, parse_period("2026"), finality=Finality((Missing.DUE,)))
    new_year = cohort(Population(waiting=3), parse_period("2027"), finality=RUNNING)
    first_week = cohort(nothing, parse_period("2026-W53"), finality=RUNNING)
    before, same = (
        PeriodLine(of, of, Population(met=9, missed=number), CURVE, Finality(), None)
        for number, of in enumerate((parse_period("2026-W44"), parse_period("2025-W45")), 1)
    )
    one_week = usual(sections=usual().sections[:1], beside=Beside(before, same))
    many = tuple(revision(Source.CALENDAR) for _number in range(40))
    hole = gap("2026-11-03 10:30", lost=2)
    return {
        "usual": usual(),
        "empty": report(sections=(empty,), since=None),
        "archives": report(sections=(archives,), since=None),
        "archives-late": report(sections=(archives,), since=None, overdue=all_overdue([judged()])),
        "january": report(
            sections=(first_week, former, new_year), at=paris("2027-01-04 08:30"), today=date(2027, 1, 4)
        ),
        "one-week": one_week,
        "hole": usual(gaps=(hole,)),
        "late-closure": usual(revisions=(revision(Source.CALENDAR),)),
        "forty-publications": usual(revisions=many),
    }


def drawn(built: Report) -> str:
    """Return what a terminal without colour shows of a report, at each width, in each language."""
    found = []
    for code in LANGUAGES:
        for width in WIDTHS:
            written = io.StringIO()
            console = Terminal()
            console.file, console.width, console.no_color = written, width, True
            with speaking(code):
                terminal.show(report_page(built, PARIS), console)
            lines = (line.rstrip() for line in written.getvalue().splitlines())
            found.append("\n".join((f"=== {code}, {width}", *lines)))
    return "\n\n".join(found) + "\n"


def update() -> None:
    """Draw every situation again."""
    FOLDER.mkdir(exist_ok=True)
    for name, built in situations().items():
        (FOLDER / f"report-{name}.txt").write_text(drawn(built), encoding="utf-8")


if __name__ == "__main__" and "--update" in sys.argv:
    update()
