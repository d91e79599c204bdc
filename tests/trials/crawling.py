"""Goes over a static site as a browser would, page by page, and says whatever is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

LARGEST = 300_000
"""Bytes of a page."""

LOADED = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping", "manifest"}
"""Attributes by which a page fetches something, beside `href`."""


@dataclass
class Read(HTMLParser):
    """One page, as it is read.

    Attributes:
        links: Where its links lead, and what each says; those that say a number of rows apart.
        rows: How many rows of a list it has; None of a page that has no list.
        following: Where its list goes on.
        loaded: What a browser fetches to show it.
        texts: Its texts.
    """

    links: list[tuple[str, str]] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    rows: int | None = None
    following: str | None = None
    loaded: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    policy: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str]]] = []
        self._in_rows = self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.loaded += [value for name, value in found.items() if name in LOADED]
        if tag == "link":
            self.loaded.append(found["href"])
        if tag == "meta" and found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        if tag == "table":
            self._in_rows = "rows" in found.get("class", "").split()
            self.rows = (self.rows or 0) if self._in_rows else self.rows
        if tag == "tbody":
            self._in_body = self._in_rows
        if tag == "tr" and self._in_body and self.rows is not None:
            self.rows += 1
        if tag == "a":
            self._open.append(("", found))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"tbody", "table"}:
            self._in_body = False
        if tag == "a":
            text, found = self._open.pop()
            kept = self.numbers if found.get("class") == "n" else self.links
            kept.append((found["href"], text))
            if text == "Page suivante":
                self.following = found["href"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        self._open = [(text + data, found) for text, found in self._open]


@dataclass
class Crawled:
    """What was found.

    Attributes:
        pages: The pages that are reached from the first.
        numbers: How many numbers they print that lead to a list.
        lists: How many lists those are.
        wrong: Whatever is wrong, a sentence each.
    """

    pages: set[str]
    numbers: int
    lists: int
    wrong: list[str]


def crawl(site: Path) -> Crawled:
    """Go over the site from its first page."""

    @cache
    def read(place: str) -> Read:
        return read_page((site / place).read_text(encoding="utf-8"))

    @cache
    def rows(place: str) -> int:
        """Count the rows of a list over all its pages; of one made of others, those of the others."""
        page = read(place)
        if page.rows is None:
            return sum(rows(_resolved(place, href)) for href, _text in page.numbers)
        counted = page.rows
        while page.following is not None:
            place = _resolved(place, page.following)
            page = read(place)
            counted += page.rows or 0
        return counted

    wrong: list[str] = []
    reached, to_read = {"index.html"}, ["index.html"]
    numbers, lists = 0, set()
    while to_read:
        place = to_read.pop()
        page = read(place)
        size = (site / place).stat().st_size
        if size > LARGEST:
            wrong.append(f"{place} has {size} bytes")
        if "default-src 'none'" not in page.policy:
            wrong.append(f"{place} has no content security policy")
        wrong += [f"{place} loads {href}" for href in page.loaded if not _is_here(site, place, href)]
        for href, text in (*page.links, *page.numbers):
            if href.startswith(("#", "mailto:")):
                continue
            target = _resolved(place, href)
            if not _is_here(site, place, href):
                wrong.append(f"{place} leads to {href} ({text})")
            elif target not in reached:
                reached.add(target)
                to_read.append(target)
        for href, text in page.numbers:
            numbers += 1
            target = _resolved(place, href)
            lists.add(target)
            said = int(re.sub(r"\D", "", text))
            if rows(target) != said:
                wrong.append(f"{place} says {text}, {target} has {rows(target)} rows")
    files = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    wrong += [f"nothing leads to {place}" for place in sorted(files - reached)]
    print(f"{numbers} numbers lead to {len(lists)} lists, on {len(reached)} pages")
    return Crawled(reached, numbers, len(lists), wrong)


def read_page(page: str) -> Read:
    """Return a page as it is read."""
    read = Read()
    read.feed(page)
    return read


def _resolved(place: str, href: str) -> str:
    return normpath(join(dirname(place), href))


def _is_here(site: Path, place: str, href: str) -> bool:
    return not re.match(r"[a-z+.-]*:|//|/", href) and (site / _resolved(place, href)).is_file()
