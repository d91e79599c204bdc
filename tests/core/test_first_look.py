"""What is known of an office before anything is configured: its département, its servers, what its mails show."""

from __future__ import annotations

import pytest

from mailsla.core.clock.departements import departement_of
from mailsla.core.clock.territory import territory_of
from mailsla.core.collection.mail_servers import (
    Candidate,
    Source,
    Target,
    imap_candidates,
    is_outside,
    smtp_candidates,
)
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.mailbox_names import is_among
from mailsla.core.office.shared_domains import SHARED_DOMAINS, is_shared
from mailsla.core.office.shared_mailbox import shared_mailbox
from mailsla.core.office.surroundings import SampledMail, Surroundings, surroundings

ADDRESS = "contact@pref.example.fr"


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("cher.gouv.fr", "18"),
        ("ain.gouv.fr", "01"),
        ("val-d-oise.gouv.fr", "95"),
        ("cotes-d-armor.gouv.fr", "22"),
        ("corse-du-sud.gouv.fr", "2A"),
        ("reunion.gouv.fr", "974"),
        ("rhone.pref.gouv.fr", "69"),
        ("territoire-de-belfort.gouv.fr", "90"),
    ],
)
def test_a_prefecture_s_domain_names_its_departement(domain: str, code: str) -> None:
    found = departement_of(domain)

    assert found is not None
    assert found.code == code
    assert territory_of(found.code) is not None


@pytest.mark.parametrize("domain", ["interieur.gouv.fr", "example.fr", "notcher.gouv.fr", ""])
def test_other_domains_name_none(domain: str) -> None:
    assert departement_of(domain) is None


def test_what_the_dns_says_comes_first_by_priority_and_then_the_usual_names_over_tls_alone() -> None:
    imaps = [Target(20, 0, 993, "b.example.fr."), Target(10, 1, 9993, "a.example.fr.")]
    imap = [Target(0, 0, 143, "c.example.fr."), Target(0, 0, 0, ".")]

    found = imap_candidates("pref.example.fr", imaps, imap)

    assert [(item.host, item.port, item.tls, item.source) for item in found[:3]] == [
        ("a.example.fr", 9993, "implicit", Source.DNS),
        ("b.example.fr", 993, "implicit", Source.DNS),
        ("c.example.fr", 143, "starttls", Source.DNS),
    ]
    assert [(item.host, item.port) for item in found[3:]] == [
        ("imap.pref.example.fr", 993),
        ("mail.pref.example.fr", 993),
        ("pref.example.fr", 993),
        ("imap.pref.example.fr", 143),
        ("mail.pref.example.fr", 143),
        ("pref.example.fr", 143),
    ]
    assert {item.tls for item in found} == {"implicit", "starttls"}


def test_mails_are_handed_over_where_the_dns_says_else_beside_where_they_are_read() -> None:
    found = smtp_candidates("b.fr", "imap.x.fr", [], [Target(0, 0, 587, "out.x.fr.")])

    assert found[0] == Candidate("out.x.fr", 587, "starttls", Source.DNS)
    assert found[1] == Candidate("imap.x.fr", 465, "implicit", Source.USUAL)
    assert ("smtp.b.fr", 587) in {(item.host, item.port) for item in found}


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("imap.pref.example.fr", False),
        ("PREF.example.fr.", False),
        ("imap.example.fr", True),
        ("pref.example.fr.attacker.example", True),
        ("notpref.example.fr", True),
    ],
)
def test_a_server_is_outside_unless_its_name_ends_with_the_address_s_domain(
    host: str, *, answer: bool
) -> None:
    assert is_outside(host, "pref.example.fr") is answer


def test_domains_of_providers_are_nobody_s_own() -> None:
    assert all(map(is_shared, SHARED_DOMAINS))
    assert not is_shared("orange.fr.example")


def mail(role: MailboxRole = MailboxRole.INBOX, **fields: str) -> SampledMail:
    written = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return SampledMail(role, read_header(f"Date: Mon, 2 Nov 2026 09:00:00 +0100\r\n{written}".encode()))


CITIZEN = "camille@exemple.net"


def test_an_empty_mailbox_shows_nothing() -> None:
    assert surroundings(ADDRESS, []) == Surroundings()


