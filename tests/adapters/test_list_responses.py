"""LIST and STATUS responses: any name is read as it was written, and nothing that a server says breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.imap_utf7 import encode

from mailsla.adapters.imap.list_responses import Listed, quoted, read_list, read_status, readable

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)


@given(NAMES)
def test_a_name_in_modified_utf_7_is_read_as_people_write_it(name: str) -> None:
    assert readable(encode(name)) == name


@given(NAMES)
def test_a_quoted_name_and_a_literal_one_are_the_same_name(name: str) -> None:
    written = encode(name)
    lines = [rb'(\Sent) "/" ' + quoted(written), (rb'(\Sent) "/" {%d}' % len(written), written), b""]

    first, second = read_list(lines)

    assert first == second
    assert first == Listed(frozenset({rb"\sent"}), "/", written)
    assert first.name == name


@given(st.lists(st.binary() | st.tuples(st.binary(), st.binary()) | st.none()))
def test_no_bytes_break_the_reader(said: list[object]) -> None:
    for listed in read_list(said):
        assert isinstance(listed.name, str)
    for written, _items in read_status(said):
        assert isinstance(readable(written), str)


@pytest.mark.parametrize("line", [rb"() NIL INBOX", rb'(\HasNoChildren) "\\" "Un dossier"', b'() "." NIL'])
def test_a_mailbox_without_levels_or_with_an_odd_separator_is_one(line: bytes) -> None:
    assert len(list(read_list([line]))) == 1


def test_numbers_are_those_of_the_mailbox_they_stand_beside() -> None:
    said = [b'"R&-D" (MESSAGES 3 UIDNEXT 7)', (b"{4}", b"2026"), b" (messages 1 uidnext 2)", b"Sent ()"]

    assert dict(read_status(said)) == {
        b"R&-D": {b"MESSAGES": b"3", b"UIDNEXT": b"7"},
        b"2026": {b"MESSAGES": b"1", b"UIDNEXT": b"2"},
        b"Sent": {},
    }
