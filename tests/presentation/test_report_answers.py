"""The three sentences that every report begins with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.collection.gap import Gap
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.finality import Finality, Missing
from mailsla.core.rate.overdue import all_overdue
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.presentation.pages.report_answers import answers
from tests.factories import PARIS, paris
from tests.presentation.samples import SETTLED, cohort, judged, report

PROVISIONAL = Finality((Missing.PERIOD,))


def said(built: Report) -> list[str]:
    found = [answer.line.text for answer in answers(built, PARIS)]
    return [text.replace("\u00a0", " ") for text in found]


@pytest.mark.parametrize(
    ("counts", "found", "sentence"),
    [
        (
            SETTLED,
            Finality(),
            (
                "Promesse non tenue : 79,6 % des demandes échues en 2026 ont eu leur réponse en moins de 10 jours "
                "ouvrés (43 sur 54), pour 80 % promis."
            ),
        ),
        (
            Population(met=44, missed=11),
            Finality(),
            (
                "Promesse tenue : 80 % des demandes échues en 2026 ont eu leur réponse en moins de 10 jours ouvrés "
                "(44 sur 55), pour 80 % promis."
            ),
        ),
        (
            Population(met=44, missed=11),
            PROVISIONAL,
            (
                "Au-dessus de l'objectif à ce jour : 80 % des demandes échues en 2026 ont eu leur réponse en moins de "
                "10 jours ouvrés (44 sur 55), pour 80 % promis."
            ),
        ),
        (
            SETTLED,
            PROVISIONAL,
            (
                "Au-dessous de l'objectif à ce jour : 79,6 % des demandes échues en 2026 ont eu leur réponse en moins "
                "de 10 jours ouvrés (43 sur 54), pour 80 % promis."
            ),
        ),
        (
            Population(met=3, missed=1),
            PROVISIONAL,
            (
                "Sur 4 demandes échues en 2026, 3 ont eu leur réponse en moins de 10 jours ouvrés : trop peu pour un "
                "taux."
            ),
        ),
        (
            Population(met=1),
            PROVISIONAL,
            "Sur 1 demande échue en 2026, 1 a eu sa réponse en moins de 10 jours ouvrés : trop peu pour un taux.",
        ),
        (Population(early=9, waiting=9), PROVISIONAL, "Aucune demande n'est encore échue en 2026."),
        (Population(), Finality(), "Aucune demande n'est à compter en 2026."),
        (
            Population(),
            Finality((Missing.COLLECTION,), is_covered=False),
            "On ne le sait pas : rien n'était encore relevé en 2026.",
        ),
        (
            SETTLED,
            Finality((Missing.COLLECTION,), is_covered=False),
            (
                "Chiffre peut-être incomplet ; d'après les seuls courriels relevés : 79,6 % des demandes échues en "
                "2026 ont eu leur réponse en moins de 10 jours ouvrés (43 sur 54), pour 80 % promis."
            ),
        ),
    ],
)
def test_where_things_stand_is_said_first(counts: Population, found: Finality, sentence: str) -> None:
    built = report(sections=(cohort(counts, finality=found),))

    assert said(built)[0] == f"Où en est-on ? {sentence}"


@pytest.mark.parametrize(
    ("period", "complement"),
    [
        ("2026-11", "en novembre 2026"),
        ("2026-Q1", "au 1er trimestre 2026"),
        ("2026-W45", "du 02/11/2026 au 08/11/2026"),
        ("2026-11-02", "le 02/11/2026"),
        ("2026-11-02..2026-11-13", "du 02/11/2026 au 13/11/2026"),
    ],
)
def test_a_period_is_said_as_people_say_it(period: str, complement: str) -> None:
    built = report(sections=(cohort(period=parse_period(period)),))

    assert f"des demandes échues {complement} ont eu" in said(built)[0]


def test_by_receipt_the_rate_is_still_of_those_fallen_due() -> None:
    built = report(sections=(replace(cohort(), by=Belonging.RECEIVED),))

    assert "79,6 % des demandes reçues en 2026 et échues ont eu" in said(built)[0]

    few, none = (
        report(sections=(cohort(counts, by=Belonging.RECEIVED, finality=PROVISIONAL),))
        for counts in (Population(met=2), Population(early=2))
    )
    assert "Sur 2 demandes reçues en 2026 et échues, 2 ont eu" in said(few)[0]
    assert said(none)[0] == "Où en est-on ? Aucune des demandes reçues en 2026 n'est encore échue."


def test_whether_it_is_definitive_says_what_is_missing() -> None:
    counts = replace(SETTLED, early=9, waiting=18)
    everything = Finality((Missing.PERIOD, Missing.DUE, Missing.COLLECTION))

    whole = said(report())[1]
    lacking = said(report(sections=(cohort(counts, finality=everything),)))[1]

    assert whole == (
        "Est-ce définitif ? "
        "Oui : la période est finie, toutes ses demandes sont échues, et tous ses courriels sont connus."
    )
    assert lacking == (
        "Est-ce définitif ? Pas encore : l'année n'est pas finie ; 27 demandes ne sont pas encore échues (9 déjà "
        "répondues, 18 en attente) ; les courriels ne sont relevés que depuis le 01/01/2026 : "
        "ceux supprimés avant manquent."
    )


def test_a_hole_is_said_of_the_figure_that_it_touches() -> None:
    hole = Gap("contact", paris("2026-06-01 09:00"), paris("2026-06-03 09:00"))
    found = Finality((Missing.COLLECTION,), holes=(hole,))

    built = report(sections=(cohort(finality=found),))

    assert said(built)[1] == "Est-ce définitif ? Pas encore : la relève a été interrompue."


def test_what_to_do_counts_the_late_by_service_and_those_that_fall_due() -> None:
    late, soon = judged(at="2026-10-01 10:00"), judged(at="2026-11-04 10:00")

    assert said(report())[2] == (
        "Que faire cette semaine ? "
        "Rien ne presse : aucune demande en retard, aucune échéance dans les trois jours ouvrés."
    )
    # Archives alone may be known, or half an account.
    assert said(report(since=None))[2] == (
        "Que faire cette semaine ? On ne le sait pas : aucun compte n'a encore été relevé en entier."
    )
    assert said(report(overdue=all_overdue([late, late]), soon=(soon,)))[2] == (
        "Que faire cette semaine ? Répondre à 2 demandes en retard (Permis 2) et d'ici le mercredi 18 novembre 2026, "
        "à 1 demande qui va échoir."
    )
    assert said(report(soon=(soon, soon)))[2] == (
        "Que faire cette semaine ? Répondre, d'ici le mercredi 18 novembre 2026, à 2 demandes qui vont échoir."
    )


def test_what_a_glance_is_to_take_from_each_answer_is_in_it_in_that_order() -> None:
    today, later = (
        judged(key, at) for key, at in (("b" * 12, "2026-10-30 10:00"), ("c" * 12, "2026-11-02 10:00"))
    )
    built = report(
        sections=(cohort(SETTLED, finality=PROVISIONAL),),
        overdue=all_overdue([judged("a" * 12, "2026-10-01 10:00")]),
        soon=(today, later),
    )

    found = {answer.question: answer for answer in answers(built, PARIS)}

    assert [answer.keys for answer in found.values()] == [
        ("Au-dessous de l'objectif à ce jour", "79,6\u00a0%"),
        ("Pas encore",),
        ("1 demande en retard", "2 demandes qui vont échoir", "1 ce soir"),
    ]
    for answer in found.values():
        at = [answer.text.index(key) for key in answer.keys]
        assert at == sorted(at)
