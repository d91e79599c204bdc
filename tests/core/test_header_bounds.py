"""Headers at their bounds: what is cut, dropped, joined or kept, on both sides of each limit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailsla.core.errors import MessageError
from mailsla.core.mail.addresses import normalised, parse_addresses, plain
from mailsla.core.mail.encoded_words import decode_words, one_line, text_of
from mailsla.core.mail.header import Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.message_ids import parse_message_ids

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ('Camille "la" Durand <c@x.fr>', ("c@x.fr",)),
        ('"a \\" b" <c@x.fr>, d@y.fr', ("c@x.fr", "d@y.fr")),
        ("(c\\) d@y.fr) e@x.fr", ("e@x.fr",)),
        ("(d@y.fr) <c@x.fr>", ("c@x.fr",)),
        ("d@y.fr <c@x.fr>", ("c@x.fr",)),
        ("<c@x.fr> <Camille>", ("c@x.fr",)),
        ("<Camille> <c@x.fr>", ("c@x.fr",)),
        ("<c@x.fr> <d@y.fr>", ("d@y.fr",)),
        ("<Camille>, d@y.fr", ("d@y.fr",)),
        ('"c d"@x.fr, e@y.fr', ("e@y.fr",)),
        ('"c"@x.fr', ()),
        ('"Camille" c@x.fr', ("c@x.fr",)),
        ('"Camille"c@x.fr, e@y.fr', ("c@x.fr", "e@y.fr")),
        ("Service: c@x.fr, e@y.fr", ("c@x.fr", "e@y.fr")),
        ("@relais.fr:c@x.fr", ("c@x.fr",)),
        ("c@x.fr, C@X.FR, c@x.fr.", ("c@x.fr",)),
        ("c@ x.fr", ()),
        (" 'c@x.fr' ", ("c@x.fr",)),
        ("c@x.fr d@y.fr", ("d@y.fr",)),
        ("a\x00b@x.fr, d@y.fr", ("d@y.fr",)),
        ('"c@x.fr', ("c@x.fr",)),
        ("c@[192.0.2.1]", ("c@[192.0.2.1]",)),
    ],
)
def test_addresses_amid_names_quotes_comments_and_routes(written: str, addresses: tuple[str, ...]) -> None:
    assert parse_addresses(written) == addresses


def test_an_address_of_320_letters_is_one_and_a_longer_one_is_none() -> None:
    longest = "a" * 313 + "@xyz.fr"

    assert normalised(longest) == longest
    assert normalised("a" + longest) is None
    assert normalised(f" mailto:<{longest}> ") == longest
    assert normalised(longest.rjust(640)) == longest
    assert normalised(longest.rjust(641)) is None


@pytest.mark.parametrize("written", ["a@", "@x.fr", "a", "", "a@.", "a b@x.fr", "a,b@x.fr", "a\u202eb@x.fr"])
def test_what_is_no_address_is_none(written: str) -> None:
    assert normalised(written) is None


def test_a_domain_is_written_in_ascii_when_it_can_be() -> None:
    assert normalised("A@ÉTÉ.fr.") == "a@xn--t-9fab.fr"
    assert normalised(f"a@{'é' * 70}.fr") == f"a@{'é' * 70}.fr"


def test_a_thousand_addresses_are_kept() -> None:
    found = parse_addresses(", ".join(f"a{number}@x.fr" for number in range(1001)))

    assert (len(found), found[0], found[-1]) == (1000, "a0@x.fr", "a999@x.fr")


def test_a_tag_stands_after_the_first_plus_and_before_the_last_at() -> None:
    assert plain("a+b+c@x.fr") == "a@x.fr"
    assert plain("a+b@c@x.fr") == "a@x.fr"
    assert plain("a@x.fr") == "a@x.fr"


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("a@x.fr b@x.fr", ("a@x.fr", "b@x.fr")),
        ("votre a@x.fr", ()),
        (" a@x.fr ", ("a@x.fr",)),
        ("a", ()),
        ("<a>", ("a",)),
        ("< a@ x.fr >", ("a@x.fr",)),
        ("< >", ()),
        ("<a\x00\x7f@x.fr>", ("a@x.fr",)),
        ("b@x.fr <a@x.fr>", ("a@x.fr",)),
    ],
)
def test_ids_stand_in_brackets_or_alone(written: str, ids: tuple[str, ...]) -> None:
    assert parse_message_ids(written) == ids


def test_an_id_is_cut_at_998_letters_and_a_thousand_are_kept_whole() -> None:
    ids = [f"m{number}@x.fr" for number in range(1001)]

    assert parse_message_ids(f"<{'a' * 999}>") == ("a" * 998,)
    assert parse_message_ids("".join(f"<{name}>" for name in ids[:1000])) == tuple(ids[:1000])
    assert parse_message_ids("".join(f"<{name}>" for name in ids)) == (ids[0], *ids[2:])


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        ("=?iso-8859-15?Q?=A4?=", "¤"),  # decoded as the Windows-1252 that its writers mean
        ("=?iso-8859-1?Q?=80?=", "€"),
        ("=?us-ascii?Q?=C3=A9?=", "é"),
        ("=?windows-1252?Q?=C3=A9?=", "é"),
        ("=?koi8-r?Q?=C6?=", "ф"),
        ("=?utf-8?q?a_b=3d?=", "a b="),
        ("=?utf-8?b?YQ?=", "a"),
        ("=?utf-8?B?YWJj?=", "abc"),
        ("=?utf-8?B?YWJ?=", "ab"),
        ("=?utf-8?B?YWJjZ?=", "abc"),
        ("=?utf-8?B?Y-W\tJj?=", "abc"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?utf-8?Q?a?=  =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= =?UTF-8?Q?b?= c", "ab c"),
        ("x =?utf-8?Q?=C3?= =?iso-8859-1?Q?=E9?=", "x Ãé"),
        ("=?utf-8?Q?=C3?=x=?utf-8?Q?=A9?=", "Ãx©"),
        ("=?rot13?Q?a?=", "a"),
        ("=?base64?Q?YQ?=", "YQ"),
        (f"=?{'x' * 60}?Q?a?=", "a"),
        (f"=?{'x' * 61}?Q?a?=", f"=?{'x' * 61}?Q?a?="),
        ("=?utf-8?Q??=b", "b"),
        ("a\ud800b", "a b"),
        ("=?utf-8?Q?\ud800?=", "í\xa0€".replace("\xa0", " ")),
    ],
)
def test_words_are_decoded_by_what_their_bytes_look_like(written: str, decoded: str) -> None:
    assert decode_words(written) == decoded


def test_text_is_ascii_else_utf_8_else_windows_1252_and_never_fails() -> None:
    assert [text_of(raw) for raw in (b"abc", "é".encode(), b"\xe9", b"\x81")] == ["abc", "é", "é", "\ufffd"]


def test_a_text_is_cut_at_2000_letters_without_a_trailing_space() -> None:
    assert one_line("a" * 2001) == "a" * 2000
    assert one_line("a" * 1999 + " b") == "a" * 1999
    assert one_line(" " * 7999 + "ab") == "a"
    assert one_line("a\u00adb\u200fc\td") == "a b c d"
    assert decode_words("=?utf-8?Q?a?=" + " " * 7987 + "b") == "a b"
    assert decode_words(" " * 7987 + "=?utf-8?Q?a?==?utf-8?Q?b?=") == "a=?utf-8?Q?b?"
    assert decode_words(" " * 7988 + "=?utf-8?Q?a?=") == "=?utf-8?Q?a?"


def read(*lines: str) -> Header:
    return read_header("\r\n".join(lines).encode("latin-1"))


def test_a_header_ends_at_the_first_blank_line_even_with_spaces_on_it() -> None:
    assert read("Date:", "Subject: a", " \t", "To: b@x.fr") == Header(subject="a", trace_fields=())
    assert read("Date:", "Subject: a", "", "To: b@x.fr") == Header(subject="a", trace_fields=())
    assert read_header(b"\xef\xbb\xbfDate:\nSubject: a") == Header(subject="a", trace_fields=())
    assert read_header(b"\n\nDate:\nSubject: a") == Header(subject="a", trace_fields=())
    assert read_header(b"From a@x.fr\nDate:\nSubject: a") == Header(subject="a", trace_fields=())
    assert read_header(b">From a@x.fr\nDate:\nSubject: a") == Header(subject="a", trace_fields=())
    assert read_header(b"Date:\rSubject : a\rTo:\tb@x.fr\r") == Header(
        subject="a", to=("b@x.fr",), trace_fields=()
    )
    with pytest.raises(MessageError, match=r"^no-header$") as raised:
        read_header(b"")
    assert raised.value.reason == "no-header"


def test_of_fields_that_stand_once_the_first_counts_and_the_others_are_joined() -> None:
    found = read(
        *("Message-ID: <a@x.fr> <b@x.fr>", "Message-ID: <c@x.fr>", "Subject: a", "Subject: b"),
        *("In-Reply-To: <d@x.fr>", "In-Reply-To: <e@x.fr>", "References: <f@x.fr>", "References: <g@x.fr>"),
        *("Date: Mon, 23 Nov 2026 10:00:00 +0100", "Date: Tue, 24 Nov 2026 10:00:00 +0100"),
        *("Received: x; Mon, 23 Nov 2026 10:00:00 +0100", "Received: x; Tue, 24 Nov 2026 10:00:00 +0100"),
        *("From: a@x.fr", "From: b@x.fr", "Sender: c@x.fr", "Reply-To: d@x.fr", "To: e@x.fr", "To: f@x.fr"),
        *("Cc: g@x.fr", "Bcc: h@x.fr", "X-Other: x", "Precedence: bulk", "Precedence: list", "X-Vacation:"),
    )

    assert found == Header(
        message_id="a@x.fr",
        in_reply_to=("d@x.fr", "e@x.fr"),
        references=("f@x.fr", "g@x.fr"),
        subject="a",
        sent_at=AT,
        hop_at=AT,
        senders=("a@x.fr", "b@x.fr"),
        sender=("c@x.fr",),
        reply_to=("d@x.fr",),
        to=("e@x.fr", "f@x.fr"),
        cc=("g@x.fr",),
        bcc=("h@x.fr",),
        kept=(("precedence", "bulk"), ("precedence", "list"), ("x-vacation", "")),
        trace_fields=(
            ("received", " x; Mon, 23 Nov 2026 10:00:00 +0100"),
            ("received", " x; Tue, 24 Nov 2026 10:00:00 +0100"),
        ),
    )
    assert found.recipients == ("e@x.fr", "f@x.fr", "g@x.fr", "h@x.fr")
    assert (found.field("precedence"), found.field("list-id")) == ("bulk", "")
    assert (found.has("x-vacation"), found.has("list-id")) == (True, False)


def test_kept_fields_are_cut_and_few() -> None:
    long = read(
        "Date:", f"X-Vacation: {'a' * 300}b", f"X-Autoreply: {'a' * 299} b", f"List-Id: {' ' * 10}{'a' * 700}"
    )
    many = read("Date:", *(f"X-Vacation: {number}" for number in range(61)))

    assert long.field("x-vacation") == "a" * 300
    assert long.field("x-autoreply") == "a" * 299
    assert long.field("list-id") == "a" * 300
    assert [value for _name, value in many.kept] == [str(number) for number in range(60)]


def test_a_thread_index_is_its_first_22_bytes_in_hexadecimal() -> None:
    assert read("Date:", "Thread-Index: " + "AQAQ" * 8).thread_index == ("010010" * 8)[:44]
    assert read("Date:", "Thread-Index: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==").thread_index == "00" * 22
    assert read("Date:", "Thread-Index: AAAAAAAAAAAAAAAAAA\r\n AAAAAAAAAAAAAAAA==").thread_index == "00" * 22
    assert read("Date:", "Thread-Index: AAAAAAAAAAAAAAAAAAAAAAAAAAAA").thread_index is None
    assert read("Date:", "Thread-Index: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!==").thread_index is None
    assert read("Date:", "Thread-Index: AAA").thread_index is None
    assert read("Date:", "Thread-Index:").thread_index is None


def test_identity_rests_on_id_author_date_and_subject_and_without_an_id_on_recipients() -> None:
    whole = Header(message_id="a@x.fr", senders=("b@x.fr", "c@x.fr"), sent_at=AT, to=("d@x.fr", "e@x.fr"))
    whole = whole._replace(subject="titre")
    bare = whole._replace(message_id=None)

    assert identity(whole) == "01d080e5eec1c23430d3571524dec7e5"
    assert identity(whole._replace(senders=("c@x.fr", "b@x.fr"))) == identity(whole)
    assert identity(whole._replace(to=())) == identity(whole)
    assert identity(bare._replace(to=("e@x.fr", "d@x.fr"))) == identity(bare)
    assert identity(bare._replace(to=("e@x.fr",))) != identity(bare)
    assert (
        len(
            {
                identity(whole),
                identity(whole._replace(subject="autre")),
                identity(whole._replace(message_id="z@x.fr")),
                identity(whole._replace(senders=("b@x.fr",))),
                identity(whole._replace(sent_at=None)),
                identity(bare),
                identity(whole._replace(subject="\ud800")),
            }
        )
        == 7
    )


def test_structured_fields_that_are_encoded_as_a_whole_are_read() -> None:
    words = "=?utf-8?b?IkNhbWlsbGUiIDxjYW1pbGxlQGV4YW1wbGUub3JnPg==?="
    ids = "=?utf-8?q?=3Ca=2Every=2Elong=40?=\r\n =?utf-8?q?outlook=2Eexample=3E?="

    assert read(f"From: {words}", f"Reply-To: {words}").reply_to == ("camille@example.org",)
    assert read(f"From: {words}").senders == ("camille@example.org",)
    assert read("Date:", f"In-Reply-To: {ids}", f"References: <b@x.fr> {ids}") == Header(
        in_reply_to=("a.very.long@outlook.example",),
        references=("b@x.fr", "a.very.long@outlook.example"),
        trace_fields=(),
    )
    assert read("From: =?utf-8?q?Camille?= <a@x.fr>").senders == ("a@x.fr",)
    assert read("From: =?utf-8?q?personne?=").senders == ()
