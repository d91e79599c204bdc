"""Who wrote: the office by its domains, addresses and services; forms and what their bodies say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailsla.core.mail.header import Header
from mailsla.core.office.body_evidence import READ_BYTES, first_text, needs_body, read_with_body, with_body
from mailsla.core.office.correspondents import MOST_REMEMBERED, UNKNOWN_OFFICE, Office, Service, requesters
from mailsla.core.office.forms import AddressSource, Form

FORM = Form(frozenset({"formulaire@pref.example.fr"}))
OFFICE = Office(
    domains=("pref.example.fr", "mairie.example.fr"),
    addresses=frozenset({"prefecture@example.com"}),
    services=(
        Service("Permis", ("permis@example.net", "partage@example.net"), ("Permis", "Commun"), ("permis",)),
        Service("Titres", ("titres@example.net", "partage@example.net"), ("Titres", "Commun"), ("Titre",)),
    ),
    forms=(FORM,),
)


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("a@pref.example.fr", True),
        ("a+x@pref.example.fr", True),
        ("a@sub.pref.example.fr", True),
        ("a@mairie.example.fr", True),
        ("a@autrepref.example.fr", False),
        ("prefecture@example.com", True),
        ("autre@example.com", False),
        ("permis@example.net", True),
        ("permis+x@example.net", True),
        ("formulaire@pref.example.fr", False),
        ("formulaire+x@pref.example.fr", False),
        ("camille@example.org", False),
    ],
)
def test_an_address_is_ours_by_its_domain_or_because_it_is_declared(address: str, is_ours: bool) -> None:
    office = replace(OFFICE)

    assert [office.includes(address), office.includes(address)] == [is_ours, is_ours]
    assert office.outside((address,)) == (() if is_ours or "formulaire" in address else (address,))
    assert office.wrote(Header(senders=(address,))) is is_ours
    assert not UNKNOWN_OFFICE.includes(address)


def test_the_office_wrote_what_only_its_addresses_sign() -> None:
    assert not OFFICE.wrote(Header())
    assert not OFFICE.wrote(Header(senders=("a@pref.example.fr", "camille@example.org")))


def test_the_memory_of_addresses_is_bounded_and_changes_no_answer() -> None:
    office = replace(OFFICE)
    for number in range(MOST_REMEMBERED + 2):
        assert not office.includes(f"a{number}@example.org")
        assert len(office._known) <= MOST_REMEMBERED
    assert len(office._known) == 2
    assert office.includes("a@pref.example.fr")


def test_a_service_is_found_by_address_mailbox_keyword_or_name_the_first_declared_first() -> None:
    office = replace(OFFICE)

    assert (
        office.service_of_address(("camille@example.org", "titres+x@example.net", "permis@example.net"))
        == "Titres"
    )
    assert office.service_of_address(("partage@example.net",)) == "Permis"
    assert office.service_of_address(("camille@example.org",)) is None
    assert [office.service_of_mailbox(name) for name in ("Permis", "Titres", "Commun", "permis")] == [
        "Permis",
        "Titres",
        "Permis",
        None,
    ]
    assert [office.service_of_keyword(word) for word in ("TITRE", "permis", "x")] == [
        "Titres",
        "Permis",
        None,
    ]
    assert [item and item.name for item in map(office.service, ("Titres", "x"))] == ["Titres", None]
    assert office.service_of_address(()) is None
    assert Service("x") == Service("x", (), (), (), None)


def test_a_form_is_known_by_its_from_or_its_sender() -> None:
    assert OFFICE.form_senders == {"formulaire@pref.example.fr"}
    assert OFFICE.is_form(Header(senders=("formulaire+x@pref.example.fr",)))
    assert OFFICE.is_form(Header(senders=("a@example.org",), sender=("formulaire@pref.example.fr",)))
    assert not OFFICE.is_form(Header(senders=("a@pref.example.fr",)))
    assert FORM.citizen == (AddressSource.REPLY_TO,)


def test_who_can_be_answered_is_from_then_reply_to_without_the_office() -> None:
    header = Header(senders=("a+x@y.org", "b@pref.example.fr"), reply_to=("c@y.org", "a@y.org"))
    form = Header(senders=("formulaire@pref.example.fr",), reply_to=("c+x@y.org", "d@pref.example.fr"))

    assert requesters(header, OFFICE) == ("a@y.org", "c@y.org")
    assert requesters(form, OFFICE) == ("c@y.org",)
    assert requesters(form._replace(reply_to=("d@pref.example.fr",)), OFFICE) == ()


SENDER = "formulaire@pref.example.fr"


def form(*sources: AddressSource, subject: str | None = None, body: str | None = None) -> Form:
    patterns = [None if written is None else re.compile(written) for written in (subject, body)]
    return Form(frozenset({SENDER}), sources, *patterns)


ASKED = Header(
    senders=(SENDER,), reply_to=(SENDER, "r@y.org"), subject="Demande de s@y.org", asked_by=("b@y.org",)
)


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        (form(AddressSource.REPLY_TO), ("r@y.org",)),
        (form(AddressSource.SUBJECT, subject=r"de (\S+)$"), ("s@y.org",)),
        (form(AddressSource.SUBJECT, subject=r"\S+@\S+"), ("s@y.org",)),
        (form(AddressSource.SUBJECT, subject=r"absent (\S+)"), ()),
        (form(AddressSource.SUBJECT, subject=r"Demande( jamais)? de"), ()),
        (form(AddressSource.SUBJECT, subject=r"Demande.*"), ("s@y.org",)),
        (form(AddressSource.SUBJECT), ()),
        (form(AddressSource.BODY), ("b@y.org",)),
        (form(AddressSource.FROM), (SENDER,)),
        (form(AddressSource.SUBJECT, AddressSource.BODY), ("b@y.org",)),
        (form(), ()),
    ],
)
def test_a_form_s_citizen_is_where_the_form_says(declared: Form, found: tuple[str, ...]) -> None:
    assert declared.addresses(ASKED) == found


def test_an_address_of_the_office_is_no_citizen_s_and_the_next_source_is_looked_at() -> None:
    declared = form(AddressSource.REPLY_TO, AddressSource.BODY)

    def outside(addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(address for address in addresses if address != "r@y.org")

    assert declared.addresses(ASKED, outside) == ("b@y.org",)


@pytest.mark.parametrize(
    ("declared", "needs"),
    [
        (form(AddressSource.BODY, body="x"), True),
        (form(AddressSource.BODY), False),
        (form(AddressSource.REPLY_TO, body="x"), False),
        (form(AddressSource.REPLY_TO, AddressSource.BODY, body="x"), False),
        (form(AddressSource.SUBJECT, AddressSource.BODY, AddressSource.REPLY_TO, body="x"), True),
        (form(AddressSource.SUBJECT), False),
    ],
)
def test_a_body_is_needed_when_it_may_say_more_than_what_comes_before(declared: Form, needs: bool) -> None:
    assert declared.needs_body(ASKED) is needs
    assert bool(needs_body(ASKED, replace(OFFICE, forms=(declared,)))) is needs


def test_a_body_names_one_address_or_none() -> None:
    declared = form(AddressSource.BODY, body=r"courriel : (.*)")

    assert declared.asked_by("courriel : A@Y.org") == ("a@y.org",)
    assert declared.asked_by("courriel : Camille <a@y.org>") == ("a@y.org",)
    assert declared.asked_by("courriel : personne") == ()
    assert declared.asked_by("rien") == ()


DAEMON = Header(senders=("mailer-daemon@relais.example.net",), subject="bonjour")


def test_a_daemon_s_body_that_says_nothing_leaves_its_header_alone() -> None:
    assert with_body(DAEMON, b"", b"bonjour", OFFICE) == DAEMON
    assert with_body(DAEMON, b"", b" " * READ_BYTES + b"undeliverable", OFFICE) == DAEMON
    assert with_body(DAEMON, b"", b"undeliverable", OFFICE).kept == (("body-says", "delivery_report"),)
    assert needs_body(DAEMON._replace(subject="Undelivered Mail Returned to Sender"), OFFICE)
    assert not needs_body(Header(senders=("a@example.org",)), OFFICE)


def test_a_header_is_read_with_its_body_only_when_that_is_needed() -> None:
    daemon = read_with_body(b"From: mailer-daemon@relais.example.net\r\n", b"undeliverable", OFFICE)
    person = read_with_body(b"From: a@example.org\r\n", b"undeliverable", OFFICE)

    listed = read_with_body(b"From: a@example.org\r\nList-Id: x\r\n", b"undeliverable", OFFICE)

    assert daemon.kept == (("body-says", "delivery_report"),)
    assert (person.kept, listed.kept) == ((), (("list-id", "x"),))
    assert READ_BYTES == 16_384


@pytest.mark.parametrize(
    ("content", "body", "text"),
    [
        (b"Content-Type: text/plain; charset=utf-8", "é".encode(), "é"),
        (b"Content-Type: text/plain; charset=UTF-8", b"\xe9", "é"),
        (b"Content-Type: text/plain; charset=iso-8859-1", "é".encode(), "é"),
        (b"Content-Type: text/plain; charset=windows-1252", "é".encode(), "é"),
        (b"Content-Type: text/plain; charset=us-ascii", "é".encode(), "é"),
        (b"Content-Type: text/plain", b"\xe9", "é"),
        (b"Content-Type: text/plain; charset=koi8-r", b"\xc6", "ф"),
        (b"Content-Type: text/plain; charset=inconnu", "é".encode(), "é"),
        (b"Content-Type: text/plain; charset=ascii", "é".encode(), "é"),
        (b"Content-Type: text/plain", b"a<b>c &amp; d", "a<b>c &amp; d"),
        (b"Content-Type: text/html", b"a<br>b<b>c</b> &amp; d<p>e</p>f<div>g</div>h", "a\nbc & de\nfg\nh"),
        (b"Content-Type: text/html", b"<li>a</LI>b<tr>c</tr>d<BR/>e", "a\nbc\nd\ne"),
        (b"Content-Type: image/png", b"abc", ""),
        (b"Content-Type: multipart/mixed; boundary=X", b"--X\r\n\r\nabc", "abc"),
        (b"\r\nContent-Type: text/html\r\n\r\n", b"<b>a</b>", "a"),
        (b"", b"abc", "\r\nabc"),
        (b"Content-Type: multipart/mixed; boundary=x", b"--x\r\nContent-Type: image/png\r\n\r\nabc", ""),
    ],
)
def test_the_first_text_is_decoded_as_far_as_it_can_be(content: bytes, body: bytes, text: str) -> None:
    assert first_text(content, body) == text
