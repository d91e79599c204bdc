"""Signed actions: what is signed comes back from whatever a mail client makes of it, and nothing else does."""

from __future__ import annotations

import quopri
import re
import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.alerts.signed_action import (
    OF_HEADS,
    MailAction,
    SignedAction,
    Signer,
    Unsigned,
    claimed,
)
from mailsla.core.mail.action_token import (
    ALPHABET,
    MOST_TOKENS,
    WORD,
    held_by,
    names_token,
    token_of,
    tokens_in,
)
from mailsla.core.office.body_evidence import first_text

HEAD = "chef.permis@pref.example.fr"
SIGNER = Signer(bytes(range(32)), "Préfecture d'essai")
TODAY = date(2026, 11, 13)
KEY = "255831e5c0ffee00"

KEYS = st.binary(min_size=8, max_size=8).map(bytes.hex)
ACTIONS = st.builds(
    SignedAction,
    action=st.sampled_from(MailAction),
    target=KEYS,
    expires_on=st.dates(TODAY, date(2199, 1, 1)),
    other=st.none() | KEYS,
)
BETWEEN = st.sampled_from(
    [
        "",
        "",
        "",
        "\n",
        "\r\n",
        "\n> ",
        "\n>> > ",
        " ",
        "\u00a0",
        "\u00ad",
        "\u200b",
        "\u2011",
        "=\r\n",
        "\u202f",
        "-",
    ]
)
BEFORE = st.sampled_from(["", "Bonjour,\n\n", "> ", "RE: [J'ai répondu] ", "mailsla, ", "MAILSLA-ABC, puis "])
AFTER = st.sampled_from(
    ["", "\n", " ", ".", "\n\nCordialement,\nCamille", "\n-- \nService", "%0D%0A", "ABC", "]", "\n> 1"]
)


@given(ACTIONS)
def test_what_is_signed_is_read_by_whoever_it_was_signed_for(asked: SignedAction) -> None:
    token = SIGNER.token(asked, HEAD)

    assert SIGNER.opened(token, HEAD, TODAY) == asked
    assert claimed(token) == asked
    assert len(token) == len(WORD) + (36 if asked.other is None else 48)
    assert set(token.removeprefix(WORD)) <= set(ALPHABET)


@given(ACTIONS, BEFORE, AFTER, st.data())
def test_a_token_is_found_however_it_was_quoted_wrapped_and_rewritten(
    asked: SignedAction, before: str, after: str, data: st.DataObject
) -> None:
    token = SIGNER.token(asked, HEAD)
    cased = data.draw(
        st.sampled_from([token, token.lower(), token.capitalize(), token.replace("0", "o").replace("1", "l")])
    )
    pieces = [cased[0:7], *re.findall("-?.{1,7}", cased[7:])]
    written = before + "".join(piece + data.draw(BETWEEN) for piece in pieces[:-1]) + pieces[-1] + after

    assert token in tokens_in(written)


@pytest.mark.parametrize("width", [20, 64, 72, 76])
@pytest.mark.parametrize("other", [None, "00ff00ff00ff00ff"])
def test_quoted_printable_and_html_leave_a_token_whole(width: int, other: str | None) -> None:
    token = SIGNER.token(SignedAction(MailAction.CONFIRM, KEY, TODAY, other), HEAD)
    letters = "".join(
        f"{letter}=\r\n" if number % width == width - 1 else letter for number, letter in enumerate(token)
    )
    quoted = quopri.encodestring(f"Réponse donnée\n{token}".encode())
    first, second, third = token[:11], token[11:20], token[20:]
    html = f"<div>Signature&nbsp;:<br><span style='x'>{first}</span><wbr>{second}&shy;<b>{third}</b></div>"

    qp = b"Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=utf-8"
    assert tokens_in(first_text(qp, letters.encode())) == (token,)
    assert tokens_in(first_text(qp, quoted)) == (token,)
    assert tokens_in(letters) == (token,)
    assert tokens_in(first_text(b"Content-Type: text/html; charset=utf-8", html.encode())) == (token,)


@given(ACTIONS, st.data())
def test_no_altered_letter_passes(asked: SignedAction, data: st.DataObject) -> None:
    token = SIGNER.token(asked, HEAD)
    place = data.draw(st.integers(len(WORD), len(token) - 1))
    other = data.draw(st.sampled_from([letter for letter in ALPHABET if letter != token[place]]))
    altered = token[:place] + other + token[place + 1 :]

    assert SIGNER.opened(altered, HEAD, TODAY) is Unsigned.UNKNOWN


