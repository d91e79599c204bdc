"""Cuts an mbox into its mails, whatever wrote it: one line after the other, one mail in memory at a time.

A line separates two mails by its own shape *and* by what follows it: a header that makes a mail. A blank line before
it is customary and often missing. Where a mail's Content-Length leads to the next separator or to the end (mboxcl2),
what looks like a separator before that is its own text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailsla.adapters.archives.lines import ENDS, Lines
from mailsla.core.mail.from_lines import FromLine, Shape, read_from_line
from mailsla.core.mail.header_reading import MARKS, makes_a_mail

MOST_HEADER = 4 * 1024 * 1024
MOST_BODY = 64 * 1024
MOST_AHEAD = 256 * 1024
"""How far a header is looked into for the fields that make a mail."""

MOST_JOINED = 100
MOST_HELD = 8 * 1024 * 1024
"""How many pieces, and bytes of them, are held to see whether a Content-Length is right."""

MOST_BLANK = 2
"""How many blank lines may stand between a dated separator and its mail."""

_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:")
_CONTENT_LENGTH = re.compile(
    rb"^Content-Length[ \t]*+:[ \t]*+(\d{1,18})[ \t]*+$", re.IGNORECASE | re.MULTILINE
)


@dataclass(slots=True)
class Cut:
    """A mail, as it was cut out.

    Attributes:
        line: The separator before it; None for what stands before the first one.
        header: Its header, the blank line excluded.
        body: The beginning of its body.
        size: How many bytes it takes in the file, its separator included.
        body_size: How many of them are its body's.
        blank_size: How many bytes of blank lines it ends with: which of them are its own, nobody knows.
    """

    line: FromLine | None
    header: bytearray = field(default_factory=bytearray)
    body: bytearray = field(default_factory=bytearray)
    size: int = 0
    body_size: int = 0
    blank_size: int = 0
    _is_in_header: bool = True

    def add(self, line: bytes, *, is_blank: bool) -> None:
        """Add one of its lines; of a long mail, only the beginning is kept."""
        size = len(line)
        self.size += size
        self.blank_size = self.blank_size + size if is_blank else 0
        if not self._is_in_header:
            self.body_size += size
            if self.body_size - size < MOST_BODY:
                self.body += line[: MOST_BODY - len(self.body)]
        elif is_blank and (not self.header or not line.strip(b"\r\n")):
            self._is_in_header = not self.header
        else:
            self.header += line[: max(0, MOST_HEADER - len(self.header))]

    @property
    def content_length(self) -> int:
        """The length of its body, as its header says it; 0 when it does not."""
        header = self.header.replace(b"\r", b"\n") if b"\r" in self.header else self.header
        found = _CONTENT_LENGTH.search(header)
        return 0 if found is None else int(found[1])


def cut(lines: Lines) -> Iterator[Cut]:
    """Yield the mails of an mbox, and first what stands before the first separator, when that is more than blank."""
    held: deque[Cut] = deque()
    pieces = (piece for piece in _pieces(lines) if piece.line is not None or piece.header)
    while (first := held.popleft() if held else next(pieces, None)) is not None:
        for _piece in range(_its_own(first, held, pieces)):
            held.popleft()
        yield first


def _its_own(first: Cut, held: deque[Cut], pieces: Iterator[Cut]) -> int:
    """Return how many of the pieces that follow a mail are its own text, by its Content-Length.

    It is believed only when it leads to the end of one of them: the next separator, or the end of the file.
    """
    length, end = first.content_length, first.body_size
    if length <= end:
        return 0
    for number in range(MOST_JOINED):
        if number == len(held):
            if sum(len(piece.header) + len(piece.body) for piece in held) > MOST_HELD:
                return 0
            following = next(pieces, None)
            if following is None:
                return 0
            held.append(following)
        end += held[number].size
        if end >= length:
            return number + 1 if end - held[number].blank_size <= length else 0
    return 0


def _pieces(lines: Lines) -> Iterator[Cut]:
    """Yield what stands before the first separator, then what stands between two."""
    current = Cut(None)
    begins = is_blank = True
    for line in lines:
        looks_so = begins and line.startswith(b"From") and line[4:5] != b":"
        separator = _separator(line, lines, after_blank=is_blank) if looks_so else None
        is_blank = begins and line.isspace()
        begins = line.endswith(ENDS)
        if separator is None:
            current.add(line, is_blank=is_blank)
        else:
            yield current
            current = Cut(separator, size=len(line))
    yield current


def _separator(line: bytes, lines: Lines, *, after_blank: bool) -> FromLine | None:
    """Read a line as the separator that it is, or return None; after a blank line, a mere word may be one."""
    read = read_from_line(line)
    if read is None or (read.shape is Shape.WORD and not after_blank):
        return None
    return read if _opens_a_mail(lines, dated=read.shape is Shape.DATED) else None


def _opens_a_mail(lines: Lines, *, dated: bool) -> bool:
    """Tell whether a header that makes a mail comes next: after a dated line, one of `MARKS` is enough.

    No line that is looked at here may be a separator but the last: each is looked at once.
    """
    names: set[str] = set()
    size = blank = 0
    begins = True
    for line in lines.coming():
        size += len(line)
        is_piece, begins = not begins, line.endswith(ENDS)
        if size > MOST_AHEAD:
            return False
        if names and (is_piece or line.startswith((b" ", b"\t"))) and not line.isspace():
            continue
        if not names and line.startswith(b">From "):
            continue
        if not names and dated and line.isspace() and blank < MOST_BLANK:
            blank += 1
            continue
        found = _FIELD.match(line)
        if found is None:
            return False
        names.add(found[1].decode("ascii").lower())
        if makes_a_mail(names) or (dated and not MARKS.isdisjoint(names)):
            return True
    return False
