"""Reads mail archives: mbox (RFC 4155, also .gz), Maildir, single files, and folders of them.

One message is in memory at a time, and of it the header and the beginning of the body only.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from mailsla.core.errors import PermanentError, UsageError
from mailsla.language import gettext as _

MOST_HEADER = 4 * 1024 * 1024
MOST_BODY = 64 * 1024
LINE = 64 * 1024
SEPARATOR = re.compile(rb"From \S.*\d{4}|From (-|MAILER-DAEMON)", re.IGNORECASE)
FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
MAILDIR_FOLDERS = ("cur", "new")


@dataclass(frozen=True, slots=True)
class ArchivedMail:
    """One message of an archive.

    Attributes:
        path: The file it stands in.
        number: Its place in that file, from 1.
        header: Its header's bytes, the blank line excluded.
        body_start: The first bytes of its body.
        alone: True when the file holds nothing else.
    """

    path: Path
    number: int
    header: bytes
    body_start: bytes
    alone: bool

    @property
    def file(self) -> str:
        """Its file's path, as text that any encoding of it can be written in."""
        return str(self.path).encode("utf-8", "replace").decode()

    @property
    def name(self) -> str:
        """What names it: its file, and its place there when it is not alone."""
        return self.file if self.alone else f"{self.file}#{self.number}"


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return the mail files that `paths` name, folders opened, in a fixed order.

    Of a Maildir, `cur` and `new`; of any other folder, everything below it but hidden files.

    Raises:
        UsageError: When a path does not exist.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(_inside(path))
        elif path.is_file():
            found.append(path)
        elif path.exists():
            raise UsageError(_("Ce n'est ni un fichier ni un dossier : {path}").format(path=path))
        else:
            raise UsageError(_("Ce fichier n'existe pas : {path}").format(path=path))
    return found


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts[-1:])
        if path.is_file() and not hidden and path.parent.name != "tmp":
            yield path


def read_archive(path: Path) -> Iterator[ArchivedMail]:
    """Yield the messages of one file: an mbox when it begins with a `From ` line, else a single message.

    Raises:
        PermanentError: When the file cannot be read, or its compression is broken.
    """
    with _opened(path) as stream:
        first = stream.readline(LINE)
        if SEPARATOR.match(first):
            stream.seek(0)
            yield from _mbox(path, stream)
        else:
            yield _single(path, first, stream)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if compressed:
                with gzip.open(raw) as unpacked:
                    yield cast("BinaryIO", unpacked)
            else:
                yield raw
    except (OSError, EOFError, zlib.error) as error:
        raise PermanentError(
            _("Le fichier {path} ne peut pas être lu ({reason}).").format(
                path=path, reason=type(error).__name__
            )
        ) from error


def _single(path: Path, first: bytes, stream: BinaryIO) -> ArchivedMail:
    content = first + stream.read(MOST_HEADER + MOST_BODY - len(first))
    header, body = split(content)
    return ArchivedMail(path, 1, header, body[:MOST_BODY], alone=True)


def split(content: bytes) -> tuple[bytes, bytes]:
    """Cut a message at its first blank line, whatever its line ends: CR, LF or CRLF."""
    found = re.search(rb"\r\n\r\n|\n\r?\n|\r\r", content)
    return (content, b"") if found is None else (content[: found.start()], content[found.end() :])


def _mbox(path: Path, stream: BinaryIO) -> Iterator[ArchivedMail]:
    """Yield an mbox's messages.

    A `From ` line inside a body that nobody escaped separates nothing: a separator follows a blank line, names
    a date, and is followed by a header field.
    """
    number = 0
    header = bytearray()
    body = bytearray()
    in_header, blank = True, False
    lines = _lines(stream)
    next(lines)  # the first separator
    held: bytes | None = None
    while (line := held if held is not None else next(lines, None)) is not None:
        held = None
        if (blank or (in_header and not header)) and SEPARATOR.match(line):
            held = next(lines, None)
            if held is None or FIELD.match(held) or not held.strip(b"\r\n"):
                if header or body or number == 0:
                    number += 1
                    yield ArchivedMail(path, number, bytes(header), bytes(body), alone=False)
                header, body = bytearray(), bytearray()
                in_header, blank = True, False
                continue
        empty = not line.strip(b"\r\n")
        if in_header and empty:
            in_header = False
        elif in_header:
            header += line[: max(0, MOST_HEADER - len(header))]
        else:
            body += line[: max(0, MOST_BODY - len(body))]
        blank = empty
    if header or body:
        yield ArchivedMail(path, number + 1, bytes(header), bytes(body), alone=False)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines ended by LF, CRLF or a lone CR, in pieces of at most `LINE` bytes."""
    rest = b""
    while chunk := stream.readline(LINE):
        chunk = rest + chunk
        rest = b""
        if b"\r" not in chunk[:-2]:
            yield chunk
            continue
        pieces = chunk.splitlines(keepends=True)
        # The last piece may go on in the next chunk; a CR at its end may be half of a CRLF.
        if not pieces[-1].endswith(b"\n"):
            rest = pieces.pop()
        yield from pieces
    if rest:
        yield rest
