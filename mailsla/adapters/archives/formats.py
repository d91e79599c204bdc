"""What a file is, by its first bytes; by its name only where an Outlook message and a Word document begin alike."""

from __future__ import annotations

import tarfile
from enum import Enum

from mailsla.language import gettext as _

START = 1_024
"""How many of a file's first bytes tell what it is."""


class Packing(Enum):
    """How a file is packed: one stream, or an archive of files."""

    GZIP = b"\x1f\x8b"
    BZIP2 = b"BZh"
    XZ = b"\xfd7zXZ\x00"
    ZIP = b"PK\x03\x04"
    EMPTY_ZIP = b"PK\x05\x06"
    TAR = b""


_DOCUMENTS = (
    b"[Content_Types].xml",
    b"mimetype",
    b"_rels/",
    b"docProps/",
    b"word/",
    b"xl/",
    b"ppt/",
    b"META-INF/",
)
"""What the first file of an Office or OpenDocument document is called: it is a ZIP that holds no mail."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MSG_CLASS = bytes.fromhex("0b0d020000000000c000000000000046")
"""The class of an Outlook message's root storage ([MS-OXMSG] §2.2.3), 00020D0B-0000-0000-C000-000000000046."""


def packing_of(start: bytes) -> Packing | None:
    """Return how a file that begins so is packed, or None."""
    for packing in Packing:
        if packing.value and start.startswith(packing.value):
            return packing
    return Packing.TAR if _is_tar(start) else None


def is_document(start: bytes) -> bool:
    """Tell whether a ZIP is an Office or OpenDocument document, by the name of the first file in it."""
    return start[30:].startswith(_DOCUMENTS)


def utf16_of(start: bytes) -> str | None:
    """Return the encoding of a text in UTF-16, as Windows PowerShell writes it, or None."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    ascii_le, ascii_be = start[0:32:2], start[1:32:2]
    if len(start) < 32 or not (ascii_le + ascii_be).isascii():
        return None
    if all(ascii_le) and not any(ascii_be):
        return "utf-16-le"
    return "utf-16-be" if all(ascii_be) and not any(ascii_le) else None


def refusal_of(start: bytes, name: str) -> str | None:
    """Return what to do with a file of mails in a format that is not read, or None."""
    if start.startswith(b"!BDN"):
        return _("fichier Outlook (.pst, .ost) ; convertissez-le d'abord, par exemple avec « readpst -e »")
    if start.startswith(_OLE) and (name.lower().endswith(".msg") or _MSG_CLASS in start):
        return _("message Outlook (.msg) ; convertissez-le d'abord en .eml, par exemple avec « msgconvert »")
    if start.startswith(b"\xcf\xad\x12\xfe"):
        return _("dossier Outlook Express (.dbx) ; convertissez-le d'abord, par exemple avec « readdbx »")
    if start.startswith((b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd")):
        return _("archive 7z, RAR ou Zstandard ; dépliez-la d'abord")
    return None


def _is_tar(start: bytes) -> bool:
    """Tell whether a file begins with a tar header, whose checksum is right."""
    try:
        tarfile.TarInfo.frombuf(start[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
