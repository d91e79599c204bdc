"""Mails of the office that nobody has seen, and that citizens' answers to them prove."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from mailsla.core.office.correspondents import Office
from mailsla.core.office.sides import Reading, Side
from mailsla.core.pairing.acknowledgement import speaks_of_receipt
from mailsla.core.pairing.conversation import Evidence, Link, cited_ids
from mailsla.core.pairing.one_mail import OneMail
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import Part


def with_unseen(
    links: Mapping[str, Link],
    found: Sequence[OneMail],
    readings: Mapping[str, Reading],
    office: Office,
    forgotten: Collection[str] = (),
) -> dict[str, Link]:
    """Add to each citizen's link the ids of our hosts that it names, and that no mail bears, nor a `forgotten` one did.

    An answer under an acknowledgement's subject names that acknowledgement: it proves nothing more.
    """
    held = {*forgotten, *(name for one in found for name in one.ids)}
    linked = dict(links)
    for one in found:
        header = one.mail.header
        if not (header.in_reply_to or header.references):
            continue
        if readings[one.mail.key].side is not Side.CITIZEN or speaks_of_receipt(header.subject):
            continue
        unseen = tuple(name for name in cited_ids(header) if name not in held and office.made(name))
        if unseen:
            linked[one.mail.key] = linked[one.mail.key]._replace(unseen=unseen)
    return linked


def named_as_unseen(links: Mapping[str, Link], requests: Iterable[Request]) -> dict[str, Link]:
    """Return the links of the mails that prove such a mail: what they answer is that, whatever else they name."""
    return {
        step.key: Link(Evidence.UNSEEN_REPLY, links[step.key].to, links[step.key].unseen)
        for request in requests
        for step in request.steps
        if step.part is Part.AFTER_UNSEEN
    }
