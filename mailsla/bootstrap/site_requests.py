"""The pages of requests on the site: each as `mailsla show` says it, with its days and what ties its mails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailsla.bootstrap.application import Application
from mailsla.core.clock.verdict import Outcome
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.case import case_of
from mailsla.language import gettext as _
from mailsla.presentation.formats import site_page
from mailsla.presentation.formats.site_lists import File, ListPages
from mailsla.presentation.pages.request_page import request_page
from mailsla.presentation.static_site import acting_words, places
from mailsla.presentation.static_site.proof_page import proof_page

AT_ONCE = 500
"""Requests that are read at once."""


def request_pages(
    app: Application, lists: ListPages, keys: Sequence[str], doubts: Sequence[Doubt]
) -> Iterator[File]:
    """Yield the pages of some requests, with what is to check about them."""
    derivations, standard, now, zone = app.store.derivations, app.standard(), app.now(), app.site.zone
    linker, decisions, to_check = lists.linker, _decisions(app), _by_request(doubts)
    # Without its instant such a page is the same file from one writing to the next.
    settled = replace(
        lists.around, closing=_("Page écrite par mailsla ; ce verdict ne change plus avec la date.")
    )
    for first in range(0, len(keys), AT_ONCE):
        requests = derivations.requests_of(keys[first : first + AT_ONCE])
        conversations = derivations.conversations_of({item.conversation for item in requests})
        for request in requests:
            commitment = standard.commitment_of(request.category)
            verdict = standard.verdict(case_of(request), now)
            end = request.answered.at if verdict.answered_on and request.answered else now
            page = request_page(
                request,
                verdict,
                conversations[request.conversation],
                standard.clock.days(request.received.at, end, commitment.unit),
                [item for key in request.keys for item in decisions.get(key, ())],
                commitment,
                zone,
                personal=linker.subjects,
            )
            page = proof_page(page)
            if lists.acting is not None:
                acts = acting_words.sections(request, to_check[request.key], lists.acting)
                page = replace(page, sections=(*acts, *page.sections))
            place = places.of_request(request.key)
            is_settled = verdict.answered_on is not None and verdict.outcome is not Outcome.NOT_DUE
            around = settled if is_settled else lists.around
            yield place, site_page.write(linker.page(page, place), place, around)


def _by_request(doubts: Sequence[Doubt]) -> Mapping[str, Sequence[Doubt]]:
    found: dict[str, list[Doubt]] = defaultdict(list)
    for doubt in doubts:
        for key in doubt.candidates:
            found[key].append(doubt)
    return found


def _decisions(app: Application) -> dict[str, list[Decision]]:
    """Return every decision by what it is about."""
    found: dict[str, list[Decision]] = defaultdict(list)
    for item in app.store.decisions.taken():
        found[item.target].append(item)
    return found
