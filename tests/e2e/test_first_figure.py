"""From nothing to the first figure, on offices of different shapes: what it is, what it should be, what check says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsla.config import load
from tests.trials.offices.office import Office, begun, outcome_of, prepared
from tests.trials.offices.shapes import IN_TIME, REQUESTS, SHAPES, Names, filled
from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.dovecot import DovecotServer


@pytest.fixture(scope="module")
def silent() -> Iterator[DovecotServer]:
    """Start a server that says of no mailbox what it holds."""
    with DovecotServer(special_use={}) as started:
        yield started


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("name", SHAPES)
def test_the_first_figure_is_right_or_check_says_what_makes_it_wrong_and_it_is_right_after_that(
    dovecot: DovecotServer, silent: DovecotServer, tmp_path: Path, name: str
) -> None:
    shape = SHAPES[name]
    office = prepared(shape, dovecot if shape.special_use else silent, tmp_path)
    beginning = begun(office, shape)
    is_warned = "une boîte à eux" in beginning.shown

    outcome = outcome_of(office)

    assert outcome.first == (IN_TIME - shape.agents_keep, REQUESTS)
    assert outcome.after == (IN_TIME, REQUESTS)
    assert is_warned == bool(shape.agents_keep)
    assert len(outcome.said) == (1 if shape.agents_keep else 0)
    assert len(beginning.questions) <= 3


def test_an_account_that_shows_somebody_s_own_box_too_is_read_for_the_office_s_alone_with_what_comes_below_it(
    silent: DovecotServer, tmp_path: Path
) -> None:
    shape = SHAPES["Mél"]
    office = prepared(shape, silent, tmp_path)
    begun(office, shape)
    account = load(office.config).accounts[0]
    login = shape.login(office.names)
    with silent.client(login) as client:
        client.create_folder("Boite partagée/pref-contact/Permis")
        client.select_folder("Boite partagée/pref-contact")
        client.move(client.search(), "Boite partagée/pref-contact/Permis")

    office.run("poll")

    assert account.only == ("Boite partagée/pref-contact", "Boite partagée/pref-contact/*")
    assert office.figure() == (IN_TIME, REQUESTS)


def test_a_configuration_that_nothing_was_looked_at_for_is_put_right_by_the_line_that_check_gives(
    dovecot: DovecotServer, tmp_path: Path
) -> None:
    office = prepared(SHAPES["copies to the contact box"], dovecot, tmp_path)
    (tmp_path / "secret").write_text(f"{dovecot.password}\n")
    (tmp_path / "secret").chmod(0o600)
    given = ["--address", office.names.contact, "--password-file", "secret", "--offline"]
    office.run("init", *office.reached, *given)
    office.run("poll")
    [line] = [item["line"] for item in office.findings().values() if item["line"] is not None]

    outcome = outcome_of(office)

    assert line is not None
    assert (outcome.first, outcome.after) == ((0, REQUESTS), (IN_TIME, REQUESTS))
    assert all(item["line"] is None for item in office.findings().values())


def test_the_first_figure_is_right_on_another_server_by_starttls_and_in_another_zone(
    cyrus: CyrusServer, tmp_path: Path
) -> None:
    names = Names("example.fr", cyrus.new_user(), "lea.martin@example.fr")
    for (user, box), mails in filled(SHAPES["plain"], names).items():
        cyrus.append_many(user, box, mails)
    office = Office(cyrus, tmp_path, names)
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

    shown = office.run("init", "--address", names.contact, *where, *given)
    office.run("poll")

    assert "Calendrier : La Réunion, fuseau Indian/Reunion" in shown.replace("\u00a0", " ")
    assert office.figure() == (IN_TIME, REQUESTS)
