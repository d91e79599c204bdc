"""The static site of a year: every number leads to its list, nothing personal is there, names do no harm."""

from __future__ import annotations

import json
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Literal

import pytest

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.site_pages import site_pages
from mailsla.cli import run
from mailsla.config import load
from mailsla.core.pairing.decision import Action, Decision, Recorded
from mailsla.core.rate.publication import Published
from mailsla.core.rate.selection import Selection
from mailsla.presentation.static_site import places
from tests.trials.browser import Opened, opened
from tests.trials.crawling import crawl, read_page
from tests.trials.office import document, toml

NOW = datetime(2026, 11, 13, 8, tzinfo=UTC)
REQUESTS = 260
"""In a year: more than one page of a list has."""

FEW = 20
"""In a year: enough for every kind of page."""

NAMES = (
    "../x",
    "<script>alert(1)</script>",
    "W" * 200,
    "'\"><img src=x onerror=alert(1)>",
    "2026",
    "=1+1",
    "a@b",
)
"""What services are called: what a path, markup or a period may be taken for, and an address."""

OF_REQUESTS = places.of_request("").partition("/")[0]
SUBJECT = "Sujet d'une personne"
AGENT = "Mme Durand"


def letters(requests: int, services: int) -> str:
    """Return the mail of a year: a request in ten is never answered, the others after some days."""
    found: list[tuple[datetime, str]] = []
    for number in range(requests):
        at = NOW - timedelta(days=365 * (requests - number) / requests, hours=2)
        office, citizen = f"s{number % services}@pref.example.fr", f"camille{number}@example.org"
        subject = f"{SUBJECT} {number}"
        found.append((at, _letter(citizen, office, at, f"q{number}", f"Subject: {subject}")))
        if number % 10:
            answered = at + timedelta(days=number * 7 % 20, hours=1)
            tied = f"In-Reply-To: <q{number}@mail.example>\nSubject: Re: {subject}"
            found.append((answered, _letter(office, citizen, answered, f"r{number}", tied)))
        if number % 25 == 0:
            of_list = "List-Id: <nouvelles.example.net>\nSubject: Nos nouvelles"
            found.append((at, _letter("lettre@example.net", office, at, f"n{number}", of_list)))
    return "".join(f"From x {at:%a %b %d %H:%M:%S %Y}\n{text}\n" for at, text in sorted(found) if at < NOW)


def _letter(sender: str, to: str, at: datetime, name: str, fields: str) -> str:
    head = f"From: {sender}\nTo: {to}\nDate: {format_datetime(at)}\nMessage-ID: <{name}@mail.example>\n"
    return f"{head}{fields}\n\nBonjour.\n"


def office(folder: Path, requests: int = REQUESTS, names: tuple[str, ...] = NAMES) -> Path:
    """Return the configuration of an office that has read a year of mail."""
    services = [
        {"name": name, "addresses": [f"s{number}@pref.example.fr"], "head": f"chef{number}@pref.example.fr"}
        for number, name in enumerate(names)
    ]
    account = {"host": "localhost", "user": "contact", "password_env": "NONE"}
    config, archive = folder / "mailsla.toml", folder / "INBOX"
    config.write_text(toml(document(account, services=services)), encoding="utf-8")
    archive.write_text(letters(requests, len(names)), encoding="utf-8")
    assert run(["import", str(archive), "--config", str(config)]) == 0
    with open_application(load(config)) as app:
        decide_and_publish(app)
    return config


