"""What is stored of a header: nothing that no rule uses."""

from __future__ import annotations

from mailsla.core.collection.to_store import new_message
from tests.factories import OFFICE, mail


def test_an_address_that_no_rule_uses_is_not_stored_and_a_sign_is() -> None:
    kept = (
        ("return-path", "<camille@example.org>"),
        ("return-path", " <> "),
        ("delivered-to", "a.martin@pref.example.fr"),
        ("x-original-to", "a.martin@pref.example.fr"),
        ("delivered-to", "autoresponder"),
        ("x-failed-recipients", "camille@example.org"),
    )
    found = mail("2026-11-02 10:00", kept=kept)

    stored = new_message(1, None, found.header, OFFICE)

    assert stored.header.kept == (kept[1], kept[4], kept[5])
    assert stored.key == found.key
    assert stored.header._replace(kept=kept) == found.header
