"""What is watched: the overdue, those due soon, what the year still allows; and what the figures know of a request."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.derivation import derive
from mailsla.core.rate.case import case_of
from tests.core.cohorts import (
    ALL,
    BEFORE,
    COMPLAINT,
    DUPLICATE,
    IN_TIME,
    LATE,
    SEQUEL,
    SEQUEL_MET,
    SOON,
    WAITING,
    case,
    listed,
    on,
    outlook_of,
)
from tests.factories import CONTACT, RULES, mail, paris, reply


@pytest.mark.parametrize(
    ("received", "excluded", "lists"),
    [
        ("2026-10-30 10:00", None, ([], ["it"])),  # due today
        ("2026-10-29 10:00", None, (["it"], [])),  # due yesterday
        ("2026-11-04 10:00", None, ([], ["it"])),  # due in three working days
        ("2026-11-05 10:00", None, ([], [])),  # in four
        ("2026-10-29 10:00", "doublon", ([], [])),
        ("2026-10-30 10:00", "doublon", ([], [])),
    ],
)
def test_what_is_overdue_or_due_soon_is_unanswered_and_not_excluded(
    received: str, excluded: str | None, lists: tuple[list[str], list[str]]
) -> None:
    item = case("it", received, excluded=excluded)

    assert listed([item]) == lists
    assert listed([replace(item, answered_at=paris("2026-11-13 08:59"))]) == ([], [])


def test_lists_are_by_due_date_then_by_receipt() -> None:
    cases = [
        case("third", "2026-10-28 10:00"),
        case("second", "2026-10-27 11:00"),
        case("first", "2026-10-27 10:00"),
        case("zeroth", "2026-10-28 12:00", category="information"),
    ]

    assert listed(cases)[0] == ["first", "second", "third", "zeroth"]
    assert listed([*reversed(cases)])[0] == ["first", "second", "third", "zeroth"]


def test_the_outlook_is_about_the_requests_of_this_year_that_count() -> None:
    found = outlook_of(ALL)

    assert (found.year, found.waiting) == (2026, 4)
    # Seven requests, of which six must be met: with four waiting and one met, that cannot be.
    assert found.needed is None
    assert outlook_of([IN_TIME, SOON, BEFORE, WAITING, DUPLICATE, COMPLAINT, SEQUEL]).needed == 2
    assert outlook_of([IN_TIME, SOON, SEQUEL], count_follow_ups=True).waiting == 1
    landing = outlook_of([LATE, BEFORE]).landing
    assert landing is not None
    # What was received on New Year's Eve is due this year.
    assert landing.expected == Fraction(1, 2)
    assert outlook_of([IN_TIME, SEQUEL_MET, LATE], count_follow_ups=True).landing == (
        outlook_of([IN_TIME, replace(SEQUEL_MET, follow_up=False), LATE]).landing
    )


def test_a_request_is_counted_with_all_that_decides_its_verdict() -> None:
    asked = mail("2026-10-20 10:00", to="permis@pref.example.fr")
    holding = reply("2026-10-21 10:00", asked, by="permis@pref.example.fr")
    holding = replace_subject(holding, "Réponse d'attente : réponse avant le 15/12/2026")
    again = reply("2026-10-23 10:00", asked, by="permis@pref.example.fr")

    [waiting] = map(case_of, derive([asked, holding], RULES).requests)
    [answered] = map(case_of, derive([asked, holding, again], RULES).requests)
    machine = reply("2026-10-20 10:30", asked, kept=(("auto-submitted", "auto-replied"),))
    forwarded = mail(
        "2026-10-22 10:00", by=CONTACT, to="etrangers@pref.example.fr", replies_to=asked.header.message_id
    )
    [passed_on] = map(case_of, derive([asked, machine, holding, forwarded], RULES).requests)

    assert waiting == replace(
        case("x", "2026-10-20 10:00", None, service="Permis", assigned="2026-10-20 10:00"),
        key=asked.key,
        subject="Renouvellement de mon titre",
        first_response_at=paris("2026-10-21 10:00"),
        announcements=(Announcement(paris("2026-10-21 10:00"), on("2026-12-15")),),
    )
    assert answered == replace(waiting, answered_at=paris("2026-10-23 10:00"))
    assert passed_on == replace(
        waiting,
        service="Étrangers",
        assigned_at=paris("2026-10-22 10:00"),
        first_response_at=paris("2026-10-20 10:30"),
        acknowledged_at=paris("2026-10-20 10:30"),
    )


def replace_subject(letter: Mail, subject: str) -> Mail:
    return letter._replace(header=letter.header._replace(subject=subject))
