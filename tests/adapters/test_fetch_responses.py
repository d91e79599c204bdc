"""Our reader of FETCH responses: equal to the library's own parser, whatever the order and the form of items."""

from __future__ import annotations

import imaplib
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from mailsla.adapters.imap.fetch_responses import MOST_LITERAL, Ended, internal_date, read_fetch
from mailsla.core.collection.on_server import Fetched
from mailsla.core.errors import OversizedMessage

TAG = b"ABCD7"


def answers(*parts: bytes, end: bytes = TAG + b" OK done\r\n") -> list[Fetched]:
    stream = io.BytesIO(b"".join(parts) + end)
    *found, ended = read_fetch(stream.readline, stream.read, [TAG])
    assert ended == Ended(TAG, is_refused=False)
    return [message for message in found if isinstance(message, Fetched)]


def literal(content: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(content), content)


def quoted(content: bytes) -> bytes:
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", content) + b'"'


HEADERS = st.binary(max_size=60)
QUOTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.encode)
WRITTEN = st.one_of(
    HEADERS.map(lambda raw: (raw, literal(raw))), QUOTABLE.map(lambda raw: (raw, quoted(raw)))
)
DATES = st.sampled_from(
    [b" 5-Nov-2026 10:00:00 +0100", b"25-Oct-2026 02:30:00 +0200", b"31-Dec-2025 23:59:59 -1000"]
)
SECTION = st.sampled_from([b"BODY[HEADER.FIELDS (FROM TO)]", b'BODY[HEADER.FIELDS ("UID" "DATE")]'])


@st.composite
def responses(draw: st.DrawFn) -> tuple[bytes, int, bytes]:
    """Return one FETCH response with the UID and the header that it holds."""
    uid = draw(st.integers(1, 2**32 - 1))
    header, written = draw(WRITTEN)
    items = [
        b"UID %d" % uid,
        b'INTERNALDATE "%s"' % draw(DATES),
        draw(SECTION) + b" " + written,
        draw(
            st.sampled_from(
                [b"FLAGS (\\Seen UID99)", b"FLAGS (\\Seen \\Draft)", b"FLAGS ()", b"RFC822.SIZE 4"]
            )
        ),
        b"MODSEQ (12)",
    ]
    ordered = draw(st.permutations(items))
    return b"* 3 FETCH (" + b" ".join(ordered) + b")\r\n", uid, header


def library(response: bytes) -> dict[bytes, object]:
    """Return what the library's parser makes of a response, given it as imaplib does."""
    data: list[object] = []
    rest = response[len(b"* ") :].replace(b"FETCH ", b"", 1)
    while (found := re.search(rb"\{(\d+)\}\r\n", rest)) is not None:
        size = int(found[1])
        data.append((rest[: found.end() - 2], rest[found.end() : found.end() + size]))
        rest = rest[found.end() + size :]
    data.append(rest.rstrip(b"\r\n"))
    [parsed] = parse_fetch_response(data, normalise_times=False).values()
    return dict(parsed)


@given(st.lists(responses(), min_size=1, max_size=4))
def test_it_reads_what_the_library_reads(written: list[tuple[bytes, int, bytes]]) -> None:
    found = answers(*(response for response, _uid, _header in written))

    assert [(item.uid, item.header) for item in found] == [
        (uid, header) for _response, uid, header in written
    ]
    for item, (response, _uid, _header) in zip(found, written, strict=True):
        parsed = library(response)
        assert parsed[b"INTERNALDATE"] == item.internal_at
        assert ("\\Draft'" in str(parsed.get(b"FLAGS"))) == item.is_draft
        assert next(value for name, value in parsed.items() if name.startswith(b"BODY[")) == item.header


@pytest.mark.parametrize("order", ["%s %s", "%s RFC822.SIZE 9 %s"], ids=["usual", "unusual"])
@pytest.mark.parametrize(
    ("flags", "is_draft"),
    [
        (b"\\Draft", True),
        (b"\\Seen \\DRAFT $Mot", True),
        (b"Draft", False),
        (b"\\Drafts", False),
        (b"", False),
    ],
)
def test_a_draft_is_told_by_its_system_flag_alone(order: str, flags: bytes, is_draft: bool) -> None:
    items = (b"UID 5 FLAGS (%s)" % flags, b'INTERNALDATE " 5-Nov-2026 10:00:00 +0100"')
    said = order.encode() % items + b" BODY[HEADER.FIELDS (FROM)] {6}\r\nA: b\r\n)\r\n"

    [found] = answers(b"* 1 FETCH (" + said)

    assert (found.uid, found.header, found.is_draft) == (5, b"A: b\r\n", is_draft)


