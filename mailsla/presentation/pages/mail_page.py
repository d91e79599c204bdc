"""A mail that a person looks at: one to check, any one; and what a decision changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.mail.erased import ERASED
from mailsla.core.office.sides import Side
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.core.rate.changes import Change
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import clock_terms, mail_terms, terms, words
from mailsla.presentation.pages.page import (
    Emphasis,
    Line,
    Page,
    Section,
)

MOST_ADDRESSES = 3


def subject(written: str, limit: int = 200) -> str:
    """A subject as its author wrote it, made harmless, or that there is none."""
    return words.safe(written, limit) or _("(sans objet)")


def ended() -> str:
    """What is said of a mail whose personal data is gone."""
    return _("Les données personnelles sont effacées ; ce qui compte est figé.")


def addresses(found: Sequence[str]) -> str:
    """Some addresses, made harmless; how many more there are when they are many."""
    shown = ", ".join(words.safe(address, 100) for address in found[:MOST_ADDRESSES]) or "–"
    more = len(found) - MOST_ADDRESSES
    if more <= 0:
        return shown
    return ngettext("{names} et {n} autre", "{names} et {n} autres", more).format(names=shown, n=more)


def to_check_lines(
    doubts: Iterable[Doubt], mails: Mapping[str, ListedMail], zone: ZoneInfo
) -> Iterator[Line]:
    """Yield what a person needs to settle each doubt: what the mail is, what depends on it, and the commands."""
    for doubt in doubts:
        mail = mails.get(doubt.mail)
        yield Line("")
        yield Line(
            _("{reference}, {instant} : {why}").format(
                reference=words.reference(doubt.mail),
                instant=words.instant(doubt.at, zone),
                why=terms.doubt(doubt.code),
            ),
            Emphasis.STRONG,
        )
        if mail is not None:
            yield from _found_by(mail)
        if doubt.code.is_about_a_reply:
            for key in doubt.candidates:
                asked = mails.get(key)
                yield Line(
                    _("  demande {reference} : {subject}").format(
                        reference=words.reference(key), subject=subject(asked.subject) if asked else "–"
                    )
                )
        yield from (Line(f"  {command}", Emphasis.DIM) for command in commands(doubt))


def _found_by(mail: ListedMail) -> Iterator[Line]:
    yield Line(_("  Objet : {subject}").format(subject=subject(mail.subject)))
    yield Line(
        _("  De : {senders} – À : {recipients}").format(
            senders=addresses(mail.senders), recipients=addresses(mail.recipients)
        )
    )
    yield Line(_("  Dossier : {places}").format(places=_places(mail)))


def _places(mail: ListedMail) -> str:
    return mail_terms.places(mail.mailboxes) or "–"


def commands(doubt: Doubt) -> Iterator[str]:
    """Yield what settles a doubt, a command each."""
    mail = words.reference(doubt.mail)
    if not doubt.candidates:
        yield _("C'est une demande : mailsla decide {mail} count --reason …").format(mail=mail)
        yield _("Ce n'en est pas une : mailsla decide {mail} leave-out --reason …").format(mail=mail)
        return
    first = words.reference(doubt.candidates[0])
    if doubt.code is DoubtCode.NEW_SUBJECT_BEFORE_REPLY:
        yield _("C'est une relance : mailsla decide DEMANDE join --message {mail} --reason …").format(
            mail=mail
        )
    elif doubt.code is DoubtCode.OTHER_SENDER:
        yield _("C'est la même demande : mailsla decide DEMANDE join --message {mail} --reason …").format(
            mail=mail
        )
    elif doubt.code in {DoubtCode.SEEMS_AUTOMATIC, DoubtCode.UNDECLARED_FORM}:
        yield _("Ce n'en est pas une : mailsla decide {mail} leave-out --reason …").format(mail=mail)
    elif doubt.code in {DoubtCode.RECEIPT_DISPUTED, DoubtCode.DATE_DISPUTED}:
        yield _("Les deux dates : mailsla show {mail}").format(mail=mail)
        if doubt.code is DoubtCode.DATE_DISPUTED:
            yield _(
                "L'autre date est la bonne : mailsla decide {first} answered --on DATE --reason …"
            ).format(first=first)
    elif doubt.code is DoubtCode.UNSEEN_REPLY:
        yield _("Il y répondait : mailsla decide {first} answered --on DATE --reason …").format(first=first)
    elif doubt.code is DoubtCode.RETURNED:
        yield _("L'usager l'a reçue : mailsla decide {first} answered --on DATE --reason …").format(
            first=first
        )
    else:
        which = first if len(doubt.candidates) == 1 else _("DEMANDE")
        yield _("Elle y répond : mailsla decide {which} join --message {mail} --reason …").format(
            which=which, mail=mail
        )
    yield _("Rien à changer : mailsla decide {first} dismiss --message {mail} --reason …").format(
        first=first, mail=mail
    )


def mail_page(
    mail: ListedMail,
    requests: Iterable[Request],
    doubts: Sequence[Doubt],
    decisions: Iterable[Decision],
    mails: Mapping[str, ListedMail],
    zone: ZoneInfo,
) -> Page:
    """One mail that opens no request: what it was taken for, and why; what people decided about it."""
    what = mail_terms.side(mail.side)
    lines = [
        Line(_("{what}, le {instant}").format(what=what, instant=words.instant(mail.at, zone))),
        *_found_by(mail),
    ]
    if mail.subject == ERASED and not mail.senders:
        lines.append(Line(ended()))
    if mail.reason and mail.side == Side.ASIDE.value:
        kind = mail_terms.one_kind(mail.kind)
        lines.append(
            Line(
                _("Écarté : {kind}, {reason}").format(
                    kind=kind, reason=mail_terms.left_out_because(mail.kind, mail.reason)
                )
            )
        )
    for request in requests:
        part = next(step.part for step in request.steps if step.key == mail.key)
        lines.append(
            Line(
                _("Demande {reference} : {part}").format(
                    reference=words.reference(request.key), part=terms.part(part)
                )
            )
        )
    lines += to_check_lines(doubts, mails, zone)
    lines += [Line(decision_line(item, zone)) for item in decisions]
    return Page(
        title=_("Courriel {key}").format(key=words.reference(mail.key)), sections=(Section("", tuple(lines)),)
    )


def decision_line(item: Decision, zone: ZoneInfo, *, personal: bool = True) -> str:
    """One decision: its number, when, by whom, what and why; or without whom, and all that is in their own words."""
    if not personal:
        return _("Décision n° {number}, le {instant} : {what}").format(
            number=item.number,
            instant=words.instant(item.decided_at, zone),
            what=terms.decision(item, zone, personal=False),
        )
    return _("Décision n° {number}, le {instant}, par {who} : {what} – {reason}").format(
        number=item.number,
        instant=words.instant(item.decided_at, zone),
        who=words.safe(item.decided_by, 60),
        what=terms.decision(item, zone),
        reason=words.safe(item.reason),
    )


def changes_page(changes: Sequence[Change]) -> Page:
    """What a decision changed, a line for each request; that it changed none is said."""
    lines = [Line(_change(change)) for change in changes] or [
        Line(_("Aucune demande ne change."), Emphasis.DIM)
    ]
    return Page(sections=(Section("", tuple(lines)),))


def _change(change: Change) -> str:
    before, after = change.before, change.after
    if before is None:
        assert after is not None
        return _("Nouvelle demande {name} : {state}.").format(name=_name(after), state=_state(after))
    if after is None:
        return _("La demande {name} n'en est plus une (elle était : {state}).").format(
            name=_name(before), state=_state(before)
        )
    was, is_now = _state(before), _state(after)
    if before.case.service != after.case.service or before.case.category != after.case.category:
        was, is_now = (_with_whose(said, item) for said, item in ((was, before), (is_now, after)))
    return _("La demande {name} était : {before} ; elle est : {after}.").format(
        name=_name(before), before=was, after=is_now
    )


def _name(item: Judged) -> str:
    return _("{reference} (« {subject} »)").format(
        reference=words.reference(item.case.key), subject=subject(item.case.subject, 80)
    )


def _state(item: Judged) -> str:
    """How a request stands, in a few words."""
    verdict = item.verdict
    is_answered = verdict.answered_on is not None
    outcome = clock_terms.outcome(verdict.outcome, answered=is_answered)
    if item.case.excluded is not None:
        return _("exclue des chiffres")
    if verdict.answered_on is not None:
        return _("répondue le {day}, {outcome}").format(
            day=words.short_day(verdict.answered_on), outcome=outcome
        )
    return _("{outcome}, échéance le {day}").format(day=words.short_day(verdict.due_on), outcome=outcome)


def _with_whose(said: str, item: Judged) -> str:
    return _("{state} (service : {service} ; catégorie : {category})").format(
        state=said,
        service=words.safe(item.case.service or "–", 60),
        category=words.category(item.case.category),
    )
