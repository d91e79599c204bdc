"""What an archive says a mail was: by its folder, its flags, and the marks that mail programs write in it."""

from __future__ import annotations

import pytest

from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.role_evidence import role_in_archive

HOP = b"Received: by mx.pref.example.fr\r\n"


@pytest.mark.parametrize(
    ("field", "role"),
    [
        ("X-Mozilla-Draft-Info: internal/draft; vcard=0", MailboxRole.DRAFTS),
        ("X-Mozilla-Status: 0801", MailboxRole.DRAFTS),
        ("X-Mozilla-Status: 0001", MailboxRole.INBOX),
        ("X-Mozilla-Status: 0009", MailboxRole.TRASH),
        ("X-Mozilla-Status2: 01000000", MailboxRole.DRAFTS),
        ("X-Mozilla-Status2: 00800000", MailboxRole.INBOX),
        ("X-Mozilla-Status: what", MailboxRole.INBOX),
        ("X-Unsent: 1", MailboxRole.DRAFTS),
        ("X-Unsent: 0", MailboxRole.INBOX),
        ("X-Draft-Info: type=reply; uid=42; folder=INBOX", MailboxRole.DRAFTS),
        ("X-Uniform-Type-Identifier: com.apple.mail-draft", MailboxRole.DRAFTS),
        ("X-Uniform-Type-Identifier: com.apple.mail-note", MailboxRole.INBOX),
        ("X-Status: T", MailboxRole.DRAFTS),
        ("X-Status: AD", MailboxRole.TRASH),
        ("X-Status: A", MailboxRole.INBOX),
        ("X-Gmail-Labels: Boîte de réception,Important", MailboxRole.INBOX),
        ('X-Gmail-Labels: "Envoyés",Important', MailboxRole.SENT),
        ("X-Gmail-Labels: Envoyés,Boîte de réception", MailboxRole.INBOX),
        ("X-Gmail-Labels: Spam,Boîte de réception", MailboxRole.JUNK),
        ("X-Gmail-Labels: Brouillons,Envoyés", MailboxRole.DRAFTS),
        ("X-Gmail-Labels: Corbeille", MailboxRole.TRASH),
    ],
)
def test_a_mark_says_what_a_mail_was(field: str, role: MailboxRole) -> None:
    assert role_in_archive(f"{field}\r\n".encode(), None) is role


@pytest.mark.parametrize(
    "field",
    [
        "X-Mozilla-Draft-Info: internal/draft",
        "X-Mozilla-Status: 0801",
        "X-Mozilla-Status2: 01000000",
        "X-Status: T",
        "X-Unsent: 1",
        "X-Draft-Info: type=reply",
        "X-Uniform-Type-Identifier: com.apple.mail-draft",
    ],
)
def test_what_a_server_took_was_sent_whatever_it_still_bears(field: str) -> None:
    assert role_in_archive(HOP + field.encode(), MailboxRole.SENT) is MailboxRole.SENT


@pytest.mark.parametrize(
    ("folder", "flags", "role"),
    [
        (None, "", MailboxRole.INBOX),
        (None, "T", MailboxRole.TRASH),
        (None, "S", MailboxRole.INBOX),
        (None, "DS", MailboxRole.DRAFTS),
        (MailboxRole.SENT, "T", MailboxRole.SENT),
        (MailboxRole.JUNK, "D", MailboxRole.DRAFTS),
        (MailboxRole.DRAFTS, "", MailboxRole.DRAFTS),
        (MailboxRole.TRASH, "", MailboxRole.TRASH),
    ],
)
def test_a_folder_and_the_flags_of_a_file_say_it_too(
    folder: MailboxRole | None, flags: str, role: MailboxRole
) -> None:
    assert role_in_archive(b"", folder, flags) is role


def test_a_label_is_more_than_the_folder() -> None:
    header = "X-Gmail-Labels: Envoyés\r\nX-Status: D".encode()

    assert role_in_archive(header, MailboxRole.INBOX) is MailboxRole.SENT
    assert role_in_archive(header.replace(b"Envoy", b"Divers "), MailboxRole.SENT) is MailboxRole.SENT
