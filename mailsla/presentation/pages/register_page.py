"""The registers: what was decided and what was published, by whom, when, why, and what has become of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailsla.core.pairing.decision import Decision, Recorded
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.declared import ABOUT_COLLECTION
from mailsla.core.rate.effect import Effect
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Publication, Revision
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import terms, words
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Fit, Line, Page, Row, Section, Table

SAME_INSTANT = timedelta(minutes=1)
"""The instant that a command spoke of is the real clock's when they differ by no more than it takes to act."""

DecisionLine = tuple[Decision, int | None, Sequence[Effect]]
"""A decision, the number of the one that took it back, and the years whose rate it changes."""

PublicationLine = tuple[Publication, Revision | None, int | None]
"""A publication, what it would be today, and the number of the next one of the same period."""


def decisions_page(found: Sequence[DecisionLine], zone: ZoneInfo, *, personal: bool = True) -> Page:
    """The register of decisions, by number; without whom, and all that is in their own words, unless `personal`."""
    if not found:
        return Page(sections=(Section("", (Line(_("Aucune décision."), Emphasis.DIM),)),))
    in_force = sum(undone_by is None for _decision, undone_by, _effects in found)
    count = ngettext(
        "{n} décision, dont {in_force} en vigueur.", "{n} décisions, dont {in_force} en vigueur.", len(found)
    ).format(n=len(found), in_force=in_force)
    titles = (
        _("n°"),
        _("Quand, par qui") if personal else _("Quand"),
        _("Réf."),
        _("Décision, raison") if personal else _("Décision"),
        _("Taux sans → avec"),
    )
    table = Table(
        tuple(
            Column(title, fit=Fit.WHOLE if number in {0, 2} else Fit.WRAP)
            for number, title in enumerate(titles)
        ),
        tuple(_decision_row(*line, zone, personal=personal) for line in found),
    )
    explained = _(
        "Taux de l'année, pour l'engagement principal : demandes répondues dans les temps / demandes échues, si cette "
        "décision seule était annulée, puis avec elle."
    )
    lines = (Line(count, Emphasis.DIM), Line(explained, Emphasis.DIM))
    return Page(sections=(Section("", (table, *lines)),))


def _decision_row(
    item: Decision, undone_by: int | None, effects: Sequence[Effect], zone: ZoneInfo, *, personal: bool
) -> Row:
    what = terms.decision(item, zone, personal=personal)
    if personal:
        what = _("{what} – {reason}").format(what=what, reason=words.safe(item.reason))
    if undone_by is not None:
        what += " " + _("(annulée par la n° {number})").format(number=undone_by)
    return (
        Cell(str(item.number), item.number),
        Cell(
            signed(item.decided_at, item.decided_by, item.recorded, zone)
            if personal
            else dated(item.decided_at, item.recorded, zone)
        ),
        about(item),
        Cell(what),
        Cell(
            "–" if undone_by is not None else _("ne se recompte plus") if item.erased else _changed(effects)
        ),
    )


def about(item: Decision) -> Cell:
    """The reference of the request or the mail that a decision is about; none of what is about collection."""
    if item.action in ABOUT_COLLECTION:
        return Cell("–")
    key = item.other or item.target
    return Cell(words.reference(key), key)


def _changed(effects: Iterable[Effect]) -> str:
    said = [
        _("{year} : {without} → {with_it}").format(
            year=item.year, without=share(item.without), with_it=share(item.with_it)
        )
        for item in effects
    ]
    return ", ".join(said) or _("inchangé")


def share(of: Population) -> str:
    """« 43/54 »."""
    return f"{of.met}/{of.fallen_due}"


def signed(at: datetime, said_by: str | None, recorded: Recorded | None, zone: ZoneInfo) -> str:
    """When and by whom: by the machine's own word, then what was said where that is something else."""
    when = dated(at, recorded, zone)
    if recorded is None:
        said = [when, *([] if said_by is None else [words.safe(said_by, 60)])]
        return _("{said} (ni l'heure ni la session ne sont consignées)").format(said=", ".join(said))
    if said_by is None or said_by == recorded.by:
        return f"{when}, {words.safe(recorded.by, 60)}"
    return _("{when}, {who} (session {user})").format(
        when=when, who=words.safe(said_by, 60), user=words.safe(recorded.by, 60)
    )


