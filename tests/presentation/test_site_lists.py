"""The lists of the site: cut in pages, parted where they are long, and never of another length than their figure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailsla.core.errors import PermanentError
from mailsla.core.rate.counted import Counted, CountedRequests
from mailsla.core.rate.period import Grain, parse_period, pieces
from mailsla.core.rate.selection import Selection, State
from mailsla.presentation.formats.site_lists import ListPages
from mailsla.presentation.formats.site_page import Around
from mailsla.presentation.static_site import list_rows, places
from mailsla.presentation.static_site.linked import Linker
from mailsla.presentation.static_site.lists import MANY, MOST_ROWS, Lists
from tests.factories import PARIS
from tests.presentation.samples import judged
from tests.trials.crawling import read_page

YEAR = parse_period("2026")


def requests(state: State, period: str = "2026") -> CountedRequests:
    return CountedRequests(Selection(state, parse_period(period), counted=True))


def lists_of(*asked: tuple[Counted, int]) -> ListPages:
    """Return the lists that some figures ask for."""
    lists = Lists()
    for counted, count in asked:
        lists.of(counted, count)
    linker = Linker(lists, subjects=False, requests=set())
    return ListPages(linker, Around((), "Fin."), {}, has_decisions=False)


def fill(pages: ListPages, of: Counted, count: int) -> dict[str, str]:
    """Give a list so many rows; return the pages that are written."""
    row = pages.row(list_rows.request_row(judged(), PARIS, ()), list_rows.request_columns())
    found: dict[str, str] = {}
    for _number in range(count):
        found.update(pages.add(places.of_list(of), row))
    return found


def test_a_list_is_cut_in_pages_each_of_which_leads_to_the_next() -> None:
    met = requests(State.MET)
    pages = lists_of((met, 2 * MOST_ROWS + 3))
    assert dict(pages.begin()) == {}

    found = fill(pages, met, 2 * MOST_ROWS + 3)
    pages.end()

    read = [read_page(page) for page in found.values()]
    assert [page.rows for page in read] == [MOST_ROWS, MOST_ROWS, 3]
    assert [page.following is None for page in read] == [False, False, True]
    assert "403 demandes, lignes 401 à 403 ; page 3 sur 3." in "".join(read[2].texts).replace("\u00a0", " ")


def test_a_long_list_is_read_in_those_that_it_is_made_of_where_the_site_has_them() -> None:
    due, met, missed = (requests(state) for state in (State.FALLEN_DUE, State.MET, State.MISSED))
    months = [
        (replace(met, selection=replace(met.selection, period=month)), 100)
        for month in pieces(YEAR, Grain.MONTH)
    ]
    pages = lists_of((due, MANY + 300), (met, MANY + 200), (missed, 100), *months)

    made = dict(pages.begin())

    assert made.keys() == {places.of_list(due), places.of_list(met)}
    numbers = [[text for _href, text in read_page(made[places.of_list(of)]).numbers] for of in (due, met)]
    assert [[text.replace("\u202f", "") for text in row] for row in numbers] == [
        ["1200", "100"],
        ["100"] * 12,
    ]
    assert {item.of for item in pages.awaited()} == {missed, *(month for month, _count in months)}


@pytest.mark.parametrize(("due", "count"), [(MANY, 600), (MANY + 1, 600)])
def test_a_list_is_written_itself_when_it_is_short_or_its_parts_do_not_add_up(due: int, count: int) -> None:
    pages = lists_of(
        (requests(State.FALLEN_DUE), due), (requests(State.MET), count), (requests(State.MISSED), 400)
    )

    assert dict(pages.begin()) == {}


def test_rows_too_many_or_too_few_are_refused() -> None:
    met = requests(State.MET)
    pages = lists_of((met, 2))
    dict(pages.begin())

    fill(pages, met, 1)
    with pytest.raises(PermanentError, match="le site n'est pas écrit"):
        pages.end()
    with pytest.raises(PermanentError, match=r"2026-met-.* 2 et 3"):
        fill(pages, met, 2)


def test_two_figures_of_one_list_that_differ_are_refused() -> None:
    with pytest.raises(PermanentError, match="ne disent pas la même chose"):
        lists_of((requests(State.MET), 2), (requests(State.MET, "2026-01-01..2026-12-31"), 3))


def test_lists_that_differ_have_places_that_differ_and_are_no_paths() -> None:
    services = ["../x", "../y", "x", "<b>", "", "W" * 300, "É" * 300]
    counted = [CountedRequests(Selection(State.MET, YEAR, service=service)) for service in services]
    found = {places.of_list(item) for item in counted}

    assert len(found) == len(services)
    for place in found:
        assert len(Path(place).parts) == 3
        assert len(Path(place).name) < 80
        assert set(place) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/.")
        assert ".." not in place
