"""Mails that are no request, those to check, one of them, and what a decision changed: as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.mail.kinds import MAY_BE_LEFT
from mailsla.core.office.sides import UNDECLARED_FORM, UNPROVEN, UNSENT
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.mail_list import MailList
from mailsla.core.pairing.request import Step
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.changes import Change
from mailsla.presentation import mail_terms, terms
from mailsla.presentation.pages.mail_list_page import left_out_page, mails_page
from mailsla.presentation.pages.mail_page import (
    addresses,
    changes_page,
    mail_page,
    to_check_lines,
)
from mailsla.presentation.pages.page import MANY_ROWS, Block, Cell, Line, Page, Roll, Table
from mailsla.presentation.words import number
from tests.factories import PARIS, paris
from tests.presentation.samples import judged, request

LETTER = ListedMail(
    key="99998888aaaa",
    at=paris("2026-11-10 11:00"),
    side="aside",
    kind="list",
    reason=("list-field", "list-id", ""),
    subject="La lettre\x1b[2J",
    senders=("lettre@example.org",),
    recipients=("contact@pref.example.fr",),
    mailboxes=(("contact", "INBOX"), ("contact", "Archives")),
    conversation="99998888aaaa",
)
KEY = "a1b2c3d4e5f6"
CORE = Path(__file__).parents[2] / "mailsla" / "core"


def of(mails: Sequence[ListedMail], found: int | None = None) -> MailList:
    """Return a list of some mails, a sample of `found` when that is given."""
    return MailList(iter(mails), len(mails), len(mails) if found is None else found)


def said(page: Page) -> list[str]:
    return texts(block for section in page.sections for block in section.blocks)


def texts(blocks: Iterable[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Line)]


def test_each_mail_left_out_says_what_it_is_who_wrote_it_and_what_said_so() -> None:
    page = left_out_page(of([LETTER]), 2, PARIS)
    [table] = [block for section in page.sections for block in section.blocks if isinstance(block, Table)]

    assert [cell.text for cell in table.rows[0] if isinstance(cell, Cell)] == [
        "m99998888",
        "10/11/2026 11:00",
        "liste",
        "liste de diffusion (list-id)",
        "lettre@example.org",
        "La lettre [2J",
    ]
    assert said(page)[:2] == [
        "1 courriel écarté.",
        "2 courriels internes à la préfecture ne sont pas listés ici.",
    ]


def test_a_sample_says_of_how_many_it_was_drawn_and_nothing_is_said_of_none() -> None:
    assert said(left_out_page(of([LETTER], 40), 0, PARIS))[0] == "1 courriel tiré au sort parmi 40 écartés."
    assert said(left_out_page(of([]), 0, PARIS)) == ["0 courriel écarté."]


def test_a_long_list_is_read_as_it_is_drawn_and_says_the_same_below() -> None:
    read: list[ListedMail] = []

    def mails() -> Iterator[ListedMail]:
        for n in range(MANY_ROWS + 1):
            read.append(LETTER._replace(key=f"{n:012}"))
            yield read[-1]

    page = left_out_page(MailList(mails(), MANY_ROWS + 1, MANY_ROWS + 1), 2, PARIS)
    [roll] = [block for section in page.sections for block in section.blocks]
    assert isinstance(roll, Roll)
    assert read == []
    assert len(list(roll.rows)) == len(read) == MANY_ROWS + 1
    assert [line.text for line in roll.closing()][:2] == [
        f"{number(MANY_ROWS + 1)} courriels écartés.",
        "2 courriels internes à la préfecture ne sont pas listés ici.",
    ]


def test_each_mail_of_a_list_says_its_class_and_where_there_is_room_what_left_it_out() -> None:
    unread = LETTER._replace(
        key="", kind="unreadable", reason=("no-header",), senders=(), subject="", mail_class="set-aside"
    )
    reply = LETTER._replace(kind="person", reason=(), mail_class="reply", message_id="a@pref.example.fr")
    page = mails_page(of([LETTER._replace(mail_class="left-out"), reply, unread], 40), PARIS)
    [table] = [block for section in page.sections for block in section.blocks if isinstance(block, Table)]
    rows = [[cell.text for cell in row if isinstance(cell, Cell)] for row in table.rows]

    assert said(page) == ["3 courriels tirés au sort parmi 40."]
    assert said(mails_page(of([]), PARIS)) == ["0 courriel."]
    assert [(row[0], row[2], row[6], row[7]) for row in rows] == [
        ("m99998888", "écarté : liste", "liste de diffusion (list-id)", "–"),
        ("m99998888", "réponse", "", "a@pref.example.fr"),
        ("–", "mis de côté", "aucun en-tête lisible ; relu après une mise à jour", "–"),
    ]
    assert [column.room for column in table.columns] == [0, 0, 0, 0, 0, 120, 160, 200]


def test_every_class_has_words_for_one_mail_and_for_many() -> None:
    for item in MailClass:
        assert mail_terms.mail_class(item) != mail_terms.one_class(item, "spam") != ""


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        (("rfc3834", "auto-submitted", "auto-replied"), "RFC 3834 (auto-submitted: auto-replied)"),
        (("not-sent", "", ""), "brouillon, jamais envoyé"),
        (("unknown-rule",), "UNKNOWN-RULE"),
    ],
)
def test_the_rule_and_its_header_field_are_named(kept: tuple[str, ...], text: str) -> None:
    assert mail_terms.left_out_because("list", kept) == text


def test_what_could_not_be_derived_says_so_in_words() -> None:
    said = mail_terms.left_out_because("underived", ("KeyError", "", ""))

    assert said == "erreur de mailsla ; relu après une mise à jour"


def test_every_rule_that_leaves_a_mail_out_has_words() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in sorted(CORE.rglob("*.py")))
    weak = {"absence-subject", "null-path"}
    rules = set(re.findall(r'Reason\(\s*"([a-z0-9-]+)"', written)) - weak | {
        *UNSENT,
        UNPROVEN,
        UNDECLARED_FORM,
        MAY_BE_LEFT,
    }

    assert {rule for rule in rules if mail_terms.left_out_by(rule) == rule.upper()} == set()


def test_addresses_are_made_harmless_and_the_many_are_counted() -> None:
    many = tuple(f"a{number}@example.org" for number in range(5))

    assert addresses(()) == "–"
    assert addresses(("a\x1b@example.org",)) == "a @example.org"
    assert addresses(many) == "a0@example.org, a1@example.org, a2@example.org et 2 autres"
    assert addresses(many[:3]).count("@") == 3
    assert addresses(many[:4]).endswith(" et 1 autre")


@pytest.mark.parametrize("code", [code for code in DoubtCode if code is not DoubtCode.FORM_IN_JUNK])
def test_every_doubt_says_why_where_its_mail_lies_and_the_command_that_settles_it(code: DoubtCode) -> None:
    doubt = Doubt(LETTER.key, LETTER.at, (KEY,), code)
    lines = texts(to_check_lines([doubt], {LETTER.key: LETTER}, PARIS))

    assert lines[1] == f"m99998888, 10/11/2026 à 11\u00a0h\u00a000 : {terms.doubt(code)}"
    assert lines[4] == "  Dossier : contact, boîte de réception ; contact, Archives"
    assert ("  demande ma1b2c3d4 : –" in lines) is code.is_about_a_reply
    first = 0 if code is DoubtCode.RECEIPT_DISPUTED else 1
    assert [line.count("mailsla decide") for line in lines[-2:]] == [first, 1]
    assert lines[-1].endswith("mailsla decide ma1b2c3d4 dismiss --message m99998888 --reason …")


def test_a_mail_that_counts_for_nothing_is_settled_by_itself() -> None:
    lines = texts(to_check_lines([Doubt(LETTER.key, LETTER.at, (), DoubtCode.FORM_IN_JUNK)], {}, PARIS))

    assert lines[1].endswith(terms.doubt(DoubtCode.FORM_IN_JUNK))
    assert [line.split("mailsla decide ")[1] for line in lines[2:]] == [
        "m99998888 count --reason …",
        "m99998888 leave-out --reason …",
    ]


def test_a_mail_that_nothing_is_known_of_any_more_is_still_listed() -> None:
    lines = texts(to_check_lines([Doubt("b" * 12, LETTER.at, (KEY,), DoubtCode.TOO_LATE)], {}, PARIS))

    assert len(lines) == 5
    assert lines[1].startswith("mbbbbbbbb")


def test_a_mail_says_what_it_was_taken_for_its_part_and_what_was_decided_of_it() -> None:
    step = Step(LETTER.key, Part.REPLY, Moment(LETTER.at, Basis.SERVER))
    of = request(steps=(step,))
    decided = Decision(3, LETTER.key, Action.COUNT, "usager", "camille", LETTER.at)

    page = mail_page(LETTER, [of], (), [decided], {}, PARIS)
    lines = said(page)

    assert page.title == "Courriel m99998888"
    assert lines[0] == "courriel écarté, le 10/11/2026 à 11\u00a0h\u00a000"
    assert "Écarté : liste, liste de diffusion (list-id)" in lines
    assert "Demande ma1b2c3d4 : réponse" in lines
    assert lines[-1].startswith("Décision n° 3, le 10/11/2026")
    assert "courriel m99998888 compté" in lines[-1]
    assert not any(
        line.startswith("Écarté")
        for line in said(mail_page(LETTER._replace(reason=()), (), (), (), {}, PARIS))
    )


def test_what_a_decision_changed_is_said_a_line_a_request() -> None:
    waiting = judged()
    answered = judged(answered=Moment(paris("2026-11-03 10:00"), Basis.SERVER))
    given = replace(waiting, case=replace(waiting.case, service="Étrangers"))
    out = judged(excluded="doublon")

    lines = said(
        changes_page(
            [
                Change(None, waiting),
                Change(waiting, None),
                Change(waiting, answered),
                Change(waiting, given),
                Change(answered, out),
            ]
        )
    )

    name = "ma1b2c3d4 (« Suspension de permis »)"
    late = "en retard, sans réponse, échéance le 12/11/2026"

    def whose(service: str) -> str:
        return f"{late} (service : {service} ; catégorie : information)"

    assert lines == [
        f"Nouvelle demande {name} : {late}.",
        f"La demande {name} n'en est plus une (elle était : {late}).",
        f"La demande {name} était : {late} ; elle est : répondue le 03/11/2026, dans les temps.",
        f"La demande {name} était : {whose('Permis')} ; elle est : {whose('Étrangers')}.",
        f"La demande {name} était : répondue le 03/11/2026, dans les temps ; elle est : exclue des chiffres.",
    ]
    assert said(changes_page([])) == ["Aucune demande ne change."]
