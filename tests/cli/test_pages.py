"""The static site of a year: every number leads to its list, nothing personal is there, names do no harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mailsla.cli import run
from tests.trials.crawling import crawl, texts_of
from tests.trials.office import document, toml

NOW = datetime(2026, 11, 13, 8, tzinfo=UTC)
REQUESTS = 260
"""In a year: more than one page of a list has."""

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

SUBJECT = "Sujet d'une personne"


def letters() -> str:
    """Return the mail of a year: a request in ten is never answered, the others after some days."""
    found: list[tuple[datetime, str]] = []
    for number in range(REQUESTS):
        at = NOW - timedelta(days=365 * (REQUESTS - number) / REQUESTS, hours=2)
        office, citizen = f"s{number % len(NAMES)}@pref.example.fr", f"camille{number}@example.org"
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


def office(folder: Path, **sections: object) -> Path:
    """Return the configuration of an office that has read a year of mail."""
    services = [
        {"name": name, "addresses": [f"s{number}@pref.example.fr"], "head": f"chef{number}@pref.example.fr"}
        for number, name in enumerate(NAMES)
    ]
    account = {"host": "localhost", "user": "contact", "password_env": "NONE"}
    config, archive = folder / "mailsla.toml", folder / "INBOX"
    config.write_text(toml({**document(account, services=services), **sections}), encoding="utf-8")
    archive.write_text(letters(), encoding="utf-8")
    assert run(["import", str(archive), "--config", str(config)]) == 0
    return config


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", NOW.isoformat())
        return office(tmp_path_factory.mktemp("year"))


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILSLA_NOW", NOW.isoformat())


@pytest.fixture(scope="module")
def site(config: Path) -> Path:
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


def test_every_number_leads_to_a_list_of_exactly_so_many_and_every_page_is_reached(site: Path) -> None:
    found = crawl(site)

    assert found.wrong == []
    assert found.numbers > 2_000
    assert sum(place.startswith("demandes/") for place in found.pages) == REQUESTS


def test_lists_are_cut_in_pages_that_lead_to_each_other(site: Path) -> None:
    assert any("-p2" in place for place in everything(site))


def test_no_subject_and_no_address_is_anywhere_on_it(site: Path) -> None:
    for name, content in everything(site).items():
        text = content.decode()
        assert SUBJECT not in text, name
        assert "@" not in text.replace("@media", "").replace("@page", ""), name


def test_what_services_are_called_is_text_and_no_path(site: Path) -> None:
    files = everything(site)

    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-QW./") for name in files)
    assert not any(b"<script>alert" in content or b"<img" in content for content in files.values())
    said = " ".join(texts_of(files["services/index.html"].decode()))
    assert all(name in said for name in NAMES if "@" not in name)


def test_the_same_store_at_the_same_instant_is_the_same_site_whose_files_are_kept(
    site: Path, config: Path
) -> None:
    before = everything(site)
    kept = {name: (site / name).stat().st_ino for name in before}

    assert pages(config, site) == 0

    assert everything(site) == before
    assert {name: (site / name).stat().st_ino for name in before if name != ".mailsla"} == {
        name: number for name, number in kept.items() if name != ".mailsla"
    }


def test_subjects_and_addresses_are_there_when_they_are_asked_for(config: Path, tmp_path: Path) -> None:
    open_to_all = config.with_name("open.toml")
    open_to_all.write_text(
        config.read_text(encoding="utf-8") + "\n[pages]\nsubjects = true\n", encoding="utf-8"
    )

    assert pages(open_to_all, tmp_path / "pages") == 0

    files = everything(tmp_path / "pages")
    assert any(SUBJECT.replace("'", "&#x27;") in content.decode() for content in files.values())
    assert crawl(tmp_path / "pages").wrong == []


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