def dated(at: datetime, recorded: Recorded | None, zone: ZoneInfo) -> str:
    """When: by the machine's own word, then what was said where that is something else."""
    if recorded is None:
        return words.short_instant(at, zone)
    when = words.short_instant(recorded.at, zone)
    if abs(recorded.at - at) <= SAME_INSTANT:
        return when
    return _("{when} (heure réglée : {said})").format(when=when, said=words.short_instant(at, zone))


def publications_page(
    found: Sequence[PublicationLine], minimum: int, zone: ZoneInfo, *, personal: bool = True
) -> Page:
    """The register of publications, by number; without whom, and why in their own words, unless `personal`."""
    if not found:
        return Page(sections=(Section("", (Line(_("Aucune publication."), Emphasis.DIM),)),))
    who = _("Quand, par qui") if personal else _("Quand")
    titles = (_("n°"), who, _("Période"), _("Chiffre figé"), _("Aujourd'hui"))
    table = Table(
        tuple(Column(title, fit=Fit.WRAP if number else Fit.WHOLE) for number, title in enumerate(titles)),
        tuple(_publication_row(*line, minimum, zone, personal=personal) for line in found),
    )
    changed = sum(revision is not None for _published, revision, _followed in found)
    count = ngettext(
        "{n} publication, dont {changed} au chiffre aujourd'hui différent.",
        "{n} publications, dont {changed} au chiffre aujourd'hui différent.",
        len(found),
    ).format(n=len(found), changed=changed)
    return Page(sections=(Section("", (table, Line(count, Emphasis.DIM))),))


def _publication_row(
    item: Publication,
    revision: Revision | None,
    followed_by: int | None,
    minimum: int,
    zone: ZoneInfo,
    *,
    personal: bool,
) -> Row:
    period = _("{period}, {which}").format(period=words.piece_name(item.period), which=which_requests(item))
    said = item.signed
    who = dated(item.published_at, said.recorded, zone)
    if personal:
        who = signed(item.published_at, said.said_by, said.recorded, zone)
        who = f"{who} – {words.safe(said.reason)}" if said.reason else who
    return (
        Cell(str(item.number), item.number),
        Cell(who),
        Cell(period),
        Cell(f"{figure(item, minimum)}, {standing(item)}"),
        Cell(_today(revision, followed_by, minimum)),
    )


def _today(revision: Revision | None, followed_by: int | None, minimum: int) -> str:
    """What a published figure would be today, and why; and which publication follows it."""
    said = _("inchangé")
    if revision is not None:
        others = revision.changed + revision.appeared + revision.gone
        said = ngettext(
            "{figure} : {n} demande ({causes})", "{figure} : {n} demandes ({causes})", others
        ).format(figure=figure(revision.now, minimum), n=others, causes=causes(revision))
    if followed_by is not None:
        said = _("{said} ; republié : n° {number}").format(said=said, number=followed_by)
    return said


def causes(revision: Revision) -> str:
    """What changed since a figure was published."""
    return ", ".join(map(terms.source, revision.causes)) or "–"


def just_published(item: Publication, minimum: int) -> str:
    """What was frozen, told to whoever publishes it."""
    frozen = (words.period_name(item.period), figure(item, minimum), which_requests(item), standing(item))
    return _("Publication n° {number} : {figure}.").format(number=item.number, figure=", ".join(frozen))


def figure(item: Publication, minimum: int) -> str:
    """« 43 sur 54 (79,6 %) »; the counts alone when they are too few for a percentage."""
    fraction = words.out_of(item.met, item.judged)
    return fraction if item.judged < max(1, minimum) else f"{fraction} ({words.percent(item.attainment)})"


def which_requests(item: Publication) -> str:
    """« demandes échues » or « demandes reçues »: those a published figure is about."""
    return _("demandes échues") if item.by is Belonging.DUE else _("demandes reçues")


def standing(item: Publication) -> str:
    """« définitif », « non définitif », or that nobody noted which."""
    if item.definitive is None:
        return _("définitif ou non : non consigné")
    return _("définitif") if item.definitive else _("non définitif")
