"""Where each page of the site is: file names that are safe whatever a service is called, the same on every machine."""

from __future__ import annotations

import unicodedata
from hashlib import sha256
from posixpath import relpath, splitext

from mailsla.core.rate.counted import (
    Counted,
    CountedDoubts,
    CountedLeftOut,
    CountedMails,
    CountedRequests,
    CountedTogether,
    Matter,
    named,
)
from mailsla.core.rate.selection import Selection, State

INDEX = "index.html"
PERIODS, SERVICES = "periodes/index.html", "services/index.html"
TO_CHECK, LEFT_OUT, COVERAGE = "a-verifier.html", "ecartes.html", "couverture.html"
DECISIONS, PUBLICATIONS = "decisions.html", "publications.html"

MOST_LETTERS = 40
"""Of the words in a file's name; what tells it from others is a digest."""

DIGITS = 12
"""Of that digest."""

BY_ANSWER = frozenset({State.HANDLED, State.HANDLED_IN_TIME})
"""States whose requests belong to a period by their answer."""


def period_named(name: str) -> str:
    """Return where the page of a week, month, quarter or year is: its name has letters, digits and hyphens alone."""
    return f"periodes/{name}.html"


def of_service(service: str) -> str:
    """Return where a service's page is."""
    return f"services/{_named(service, service)}.html"


def of_request(key: str) -> str:
    """Return where a request's page is."""
    return f"demandes/{key[:2]}/{key}.html"


def of_list(counted: Counted) -> str:
    """Return where a list begins: equal lists at one place, whoever counts them."""
    if counted == CountedDoubts(Matter.ALL):
        return TO_CHECK
    name = _named(" ".join(_words(counted)), identity(counted))
    return f"listes/{name[-2:]}/{name}.html"


def further(place: str, number: int) -> str:
    """Return where a page after the first one of something is, which is the page 1."""
    stem, ending = splitext(place)
    return place if number == 1 else f"{stem}-p{number}{ending}"


def leading(source: str, target: str) -> str:
    """Return the link from one page to another.

    >>> leading("listes/ab/x.html", "demandes/12/y.html")
    '../../demandes/12/y.html'
    """
    return relpath(target, source.rpartition("/")[0] or ".")


def _named(words: str, whole: str) -> str:
    """Return a name of lower-case letters, digits and hyphens: some of the words, then a digest of it all.

    >>> _named("../Étrangers & <b>", "1")[:12]
    'etrangers-b-'
    """
    letters = (
        unicodedata.normalize("NFKD", words[: 4 * MOST_LETTERS]).encode("ascii", "ignore").decode().lower()
    )
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
    digest = sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
    return "-".join(filter(None, (slug[:MOST_LETTERS].strip("-"), digest)))


def identity(counted: Counted) -> str:
    """Return what tells one list from another."""
    match counted:
        case CountedRequests():
            return repr((*_identity(counted.selection), counted.promise))
        case CountedTogether():
            return repr(tuple(map(identity, counted.parts)))
        case CountedLeftOut(period, kind):
            return repr(("left-out", period.first.isoformat(), period.last.isoformat(), kind))
        case CountedMails(mail_class, kind, copies):
            return repr(("mails", mail_class and mail_class.value, kind, copies))
        case CountedDoubts(matter, service):
            return repr(("doubts", matter.value, service))


def _identity(of: Selection) -> tuple[object, ...]:
    dated = of.period is not None and of.state not in BY_ANSWER
    return (
        of.state and of.state.value,
        of.period and (of.period.first.isoformat(), of.period.last.isoformat()),
        of.by.value if dated else None,
        of.service,
        of.category,
        of.counted,
        of.unassigned,
        of.follow_ups,
        of.reason,
        of.variant and of.variant.value,
    )


def _words(counted: Counted) -> tuple[str, ...]:
    """Return what a file's name begins with, for whoever looks at the files."""
    match counted:
        case CountedRequests(selection, promise):
            period = "" if selection.period is None else named(selection.period).name
            return (period, selection.state or "demandes", promise or "", selection.service or "")
        case CountedTogether():
            return _words(counted.parts[0])
        case CountedLeftOut(period, kind):
            return (named(period).name, "ecartes", kind)
        case CountedMails(mail_class, kind, copies):
            return ("courriels", "exemplaires" if copies else "", mail_class or "", kind or "")
        case CountedDoubts(matter, service):
            return ("a-verifier", matter, service or "")
