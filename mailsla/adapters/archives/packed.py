"""Opens what is packed: one stream compressed, or an archive of files, of which each is read in its turn.

Nothing is written anywhere, so that a file's name inside an archive can do no harm; what unpacks to far more than
mail does is given up.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from mailsla.adapters.archives.formats import Packing
from mailsla.adapters.archives.places import Place
from mailsla.adapters.archives.streams import Budget, bounded
from mailsla.core.collection.archived import NotMail, Skipped, Unread
from mailsla.language import gettext as _

BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)
"""What reading a stream that is damaged, or packed wrongly, raises."""

MOST_TAR_HEADER = 1024 * 1024
"""A longer name or comment in a tar is nobody's: it would be read into memory whole."""

_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much more than its size a packed file may unpack to: so many times, but always so many bytes."""

    ratio: int = 250
    always: int = 1024**3

    def budget(self, size: int) -> Budget:
        """Return how much a packed file of that size may unpack to."""
        return Budget(max(self.always, self.ratio * size))


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive; `size` is what it takes there."""

    place: Place
    stream: BinaryIO
    size: int


def unpacked(packing: Packing, stream: BinaryIO) -> BinaryIO:
    """Return what a compressed stream holds."""
    if packing is Packing.GZIP:
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    return cast("BinaryIO", bz2.BZ2File(stream) if packing is Packing.BZIP2 else lzma.LZMAFile(stream))


def zip_members(place: Place, stream: BinaryIO, limits: Limits) -> Iterator[Member | Skipped | Unread]:
    """Yield the files of a ZIP, each bounded by its own size; one that cannot be opened does not stop the others."""
    try:
        archive = zipfile.ZipFile(stream)
    except (ValueError, RuntimeError, struct.error) as error:
        # Of a directory that is cut, contradicts itself, or asks for a later version of the format than is read.
        raise zipfile.BadZipFile from error
    with archive:
        files = [item for item in archive.infolist() if not item.is_dir()]
        if files and all(item.flag_bits & _ENCRYPTED for item in files):
            yield Unread(place.shown, _("archive protégée par un mot de passe ; dépliez-la d'abord"))
            return
        for item in files:
            inside = place.inside(item.filename)
            try:
                opened = archive.open(item)
            except RuntimeError:
                # The library's words for what is encrypted, or compressed in a way it does not know.
                said = _(
                    "protégé par un mot de passe, ou comprimé d'une manière inconnue ; dépliez l'archive d'abord"
                )
                yield Unread(inside.shown, said)
            except (*BROKEN, ValueError, struct.error):
                yield Unread(inside.shown, _("le fichier est abîmé dans l'archive"))
            else:
                with opened:
                    own = limits.budget(item.compress_size)
                    yield Member(inside, bounded(cast("BinaryIO", opened), own), item.compress_size)


def tar_members(place: Place, stream: BinaryIO) -> Iterator[Member | Skipped | Unread]:
    """Yield the files of a tar, in their order; the stream is read once, forward."""
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_StrictInfo) as archive:
        while (item := _next(archive)) is not None:
            # What was read is forgotten: a tar of a million mails is not kept in memory.
            archive.members = []  # type: ignore[attr-defined]  # (the library's stubs leave it out)
            if item.isdir():
                continue
            inside = place.inside(item.name)
            opened = archive.extractfile(item) if item.isreg() else None
            if item.issparse():
                yield Unread(inside.shown, _("fichier à trous dans l'archive ; dépliez-la d'abord"))
            elif opened is None:
                yield Skipped(inside.shown, NotMail.LINK)
            else:
                yield Member(inside, cast("BinaryIO", opened), item.size)


def _next(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except ValueError as error:
        raise tarfile.ReadError from error


class _StrictInfo(tarfile.TarInfo):
    """A tar header. The library takes one that is cut or damaged for the end, and reads comments of any length."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _StrictInfo:
        """Read a header from its bytes; none at all, or zeros, are the end.

        Raises:
            tarfile.HeaderError: At the end.
            tarfile.ReadError: When the header is cut or damaged, or announces a comment that is too long.
        """
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if any(buf) or 0 < len(buf) < tarfile.BLOCKSIZE:
                raise tarfile.ReadError from error
            raise
        if info.type not in tarfile.REGULAR_TYPES and info.size > MOST_TAR_HEADER:
            raise tarfile.ReadError
        return info
