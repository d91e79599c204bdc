"""Chromium, on the files of a site: whatever it asks for elsewhere is found out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ALONE = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
"""What keeps it from anything but the page that it is given."""


@dataclass(frozen=True)
class Opened:
    """A page of a site in a browser.

    Attributes:
        page: As Playwright drives it.
        site: The site's folder.
    """

    page: Page
    site: Path

    def go(self, place: str) -> None:
        """Open a page of the site."""
        self.page.goto((self.site / place).as_uri())

    def place(self) -> str:
        """Return which page of the site is open."""
        return self.page.url.removeprefix(f"{self.site.as_uri()}/")

    def faults(self) -> list[str]:
        """Return what axe finds wrong with the page that is open."""
        found = Axe().run(self.page).response["violations"]
        return [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found]


@contextmanager
def opened(
    site: Path, *, script: bool = True, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Opened]:
    """Open a browser on a site; in the end, nothing was asked for that is not one of the site's files.

    Raises:
        AssertionError: When anything was.
    """
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        try:
            context = browser.new_context(java_script_enabled=script, color_scheme=scheme)
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            yield Opened(page, site)
        finally:
            browser.close()
    assert asked
    assert [url for url in asked if not url.startswith(f"{site.as_uri()}/")] == []
