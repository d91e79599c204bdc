"""One request and lists of them, as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.request import Grounds, Request
from mailsla.presentation.pages.page import Cell, Emphasis, Line, Page, Table
from mailsla.presentation.pages.request_page import request_page, requests_page
from tests.factories import PARIS, PROMISE, paris
from tests.presentation.samples import NOW, STANDARD, doubt, judged, request, verdict

REPLY = "77776666ffff"
OPENING = DerivedMessage(
    key="a1b2c3d4e5f6",
    message_id="un@mail.example",
    subject="Suspension de permis",
    conversation="a1b2c3d4e5f6",
    evidence="none",
    tied_to=None,
    side="citizen",
    kind="person",
    reason=(),
    at=paris("2026-10-29 10:05"),
    basis="server",
)
BESIDE = replace(
    OPENING,
    key=REPLY,
    evidence="in-reply-to",
    tied_to=OPENING.key,
    side="outbound",
    at=paris("2026-11-05 15:00"),
)
DECISION = Decision(7, OPENING.key, Action.EXCLUDE, "doublon", "camille", paris("2026-11-10 09:00"))


def page_of(of: Request, *decisions: Decision) -> Page:
    end = of.answered.at if of.answered else NOW
    counted = STANDARD.clock.days(of.received.at, end)
    return request_page(of, verdict(of), (OPENING, BESIDE), counted, decisions, PROMISE, PARIS)


def lines_of(page: Page) -> list[Line]:
    """Return what is said below the days."""
    return [block for block in page.sections[1].blocks if isinstance(block, Line)]


def tables_of(page: Page) -> list[Table]:
    return [block for section in page.sections for block in section.blocks if isinstance(block, Table)]


def test_equal_requests_give_equal_pages() -> None:
    assert page_of(request(), DECISION) == page_of(request(), DECISION)
    assert page_of(request()) != page_of(request(), DECISION)


def test_a_request_is_named_then_told_with_what_its_instants_rest_on() -> None:
    page = page_of(request())

    assert page.title == "Demande ma1b2c3d4"
    assert [line.text.replace("\u00a0", " ") for line in page.lines] == [
        "Objet : Suspension de permis",
        "Reçue le 29/10/2026 à 10 h 05 (date de réception du serveur)",
        "Service : Permis, depuis le 29/10/2026 à 10 h 05 (adresse destinataire)",
    ]


def test_a_request_without_subject_or_service_says_the_first_and_keeps_silent_about_the_second() -> None:
    page = page_of(request(subject="", assignments=()))

    assert page.lines[0].text == "Objet : (sans objet)"
    assert len(page.lines) == 2


def test_messages_are_numbered_and_each_says_what_ties_it_to_which() -> None:
    messages = tables_of(page_of(request()))[0]

    assert [(row[0], row[1], row[3], row[4]) for row in messages.rows] == [
        (Cell("1", 1), Cell("ma1b2c3d4", "a1b2c3d4e5f6"), Cell("demande"), Cell("ouvre l'échange")),
        (
            Cell("2", 2),
            Cell("m77776666", REPLY),
            Cell("réponse à une autre demande"),
            Cell("répond à (In-Reply-To) n° 1"),
        ),
    ]


def test_days_are_counted_one_by_one_and_those_that_do_not_count_say_why() -> None:
    days = tables_of(page_of(request()))[1]

    assert days.rows[0] == (Cell("vendredi 30 octobre 2026", date(2026, 10, 30)), Cell("1", 1), Cell("ouvré"))
    assert days.rows[1][1:] == (Cell("–"), Cell("week-end"))
    assert days.rows[-1][1] == Cell("10", 10)


def test_the_verdict_stands_out_and_the_reply_is_told_only_when_there_is_one() -> None:
    [waiting] = lines_of(page_of(request()))
    [late, reply] = lines_of(page_of(request(answered=Moment(paris("2026-11-13 08:00"), Basis.FILED))))

    assert waiting.text == (
        "Échéance : jeudi 12 novembre 2026 au soir (jour 9). 10 jours ouvrés écoulés : en retard, sans réponse."
    )
    assert late.text.endswith("Répondu en 10 jours ouvrés : hors délai.")
    assert (waiting.emphasis, late.emphasis, reply.emphasis) == (
        Emphasis.STRONG,
        Emphasis.STRONG,
        Emphasis.DIM,
    )


def test_decisions_are_told_with_who_what_and_why() -> None:
    [_verdict, told] = lines_of(page_of(request(), DECISION))

    assert told.text == (
        "Décision n° 7, le 10/11/2026 à 9\u00a0h\u00a000, par camille : exclue du taux – doublon"
    )


def test_a_list_says_how_many_and_has_no_table_when_there_is_none() -> None:
    none, one = requests_page((), (), PARIS, 0), requests_page((judged(),), (), PARIS, 1)

    assert none.sections[0].blocks == (Line("0 demande.", Emphasis.DIM),)
    [table] = tables_of(one)
    assert table.rows == (
        (
            Cell("ma1b2c3d4", "a1b2c3d4e5f6"),
            Cell("29/10/2026 10:05", paris("2026-10-29 10:05")),
            Cell("12/11/2026", date(2026, 11, 12)),
            Cell("10", 10),
            Cell("Permis"),
            Cell("Suspension de permis"),
        ),
    )
    assert one.sections[0].blocks[1:] == (Line("1 demande.", Emphasis.DIM),)


def test_what_a_request_rests_on_stands_beside_it_where_there_is_room() -> None:
    places = (("contact", "INBOX"), ("contact", "Permis"))
    by_mail = Grounds("a@example.org", places, Basis.LAST_HOP, Basis.SENDER_CLOCK, REPLY, "references")
    by_phone = by_mail._replace(message_id=None, answered=Basis.DECISION, answered_by=None, evidence=None)
    waiting = by_phone._replace(answered=None)

    def shown(grounds: Grounds) -> list[str]:
        [table] = tables_of(requests_page((judged(),), (), PARIS, 1, grounds={"a1b2c3d4e5f6": grounds}))
        assert [column.room for column in table.columns] == [0, 0, 0, 0, 0, 0, 120, 120, 160, 160, 200]
        return [cell.text for cell in table.rows[0][6:] if isinstance(cell, Cell)]

    assert shown(by_mail) == [
        "information",
        "contact, boîte de réception ; contact, Permis",
        "dernier relais",
        "cite (References)",
        "a@example.org",
    ]
    assert shown(by_phone)[3:] == ["décision", "–"]
    assert shown(waiting)[3] == "–"


def test_the_star_is_explained_only_where_one_stands() -> None:
    starred = requests_page((judged(),), {"a1b2c3d4e5f6"}, PARIS, 1)
    unstarred = requests_page((judged(),), {"another"}, PARIS, 1)

    explained = Line("* Décision consignée : voir « mailsla show ».", Emphasis.DIM)
    assert [block for page in (starred, unstarred) for block in page.sections[0].blocks[2:]] == [explained]


def test_what_is_to_check_is_listed_below_the_requests() -> None:
    page = requests_page((judged(),), (), PARIS, 1, [doubt("99998888aaaa", "a1b2c3d4e5f6", "b1b2c3d4e5f6")])
    lines = [block.text for block in page.sections[0].blocks if isinstance(block, Line)]

    assert "m99998888, 10/11/2026 à 11\u00a0h\u00a000 : plusieurs demandes conviennent" in lines
    assert [line for line in lines if line.startswith("  demande")] == [
        "  demande ma1b2c3d4 : –",
        "  demande mb1b2c3d4 : –",
    ]
    assert lines[-1].startswith("  Rien à changer : mailsla decide ma1b2c3d4 dismiss")


def test_a_sample_says_of_how_many_it_was_drawn() -> None:
    page = requests_page((judged(),), (), PARIS, 30)

    assert Line("1 demande tirée au sort parmi 30.", Emphasis.DIM) in page.sections[0].blocks
