"""The registers as people read them: who and when by the machine, and that nobody noted it where nobody did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailsla.core.pairing.decision import Action, Decision, Recorded
from mailsla.core.rate.effect import Effect
from mailsla.core.rate.population import Population
from mailsla.core.rate.publication import Published, Source
from mailsla.presentation import words
from mailsla.presentation.formats import register_sheet
from mailsla.presentation.pages.mail_page import decision_line
from mailsla.presentation.pages.page import Cell, Page, Table
from mailsla.presentation.pages.register_page import decisions_page, just_published, publications_page, signed
from tests.factories import PARIS, paris
from tests.presentation.samples import publication, revision

AT = paris("2026-11-13 09:30")
TAKEN = Decision(
    3, "a1b2c3d4" * 4, Action.EXCLUDE, "doublon", "Camille", AT, recorded=Recorded("camille", AT)
)
EFFECT = Effect(2026, Population(met=42, missed=11), Population(met=43, missed=11))


def rows(page: Page) -> list[list[str]]:
    [table] = [block for section in page.sections for block in section.blocks if isinstance(block, Table)]
    return [[cell.text for cell in row if isinstance(cell, Cell)] for row in table.rows]


def test_a_decision_has_its_number_when_who_reference_reason_and_effect() -> None:
    [row] = rows(decisions_page([(TAKEN, None, [EFFECT])], PARIS))

    assert row == [
        "3",
        "13/11/2026 09:30, Camille (session camille)",
        "ma1b2c3d4",
        "exclue du taux – doublon",
        "2026 : 43/54 → 42/53",
    ]


def test_what_is_no_longer_in_force_says_what_took_it_back_and_has_no_effect() -> None:
    undo = Decision(4, TAKEN.target, Action.UNDO, "erreur", "Camille", AT, undone=3)
    first, second = rows(decisions_page([(TAKEN, 4, []), (undo, None, [])], PARIS))

    assert (first[3], first[4]) == ("exclue du taux – doublon (annulée par la n° 4)", "–")
    assert (second[3], second[4]) == ("la décision n° 3 ne vaut plus – erreur", "inchangé")


def test_when_and_who_are_the_machine_s_and_what_was_said_stands_beside_only_where_it_is_something_else() -> (
    None
):
    noted = Recorded("agent", AT)

    assert signed(AT, "agent", noted, PARIS) == "13/11/2026 09:30, agent"
    assert signed(AT + timedelta(minutes=1), None, noted, PARIS) == "13/11/2026 09:30, agent"
    assert signed(AT + timedelta(minutes=2), "Camille", noted, PARIS) == (
        "13/11/2026 09:30 (heure réglée : 13/11/2026 09:32), Camille (session agent)"
    )
    assert signed(AT, "Camille", None, PARIS) == (
        "13/11/2026 09:30, Camille (ni l'heure ni la session ne sont consignées)"
    )


def test_a_publication_has_what_was_frozen_what_it_would_be_and_what_follows_it() -> None:
    changed = revision(Source.DECISIONS)
    noted = Published("Camille", Recorded("agent", paris("2026-11-02 09:00")), "comité")
    frozen = replace(changed.published, number=3, signed=noted, definitive=True)
    first, second = rows(publications_page([(frozen, changed, 5), (publication(8, 2), None, None)], 5, PARIS))

    assert first == [
        "3",
        "02/11/2026 09:00, Camille (session agent) – comité",
        "octobre 2026, demandes reçues",
        "8 sur 10 (80\xa0%), définitif",
        "9 sur 10 (90\xa0%) : 1 demande (décisions) ; republié : n° 5",
    ]
    assert second[1] == "02/11/2026 09:00 (ni l'heure ni la session ne sont consignées)"
    assert second[3:] == ["8 sur 10 (80\xa0%), définitif ou non : non consigné", "inchangé"]


def test_what_everybody_reads_has_no_name_and_nobody_s_own_words() -> None:
    answered = Decision(
        4, TAKEN.target, Action.ANSWERED, "Mme Durand a rappelé", "Camille", AT, at=AT, text="M. Durand",
        recorded=Recorded("camille", AT + timedelta(hours=1)),
    )  # fmt: skip
    signed_so = Published("Camille", Recorded("camille", AT), "Durand")
    frozen = replace(publication(8, 2), number=3, signed=signed_so, definitive=True)

    decided = decisions_page([(TAKEN, None, [EFFECT]), (answered, None, [])], PARIS, personal=False)
    published = publications_page([(frozen, None, None)], 5, PARIS, personal=False)
    line = decision_line(answered, PARIS, personal=False)

    hour = words.instant(AT, PARIS)
    assert [row[1:4:2] for row in rows(decided)] == [
        ["13/11/2026 09:30", "exclue du taux"],
        [
            "13/11/2026 10:30 (heure réglée : 13/11/2026 09:30)",
            f"répondue le {hour}, autrement que par courriel",
        ],
    ]
    assert line == f"Décision n° 4, le {hour} : répondue le {hour}, autrement que par courriel"
    assert rows(published)[0][1] == "13/11/2026 09:30 (heure réglée : 02/11/2026 09:00)"
    assert not any(name in f"{decided}{published}{line}" for name in ("Camille", "camille", "Durand", "qui"))


def test_no_percentage_of_too_few_is_published() -> None:
    few = replace(publication(3, 1), number=2, definitive=False)

    assert (
        just_published(few, 5) == "Publication n° 2 : octobre 2026, 3 sur 4, demandes reçues, non définitif."
    )
    assert "(75\xa0%)" in just_published(few, 4)


def test_an_empty_register_says_so() -> None:
    pages = (decisions_page([], PARIS), publications_page([], 5, PARIS))

    assert [section.blocks[0].text for page in pages for section in page.sections] == [  # type: ignore[union-attr]  # (a line)
        "Aucune décision.",
        "Aucune publication.",
    ]


def test_a_spreadsheet_has_a_line_for_each_year_that_a_decision_changes_and_as_many_cells_in_each() -> None:
    other = Decision(4, "b" * 32, Action.EXCLUDE, "=1", "Camille", AT)
    written = register_sheet.decisions(
        [(TAKEN, None, [EFFECT, replace(EFFECT, year=2027)]), (other, None, [])], PARIS
    )
    lines = [line.split(";") for line in written.lstrip("\ufeff").splitlines()]
    published = register_sheet.publications([(publication(8, 2), None, None)], PARIS).splitlines()

    assert [line[0] for line in lines[1:]] == ["3", "3", "4"]
    assert {len(line) for line in lines} == {14}
    assert lines[1][9:] == ["2026", "43", "54", "42", "53"]
    assert (lines[3][1], lines[3][2], lines[3][7]) == ("non consigné", "non consigné", "'=1")
    assert {line.count(";") for line in published} == {16}
