"""The promises beside the main one, from the configuration to the page: each number has its list, each its source."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailsla.cli import run
from tests.trials.office import document, toml

ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}
COMPLAINT = {
    "category": "complaint",
    "days": 15,
    "comparison": "at_most",
    "target": 1,
    "chosen_by_site": True,
    "subjects": ["réclamation"],
}
LAW = [{"preset": "accuse-reception"}, {"preset": "accuse-enregistrement", "confirmed": True}]
PROMISES = ("complaint", "accuse-reception", "accuse-enregistrement", "delai-annonce")
NUMBERS = {
    "met": "met",
    "missed": "missed",
    "not_due_answered": "not-due-answered",
    "not_due_waiting": "not-due-waiting",
}

# What is asked in March 2026, on Mondays at nine: when, of what, and what the office wrote, when.
LETTERS = {
    "a": ("02 Mar", "Réclamation : guichet", [("03 Mar", "Re: Réclamation : guichet")]),
    "b": ("02 Mar", "Réclamation : attente", []),
    "c": ("09 Mar", "Titre", [("09 Mar", "Réponse d'attente : avant le 20 mars"), ("19 Mar", "Re: Titre")]),
    "d": ("09 Mar", "Permis", [("11 Mar", "Réponse d'attente : avant le 20 mars"), ("23 Mar", "Re: Permis")]),
    "e": ("23 Mar", "Passeport", [("24 Mar", "Réponse d'attente : avant le 20 avril")]),
    "f": ("23 Mar", "Carte grise", []),
    "g": ("06 Apr", "Association", [("14 Apr", "Re: Association")]),
    "h": ("13 Apr", "Élections", []),
}  # fmt: skip


def mbox() -> Iterator[str]:
    for name, (on, subject, replies) in LETTERS.items():
        yield (
            f"From: camille.{name}@example.org\nTo: contact@pref.example.fr\nDate: {on} 2026 09:00:00 +0100\n"
            f"Message-ID: <{name}@example.org>\nSubject: {subject}\n"
        )
        for number, (sent, said) in enumerate(replies):
            yield (
                f"From: contact@pref.example.fr\nTo: camille.{name}@example.org\nDate: {sent} 2026 15:00:00 +0100\n"
                f"Message-ID: <{name}{number}@pref.example.fr>\nIn-Reply-To: <{name}@example.org>\nSubject: {said}\n"
            )


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAILSLA_NOW", "2026-04-15T12:00:00+02:00")
    config, archive = tmp_path / "mailsla.toml", tmp_path / "mars.mbox"
    promises = [{"category": "information", "preset": "qualipref"}, COMPLAINT]
    config.write_text(toml(document(ACCOUNT, commitments=promises, acknowledgements=LAW)), encoding="utf-8")
    config.chmod(0o600)
    archive.write_text("".join(f"From x\n{mail}\nBonjour.\n\n" for mail in mbox()), encoding="utf-8")
    assert run(["import", str(archive), "--config", str(config)]) == 0
    return config


@pytest.fixture
def said(office: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def answer(*arguments: str) -> str:
        capsys.readouterr()
        assert run([*arguments, "--config", str(office)]) == 0, arguments
        return capsys.readouterr().out

    return answer


def counts(line: dict[str, Any]) -> tuple[int, ...]:
    return tuple(line["population"][name] for name in NUMBERS)


def test_each_promise_is_counted_by_its_own_due_dates(said: Any) -> None:
    report = json.loads(said("report", "--period", "2026", "--format", "json"))
    lines = {line["promise"]: line for line in report["sections"][0]["promises"]}

    # Met, missed, not due and answered, not due and waiting; counted by hand.
    assert {name: counts(line) for name, line in lines.items()} == {
        "complaint": (1, 1, 0, 0),
        "accuse-reception": (4, 2, 1, 1),  # b and f were written nothing; g and h are due later
        "accuse-enregistrement": (3, 5, 0, 0),  # d came after two days, g after more; h was due yesterday
        "delai-annonce": (1, 1, 0, 1),
    }
    assert counts(report) == (
        1,
        3,
        1,
        1,
    )  # c met; d late by a day, e and f unanswered; g and h are due on 17 and 24 April
    assert (lines["complaint"]["chosen_by_site"], lines["complaint"]["source"]) == (True, None)
    assert (lines["accuse-reception"]["confirmed"], lines["accuse-enregistrement"]["confirmed"]) == (
        False,
        True,
    )
    assert report["rule"]["confirmed"] is False
    assert [line["attainment"]["share"] for line in lines.values()] == [None] * 4


@pytest.mark.parametrize("cohort", ["due", "received"])
def test_every_number_of_a_promise_has_its_list(said: Any, cohort: str) -> None:
    def listed(*options: str) -> int:
        asked = ("requests", "--period", "2026-03", "--cohort", cohort, *options, "--format", "json")
        return len(json.loads(said(*asked))["requests"])

    report = json.loads(said("report", "--period", "2026-03", "--cohort", cohort, "--format", "json"))
    lines = report["sections"][0]["promises"]
    assert [line["promise"] for line in lines] == [*PROMISES]
    for line in lines:
        promise = ("--promise", line["promise"])
        assert listed(*promise) == sum(counts(line))
        for number, state in NUMBERS.items():
            assert listed(*promise, "--state", state) == line["population"][number], (promise, state)
        for state in ("answered", "unanswered"):
            assert listed(*promise, "--state", state) == line[state], (promise, state)


def test_the_answers_that_a_person_decided_are_counted_and_listed(
    said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = json.loads(said("requests", "--state", "unanswered", "--format", "json"))["requests"]
    key = next(item["key"] for item in asked if item["message_id"] == "f@example.org")
    answered = ("answered", "--on", "2026-03-25", "--reason", "téléphone", "--by", "Camille Durand")
    with monkeypatch.context() as clock:
        clock.delenv("MAILSLA_NOW")
        said("decide", key, *answered)

    report = json.loads(said("report", "--period", "2026", "--format", "json"))
    listed = json.loads(said("requests", "--counted", "--state", "answered-by-decision", "--format", "json"))[
        "requests"
    ]

    otherwise = report["sections"][0]["answered_otherwise"]
    assert (otherwise["by_decision"], otherwise["by_filing"]) == (1, 0)
    assert [item["key"] for item in listed] == [key]
    assert report["population"]["met"] == otherwise["without"]["numerator"] + 1
    lines = {line["promise"]: line for line in report["sections"][0]["promises"]}
    assert counts(lines["accuse-reception"]) == (4, 2, 1, 1), "told by telephone is not acknowledged"


def test_the_page_says_each_promise_where_it_comes_from_and_what_is_to_check(said: Any) -> None:
    page = " ".join(said("report", "--period", "2026").split())

    assert "Autres engagements – année 2026" in page
    assert "d'après le dossier de presse du 3 septembre 2012, à vérifier" in page
    assert (
        "Réclamations (en 15 jours ouvrés au plus, délai choisi par le site) : 2 demandes, 1 répondue, 1 sans"
        in page
    )
    assert "3 dates annoncées, 1 tenue, 1 non tenue, 1 pas encore venue" in page
    assert "administration, à vérifier)" in page
    assert "administration, confirmé par le site)" in page


def test_a_list_by_a_promise_says_so_and_shows_its_due_dates(said: Any) -> None:
    text = " ".join(said("requests", "--promise", "delai-annonce").split())
    document_ = json.loads(said("requests", "--promise", "delai-annonce", "--format", "json"))

    assert "l'échéance est la date annoncée" in text
    assert document_["promise"] == "delai-annonce"
    assert [item["due_on"] for item in document_["requests"]] == ["2026-03-20", "2026-03-20", "2026-04-20"]
    assert [item["verdict"] for item in document_["requests"]] == ["met", "missed", "not_due"]


def test_a_spreadsheet_has_a_line_a_promise_with_its_source_and_no_share_of_what_is_for_every_one(
    said: Any,
) -> None:
    written = said("report", "--period", "2026", "--format", "csv").lstrip("\ufeff")
    figures, _balance = written.split("\r\n\r\n")
    rows = list(csv.DictReader(io.StringIO(figures), delimiter=";"))
    found = {
        row["engagement"]: (row["dans les temps"], row["hors délai"], row["taux"], row["vérifié"])
        for row in rows
    }

    assert found == {
        "information": ("1", "3", "", "non"),
        "complaint": ("1", "1", "", "oui"),
        "accuse-reception": ("4", "2", "", "non"),
        "accuse-enregistrement": ("3", "5", "", "oui"),
        "delai-annonce": ("1", "1", "", "oui"),
    }


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--promise", "marianne"), "Engagement inconnu : marianne ; choisissez parmi : complaint,"),
        (("--promise", "complaint", "--counted"), "--promise va sans --category, --counted ni --variant"),
        (
            ("--promise", "complaint", "--category", "complaint"),
            "--promise va sans --category, --counted ni --variant",
        ),
        (("--promise", "complaint", "--state", "left-out"), "--state left-out va avec --period"),
    ],
)
def test_what_cannot_be_listed_is_refused_in_a_sentence(
    office: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], sentence: str
) -> None:
    capsys.readouterr()

    assert run(["requests", *options, "--config", str(office)]) == 2
    assert sentence in capsys.readouterr().err.replace("\u00a0", " ")
