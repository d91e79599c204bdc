"""The demonstration's préfecture: its date, its configuration, and the folder that holds its store."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mailsla.adapters.machine.present import Now, clock_set_to

NOW = datetime(2026, 11, 13, 8, 30, tzinfo=ZoneInfo("Europe/Paris"))
"""The date of the demonstration: a Friday, two days after a holiday."""

CONFIGURATION = """\
# La démonstration de mailsla : une préfecture inventée.
[site]
name = "Préfecture du Val-Fleuri"
departement = "18"

[office]
domains = ["val-fleuri.example.fr"]
form_senders = ["formulaire@val-fleuri.example.fr"]

[[accounts]]
name = "contact"
host = "{host}"
port = {port}
tls = "none"
user = "{user}"
password = "{password}"

[[services]]
name = "Étrangers"
addresses = ["etrangers@val-fleuri.example.fr"]
mailboxes = ["Etrangers"]
head = "chef.etrangers@val-fleuri.example.fr"

[[services]]
name = "Permis de conduire"
addresses = ["permis@val-fleuri.example.fr"]
mailboxes = ["Permis"]
head = "chef.permis@val-fleuri.example.fr"

[[services]]
name = "Cartes grises"
addresses = ["cartes-grises@val-fleuri.example.fr"]
head = "chef.cartes-grises@val-fleuri.example.fr"

[[services]]
name = "Associations"
addresses = ["associations@val-fleuri.example.fr"]
head = "chef.associations@val-fleuri.example.fr"

[[services]]
name = "Élections et réglementation"
addresses = ["reglementation@val-fleuri.example.fr"]
head = "chef.reglementation@val-fleuri.example.fr"
"""


def clock() -> Now:
    """Return a clock that shows the demonstration's date."""
    return clock_set_to(NOW)


def folder() -> Path:
    """Return the folder of the demonstration, one a user, among the system's temporary files."""
    return Path(tempfile.gettempdir()) / f"mailsla-demo-{os.getuid()}"


def config_path() -> Path:
    """Return the demonstration's configuration file, whether it exists or not."""
    return folder() / "mailsla.toml"
