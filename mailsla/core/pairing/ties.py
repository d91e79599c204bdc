"""Ties: the names through which mails can influence each other. Mails that share none are derived apart.

They follow from a mail's header and from who the office is, not from where the mail lies, so that they are made
once; a decision that joins two mails adds one. A tie too many costs time; one too few would falsify.
"""

from __future__ import annotations

import hashlib

from mailsla.core.mail.header import Header
from mailsla.core.mail.message_ids import looks_unique
from mailsla.core.office.authorship import without_marks
from mailsla.core.office.correspondents import Office, requesters
from mailsla.core.office.kind_here import kind_here
from mailsla.core.office.sides import is_letter, looks_like_a_form, written_to
from mailsla.core.pairing.conversation import cited_ids, correspondents
from mailsla.core.pairing.fingerprint import fingerprint
from mailsla.core.pairing.one_mail import origin
from mailsla.core.pairing.recipient_matching import MOST_RECIPIENTS

TIES_VERSION = 7
"""Raised whenever the code makes other ties of the same header; all are then made again."""


def ties(header: Header, office: Office) -> tuple[int, ...]:
    """Return the ties of a mail, sorted, as 63-bit digests: no address stands in the store's index."""
    return tuple(sorted({tie(name) for name in tie_names(header, office)}))


def ties_of_counted(header: Header, office: Office) -> tuple[int, ...]:
    """Return what ties a mail that a person said to be a citizen's to the replies that evidence 4 may find."""
    citizens = {*requesters(header, office), *written_to(header, office)}
    return tuple(sorted(tie(f"who:{address}") for address in citizens))


def tie(name: str) -> int:
    """Return the digest of a tie's name."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1


def tie_of_decision(number: int) -> int:
    """Return the tie between the mail and the request that a decision joins."""
    return tie(f"decided:{number}")


DECIDE_NO_TIE = frozenset(
    {
        "Service.name",  # a tie knows who is of the office, not in which service
        "Service.mailboxes",  # where a mail lies ties nothing
        "Service.keywords",  # nor does what agents put on it
        "Office.trusted_authserv_id",  # every mail that bears an address of ours is tied, believed or not
        "Office.networks",  # the same
        "Office.copies_are_trusted",  # the same
        "Office.message_id_hosts",  # whoever cites an id is tied to whoever bears it, wherever it was made
        "Service.head",  # where alerts go; a head's own address is among the office's
    }
)
"""Fields that decide no tie."""


def ties_digest(office: Office) -> str:
    """Return the name of the rules by which ties are made; equal rules have equal names."""
    return fingerprint((TIES_VERSION, office), without=DECIDE_NO_TIE)


def forms_digest(office: Office) -> str:
    """Return the name of the site's forms; equal forms have equal names, and no form at all has none."""
    return fingerprint(office.forms) if office.forms else ""


def tie_names(header: Header, office: Office) -> set[str]:
    """Return what ties a mail: the ids it names, its Thread-Index with each citizen, who can be answered.

    Without an id made for one mail, when it was sent and by whom: another may be the same one.
    """
    names = {f"id:{named}" for named in (*cited_ids(header), header.message_id, origin(header)) if named}
    if not looks_unique(header.message_id or ""):
        names.add(f"sent:{header.sent_at}:{','.join(sorted(header.senders))}")
    if header.thread_index:
        outside = office.outside(correspondents(header))
        names.update(f"ti:{header.thread_index}:{address}" for address in outside)
    names.update(f"who:{address}" for address in _reachable(header, office))
    return names


def _reachable(header: Header, office: Office) -> tuple[str, ...]:
    """Return the citizens through whom evidence 4 may tie this mail."""
    is_form = office.is_form(header)
    # A mark may be forged: what counts as a letter without it can be tied.
    if not is_form and not is_letter(header, kind_here(without_marks(header), office).kind, office):
        return ()
    if is_form or not office.wrote(header) or looks_like_a_form(header, office):
        return (*requesters(header, office), *written_to(header, office))
    outside = written_to(header, office)
    return outside if len(outside) <= MOST_RECIPIENTS else ()
