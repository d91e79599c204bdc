"""`mailsla purge` as a person meets it: what would go, what went, and the clock that it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsla.bootstrap.application import open_application
from mailsla.cli import run
from mailsla.config import load
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.mail.copies import MailboxRole
from tests.factories import OFFICE, mail, paris
from tests.trials.office import document, toml

ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site that got two mails years ago, and one that it collected lately."""
    monkeypatch.delenv("MAILSLA_NOW", raising=False)
    path = tmp_path / "mailsla.toml"
    path.write_text(
        toml(document(ACCOUNT, store={"url": f"sqlite:///{tmp_path}/s.sqlite3"})), encoding="utf-8"
    )
    path.chmod(0o600)
    with open_application(load(path), lambda: paris("2023-06-02 10:00")) as app:
        inbox = app.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
        for uid, (at, seen) in enumerate(
            (("2021-03-01 10:00", 0), ("2021-03-02 10:00", 0), ("2021-03-03 10:00", 4000)), 1
        ):
            found = mail(at)
            new = new_message(uid, found.copies[0].internal_at, found.header, OFFICE)
            later = paris("2036-01-01 10:00") if seen else paris(at)
            app.store.messages.add(inbox, Batch(7, uid, (new,), ()), later)
    return path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())


def test_it_says_what_would_go_then_what_went_then_that_nothing_is_left(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    purge = ["--config", str(config), "purge"]
    assert run(["--config", str(config), "report", "--period", "2021"]) == 0
    capsys.readouterr()

    assert run([*purge, "--dry-run"]) == 0
    would = said(capsys)
    assert (
        "Seraient effacées les données personnelles de : 2 courriels de 2 échanges (2 demandes et suites)."
        in would
    )
    assert "Un échange de ce temps attend" in would
    assert run(purge) == 0
    done = said(capsys)
    assert "Données personnelles effacées : 2 courriels de 2 échanges" in done
    assert "Les sauvegardes et les fichiers exportés d'avant gardent ces données" in done
    assert run(purge) == 0
    assert "Rien n'est à effacer." in said(capsys)


def test_what_the_office_wrote_to_itself_is_told_too(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_application(load(config), lambda: paris("2026-06-02 10:00")) as app:
        inbox = app.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
        agents = ("agent@pref.example.fr", "autre@pref.example.fr")
        asked = mail("2026-06-01 10:00", message_id="a@mail.example")
        answer = mail("2026-06-02 10:00", by=agents[0], to="camille@example.org", replies_to="a@mail.example")
        for uid, found in enumerate((mail("2026-06-01 11:00", by=agents[0], to=agents[1]), asked, answer), 4):
            new = new_message(uid, found.copies[0].internal_at, found.header, OFFICE)
            app.store.messages.add(inbox, Batch(7, uid, (new,), ()), paris("2026-06-02 10:00"))
    purge = ["--config", str(config), "purge"]

    assert run([*purge, "--dry-run"]) == 0
    would = said(capsys)
    assert run(purge) == 0
    done = said(capsys)
    assert run(purge) == 0

    assert "Serait oublié : 1 courriel interne" in would
    assert "Oublié : 1 courriel interne" in done
    assert "oublié" not in said(capsys)


def test_a_clock_that_is_set_erases_nothing(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILSLA_NOW", "2099-01-01T00:00:00+00:00")

    assert run(["--config", str(config), "purge"]) == 2

    assert "MAILSLA_NOW est réglée" in capsys.readouterr().err


def test_what_is_left_of_a_request_is_shown_and_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--config", str(config), "purge"]) == 0
    capsys.readouterr()

    assert run(["--config", str(config), "requests", "--period", "2021", "--format", "csv"]) == 0
    first = capsys.readouterr().out.splitlines()[1]
    assert run(["--config", str(config), "show", first.split(";")[0]]) == 0

    assert "Objet : … Les données personnelles sont effacées ; ce qui compte est figé." in said(capsys)


@pytest.mark.parametrize(
    ("asked", "said_so"),
    [
        ([], "--export ou --erase"),
        (["--export", "--erase"], "--export ou --erase"),
        (["--erase"], "Rien n'est effacé sans confirmation : ajoutez --yes."),
        (["--erase", "--yes"], None),
    ],
)
def test_a_person_is_erased_once_that_is_confirmed(
    config: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said_so: str | None
) -> None:
    person = ["--config", str(config), "person", "camille.durand@example.org", *asked]

    assert run(person) == (0 if said_so is None else 2)

    printed = capsys.readouterr()
    if said_so is None:
        assert "Données personnelles effacées : 3 courriels" in printed.out.replace("\u00a0", " ")
    else:
        assert said_so in " ".join(printed.err.replace("\u00a0", " ").split())
    assert run(["--config", str(config), "person", "camille.durand@example.org", "--export"]) == 0
    assert ("camille.durand@example.org" in capsys.readouterr().out.split('"mails"')[1]) is (
        said_so is not None
    )


def test_who_is_named_in_words_alone_is_counted_and_who_is_nowhere_asks_for_no_confirmation(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = ["--config", str(config), "person", "nadia@example.net", "--erase"]
    noted = ["--config", str(config), "note", "cause", "Voir nadia@example.net", "--period", "2021"]

    assert run(person) == 0
    nowhere = capsys.readouterr()
    assert run(noted) == 0
    assert run(person) == 2
    asked = capsys.readouterr()
    assert run([*person, "--yes"]) == 0
    done = said(capsys)
    assert run(person) == 0

    assert "Rien n'est à effacer." in nowhere.out.replace("\u00a0", " ")
    assert "--yes" not in nowhere.err
    assert "Rien n'est à effacer" not in asked.out.replace("\u00a0", " ")
    assert "L'adresse serait ôtée d'un texte écrit ici" in asked.out.replace("\u00a0", " ")
    assert "ajoutez --yes" in asked.err.replace("\u00a0", " ")
    assert "L'adresse est ôtée d'un texte écrit ici" in done