def test_addresses_that_citizens_write_to_are_services_but_people_s_own_and_the_account_s() -> None:
    written = [
        mail(From=CITIZEN, To=f"pref-permis@pref.example.fr, {ADDRESS}, lea.martin@pref.example.fr")
        for _each in range(3)
    ]
    seldom = [mail(From=CITIZEN, To="rare@pref.example.fr")] * 2

    shown = surroundings(ADDRESS, [*written, *seldom])

    assert shown.services == (("pref-permis@pref.example.fr", 3),)


def test_domains_that_sent_mail_is_from_are_ours_and_none_that_a_received_mail_may_name() -> None:
    sent = [mail(MailboxRole.SENT, From="a@autre.example.fr", To=CITIZEN)] * 3
    delivered = [mail(From=CITIZEN, To="x@y.example", Delivered_To="contact@loin.example")] * 4
    forged = [mail(From="x@loin.example", To="x@loin.example")] * 9
    provider = [mail(MailboxRole.SENT, From="a@orange.fr", To=CITIZEN)] * 5

    shown = surroundings(ADDRESS, [*sent, *delivered, *forged, *provider])

    assert shown.domains == (("autre.example.fr", 3),)


def test_an_address_of_ours_that_asks_to_be_answered_outside_is_a_form() -> None:
    form = mail(From="site@pref.example.fr", To=ADDRESS, Reply_To=CITIZEN, Subject="Formulaire")

    for_permits = [
        mail(From="site@pref.example.fr", To="permis@pref.example.fr", Reply_To=CITIZEN, Subject="Permis")
    ] * 3

    shown = surroundings(ADDRESS, [form, form, *for_permits])

    assert shown.forms == (("site@pref.example.fr", 5),)
    assert shown.services == (("permis@pref.example.fr", 3),)


@pytest.mark.parametrize("victim", ["lea.martin@pref.example.fr", ADDRESS])
def test_an_address_that_writes_letters_is_no_form_whoever_forges_it(victim: str) -> None:
    forged = [mail(From=victim, To=ADDRESS, Reply_To=CITIZEN, Subject="Formulaire")] * 9
    letter = mail(MailboxRole.SENT, From="lea.martin@pref.example.fr", To=CITIZEN)
    seldom = [mail(From="rare@pref.example.fr", To=ADDRESS, Reply_To=CITIZEN, Subject="Formulaire")] * 2

    assert surroundings(ADDRESS, [*forged, letter, *seldom]).forms == ()


def test_a_server_that_vouches_is_proposed_when_it_does_for_every_mail_from_outside() -> None:
    hop = "from x (x [198.51.100.9]) by mx.pref.example.fr; Mon, 2 Nov 2026 09:00:00 +0100"
    said = "mx.pref.example.fr; spf=pass"
    vouched = [mail(Authentication_Results=said, Received=hop, From=CITIZEN, To=ADDRESS)] * 3
    silent = mail(Received=hop, From=CITIZEN, To=ADDRESS)

    shown = surroundings(ADDRESS, vouched)
    assert (shown.vouching, shown.vouched) == ("mx.pref.example.fr", 3)
    assert surroundings(ADDRESS, [*vouched, silent]).vouching == ""


def test_citizens_who_answer_a_mail_of_ours_that_is_nowhere_are_counted() -> None:
    seen = mail(MailboxRole.SENT, Message_ID="<1@pref.example.fr>", From=ADDRESS, To=CITIZEN)
    answers = [
        mail(From=CITIZEN, To=ADDRESS, In_Reply_To="<1@pref.example.fr>"),
        mail(From=CITIZEN, To=ADDRESS, In_Reply_To="<2@pref.example.fr>"),
        mail(From=CITIZEN, To=ADDRESS, In_Reply_To="<3@elsewhere.example>"),
        # It cites the mail that it answers last, after one that was seen and its own.
        mail(From=CITIZEN, To=ADDRESS, References="<1@pref.example.fr> <q@exemple.net> <4@pref.example.fr>"),
    ]

    shown = surroundings(ADDRESS, [seen, *answers])

    assert (shown.answered, shown.unseen, shown.sent, shown.mails) == (3, 2, 1, 5)


def test_of_an_address_at_a_provider_s_the_office_has_no_domain_but_what_its_mail_shows() -> None:
    sent = [mail(MailboxRole.SENT, From="a@pref.example.fr", To=CITIZEN)] * 3
    asked = [mail(From="x@orange.fr", To="permis@orange.fr, permis@pref.example.fr")] * 3

    shown = surroundings("pref@orange.fr", [*sent, *asked])

    assert shown.domains == (("pref.example.fr", 3),)
    assert shown.services == (("permis@pref.example.fr", 3),)


