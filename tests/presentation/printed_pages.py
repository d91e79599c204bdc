"""A PDF read back: its texts, and the tags that say to whoever does not see it what each thing is."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, NameObject, NumberObject

NAMESPACE_OF_UA = "http://www.aiim.org/pdfua/ns/id/"


@dataclass(frozen=True)
class Tag:
    """An element of the structure: what it is, what is said instead of it, and what is in it."""

    name: str
    alternative: str | None
    inside: tuple[Tag, ...]

    def every(self, name: str) -> list[Tag]:
        """Return the tags of a name, from here down."""
        found = [self] if self.name == name else []
        return [*found, *(tag for child in self.inside for tag in child.every(name))]

    @property
    def names(self) -> set[str]:
        """The names of all tags, from here down."""
        return {self.name}.union(*(child.names for child in self.inside))


class Printed:
    """A PDF.

    Attributes:
        size: How many bytes it has.
        reader: As pypdf reads it.
        text: Its texts, page by page, in the order in which they are drawn.
        tags: The root of its structure.
    """

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self.reader = PdfReader(io.BytesIO(content))
        self.text = "\n".join(_plain(page.extract_text()) for page in self.reader.pages)
        root = self.reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]  # (a dictionary)
        [document] = _kids(root)
        self.tags = _tag(document)

    @property
    def lines(self) -> list[str]:
        """Its texts as they lie on the pages: a row of a table is a line."""
        laid_out = (page.extract_text(extraction_mode="layout") for page in self.reader.pages)
        return [_plain(line) for text in laid_out for line in text.splitlines()]

    def fonts(self) -> Iterator[DictionaryObject]:
        """Yield the description of every font."""
        for page in self.reader.pages:
            for font in page["/Resources"]["/Font"].get_object().values():  # type: ignore[index]  # (a dictionary)
                yield font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]

    def unmarked(self) -> list[bytes]:
        """Return the operators that show a text outside everything that is tagged."""
        return [operator for page in self.reader.pages for operator in _unmarked(page)]


def _plain(text: str) -> str:
    """Return a text as `typeset` writes it: some fonts show two letters as one sign."""
    return "".join(
        unicodedata.normalize("NFKC", letter) if "\ufb00" <= letter <= "\ufb06" else letter for letter in text
    )


def _unmarked(page: PageObject) -> Iterator[bytes]:
    depth = 0
    contents = page.get_contents()
    assert isinstance(contents, ContentStream)
    for _operands, operator in contents.operations:
        if operator in {b"BDC", b"BMC"}:
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif operator in {b"Tj", b"TJ"} and not depth:
            yield operator


def _kids(of: DictionaryObject) -> list[DictionaryObject]:
    kids = of.get("/K", ArrayObject())
    kids = kids.get_object() if kids is not None else ArrayObject()
    every = kids if isinstance(kids, ArrayObject) else ArrayObject([kids])
    return [kid.get_object() for kid in every if not isinstance(kid, NumberObject)]


def _tag(of: DictionaryObject) -> Tag:
    name = of["/S"]
    assert isinstance(name, NameObject)
    said = of.get("/Alt")
    return Tag(name[1:], None if said is None else str(said), tuple(map(_tag, _kids(of))))
