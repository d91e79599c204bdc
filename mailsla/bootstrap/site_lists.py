"""The lists of the site and the pages of its requests: read once, each request and each mail for all its lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from mailsla.bootstrap.application import Application
from mailsla.bootstrap.site_mails import mail_lists
from mailsla.bootstrap.site_requests import request_pages
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.counted import (
    CountedDoubts,
    CountedRequests,
    CountedTogether,
    Matter,
    matter_of,
)
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.selection import Selection
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation.formats import site_page
from mailsla.presentation.formats.site_lists import File, ListPages
from mailsla.presentation.pages.page import Line, Page
from mailsla.presentation.static_site import list_rows, list_words, places
from mailsla.usecases.many_lists import ManyLists


class SiteLists:
    """What is written once the reports have said which lists there are.

    Args:
        app: The site.
        lists: Its lists, of which figures were told.
        since: The first day of which requests have pages, open or not.
    """

    def __init__(self, app: Application, lists: ListPages, since: date) -> None:
        self._app, self._lists, self._linker = app, lists, lists.linker
        self._zone, self._now, self._since = app.site.zone, app.now(), since
        self._standard, self._decided = app.standard(), app.store.decisions.decided()

    def files(self, doubts: Mapping[str | None, Sequence[Doubt]]) -> Iterator[File]:
        """Yield the lists, then the pages of the requests.

        Args:
            doubts: What a person must look at: all of it, and of each service.
        """
        all_of_it = CountedDoubts(Matter.ALL)
        if doubts[None]:
            self._linker.lists.of(all_of_it, len(doubts[None]))
        else:
            page = Page(title=list_words.title(all_of_it), lines=(Line(_("Rien n'est à vérifier.")),))
            yield places.TO_CHECK, site_page.write(page, places.TO_CHECK, self._lists.around)
        yield from self._lists.begin()
        with_pages: list[str] = []
        yield from self._requests(with_pages)
        yield from mail_lists(self._app, self._lists)
        yield from self._to_check(doubts)
        self._lists.end()
        yield from request_pages(self._app, self._lists, with_pages, doubts[None])

    def _requests(self, with_pages: list[str]) -> Iterator[File]:
        columns = list_rows.request_columns()
        acted_on = {listed.place for listed in self._lists.awaited() if self._lists.is_acted_on(listed)}
        many = ManyLists(
            self._app.store.derivations,
            self._standard,
            self._now,
            self._selected(),
            since=self._standard.clock.calendar.start_of(self._since),
            count_follow_ups=self._app.site.settings.replies.count_follow_ups,
        )
        for told in many:
            if self._has_page(told.item):
                with_pages.append(told.item.case.key)
                self._linker.requests.add(told.item.case.key)
            for item, names in told.lists:
                cells = list_rows.request_row(item, self._zone, self._decided)
                row, late = self._lists.row(cells, columns), acted_on.intersection(names)
                acting = self._lists.row(cells, columns, acts=self._lists.acts_on(item.case)) if late else row
                for name in names:
                    yield from self._lists.add(name, acting if name in late else row)

    def _selected(self) -> Iterator[tuple[Selection, Promise | None, str]]:
        promises = {promise.name: promise for promise in self._app.site.promises}
        for listed in self._lists.awaited():
            if isinstance(listed.of, CountedRequests | CountedTogether):
                for part in listed.of.parts if isinstance(listed.of, CountedTogether) else (listed.of,):
                    promise = None if part.promise is None else promises[part.promise]
                    yield part.selection, promise, listed.place

    def _has_page(self, item: Judged) -> bool:
        """Tell whether a request has a page: received, due or answered since the year before, or open."""
        verdict = item.verdict
        last = max(verdict.received_on, verdict.due_on, verdict.answered_on or date.max)
        return last >= self._since

    def _to_check(self, doubts: Mapping[str | None, Sequence[Doubt]]) -> Iterator[File]:
        columns = list_rows.doubt_columns()
        for listed in self._lists.awaited():
            if isinstance(listed.of, CountedDoubts):
                found = [doubt for doubt in doubts[listed.of.service] if _is_of(doubt, listed.of.matter)]
                mails = self._app.store.mails.mails({doubt.mail for doubt in found})
                for doubt in found:
                    cells = list_rows.doubt_row(doubt, mails, self._zone)
                    row = self._lists.row(cells, columns, listed.place, self._lists.acts_on(doubt))
                    yield from self._lists.add(listed.place, row)


def _is_of(doubt: Doubt, matter: Matter) -> bool:
    return matter in {Matter.ALL, matter_of(doubt.code)}
