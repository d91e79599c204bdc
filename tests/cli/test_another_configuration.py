"""A configuration that changed: what is read of a store is what a new store would say, byte for byte."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailsla.cli import run
from mailsla.config import Settings
from tests.cli.every_key import BEFORE, BELIEVED, COLLECTED, LATER, SILENT, changed, keys_of, mboxes
from tests.trials.command_line import command
from tests.trials.office import account_of, document, toml

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer

NOW = datetime.fromisoformat("2026-04-15T12:00:00+02:00")
READ = (
    "report --format json --by week",
    "report --period 2026-03-01..2026-05-31",
    "requests --format json",
)


@dataclass(frozen=True)
class Office:
    """A site in a folder: its configuration and its store."""

    folder: Path

    def configure(self, configuration: dict[str, Any]) -> Office:
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "mailsla.toml"
        config.write_text(toml(configuration), encoding="utf-8")
        config.chmod(0o600)
        return self

    def do(self, *words: str) -> str:
        """Run a command; return what it printed, but for the seconds that it takes."""
        printed = command(NOW, [*words, "--config", str(self.folder / "mailsla.toml")])
        return re.sub(r"(2026-04-15T12:0)\d:\d\d", r"\1x:xx", printed)

    def says(self) -> str:
        """Return all that reading commands say."""
        return "".join(self.do(*words.split()) for words in READ)

    def copied(self, folder: Path) -> Office:
        """Return the same site in another folder."""
        return Office(shutil.copytree(self.folder, folder))


@dataclass(frozen=True)
class Stores:
    """Two stores to begin with, and the archive: one derived by `BEFORE`, one in which nothing was ever put."""

    derived: Office
    empty: Office
    archive: Path
    said: str


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    folder = tmp_path_factory.mktemp("stores")
    archive = folder / "archive"
    archive.mkdir()
    for name, content in mboxes().items():
        (archive / name).write_text(content, encoding="utf-8")
    derived, empty = (Office(folder / name).configure(BEFORE) for name in ("derived", "empty"))
    derived.do("import", str(archive))
    empty.do("requests")
    return Stores(derived, empty, archive, derived.says())


def after_a_change(stores: Stores, folder: Path, values: dict[str, Any]) -> str:
    """Return what a store says when keys change, which is what a fresh store says with them."""
    configuration = changed(values)
    said = stores.derived.copied(folder / "changed").configure(configuration).says()
    fresh = stores.empty.copied(folder / "fresh").configure(configuration)
    fresh.do("import", str(stores.archive))
    assert said == fresh.says()
    return said


@pytest.mark.in_parts(5)
@pytest.mark.parametrize("key", LATER)
def test_a_changed_key_says_what_a_fresh_store_says(stores: Stores, tmp_path: Path, key: str) -> None:
    assert after_a_change(stores, tmp_path, {key: LATER[key]}) != stores.said


@pytest.mark.in_parts(5)
@pytest.mark.parametrize("keys", SILENT)
def test_a_key_that_is_of_no_figure_changes_none(stores: Stores, tmp_path: Path, keys: str) -> None:
    assert after_a_change(stores, tmp_path, SILENT[keys]) == stores.said


COPY = b"""\
Received: from relais.example.net (relais.example.net [198.51.100.7]) by mx.pref.example.fr;
 Fri, 06 Mar 2026 15:00:05 +0100
Message-ID: <r@pref.example.fr>
Date: Fri, 6 Mar 2026 15:00:00 +0100
From: contact@pref.example.fr
To: camille@example.org
Cc: contact@pref.example.fr
Subject: Re: Passeport
In-Reply-To: <q@mail.example>

Bonjour.
"""
ASKED = b"""\
Message-ID: <q@mail.example>
Date: Mon, 2 Mar 2026 09:00:00 +0100
From: camille@example.org
To: contact@pref.example.fr
Subject: Passeport

Bonjour.
"""


@pytest.mark.parametrize("key", BELIEVED)
def test_whom_to_believe_is_decided_again_of_mail_that_was_collected(
    dovecot: DovecotServer, tmp_path: Path, key: str
) -> None:
    user = dovecot.new_user()
    vouched = b"Authentication-Results: mx.pref.example.fr; dmarc=pass header.from=pref.example.fr\n" + COPY
    for raw, at in ((ASKED, "2026-03-02T09:00:05+01:00"), (vouched, "2026-03-06T15:00:10+01:00")):
        dovecot.append(user, "INBOX", raw.replace(b"\n", b"\r\n"), internal_date=datetime.fromisoformat(at))
    before = document(account_of(dovecot, user))
    after = {**before, "office": before["office"] | {key.removeprefix("office."): BELIEVED[key]}}
    site, fresh = Office(tmp_path / "site").configure(before), Office(tmp_path / "fresh").configure(after)
    for office in (site, fresh):
        office.do("poll")

    doubtful = site.says()
    said = site.configure(after).says()

    assert said == fresh.says()
    assert ("unauthenticated" in doubtful, "unauthenticated" in said) == (True, False)


def test_every_key_is_changed_or_decides_what_is_collected() -> None:
    tried = [LATER.keys(), *(values.keys() for values in SILENT.values()), COLLECTED.keys()]
    keys = set(keys_of(Settings))

    assert set().union(*tried) == keys
    assert sum(key in LATER or key in COLLECTED for key in keys) == len(LATER) + len(COLLECTED)
    assert len(keys) > 100


def test_whoever_reads_is_told_that_mail_is_paired_again_and_once(
    stores: Stores, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILSLA_NOW", NOW.isoformat())
    site = stores.derived.copied(tmp_path / "site").configure(changed({"services[].name": "Titres"}))

    told = []
    for _time in range(2):
        assert run(["requests", "--config", str(site.folder / "mailsla.toml")]) == 0
        told.append("Les règles ont changé" in capsys.readouterr().err)

    assert told == [True, False]
