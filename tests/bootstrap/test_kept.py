"""What a store keeps of its configuration gives the same rules again, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailsla.bootstrap.clock_rules import clock_rules
from mailsla.bootstrap.site_rules import Site
from mailsla.config import Settings, load, parse
from mailsla.config.kept import kept, settings_kept
from mailsla.core.errors import PermanentError
from tests.cli.few_requests import ACCOUNT, CHANGES
from tests.trials.office import document

EXAMPLE = Path(__file__).parents[2] / "mailsla" / "config" / "mailsla.example.toml"
URL = "sqlite:////srv/mailsla.sqlite3"
EVERY_WAY = {
    "password": "UNSECRET",
    "password_file": "UNSECRET/file",
    "password_command": ["UNSECRET", "--UNSECRET"],
    "password_env": "UNSECRET",
}


def read_again(settings: Settings) -> Settings:
    """Return a configuration as it comes back from a store, through JSON."""
    return settings_kept(json.loads(json.dumps(kept(settings))), URL)


def rules(settings: Settings) -> tuple[Any, ...]:
    """Return all that reading a store goes by."""
    site = Site(settings)
    return (
        site.pairing,
        list(site.commitments.items()),
        clock_rules(settings),
        site.alert_rule,
        settings.site,
        settings.report,
        settings.replies,
        [service.name for service in settings.services],
        [(account.name, account.every_seconds, account.since) for account in settings.accounts],
        (settings.alerts.show_subject, settings.alerts.show_sender),
        None if settings.smtp is None else settings.smtp.sender,
    )


@pytest.mark.parametrize("name", [*CHANGES, "24:00"])
def test_what_is_kept_of_a_configuration_gives_the_same_rules(name: str) -> None:
    changes = CHANGES.get(name, {"opening": {"monday": ["00:00-12:00", "13:00-24:00"], "sunday": []}})
    settings = parse(document(ACCOUNT | {"user": "contact@pref.example.fr"}, **changes), folder=Path("/srv"))

    assert rules(read_again(settings)) == rules(settings)


def test_what_is_kept_of_every_key_gives_the_same_rules() -> None:
    settings = load(EXAMPLE)

    assert rules(read_again(settings)) == rules(settings)
    assert kept(read_again(settings)) == kept(settings)
    assert read_again(settings).store.url == URL


@pytest.mark.parametrize("way", EVERY_WAY)
def test_no_secret_and_nothing_that_opens_a_server_is_kept(way: str) -> None:
    server = {"host": "UNSECRET.example.fr", "port": 31_993, "user": "UNSECRET", "ca_file": "UNSECRET.pem"}
    reached = server | {way: EVERY_WAY[way]}
    tokens = {
        "token_url": "https://UNSECRET.example.fr/token",
        "client_id": "UNSECRET",
        "client_secret_env": "UNSECRET",
        "refresh_token_file": "UNSECRET",
        "scope": "UNSECRET",
    }
    configuration = document(
        {**reached, "only": ["INBOX"]}, smtp=reached | {"sender": "qualite@pref.example.fr"}
    )
    configuration["accounts"].append({"name": "autre", **server, "oauth2": tokens})
    configuration["alerts"] = {"operator": "UNSECRET@pref.example.fr"}
    configuration["monitoring"] = {
        "metrics_file": "UNSECRET",
        "ping_url": "https://UNSECRET.example.fr/UNSECRET",
        "command": ["UNSECRET"],
    }
    configuration["actions"] = {"key_file": "UNSECRET"}
    configuration["store"] = {"url": "postgresql://mailsla:UNSECRET@UNSECRET.example.fr/mailsla"}

    said = json.dumps(kept(parse(configuration, folder=Path("/UNSECRET"))))

    assert "unsecret" not in said.lower()
    assert "31993" not in said


LEFT_OUT = {
    "store",  # where the store is: whoever reads it knows, and a password may stand there
    "accounts",  # but for names, addresses and rhythms
    "actions",  # but for whether there are any, and the address; not where the key is
    "alerts",  # but for when heads are warned, and what is shown
    "smtp",  # but for the sender, an address of ours
    "reports",  # to whom reports are mailed: whoever only reads mails none
    "decisions",  # where the daemon takes them
    "monitoring",  # who is told how the daemon does
    "pages",  # what a site shows is for whoever writes one to say
}
"""Sections that are not kept whole."""


def test_every_section_is_kept_whole_or_is_left_out_by_name() -> None:
    whole = {name for name, value in kept(load(EXAMPLE)).items() if value == whole_section(name)}

    assert whole | LEFT_OUT == set(Settings.model_fields)
    assert not whole & LEFT_OUT


def whole_section(name: str) -> Any:
    return load(EXAMPLE).model_dump(mode="json").get(name)


def test_a_store_that_keeps_nothing_or_what_another_version_kept_is_refused_in_one_sentence() -> None:
    for document_ in ({}, {**kept(load(EXAMPLE)), "unheard_of": {"a": 1}}):
        with pytest.raises(PermanentError, match=r"^[^\n]+\.$"):
            settings_kept(document_, URL)
