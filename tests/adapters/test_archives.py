"""Archives as the world writes them: each mail once, in order, in its place; what is no mail is named."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.adapters.archives.files import File, files_of
from mailsla.adapters.archives.lines import Lines
from mailsla.adapters.archives.mbox import MOST_HEADER, cut
from mailsla.adapters.archives.packed import Limits
from mailsla.adapters.archives.places import Place
from mailsla.adapters.archives.reading import read_archive
from mailsla.core.collection.archived import ArchivedMail, Found, NotMail, Skipped, Unread
from mailsla.core.errors import UsageError
from mailsla.core.mail.copies import MailboxRole

DATED = b"From nour@example.org Tue Nov  3 07:30:00 2026"


def mail(number: int, body: bytes = b"Bonjour.", *fields: bytes) -> bytes:
    """A mail that is told from the others by its subject."""
    head = (
        b"From: Nour Petit <nour@example.org>",
        b"To: contact@pref.example.fr",
        b"Subject: Dossier %d" % number,
    )
    return b"\n".join((*fields, *head, b"Date: Tue, 03 Nov 2026 08:30:00 +0100", b"", body, b""))


def found_in(*paths: Path) -> list[Found]:
    return [item for file in files_of(paths) for item in read_archive(file)]


def mails_of(*paths: Path) -> list[ArchivedMail]:
    found = found_in(*paths)
    assert all(isinstance(item, ArchivedMail) for item in found), found
    return [item for item in found if isinstance(item, ArchivedMail)]


def subjects(found: list[Found]) -> list[int]:
    texts = [item.header for item in found if isinstance(item, ArchivedMail)]
    return [int(text.partition(b"Subject: Dossier ")[2].split()[0]) for text in texts]


def written(folder: Path, content: bytes, name: str = "reprise.mbox") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


SEPARATORS = (
    DATED,
    b"From - Tue Nov 03 07:30:00 2026",
    b"From ",
    b"From",
    b"From -",
    b"From nour@example.org",
    b"From MAILER-DAEMON",
    b"From  Tue Nov  3 07:30:00 2026",
    b"From 1745@xxx Tue Nov 03 07:30:00 +0000 2026",
    b"From nour@example.org Tue, 3 Nov 2026 07:30:00 +0100",
    b"From nour at example.org  Tue Nov  3 07:30:00 2026",
    b"From ???@??? Tue Nov 03 07:30:00 2026",
    b"From Nour Petit <nour@example.org>",
    DATED + b"\n>From - Tue Nov 03 07:30:00 2026",
)
BETWEEN = (b"", b"\n", b" \n", b"\t \n\n")
BODIES = (
    b"Bonjour.",
    b"",
    b"From Paris, le 2 novembre 2026\nObjet: la suite",
    b"Bonjour,\n\nFrom the start of 2026\nNote: important.",
    b"From: est un mot\n\n>From Tours, bonjour",
    b"From nour@example.org Tue Nov  3 07:30:00 2026\nsans en-tete",
    b"Message transmis :\nFrom: a@example.org\nDate: hier\n\nFrom you 2026",
)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("between", BETWEEN)
def test_every_separator_that_the_world_writes_separates(
    tmp_path: Path, separator: bytes, between: bytes
) -> None:
    content = b"".join(separator + b"\n" + mail(number) + between for number in range(3))

    assert subjects(found_in(written(tmp_path, content))) == [0, 1, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from(SEPARATORS), st.sampled_from(BODIES), st.sampled_from(BETWEEN)), min_size=1
    ),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.sampled_from([b"", b"\n", b" \n\n", b"\xef\xbb\xbf"]),
)
def test_mails_are_read_back_each_once_in_order(
    parts: list[tuple[bytes, bytes, bytes]], end: bytes, before: bytes
) -> None:
    written_ones = [mail(number, body) for number, (_line, body, _gap) in enumerate(parts)]
    content = b"".join(
        line + b"\n" + one + gap for (line, _b, gap), one in zip(parts, written_ones, strict=True)
    )

    cuts = list(cut(Lines(io.BytesIO((before.removeprefix(b"\xef\xbb\xbf") + content).replace(b"\n", end)))))

    heads = [bytes(item.header).replace(end, b"\n") for item in cuts]
    wanted = [one.partition(b"\n\n")[0] + b"\n" for one in written_ones]
    assert [head[head.index(b"From: ") :] for head in heads] == wanted
    for item, (_line, body, _gap) in zip(cuts, parts, strict=True):
        assert bytes(item.body).replace(end, b"\n").rstrip() == body.rstrip()


def test_a_byte_order_mark_or_blank_lines_may_come_first(tmp_path: Path) -> None:
    content = b"".join(DATED + b"\n" + mail(number) for number in range(2))

    for before in (b"\xef\xbb\xbf", b"\n\n", b" \r\n", b"\xef\xbb\xbf\n"):
        assert subjects(found_in(written(tmp_path, before + content))) == [0, 1]


def test_a_first_mail_without_separator_is_read_with_the_others(tmp_path: Path) -> None:
    found = mails_of(written(tmp_path, mail(0) + DATED + b"\n" + mail(1)))

    assert (subjects([*found]), [item.alone for item in found]) == ([0, 1], [False, False])


def test_blank_lines_may_stand_between_a_dated_separator_and_its_mail(tmp_path: Path) -> None:
    content = b"".join(DATED + b"\n\n" + mail(number) for number in range(2))

    assert subjects(found_in(written(tmp_path, content))) == [0, 1]


def with_length(number: int, body: bytes, length: int) -> bytes:
    return DATED + b"\n" + mail(number, body, b"Content-Length: %d" % length)


def test_a_right_content_length_keeps_a_whole_mail_in_a_body(tmp_path: Path) -> None:
    body = b"Bonjour.\n\n" + DATED + b"\n" + mail(7, b"Ancien.") + b"\nFin."
    content = b"".join(with_length(number, body, len(body) + 1) + b"\n" for number in range(2))

    assert subjects(found_in(written(tmp_path, content))) == [0, 1]


@pytest.mark.parametrize("length", [0, 3, 40, 10**17])
def test_a_wrong_content_length_swallows_no_mail(tmp_path: Path, length: int) -> None:
    content = b"".join(with_length(number, b"Bonjour.", length) + b"\n" for number in range(300))

    assert subjects(found_in(written(tmp_path, content))) == list(range(300))


def test_the_separator_gives_the_instant_but_not_the_one_at_which_a_program_filed_the_mail(
    tmp_path: Path,
) -> None:
    lines = (DATED, b"From - Tue Nov 03 07:30:00 2026", b"From 1@x Tue Nov 03 07:30:00 +0100 2026", b"From ")
    content = b"".join(line + b"\n" + mail(number) for number, line in enumerate(lines))

    filed = [item.filed_at for item in mails_of(written(tmp_path, content))]
    half_past_seven = datetime(2026, 11, 3, 7, 30, tzinfo=UTC)
    assert filed == [half_past_seven, None, half_past_seven.replace(hour=6), None]


NO_MAILS = {
    "liste.csv": b"nom;note\nDate: 3;4\n",
    "LISEZMOI.txt": b"Note: export du 3 novembre\nDate: 3 novembre\n",
    "a-lire.txt": b"Date : 3 novembre 2026\nRedacteur : le service\n\nBonjour.\n",
    "notice.md": b"# Export\n\nFrom nour@example.org Tue Nov  3 07:30:00 2026\nFrom: a@example.org\nDate: x\n",
    "plan.pdf": b"%PDF-1.7\nAuthor: Nour\nDate: hier\n",
    "page.html": b"<!DOCTYPE html>\n<p>From: a@example.org</p>\nDate: hier\n",
    "page.mht": b"From: <Saved by Blink>\nSubject: Page\nDate: Tue, 3 Nov 2026 07:30:00 -0000\nMIME-Version: 1.0\n\n",
    "Inbox.msf": b'// <!-- <mdb:mork:z v="1.4"/> -->\n< <(a=c)> (80=From)>\n',
    "dovecot-uidlist": b"3 V1 N4\n1 :1.M1.hote\n",
    "photo.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00From: a@example.org\n",
    "rendez-vous.ics": b"BEGIN:VCALENDAR\nDTSTART:20261103T073000Z\nORGANIZER:mailto:a@example.org\n",
    "note.docx": b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml",
    "note.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
}


def test_what_is_no_mail_is_named_and_is_nobodys(tmp_path: Path) -> None:
    for name, content in NO_MAILS.items():
        written(tmp_path, content, name)
    written(tmp_path, b"", "vide")
    written(tmp_path, mail(0), ".cache")
    written(tmp_path, mail(1), "01.eml")

    found = found_in(tmp_path)

    skipped = {Path(item.path).name: item.reason for item in found if isinstance(item, Skipped)}
    assert subjects(found) == [1]
    assert skipped == dict.fromkeys(NO_MAILS, NotMail.NO_MAIL) | {
        "vide": NotMail.EMPTY,
        ".cache": NotMail.HIDDEN,
    }


def test_links_that_lead_nowhere_or_to_folders_are_named_and_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "courrier"
    written(folder, mail(1), "01.eml")
    (folder / "perdu.eml").symlink_to(tmp_path / "absent")
    (folder / "rond").symlink_to(folder)
    os.mkfifo(folder / "tube")

    found = found_in(folder)

    skipped = {Path(item.path).name: item.reason for item in found if isinstance(item, Skipped)}
    assert subjects(found) == [1]
    assert skipped == dict.fromkeys(("perdu.eml", "rond", "tube"), NotMail.LINK)


def test_a_linked_folder_named_by_hand_is_read_by_the_name_of_the_link(tmp_path: Path) -> None:
    written(tmp_path / "boite", mail(1), "01.eml")
    (tmp_path / "Brouillons").symlink_to(tmp_path / "boite")

    assert roles(tmp_path / "Brouillons")[1][0] is MailboxRole.DRAFTS
    assert roles(tmp_path / "boite")[1][0] is MailboxRole.INBOX


def test_a_file_that_says_it_is_a_mail_is_never_let_pass(tmp_path: Path) -> None:
    written(tmp_path, b"X-Seul: oui\n\nBonjour.", "01.eml")
    written(tmp_path, b"", "cur/1.a:2,S")

    assert [(item.alone, item.header[:6]) for item in mails_of(tmp_path)] == [(True, b"X-Seul"), (True, b"")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_mail_in_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, mail(4).decode().replace("\n", "\r\n").encode(encoding), "a.eml")

    assert subjects(found_in(path)) == [4]


def test_a_mail_may_follow_blank_lines_or_its_length(tmp_path: Path) -> None:
    written(tmp_path, b"\r\n\r\n" + mail(1).replace(b"\n", b"\r\n"), "1.eml")
    written(tmp_path, b"%d     \n" % len(mail(2)) + mail(2) + b"<?xml version='1.0'?>", "2.emlx")

    assert subjects(found_in(tmp_path)) == [1, 2]


def roles(*paths: Path) -> dict[int, tuple[MailboxRole, str]]:
    found = found_in(*paths)
    mails = [item for item in found if isinstance(item, ArchivedMail)]
    return {n: (item.role, item.mailbox) for n, item in zip(subjects(found), mails, strict=True)}


def test_the_name_of_a_folder_says_what_its_mails_are(tmp_path: Path) -> None:
    names = {
        "Drafts": MailboxRole.DRAFTS,
        "Brouillons.mbox": MailboxRole.DRAFTS,
        "Mode\u0300les": MailboxRole.DRAFTS,
        "Envoyés-1": MailboxRole.SENT,
        "Sent.mbox/mbox": MailboxRole.SENT,
        "Indésirables": MailboxRole.JUNK,
        "Archives.sbd/Junk": MailboxRole.JUNK,
        "Sent.sbd/2025": MailboxRole.SENT,
        "Sent.sbd/Inbox": MailboxRole.INBOX,
        "Corbeille": MailboxRole.TRASH,
        "Permis": MailboxRole.INBOX,
    }
    for number, name in enumerate(names):
        written(tmp_path / "profil", DATED + b"\n" + mail(number), name)

    assert {n: role for n, (role, _mailbox) in roles(tmp_path / "profil").items()} == dict(
        enumerate(names.values())
    )
    # A file named alone says the same.
    assert roles(tmp_path / "profil" / "Archives.sbd" / "Junk") == {6: (MailboxRole.JUNK, "Junk")}


def test_the_folders_and_flags_of_a_maildir_say_what_its_mails_are(tmp_path: Path) -> None:
    names = {
        "cur/1.a:2,S": (MailboxRole.INBOX, "courrier"),
        "new/2.a": (MailboxRole.INBOX, "courrier"),
        "cur/3.a:2,DS": (MailboxRole.DRAFTS, "courrier (drafts)"),
        "cur/4.a;2,ST": (MailboxRole.TRASH, "courrier (trash)"),
        ".Brouillons/cur/5.a:2,S": (MailboxRole.DRAFTS, "Brouillons"),
        ".INBOX.Junk/cur/6.a:2,ST": (MailboxRole.JUNK, "INBOX.Junk (junk)"),
        ".&AMk-l&AOk-ments envoy&AOk-s/cur/7.a:2,S": (MailboxRole.SENT, "Éléments envoyés"),
        ".Permis/new/8.a": (MailboxRole.INBOX, "Permis"),
    }
    for number, name in enumerate(names):
        written(tmp_path / "courrier", mail(number), name)
    written(tmp_path / "courrier", mail(90), "tmp/9.a")
    for index in ("dovecot-uidlist", "maildirsize", ".Permis/maildirfolder"):
        written(tmp_path / "courrier", b"1\n", index)

    found = found_in(tmp_path / "courrier")

    assert roles(tmp_path / "courrier") == dict(enumerate(names.values()))
    reasons = [item.reason for item in found if isinstance(item, Skipped)]
    assert sorted(reasons) == [NotMail.NO_MAIL, NotMail.NO_MAIL, NotMail.NO_MAIL, NotMail.UNDELIVERED]
    assert roles(tmp_path / "courrier" / ".Brouillons" / "cur" / "5.a:2,S") == {
        4: (MailboxRole.DRAFTS, "Brouillons")
    }


@pytest.mark.parametrize(
    ("fields", "role"),
    [
        ((b"X-Gmail-Labels: Brouillons",), MailboxRole.DRAFTS),
        ((b"X-Gmail-Labels: Important,Drafts",), MailboxRole.DRAFTS),
        ((b"X-Gmail-Labels: =?UTF-8?Q?Envoy=C3=A9s?=,Ouvert",), MailboxRole.SENT),
        (
            (b"X-Gmail-Labels: =?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception?=,\n =?UTF-8?Q?Envoy=C3=A9s?=",),
            MailboxRole.INBOX,
        ),
        ((b"X-Gmail-Labels: Spam,Non lus",), MailboxRole.JUNK),
        ((b"X-Gmail-Labels: Corbeille",), MailboxRole.TRASH),
        ((b'X-Gmail-Labels: "Archives"',), MailboxRole.INBOX),
        ((b"X-Mozilla-Draft-Info: internal/draft; vcard=0",), MailboxRole.DRAFTS),
        ((b"X-Mozilla-Draft-Info: x", b"Received: by a; Tue, 03 Nov 2026 08:30:00 +0100"), MailboxRole.INBOX),
        ((b"X-Mozilla-Status: 0801",), MailboxRole.DRAFTS),
        ((b"X-Mozilla-Status: 0009",), MailboxRole.TRASH),
        ((b"X-Mozilla-Status: 0001", b"X-Mozilla-Status2: 01000000"), MailboxRole.DRAFTS),
        ((b"X-Mozilla-Status: zz",), MailboxRole.INBOX),
        ((b"X-Status: T",), MailboxRole.DRAFTS),
        ((b"X-Status: AD",), MailboxRole.TRASH),
    ],
)
def test_what_a_mail_program_wrote_in_a_mail_says_what_it_was(
    tmp_path: Path, fields: tuple[bytes, ...], role: MailboxRole
) -> None:
    path = written(tmp_path, DATED + b"\n" + mail(0, b"Bonjour.", *fields), "Tous.mbox")

    mailbox = "Tous.mbox" if role is MailboxRole.INBOX else f"Tous.mbox ({role.value})"
    assert roles(path) == {0: (role, mailbox)}


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


COMPRESSIONS: tuple[Callable[[bytes], bytes], ...] = (gzip.compress, bz2.compress, lzma.compress)


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_a_compressed_mbox_is_told_by_its_content_and_a_cut_one_says_so(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    content = b"".join(
        DATED + b"\n" + mail(number, b"%d\n" % hash(str(number)) * 99) for number in range(2_000)
    )
    packed = compress(content)

    whole = found_in(written(tmp_path, packed, "sans-extension"))
    [*some, last] = found_in(written(tmp_path, packed[: len(packed) // 2], "coupe"))

    assert subjects(whole) == list(range(2_000))
    assert isinstance(last, Unread)
    assert subjects(some) == list(range(len(some)))


PACKINGS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tgz": lambda files: gzip.compress(tarred(files)),
    "a.tar.bz2": lambda files: bz2.compress(tarred(files)),
    "a.tar.xz": lambda files: lzma.compress(tarred(files)),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_a_packed_archive_is_read_whole_and_writes_nothing(tmp_path: Path, name: str) -> None:
    files = {
        "courrier/1.eml": mail(1),
        "/absolu/2.eml": mail(2),
        "../../3.eml": mail(3),
        "Takeout/Mail/Brouillons.mbox": DATED + b"\n" + mail(4),
        "vieux.mbox.gz": gzip.compress(DATED + b"\n" + mail(5) + DATED + b"\n" + mail(6)),
        "archive_browser.html": b"<!DOCTYPE html>",
        "courrier/cur/7.a:2,D": mail(7),
    }
    path = written(tmp_path / "seul", PACKINGS[name](files), name)

    found = found_in(path)

    assert sorted(subjects(found)) == [1, 2, 3, 4, 5, 6, 7]
    paths = {item.path for item in found}
    assert f"{path}/courrier/1.eml" in paths
    assert f"{path}/3.eml" in paths
    assert [item.reason for item in found if isinstance(item, Skipped)] == [NotMail.NO_MAIL]
    assert [n for n, (role, _mailbox) in roles(path).items() if role is MailboxRole.DRAFTS] == [4, 7]
    assert [item.name for item in (tmp_path / "seul").iterdir()] == [name]


@pytest.mark.parametrize("name", PACKINGS)
def test_a_packed_archive_that_is_cut_says_so(tmp_path: Path, name: str) -> None:
    files = {f"{number}.eml": mail(number, b"x" * 2_000) for number in range(40)}
    packed = PACKINGS[name](files)
    cut_off = packed[: len(packed) * 2 // 3]

    found = found_in(written(tmp_path, cut_off, name))

    assert [item for item in found if isinstance(item, Unread)]
    assert len(subjects(found)) < 40


def test_a_tar_cut_between_two_files_is_read_and_a_damaged_header_told(tmp_path: Path) -> None:
    packed = bytearray(tarred({"1.eml": mail(1), "2.eml": mail(2)}))
    assert subjects(found_in(written(tmp_path, bytes(packed[:1024]), "a.tar"))) == [1]
    packed[1024 + 150] ^= 0x15

    [first, second] = found_in(written(tmp_path, bytes(packed), "b.tar"))

    assert isinstance(first, ArchivedMail)
    assert isinstance(second, Unread)


def test_one_damaged_file_of_a_zip_does_not_stop_the_others(tmp_path: Path) -> None:
    packed = zipped({"1.eml": mail(1), "2.eml": mail(2, b"Unique texte") * 40, "3.eml": mail(3)})
    at = packed.index(b"2.eml") + 40
    damaged = packed[:at] + bytes(byte ^ 0x5A for byte in packed[at : at + 20]) + packed[at + 20 :]

    found = found_in(written(tmp_path, damaged, "a.zip"))

    assert [type(item) for item in found if not isinstance(item, ArchivedMail)] == [Unread]
    assert {1, 3} <= set(subjects(found))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("boite.pst", b"!BDN" + bytes(600), "readpst"),
        ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".eml"),
        ("dossier.dbx", b"\xcf\xad\x12\xfe" + bytes(600), ".dbx"),
        ("tout.7z", b"7z\xbc\xaf\x27\x1c" + bytes(600), "7z"),
        (
            "double.tgz",
            gzip.compress(tarred({"a.tar": tarred({"1.eml": mail(1)})})),
            "archive dans une archive",
        ),
        ("double.zip", zipped({"a.zip": zipped({"1.eml": mail(1)})}), "archive dans une archive"),
        ("abime.zip", zipped({"1.eml": mail(1)})[:-30], "il est abîmé, ou coupé"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    [found] = found_in(written(tmp_path, content, name))

    assert isinstance(found, Unread)
    assert word in found.why


def test_a_zip_protected_by_a_password_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zipped({"1.eml": mail(1), "2.eml": mail(2)}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := packed.find(mark, at + 1)) >= 0:
            packed[at + offset] |= 1

    [found] = found_in(written(tmp_path, bytes(packed), "a.zip"))

    assert isinstance(found, Unread)
    assert "mot de passe" in found.why


SMALL = Limits(ratio=10, always=200_000)


def file_of(path: Path) -> File:
    return File(path, Place(path.name, (path.name,)))


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_what_unpacks_to_far_too_much_is_given_up(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(DATED + b"\n" + mail(1) + bytes(5_000_000))

    [found] = read_archive(file_of(written(tmp_path, bomb, "a")), SMALL)

    assert isinstance(found, Unread)
    assert "démesurément" in found.why


def test_a_bomb_in_a_zip_costs_itself_alone_and_many_of_them_the_rest(tmp_path: Path) -> None:
    ballast = b"".join(sha256(b"%d" % number).digest() for number in range(3_000))
    bomb = DATED + b"\n" + mail(1) + bytes(300_000)
    one = zipped({"1.mbox": bomb, "2.eml": mail(2), "3.bin": ballast})
    many = zipped({f"{number}.eml": mail(number) + bytes(190_000) for number in range(9)})

    alone = list(read_archive(file_of(written(tmp_path, one, "a.zip")), SMALL))
    together = list(read_archive(file_of(written(tmp_path, many, "b.zip")), SMALL))

    assert ([type(item) for item in alone], subjects(alone)) == ([Unread, ArchivedMail, Skipped], [2])
    assert isinstance(together[-1], Unread)
    assert len(subjects(together)) < 9


@pytest.mark.parametrize(
    "content",
    [
        (DATED + b"\n") * 20_000,
        (DATED + b"\n" + b"X-A: b\n" * 2_000) * 20,
        DATED + b"\n" + mail(0) + b"From " * 400_000,
        DATED + b"\n" + mail(0) + b"\r" * 200_000,
        (DATED + b"\n" + mail(0, b"x", b"Content-Length: 99999999")) * 2_000,
        DATED + b"\n" + b"X: y\n" * 1_500_000,
        b"\n" * 2_000_000,
    ],
)
def test_hostile_sizes_are_read_in_bounded_memory(content: bytes) -> None:
    held = 0
    for item in cut(Lines(io.BytesIO(content))):
        held = max(held, len(item.header) + len(item.body))

    assert held <= MOST_HEADER + 64 * 1024


def test_a_piece_of_a_long_line_is_no_separator(tmp_path: Path) -> None:
    line = (
        b"x" * (64 * 1024)
        + b"From nour@example.org Tue Nov  3 07:30:00 2026\nFrom: a@example.org\nTo: b@example.org"
    )
    content = DATED + b"\n" + mail(0, line) + DATED + b"\n" + mail(1)

    assert subjects(found_in(written(tmp_path, content))) == [0, 1]


@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"From ", DATED + b"\n", b"PK\x03\x04", b"BZh9", b"\x1f\x8b"]),
)
def test_any_bytes_are_mails_or_no_mail_or_told(
    tmp_path_factory: pytest.TempPathFactory, rest: bytes, start: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "n-importe-quoi"
    path.write_bytes(start + rest)

    assert all(isinstance(item, (ArchivedMail, Skipped, Unread)) for item in read_archive(file_of(path)))


def test_a_path_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="n'existe pas"):
        files_of([tmp_path / "absent"])
