"""An office from nothing to its first figure: what init asks, what the report says, what check says, and after that."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from imapclient.exceptions import IMAPClientError

from tests.trials.command_line import answered
from tests.trials.offices.shapes import Names, Shape, filled
from tests.trials.servers.imap_server import ImapServer
from tests.trials.terminal import conversed

NOW = "2026-11-13T08:00:00+00:00"


@dataclass
class Office:
    """An office in a folder of its own, whose commands are run there.

    Attributes:
        server: Where its mail is.
        folder: Where its configuration is.
        names: Its names.
    """

    server: ImapServer
    folder: Path
    names: Names

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "mailsla.toml"

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command, and return what it printed, on one line."""
        done = answered(words, self.folder, {"MAILSLA_NOW": NOW})
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return " ".join(done.stdout.split())

    def figure(self) -> tuple[int, int]:
        """Return how many requests met the promise, and of how many that fell due, in the year so far."""
        report = json.loads(self.run("report", "--period", "2026", "--format", "json"))
        [section] = report["sections"]
        return section["attainment"]["numerator"], section["attainment"]["denominator"]

    def findings(self) -> dict[str, dict[str, object]]:
        """Return what check says, by its code."""
        found = json.loads(self.run("check", "--format", "json"))["checks"]
        return {item["code"]: item for item in found}

    def follow(self) -> None:
        """Do what check says: write its lines under their headings, and add the agent's account where it says so."""
        found = self.findings()
        for item in found.values():
            if item["line"] is not None:
                written = self.config.read_text(encoding="utf-8")
                heading = f"{item['section']}\n"
                assert heading in written
                self.config.write_text(written.replace(heading, f"{heading}{item['line']}\n", 1), "utf-8")
        if found.keys() & {"replies-unseen", "answered-elsewhere"}:
            written = self.config.read_text(encoding="utf-8")
            block = written[written.index("[[accounts]]") : written.index("# Un bloc par service")]
            added = block.replace('"contact"', '"agent"').replace(self.names.contact, self.names.agent)
            self.config.write_text(f"{written}\n{added}", encoding="utf-8")
        self.run("poll")

    @cached_property
    def reached(self) -> list[str]:
        """The options that say where its server is: no DNS knows an invented domain."""
        server = self.server
        return [
            "--host",
            server.network_host,
            "--port",
            str(server.imaps_port),
            "--ca-file",
            str(server.ca_pem),
        ]


def prepared(shape: Shape, server: ImapServer, folder: Path) -> Office:
    """Return an office of a shape, with its mail on a server; nothing is configured."""
    domain = f"o{uuid4().hex[:12]}.cher.example.fr"
    # A login without a domain is the same user in every office of a server.
    agent = "".join(chr(ord("a") + int(figure, 16)) for figure in uuid4().hex[:8])
    names = Names(domain, f"pref-contact@{domain}", f"lea.{agent}@{domain}")
    for (user, box), mails in filled(shape, names).items():
        # It is there already: every user's inbox, and what the server makes by itself.
        with server.client(user) as client, suppress(IMAPClientError):
            client.create_folder(box)
        server.append_many(user, box, mails)
    return Office(server, folder, names)


@dataclass(frozen=True)
class Beginning:
    """How a first configuration came about.

    Attributes:
        questions: What was asked, in order.
        shown: All that the terminal showed.
        seconds: How long init and the first collection took, nobody having to think.
    """

    questions: list[str]
    shown: str
    seconds: float


def begun(office: Office, shape: Shape) -> Beginning:
    """Make an office's configuration as a person at a terminal does who takes every proposal, and collect."""
    login = shape.login(office.names)
    given = [] if login == office.names.contact else ["--user", login]
    answers = {
        "Adresse de la boîte": office.names.contact,
        "Mot de passe": office.server.password,
        "Numéro du département": "18",
        "Nom de la préfecture": "Préfecture du Cher",
        "S'en servir ?": "n",
    }
    started = time.monotonic()
    code, shown, questions = conversed(["init", *office.reached, *given], answers, office.folder)
    assert code == 0, shown
    office.run("poll")
    return Beginning(questions, shown, time.monotonic() - started)


@dataclass(frozen=True)
class Outcome:
    """The first figure of an office, and what became of it.

    Attributes:
        first: As it was at once: how many requests met the promise, and of how many.
        said: What check said against it, by its codes.
        after: As it is once what check says was done; the first, where that was right.
    """

    first: tuple[int, int]
    said: tuple[str, ...]
    after: tuple[int, int]


def outcome_of(office: Office) -> Outcome:
    """Return the first figure, and follow check where it says that it is wrong."""
    first = office.figure()
    said = tuple(
        sorted(code for code, item in office.findings().items() if _is_against(code, item["health"]))
    )
    if not said:
        return Outcome(first, said, first)
    office.follow()
    return Outcome(first, said, office.figure())


def _is_against(code: str, health: object) -> bool:
    """Tell whether a finding is against a figure: nobody here is alerted, nor has a head."""
    return health != "ok" and code not in {
        "sending-unconfigured",
        "unassigned",
        "requests-untold",
        "heads-missing",
    }
