"""Reads one file of an archive: what it is by its first bytes, then its mails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from mailsla.adapters.access.failure_words import reading_failure
from mailsla.adapters.archives.files import File
from mailsla.adapters.archives.formats import START, Packing, is_document, packing_of, refusal_of, utf16_of
from mailsla.adapters.archives.lines import Lines
from mailsla.adapters.archives.mbox import MOST_BODY, MOST_HEADER, Cut, cut
from mailsla.adapters.archives.packed import BROKEN, Limits, Member, tar_members, unpacked, zip_members
from mailsla.adapters.archives.places import Place
from mailsla.adapters.archives.streams import Budget, SwollenError, as_utf8, bounded, looked_at
from mailsla.core.collection.archived import ArchivedMail, Found, NotMail, Skipped, Unread
from mailsla.core.mail.from_lines import Shape, read_from_line
from mailsla.core.mail.header_reading import begins_like_a_mail
from mailsla.core.mail.role_evidence import role_in_archive
from mailsla.language import gettext as _

BEGINNING = 64 * 1024
"""How much of a file is looked at to tell whether it begins like a mail."""

MOST_LAYERS = 2
"""How many times one file may be compressed."""

_ZIP = (Packing.ZIP, Packing.EMPTY_ZIP)
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\d{1,10}[ \t]*+\r?\n(?=[!-~]))?(?:[ \t]*+[\r\n])*")
"""What may stand before a mail: a byte order mark, its length (Apple's .emlx), blank lines."""
_SAVED_PAGE = re.compile(rb"^Snapshot-Content-Location:|^From: *\"?<?Saved by ", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r(?!\n)|\r\r\n\r\r\n")
_LIMITS = Limits()


def read_archive(file: File, limits: Limits = _LIMITS) -> Iterator[Found]:
    """Yield the mails of one file, the files of a packed archive one by one, and what is no mail or cannot be read.

    A file that breaks off gives the mails before that, then `Unread`. Nothing is ever raised for what it holds.
    """
    place = file.place
    if place.passed_by is not None:
        yield Skipped(place.shown, place.passed_by)
        return
    try:
        with file.path.open("rb") as stream:
            size = file.path.stat().st_size
            yield from _Reader(limits, limits.budget(size)).outermost(place, stream, size)
    except BROKEN as error:
        yield _broken(place, error)


def _broken(place: Place, error: Exception) -> Unread:
    if isinstance(error, SwollenError):
        return Unread(place.shown, _("il se déplie démesurément"))
    # What the packing libraries raise of damage may be an `OSError` without a number.
    is_the_machine_s = isinstance(error, OSError) and error.errno is not None
    return Unread(place.shown, reading_failure(error) if is_the_machine_s else _("il est abîmé, ou coupé"))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what one file holds.

    Attributes:
        limits: How much a packed file may unpack to.
        budget: How much the outermost one may, with all that is inside.
    """

    limits: Limits
    budget: Budget

    def outermost(self, place: Place, stream: BinaryIO, size: int) -> Iterator[Found]:
        """Yield what a file on the disk holds: mails, or other files."""
        start, again = looked_at(stream, START)
        if packing_of(start) in _ZIP and not is_document(start):
            stream.seek(0)
            yield from self._members(zip_members(place, stream, self.limits))
            return
        start, again = self._unpacked(start, again, size)
        if packing_of(start) is Packing.TAR:
            yield from self._members(tar_members(place, again))
        else:
            yield from _mails_or_refusal(place, start, again)

    def _members(self, members: Iterable[Member | Skipped | Unread]) -> Iterator[Found]:
        """Yield what each file of an archive holds; one that is damaged does not stop the others."""
        for member in members:
            if not isinstance(member, Member):
                yield member
            elif member.place.passed_by is not None:
                yield Skipped(member.place.shown, member.place.passed_by)
            else:
                yield from self._inside(member)

    def _inside(self, member: Member) -> Iterator[Found]:
        try:
            start, again = looked_at(bounded(member.stream, self.budget), START)
            start, again = self._unpacked(start, again, member.size)
            yield from _mails_or_refusal(member.place, start, again)
        except BROKEN as error:
            yield _broken(member.place, error)
            if self.budget.is_spent:
                raise

    def _unpacked(self, start: bytes, stream: BinaryIO, size: int) -> tuple[bytes, BinaryIO]:
        """Return the beginning and the stream of a file that may be compressed, once or twice."""
        for _layer in range(MOST_LAYERS):
            packing = packing_of(start)
            if packing not in {Packing.GZIP, Packing.BZIP2, Packing.XZ}:
                break
            opened = bounded(unpacked(packing, stream), self.limits.budget(size), self.budget)
            start, stream = looked_at(opened, START)
        return start, stream


def _mails_or_refusal(place: Place, start: bytes, stream: BinaryIO) -> Iterator[Found]:
    """Yield the mails of a file that is no archive of files, or what to do with it."""
    refusal = refusal_of(start, place.names[-1])
    encoding = utf16_of(start)
    if refusal is not None:
        yield Unread(place.shown, refusal)
    elif packing_of(start) is None:
        yield from _mails(place, stream if encoding is None else as_utf8(stream, encoding))
    elif is_document(start):
        yield Skipped(place.shown, NotMail.NO_MAIL)
    else:
        yield Unread(place.shown, _("archive dans une archive ; dépliez la première d'abord"))


def _mails(place: Place, stream: BinaryIO) -> Iterator[Found]:
    """Yield the mails of a file: an mbox when it begins with a separator, else one mail when it begins like a mail.

    Of a mail before the first separator, the others follow: some programs write none before the first.
    """
    start, stream = looked_at(stream, BEGINNING)
    before = _BEFORE.match(start)
    skipped = 0 if before is None else before.end()
    stream.read(skipped)
    start = start[skipped:]
    line = read_from_line(start.partition(b"\n")[0])
    if not start and not place.is_one_mail:
        yield Skipped(place.shown, NotMail.EMPTY)
    elif (line is not None and line.shape is Shape.DATED) or (not place.is_one_mail and _is_mail(start)):
        yield from _mbox(place, stream)
    elif place.is_one_mail:
        yield _single(place, stream)
    else:
        yield Skipped(place.shown, NotMail.NO_MAIL)


def _is_mail(start: bytes) -> bool:
    """Tell whether a file is a mail by its beginning alone; a saved web page begins like one."""
    return begins_like_a_mail(start) and _SAVED_PAGE.search(start) is None


def _single(place: Place, stream: BinaryIO) -> ArchivedMail:
    content = stream.read(MOST_HEADER + MOST_BODY)
    found = _END_OF_HEADER.search(content)
    header, body = (content, b"") if found is None else (content[: found.start()], content[found.end() :])
    [mail] = _archived(place, [Cut(None, bytearray(header), bytearray(body[:MOST_BODY]))], alone=True)
    return mail


def _mbox(place: Place, stream: BinaryIO) -> Iterator[ArchivedMail]:
    mails = cut(Lines(stream))
    first = list(islice(mails, 2))
    alone = len(first) == 1 and first[0].line is None
    yield from _archived(place, chain(first, mails), alone=alone)


def _archived(place: Place, cuts: Iterable[Cut], *, alone: bool) -> Iterator[ArchivedMail]:
    """Yield the mails of a file with what its place says of them."""
    folder, held, flags = place.folder(alone=alone), place.role(alone=alone), place.flags
    for number, item in enumerate(cuts, 1):
        header, filed_at = bytes(item.header), None if item.line is None else item.line.at
        role = role_in_archive(header, held, flags)
        yield ArchivedMail(place.shown, number, header, bytes(item.body), alone, folder, role, filed_at)
