"""From nothing to the first figure, on offices of different shapes: what it is, what it should be, what check says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

import pytest

from tests.factories import paris
from tests.trials.command_line import answered
from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.imap_server import ImapServer

NOW = "2026-11-13T08:00:00+00:00"
ASKED = paris("2026-10-05 09:00")
REQUESTS, IN_TIME = 10, 8
"""The truth of every office here: so many requests fell due, so many of them were answered in time."""

BY_AGENTS = 4
"""Of the replies, those that leave from the agent's own box, where agents answer by themselves."""


@dataclass(frozen=True)
class Shape:
    """How citizens' mail reaches an office, and where its replies are kept.

    Attributes:
        fields: What a citizen's mail bears beside its number, with `{citizen}`, `{contact}` and `{domain}` in it.
        agents_keep: How many replies are kept by the agent alone.
        copies: Whether agents answer from their own box, with the contact box in copy, which is all that is seen.
    """

    fields: Mapping[str, str]
    agents_keep: int = 0
    copies: bool = False


SHAPES = {
    "plain": Shape({"From": "{citizen}", "To": "{contact}"}),
    "agents' sent boxes": Shape({"From": "{citizen}", "To": "{contact}"}, agents_keep=BY_AGENTS),
    "copies to the contact box": Shape({"From": "{citizen}", "To": "{contact}"}, copies=True),
    "web form": Shape({"From": "site@{domain}", "Reply-To": "{citizen}", "To": "{contact}"}),
    "list as contact": Shape(
        {
            "From": '"Usager via Contact" <contact@{domain}>',
            "Reply-To": "{citizen}",
            "X-Original-From": "{citizen}",
            "To": "contact@{domain}",
            "List-Id": "<contact.{domain}>",
            "List-Post": "<mailto:contact@{domain}>",
        }
    ),
}


@dataclass
class Office:
    """An office in a folder of its own, whose commands are run there."""

    server: ImapServer
    folder: Path
    contact: str
    agent: str

    def run(self, *words: str, code: int = 0) -> str:
        done = answered(words, self.folder, {"MAILSLA_NOW": NOW})
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return " ".join(done.stdout.split())

    def figure(self) -> tuple[int, int]:
        """Return how many requests met the promise, and of how many that fell due, in the year so far."""
        report = json.loads(self.run("report", "--period", "2026", "--format", "json"))
        [section] = report["sections"]
        return section["attainment"]["numerator"], section["attainment"]["denominator"]

    def findings(self) -> dict[str, dict[str, object]]:
        found = json.loads(self.run("check", "--format", "json"))["checks"]
        return {item["code"]: item for item in found}


def mail(at: datetime, **fields: str) -> bytes:
    written = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"Date: {format_datetime(at)}\r\n{written}\r\nBonjour.\r\n".encode()


def received(domain: str, said: str) -> dict[str, str]:
    """Return what a mail from outside bears, and what our own server says of it."""
    hop = f"from mel (mel [198.51.100.9]) by mx.{domain}; Mon, 5 Oct 2026 09:00:00 +0200"
    return {"Authentication_Results": f"mx.{domain}; {said}", "Received": hop}


def fill(office: Office, shape: Shape) -> None:
    """Fill the boxes: every request, the replies that were in time, and what citizens wrote about them."""
    domain = office.contact.partition("@")[2]
    boxes: dict[tuple[str, str], list[tuple[bytes, datetime, tuple[str, ...]]]] = {}

    def put(user: str, box: str, at: datetime, raw: bytes) -> None:
        boxes.setdefault((user, box), []).append((raw, at, ()))

    for number in range(REQUESTS):
        citizen = f"usager{number}@exemple.net"
        named = {"citizen": citizen, "contact": office.contact, "domain": domain}
        fields = {name.replace("-", "_"): text.format(**named) for name, text in shape.fields.items()}
        # Our own server says what it verified of all that comes from outside.
        trace = received(domain, "spf=pass") if shape.copies else {}
        at = ASKED + timedelta(hours=number)
        put(
            office.contact,
            "INBOX",
            at,
            mail(at, Message_ID=f"<q{number}@exemple.net>", Subject=f"Question {number}", **trace, **fields),
        )
        if number >= IN_TIME:
            continue
        is_agents = number < shape.agents_keep
        copy = {"Cc": office.contact, **received(domain, f"dmarc=pass header.from={domain}")}
        reply = mail(
            at + timedelta(days=2),
            **(copy if shape.copies else {}),
            Message_ID=f"<r{number}@{domain}>",
            From=office.agent if is_agents or shape.copies else office.contact,
            To=citizen,
            In_Reply_To=f"<q{number}@exemple.net>",
            Subject=f"Re: Question {number}",
        )
        whose = office.agent if is_agents else office.contact
        put(whose, "INBOX" if shape.copies else "Sent", at + timedelta(days=2), reply)
        if is_agents:
            thanks = mail(
                at + timedelta(days=3),
                Message_ID=f"<t{number}@exemple.net>",
                From=citizen,
                To=office.contact,
                In_Reply_To=f"<r{number}@{domain}>",
                References=f"<q{number}@exemple.net> <r{number}@{domain}>",
                Subject=f"Re: Question {number}",
            )
            put(office.contact, "INBOX", at + timedelta(days=3), thanks)
    for (user, box), mails in boxes.items():
        office.server.append_many(user, box, mails)


