"""Headers as they come: any bytes give a header or set the message aside; clean mail reads as the library does."""

from __future__ import annotations

import email.policy
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.errors import MessageError
from mailsla.core.mail.addresses import parse_addresses, plain
from mailsla.core.mail.base_subject import base_subject, is_reply_subject
from mailsla.core.mail.dates import parse_date, parse_received
from mailsla.core.mail.encoded_words import decode_words, one_line, text_of
from mailsla.core.mail.header import Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.message_ids import parse_message_ids


def test_an_id_holds_no_control_character() -> None:
    assert parse_message_ids("<a\x00b\x1b.1@example.org>") == ("ab.1@example.org",)


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("<a.1@example.fr>", ("a.1@example.fr",)),
        ("<a@x.fr> <b@x.fr>\t<a@x.fr>", ("a@x.fr", "b@x.fr")),
        ("<a@x.fr><b@x.fr>", ("a@x.fr", "b@x.fr")),
        ("<abc\n def@x.fr>", ("abcdef@x.fr",)),
        ("<[8f3a-2]@exchange.example.fr>", ("[8f3a-2]@exchange.example.fr",)),
        ("a.1@example.fr", ("a.1@example.fr",)),
        ("a.1@example.fr\n b.2@example.org", ("a.1@example.fr", "b.2@example.org")),
        ("Votre message du 2 mars de camille@example.org", ()),
        ("Message du 2 mars <a@x.fr> (Camille)", ("a@x.fr",)),
        ("<tronque@exam", ("tronque@exam",)),
        ("<>", ()),
        ("", ()),
    ],
)
def test_message_ids_as_met_in_real_mail(written: str, ids: tuple[str, ...]) -> None:
    assert parse_message_ids(written) == ids


def test_a_thousand_ids_are_kept_the_first_and_the_last() -> None:
    ids = parse_message_ids(" ".join(f"<m{number}@x.fr>" for number in range(3000)))

    assert len(ids) == 1000
    assert (ids[0], ids[-1]) == ("m0@x.fr", "m2999@x.fr")


@pytest.mark.parametrize(
    "subject",
    [
        "Carte grise",
        "Re: Carte grise",
        "RE : Carte grise",
        "Rép\u00a0: Carte grise",
        "RÉP\u202f: RE: Carte  grise",
        "TR : Carte grise",
        "Fwd: Re[2]: Carte grise",
        "Re(3): carte grise",
        "[EXTERNE] RE : Carte grise",
        "RE: [SPAM?] Carte grise (fwd)",
        "[Fwd: Carte grise]",
        "AW: WG: Carte grise",
    ],
)
def test_the_base_subject_is_what_the_mail_is_about(subject: str) -> None:
    assert base_subject(subject) == "carte grise"


@pytest.mark.parametrize(
    "subject", ["Recours", "Retard : carte grise", "Transfert de dossier", "[préfecture]"]
)
def test_words_that_only_look_like_prefixes_stay(subject: str) -> None:
    assert base_subject(subject) == subject.casefold()


def test_replies_and_forwards_are_told_apart() -> None:
    assert is_reply_subject("Rép : TR : titre")
    assert not is_reply_subject("TR : titre")
    assert is_reply_subject("[EXT] TR : RE : titre")


@given(st.text(max_size=80))
def test_a_base_subject_has_no_base_but_itself(subject: str) -> None:
    assert base_subject(base_subject(subject)) == base_subject(subject)


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        ("Été", "Été"),
        ("=?utf-8?Q?=C3=89t=C3=A9?=", "Été"),
        ("=?UTF-8?B?w4l0w6k=?=", "Été"),
        ("=?iso-8859-1?Q?=C9t=E9?= civil", "Été civil"),
        ("=?utf-8?B?w4k=?=\n =?utf-8?B?dMOp?=", "Été"),  # adjacent words join
        ("=?utf-8?B?ww==?= =?utf-8?B?iXTDqQ==?=", "Été"),  # a character cut in two
        ("=?iso-8859-1?Q?=C3=89t=C3=A9?=", "Été"),  # a label that lies
        ("=?utf-8?Q?=C9t=E9?=", "Été"),  # and the other way round
        ("=?windows-1252?Q?l=92=E9t=E9?=", "l’été"),
        ("=?inconnu-99?Q?=C3=89t=C3=A9?=", "Été"),
        ("=?utf-8*fr?Q?=C3=89t=C3=A9?=", "Été"),
        ("=?utf-8?B?w4l0w6k?=", "Été"),  # no padding
        ("=?utf-8?Q?Un titre?=", "Un titre"),  # spaces inside
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("Titre\x1b[31m rouge\x07\u202e", "Titre [31m rouge"),
        ("un\u2028deux\x00trois", "un deux trois"),
    ],
)
def test_subjects_are_decoded_whatever_their_charset_says(written: str, decoded: str) -> None:
    assert decode_words(written) == decoded