def test_no_altered_bit_passes_even_with_its_check_made_again() -> None:
    for other in (None, "00ff00ff00ff00ff"):
        held = held_by(SIGNER.token(SignedAction(MailAction.ANSWERED, KEY, TODAY, other), HEAD))
        assert held is not None
        for bit in range(1, 8 * len(held)):  # the first says how long it is
            flipped = (int.from_bytes(held) ^ 1 << (8 * len(held) - 1 - bit)).to_bytes(len(held))
            assert SIGNER.opened(token_of(flipped), HEAD, TODAY) is Unsigned.UNKNOWN


@given(ACTIONS, st.integers(1, 36))
def test_a_token_that_was_cut_is_none(asked: SignedAction, missing: int) -> None:
    cut = SIGNER.token(asked, HEAD)[:-missing]

    assert tokens_in(cut) == ()
    assert held_by(cut) is None
    assert names_token(cut)


@pytest.mark.parametrize(
    ("signer", "sender"),
    [
        (SIGNER, "chef.etrangers@pref.example.fr"),
        (Signer(bytes(32), SIGNER.site), HEAD),
        (Signer(SIGNER.key, "Préfecture d'ailleurs"), HEAD),
    ],
    ids=["another sender", "another key", "another site"],
)
def test_a_token_is_for_one_person_of_one_site(signer: Signer, sender: str) -> None:
    token = SIGNER.token(SignedAction(MailAction.ANSWERED, KEY, TODAY), HEAD)

    assert signer.opened(token, sender, TODAY) is Unsigned.UNKNOWN


def test_a_tag_in_the_sender_s_address_changes_nothing() -> None:
    asked = SignedAction(MailAction.ANSWERED, KEY, TODAY)

    assert SIGNER.opened(SIGNER.token(asked, HEAD), "chef.permis+portable@pref.example.fr", TODAY) == asked


def test_a_token_ends_with_its_last_day() -> None:
    asked = SignedAction(MailAction.ANSWERED, KEY, TODAY)
    token = SIGNER.token(asked, HEAD)

    assert SIGNER.opened(token, HEAD, TODAY) == asked
    assert SIGNER.opened(token, HEAD, TODAY + timedelta(days=1)) is Unsigned.EXPIRED


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2199, 6, 7)])
def test_no_token_ends_outside_what_it_can_say(day: date) -> None:
    with pytest.raises(ValueError, match="day"):
        SIGNER.token(SignedAction(MailAction.ANSWERED, KEY, day), HEAD)


def test_every_action_has_a_token_of_its_own_and_heads_have_four() -> None:
    tokens = {SIGNER.token(SignedAction(action, KEY, TODAY), HEAD) for action in MailAction}

    assert len(tokens) == len(MailAction)
    assert len(OF_HEADS) == 4


@given(st.text())
def test_no_text_breaks_the_search(text: str) -> None:
    found = tokens_in(text)
    assert all(held_by(token) is not None for token in found)


@pytest.mark.parametrize(("marks", "found"), [(24, True), (25, False)])
def test_so_many_marks_of_quotations_may_stand_between_two_letters_and_no_more(
    marks: int, found: bool
) -> None:
    token = token_of(bytes(21))
    word, letters = WORD.removesuffix("-"), token.removeprefix(WORD)

    before = f"{word}{'>' * marks}{letters}"
    between = f"{token[:12]}{'>' * marks}{token[12:]}"
    assert [tokens_in(text) == (token,) for text in (before, between)] == [found, found]


def test_letters_that_only_look_like_the_word_are_no_token() -> None:
    token = SIGNER.token(SignedAction(MailAction.ANSWERED, KEY, TODAY), HEAD)

    assert not names_token("mail\u017fla-123")  # ſ, which re.IGNORECASE takes for an s
    assert tokens_in(token.replace("MAILSLA", "MAIL\u017fLA")) == ()


def test_a_text_has_few_tokens_and_each_once() -> None:
    tokens = [SIGNER.token(SignedAction(MailAction.ANSWERED, f"{n:016x}", TODAY), HEAD) for n in range(9)]

    assert tokens_in("\n".join([*tokens, *tokens])) == tuple(tokens[:MOST_TOKENS])


def test_hostile_text_takes_time_in_proportion_to_its_length() -> None:
    hostile = "mailsla " * 100_000
    started = time.process_time()

    assert tokens_in(hostile) == ()
    assert time.process_time() - started < 1


def test_the_secret_is_never_shown() -> None:
    assert str(SIGNER.key) not in repr(SIGNER)