def made(shape: str, server: DovecotServer, folder: Path, *further: str) -> tuple[Office, str]:
    """Make an office of a shape and its configuration by `mailsla init`, and collect it; return what init showed."""
    domain = f"o{uuid4().hex[:12]}.cher.example.fr"
    office = Office(server, folder, f"pref@{domain}", f"lea.martin@{domain}")
    fill(office, SHAPES[shape])
    (folder / "secret").write_text(f"{server.password}\n")
    (folder / "secret").chmod(0o600)
    where = ["--host", server.network_host, "--port", str(server.imaps_port), "--ca-file", str(server.ca_pem)]
    shown = office.run("init", "--address", office.contact, *where, "--password-file", "secret", *further)
    office.run("poll")
    return office, shown


@pytest.fixture(params=SHAPES)
def shaped(request: pytest.FixtureRequest, dovecot: DovecotServer, tmp_path: Path) -> tuple[str, Office]:
    """Make an office of each shape, whose configuration comes of a look at it."""
    office, shown = made(request.param, dovecot, tmp_path)
    assert ("une boîte à eux" in shown) == (SHAPES[request.param].agents_keep > 0)
    return request.param, office


@pytest.mark.in_parts(2)
def test_the_first_figure_is_right_or_check_says_what_makes_it_wrong_and_it_is_right_after_that(
    shaped: tuple[str, Office],
) -> None:
    shape, office = shaped
    missing = SHAPES[shape].agents_keep

    assert office.figure() == (IN_TIME - missing, REQUESTS)
    found = office.findings()
    assert ("replies-unseen" in found) == bool(missing)
    assert not any(item["health"] == "failure" for item in found.values())
    if missing:
        assert found["replies-unseen"]["facts"] == {
            "by_service": [[None, BY_AGENTS]],
            "unseen": BY_AGENTS,
            "seen": 0,
        }
        follow(office)
        assert office.figure() == (IN_TIME, REQUESTS)
        assert "replies-unseen" not in office.findings()


def follow(office: Office) -> None:
    """Do what check says: add the agent's account."""
    config = office.folder / "mailsla.toml"
    written = config.read_text(encoding="utf-8")
    block = written[written.index("[[accounts]]") : written.index("# Un bloc par service")]
    added = block.replace('"contact"', '"agent"').replace(office.contact, office.agent)
    config.write_text(f"{written}\n{added}", encoding="utf-8")
    office.run("poll")


def test_a_configuration_that_nothing_was_looked_at_for_is_put_right_by_the_line_that_check_gives(
    dovecot: DovecotServer, tmp_path: Path
) -> None:
    office, _shown = made("copies to the contact box", dovecot, tmp_path, "--offline")
    before = office.figure()
    [line] = [item["line"] for item in office.findings().values() if item["line"] is not None]

    config = tmp_path / "mailsla.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[office]\n", f"[office]\n{line}\n"), "utf-8"
    )

    assert before == (0, REQUESTS)
    assert office.figure() == (IN_TIME, REQUESTS)
    assert all(item["line"] is None for item in office.findings().values())


def test_the_first_figure_is_right_on_another_server_by_starttls_and_in_another_zone(
    cyrus: CyrusServer, tmp_path: Path
) -> None:
    office = Office(cyrus, tmp_path, cyrus.new_user(), "lea.martin@example.fr")
    fill(office, SHAPES["plain"])
    (tmp_path / "secret").write_text(f"{cyrus.password}\n")
    where = ["--host", cyrus.network_host, "--port", str(cyrus.imap_port), "--tls", "starttls"]
    given = [
        "--ca-file",
        str(cyrus.ca_pem),
        "--password-file",
        "secret",
        "--departement",
        "974",
        "--site",
        "Réunion",
    ]

    shown = office.run("init", "--address", office.contact, *where, *given)
    office.run("poll")

    assert "Calendrier : La Réunion, fuseau Indian/Reunion" in shown.replace("\u00a0", " ")
    assert office.figure() == (IN_TIME, REQUESTS)
