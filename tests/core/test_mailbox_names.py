"""The names that mail programs give to mailboxes, and what they are told from."""

from __future__ import annotations

import unicodedata

import pytest

from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.mailbox_names import USUAL_NAMES, role_of_file_name, role_of_name

EVERY = [(name, role) for role, names in USUAL_NAMES.items() for name in names]


@pytest.mark.parametrize(("name", "role"), EVERY)
def test_a_usual_name_tells_what_it_holds_however_it_is_written(name: str, role: MailboxRole) -> None:
    bare = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    for written in (name, name.upper(), unicodedata.normalize("NFD", name), name.replace("'", "’"), bare):
        assert role_of_name(written) is role
    assert role_of_file_name(f"{name}-1.mbox.gz") is role
    assert role_of_file_name(f"{name} 2025.mbox") is role


def test_no_name_tells_two_things() -> None:
    assert len({name for name, _role in EVERY}) == len(EVERY)


@pytest.mark.parametrize("name", ["", "Permis", "Sent by camille", "Spam et indésirables", "2025", "envoyé"])
def test_another_name_tells_nothing(name: str) -> None:
    assert role_of_name(name) is None
    assert role_of_file_name(name) is None
