"""What a store keeps of its configuration, for whoever may only read it: what counts and judges, and no secret.

The same document as the file's, less what this page leaves out: servers and whatever opens them above all. Sections
that are kept are named, and of some the keys: a new one is kept only once it is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailsla.config.loading import parse
from mailsla.config.settings import Settings
from mailsla.core.errors import ConfigError, PermanentError
from mailsla.language import gettext as _

WHOLE = (
    "site",
    "office",
    "forms",
    "services",
    "commitments",
    "acknowledgements",
    "receipt",
    "calendar",
    "opening",
    "replies",
    "reply_kinds",
    "closings",
    "report",
    "privacy",
)
"""Sections that are kept as they are."""

OF_ACCOUNT = ("name", "since", "every_seconds")
OF_ALERTS = (
    "working_days_before",
    "send_at",
    "overdue_within",
    "show_subject",
    "show_sender",
    "calendar_file",
    "unassigned",
    "referent",
    "referent_after",
    "secretary_general",
    "secretary_general_after",
)
OF_ACTIONS = ("enabled", "address")

NOWHERE = {"host": "localhost", "tls": "none"}
"""Where an account and the relay are, for whoever knows no server: on this machine, and nobody asks them."""


def kept(settings: Settings) -> dict[str, Any]:
    """Return what is kept of a configuration, as JSON."""
    document = settings.model_dump(mode="json", include=set(WHOLE))
    alerts = settings.alerts.model_dump(mode="json", include=set(OF_ALERTS))
    accounts = [
        {
            **account.model_dump(mode="json", include=set(OF_ACCOUNT)),
            # An address is one of ours, by which mails are told apart; another login opens a server.
            "user": account.user if "@" in account.user else account.name,
        }
        for account in settings.accounts
    ]
    smtp = {} if settings.smtp is None else {"smtp": {"sender": settings.smtp.sender}}
    said = settings.actions
    actions = {} if said is None else {"actions": said.model_dump(mode="json", include=set(OF_ACTIONS))}
    return {**document, "alerts": alerts, **actions, "accounts": accounts, **smtp}


def settings_kept(document: Mapping[str, Any], url: str) -> Settings:
    """Return the settings of a configuration as the store at `url` keeps it.

    Raises:
        PermanentError: When nothing is kept, or another version kept it.
    """
    if not document:
        raise PermanentError(
            _(
                "cette base ne garde encore aucune configuration : lancez une fois « mailsla report » avec la sienne."
            )
        )
    accounts = [{**account, **NOWHERE, "password_env": "NONE"} for account in document["accounts"]]
    smtp = {"smtp": {**document["smtp"], **NOWHERE}} if "smtp" in document else {}
    try:
        return parse({**document, "accounts": accounts, **smtp, "store": {"url": url}}, folder=Path("/"))
    except ConfigError as error:
        raise PermanentError(
            _("la configuration que garde cette base est d'une autre version de mailsla.")
        ) from error
