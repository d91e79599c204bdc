"""Lists of mails: those left out, those of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.mail_list import MailList
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, words
from mailsla.presentation.pages.mail_page import addresses, subject
from mailsla.presentation.pages.page import (
    MANY_ROWS,
    ROOM_FOR_IDS,
    ROOM_FOR_MORE,
    ROOM_FOR_REASONS,
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Roll,
    Section,
    Table,
)


def left_out_page(listed: MailList, internal: int, zone: ZoneInfo) -> Page:
    """The mails that are no request, with what said so."""
    below = [Line(_drawn(listed.shown, listed.found), Emphasis.DIM)]
    if internal:
        inside = ngettext(
            "{n} courriel interne à la préfecture n'est pas listé ici.",
            "{n} courriels internes à la préfecture ne sont pas listés ici.",
            internal,
        )
        below.append(Line(inside.format(n=words.number(internal)), Emphasis.DIM))
    if listed.shown:
        how = _("Un courriel d'usager écarté à tort ? « mailsla decide RÉFÉRENCE count --reason … ».")
        below.append(Line(how, Emphasis.DIM))
    return _page(_left_out_columns(), (_left_out_row(mail, zone) for mail in listed.mails), listed, below)


def _page(
    columns: tuple[Column, ...], rows: Iterator[tuple[Cell, ...]], listed: MailList, below: Sequence[Line]
) -> Page:
    """Return a list with what stands below it; a long one is read as it is drawn."""
    blocks: tuple[Block, ...] = tuple(below)
    if listed.shown > MANY_ROWS:
        blocks = (Roll(columns, rows, lambda: tuple(below)),)
    elif listed.shown:
        blocks = (Table(columns, tuple(rows)), *below)
    return Page(sections=(Section("", blocks),))


def _drawn(shown: int, found: int) -> str:
    if shown < found:
        return ngettext(
            "{shown} courriel tiré au sort parmi {found} écartés.",
            "{shown} courriels tirés au sort parmi {found} écartés.",
            shown,
        ).format(shown=words.number(shown), found=words.number(found))
    return ngettext("{n} courriel écarté.", "{n} courriels écartés.", found).format(n=words.number(found))


def _left_out_columns() -> tuple[Column, ...]:
    return (
        Column(_("Réf."), fit=Fit.WHOLE, width=9),
        Column(_("Date"), fit=Fit.WHOLE, width=16),
        Column(_("Nature"), fit=Fit.CUT, width=14),
        Column(_("Ce qui l'écarte"), fit=Fit.CUT, width=20),
        Column(_("De"), fit=Fit.CUT, width=18),
        Column(_("Objet"), fit=Fit.CUT),
    )


def _left_out_row(mail: ListedMail, zone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        Cell(words.reference(mail.key), mail.key),
        Cell(words.short_instant(mail.at, zone), mail.at),
        Cell(mail_terms.one_kind(mail.kind)),
        Cell(mail_terms.left_out_because(mail.kind, mail.reason)),
        Cell(addresses(mail.senders)),
        Cell(subject(mail.subject, 80)),
    )


def mails_page(listed: MailList, zone: ZoneInfo) -> Page:
    """Mails, each with the class it is in."""
    count = ngettext("{n} courriel.", "{n} courriels.", listed.found).format(n=words.number(listed.found))
    if listed.shown < listed.found:
        count = ngettext(
            "{shown} courriel tiré au sort parmi {found}.",
            "{shown} courriels tirés au sort parmi {found}.",
            listed.shown,
        ).format(shown=words.number(listed.shown), found=words.number(listed.found))
    rows = (_mail_row(mail, zone) for mail in listed.mails)
    return _page(_mail_columns(), rows, listed, [Line(count, Emphasis.DIM)])


def _mail_columns() -> tuple[Column, ...]:
    return (
        Column(_("Réf."), fit=Fit.WHOLE, width=9),
        Column(_("Date"), fit=Fit.WHOLE, width=16),
        Column(_("Classe"), fit=Fit.CUT, width=18),
        Column(_("De"), fit=Fit.CUT, width=16),
        Column(_("Objet"), fit=Fit.CUT),
        Column(_("Dossier"), fit=Fit.CUT, width=20, room=ROOM_FOR_MORE),
        Column(_("Ce qui l'écarte"), fit=Fit.CUT, width=24, room=ROOM_FOR_REASONS),
        Column(_("Message-ID"), fit=Fit.CUT, width=36, room=ROOM_FOR_IDS),
    )


def _mail_row(mail: ListedMail, zone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        Cell(words.reference(mail.key), mail.key) if mail.key else Cell("–"),
        Cell(words.short_instant(mail.at, zone), mail.at),
        Cell(mail_terms.one_class(mail.mail_class, mail.kind)),
        Cell(addresses(mail.senders)),
        Cell(subject(mail.subject, 80)),
        Cell(mail_terms.places(mail.mailboxes) or "–"),
        Cell(mail_terms.left_out_because(mail.kind, mail.reason) if mail.reason else ""),
        Cell(words.safe(mail.message_id or "–", 200)),
    )
