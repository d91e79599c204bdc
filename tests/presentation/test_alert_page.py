"""What a service head, the referent and whoever runs mailsla are told by mail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsla.adapters.smtp import Envelope, compose
from mailsla.core.alerts.digests import Late, Notice
from mailsla.core.alerts.outgoing import Letter
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.request import Step
from mailsla.core.pairing.rules import Part
from mailsla.language import speaking
from mailsla.presentation.formats import alert_html, alert_text
from mailsla.presentation.masking import masked
from mailsla.presentation.pages.alarm_page import alarm_page
from mailsla.presentation.pages.alert_page import MOST_ENTRIES, AlertSite, Shown, alert_page
from mailsla.presentation.pages.letter import Entry, LetterPage
from mailsla.presentation.typography import typeset
from tests.factories import CITIZEN, CONTACT, PARIS, PROMISE, paris
from tests.presentation.samples import HOSTILE, UNSAFE, digest, gap, notice, request

REFERENT = "qualite@pref.example.fr"
PROMISES = {"information": PROMISE}
SITE = AlertSite("Préfecture d'essai", PARIS, PROMISES, {"contact": CONTACT})
OVERDUE = notice(request())
TODAY = notice(request("b" * 12, "2026-10-30 09:31"))
LATER = notice(request("c" * 12, "2026-11-02 08:47"))


def page_of(*notices: Notice, gaps: tuple[Gap, ...] = (), site: AlertSite = SITE) -> LetterPage:
    return alert_page(digest(*notices), site, gaps)


def entry_of(of: Notice, shown: Shown | None = None) -> Entry:
    [entry] = page_of(of, site=replace(SITE, shown=shown or Shown())).entries
    return entry


def moved(of: Notice, service: str | None) -> Notice:
    """Return a notice of a request that another service has."""
    had = of.request.assignments[0]
    has = () if service is None else (replace(had, service=service),)
    return replace(of, request=of.request._replace(assignments=has))


def test_equal_digests_give_equal_pages_that_nobody_can_change() -> None:
    page = page_of(OVERDUE, TODAY)

    assert page == page_of(OVERDUE, TODAY)
    assert page != page_of(OVERDUE)
    with pytest.raises(FrozenInstanceError):
        page.subject = "autre"  # type: ignore[misc]  # (that it cannot be is what is tested)


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        ((TODAY, TODAY, LATER), "[Permis] 2 courriels à répondre aujourd'hui, 1 avant lundi soir"),
        (
            (OVERDUE, TODAY, LATER),
            "[Permis] 1 courriel en retard, 1 à répondre aujourd'hui, 1 avant lundi soir",
        ),
        ((LATER,), "[Permis] 1 courriel à répondre avant lundi soir"),
        ((OVERDUE, OVERDUE), "[Permis] 2 courriels en retard"),
        ((moved(OVERDUE, None),), "[À attribuer] 1 courriel en retard"),
        (
            (OVERDUE, moved(TODAY, None)),
            "[Préfecture d'essai] 1 courriel en retard, 1 à répondre aujourd'hui",
        ),
    ],
)
def test_the_subject_says_whose_how_many_and_until_when(told: tuple[Notice, ...], subject: str) -> None:
    assert page_of(*told).subject == subject


@pytest.mark.parametrize(
    ("last_on", "until"),
    [
        (date(2026, 11, 14), "avant demain soir"),
        (date(2026, 11, 19), "avant jeudi soir"),
        (date(2026, 11, 20), "avant le vendredi 20 novembre au soir"),
    ],
)
def test_a_far_day_is_said_by_its_date(last_on: date, until: str) -> None:
    assert page_of(replace(LATER, last_on=last_on)).subject == f"[Permis] 1 courriel à répondre {until}"


@pytest.mark.parametrize(
    ("told", "opening"),
    [
        ((OVERDUE,), "Un courriel d'usager attend la réponse de votre service."),
        (3 * (OVERDUE,), "Trois courriels d'usagers attendent la réponse de votre service."),
        (10 * (OVERDUE,), "10 courriels d'usagers attendent la réponse de votre service."),
        (
            (OVERDUE, moved(TODAY, "Étrangers")),
            "Deux courriels d'usagers attendent la réponse de vos services.",
        ),
        ((moved(TODAY, None),), "Un courriel d'usager attend une réponse."),
    ],
)
def test_the_first_sentence_says_how_many_wait_and_for_whom(told: tuple[Notice, ...], opening: str) -> None:
    assert page_of(*told).opening == (opening,)


def test_the_same_in_english() -> None:
    with speaking("en"):
        page = page_of(OVERDUE, OVERDUE, LATER)

    assert page.subject == "[Permis] 2 mails overdue, 1 by Monday evening"
    assert page.opening == ("Three mails from citizens wait for your service's reply.",)


SUNDAY = replace(LATER.verdict, due_on=date(2026, 11, 15))


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (OVERDUE, "Échéance passée hier (jeudi 12 novembre)"),
        (
            notice(request(at="2026-10-28 10:05")),
            "Échéance passée le mardi 10 novembre (2 jours ouvrés de retard)",
        ),
        (
            notice(request(at="2025-10-28 10:05")),
            "Échéance passée le lundi 10 novembre 2025 (254 jours ouvrés de retard)",
        ),
        (TODAY, "À répondre aujourd'hui (vendredi 13 novembre)"),
        (LATER, "À répondre avant le lundi 16 novembre au soir"),
        (
            replace(LATER, verdict=SUNDAY, last_on=date(2026, 11, 13)),
            "À répondre aujourd'hui, dernier jour ouvré : l'échéance est le dimanche 15 novembre",
        ),
        (
            replace(LATER, verdict=replace(SUNDAY, due_on=date(2026, 11, 22)), last_on=date(2026, 11, 20)),
            (
                "À répondre avant le vendredi 20 novembre au soir, dernier jour ouvré : l'échéance est le "
                "dimanche 22 novembre"
            ),
        ),
        (
            replace(LATER, verdict=replace(SUNDAY, due_on=date(2026, 11, 14)), last_on=date(2026, 11, 14)),
            "À répondre avant demain soir (samedi 14 novembre)",
        ),
    ],
)
def test_each_entry_says_until_when_it_is_to_be_answered(told: Notice, due: str) -> None:
    entry = entry_of(told)

    assert entry.due == due
    assert (entry.key, entry.due_on) == (told.request.key, told.verdict.due_on)


def test_a_promise_of_opening_hours_says_the_hour() -> None:
    told = replace(TODAY, verdict=replace(TODAY.verdict, due_at=paris("2026-11-13 15:30")))

    assert entry_of(told).due == "À répondre avant le 13/11/2026 à 15\u00a0h\u00a030"
    assert entry_of(replace(told, level="overdue")).due == "Échéance passée le 13/11/2026 à 15\u00a0h\u00a030"


def test_the_mail_says_the_promise_of_each_category_that_it_shows() -> None:
    urgent = notice(request(category="urgences"))
    commitments: Mapping[str, Commitment] = {
        "information": PROMISE,
        "urgences": Commitment("urgences", 2, Comparison.AT_MOST, Fraction(9, 10)),
    }
    site = replace(SITE, commitments=commitments)

    said = [
        [line for line in page_of(*told, site=site).closing if line.startswith("Engagement")]
        for told in ((TODAY,), (urgent, urgent), (urgent, TODAY))
    ]

    assert ["80" in "".join(lines) for lines in said] == [True, False, True]
    assert ["90" in "".join(lines) for lines in said] == [False, True, True]
    assert [len(lines) for lines in said] == [1, 1, 2]


FOUND = "reçu le jeudi 29 octobre à 10\u00a0h\u00a005 dans la boîte de réception de contact@pref.example.fr."


def test_an_entry_says_what_finds_the_mail_and_not_who_wrote_it_unless_the_site_asks() -> None:
    reference = "Référence : ma1b2c3d4"

    assert entry_of(OVERDUE).found_by == f"« Suspension de permis », {FOUND}"
    assert entry_of(OVERDUE).notes == (reference,)
    assert entry_of(OVERDUE, Shown(subject=False)).found_by == f"Courriel {FOUND}"
    assert entry_of(OVERDUE, Shown(sender=True)).notes == (f"De : {CITIZEN}", reference)
    assert entry_of(notice(request(citizens=())), Shown(sender=True)).notes == (reference,)


@pytest.mark.parametrize(
    ("mailboxes", "where"),
    [
        ((("contact", "Permis"),), "la boîte contact@pref.example.fr, dossier Permis."),
        (
            (("contact", "INBOX"), ("archives", "2025.mbox")),
            "la boîte de réception de contact@pref.example.fr et la boîte archives, dossier 2025.mbox.",
        ),
    ],
)
def test_a_mailbox_is_named_as_people_know_it(mailboxes: tuple[tuple[str, str], ...], where: str) -> None:
    assert entry_of(notice(request(mailboxes=mailboxes))).found_by.endswith(f" dans {where}")


def test_what_else_is_to_be_known_is_said_only_when_it_is() -> None:
    [reference] = entry_of(OVERDUE).notes
    reminder = Step("r", Part.REMINDER, OVERDUE.request.received)
    reminded = [notice(request(steps=count * (reminder,))) for count in (1, 2)]

    assert [entry_of(of).notes for of in reminded] == [
        ("L'usager a relancé 1 fois.", reference),
        ("L'usager a relancé 2 fois.", reference),
    ]
    assert entry_of(notice(request(follow_up=True))).notes == ("Suite d'une demande déjà traitée.", reference)
    assert entry_of(notice(request(), doubtful=True)).notes == (
        "Une réponse possible a été vue, sans certitude : le référent doit la vérifier.",
        reference,
    )
    assert [entry.notes[0] for entry in page_of(OVERDUE, moved(TODAY, None)).entries] == [
        "Service : Permis.",
        "Service : à attribuer.",
    ]


@pytest.mark.parametrize(
    ("site", "said", "end"),
    [
        (SITE, "messagerie : l'alerte s'arrête d'elle-même.", "Merci de ne pas y répondre."),
        (replace(SITE, copied_to=CONTACT), f"en mettant {CONTACT} en copie : l'alerte", "ne pas y répondre."),
        (replace(SITE, referent=REFERENT), "Répondez à ce courriel : il arrive au référent", "d'essai."),
    ],
)
def test_how_to_answer_and_whom_to_ask_is_said_as_the_site_is(site: AlertSite, said: str, end: str) -> None:
    closing = page_of(OVERDUE, site=site).closing

    assert said in closing[0]
    assert closing[-1].endswith(end)


def test_the_referent_is_not_sent_to_himself() -> None:
    closing = page_of(OVERDUE, site=replace(SITE, referent=digest().recipient)).closing

    assert closing[0] == "Répondez depuis votre messagerie : l'alerte s'arrête d'elle-même."


def test_what_was_late_from_the_start_is_summed_up_by_service() -> None:
    late = [
        Late(str(number), None if number else "Permis", paris("2026-01-05 09:00"), date(2026, 1, 16))
        for number in range(3)
    ]
    page = alert_page(replace(digest(), backlog=tuple(late)), SITE)

    assert page.subject == "[Préfecture d'essai] 3 courriels déjà en retard avant mailsla"
    assert "3 demandes étaient déjà en retard" in page.opening[0]
    assert "à attribuer\u00a02, Permis\u00a01" in page.opening[0]
    assert (page.entries, len(page.closing)) == ((), 1)


def test_those_above_are_told_whose_requests_they_are() -> None:
    page = alert_page(replace(digest(OVERDUE), oversees=True), SITE)

    assert page.opening == ("Un courriel d'usager attend une réponse.",)
    assert page.entries[0].notes[0] == "Service : Permis."


@pytest.mark.parametrize("further", [0, 1, 2])
def test_a_long_list_goes_on_in_a_file_and_loses_nothing(further: int) -> None:
    told = [replace(OVERDUE, request=request(f"{number:012x}")) for number in range(MOST_ENTRIES + further)]
    page = page_of(*told)

    assert [entry.key for entry in (*page.entries, *page.further)] == [item.request.key for item in told]
    assert len(page.further) == further
    assert len(page.opening) == 1 + bool(further)
    assert alert_text.entries(page.further).count("Référence") == further


def test_an_incomplete_collection_is_said_since_its_first_hole() -> None:
    later = Gap("other", gap("2026-11-03 10:00").until or gap().since, None)
    [warning] = page_of(OVERDUE, gaps=(later, gap())).warnings

    assert page_of(OVERDUE).warnings == ()
    assert "incomplète depuis le 01/11/2026" in warning


class _Texts(HTMLParser):
    def __init__(self, of: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: set[str] = set()
        self.feed(of)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


TAGS = {"html", "head", "meta", "title", "body", "div", "p", "strong"}


def words_of(text: str) -> list[str]:
    return re.sub(r"^\* ", "", text, flags=re.MULTILINE).split()


def test_text_and_html_say_the_same_in_the_same_order_and_no_line_is_long() -> None:
    page = page_of(OVERDUE, TODAY, replace(LATER, doubtful=True), gaps=(gap(),))
    subject, text = alert_text.write(page)
    html = _Texts(alert_html.write(page))
    said = [
        *page.opening,
        *(part for entry in page.entries for part in (entry.due, entry.found_by, *entry.notes)),
        *page.warnings,
        *page.closing,
    ]

    assert subject == typeset(page.subject)
    assert words_of(text) == [word for part in said for word in typeset(part).split()]
    assert [part for part in html.said if part.strip()] == [subject, *map(typeset, said)]
    assert max(map(len, text.splitlines())) <= 72
    assert html.tags == TAGS


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Titre de séjour", "Titre de séjour"),
        ("Dossier 12345", "Dossier 12345"),
        ("Dossier 123456", "Dossier …"),
        ("n° 18 2026 004512 / suite", "n° … / suite"),
        ("06.12.34.56.78", "…"),
        ("06 - 12 - 34 - 56 - 78", "…"),
        ("18\u2011026\u2013004_5", "…"),
        ("écrire à camille.durand@example.org, merci", "écrire à …, merci"),
        ("<camille@example.org>", "<…>"),
        ("a" * 59 + "123456", "a" * 59 + "…"),
        ("a" * 61, "a" * 59 + "…"),
        ("", ""),
    ],
)
def test_a_subject_shows_neither_addresses_nor_long_numbers(written: str, shown: str) -> None:
    assert masked(written) == shown


LETTERS = st.text(
    st.characters() | st.sampled_from(f"{UNSAFE}<>&\"'=@0123456789\u202e\u2066\u200b\ufeff\x1b\r\n"),
    max_size=400,
)


@settings(max_examples=200)
@given(LETTERS, LETTERS, LETTERS, st.sampled_from([1, 30]))
def test_nothing_that_strangers_write_leaves_its_place(
    subject: str, name: str, mailbox: str, times: int
) -> None:
    told = notice(
        request(subject=times * (HOSTILE + subject), citizens=(name,), mailboxes=(("contact", mailbox),))
    )
    page = page_of(moved(told, name or "s"), site=replace(SITE, shown=Shown(sender=True)))
    title, text = alert_text.write(page)
    html = alert_html.write(page)
    mail = compose(
        Letter(title, text, html, reply_to=REFERENT, list_name="alertes"),
        Envelope("mailsla@pref.example.fr", name),
        message_id="m1@pref.example.fr",
        recipient="chef@pref.example.fr",
        date="Fri, 13 Nov 2026 08:00:00 +0100",
    )
    headers = mail.as_bytes().partition(b"\r\n\r\n")[0]

    assert _Texts(html).tags == TAGS
    moving = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not {unicodedata.category(letter) for letter in title + text.replace("\n", "")} & moving
    assert len(title) < 200
    names = re.findall(rb"^([A-Za-z-]+):", headers, flags=re.MULTILINE)
    assert sorted(names) == sorted(
        b"Message-ID Date From To Reply-To Subject List-Id Auto-Submitted X-Auto-Response-Suppress X-Mailsla "
        b"MIME-Version Content-Type".split()
    )
    assert max(map(len, headers.split(b"\r\n"))) <= 998
    assert not re.search(r"\d{6}|\w@\w", masked(subject))


@pytest.mark.parametrize(
    ("hole", "subject", "said"),
    [
        (gap(), "arrêtée depuis le 01/11/2026", "panne."),
        (gap("2026-11-03 10:00"), "« contact » reprise", "a repris le 03/11/2026"),
        (gap(partial=True), "incomplète depuis le 01/11/2026", "panne."),
        (gap("2026-11-03 10:00", partial=True), "de nouveau complète", "est complète depuis le 03/11/2026"),
    ],
)
def test_the_alarm_says_what_stopped_or_goes_on(hole: Gap, subject: str, said: str) -> None:
    page = alarm_page([(hole, "panne.")], site="Préfecture d'essai", zone=PARIS)

    assert subject in page.subject
    assert said in page.opening[1]
    assert (page.entries, page.warnings) == ((), ())


def test_an_alarm_about_several_accounts_says_of_each_what_happened_and_once_what_to_do() -> None:
    other = replace(gap(), account="autre")
    stopped = alarm_page([(gap(), "panne."), (other, "refus.")], site="Préfecture d'essai", zone=PARIS)
    mixed = alarm_page(
        [(gap(), "panne."), (gap("2026-11-03 10:00", partial=True), None)],
        site="Préfecture d'essai",
        zone=PARIS,
    )

    assert stopped.subject == "mailsla : relève de 2 comptes arrêtée"
    assert [said.count("check") for said in stopped.opening] == [0, 0, 0, 1]
    assert ("panne." in stopped.opening[1], "refus." in stopped.opening[2]) == (True, True)
    assert (mixed.subject, len(mixed.opening)) == ("mailsla : 2 changements dans la relève", 5)


def test_an_alarm_without_a_known_reason_says_that_no_collection_came_to_its_end() -> None:
    page = alarm_page([(gap(), None)], site="Préfecture d'essai", zone=PARIS)

    assert page.opening[1].endswith("aucune relève n'est allée à son terme.")
