"""The static site of an office: its reports first, which say what lists there are, then those, then every request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailsla.adapters.database.engine import unchanging
from mailsla.bootstrap import commands
from mailsla.bootstrap.action_words import page_mails
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.site_lists import SiteLists
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.period import Grain, Period, period_before, pieces, year_before
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.formats import site_page
from mailsla.presentation.formats.site_lists import File, ListPages
from mailsla.presentation.formats.site_page import Around, Leading
from mailsla.presentation.formats.site_style import SCRIPT, SCRIPT_FILE, SITE_STYLE, STYLE_FILE
from mailsla.presentation.pages.illustrated_report import illustrated_report
from mailsla.presentation.pages.page import Page
from mailsla.presentation.pages.register_page import decisions_page, publications_page
from mailsla.presentation.pages.report_page import MOST_ROWS
from mailsla.presentation.static_site import other_pages, places
from mailsla.presentation.static_site.linked import Linker
from mailsla.presentation.static_site.lists import Lists
from mailsla.presentation.static_site.period_page import period_page, periods_page

CUT_INTO = {
    Grain.YEAR: Grain.MONTH,
    Grain.QUARTER: Grain.MONTH,
    Grain.MONTH: Grain.WEEK,
    Grain.WEEK: Grain.DAY,
}
"""The periods that have pages, and into what each is cut there."""

YEARS = 2
"""This year and the last have pages: their periods, and their requests."""


def site_pages(app: Application, *, subjects: bool) -> Iterator[File]:
    """Yield the files of the site, as the office stands now; subjects and addresses are on it only if asked for.

    Raises:
        PermanentError: When a figure and its list say two things: the store changed meanwhile, which SQLite's does
            not, or a rule is wrong.
    """
    yield STYLE_FILE, SITE_STYLE
    yield SCRIPT_FILE, SCRIPT
    now = app.now()
    with unchanging(app.engine) as engine:
        still = Application(app.site, engine, lambda: now, reads_only=app.reads_only)
        yield from _Site(still, _reports(still), subjects=subjects).files()


@dataclass(frozen=True)
class _Reports:
    """The reports of a site.

    Attributes:
        usual: The one that people look at first.
        by_grain: Of years, quarters, months and weeks, every one that has a page.
        by_service: Of each service.
    """

    usual: Report
    by_grain: Mapping[Grain, Report]
    by_service: Mapping[str, Report]

    def doubts(self) -> dict[str | None, Sequence[Doubt]]:
        """Return what a person must look at: all of it, and of each service."""
        return {None: self.usual.doubts, **{name: item.doubts for name, item in self.by_service.items()}}


def _reports(app: Application) -> _Reports:
    usual = commands.report(app, most_overdue=MOST_ROWS, is_pictured=True)
    shown = Period("", date(usual.today.year - YEARS + 1, 1, 1), usual.today)
    by_grain = {
        grain: commands.report(app, pieces(shown, grain), grain=cut, most_overdue=1)
        for grain, cut in CUT_INTO.items()
    }
    years = by_grain[Grain.YEAR].sections
    services = dict.fromkeys(line.service for section in years for line in section.by_service)
    return _Reports(
        usual,
        by_grain,
        {
            name: commands.report(app, service=name, most_overdue=MOST_ROWS, is_pictured=True)
            for name in services
            if name is not None
        },
    )


class _Site:
    def __init__(self, app: Application, reports: _Reports, *, subjects: bool) -> None:
        self._app, self._reports, self._zone = app, reports, app.site.zone
        self._linker = Linker(
            Lists(),
            subjects=subjects,
            requests=set(),
            services=frozenset(reports.by_service),
            periods=frozenset(
                section.period.name for built in reports.by_grain.values() for section in built.sections
            ),
        )
        self._around = Around(_parts(), _closing(reports.usual, app))

    def files(self) -> Iterator[File]:
        """Yield every page: those that count first, for they say what is listed."""
        for built in (self._reports.usual, *self._reports.by_service.values()):
            self._linker.requests.update(item.case.key for item in (*built.overdue.listed, *built.soon))
        yield from self._reported()
        lists = ListPages(
            self._linker,
            self._around,
            {item.name: item for item in self._app.site.promises},
            has_decisions=bool(self._app.store.decisions.decided()),
            acting=page_mails(self._app),
        )
        since = date(self._reports.usual.today.year - YEARS + 1, 1, 1)
        yield from SiteLists(self._app, lists, since).files(self._reports.doubts())
        yield from self._registers()

    def _reported(self) -> Iterator[File]:
        reports, zone = self._reports, self._zone
        yield self._drawn(illustrated_report(reports.usual, zone), places.INDEX)
        yield self._drawn(periods_page(reports.by_grain.items()), places.PERIODS)
        for grain, built in reports.by_grain.items():
            yield from self._periods(grain, built)
        yield self._drawn(other_pages.services_page(reports.by_grain[Grain.YEAR]), places.SERVICES)
        for name, built in reports.by_service.items():
            said = replace(illustrated_report(built, zone), title=f"{built.site} – {words.safe(name)}")
            yield self._drawn(said, places.of_service(name))
        yield self._drawn(other_pages.left_out_page(reports.usual.balance), places.LEFT_OUT)
        accounts = tuple(account.name for account in self._app.accounts)
        yield self._drawn(other_pages.coverage_page(self._app.watched(), accounts, zone), places.COVERAGE)

    def _periods(self, grain: Grain, built: Report) -> Iterator[File]:
        known = {section.period.name: section for section in built.sections}
        for section in built.sections:
            former, following = _beside(grain, section, known)
            page = period_page(built, section, former, self._zone)
            links = [
                (words.piece_name(item.period), places.period_named(item.period.name))
                for item in (*former, *following)
            ]
            yield self._drawn(page, places.period_named(section.period.name), links)

    def _registers(self) -> Iterator[File]:
        app, zone, personal = self._app, self._zone, self._linker.subjects
        decided = [
            (item.decision, item.undone_by, item.effects) for item in commands.registered_decisions(app)
        ]
        page = decisions_page(decided, zone, personal=personal)
        yield self._drawn(replace(page, title=_("Registre des décisions")), places.DECISIONS)
        published = [
            (item.published, item.revision, item.followed_by)
            for item in commands.registered_publications(app)
        ]
        page = publications_page(published, app.site.settings.site.minimum, zone, personal=personal)
        yield self._drawn(replace(page, title=_("Registre des publications")), places.PUBLICATIONS)

    def _drawn(self, page: Page, place: str, beside: Sequence[Leading] = ()) -> File:
        return place, site_page.write(self._linker.page(page, place), place, self._around, beside)


def _beside(
    grain: Grain, section: Section, known: Mapping[str, Section]
) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Return the period before another and the same one a year before, where they have pages; and the one after."""
    period = section.period
    former = dict.fromkeys(item.name for item in (period_before(period), year_before(period)))
    after = grain.period_of(period.last + timedelta(days=1)).name
    return tuple(known[name] for name in former if name in known), tuple(
        known[name] for name in (after,) if name in known
    )


def _parts() -> tuple[Leading, ...]:
    return (
        (_("Rapport"), places.INDEX),
        (_("Périodes"), places.PERIODS),
        (_("Services"), places.SERVICES),
        (_("À vérifier"), places.TO_CHECK),
        (_("Écartés"), places.LEFT_OUT),
        (_("Décisions"), places.DECISIONS),
        (_("Publications"), places.PUBLICATIONS),
        (_("Couverture"), places.COVERAGE),
    )


def _closing(usual: Report, app: Application) -> str:
    return _("Pages écrites par mailsla, situation au {instant}. Chaque nombre mène à sa liste.").format(
        instant=words.instant(usual.at, app.site.zone)
    )
