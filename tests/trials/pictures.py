"""What people read, as they see it: drawn by Chromium from the demonstration, kept in docs/pictures.

    python -m tests.trials.pictures        draws them all again

Whoever changes a page or a mail draws them again, and looks at them.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from mailsla.demo.office import STATE_VARIABLE
from tests.presentation.mail_snapshots import drawn as drawn_mails
from tests.trials.browser import ALONE, CHROMIUM

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
HEAD = "chef.permis@val-fleuri.example.fr"
COLOURS = 128
"""Enough for text and flat drawings; a picture is a third of its size."""


class Shown(NamedTuple):
    """How a page is looked at.

    Attributes:
        page: Its file.
        width: Of the window, in CSS pixels.
        height: Of it; None for the whole page.
        dark: Whether the reader's screen is dark.
        printed: Whether it is as it comes out of a printer.
    """

    page: str
    width: int = 1280
    height: int | None = 1000
    dark: bool = False
    printed: bool = False


SHOWN: Mapping[str, Shown] = {
    "page": Shown("page.html"),
    "page-dark": Shown("page.html", dark=True),
    "page-phone": Shown("page.html", 360, 800),
    "page-printed": Shown("page.html", 794, 1123, printed=True),
    "alert": Shown("alert.html", 700, None),
    "alert-phone-dark": Shown("alert.html", 360, 800, dark=True),
    "alert-actions-phone": Shown("mails/alert.html", 360, None),
    "alert-unstyled-phone": Shown("mails/alert-unstyled.html", 360, None),
    "alert-text": Shown("mails/alert-text.html", 720, None),
    "referent-mail": Shown("mails/actions.html", 700, None),
    "report-mail-phone": Shown("mails/report.html", 400, 1400),
    "site": Shown("site/index.html"),
    "bilan": Shown("bilan.html"),
}
COMMANDS = (
    "report --format html -o page.html",
    f"alerts --preview {HEAD} -o alert.html",
    "pages site",
    "bilan 2026 -o bilan.html",
)


def main() -> None:
    """Draw every picture."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mailsla-pictures-") as folder, _browser() as browser:
        _made(Path(folder))
        for name, shown in SHOWN.items():
            (PICTURES / f"{name}.png").write_bytes(_drawn(browser, Path(folder), shown))


def _made(folder: Path) -> None:
    """Write the demonstration's pages into a folder."""
    environment = {**os.environ, STATE_VARIABLE: str(folder)}
    mailsla = [sys.executable, "-m", "mailsla"]
    for words in (["demo"], *(["--demo", *line.split()] for line in COMMANDS)):
        subprocess.run([*mailsla, *words], env=environment, cwd=folder, check=True, capture_output=True)
    _add_mails(folder / "mails")


def _add_mails(folder: Path) -> None:
    """Write the mails that tests compare, one without styles as some programs show it, and a text as terminals do."""
    folder.mkdir()
    for name, content in drawn_mails().items():
        language, _slash, file = name.partition("/")
        if language == "fr":
            (folder / file).write_text(content, encoding="utf-8")
    alert, text = ((folder / name).read_text(encoding="utf-8") for name in ("alert.html", "alert.txt"))
    unstyled = re.sub(r' style="[^"]*"', "", alert)
    (folder / "alert-unstyled.html").write_text(unstyled, encoding="utf-8")
    shown = f'<meta charset="utf-8"><pre style="overflow:hidden">{html.escape(text)}</pre>'
    (folder / "alert-text.html").write_text(shown, encoding="utf-8")


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        try:
            yield browser
        finally:
            browser.close()


def _drawn(browser: Browser, folder: Path, shown: Shown) -> bytes:
    page = browser.new_page(
        viewport={"width": shown.width, "height": shown.height or 200},
        color_scheme="dark" if shown.dark else "light",
    )
    page.emulate_media(media="print" if shown.printed else "screen")
    page.goto((folder / shown.page).as_uri())
    drawn = Image.open(BytesIO(page.screenshot(full_page=shown.height is None)))
    page.close()
    written = BytesIO()
    drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