def test_raw_8_bit_text_is_utf_8_or_else_windows_1252() -> None:
    assert text_of("Été".encode()) == "Été"
    assert text_of("l’été".encode("cp1252")) == "l’été"


@given(st.text(st.sampled_from("<<>>ab.1@ \t\n\x00\x7f\xa0é"), max_size=12) | st.text(max_size=30))
def test_an_id_alone_in_its_brackets_reads_as_amid_others(written: str) -> None:
    # What does not begin with a bracket is read the long way.
    for ids in (written, f"<{written}>"):
        assert parse_message_ids(ids) == parse_message_ids(f" {ids}")


@given(st.text(st.sampled_from("=_4aFgé \r\n"), max_size=12))
def test_a_word_s_escapes_are_two_hexadecimal_digits_whatever_stands_beside_them(written: str) -> None:
    said = written.replace("_", " ").encode()
    bytes_of = re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), said)

    assert decode_words(f"=?utf-8?q?{written}?=") == one_line(text_of(bytes_of))


@given(st.text(max_size=200) | st.binary(max_size=200).map(text_of))
def test_a_decoded_subject_never_holds_a_control_character(written: str) -> None:
    decoded = decode_words(written)

    assert not {unicodedata.category(character) for character in decoded} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("camille@example.org", ("camille@example.org",)),
        ("Camille Durand <Camille.Durand@Example.ORG>", ("camille.durand@example.org",)),
        ('"Durand, Camille" <c@x.fr>, d@y.fr', ("c@x.fr", "d@y.fr")),
        ('"x@piege.fr" <c@x.fr>', ("c@x.fr",)),
        ("Accueil : a@x.fr, B <b@x.fr>;, c@x.fr", ("a@x.fr", "b@x.fr", "c@x.fr")),
        ("undisclosed-recipients:;", ()),
        ("c@x.fr (Camille, de l'accueil)", ("c@x.fr",)),
        ("<@relais.fr,@autre.fr:c@x.fr>", ("c@x.fr",)),
        ("mailto:c@x.fr", ("c@x.fr",)),
        ("Camille c@x.fr", ("c@x.fr",)),
        ("'c@x.fr' <c@x.fr>", ("c@x.fr",)),
        ("éloïse@exemple-été.fr", ("éloïse@xn--exemple-t-i4ab.fr",)),
        ("<c@x.fr", ("c@x.fr",)),
        ("c@x.fr; d@y.fr", ("c@x.fr", "d@y.fr")),
        ("personne", ()),
        ("@", ()),
        ("<>", ()),
        ("a@b@c.fr", ("a@b@c.fr",)),
    ],
)
def test_addresses_as_met_in_real_mail(written: str, addresses: tuple[str, ...]) -> None:
    assert parse_addresses(written) == addresses


def test_a_tag_belongs_to_the_same_mailbox() -> None:
    assert plain("agent+etat-civil@example.fr") == "agent@example.fr"
    assert plain("+@example.fr") == "+@example.fr"


NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 23 Nov 2026 10:00:00 +0100",
        "Mon, 23 Nov 2026 10:00:00 +0100 (CET)",
        "23 Nov 2026 10:00 +0100",
        "Mon, 23 Nov 26 10:00:00 +0100",
        "Mon,23 Nov 2026 10:00:00 CET",
        "Mon, 23 Nov 2026 09:00:00 GMT",
        "Mon, 23 Nov 2026 09:00:00 -0000",
        "Mon, 23 Nov 2026 09:00:00",
        "lun., 23 nov. 2026 à 10:00:00 +0100",
        "lundi 23 novembre 2026 10:00:00 +0100",
        "Mon Nov 23 09:00:00 2026",
        "2026-11-23T10:00:00+01:00",
        "2026-11-23 09:00:00Z",
        "Mon, 23-Nov-2026 10:00:00 +0100",
        "Mon, 23 Nov 2026 04:00:00 EST",
        "Mon, 23 Nov 2026 09:00:00 XYZ",
    ],
)
def test_dates_of_every_form_name_one_instant(written: str) -> None:
    assert parse_date(written) == NOON


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hier",
        "Mon, 32 Nov 2026 10:00:00 +0100",
        "Mon, 23 Nov 2026 24:00:00 +0100",
        "Mon, 23 Nov 2026 10:60:00 +0100",
        "Mon, 23 Nov 2026 10:00:00 +9999",
        "Mon, 23 Brumaire 2026 10:00:00 +0100",
        "Mon, 23 Nov 0000 10:00:00 +0100",
        "31 Dec 9999 23:59:59 -1400",
        "99999-11-23T10:00:00Z",
    ],
)
def test_a_date_that_cannot_be_is_none(written: str) -> None:
    assert parse_date(written) is None


def test_the_hop_s_date_follows_its_last_semicolon() -> None:
    received = "from a (b; c) by d with LMTP id e; Mon, 23 Nov 2026 10:00:00 +0100 (CET)"

    assert parse_received(received) == NOON
    assert parse_received(received.replace("(CET)", "(CET; hiver)")) == NOON
    assert parse_received("from a by b; Mon, 23 Nov 2026 10:00:00 +0100; hier") is None


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001 (the zone is given below)
def test_every_date_that_the_library_writes_is_read_back(naive: datetime, minutes: int) -> None:
    at = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))

    assert parse_date(format_datetime(at)) == at


def raw(*lines: str, end: str = "\r\n") -> bytes:
    return end.join([*lines, "", ""]).encode("utf-8")


def test_a_whole_header_is_read() -> None:
    header = read_header(
        raw(
            "Received: from a by b; Mon, 23 Nov 2026 10:00:05 +0100",
            "Received: from c by a; Mon, 23 Nov 2026 10:00:01 +0100",
            "Message-ID: <m.1@example.org>",
            "Date: Mon, 23 Nov 2026 10:00:00 +0100",
            "From: Camille <camille@example.org>",
            "To: contact@pref.example.fr",
            "Cc: a@x.fr,",
            "\tb@x.fr",
            "Subject: =?utf-8?Q?=C3=89tat?=",
            " civil",
            "In-Reply-To: <m.0@example.org>",
            "References: <m.9@example.org>",
            " <m.0@example.org>",
            "Thread-Index: AdpH0uXqmW8bWmRvT0K1m0m0m0m0mw==",
            "List-Id: <lettre.example.org>",
            "X-Unknown: ignored",
        )
    )

    assert header.subject == "État civil"
    assert header.hop_at == NOON + timedelta(seconds=5)
    assert header.cc == ("a@x.fr", "b@x.fr")
    assert header.references == ("m.9@example.org", "m.0@example.org")
    assert header.thread_index == "01da47d2e5ea996f1b5a646f4f42b59b49b49b49b49b"
    assert header.kept == (("list-id", "<lettre.example.org>"),)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_line_ends_of_any_kind_read_the_same(end: str) -> None:
    header = read_header(
        raw("From: c@x.fr", "Subject: Une", " suite", end=end) + b"Subject: du corps" + end.encode()
    )

    assert (header.senders, header.subject) == (("c@x.fr",), "Une suite")


@pytest.mark.parametrize(
    "prefix", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"From camille@example.org Mon Nov 23 10:00:00 2026\n"]
)
def test_what_stands_before_the_first_field_is_passed_over(prefix: bytes) -> None:
    assert read_header(prefix + raw("From: c@x.fr")).senders == ("c@x.fr",)


def test_broken_lines_and_nul_bytes_lose_no_field() -> None:
    header = read_header(b"garbage line\r\n folded garbage\r\nFrom : c@x.fr\r\nSubject: a\x00b\r\n\r\n")

    assert (header.senders, header.subject) == (("c@x.fr",), "a b")


