"""The evidence of each mail, after what people decided of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.header import Header
from mailsla.core.pairing.conversation import Threaded
from mailsla.core.pairing.decision import Action, Decided
from mailsla.core.pairing.one_mail import OneMail


def evidence_of(found: Sequence[OneMail], decided: Decided) -> list[Threaded]:
    """Return what threading may see of each mail, after what people decided."""
    if not decided.by_target:
        return [Threaded(one.mail.key, one.mail.header, one.ids) for one in found]
    mails = [one.mail for one in found]
    subjects = {mail.key: base_subject(mail.header.subject) for mail in mails if decided.naming(mail.key)}
    cut = {
        mail.header.message_id
        for mail in mails
        if mail.header.message_id and decided.last(mail.key, Action.SPLIT)
    }
    return [Threaded(one.mail.key, _seen_of(one.mail, decided, subjects, cut), one.ids) for one in found]


def _seen_of(mail: Mail, decided: Decided, subjects: Mapping[str, str], cut: Collection[str]) -> Header:
    """Return the header of a mail as threading may see it.

    No evidence at all when a person cut it from its conversation, or tied it to a request on another subject;
    nothing older than a mail that was cut, for those that answer that mail.
    """
    header = mail.header
    if decided.last(mail.key, Action.SPLIT) is not None or _is_moved(mail, decided, subjects):
        return header._replace(in_reply_to=(), references=(), thread_index=None)
    kept = next((index for index, cited in enumerate(header.references) if cited in cut), None)
    if kept is not None:
        return header._replace(references=header.references[kept:], thread_index=None)
    return header


def _is_moved(mail: Mail, decided: Decided, subjects: Mapping[str, str]) -> bool:
    """Tell whether a person tied a mail to a request that its own evidence speaks against.

    On the same subject it answers both: the one it names and the one it was tied to.
    """
    joined = decided.last(mail.key, Action.JOIN)
    return joined is not None and subjects.get(joined.other or "") != base_subject(mail.header.subject)
