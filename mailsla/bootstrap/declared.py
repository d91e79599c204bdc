"""What a configuration says, as `mailsla check` holds it against mails, servers and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mailsla.adapters.machine.open_files import mode_open_to_all
from mailsla.config import Account, Settings
from mailsla.config.secret import Secret
from mailsla.usecases.advise import Declared, DeclaredAccount


def declared(settings: Settings, store: Path | None, config: Path | None) -> Declared:
    """Return what a configuration says, and which of its files everybody may read.

    Args:
        settings: The configuration.
        store: The file of the database, when it is one.
        config: The configuration's own file, where it is known.
    """
    modes = {path: mode_open_to_all(path) for path in dict.fromkeys(_private(settings, store, config))}
    return Declared(
        accounts=[_account(account) for account in settings.accounts],
        domains=settings.office.domains,
        services=tuple(service.name for service in settings.services),
        names=dict(_names(settings)),
        closures=[day.on for day in settings.calendar.closures],
        open_files=[(str(path), mode) for path, mode in modes.items() if mode is not None],
    )


def _account(account: Account) -> DeclaredAccount:
    names = {"only": account.only, "sent": account.sent, "ignore": account.ignore}
    return DeclaredAccount(account.name, account.user.lower().partition("@")[2], account.since, names)


def _names(settings: Settings) -> Iterator[tuple[str, tuple[str, ...]]]:
    sections: dict[str, Sequence[tuple[str, ...]]] = {
        "services": [item.mailboxes for item in settings.services],
        "commitments": [item.mailboxes for item in settings.commitments],
        "reply_kinds": [item.mailboxes for item in settings.reply_kinds],
        "closings": [item.mailboxes for item in settings.closings],
    }
    for section, items in sections.items():
        for number, names in enumerate(items, 1):
            yield f"{section}[{number}].mailboxes", names


def _private(settings: Settings, store: Path | None, config: Path | None) -> Iterator[Path]:
    """Yield the files that hold a secret, or citizens' mails."""
    secrets = list(_secrets(settings))
    if config is not None and any(secret.literal is not None for secret in secrets):
        yield config
    yield from (secret.file for secret in secrets if secret.file is not None)
    if settings.actions is not None:
        yield settings.actions.key_file
    if store is not None:
        yield store


def _secrets(settings: Settings) -> Iterator[Secret]:
    smtp = () if settings.smtp is None else (settings.smtp,)
    for server in (*settings.accounts, *smtp):
        yield server.secret
        if server.oauth2 is not None:
            yield server.oauth2.client_secret
            yield server.oauth2.refresh_token
