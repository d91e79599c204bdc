"""A configuration that changed: what is read of a store is what a new store would say, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailsla.cli import run
from tests.trials.office import document, toml

ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}
OURS = "contact@pref.example.fr"
CHANGES: dict[str, dict[str, Any]] = {
    "domains": {"office": {"domains": ["pref.example.fr", "example.org"]}},
    "addresses": {"office": {"domains": ["pref.example.fr"], "addresses": ["camille0@example.org"]}},
    "form_senders": {"office": {"domains": ["pref.example.fr"], "form_senders": ["site@pref.example.fr"]}},
    "never_requests": {
        "office": {"domains": ["pref.example.fr"], "never_requests": ["camille1@example.org"]}
    },
    "message_id_hosts": {
        "office": {"domains": ["pref.example.fr"], "message_id_hosts": ["relais.example.net"]}
    },
    "departement": {"site": {"name": "Préfecture d'essai", "departement": "974"}},
    "minimum": {"site": {"name": "Préfecture d'essai", "departement": "18", "minimum": 2}},
    "services": {"services": [{"name": "Permis", "addresses": ["permis@pref.example.fr"]}]},
    "commitments": {"commitments": [{"category": "information", "days": 5}]},
    "categories": {
        "commitments": [
            {"category": "information"},
            {"category": "complaint", "days": 15, "subjects": ["Objet 2"]},
        ]
    },
    "confirmed": {"commitments": [{"category": "information", "confirmed": True}]},
    "acknowledgements": {"acknowledgements": [{"preset": "accuse-reception"}]},
    "receipt": {"receipt": {"closed_day_receipt": "next_working_day"}},
    "calendar": {"calendar": {"local_holidays": []}},
    "replies": {"replies": {"count_follow_ups": True}},
    "reply_kinds": {"reply_kinds": [{"kind": "acknowledgement", "subjects": ["Objet 1"]}]},
    "closings": {"closings": [{"effect": "excluded", "reason": "essai", "mailboxes": ["INBOX"]}]},
    "forms": {"forms": [{"senders": ["site@pref.example.fr"], "citizen": ["reply-to"]}]},
    "report": {"report": {"cohort": "received"}},
}


def mbox() -> str:
    mails = []
    for number in range(8):
        asked = (
            f"From: camille{number}@example.org\nTo: {'permis' if number % 2 else 'contact'}@pref.example.fr\n"
            f"Date: Mon, {2 + number} Mar 2026 09:00:00 +0100\nMessage-ID: <q{number}.essai@mail.example>\n"
            f"Subject: Objet {number}\n"
        )
        replied = (
            f"From: {OURS}\nTo: camille{number}@example.org\nDate: Fri, {6 + 3 * number} Mar 2026 15:00:00 +0100\n"
            f"Message-ID: <r{number}.essai@relais.example.net>\nIn-Reply-To: <q{number}.essai@mail.example>\n"
            f"Subject: Re: Objet {number}\n"
        )
        mails += [asked, replied] if number % 3 else [asked]
    mails.append(
        "From: site@pref.example.fr\nTo: contact@pref.example.fr\nReply-To: claude@example.org\n"
        "Date: Tue, 3 Mar 2026 09:00:00 +0100\nMessage-ID: <f.essai@pref.example.fr>\nSubject: Formulaire\n"
    )
    mails.append(
        "From: camille3@example.org\nTo: contact@pref.example.fr\nDate: Wed, 18 Mar 2026 09:00:00 +0100\n"
        "Message-ID: <s.essai@mail.example>\nSubject: Re: Objet 3\n"
        "In-Reply-To: <inconnu@relais.example.net>\nReferences: <q3.essai@mail.example>\n"
    )
    mails.append(
        "From: camille1@example.org\nTo: contact@pref.example.fr\nDate: Mon, 30 Mar 2026 09:00:00 +0200\n"
        "Message-ID: <t.essai@mail.example>\nSubject: Re: Objet 1\nIn-Reply-To: <r1.essai@relais.example.net>\n"
    )
    return "".join(f"From nobody@example.org\n{mail}\nBonjour.\n\n" for mail in mails)


@pytest.fixture(autouse=True)
def at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILSLA_NOW", "2026-04-15T12:00:00+02:00")


def office(folder: Path, changes: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    config = folder / "mailsla.toml"
    config.write_text(toml(document(ACCOUNT, **changes)), encoding="utf-8")
    config.chmod(0o600)
    return config


def said(capsys: pytest.CaptureFixture[str], config: Path) -> str:
    """Return all that reading commands say."""
    capsys.readouterr()
    for command in (
        "report --format json --by week",
        "requests --format json",
        "requests --format json --state to-check",
    ):
        assert run([*command.split(), "--config", str(config)]) == 0
    return capsys.readouterr().out


CHANGE_NOTHING = {"calendar", "closings"}
"""Keys that say nothing of this mail: what is read stays as it was."""


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_configuration_is_applied_to_what_the_store_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    changes = CHANGES[name]
    archive = tmp_path / "archive.mbox"
    archive.write_text(mbox(), encoding="utf-8")
    config = office(tmp_path / "old", {})
    assert run(["import", str(archive), "--config", str(config)]) == 0
    before = said(capsys, config)

    office(tmp_path / "old", changes)
    after = said(capsys, config)
    fresh = office(tmp_path / "new", changes)
    assert run(["import", str(archive), "--config", str(fresh)]) == 0

    assert after == said(capsys, fresh)
    assert (after == before) is (name in CHANGE_NOTHING)


def test_whoever_reads_is_told_that_mail_is_paired_again_and_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "archive.mbox"
    archive.write_text(mbox(), encoding="utf-8")
    config = office(tmp_path / "office", {})
    assert run(["import", str(archive), "--config", str(config)]) == 0
    office(tmp_path / "office", CHANGES["services"])
    capsys.readouterr()

    told = []
    for _time in range(2):
        assert run(["requests", "--config", str(config)]) == 0
        told.append("Les règles ont changé" in capsys.readouterr().err)

    assert told == [True, False]
