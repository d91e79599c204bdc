"""Generated mail for the benchmarks: requests, replies tied in the usual ways, newsletters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

START = datetime(2025, 1, 2, 8, 0, tzinfo=UTC)


def letters(count: int) -> Iterator[tuple[bytes, datetime]]:
    """Yield `count` messages with their instants: two requests out of three get a reply."""
    for number in range(count):
        at = START + timedelta(minutes=5 * number)
        asked, kind = divmod(number, 5)
        if kind in {1, 3}:
            yield _reply(asked * 5 + kind - 1, number, at), at
        elif kind == 4 and asked % 7 == 0:
            yield _newsletter(number, at), at
        else:
            yield _request(number, at), at


def _fields(*lines: str) -> bytes:
    return "\r\n".join((*lines, "MIME-Version: 1.0", "", "Bonjour.", "")).encode()


def hops(at: datetime) -> list[str]:
    """Return the three hops above a mail that came at that instant."""
    date = format_datetime(at)
    return [
        f"Received: from mx{hop}.example.org (mx{hop}.example.org [192.0.2.{hop}])\r\n\tby relay.example.fr with ESMTPS"
        f" id {hop}ABCDEF; {date}"
        for hop in range(1, 4)
    ]


def _request(number: int, at: datetime) -> bytes:
    return _fields(
        f"Return-Path: <usager{number}@example.org>",
        *hops(at),
        f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; h=from:to; bh={'A' * 44};\r\n b={'B' * 300}",
        f"Message-ID: <m{number}.{number:08x}@example.org>",
        f"Date: {format_datetime(at)}",
        f"From: =?utf-8?Q?=C3=89lo=C3=AFse?= Usager <usager{number}@example.org>",
        "To: Contact <contact@pref.example.fr>",
        f"Subject: =?utf-8?Q?Demande_de_titre_de_s=C3=A9jour_n=C2=B0_{number}?=",
        "Content-Type: text/plain; charset=utf-8",
    )


def _reply(asked: int, number: int, at: datetime) -> bytes:
    return _fields(
        *hops(at),
        f"Message-ID: <r{number}.{number:08x}@pref.example.fr>",
        f"Date: {format_datetime(at)}",
        "From: Contact <contact@pref.example.fr>",
        f"To: usager{asked}@example.org",
        f"Subject: RE : =?utf-8?Q?Demande_de_titre_de_s=C3=A9jour_n=C2=B0_{asked}?=",
        f"In-Reply-To: <m{asked}.{asked:08x}@example.org>",
        f"References: <m{asked}.{asked:08x}@example.org>",
        "Content-Type: text/plain; charset=utf-8",
    )


def _newsletter(number: int, at: datetime) -> bytes:
    return _fields(
        *hops(at),
        f"Message-ID: <l{number}@lettre.example>",
        f"Date: {format_datetime(at)}",
        "From: lettre@lettre.example",
        "To: contact@pref.example.fr",
        f"Subject: Lettre {number}",
        "List-Id: <lettre.example>",
        "List-Unsubscribe: <mailto:stop@lettre.example>",
    )
