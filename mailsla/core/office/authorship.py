"""Did the office write it? A From proves nothing: what a mail's trace, its places and the site say of it.

A server writes above what it was given. So what can be believed of a trace is what stands above the first hop that did
not come from a machine of ours, that hop itself, and nothing below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from mailsla.core.mail.authentication_results import AUTH, DMARC, FAIL, PASS, Said
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.trace_information import Hop, Trace, read_trace
from mailsla.core.office.correspondents import Office


def trace_of(header: Header, office: Office) -> Trace | None:
    """Return the trace of a header as it was read; None when its fields were not asked for.

    Of a mail that is not ours, only what tells a mark of our own server from a forged one: not from where a citizen
    writes. Of ours, not from where an agent logged in.
    """
    if header.trace_fields is None:
        return None
    if office.wrote(header) or office.is_form(header):
        return read_trace(header.trace_fields, lambda hop: not _was_submitted(hop, office))
    return read_trace(header.trace_fields, lambda hop: _is_inside(hop, office), with_results=False)


def is_believed(mail: Mail, office: Office) -> bool:
    """Tell whether a mail that bears an address of ours is believed to be ours.

    One copy is enough: whoever returns a reply of ours to us, with whatever its way adds, takes nothing from the one
    that was seen among the sent mails. A copy whose trace was never asked for is believed, as it was.
    """
    return not mail.copies or any(_is_believed(copy, mail.header, office) for copy in mail.copies)


def _is_believed(copy: Copy, header: Header, office: Office) -> bool:
    trace = copy.trace
    if trace is None or not trace.is_whole:
        # Collected before that was asked for, or before the site said that this address is ours.
        return True
    inner = inner_hops(trace, office)
    said = [
        said
        for results in trace.results
        if results.server == office.trusted_authserv_id and results.below <= inner
        for said in results.said
    ]
    if any((item.method, item.result) == (DMARC, FAIL) for item in said):
        return False
    return (
        office.copies_are_trusted
        or copy.imported
        or copy.role is MailboxRole.SENT
        or inner == len(trace.hops)
        or any(_was_submitted(hop, office) for hop in trace.hops[: inner + 1])
        or any(_vouches(item, header, office) for item in said)
    )


def inner_hops(trace: Trace, office: Office) -> int:
    """Return how many hops, from the topmost, only went from one machine of ours to another.

    As many as there are when the mail never was elsewhere, or bears none: who put it there could log in.
    """
    for at, hop in enumerate(trace.hops):
        if not _is_inside(hop, office):
            return at
    return len(trace.hops)


def _is_inside(hop: Hop, office: Office) -> bool:
    return office.has_host(hop.by) and all(map(office.has_machine, hop.addresses))


def _was_submitted(hop: Hop, office: Office) -> bool:
    return hop.is_submitted and office.has_host(hop.by)


def _vouches(said: Said, header: Header, office: Office) -> bool:
    """Tell whether a result of our own server says that a mail is ours. An SPF failure says nothing."""
    if said.result != PASS:
        return False
    if said.method == AUTH:
        return True
    if said.method == DMARC:
        # It is about the domain of From, which is ours, or that of an address of ours.
        return said.domain in {"", *(address.rpartition("@")[2] for address in header.senders)}
    return office.has_host(said.domain)


def without_forged_marks(mail: Mail, office: Office) -> Header:
    """Return a mail's header without the marks that only our own server, or mailsla itself, could have put on it.

    `X-Spam-Flag` counts above our own hop, and in Junk; `X-Mailsla`, on a mail that is believed to be ours.
    """
    header = mail.header
    if not header.has_any(MARKS) or not mail.copies or any(copy.trace is None for copy in mail.copies):
        return header
    is_flagged, is_alert = header.has("x-spam-flag"), header.has("x-mailsla")
    forged = set()
    if is_flagged and not _is_flagged_by_us(mail, office):
        forged.add("x-spam-flag")
    if is_alert and not (office.wrote(header) and is_believed(mail, office)):
        forged.add("x-mailsla")
    return without_marks(header, forged) if forged else header


MARKS = frozenset({"x-spam-flag", "x-mailsla"})
"""Names of the kept fields by which our own server, or mailsla itself, marks a mail; anybody may write them too."""


def without_marks(header: Header, names: Container[str] = MARKS) -> Header:
    """Return a header without the kept fields of these names."""
    if not header.has_any(names):
        return header
    return header._replace(kept=tuple(item for item in header.kept if item[0] not in names))


def _is_flagged_by_us(mail: Mail, office: Office) -> bool:
    if MailboxRole.JUNK in mail.roles:
        return True
    traces = [copy.trace for copy in mail.copies if copy.trace is not None]
    return any(trace.flagged is not None and trace.flagged <= inner_hops(trace, office) for trace in traces)


def vouching_server(traces: Iterable[Trace], office: Office) -> str:
    """Return the authserv-id that most often stands where only our own server writes; empty when none does."""
    seen = Counter(
        name
        for trace in traces
        for name in {item.server for item in trace.results if item.below <= inner_hops(trace, office)}
    )
    return min(seen, key=lambda name: (-seen[name], name), default="")
