"""The demonstration's préfecture: its date, its configuration, and the folder that holds its store."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mailsla.adapters.machine.present import Now, clock_set_to
from mailsla.adapters.machine.refused_writes import reason
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

STATE_VARIABLE = "XDG_STATE_HOME"

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

[alerts]
referent = "qualite@val-fleuri.example.fr"

[[acknowledgements]]
preset = "accuse-reception"

[[acknowledgements]]
preset = "accuse-enregistrement"
"""


def clock() -> Now:
    """Return a clock that shows the demonstration's date."""
    return clock_set_to(NOW)


def folder() -> Path:
    """Return the folder of the demonstration, whether it exists or not, in what the user keeps of programs' state.

    Its configuration is run like any other: nobody else may have a hand in the folder, or in one on the way.

    Raises:
        UsageError: When somebody has, or when the user has no folder of his own.
    """
    from mailsla.config.trusted import untrusted  # noqa: PLC0415 (only of the demonstration's commands)

    found = _state_home() / "mailsla" / "demo"
    try:
        is_link = found.is_symlink()
        problem = untrusted(next(path for path in (found, *found.parents) if path.exists()))
    except OSError as error:
        raise UsageError(
            _(
                "Le dossier {path} n'est pas accessible ({reason}) ; indiquez un dossier à vous dans XDG_STATE_HOME."
            ).format(path=found, reason=reason(error))
        ) from error
    if is_link:
        raise UsageError(
            _("{path} est un lien ; retirez-le, puis relancez « mailsla demo ».").format(path=found)
        )
    if problem is not None:
        raise UsageError(str(problem))
    return found


def _state_home() -> Path:
    """Return where the user's programs keep their state (XDG Base Directory Specification; relative paths are void)."""
    chosen = Path(os.environ.get(STATE_VARIABLE, ""))
    if chosen.is_absolute():
        return chosen
    try:
        home = Path(os.environ["HOME"]) if "HOME" in os.environ else Path.home()
    except RuntimeError:
        home = Path()
    if not home.is_absolute() or not home.is_dir():
        raise UsageError(
            _("Vous n'avez pas de dossier personnel ; indiquez un dossier à vous dans XDG_STATE_HOME.")
        )
    return home / ".local" / "state"


def make_folder() -> Path:
    """Make the demonstration's folder, empty, for its user alone.

    Raises:
        UsageError: When it cannot be made.
    """
    made = folder()
    try:
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise UsageError(
            _(
                "Le dossier {path} ne peut pas être fait ({reason}) ; indiquez un dossier à vous "
                "dans XDG_STATE_HOME."
            ).format(path=made, reason=reason(error))
        ) from error
    return made


def config_path() -> Path:
    """Return the demonstration's configuration file, whether it exists or not."""
    return folder() / "mailsla.toml"