def decide_and_publish(app: Application) -> None:
    """Decide about the first two requests, and publish a figure, with words and names in whatever may have some."""
    noted = Recorded(AGENT, NOW)
    excluded, answered = (item.case.key for item in islice(commands.requests(app, Selection()), 2))
    for decision in (
        Decision(0, excluded, Action.EXCLUDE, AGENT, AGENT, NOW, recorded=noted),
        Decision(0, answered, Action.ANSWERED, AGENT, AGENT, NOW, at=NOW, text=AGENT, recorded=noted),
    ):
        app.store.decisions.add(decision)
    app.derive()
    commands.publish(app, commands.report(app), Published(AGENT, noted, AGENT))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", NOW.isoformat())
        return office(tmp_path_factory.mktemp("year"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office of few requests and one service, whose site is soon written, and shows subjects."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", NOW.isoformat())
        config = office(tmp_path_factory.mktemp("small"), FEW, NAMES[:1])
    with config.open("a", encoding="utf-8") as file:
        file.write("\n[pages]\nsubjects = true\n")
    return config


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILSLA_NOW", NOW.isoformat())


@pytest.fixture(scope="module")
def site(config: Path) -> Path:
    return site_of(config)


@pytest.fixture(scope="module")
def small_site(small: Path) -> Path:
    return site_of(small)


def site_of(config: Path) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", NOW.isoformat())
        assert pages(config, config.parent / "pages") == 0
    return config.parent / "pages"


def pages(config: Path, folder: Path) -> int:
    return run(["pages", str(folder), "--config", str(config)])


def everything(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }


@pytest.mark.in_parts(2)
def test_every_number_leads_to_a_list_of_exactly_so_many_and_every_page_is_reached(site: Path) -> None:
    found = crawl(site)

    assert found.wrong == []
    assert found.numbers > 2_000
    assert sum(place.startswith("demandes/") for place in found.pages) == REQUESTS


def test_lists_are_cut_in_pages_that_lead_to_each_other(site: Path) -> None:
    assert any("-p2" in place for place in everything(site))


@pytest.mark.in_parts(3)
@pytest.mark.parametrize(
    "name",
    ["2026-met-*", "2026-missed-x-*", "2026-w45-fallen-due-*", "2026-handled-in-time-*", "overdue-x-*"],
)
def test_a_list_has_the_rows_of_the_command_that_it_names(
    name: str, site: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = read_page(sorted(site.glob(f"listes/*/{name}"))[0].read_text(encoding="utf-8"))
    said = next(text for text in page.texts if text.startswith("Les mêmes lignes"))
    _program, *command = shlex.split(said.split("«")[1].split("»")[0].replace("\u00a0", " "))

    assert run([*command, "--format", "json", "--config", str(config)]) == 0

    listed = [item["key"] for item in json.loads(capsys.readouterr().out)["requests"]]
    assert page.rows == len(listed)
    assert [Path(href).stem for href, _text in page.links if "demandes/" in href] == listed


def test_no_subject_and_no_address_is_anywhere_on_it(site: Path) -> None:
    for name, content in everything(site).items():
        text = content.decode()
        assert SUBJECT not in text, name
        assert AGENT not in text, name
        assert "@" not in text.replace("@media", "").replace("@page", ""), name


def test_what_services_are_called_is_text_and_no_path(site: Path) -> None:
    files = everything(site)

    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-QW./") for name in files)
    assert not any(b"<script>alert" in content or b"<img" in content for content in files.values())
    said = " ".join(read_page(files["services/index.html"].decode()).texts)
    assert all(name in said for name in NAMES if "@" not in name)


def test_the_same_store_at_the_same_instant_is_the_same_site_whose_files_are_kept(
    small: Path, small_site: Path
) -> None:
    site = small_site
    before = everything(site)
    kept = {name: (site / name).stat().st_ino for name in before}

    assert pages(small, site) == 0

    assert everything(site) == before
    assert {name: (site / name).stat().st_ino for name in before if name != ".mailsla"} == {
        name: number for name, number in kept.items() if name != ".mailsla"
    }


def test_the_page_of_a_request_that_is_settled_is_the_same_file_days_later(small: Path) -> None:
    def pages_at(now: datetime) -> dict[str, str]:
        with open_application(load(small), now=lambda: now) as app:
            files = site_pages(app, subjects=False)
            return {place: page for place, page in files if place.startswith(OF_REQUESTS)}

    before, after = pages_at(NOW), pages_at(NOW + timedelta(days=3))

    same = {place for place, page in before.items() if after[place] == page}
    assert same == {place for place, page in before.items() if "ne change plus avec la date" in page}
    assert 0 < len(same) < len(before)


def test_mail_that_comes_meanwhile_is_on_the_next_site_and_never_on_half_of_one(
    small: Path, tmp_path: Path
) -> None:
    shutil.copytree(small.parent, tmp_path / "office", ignore=shutil.ignore_patterns(".pages*", "pages"))
    copied, late = tmp_path / "office" / small.name, tmp_path / "late"
    at = NOW - timedelta(days=3)
    late.write_text(
        f"From x {at:%a %b %d %H:%M:%S %Y}\n"
        + _letter("camille@example.org", "s0@pref.example.fr", at, "late", "Subject: Question"),
        encoding="utf-8",
    )
    with open_application(load(copied)) as app:
        files = site_pages(app, subjects=False)
        before = dict(islice(files, 3))
        assert run(["import", str(late), "--config", str(copied)]) == 0
        before |= files
    with open_application(load(copied)) as app:
        after = dict(site_pages(app, subjects=False))

    requests = [sum(name.startswith("demandes/") for name in files) for files in (before, after)]
    assert requests == [FEW, FEW + 1]


def test_subjects_and_addresses_are_there_when_they_are_asked_for(small_site: Path) -> None:
    files = everything(small_site)
    assert any(SUBJECT.replace("'", "&#x27;") in content.decode() for content in files.values())
    assert any(b"camille" in content for content in files.values())
    assert {name for name, content in files.items() if AGENT in content.decode()} >= {
        "decisions.html",
        "publications.html",
    }


def follow(in_it: Opened) -> None:
    """Go from a number of the report to its list, to a request of it, to its proof; then all the way back."""
    page = in_it.page
    in_it.go("index.html")
    number = page.locator("tr", has_text="Échues, hors délai ou sans réponse").locator("a.n").last
    count = int(number.inner_text())
    number.click()
    listed = in_it.place()
    assert page.locator("table.rows tbody tr").count() == count
    page.locator("table.rows tbody a").first.click()
    assert in_it.place().startswith("demandes/")
    assert page.get_by_role("heading", name="Jour par jour").is_visible()
    assert page.get_by_text("ouvre l'échange").is_visible()
    assert "Échéance" in page.locator(".answers").inner_text()
    page.go_back()
    assert in_it.place() == listed
    page.go_back()
    assert in_it.place() == "index.html"


def test_a_number_is_followed_to_its_proof_and_back_without_any_script(site: Path) -> None:
    with opened(site, script=False) as in_it:
        follow(in_it)
        in_it.go(longest(site))
        assert in_it.page.locator(".tools").count() == 0


def test_a_browser_sorts_and_filters_the_rows_of_a_page(site: Path) -> None:
    with opened(site) as in_it:
        follow(in_it)
        in_it.go(longest(site))
        rows, days = (
            in_it.page.locator("table.rows tbody tr"),
            in_it.page.locator("table.rows td:nth-child(4)"),
        )
        all_of_them, before = rows.count(), days.all_inner_texts()

        in_it.page.get_by_role("button", name="Jours").click()
        assert days.all_inner_texts() == sorted(before, key=int)
        in_it.page.get_by_role("button", name="Jours").click()
        assert days.all_inner_texts() == sorted(before, key=int, reverse=True)

        in_it.page.get_by_role("button", name="Échéance").click()
        dates = [text.split("/")[::-1] for text in in_it.page.locator("td:nth-child(3)").all_inner_texts()]
        assert dates == sorted(dates)

        in_it.page.get_by_role("searchbox").fill("HORS delai")
        shown = in_it.page.locator("table.rows tbody tr:visible")
        assert 0 < shown.count() < all_of_them
        assert all("hors délai" in text for text in shown.all_inner_texts())
        assert in_it.page.get_by_role("status").inner_text() == f"{shown.count()} lignes sur {all_of_them}"


def longest(site: Path) -> str:
    """Return the list page of requests that has the most rows that differ."""
    found = max(site.glob("listes/*/2026-fallen-due-*.html"), key=lambda path: path.stat().st_size)
    return found.relative_to(site).as_posix()


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_kind_of_page_has_an_automatic_fault(site: Path, scheme: Literal["light", "dark"]) -> None:
    ours = "a-verifier ecartes decisions publications couverture index periodes/index services/index".split()
    kinds = [*(f"{name}.html" for name in ours), "periodes/2026-W45.html", longest(site)]
    kinds += [next(site.glob(name)).relative_to(site).as_posix() for name in ("services/x-*", "demandes/*/*")]
    with opened(site, scheme=scheme) as in_it:
        for kind in kinds:
            in_it.go(kind)
            assert in_it.faults() == [], kind


def test_a_folder_of_somebody_else_s_is_refused_in_one_sentence(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept").write_text("theirs", encoding="utf-8")

    assert pages(config, tmp_path) == 2

    said = " ".join(capsys.readouterr().err.split())
    assert "n'a pas été écrit par mailsla : choisissez un autre dossier." in said
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    assert pages(config, tmp_path / "file" / "pages") == 2

    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("Le site")
    assert "son dossier n'en est pas un" in said
