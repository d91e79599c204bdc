"""What every command that writes a PDF asks for, and its file."""

from __future__ import annotations

import ctypes
import importlib.util
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from mailsla.cli import session
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

if TYPE_CHECKING:
    from mailsla.presentation.formats.markup import Element

FONTCONFIG = "libfontconfig.so.1"


class _Fonts(ctypes.Structure):
    """The beginning of `FcFontSet` (fontconfig.h): how many fonts are in it."""

    _fields_ = (("count", ctypes.c_int),)


def check(output: Path | None, example: str) -> None:
    """Refuse a PDF that would go to a terminal, or that nothing here can write; `example` is a file's name.

    Raises:
        UsageError: When it is so.
    """
    if output is None:
        raise UsageError(
            _("Un PDF s'écrit dans un fichier : ajoutez « -o {example} ».").format(example=example)
        )
    if importlib.util.find_spec("weasyprint") is None:
        raise UsageError(_("Le format pdf demande un complément : pip install « mailsla[pdf] »."))
    try:
        if not _has_fonts():
            raise UsageError(
                _("Le format pdf demande au moins une police de caractères : apt install fonts-liberation2.")
            )
        # Of what it lacks, the library speaks at length.
        with redirect_stdout(StringIO()):
            importlib.import_module("weasyprint")
    except OSError as error:
        raise UsageError(
            _(
                "Le format pdf demande les bibliothèques Pango du système : apt install libpango-1.0-0 "
                "libpangoft2-1.0-0 libharfbuzz-subset0."
            )
        ) from error


def _has_fonts() -> bool:
    """Tell whether the machine has any font: without one, what lays texts out ends the whole process."""
    library = ctypes.CDLL(FONTCONFIG)
    library.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    library.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.FcConfigGetFonts.restype = ctypes.POINTER(_Fonts)
    found = library.FcConfigGetFonts(library.FcInitLoadConfigAndFonts(), 0)
    return bool(found) and found.contents.count > 0


def write(html: Element, output: Path | None, style: str | None = None) -> None:
    """Write a whole HTML file as a PDF; `style` is what paper has more, when it is not what a page has.

    Raises:
        UsageError: When its file cannot be written.
    """
    from mailsla.presentation.formats import pdf_page  # noqa: PLC0415 (loaded for this format alone)

    assert output is not None, "`check` refuses that"
    session.write_file(pdf_page.laid_out(html, pdf_page.STYLE if style is None else style), output)
