"""Links that open a ready-written mail say to every client what was written, and nothing more."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from mailsla.presentation.mailto import mailto_link

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(WORDS, st.lists(WORDS).map("\n".join))
def test_a_link_gives_back_its_subject_and_its_text(subject: str, body: str) -> None:
    link = urlsplit(mailto_link("contact+actions@pref.example.fr", subject, body))
    said = parse_qs(link.query, keep_blank_values=True)

    assert (link.scheme, link.path) == ("mailto", "contact%2Bactions@pref.example.fr")
    assert said == {"subject": [subject], "body": [body.replace("\n", "\r\n")]}


def test_nothing_written_adds_a_field_or_leaves_an_attribute() -> None:
    link = mailto_link("a@pref.example.fr", 'x&bcc=b@example.org"><script>', "y&to=c@example.org\r\n<b>")

    assert set(parse_qs(urlsplit(link).query)) == {"subject", "body"}
    assert link.isascii()
    assert set(link).isdisjoint("\"'<> \r\n+")
