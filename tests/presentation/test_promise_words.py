"""Where a promise comes from, and how those beside the main one are kept, in words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from mailsla.core.clock.origin import Origin, PresetName
from mailsla.core.clock.presets import ACKNOWLEDGEMENT_PRESETS
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.finality import Finality, Missing
from mailsla.core.rate.population import Population
from mailsla.core.rate.promises import KeptBy, Promise, PromiseLine, announced_dates
from mailsla.presentation import origin_words, promise_words
from mailsla.presentation.documents.clock import origin as document
from mailsla.presentation.documents.report import promise as promise_document
from mailsla.presentation.pages.other_promises import other_promises
from mailsla.presentation.pages.page import Cell, Emphasis, Line, Points, Table
from mailsla.presentation.pages.request_page import request_page
from tests.factories import PARIS, PROMISE
from tests.presentation.samples import COMPLAINTS, cohort, request, verdict
from tests.presentation.test_clock_page import clock_of

SAID = [
    (Origin(), ""),
    (Origin(PresetName.QUALIPREF), "d'après le dossier de presse du 3 septembre 2012, à vérifier"),
    (
        Origin(PresetName.QUALIPREF, confirmed=True),
        "d'après le dossier de presse du 3 septembre 2012, confirmé par le site",
    ),
    (
        Origin(PresetName.MARIANNE, altered=True),
        "d'après le référentiel Marianne, modifié par le site, à vérifier",
    ),
    (Origin(chosen_by_site=True), "délai choisi par le site"),
]


@pytest.mark.parametrize(("origin", "said"), SAID)
def test_a_promise_says_where_it_comes_from(origin: Origin, said: str) -> None:
    assert origin_words.said_source(origin) == said


def test_every_text_has_its_words() -> None:
    assert all(origin_words.source(Origin(name)) for name in PresetName)


def test_the_promise_of_a_report_ends_with_its_source() -> None:
    promise = replace(PROMISE, origin=Origin(PresetName.QUALIPREF))

    assert origin_words.promised(PROMISE).endswith("en moins de 10 jours ouvrés.")
    assert origin_words.promised(promise).endswith(
        "en moins de 10 jours ouvrés, d'après le dossier de presse du 3 septembre 2012, à vérifier."
    )


def test_a_program_reads_whether_a_promise_is_confirmed_and_its_source() -> None:
    assert document(Origin(PresetName.QUALIPREF)) == {
        "preset": "qualipref",
        "source": "le dossier de presse du 3 septembre 2012",
        "confirmed": False,
        "chosen_by_site": False,
    }
    assert document(Origin(chosen_by_site=True)) == {
        "preset": None,
        "source": None,
        "confirmed": True,
        "chosen_by_site": True,
    }


def test_a_delay_and_a_request_judged_by_an_unconfirmed_text_say_so_and_by_the_site_s_own_do_not() -> None:
    promise = replace(PROMISE, origin=Origin(PresetName.QUALIPREF))
    said = Line(origin_words.promised(promise), Emphasis.DIM)
    asked = request()

    pages = [request_page(asked, verdict(asked), (), (), (), of, PARIS) for of in (promise, PROMISE)]
    pages += [clock_of(replied=True, promise=of) for of in (promise, PROMISE)]
    blocks = [page.sections[-1].blocks for page in pages]

    assert [said in found for found in blocks] == [True, False, True, False]


RECEIPT = Promise(
    ACKNOWLEDGEMENT_PRESETS[PresetName.RECEIPT].commitment(PresetName.RECEIPT), KeptBy.FIRST_MAIL
)
CHOSEN = Promise(replace(COMPLAINTS, origin=Origin(chosen_by_site=True)))
URGENT = Promise(replace(PROMISE, category="urgent"))
ANNOUNCED = announced_dates(PROMISE)
SO_FAR = Finality((Missing.PERIOD,))


def line(
    promise: Promise, counts: Population, answered: int = 0, found: Finality | None = None
) -> PromiseLine:
    return PromiseLine(promise, counts, answered, found or Finality())


SENTENCES = [
    (
        line(CHOSEN, Population(met=2, waiting=1), 2),
        (
            "Réclamations (en 15 jours ouvrés au plus, délai choisi par le site) : "
            "3 demandes, 2 répondues, 1 sans réponse, à ce jour."
        ),
    ),
    (
        line(URGENT, Population(met=1), 1),
        "urgent (en moins de 10 jours ouvrés) : 1 demande, 1 répondue, 0 sans réponse, à ce jour.",
    ),
    (
        line(RECEIPT, Population(met=2, missed=1), 2),
        (
            "Accusé de réception (en 10 jours ouvrés au plus, d'après l'article L. 112-11 du code des relations entre "
            "le public et l'administration, à vérifier) : 3 demandes, 2 ont eu un courriel de la préfecture, "
            "quoi qu'il dise, 1 n'en a eu aucun, à ce jour."
        ),
    ),
    (
        line(ANNOUNCED, Population(met=1, missed=2, early=1, waiting=1), 3),
        (
            "Délai annoncé (d'après l'engagement n° 4 de Services Publics+) : "
            "5 dates annoncées, 1 tenue, 2 non tenues, 2 pas encore venues, à ce jour."
        ),
    ),
]


@pytest.mark.parametrize(("of", "said"), SENTENCES)
def test_a_promise_is_told_with_its_counts_and_its_source(of: PromiseLine, said: str) -> None:
    assert promise_words.counts(of) == said


@pytest.mark.parametrize(
    ("of", "kept", "target"),
    [
        (line(CHOSEN, Population(met=2)), "2 sur 2", "toutes : tenu"),
        (line(CHOSEN, Population(met=9, missed=1)), "9 sur 10", "toutes : non tenu"),
        (
            line(CHOSEN, Population(met=9, missed=1), found=SO_FAR),
            "9 sur 10",
            "toutes : au-dessous à ce jour",
        ),
        (line(CHOSEN, Population(met=9), found=SO_FAR), "9 sur 9", "toutes : à l'objectif à ce jour"),
        (line(CHOSEN, Population(waiting=1), found=SO_FAR), "aucune demande échue", "toutes"),
        (line(CHOSEN, Population()), "aucune demande", "toutes"),
        (line(URGENT, Population(met=4, missed=1)), "80\u00a0% (4 sur 5)", "80\u00a0% : tenu"),
        (line(URGENT, Population(met=3, missed=1)), "3 sur 4", "80\u00a0%"),
        (line(URGENT, Population(met=3, missed=2)), "60\u00a0% (3 sur 5)", "80\u00a0% : non tenu"),
        (
            line(URGENT, Population(met=5), found=SO_FAR),
            "100\u00a0% (5 sur 5)",
            "80\u00a0% : au-dessus à ce jour",
        ),
        (
            line(URGENT, Population(met=5), found=Finality(is_covered=False)),
            "100\u00a0% (5 sur 5)",
            "80\u00a0%",
        ),
    ],
)
def test_what_is_for_every_one_is_said_by_counts_and_a_share_from_the_minimum_on(
    of: PromiseLine, kept: str, target: str
) -> None:
    assert (promise_words.kept(of, 5), promise_words.target(of, 5)) == (kept, target)


def test_the_page_shows_each_promise_and_a_date_only_where_one_was_announced() -> None:
    lines = (line(CHOSEN, Population(met=2), 2), line(RECEIPT, Population()), line(ANNOUNCED, Population()))

    [section] = other_promises(cohort(promises=lines), 5)
    table, counts, lists = section.blocks

    assert section.heading == "Autres engagements – année 2026"
    assert isinstance(table, Table)
    assert table.rows == (
        (
            Cell("Réclamations", "complaint"),
            Cell("2 sur 2"),
            Cell("toutes : tenu", Fraction(1), Emphasis.GOOD),
        ),
        (
            Cell("Accusé de réception", "accuse-reception"),
            Cell("aucune demande"),
            Cell("toutes", Fraction(1)),
        ),
    )
    assert isinstance(counts, Points)
    assert len(counts.sentences) == 2
    assert lists == Line(
        "Chaque liste : « mailsla requests --period 2026 --promise NOM », où NOM est complaint ou accuse-reception.",
        Emphasis.DIM,
    )


def test_the_lists_are_of_the_report_s_own_cohort_and_service() -> None:
    found = cohort(promises=(line(CHOSEN, Population(met=2), 2),), by=Belonging.RECEIVED)

    [section] = other_promises(found, 5, "Cartes grises")

    assert isinstance(lists := section.blocks[-1], Line)
    assert '--period 2026 --cohort received --service "Cartes grises" --promise NOM »' in lists.text


def test_a_share_is_a_number_for_machines_and_a_broken_promise_stands_out() -> None:
    lines = (line(URGENT, Population(met=3, missed=2)), line(ANNOUNCED, Population(missed=1)))

    [section] = other_promises(cohort(promises=lines), 5)

    assert isinstance(table := section.blocks[0], Table)
    assert table.rows[0][1:] == (
        Cell("60\u00a0% (3 sur 5)", Fraction(3, 5)),
        Cell("80\u00a0% : non tenu", Fraction(4, 5), Emphasis.BAD),
    )
    assert table.rows[1][0] == Cell("Délai annoncé", "delai-annonce")


def test_without_any_other_promise_the_page_has_no_such_section() -> None:
    assert other_promises(cohort(), 5) == ()
    assert other_promises(cohort(promises=(line(ANNOUNCED, Population()),)), 5) == ()


def test_a_list_by_a_promise_says_whose_due_dates_it_shows() -> None:
    said = [promise_words.by_promise(promise) for promise in (CHOSEN, RECEIPT, ANNOUNCED)]

    assert [sentence.rpartition(" : ")[2] for sentence in said] == [
        "échéance et délai sont les siens.",
        "échéance et délai sont ceux du premier courriel de la préfecture.",
        "l'échéance est la date annoncée.",
    ]


def test_a_program_reads_no_share_of_what_is_for_every_one_and_what_is_too_few() -> None:
    every_one = promise_document(line(CHOSEN, Population(met=9, missed=1), 10), 5)
    few = promise_document(line(URGENT, Population(met=1)), 5)
    enough = promise_document(line(URGENT, Population(met=3, missed=2)), 5)

    assert every_one["attainment"] == {
        "numerator": 9, "denominator": 10, "share": None, "too_few": False, "low": None, "high": None,
    }  # fmt: skip
    assert (every_one["keeping"], few["keeping"], enough["keeping"]) == ("not_kept", None, "not_kept")
    assert (few["attainment"]["share"], few["attainment"]["too_few"]) == (None, True)
    assert enough["attainment"]["share"] == 0.6
