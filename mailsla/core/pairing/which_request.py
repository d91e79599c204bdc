"""Which of the requests of a conversation a mail is about, and which it answers."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from mailsla.core.mail.addresses import plain
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.office.correspondents import Office
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.followed import Followed
from mailsla.core.pairing.register import ANYBODY, ANYBODY_PLAIN, NOBODY, Register, Wanted, answered_at

ANY = Wanted(((ANYBODY,),), lambda _case: True)
"""Every request."""


def asked_to_answer_at(reading: Reading, office: Office) -> set[str]:
    """Return the addresses outside that a mail asks to be answered at, when they are not its author's."""
    header = reading.mail.header
    if not header.reply_to:
        return set()
    authors = {plain(address) for address in header.senders}
    return {plain(address) for address in office.outside(header.reply_to)} - authors


def heard_about(reading: Reading, register: Register, link: Link, office: Office) -> Followed | None:
    """Return the request that a citizen's mail is about: of this citizen's, the one it names while it is open.

    Else the latest that is open under its subject; else the one it names, the latest under its subject, the latest.
    None when this citizen has none there.
    """
    if not register.cases:
        return None
    if link.evidence is Evidence.DECISION:
        *_, first = (None, *register.find(ANY.with_step(link.to)))
        return first
    subject = reading.mail.header.subject
    theirs = _of_citizen(set(reading.citizens), asked_to_answer_at(reading, office))
    if len(register.cases) == 1:
        # Most conversations have no other: whatever the mail names, it is about that one or about none.
        return register.last(theirs)
    named = theirs.with_step(link.to)
    return (
        register.last(named, is_open=True)
        or register.about(subject, theirs, is_open=True)
        or register.last(named)
        or register.about(subject, theirs)
        or register.last(theirs)
    )


def _of_citizen(who: Collection[str], reply_to: Collection[str]) -> Wanted:
    """Return this citizen's requests; two that one address writes for are told apart by where they reply."""

    def is_theirs(case: Followed) -> bool:
        if case.reply_to and reply_to:
            return not case.reply_to.isdisjoint(reply_to)
        return not who or not case.citizens.isdisjoint(who)

    if reply_to:
        plainly = [("plain", address) for address in who] if who else [ANYBODY_PLAIN]
        return Wanted(((*(("reply", address) for address in reply_to), *plainly),), is_theirs)
    return Wanted((tuple(("who", address) for address in who) or (ANYBODY,),), is_theirs)


def written_to_asker(who: Collection[str]) -> Wanted:
    """Return the requests that a mail to these addresses may answer: theirs, and those of nobody known."""
    way = (NOBODY, *(("who", address) for address in who))
    return Wanted((way,), lambda case: not case.citizens or not case.askers.isdisjoint(who))


def answered_by(reading: Reading, register: Register, link: Link) -> list[Followed]:
    """Return the requests that a mail of the office answers: one of each citizen it is written to, at most.

    The one that it names; else, of those under the same Thread-Index, or under its subject, or of all, the one that
    is open, or the last when none is. None when several are open: nothing says which one. Where nothing says who asked,
    as with a form without Reply-To, any mail to the outside answers.
    """
    if not register.cases:
        return []
    who = set(reading.citizens)
    if len(register.cases) == 1:
        # Most conversations have no other: whatever the mail names, it answers that one or none.
        return list(register.find(written_to_asker(who)))
    named = written_to_asker(who).with_step(link.to)
    one = register.last(named, is_open=True) or register.last(named)
    groups = [answered_at(addresses) for addresses in register.apart(who)]
    if one is None:
        groups.append(Wanted(((NOBODY,),), lambda case: not case.citizens))
    others = (_the_one(reading, register, group) for group in groups if one is None or not group.is_it(one))
    return [case for case in (one, *others) if case is not None]


def _the_one(reading: Reading, register: Register, group: Wanted) -> Followed | None:
    """Return the one request of a citizen that a mail answers, which names none of them."""
    root = reading.mail.header.thread_index
    subject = base_subject(reading.mail.header.subject)
    if root is not None:
        of_root = group.narrowed((("root", root),), lambda case: root in case.roots)
        group = of_root if register.last(of_root) is not None else group
    of_subject = group.narrowed((("subject", subject),), lambda case: subject in case.subjects)
    group = of_subject if register.last(of_subject) is not None else group
    still_open = list(islice(register.find(group, is_open=True), 2))
    if len(still_open) > 1:
        return None
    return still_open[0] if still_open else register.last(group)