def test_what_the_server_says_meanwhile_is_let_pass() -> None:
    found = answers(
        b"* 12 EXISTS\r\n",
        b"* 2 FETCH (FLAGS (\\Seen) UID 9)\r\n",
        b"* 1 EXPUNGE\r\n",
        b"* OK [ALERT] {x}\r\n",
        b'* LIST (\\HasNoChildren) "/" {3}\r\nabc\r\n',
        b"* 3 FETCH (UID 7 BODY[HEADER.FIELDS (FROM)] NIL)\r\n",
    )

    assert found == [Fetched(7, None, b"")]


def test_an_oversized_header_is_told_with_its_uid() -> None:
    announced = b"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)] {%d}\r\n" % (2 * 1024**3)

    with pytest.raises(OversizedMessage) as raised:
        answers(announced)

    assert raised.value.uid == 5
    assert MOST_LITERAL < 2 * 1024**3


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"* 1 FETCH (UID 5 BODY[HEADER] {10}\r\nabc",
        b"* 1 FETCH (UID 5 BODY[HEADER] {3}\r\nabc",
        b"* BYE shutting down\r\n",
        b"garbage\r\n",
    ],
)
def test_a_connection_that_ends_or_talks_nonsense_is_given_up(stream: bytes) -> None:
    with pytest.raises(imaplib.IMAP4.abort):
        answers(stream, end=b"")


@pytest.mark.parametrize("answer", [b"NO [LIMIT] later", b"BAD what"])
def test_a_refusal_is_told_and_is_not_the_end_of_the_connection(answer: bytes) -> None:
    stream = io.BytesIO(
        b"* 3 FETCH (UID 7 BODY[HEADER.FIELDS (FROM)] NIL)\r\n" + TAG + b" " + answer + b"\r\n"
    )

    assert list(read_fetch(stream.readline, stream.read, [TAG])) == [
        Fetched(7, None, b""),
        Ended(TAG, is_refused=True),
    ]


def test_of_two_fetches_under_way_the_one_that_ends_is_told() -> None:
    stream = io.BytesIO(b"* 3 FETCH (UID 7 BODY[HEADER.FIELDS (FROM)] NIL)\r\nABCD8 OK\r\nABCD7 OK\r\n")

    assert list(read_fetch(stream.readline, stream.read, [TAG, b"ABCD8"]))[-1] == Ended(b"ABCD8", False)
    assert list(read_fetch(stream.readline, stream.read, [TAG])) == [Ended(TAG, False)]


@given(st.binary(max_size=300))
def test_any_bytes_end_in_messages_or_in_a_known_error(stream: bytes) -> None:
    try:
        answers(stream)
    except (imaplib.IMAP4.error, OversizedMessage):
        return


@pytest.mark.parametrize("written", [b"", b"31-Feb-2026 10:00:00 +0000", b"1-Xxx-2026 10:00:00 +0000", b"x"])
def test_an_internaldate_that_is_none_is_none(written: bytes) -> None:
    assert internal_date(written) is None


def test_a_literal_that_is_no_header_is_no_message() -> None:
    assert answers(b'* 1 FETCH (UID 5 INTERNALDATE " 5-Nov-2026 10:00:00 +0100" {3}\r\nabc)\r\n') == []


@pytest.mark.parametrize("opening", [b'"' + b'\\"' * 450_000, b"BODY[HEADER " * 75_000, b'UID "' * 180_000])
def test_a_line_as_long_as_lines_may_be_is_read_in_one_go(opening: bytes) -> None:
    """In the square of its length it would take hours, during which nothing else would run."""
    good = b"* 2 FETCH (UID 6 BODY[HEADER] " + literal(b"A: b\r\n") + b")\r\n"

    assert answers(b"* 1 FETCH (" + opening + b"\r\n", good) == [Fetched(6, None, b"A: b\r\n")]