def test_a_megabyte_on_one_line_and_thousands_of_hops_are_read() -> None:
    hops = b"Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0100\r\n" * 20_000
    header = read_header(
        hops + b"Subject: " + b"x" * 2_000_000 + b"\r\nTo: " + b"a@x.fr," * 100_000 + b"\r\n\r\n"
    )

    assert (header.hop_at, len(header.subject), header.to) == (NOON, 2000, ("a@x.fr",))


@pytest.mark.parametrize("content", [b"", b"\r\n", b"no field here", b"\x00\xff\xfe", b"   \r\n  x"])
def test_what_holds_no_field_is_set_aside_with_its_reason(content: bytes) -> None:
    with pytest.raises(MessageError) as raised:
        read_header(content)
    assert raised.value.reason == "no-header"


@pytest.mark.parametrize("name", ["Subject", "To", "Content-Type", "X-Mailer", "Reply-To"])
def test_what_says_neither_who_nor_when_nor_how_it_came_is_no_mail(name: str) -> None:
    with pytest.raises(MessageError) as raised:
        read_header(f"{name}: a@example.org\n".encode())
    assert raised.value.reason == "not-a-mail"


@pytest.mark.parametrize("name", ["From", "date", "RECEIVED", "Message-Id", "Return-Path"])
def test_one_field_that_says_so_makes_a_mail(name: str) -> None:
    assert read_header(f"Subject: Permis\n{name}: <a@example.org>\n".encode()).subject == "Permis"


@pytest.mark.parametrize(
    "before", ["", "\r\n\r\n", " \n", "From \n", "From x Tue Nov  3 07:30:00 2026\n>From - x\n", "From\n\n"]
)
@pytest.mark.parametrize("written", ["From:", "From :", "From\t:"])
def test_an_mbox_line_is_no_field_and_a_field_is_no_mbox_line(before: str, written: str) -> None:
    header = read_header(f"{before}{written} camille@example.org\nSubject: Permis\n\nBonjour".encode())

    assert (header.senders, header.subject) == (("camille@example.org",), "Permis")


FIELDS = st.sampled_from(
    [b"From", b"To", b"Date", b"Subject", b"Message-ID", b"References", b"Received", b"Thread-Index", b"X-A"]
)


@given(st.lists(st.tuples(FIELDS, st.binary(max_size=120)), max_size=8), st.binary(max_size=80))
def test_any_bytes_give_a_header_or_are_set_aside(fields: list[tuple[bytes, bytes]], rest: bytes) -> None:
    content = b"".join(name + b": " + value + b"\r\n" for name, value in fields) + rest
    try:
        header = read_header(content)
    except MessageError:
        header = Header()

    assert len(identity(header)) == 32


PRINTABLE = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["Cc"]), max_size=60
)


@given(PRINTABLE, st.lists(st.sampled_from(["a@x.fr", "Élo <b@y.fr>", "c.d@z.example"]), max_size=4))
def test_clean_mail_reads_as_the_standard_library_reads_it(subject: str, to: list[str]) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Camille Durand <camille@example.org>"
    message["To"] = ", ".join(to) or "contact@pref.example.fr"
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(NOON)
    raw_bytes = message.as_bytes()

    header = read_header(raw_bytes)
    library = message_from_bytes(raw_bytes, policy=email.policy.default)

    assert header.subject == " ".join(str(library["Subject"]).replace("\xad", " ").split())
    assert header.to == tuple(dict.fromkeys(item.addr_spec.lower() for item in library["To"].addresses))
    assert header.sent_at == library["Date"].datetime


def test_a_second_delivery_is_the_same_message_and_a_shared_bogus_id_is_not() -> None:
    one = read_header(raw("Received: a; x", "Message-ID: <yes>", "From: c@x.fr", "Subject: Titre"))
    two = read_header(raw("Received: b; y", "Message-ID: <yes>", "From: c@x.fr", "Subject: [SPAM] Titre"))
    other = read_header(raw("Message-ID: <yes>", "From: d@x.fr", "Subject: Titre"))

    keys = [identity(header) for header in (one, two, other)]

    assert keys[0] == keys[1] != keys[2]
