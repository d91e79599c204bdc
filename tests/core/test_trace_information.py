"""The trace of a mail: what servers wrote above it, read from any bytes with bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.mail.authentication_results import (
    MOST_SAID,
    MOST_SEGMENTS,
    Results,
    Said,
    read_results,
)
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.trace_information import (
    LONGEST_FIELD,
    MOST_ADDRESSES,
    MOST_FIELDS,
    MOST_HOPS,
    MOST_RESULTS,
    NOWHERE,
    UNREADABLE,
    Hop,
    Trace,
    read_hop,
    read_trace,
)

DATE = "; Tue, 3 Nov 2026 08:30:00 +0100"
DMARC = Said("dmarc", "pass", "pref.example.fr")


def always(_hop: Hop) -> bool:
    return True


def never(_hop: Hop) -> bool:
    return False


@pytest.mark.parametrize(
    ("written", "hop"),
    [
        # Postfix, then Dovecot on another machine, then on the same one
        (
            f"from a.fr (a.fr [198.51.100.7])\n\tby MX.c.fr (Postfix) with ESMTPS id 4F\n\tfor <b@c.fr>{DATE} (CET)",
            Hop("mx.c.fr", ("198.51.100.7",)),
        ),
        (
            f"from mx.example.fr ([10.1.2.3])\n\tby imap.example.fr with LMTP\n\tid zz (envelope-from <a@x>){DATE}",
            Hop("imap.example.fr", ("10.1.2.3",)),
        ),
        (f"from mx.example.fr by imap.example.fr with LMTP id zz{DATE}", Hop("imap.example.fr", ())),
        # who logged in: RFC 3848, Postfix, Courier, MAPI
        (f"from a.b (c [192.0.2.1]) by mx.fr with ESMTPSA id 1{DATE}", Hop("mx.fr", ("192.0.2.1",), True)),
        (
            f"from [192.168.1.4] (unknown [192.0.2.1])\n (Authenticated sender: ag) by mx.fr with ESMTP{DATE}",
            Hop("mx.fr", ("192.0.2.1", "192.168.1.4"), True),
        ),
        (f"from a (b [192.0.2.1]) (AUTH: LOGIN ag) by mx.fr with ESMTP{DATE}", Hop("mx.fr", ("192.0.2.1",), True)),
        (f"from EX1 ([fe80::1%14]) by ex1.fr ([fe80::2%14]) with mapi id 1{DATE}", Hop("ex1.fr", ("fe80::1",), True)),
        # a web server's own mail
        (f"by www.example.fr (Postfix, from userid 33) id 4{DATE}", Hop("www.example.fr", (), True)),
        (f"from www-data by www.example.fr with local (Exim 4.96) id 1{DATE}", Hop("www.example.fr", (), True)),
        # Exchange, qmail, Exim, and IPv6
        (
            f"from EX1.local (10.1.2.3) by EX2.local\n (10.1.2.4) with Microsoft SMTP Server (TLS) id 15.1{DATE}",
            Hop("ex2.local", ("10.1.2.3",)),
        ),
        (f"from unknown (HELO x) (192.0.2.1) by y.fr with SMTP{DATE}", Hop("y.fr", ("192.0.2.1",))),
        (f"from [192.0.2.1]:25 (helo=x) by y.fr with esmtp (Exim 4.96) id 1{DATE}", Hop("y.fr", ("192.0.2.1",))),
        (f"from x (192.0.2.1:4512) by y.fr with HTTP{DATE}", Hop("y.fr", ("192.0.2.1",))),
        (f"from a (b [IPv6:2001:db8::1]) by c.fr{DATE}", Hop("c.fr", ("2001:db8::1",))),
        (f"from a ([::ffff:10.0.0.1]) by c.fr{DATE}", Hop("c.fr", ("10.0.0.1",))),
        # what only looks like an address is one of nowhere; a name or a version is none
        (f"from a ([10.0.0.1] 10.0.0.999) by c.fr{DATE}", Hop("c.fr", ("10.0.0.1", NOWHERE))),
        (f"from a ([10.0.0.1] 1::2::3) by c.fr{DATE}", Hop("c.fr", ("10.0.0.1", NOWHERE))),
        (f"from de.fe ([10.0.0.1] 8.14.4 256/256 10.0.0.2.isp.fr) by c.fr{DATE}", Hop("c.fr", ("10.0.0.1",))),
        (f"from a (b) by c.fr with ESMTP{DATE}", Hop("c.fr", (NOWHERE,))),
        (f"from a (10.0.0.1 ::2 ::3 ::4) by c.fr{DATE}", Hop("c.fr", ("10.0.0.1", "::2", "::3", "::4"))),
        (f"from a (10.0.0.1 ::2 ::3 ::4 ::5) by c.fr{DATE}", Hop("c.fr", (NOWHERE,))),
        ("from a ([10.0.0.1]) by c.fr.; x", Hop("c.fr", ("10.0.0.1",))),
        ("by c.fr;", Hop("c.fr", ())),
        ("from a by c.fr with LMTP; x", Hop("c.fr", ())),
        ('from "a by (b" ([10.0.0.1]) by c.fr', Hop("c.fr", ("10.0.0.1",))),
        ('from "a \\" by (b" ([10.0.0.1]) by c.fr', Hop("c.fr", ("10.0.0.1",))),
        ("from a ([10.0.0.1]) by c.fr via d via e", UNREADABLE),
        # nothing says who wrote it, or two things do
        (f"from by (u [10.0.0.1]) by c.fr{DATE}", UNREADABLE),
        (f"from a by c.fr (u [192.0.2.1]) by d.fr{DATE}", UNREADABLE),
        (f"from with (u [192.0.2.1]) by c.fr id 4{DATE}", UNREADABLE),
        (f"from a (b ([10.0.0.1] by c.fr{DATE}", UNREADABLE),
        (f"from a) by c.fr{DATE}", UNREADABLE),
        (f"from a by (x) c.fr{DATE}", UNREADABLE),
        (f"from a by 2002:a05::1 with SMTP{DATE}", UNREADABLE),
        ("(qmail 12 invoked by uid 89)", UNREADABLE),
        ("with LMTP id 1", UNREADABLE),
        ("by", UNREADABLE),
        ("", UNREADABLE),
    ],
)  # fmt: skip
def test_a_hop_says_who_had_a_mail_from_where(written: str, hop: Hop) -> None:
    assert read_hop(written) == hop


def test_a_hop_that_cannot_be_read_is_nobody_s() -> None:
    assert Hop("", (NOWHERE,)) == UNREADABLE
    assert read_hop(f"by {'a' * 256}") == UNREADABLE
    assert read_hop(f"by {'a' * 255}") == Hop("a" * 255, ())
    assert MOST_ADDRESSES == 4


@given(
    helo=st.sampled_from(["a.example.org", "localhost", "de.fe", "by.from", "10.a.b"]),
    rdns=st.sampled_from(["", "a.example.org ", "unknown ", "de.fe "]),
    address=st.sampled_from(["192.0.2.1", "10.0.0.999", "1.2.3.4"]),
    protocol=st.sampled_from(["ESMTP", "esmtpsa", "LMTP", "LMTPA", "local"]),
    end=st.sampled_from(["", " for <a+b@example.fr>"]),
)
def test_the_usual_form_says_what_the_whole_reader_says(
    helo: str, rdns: str, address: str, protocol: str, end: str
) -> None:
    usual = f"from {helo} ({rdns}[{address}])\n\tby mx.example.fr (Postfix) with {protocol} id 4F{end}{DATE}"

    # A comment more, and the form is no longer the usual one.
    assert read_hop(usual) == read_hop(f"{usual} (a) (b)")


@pytest.mark.parametrize(
    ("written", "results"),
    [
        ("mx.fr; dmarc=pass header.from=pref.example.fr", Results("mx.fr", 0, (DMARC,))),
        (
            "MX.FR 1 ;\n\tDMARC = Pass (p=none) header . from = Pref.Example.FR.",
            Results("mx.fr", 0, (DMARC,)),
        ),
        ("(a (b) c) mx.fr (d); dmarc/1=pass header.from=pref.example.fr;", Results("mx.fr", 0, (DMARC,))),
        ("mx.fr; dmarc=fail", Results("mx.fr", 0, (Said("dmarc", "fail"),))),
        ("mx.fr; dmarc=none; spf=fail smtp.mailfrom=a@x.fr; dkim=fail header.d=x.fr", Results("mx.fr", 0)),
        ("mx.fr; dmarc=passed; xdmarc=pass; arc=pass; dmarc pass; =pass", Results("mx.fr", 0)),
        ("mx.fr; none", Results("mx.fr", 0)),
        ("mx.fr", Results("mx.fr", 0)),
        (
            "mx.fr; dkim=pass header.i=@a.fr header.d=b.fr",
            Results("mx.fr", 0, (Said("dkim", "pass", "b.fr"),)),
        ),
        ("mx.fr; dkim=pass header.i=x@a.fr", Results("mx.fr", 0, (Said("dkim", "pass", "a.fr"),))),
        (
            "mx.fr; dkim=pass header.d=a.fr header.d=b.fr",
            Results("mx.fr", 0, (Said("dkim", "pass", "a.fr"),)),
        ),
        (
            "mx.fr; spf=pass smtp.helo=b.fr smtp.mailfrom=x@a.fr",
            Results("mx.fr", 0, (Said("spf", "pass", "a.fr"),)),
        ),
        ("mx.fr; spf=pass smtp.helo=b.fr", Results("mx.fr", 0, (Said("spf", "pass", "b.fr"),))),
        ("mx.fr; spf=pass", Results("mx.fr", 0, (Said("spf", "pass"),))),
        ("mx.fr; spf=pass smtp.mailfrom=a/b", Results("mx.fr", 0, (Said("spf", "pass"),))),
        ("mx.fr; auth=pass smtp.auth=agent@x.fr", Results("mx.fr", 0, (Said("auth", "pass"),))),
        # DMARC first, and nothing twice
        (
            "mx.fr; dkim=pass header.d=a.fr; dkim=pass header.d=a.fr; dmarc=pass header.from=pref.example.fr",
            Results("mx.fr", 0, (DMARC, Said("dkim", "pass", "a.fr"))),
        ),
        # what a sender wrote stays in its quotes, and in its comment
        (
            'mx.fr; spf=pass smtp.mailfrom="a; dmarc=pass \\" header.from=b.fr"@x.fr',
            Results("mx.fr", 0, (Said("spf", "pass", "x.fr"),)),
        ),
        ("mx.fr; dm(c)arc=pass; dmarc=pa(c)ss", Results("mx.fr", 0)),
        (f"mx.fr; spf=pass smtp.helo={'a' * 255}", Results("mx.fr", 0, (Said("spf", "pass", "a" * 255),))),
        (f"mx.fr; spf=pass smtp.helo={'a' * 256}", Results("mx.fr", 0, (Said("spf", "pass"),))),
        ('mx.fr; spf=none reason="; dmarc=pass"', Results("mx.fr", 0)),
        ("mx.fr; spf=none (; dmarc=pass (x) ; dmarc=pass)", Results("mx.fr", 0)),
        ("mx.fr; spf=none (; dmarc=pass", Results("mx.fr", 0)),
        ("mx.fr) ; dmarc=fail", Results("mx.fr", 0, (Said("dmarc", "fail"),))),
        ('"mx.fr"; dmarc=fail', Results("mx.fr", 0, (Said("dmarc", "fail"),))),
        # nobody says so: Exchange Online, an empty field, more than a name
        ("spf=pass smtp.mailfrom=x.fr; dmarc=pass", None),
        ("", None),
        ("; dmarc=pass", None),
        ("(mx.fr); dmarc=pass", None),
        ("mx.fr other; dmarc=pass", None),
        ("mx.fr 1 2; dmarc=pass", None),
    ],
)
def test_a_server_says_what_it_verified(written: str, results: Results | None) -> None:
    assert read_results(written, 0) == results


def test_results_are_bounded_and_dmarc_is_never_pushed_out() -> None:
    keys = "".join(f"dkim=pass header.d=a{number}.fr;" for number in range(MOST_SAID))

    full = read_results(f"mx.fr; {keys} dmarc=fail", 2)
    late = read_results(f"mx.fr; {'x=y;' * (MOST_SEGMENTS - 1)} dmarc=fail", 2)
    beyond = read_results(f"mx.fr; {'x=y;' * MOST_SEGMENTS} dmarc=fail", 2)

    fail = Said("dmarc", "fail")
    assert full is not None
    assert (full.below, len(full.said), full.said[0]) == (2, MOST_SAID, fail)
    assert (late, beyond) == (Results("mx.fr", 2, (fail,)), Results("mx.fr", 2))
    assert read_results("a" * 255, 0) == Results("a" * 255, 0)
    assert read_results("a" * 256, 0) is None


def test_what_stands_at_a_cut_end_is_left_out() -> None:
    assert read_results("mx.fr; spf=pass; dmarc=pass header.from=pref", 0, is_cut=True) == Results(
        "mx.fr", 0, (Said("spf", "pass"),)
    )
    assert read_results("mx.fr", 0, is_cut=True) is None


def test_a_trace_keeps_the_order_of_what_servers_wrote() -> None:
    fields = (
        ("authentication-results", "a.fr; auth=pass"),
        ("x-spam-flag", " no"),
        ("received", "by b.fr"),
        ("x-spam-flag", " Yes "),
        ("authentication-results", "b.fr; auth=pass"),
        ("authentication-results", "; auth=pass"),
        ("received", "from c ([10.0.0.1]) by c.fr"),
        ("x-spam-flag", "yes"),
    )
    said = (Said("auth", "pass"),)

    whole = Trace(
        (Hop("b.fr", ()), Hop("c.fr", ("10.0.0.1",))), (Results("a.fr", 0, said), Results("b.fr", 1, said)), 1
    )
    assert read_trace(fields, always) == whole
    assert read_trace((), always) == Trace((), (), None)


def test_a_trace_ends_where_nothing_decides_any_more_and_does_not_say_from_where_it_came() -> None:
    fields = (
        ("authentication-results", "a.fr; auth=pass"),
        ("received", "from c ([192.0.2.1]) by c.fr with ESMTPA"),
        ("authentication-results", "c.fr; auth=pass"),
        ("received", "by d.fr"),
    )

    assert read_trace(fields, never, with_results=False) == Trace(
        (Hop("c.fr", (NOWHERE,), True),), (Results("a.fr", 0),), is_whole=False
    )


def test_a_trace_is_bounded_and_what_is_beyond_is_nobody_s() -> None:
    hops = read_trace([("received", "by c.fr")] * (MOST_HOPS + 5), always).hops
    results = read_trace([("authentication-results", "c.fr; auth=pass")] * (MOST_RESULTS + 1), always)
    many = [("authentication-results", "c.fr")] * (MOST_FIELDS - 1)

    assert hops == (*(Hop("c.fr", ()),) * MOST_HOPS, UNREADABLE)
    assert (results.hops, len(results.results)) == ((), MOST_RESULTS)
    assert read_trace(many, always).hops == ()
    assert read_trace([*many, ("x-spam-flag", "no")], always).hops == (UNREADABLE,)


def test_a_field_too_long_loses_what_stands_last() -> None:
    long = f"c.fr; auth=pass; {'a' * LONGEST_FIELD}; dmarc=pass"
    cut = "c.fr; auth=pass;" + " " * (LONGEST_FIELD - 26) + "dmarc=pass"

    [results] = read_trace([("authentication-results", long)], always).results
    [whole] = read_trace([("authentication-results", cut)], always).results
    [short] = read_trace([("authentication-results", f"{cut}!")], always).results

    assert len(cut) == LONGEST_FIELD
    assert results.said == short.said == (Said("auth", "pass"),)
    assert whole.said == (Said("dmarc", "pass"), Said("auth", "pass"))
    assert read_hop(f"by c.fr ({'a' * LONGEST_FIELD})") == UNREADABLE


def test_the_fields_of_a_trace_are_read_in_the_header_s_order_folded_as_they_came() -> None:
    header = read_header(
        b"X-SPAM-Flag: YES\r\nReceived: from a\r\n\tby b\r\nSubject: s\r\nauthentication-results: x\r\n"
        b"Received: " + b"c" * 9000 + b"\r\nFrom: a@x.fr\r\n\r\nReceived: body"
    )
    hostile = read_header(b"From: a@x.fr\r\n" + b"Received: by c.fr\r\n" * 5000)

    assert header.trace_fields == (
        ("x-spam-flag", " YES"),
        ("received", " from a\n\tby b"),
        ("authentication-results", " x"),
        ("received", " " + "c" * LONGEST_FIELD),
    )
    assert len(hostile.trace_fields or ()) == MOST_FIELDS


@given(st.text(max_size=300), st.integers(0, 9))
def test_any_text_is_read(written: str, below: int) -> None:
    assert read_hop(written).by == read_hop(written).by.lower()
    assert getattr(read_results(written, below), "below", below) == below


@pytest.mark.parametrize(
    "written",
    [
        "(",
        ")",
        '"',
        "\\",
        "a.",
        "a",
        "a ",
        "a=b ",
        "a . ",
        ":",
        "1.",
        "1:",
        " ",
        ";",
        "from ",
        "mx; a=b c.",
        "mx; a=",
    ],
)
def test_hostile_fields_take_no_longer_than_their_size(written: str) -> None:
    hostile = (written * LONGEST_FIELD)[:LONGEST_FIELD]
    begun = time.process_time()

    read_hop(hostile)
    read_hop(f"from {hostile} by c.fr")
    read_results(hostile, 0)
    read_results(f"mx.fr; dmarc=pass {hostile}", 0)

    assert time.process_time() - begun < 1
