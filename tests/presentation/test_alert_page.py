"""What a service head and whoever runs mailsla are told by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction

import pytest

from mailsla.core.alerts.digests import Notice
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.collection.gap import Gap
from mailsla.presentation.formats import alert_text
from mailsla.presentation.pages.alarm_page import alarm_page
from mailsla.presentation.pages.alert_page import MOST_NOTICES, Entry, MailPage, Shown, alert_page
from mailsla.presentation.typography import typeset
from tests.factories import CITIZEN, PARIS, PROMISE, paris
from tests.presentation.samples import digest, gap, notice, request

SHOWN = Shown()
PROMISES = {"information": PROMISE}
OVERDUE = notice(request())
TODAY = notice(request("b" * 12, "2026-10-30 09:31"))
LATER = notice(request("c" * 12, "2026-11-02 08:47"))


def page_of(
    *notices: Notice,
    gaps: tuple[Gap, ...] = (),
    shown: Shown = SHOWN,
    commitments: Mapping[str, Commitment] = PROMISES,
) -> MailPage:
    return alert_page(
        digest(*notices),
        site="Préfecture d'essai",
        zone=PARIS,
        commitments=commitments,
        gaps=gaps,
        shown=shown,
    )


def entry_of(of: Notice, shown: Shown = SHOWN) -> Entry:
    [group] = page_of(of, shown=shown).groups
    [entry] = group.entries
    return entry


def test_equal_digests_give_equal_pages_that_nobody_can_change() -> None:
    page = page_of(OVERDUE, TODAY)

    assert page == page_of(OVERDUE, TODAY)
    assert page != page_of(OVERDUE)
    with pytest.raises(FrozenInstanceError):
        page.subject = "autre"  # type: ignore[misc]  # (that it cannot be is what is tested)


def test_the_overdue_and_those_due_soon_are_told_apart_and_counted_in_the_subject() -> None:
    page = page_of(OVERDUE, TODAY, LATER)

    assert page.subject == (
        "Courriels en attente de réponse : 1 demande en retard, 2 demandes à traiter bientôt"
    )
    assert [(group.title, len(group.entries)) for group in page.groups] == [
        ("Échéance dépassée", 1),
        ("Échéance proche", 2),
    ]


def test_a_group_without_requests_is_not_there() -> None:
    assert [group.title for group in page_of(TODAY).groups] == ["Échéance proche"]
    assert page_of(OVERDUE).subject == "Courriels en attente de réponse : 1 demande en retard"


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (OVERDUE, "Échéance : jeudi 12 novembre 2026 (dépassée de 1 jour ouvré)"),
        (TODAY, "À répondre avant le vendredi 13 novembre 2026 au soir (aujourd'hui, dernier jour)"),
        (LATER, "À répondre avant le lundi 16 novembre 2026 au soir (il reste 1 jour ouvré)"),
    ],
)
def test_each_entry_says_until_when_it_is_to_be_answered(told: Notice, due: str) -> None:
    entry = entry_of(told)

    assert entry.due == due
    assert (entry.key, entry.due_on) == (told.request.key, told.verdict.due_on)


def test_a_promise_of_opening_hours_says_the_hour() -> None:
    told = replace(TODAY, verdict=replace(TODAY.verdict, due_at=paris("2026-11-13 15:30")))

    assert entry_of(told).due == "À répondre avant le 13/11/2026 à 15\u00a0h\u00a030"
    assert entry_of(replace(told, level=OVERDUE.level)).due == "Échéance : 13/11/2026 à 15\u00a0h\u00a030"


def test_the_mail_says_the_promise_of_each_category_that_it_shows() -> None:
    urgent = notice(request(category="urgences"))
    commitments = {
        "information": PROMISE,
        "urgences": Commitment("urgences", 2, Comparison.AT_MOST, Fraction(9, 10)),
    }

    said = [
        [line for line in page_of(*told, commitments=commitments).closing if line.startswith("Engagement")]
        for told in ((TODAY,), (urgent, urgent), (urgent, TODAY))
    ]

    assert ["80" in "".join(lines) for lines in said] == [True, False, True]
    assert ["90" in "".join(lines) for lines in said] == [False, True, True]
    assert [len(lines) for lines in said] == [1, 1, 2]


def test_an_entry_says_what_finds_the_mail_and_not_who_wrote_it_unless_the_site_asks() -> None:
    found = (
        "Reçue le 29/10/2026 à 10\u00a0h\u00a005",
        "Dossier : contact, boîte de réception",
        "Référence : ma1b2c3d4",
    )

    assert entry_of(OVERDUE).details == ("Objet : Suspension de permis", *found)
    assert entry_of(OVERDUE, Shown(subject=False)).details == found
    assert entry_of(OVERDUE, Shown(subject=False, sender=True)).details == (f"De : {CITIZEN}", *found)
    assert entry_of(notice(request(citizens=())), Shown(subject=False, sender=True)).details == found


def test_a_follow_up_and_a_possible_reply_are_said_only_when_they_are() -> None:
    plain = entry_of(OVERDUE).details
    follow_up = entry_of(notice(request(follow_up=True))).details
    doubtful = entry_of(notice(request(), doubtful=True)).details

    assert follow_up == (*plain, "Suite d'une demande déjà traitée.")
    assert doubtful == (*plain, "Une réponse possible a été vue, sans certitude : à vérifier.")


@pytest.mark.parametrize(
    ("hidden", "more"),
    [
        (0, ""),
        (1, "… et 1 autre, voir le rapport."),
        (2, "… et 2 autres, voir le rapport."),
    ],
)
def test_a_long_list_is_cut_and_says_how_many_it_hides(hidden: int, more: str) -> None:
    count = MOST_NOTICES + hidden
    page = page_of(*[OVERDUE] * count)
    [group] = page.groups

    assert (len(group.entries), group.more) == (MOST_NOTICES, more)
    assert page.subject.endswith(f"{count} demandes en retard")


def test_an_incomplete_collection_is_said_since_its_first_hole() -> None:
    later = Gap("other", gap("2026-11-03 10:00").until or gap().since, None)
    [warning] = page_of(OVERDUE, gaps=(later, gap())).warnings

    assert page_of(OVERDUE).warnings == ()
    assert "incomplète depuis le 01/11/2026" in warning


def test_the_text_says_all_of_the_page_in_its_order() -> None:
    page = page_of(OVERDUE, *[TODAY] * (MOST_NOTICES + 1), gaps=(gap(),))
    subject, text = alert_text.write(page)
    said = [
        *page.opening,
        *(
            part
            for group in page.groups
            for part in (
                f"{group.title}\n{'-' * len(group.title)}\n* ",
                *(part for entry in group.entries for part in (f"* {entry.due}\n", *entry.details)),
                group.more,
            )
        ),
        *page.warnings,
        *page.closing,
    ]

    assert subject == typeset(page.subject)
    place = 0
    for part in said:
        place = text.index(typeset(part), place)
    assert text.endswith(f"{typeset(page.closing[-1])}\n")


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
    page = alarm_page(hole, reason="panne.", site="Préfecture d'essai", zone=PARIS)

    assert subject in page.subject
    assert said in page.opening[1]
    assert (page.groups, page.warnings) == ((), ())


def test_an_alarm_without_a_known_reason_says_that_no_collection_came_to_its_end() -> None:
    page = alarm_page(gap(), reason=None, site="Préfecture d'essai", zone=PARIS)

    assert page.opening[1].endswith("aucune relève n'est allée à son terme.")
