"""Holds the English catalogue against the sentences of the code.

python -m tests.catalogue            check: every sentence translated, none left over, compiled
python -m tests.catalogue --update   take new sentences into the catalogue and compile it
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1] / "mailsla"
PO = PACKAGE / "locales" / "en" / "LC_MESSAGES" / "mailsla.po"
MO = PO.with_suffix(".mo")


def sentences() -> Catalog:
    """Return the sentences that the code says."""
    catalog = Catalog(project="mailsla", charset="utf-8")
    for _name, _line, message, comments, context in extract_from_dir(
        str(PACKAGE), keywords={"_": None, "gettext": None, "ngettext": (1, 2)}
    ):
        catalog.add(message, auto_comments=comments, context=context)
    return catalog


def catalogue() -> Catalog:
    """Return the English catalogue."""
    if not PO.exists():
        return Catalog(locale="en", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def update() -> None:
    """Take new sentences in, drop old ones, compile."""
    catalog = catalogue()
    catalog.update(sentences(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, omit_header=False, no_location=True, sort_output=True, width=110)
    MO.write_bytes(compiled(catalogue()))


def problems() -> list[str]:
    """Return what is wrong with the catalogue, one line each."""
    catalog = catalogue()
    said = {str(message.id) for message in sentences() if message.id}
    known = {str(message.id): message for message in catalog if message.id}
    found = [f"not in the catalogue: {sentence}" for sentence in sorted(said - set(known))]
    found += [f"no longer said: {sentence}" for sentence in sorted(set(known) - said)]
    for sentence, message in known.items():
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(translated) or message.fuzzy:
            found.append(f"not translated: {sentence}")
        found += [f"{sentence}: {error}" for error in message.check(catalog)]
    if not MO.exists() or MO.read_bytes() != compiled(catalog):
        found.append("the compiled catalogue is out of date: run `make messages`")
    return found


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
    left = problems()
    sys.stdout.write("".join(f"{line}\n" for line in left))
    sys.exit(1 if left else 0)
