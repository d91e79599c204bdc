"""The pages about one period, and the page that leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from zoneinfo import ZoneInfo

from mailsla.core.rate.period import Grain
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section as Measured
from mailsla.language import gettext as _
from mailsla.presentation import origin_words, words
from mailsla.presentation.pages import report_pictures, report_tables, service_tables
from mailsla.presentation.pages.other_promises import other_promises
from mailsla.presentation.pages.page import Line, Page, Section
from mailsla.presentation.pages.report_answers import answers


def period_page(built: Report, section: Measured, beside: Sequence[Measured], zone: ZoneInfo) -> Page:
    """One period: where it stands, beside others; its services, its promises, its pieces, its delays.

    Args:
        built: A report that has the period among its sections.
        section: The period.
        beside: The one before it, and the same one a year before, where they are known.
        zone: The site's.
    """
    alone = replace(built, sections=(section,))
    table = service_tables.services_by_need(section, built)
    return Page(
        title=_("{site} – {period}").format(
            site=words.safe(built.site), period=words.period_name(section.period)
        ),
        lines=(
            # What to do is of no period.
            *(answer.line for answer in islice(answers(alone, zone), 2)),
            Line(origin_words.promised(built.commitment)),
        ),
        sections=(
            Section(_("En chiffres"), (report_tables.summary(replace(built, sections=(section, *beside))),)),
            *(Section(picture.title, (picture,)) for picture in report_pictures.pieces(section, built)),
            *([Section(_("Par service"), (table,))] if section.by_service else []),
            *other_promises(section, built.minimum, built.service),
            *(Section(picture.title, (picture,)) for picture in report_pictures.delays(section, built)),
        ),
    )


def periods_page(reports: Iterable[tuple[Grain, Report]]) -> Page:
    """Every period that has a page: years, quarters, months, weeks, the last one first."""
    titles = {
        Grain.YEAR: _("Années"),
        Grain.QUARTER: _("Trimestres"),
        Grain.MONTH: _("Mois"),
        Grain.WEEK: _("Semaines"),
    }
    return Page(
        title=_("Périodes"),
        sections=tuple(
            Section(
                titles[grain],
                (
                    report_tables.over_time(
                        tuple(section.line for section in reversed(built.sections)), built
                    ),
                ),
            )
            for grain, built in reports
        ),
    )
