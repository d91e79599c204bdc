"""What is typed into a ready-written mail, found in what clients make of it."""

from __future__ import annotations

import pytest

from mailsla.core.alerts.signed_action import MailAction, SignedAction, Signer
from mailsla.core.mail.action_words import LONGEST_REASON, Asked, asked, asked_of
from tests.core.test_signed_action import KEY, TODAY

TOKEN = Signer(bytes(32), "S").token(SignedAction(MailAction.ANSWERED, KEY, TODAY), "a@pref.example.fr")

WRITTEN = f"""La demande m255831e5 a été répondue autrement.

Par (téléphone, courrier, guichet) : téléphone
Le (jj/mm/aaaa) : 12/11/2026
Pourquoi : la personne est passée

Signature, à laisser telle quelle :
{TOKEN}
"""
SAID = Asked("téléphone", "12/11/2026", "", "la personne est passée", (TOKEN,))


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        WRITTEN.replace("\n", "\r\n"),
        "".join(f"> > {line}\n" for line in WRITTEN.splitlines()),
        WRITTEN.replace(" :", "\u00a0:").replace(" : ", "\u202f:\u00a0"),
        WRITTEN.replace(" : ", " :\n"),
        WRITTEN.replace("\n", "\n\n").replace(" : ", ": "),
        WRITTEN.replace("é", "e\u0301"),
        WRITTEN.replace("est passée", "est\npassée"),
        WRITTEN.replace("Par", "*Par")
        .upper()
        .replace("TÉLÉPHONE\n", "téléphone\n")
        .replace("LA PERSONNE EST PASSÉE", "la personne est passée"),
        "Bonjour,\nc'est fait.\n" + WRITTEN + "\nEnvoyé de mon téléphone\nService : Permis",
        WRITTEN.replace("Le (jj/mm/aaaa)", "On (dd/mm/yyyy)").replace("Pourquoi", "Why").replace("Par", "By"),
    ],
    ids=[
        "plain",
        "CRLF",
        "quoted",
        "no-break spaces",
        "below",
        "paragraphs",
        "decomposed",
        "wrapped",
        "case",
        "around",
        "English",
    ],
)
def test_what_is_typed_is_found(text: str) -> None:
    assert asked("", text)[:2] == SAID[:2]
    assert asked("", text).reason == SAID.reason
    assert asked("", text).tokens == SAID.tokens


def test_what_is_left_empty_takes_nothing_from_the_lines_below() -> None:
    empty = (
        WRITTEN.replace("téléphone\n", "\n").replace("12/11/2026", "").replace("la personne est passée", "")
    )

    assert asked("", empty) == Asked(tokens=(TOKEN,))


def test_a_subject_s_token_comes_first_and_is_enough() -> None:
    other = Signer(bytes(32), "S").token(SignedAction(MailAction.REMIND, KEY, TODAY), "a@pref.example.fr")

    assert asked(f"[Demain] {other}", WRITTEN).tokens == (other, TOKEN)
    assert asked(f"RE: {other}", "").tokens == (other,)


def test_a_reason_is_cut_and_moves_no_cursor() -> None:
    found = asked("", f"Pourquoi : \x1b[2J\u202e{'x' * 10_000}\n\n{TOKEN}")

    assert len(found.reason) == LONGEST_REASON
    assert found.reason.isprintable()


def test_what_is_kept_is_read_again_and_without_token_nothing_is() -> None:
    assert asked_of(asked("", WRITTEN).kept) == asked("", WRITTEN)
    assert asked("", WRITTEN.replace(TOKEN, "")).kept == ()
    assert asked_of(()) == Asked()
