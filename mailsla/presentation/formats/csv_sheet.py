"""CSV for spreadsheets: UTF-8 with a mark, semicolons, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from mailsla.core.clock.origin import Origin
from mailsla.core.pairing.balance import Balance
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.request import Grounds
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import (
    balance_lines,
    clock_terms,
    mail_terms,
    origin_words,
    terms,
    words,
)

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so may be run as a formula (OWASP, "CSV Injection"); an apostrophe makes it text."""


MARK = "\ufeff"
"""What an UTF-8 file begins with, for spreadsheets."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows under a header, as a spreadsheet opens them."""
    return "".join(lines(header, rows))


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield rows under a header one by one, as a spreadsheet opens them."""
    # French spreadsheets split at semicolons, and take UTF-8 only with its mark.
    writer: Any = csv.writer(_Given(), delimiter=";", lineterminator="\r\n")
    yield MARK + writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


class _Given:
    """Where lines are written to be given back: a writer returns what its file's `write` does."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


# Most cells of a long table say what the row above says; typed, for 1 is not True.
@lru_cache(maxsize=4_096, typed=True)
def cell(value: object) -> str:
    """Return a value as a cell that stays text or a plain number."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    shown = words.safe(value, 1000)
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown


def report(built: Report) -> str:
    """Return the figures of every cohort, one line a cohort and service; below, the balance of all mail."""
    header = (
        _("période"),
        _("du"),
        _("au"),
        _("demandes"),
        _("chiffre"),
        _("service"),
        _("dans les temps"),
        _("hors délai"),
        _("répondues, pas encore échues"),
        _("en attente"),
        _("échues"),
        _("taux"),
        _("taux minimal"),
        _("taux maximal"),
        _("médiane"),
        _("9e décile"),
        _("engagement"),
        _("d'après"),
        _("vérifié"),
    )
    main = _promised(built.commitment.category, built.commitment.origin)
    rows: list[tuple[object, ...]] = []
    for cohort in built.sections:
        which = _("échues") if cohort.by is Belonging.DUE else _("reçues")
        period = (
            cohort.period.name,
            cohort.period.first,
            cohort.period.last,
            which,
            words.standing(cohort.finality),
        )
        total = (_("ensemble"), cohort.population, cohort.delays)
        lines = [
            (line.service or _("(non attribuées)"), line.population, line.delays)
            for line in cohort.by_service
        ]
        for name, counts, curve in [total, *lines]:
            known = (curve.median, curve.ninth_decile) if curve.requests >= built.minimum else (None, None)
            rows.append((*period, name, *_counts(counts, built.minimum), *known, *main))
        for found in cohort.promises:
            stands = words.standing(found.finality)
            counted = _counts(found.population, built.minimum, by_counts=found.is_by_counts)
            promised = _promised(found.promise.name, found.promise.commitment.origin)
            rows.append((*period[:-1], stands, _("ensemble"), *counted, None, None, *promised))
    return f"{table(header, rows)}\r\n{balance(built.balance).removeprefix(MARK)}"


def _promised(name: str, origin: Origin) -> tuple[object, ...]:
    return (name, origin_words.source(origin), _("non") if origin.is_to_check else _("oui"))


def _counts(counts: Population, minimum: int, *, by_counts: bool = False) -> tuple[object, ...]:
    """Where requests stand, and shares of enough of them; none of what is promised to every one."""
    is_enough = counts.fallen_due >= minimum and not by_counts
    will_be = counts.counted >= minimum and not by_counts
    shares = (
        counts.attainment if is_enough else None,
        *((counts.low, counts.high) if will_be else (None, None)),
    )
    return (
        counts.met,
        counts.missed,
        counts.early,
        counts.waiting,
        counts.fallen_due,
        *map(_cut, shares),
    )


def balance(of: Balance) -> str:
    """Return the balance of all mail, one line a class, the sums last, with the command that lists each."""
    lines = balance_lines.lines(of)
    return table(
        (_("courriels"), _("nombre"), _("liste")), [(line.label, line.count, line.command) for line in lines]
    )


def mails(found: Iterable[ListedMail], zone: ZoneInfo) -> Iterator[str]:
    """Yield mails line by line, with what left out those that are no request."""
    header = (
        _("référence"),
        _("date"),
        _("nature"),
        _("règle"),
        _("champ"),
        _("de"),
        _("dossier"),
        _("objet"),
        _("classe"),
        _("Message-ID"),
    )
    rows = (
        (
            words.reference(mail.key) if mail.key else None,
            minute(mail.at, zone),
            mail_terms.one_kind(mail.kind),
            mail_terms.left_out_because(mail.kind, mail.reason) if mail.reason else None,
            ", ".join(mail.senders),
            ", ".join(f"{account}/{mailbox}" for account, mailbox in mail.mailboxes),
            mail.subject,
            mail_terms.one_class(mail.mail_class, mail.kind),
            mail.message_id,
        )
        for mail in found
    )
    return lines(header, rows)


def _cut(share: Fraction | None) -> str:
    """Return a share with four decimals, cut rather than rounded: 79.996 % must never read as 80 %."""
    if share is None:
        return ""
    whole, rest = divmod(floor(share * 10_000), 10_000)
    return f"{whole},{rest:04}"


def requests(items: Iterable[tuple[Judged, Grounds]], zone: ZoneInfo) -> Iterator[str]:
    """Yield a list of requests line by line, with what each rests on."""
    header = (
        _("référence"),
        _("reçue le"),
        _("échéance"),
        _("répondue le"),
        _("jours ouvrés"),
        _("verdict"),
        _("service"),
        _("suite"),
        _("exclue"),
        _("objet"),
        _("catégorie"),
        _("relances"),
        _("reçue d'après"),
        _("réponse reconnue par"),
        _("dossier"),
        _("Message-ID"),
    )
    return lines(header, ((*_request(item, zone), *_rests_on(item, grounds)) for item, grounds in items))


def _request(item: Judged, zone: ZoneInfo) -> tuple[object, ...]:
    case, verdict = item.case, item.verdict
    return (
        words.reference(case.key),
        minute(case.received_at, zone),
        verdict.due_on,
        verdict.answered_on,
        verdict.working_days,
        clock_terms.outcome(verdict.outcome, answered=verdict.answered_on is not None),
        case.service,
        _("oui") if case.follow_up else _("non"),
        case.excluded or _("non"),
        case.subject,
    )


def _rests_on(item: Judged, grounds: Grounds) -> tuple[object, ...]:
    return (
        item.case.category,
        item.case.reminders,
        terms.basis(grounds.received),
        terms.answered_because(grounds),
        mail_terms.places(grounds.mailboxes),
        grounds.message_id,
    )


def minute(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant in a zone, to the minute, as a spreadsheet sorts it."""
    return at.astimezone(zone).isoformat(sep=" ", timespec="minutes")[:16]
