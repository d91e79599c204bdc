"""The pages of the site that are no report: services, what was left out, how collection went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.rate.counted import CountedMails
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.report import Report
from mailsla.language import gettext as _
from mailsla.presentation import mail_terms, words
from mailsla.presentation.pages import service_tables
from mailsla.presentation.pages.page import (
    Alignment,
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Row,
    Section,
    Table,
)
from mailsla.presentation.told import figure


def services_page(years: Report) -> Page:
    """How each service stands, year by year, the last one first; each leads to its own page."""
    sections = (section for section in reversed(years.sections) if section.by_service)
    return Page(
        title=_("Services"),
        sections=tuple(
            Section(words.period_name(section.period), (service_tables.services_by_need(section, years),))
            for section in sections
        )
        or (Section("", (Line(_("Aucune demande.")),)),),
    )


def left_out_page(balance: Balance) -> Page:
    """The mails that are no request, by kind, each kind with its list."""
    columns = (Column(_("Nature")), Column(_("Nombre"), Alignment.RIGHT, Fit.WHOLE))
    rows: tuple[Row, ...] = tuple(
        (
            Cell(mail_terms.kind(kind)),
            Cell(figure(words.number(count), count, CountedMails(MailClass.LEFT_OUT, kind)), count),
        )
        for kind, count in balance.left_out
    )
    how = _("Un courriel d'usager écarté à tort ? « mailsla decide RÉFÉRENCE count --reason … ».")
    blocks: tuple[Block, ...] = (Table(columns, rows),) if rows else (Line(_("Aucun courriel écarté.")),)
    return Page(
        title=_("Écartés : courriels qui ne sont pas des demandes"),
        lines=(Line(_("Tous les courriels relevés à ce jour ; chacun porte l'en-tête qui l'écarte.")),),
        sections=(Section("", (*blocks, Line(how, Emphasis.DIM))),),
    )


def coverage_page(watched: Watched, accounts: Sequence[str], zone: ZoneInfo) -> Page:
    """Since when each account is read, and every hole of collection."""
    return Page(
        title=_("Couverture de la relève"),
        lines=(Line(_("Un chiffre n'est définitif que si tous les comptes étaient relevés en entier.")),),
        sections=(
            Section(_("Comptes"), (_accounts(watched, accounts, zone),)),
            Section(_("Interruptions"), tuple(_holes(watched.gaps, zone))),
        ),
    )


def _accounts(watched: Watched, accounts: Sequence[str], zone: ZoneInfo) -> Table:
    rows: list[Row] = []
    names = (*accounts, *sorted({span.account for span in watched.spans}.difference(accounts)))
    for name in names:
        spans = [span for span in watched.spans if span.account == name]
        for span in spans:
            until = _("toujours") if span.until is None else words.instant(span.until, zone)
            rows.append((Cell(words.safe(name, 100)), Cell(words.instant(span.since, zone)), Cell(until)))
        if not spans:
            rows.append((Cell(words.safe(name, 100)), Cell(_("jamais relevé en entier")), Cell("–")))
    columns = (Column(_("Compte")), Column(_("Relevé depuis le")), Column(_("Jusqu'au")))
    return Table(columns, tuple(rows))


def _holes(gaps: Sequence[Gap], zone: ZoneInfo) -> Iterator[Block]:
    if not gaps:
        yield Line(_("Aucune interruption qui ait pu cacher un courriel."))
        return
    columns = (
        Column(_("Compte")),
        Column(_("Depuis le")),
        Column(_("Jusqu'au")),
        Column(_("Ce qui n'était pas relevé")),
        Column(_("Courriels perdus"), Alignment.RIGHT),
    )
    yield Table(
        columns, tuple(_hole(gap, zone) for gap in sorted(gaps, key=lambda gap: (gap.since, gap.account)))
    )


def _hole(gap: Gap, zone: ZoneInfo) -> Row:
    what = _("un dossier, refusé par le serveur") if gap.partial else _("tout le compte")
    if gap.never:
        what = _("tout le compte : il n'a encore jamais été relevé en entier")
    return (
        Cell(words.safe(gap.account, 100)),
        Cell(words.instant(gap.since, zone), gap.since),
        Cell(_("aujourd'hui") if gap.until is None else words.instant(gap.until, zone), gap.until),
        Cell(what),
        Cell(_("inconnu") if gap.lost is None else words.number(gap.lost), gap.lost),
    )