def received(mailbox: str, to: str = ADDRESS, role: MailboxRole = MailboxRole.INBOX) -> SampledMail:
    return SampledMail(role, read_header(f"From: a@exemple.net\r\nTo: {to}\r\n\r\n".encode()), mailbox)


SHARED = "Boite partagée/contact"
OWN = received("INBOX", "lea.martin@pref.example.fr")


@pytest.mark.parametrize(
    ("sample", "sent", "name"),
    [
        ([OWN, *[received(SHARED)] * 3], f"{SHARED}/Éléments envoyés", SHARED),
        ([OWN, *[received(f"{SHARED}/Permis")] * 3], f"{SHARED}/Éléments envoyés", SHARED),
        ([OWN, *[received("user.contact")] * 3], "user.contact.Sent", "user.contact"),
        (
            [OWN, received(SHARED), received("Boite partagée/x"), received(SHARED)],
            f"{SHARED}/Sent",
            "Boite partagée",
        ),
        ([OWN, *[received(SHARED)] * 2], f"{SHARED}/Sent", None),
        ([*[received(SHARED)] * 3], f"{SHARED}/Sent", None),
        ([OWN, received("INBOX"), *[received(SHARED)] * 3], f"{SHARED}/Sent", None),
        ([OWN, *[received("Demandes/2026")] * 3], "Sent", None),
        # The office has another name, and its former mails lie apart.
        (
            [*[received("INBOX", "pref@pref.example.fr")] * 3, *[received("Archives")] * 3],
            "Archives/Envoyés",
            None,
        ),
        (
            [*[received("INBOX", "permis@guichet.pref.example.fr")] * 3, *[received(SHARED)] * 3],
            f"{SHARED}/Sent",
            None,
        ),
        ([*[received("INBOX", "x@example.org")] * 3, *[received(SHARED)] * 3], f"{SHARED}/Sent", SHARED),
        ([OWN, *[received("INBOX/Demandes")] * 3], "INBOX/Sent", None),
    ],
)
def test_the_office_s_mailbox_stands_apart_only_where_it_has_its_own_sent_mails_and_others_receive_too(
    sample: list[SampledMail], sent: str, name: str | None
) -> None:
    mailboxes = [*{(mail.mailbox, mail.role) for mail in sample}, (sent, MailboxRole.SENT)]

    found = shared_mailbox(ADDRESS, sample, mailboxes)

    assert (None if found is None else found.name) == name
    if found is not None:
        assert found.holds(sent)
        assert not found.holds("INBOX")
        assert is_among(sent, found.only)


@pytest.mark.parametrize(
    ("in_reply_to", "references", "is_counted"),
    [
        ("r@A.PROD.OUTLOOK.COM", "q@exemple.net r@A.PROD.OUTLOOK.COM", True),
        ("r@A.PROD.OUTLOOK.COM", "q@exemple.net", True),
        ("", "q@exemple.net r@A.PROD.OUTLOOK.COM", True),
        # Their own, again; from elsewhere at the same provider; of nothing that we know.
        ("q@exemple.net", "q@exemple.net", False),
        ("r@mail2.exemple.net", "q@exemple.net", False),
        ("r@A.PROD.OUTLOOK.COM", "x@exemple.org", False),
        ("r@localhost", "q@exemple.net", False),
    ],
)
def test_a_citizen_who_answers_a_reply_that_nobody_holds_is_counted_whoever_s_id_it_bears(
    in_reply_to: str, references: str, *, is_counted: bool
) -> None:
    asked = b"From: a@exemple.net\r\nTo: contact@pref.example.fr\r\nMessage-ID: <q@exemple.net>\r\n\r\n"
    cited = "".join(f"<{item}>" for item in references.split())
    reply = f"In-Reply-To: <{in_reply_to}>\r\n" if in_reply_to else ""
    again = f"From: a@exemple.net\r\nTo: {ADDRESS}\r\n{reply}References: {cited}\r\nMessage-ID: <t@exemple.net>\r\n\r\n"
    sample = [SampledMail(MailboxRole.INBOX, read_header(raw)) for raw in (asked, again.encode())]

    found = surroundings(ADDRESS, sample)

    assert (found.answered, found.unseen) == ((1, 1) if is_counted else (0, 0))
