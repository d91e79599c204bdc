"""Did the office write it? Of a mail that bears our address, what its trace, its places and the site say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.mail.authentication_results import Results, Said
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.trace_information import NOWHERE, UNREADABLE, Hop, Trace
from mailsla.core.office.authorship import (
    inner_hops,
    is_believed,
    trace_of,
    vouching_server,
    without_forged_marks,
    without_marks,
)
from mailsla.core.office.correspondents import Office
from tests.factories import CITIZEN, CONTACT, OFFICE, mail

SERVER = "mx.pref.example.fr"
TRUSTING = replace(OFFICE, trusted_authserv_id=SERVER)
INSIDE = Hop(SERVER, ("10.1.2.3",))
BORDER = Hop(SERVER, ("203.0.113.9",))
ELSEWHERE = Hop("mx.example.net", ("203.0.113.9",))
FORGED = Trace((BORDER,))


def ours(*traces: Trace | None, role: MailboxRole = MailboxRole.INBOX, imported: bool = False) -> Mail:
    copies = [Copy("contact", "x", role, imported=imported, trace=trace) for trace in traces]
    return mail("2026-03-02 09:00", by=CONTACT, to=CITIZEN, copies=copies)


def said(
    method: str, result: str = "pass", domain: str = "", *, below: int = 0, server: str = SERVER
) -> Trace:
    return Trace((BORDER,), (Results(server, below, (Said(method, result, domain),)),))


@pytest.mark.parametrize(
    ("trace", "office", "is_ours"),
    [
        (None, OFFICE, True),
        (Trace(), OFFICE, True),
        (FORGED, OFFICE, False),
        (Trace((INSIDE,)), OFFICE, True),
        (Trace((INSIDE, BORDER)), OFFICE, False),
        (Trace((BORDER, INSIDE)), OFFICE, False),
        (Trace((Hop("mx.example.net", ()),)), OFFICE, False),
        (Trace((UNREADABLE,)), OFFICE, False),
        (FORGED, replace(OFFICE, networks=("203.0.113.0/24",)), True),
        (Trace((Hop(SERVER, ("10.1.2.3", "203.0.113.9")),)), OFFICE, False),
        # an authenticated submission, in our own hop and nowhere else
        (Trace((BORDER._replace(is_submitted=True),)), OFFICE, True),
        (Trace((INSIDE, BORDER._replace(is_submitted=True))), OFFICE, True),
        (Trace((ELSEWHERE._replace(is_submitted=True),)), OFFICE, False),
        (Trace((BORDER, BORDER._replace(is_submitted=True))), OFFICE, False),
        # what our own server verified
        (said("dmarc", domain="pref.example.fr"), TRUSTING, True),
        (said("dmarc"), TRUSTING, True),
        (said("dmarc", domain="example.net"), TRUSTING, False),
        (said("dkim", domain="pref.example.fr"), TRUSTING, True),
        (said("dkim", domain="a.pref.example.fr"), TRUSTING, True),
        (said("dkim", domain="example.net"), TRUSTING, False),
        (said("dkim"), TRUSTING, False),
        (said("spf", domain="pref.example.fr"), TRUSTING, True),
        (said("spf", domain="example.net"), TRUSTING, False),
        (said("auth"), TRUSTING, True),
        (said("auth"), OFFICE, False),
        (said("auth", server="mx.example.net"), TRUSTING, False),
        (said("auth", below=1), TRUSTING, False),
        (Trace((INSIDE, BORDER), said("auth", below=1).results), TRUSTING, True),
        (Trace((INSIDE, BORDER), said("auth", below=2).results), TRUSTING, False),
        # DMARC failed
        (Trace((INSIDE,), said("dmarc", "fail").results), TRUSTING, False),
        (Trace((INSIDE,), said("dmarc", "fail").results), OFFICE, True),
        (Trace((BORDER,), said("dmarc", "fail").results + said("auth").results), TRUSTING, False),
        (
            Trace((BORDER._replace(is_submitted=True),), said("dmarc", "fail", below=1).results),
            TRUSTING,
            True,
        ),
    ],
)
def test_a_copy_is_believed_by_what_its_trace_says(
    trace: Trace | None, office: Office, is_ours: bool
) -> None:
    assert is_believed(ours(trace), office) is is_ours


@pytest.mark.parametrize("trace", [FORGED, said("dmarc", "fail")], ids=["forged", "failed"])
def test_places_and_the_site_are_believed_but_against_dmarc(trace: Trace) -> None:
    believed = trace == FORGED

    assert is_believed(ours(trace, role=MailboxRole.SENT), TRUSTING) is believed
    assert is_believed(ours(trace, imported=True), TRUSTING) is believed
    assert is_believed(ours(trace), replace(TRUSTING, copies_are_trusted=True)) is believed
    assert not is_believed(ours(trace), TRUSTING)


def test_one_copy_is_enough_so_that_nobody_takes_a_reply_back_by_returning_it() -> None:
    returned = Copy("contact", "INBOX", MailboxRole.INBOX, trace=said("dmarc", "fail"))
    kept = Copy("contact", "Sent", MailboxRole.SENT, trace=Trace())
    both = mail("2026-03-02 09:00", by=CONTACT, to=CITIZEN, copies=[returned, kept])

    assert is_believed(both, TRUSTING)
    assert not is_believed(both._replace(copies=(returned,)), TRUSTING)
    assert is_believed(both._replace(copies=(returned, kept._replace(trace=None))), TRUSTING)
    assert is_believed(ours(), TRUSTING)


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("10.0.0.1", True),
        ("172.31.255.255", True),
        ("172.32.0.0", False),
        ("192.168.0.1", True),
        ("127.0.0.1", True),
        ("169.254.1.1", True),
        ("::1", True),
        ("fe80::1", True),
        ("fd00::1", True),
        ("2001:db8::1", False),
        ("192.0.2.1", False),  # Python takes what is kept for documentation as private
        ("100.64.0.1", False),  # shared by the customers of a provider (RFC 6598)
        ("0.0.0.0", False),
        (NOWHERE, False),
        ("", False),
    ],
)
def test_a_machine_is_ours_on_a_private_network_or_a_declared_one(address: str, is_ours: bool) -> None:
    assert OFFICE.has_machine(address) is is_ours
    assert replace(OFFICE, networks=("0.0.0.0/1", "128.0.0.0/1", "2001:db8::/32")).has_machine(address) is (
        address not in {NOWHERE, ""}
    )


def fields(*values: str, by: str = CONTACT) -> Header:
    named = tuple(tuple(value.split(": ", 1)) for value in values)
    return Header(senders=(by,), trace_fields=tuple((name, value) for name, value in named))


PATH = (
    "received: from a ([10.1.2.3]) by mx.pref.example.fr",
    "authentication-results: mx.pref.example.fr; spf=pass smtp.mailfrom=a@example.org",
    "received: from b ([203.0.113.9]) by mx.pref.example.fr with ESMTPA",
    "received: from c ([198.51.100.1]) by mx.example.net",
)


def test_of_a_citizen_s_mail_no_address_nor_result_is_kept() -> None:
    trace = trace_of(fields(*PATH, by=CITIZEN), OFFICE)

    assert trace == Trace(
        (INSIDE, Hop(SERVER, (NOWHERE,), is_submitted=True)),
        (Results(SERVER, 1),),
        is_whole=False,
    )
    assert inner_hops(trace, OFFICE) == 1


def test_of_a_mail_of_ours_or_of_a_form_the_way_is_kept_down_to_who_logged_in() -> None:
    submitted = Hop(SERVER, (NOWHERE,), is_submitted=True)
    results = (Results(SERVER, 1, (Said("spf", "pass", "example.org"),)),)
    way = (*PATH[:2], "received: from b ([203.0.113.9]) by mx.pref.example.fr", PATH[3])

    assert trace_of(fields(*PATH), OFFICE) == Trace((INSIDE, submitted), results)
    assert trace_of(fields(*way), OFFICE) == Trace(
        (INSIDE, BORDER, Hop("mx.example.net", ("198.51.100.1",))), results
    )
    assert trace_of(fields(*way, by="formulaire@pref.example.fr"), OFFICE) == trace_of(fields(*way), OFFICE)
    assert trace_of(
        fields("received: from c ([198.51.100.1]) by mx.example.net with ESMTPA", PATH[0]), OFFICE
    ) == Trace((Hop("mx.example.net", ("198.51.100.1",), is_submitted=True), INSIDE))
    assert trace_of(Header(senders=(CONTACT,)), OFFICE) is None


FLAG, ALERT = ("x-spam-flag", "YES"), ("x-mailsla", "alert")


@pytest.mark.parametrize(
    ("trace", "role", "left"),
    [
        (None, MailboxRole.INBOX, (FLAG,)),
        (Trace((BORDER,), flagged=0), MailboxRole.INBOX, (FLAG,)),
        (Trace((BORDER,), flagged=1), MailboxRole.INBOX, ()),
        (Trace((BORDER,), flagged=1), MailboxRole.JUNK, (FLAG,)),
        (Trace((INSIDE, BORDER), flagged=1), MailboxRole.INBOX, (FLAG,)),
        (Trace((INSIDE, BORDER)), MailboxRole.INBOX, ()),
    ],
)
def test_a_mark_of_spam_counts_above_our_own_hop_and_in_junk(
    trace: Trace | None, role: MailboxRole, left: tuple[tuple[str, str], ...]
) -> None:
    copies = [Copy("contact", "x", role, trace=trace)]
    flagged = mail("2026-03-02 09:00", kept=[FLAG], copies=copies)

    assert without_forged_marks(flagged, OFFICE).kept == left


def test_one_copy_that_our_server_marked_is_spam() -> None:
    marked, other = (
        Copy("contact", "x", MailboxRole.INBOX, trace=Trace((BORDER,), flagged=at)) for at in (0, None)
    )
    flagged = mail("2026-03-02 09:00", kept=[FLAG], copies=[other, marked])

    assert without_forged_marks(flagged, OFFICE).kept == (FLAG,)
    assert without_forged_marks(flagged._replace(copies=(other,)), OFFICE).kept == ()


def test_a_mark_of_mailsla_counts_on_a_mail_that_is_proven_ours() -> None:
    copies = [Copy("contact", "INBOX", MailboxRole.INBOX, trace=FORGED)]
    marks = [("precedence", "bulk"), FLAG, ALERT]
    theirs = mail("2026-03-02 09:00", kept=marks, copies=copies)
    forged = mail("2026-03-02 09:00", by=CONTACT, kept=[ALERT], copies=copies)
    alert = forged._replace(copies=(Copy("contact", "Sent", MailboxRole.SENT),))

    assert without_forged_marks(theirs, OFFICE).kept == (("precedence", "bulk"),)
    assert without_forged_marks(forged, OFFICE).kept == ()
    assert without_forged_marks(alert, OFFICE).kept == (ALERT,)
    assert without_forged_marks(theirs._replace(copies=()), OFFICE).kept == tuple(marks)
    assert without_marks(theirs.header).kept == (("precedence", "bulk"),)
    assert without_marks(theirs.header, ["x-mailsla"]).kept == (("precedence", "bulk"), FLAG)
    assert without_marks(Header(kept=(("precedence", "bulk"),))).kept == (("precedence", "bulk"),)


def test_the_server_that_vouches_is_the_one_that_most_often_stands_above_our_own_hop() -> None:
    other = said("auth", server="mx.example.net")
    forged = said("auth", server="mx.example.org", below=1)
    twice = Trace((BORDER,), other.results * 3)

    assert vouching_server([said("auth"), other, said("spf"), forged, forged, forged], OFFICE) == SERVER
    assert vouching_server([said("auth"), twice], OFFICE) == "mx.example.net"
    assert vouching_server([forged, FORGED], OFFICE) == ""
    assert vouching_server([], OFFICE) == ""
