"""What is to be sent now, and what became of the mails before, for people and for machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailsla.core.alerts.outgoing import DropReason, OutgoingState
from mailsla.presentation.documents.alerts import alerts_document
from mailsla.presentation.pages.outbox_page import journal_page, outbox_page
from mailsla.presentation.pages.page import Cell, Emphasis, Line, Table
from tests.factories import PARIS
from tests.presentation.samples import NOW, digest, notice, request

HEAD = "chef.permis@pref.example.fr"
WAITS = OutgoingState(HEAD, "digest", date(2026, 11, 13), NOW, None, 2, None, 3)
SENT, REFUSED = replace(WAITS, sent_at=NOW), replace(WAITS, refused="refusé (code 550).")
DROPPED = replace(WAITS, dropped=DropReason.CLOSED_DAY)


def test_each_mail_to_send_is_shown_as_it_would_be() -> None:
    page = outbox_page(
        [(HEAD, "Courriels", "Bonjour,\n"), ("chef@pref.example.fr", "Autre", "Bonsoir,\n")], (), PARIS
    )

    assert page.sections[0].blocks == (
        *(
            Line(f"À envoyer à {HEAD}", Emphasis.STRONG),
            Line("Objet : Courriels"),
            Line(""),
            Line("Bonjour,\n"),
        ),
        Line("À envoyer à chef@pref.example.fr", Emphasis.STRONG),
        *(Line("Objet : Autre"), Line(""), Line("Bonsoir,\n")),
    )


def test_that_there_is_nothing_to_send_is_said_only_when_there_is_nothing() -> None:
    nothing = Line("Aucune alerte à envoyer maintenant.")

    assert outbox_page((), (), PARIS).sections[0].blocks == (nothing,)
    assert nothing not in outbox_page([(HEAD, "Courriels", "Bonjour,\n")], (), PARIS).sections[0].blocks


def test_the_history_says_whether_each_mail_was_sent_was_refused_or_waits() -> None:
    [table] = outbox_page((), (SENT, REFUSED, WAITS, DROPPED), PARIS).sections[1].blocks

    assert isinstance(table, Table)
    assert table.rows[0] == (
        Cell(HEAD),
        Cell("13/11/2026", date(2026, 11, 13)),
        Cell("3", 3),
        Cell("envoyée le 13/11/2026 à 8\u00a0h\u00a030"),
    )
    assert [row[-1] for row in table.rows[1:]] == [
        Cell("refusée : refusé (code 550)."),
        Cell("en attente d'envoi (2 essais)"),
        Cell("abandonnée : jour fermé"),
    ]


def test_the_document_says_the_same_to_a_machine() -> None:
    due = digest(notice(request()))

    assert alerts_document([(due, "Courriels")], (SENT, REFUSED, DROPPED), PARIS) == {
        "schema": "mailsla.alerts/1",
        "due": [
            {
                "recipient": HEAD,
                "subject": "Courriels",
                "requests": [{"request": "a1b2c3d4", "level": "overdue", "remaining": -1}],
                "backlog": 0,
            }
        ],
        "sent": [
            {
                "recipient": HEAD,
                "day": "2026-11-13",
                "requests": 3,
                "sent_at": sent_at,
                "attempts": 2,
                "refused": refused,
                "dropped": dropped,
            }
            for sent_at, refused, dropped in (
                ("2026-11-13T08:30:00+01:00", None, None),
                (None, "refusé (code 550).", None),
                (None, None, "closed-day"),
            )
        ],
    }


def test_the_journal_says_of_every_mail_what_it_was_for_and_what_became_of_it() -> None:
    alarm = replace(WAITS, purpose="collection-stopped contact 2026-11-13T08:00:00+00:00", attempts=0)
    [table] = journal_page((SENT, DROPPED, alarm), PARIS).sections[0].blocks

    assert isinstance(table, Table)
    assert [[cell.text for cell in row if isinstance(cell, Cell)] for row in table.rows] == [
        ["13/11/2026", HEAD, "alerte", "3", "2", "envoyée le 13/11/2026 à 8\u00a0h\u00a030"],
        ["13/11/2026", HEAD, "alerte", "3", "2", "abandonnée : jour fermé"],
        ["13/11/2026", HEAD, "alarme", "3", "0", "en attente d'envoi (0 essai)"],
    ]
    assert journal_page((), PARIS).sections[0].blocks == (Line("Aucune alerte n'est encore partie."),)


def test_the_journal_tells_reports_and_what_became_of_actions_from_alarms() -> None:
    report = replace(DROPPED, purpose="report week 2026-W45", dropped=DropReason.DAY_OVER)
    [table] = journal_page((report, replace(SENT, purpose="actions")), PARIS).sections[0].blocks

    assert isinstance(table, Table)
    assert [[row[2], row[5]] for row in table.rows] == [
        [
            Cell("rapport"),
            Cell("abandonné : un rapport plus récent le remplace, ou personne ne le demande plus"),
        ],
        [Cell("actions"), Cell("envoyée le 13/11/2026 à 8\u00a0h\u00a030")],
    ]
