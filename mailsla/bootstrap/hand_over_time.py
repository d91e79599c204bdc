"""How long handing one mail over may take, before it is another worker's: what sends it need not be loaded."""

from __future__ import annotations

from datetime import timedelta

from mailsla.adapters.access.oauth import MOST_SECONDS, TIMEOUT_SECONDS
from mailsla.config import Smtp

ANSWERS = 16
"""How often a server that takes one mail is waited for, at most: connection, greeting, EHLO, STARTTLS, handshake, EHLO,
four of a login, MAIL, RCPT, DATA, the mail, its answer, QUIT (RFC 5321, 3207, 4954)."""


def slowest_hand_over(smtp: Smtp) -> timedelta:
    """Return how long one mail may take that is handed to a server, and tokens for it, where all answer in time.

    >>> plain = Smtp(host="relais.example.fr", sender="qualite@pref.example.fr", timeout_seconds=30)
    >>> slowest_hand_over(plain) / timedelta(minutes=1)
    8.0
    """
    tokens = 0 if smtp.oauth2 is None else 2 * (TIMEOUT_SECONDS + MOST_SECONDS)
    return timedelta(seconds=ANSWERS * smtp.timeout_seconds + tokens)
