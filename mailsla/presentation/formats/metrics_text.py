"""Figures of the daemon in the text format of Prometheus (its documentation, "Exposition formats")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsla.core.alerts.health import AccountFigures


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told in figures: ages, counts and refusals, by account; nothing of requests, nor about people.

    Attributes:
        accounts: How collection goes.
        waiting: For how long the oldest mail has waited to be derived.
        set_aside: How many mails could not be read, or not derived.
        to_send: How many mails wait to be handed over.
        not_taken: How many of them the relay refused last.
        store_bytes: How many the store takes.
        free_bytes: How many of them are free for what comes.
    """

    accounts: tuple[AccountFigures, ...]
    waiting: timedelta
    set_aside: int
    to_send: int
    not_taken: int
    store_bytes: int
    free_bytes: int


def write(figures: Figures | None, *, well: bool, now: datetime) -> str:
    """Return the figures, each with what it means; of a store that does not answer, only that all is not well."""
    written = [
        _metric("healthy", "Whether mailsla check --quick finds nothing to mend.", [("", int(well))]),
        _metric("told_timestamp_seconds", "When this file was written.", [("", now.timestamp())]),
    ]
    if figures is not None:
        written += [*_of_accounts(figures.accounts), *_of_store(figures)]
    return "".join(written)


def _of_accounts(accounts: Iterable[AccountFigures]) -> Iterator[str]:
    named = [(f'{{account="{_escaped(item.account)}"}}', item) for item in accounts]
    collected = [
        (name, 0 if item.collected_at is None else item.collected_at.timestamp()) for name, item in named
    ]
    yield _metric(
        "collected_timestamp_seconds",
        "When the account was last collected well; 0 for never.",
        collected,
    )
    failing = [(name, int(item.is_failing)) for name, item in named]
    yield _metric("collection_failing", "Whether the last collection of the account failed.", failing)
    partial = [(name, int(item.is_partial)) for name, item in named]
    yield _metric("collection_partial", "Whether the last success left a mailbox out.", partial)
    refused = [(name, item.refused) for name, item in named]
    yield _metric("logins_refused_within_a_day", "Logins that the server refused within 24 hours.", refused)


def _of_store(figures: Figures) -> Iterator[str]:
    seconds = figures.waiting.total_seconds()
    yield _metric(
        "derivation_waiting_seconds", "For how long the oldest mail waits to be derived.", [("", seconds)]
    )
    yield _metric(
        "mails_set_aside", "Mails that could not be read, or not derived.", [("", figures.set_aside)]
    )
    yield _metric("mails_to_send", "Alerts and reports that wait to be handed over.", [("", figures.to_send)])
    yield _metric("mails_not_taken", "Those of them that the relay refused.", [("", figures.not_taken)])
    yield _metric("store_bytes", "What the store takes.", [("", figures.store_bytes)])
    yield _metric("store_free_bytes", "How much of that is free for what comes.", [("", figures.free_bytes)])


def _metric(name: str, meaning: str, values: Iterable[tuple[str, float]]) -> str:
    lines = [f"# HELP mailsla_{name} {meaning}", f"# TYPE mailsla_{name} gauge"]
    lines += [f"mailsla_{name}{labels} {value:.15g}" for labels, value in values]
    return "\n".join(lines) + "\n"


def _escaped(name: str) -> str:
    return name.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
