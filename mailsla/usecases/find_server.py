"""Finds the server of an address: each place it may be at is tried in turn, and no password is said to any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailsla.core.collection.mail_servers import Candidate, Refusal
from mailsla.core.errors import MailslaError

MOST_SECONDS = 60.0
"""How long the search goes on before a person is asked instead."""

Reach = Callable[[Candidate], bool]
"""Connects to a server over verified TLS, and leaves; returns whether it takes passwords.

Raises `MailslaError` when there is none."""


@dataclass(frozen=True, slots=True)
class Search:
    """How a search ended.

    Attributes:
        found: The first server that answers over verified TLS; None when there is none.
        refused: Those that were tried before it.
        takes_passwords: Whether it does; otherwise access tokens alone open an account there.
    """

    found: Candidate | None
    refused: tuple[Refusal, ...] = ()
    takes_passwords: bool = True


def find_server(candidates: Iterable[Candidate], reach: Reach, seconds: Callable[[], float]) -> Search:
    """Return the first candidate that can be reached, within a minute.

    Args:
        candidates: Where the server may be, the best first.
        reach: Tries one.
        seconds: A clock that only goes on.
    """
    refused: list[Refusal] = []
    started = seconds()
    for candidate in candidates:
        if seconds() - started > MOST_SECONDS:
            break
        try:
            takes = reach(candidate)
        except MailslaError as error:
            refused.append(Refusal(candidate, str(error)))
        else:
            return Search(candidate, tuple(refused), takes)
    return Search(None, tuple(refused))
