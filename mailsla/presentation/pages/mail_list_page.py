"""Lists of mails: those left out, those of a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.pairing.derivation import ListedMail
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, words
from mailsla.presentation.pages.mail_page import addresses, subject
from mailsla.presentation.pages.page import (
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
    Row,
    Section,
    Table,
)


def left_out_page(mails: Sequence[ListedMail], found: int, internal: int, zone: ZoneInfo) -> Page:
    """The mails that are no request, with what said so; a sample of `found`, when fewer are shown."""
    blocks: list[Block] = [_left_out_table(mails, zone)] if mails else []
    blocks.append(Line(_drawn(len(mails), found), Emphasis.DIM))
    if internal:
        inside = ngettext(
            "{n} courriel interne à la préfecture n'est pas listé ici.",
            "{n} courriels internes à la préfecture ne sont pas listés ici.",
            internal,
        )
        blocks.append(Line(inside.format(n=words.number(internal)), Emphasis.DIM))
    if mails:
        how = _("Un courriel d'usager écarté à tort ? « mailsla decide RÉFÉRENCE count --reason … ».")
        blocks.append(Line(how, Emphasis.DIM))
    return Page(sections=(Section("", tuple(blocks)),))


def _drawn(shown: int, found: int) -> str:
    if shown < found:
        return ngettext(
            "{shown} courriel tiré au sort parmi {found} écartés.",
            "{shown} courriels tirés au sort parmi {found} écartés.",
            shown,
        ).format(shown=words.number(shown), found=words.number(found))
    return ngettext("{n} courriel écarté.", "{n} courriels écartés.", found).format(n=words.number(found))


def _left_out_table(mails: Iterable[ListedMail], zone: ZoneInfo) -> Table:
    columns = (
        Column(_("Réf."), fit=Fit.WHOLE, width=9),
        Column(_("Date"), fit=Fit.WHOLE, width=16),
        Column(_("Nature"), fit=Fit.CUT, width=14),
        Column(_("Ce qui l'écarte"), fit=Fit.CUT, width=20),
        Column(_("De"), fit=Fit.CUT, width=18),
        Column(_("Objet"), fit=Fit.CUT),
    )
    rows: tuple[Row, ...] = tuple(
        (
            Cell(words.reference(mail.key), mail.key),
            Cell(words.short_instant(mail.at, zone), mail.at),
            Cell(mail_terms.one_kind(mail.kind)),
            Cell(mail_terms.left_out_because(mail.kind, mail.reason)),
            Cell(addresses(mail.senders)),
            Cell(subject(mail.subject, 80)),
        )
        for mail in mails
    )
    return Table(columns, rows)


def mails_page(mails: Sequence[ListedMail], found: int, zone: ZoneInfo) -> Page:
    """Mails, each with the class it is in; a sample of `found`, when fewer are shown."""
    blocks: list[Block] = [_mails_table(mails, zone)] if mails else []
    count = ngettext("{n} courriel.", "{n} courriels.", found).format(n=words.number(found))
    if len(mails) < found:
        count = ngettext(
            "{shown} courriel tiré au sort parmi {found}.",
            "{shown} courriels tirés au sort parmi {found}.",
            len(mails),
        ).format(shown=words.number(len(mails)), found=words.number(found))
    blocks.append(Line(count, Emphasis.DIM))
    return Page(sections=(Section("", tuple(blocks)),))


def _mails_table(mails: Iterable[ListedMail], zone: ZoneInfo) -> Table:
    columns = (
        Column(_("Réf."), fit=Fit.WHOLE, width=9),
        Column(_("Date"), fit=Fit.WHOLE, width=16),
        Column(_("Classe"), fit=Fit.CUT, width=18),
        Column(_("De"), fit=Fit.CUT, width=16),
        Column(_("Objet"), fit=Fit.CUT),
        Column(_("Dossier"), fit=Fit.CUT, width=20, room=ROOM_FOR_MORE),
        Column(_("Ce qui l'écarte"), fit=Fit.CUT, width=24, room=ROOM_FOR_REASONS),
        Column(_("Message-ID"), fit=Fit.CUT, width=36, room=ROOM_FOR_IDS),
    )
    rows: tuple[Row, ...] = tuple(
        (
            Cell(words.reference(mail.key), mail.key) if mail.key else Cell("–"),
            Cell(words.short_instant(mail.at, zone), mail.at),
            Cell(mail_terms.one_class(mail.mail_class, mail.kind)),
            Cell(addresses(mail.senders)),
            Cell(subject(mail.subject, 80)),
            Cell(mail_terms.places(mail.mailboxes) or "–"),
            Cell(mail_terms.left_out_because(mail.kind, mail.reason) if mail.reason else ""),
            Cell(words.safe(mail.message_id or "–", 200)),
        )
        for mail in mails
    )
    return Table(columns, rows)
