"""The configuration of a trial office: one account, "contact", and whatever a test adds or changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.trials.servers.imap_server import ImapServer


def account_of(server: ImapServer, user: str, **changes: Any) -> dict[str, Any]:
    """Return a user's account on a server, in clear unless `changes` say otherwise; None leaves a key out."""
    account = {
        "host": server.host,
        "port": server.imap_port,
        "tls": "none",
        "user": user,
        "password": server.password,
        "timeout_seconds": 10,
        **changes,
    }
    return {key: value for key, value in account.items() if value is not None}


def document(account: Mapping[str, Any], **sections: Any) -> dict[str, Any]:
    """Return a configuration as `mailsla.config.parse` takes it."""
    return {
        "site": {"name": "Préfecture d'essai", "departement": "18"},
        "office": {"domains": ["pref.example.fr"]},
        "accounts": [{"name": "contact", **account}],
        **sections,
    }


def trap(folder: Path) -> str:
    """Return a configuration, as a file has it, that leaves traces in a folder when it is run."""
    command = ["/bin/sh", "-c", f"touch {folder}/run; echo x"]
    account = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password_command": command}
    return toml(document(account, store={"url": f"sqlite:///{folder}/opened.sqlite3"}))


def toml(configuration: Mapping[str, Any]) -> str:
    """Write a configuration of tables and lists of tables as a file has it."""
    return "\n".join(_lines(configuration))


def _lines(configuration: Mapping[str, Any]) -> Iterator[str]:
    for name, section in configuration.items():
        for table in section if isinstance(section, list) else [section]:
            yield f"[[{name}]]" if isinstance(section, list) else f"[{name}]"
            yield from (f"{key} = {_value(value)}" for key, value in table.items())


def _value(value: Any) -> str:
    """Write a value; texts, numbers and truth values are written alike in JSON and in TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
