"""Whom mails do not reach: told at once when it is final, after a while when it is only put off."""

from __future__ import annotations

from datetime import timedelta

from mailsla.core.alerts.recipients import Contacts, Deputy, Ladder
from mailsla.core.alerts.terms import AlertRule
from mailsla.core.alerts.undelivered import PATIENCE, Failed, Reader, ReaderRole, readers, undelivered
from tests.factories import paris

AT = paris("2026-11-13 09:00")
HEAD, OTHER = "chef@pref.example.fr", "adjoint@pref.example.fr"
REFUSED = Failed(HEAD, AT, AT + timedelta(minutes=1), "code 550")
PUT_OFF = Failed(OTHER, AT, None, None)


def test_what_is_refused_for_good_is_told_at_once_and_what_is_put_off_once_patience_is_over() -> None:
    told = [
        [item.recipient for item in undelivered([REFUSED, PUT_OFF], AT + after)]
        for after in (
            timedelta(),
            timedelta(minutes=1),
            PATIENCE - timedelta(seconds=1),
            PATIENCE,
        )
    ]

    assert told == [[], [HEAD], [HEAD], [OTHER, HEAD]]


def test_all_that_somebody_does_not_get_is_one_stretch_with_the_last_reason() -> None:
    later = Failed(HEAD, AT + timedelta(days=1), AT + timedelta(days=1), "code 552")
    unsaid = Failed(HEAD, AT + timedelta(days=2), None, None)

    [found] = undelivered([REFUSED, later, unsaid], AT + timedelta(days=2))

    assert (found.since, found.known_at) == (AT, REFUSED.undelivered_at)
    assert (found.is_final, found.reason) == (True, "code 552")


def test_what_was_put_off_for_long_and_is_then_refused_was_told_already() -> None:
    refused_late = PUT_OFF._replace(undelivered_at=AT + timedelta(hours=9), reason="code 550")

    [found] = undelivered([refused_late], AT + timedelta(hours=9))

    assert (found.known_at, found.is_final) == (AT + PATIENCE, True)


def test_everybody_who_gets_mails_is_known_by_what_he_gets_them_as() -> None:
    away = Deputy("interim@pref.example.fr", AT.date(), AT.date())
    rule = AlertRule(
        ladder=Ladder(OTHER, None, 5, "sg@pref.example.fr"),
        contacts={"Permis": Contacts(HEAD, (OTHER,), (away,)), "Titres": Contacts(HEAD)},
    )

    found = readers(rule, "informatique@pref.example.fr", [OTHER, HEAD])

    permis, titres = Reader(ReaderRole.SERVICE, "Permis"), Reader(ReaderRole.SERVICE, "Titres")
    of_reports = Reader(ReaderRole.REPORTS)
    assert found == {
        HEAD: (permis, titres, of_reports),
        OTHER: (permis, Reader(ReaderRole.REFERENT), of_reports),
        away.address: (permis,),
        "sg@pref.example.fr": (Reader(ReaderRole.SECRETARY_GENERAL),),
        "informatique@pref.example.fr": (Reader(ReaderRole.OPERATOR),),
    }
