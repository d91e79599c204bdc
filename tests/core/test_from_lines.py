"""Lines that may separate two mails of an mbox, as the world writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailsla.core.mail.from_lines import Shape, read_from_line

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "From camille@example.org Mon Nov  2 08:00:00 2026",
        "From camille@example.org Mon Nov 2 8:00 2026",
        "From MAILER-DAEMON Mon Nov  2 08:00:00 2026",
        "From  Mon Nov  2 08:00:00 2026",
        "From camille Mon Nov  2 08:00:00 2026",
        "From camille@example.org Mon Nov  2 09:00:00 +0100 2026",
        "From camille@example.org Mon Nov  2 09:00:00 2026 +0100",
        "From camille@example.org Mon Nov  2 03:00:00 EST 2026",
        "From camille@example.org Mon Nov  2 03:00:00 2026 EST",
        "From camille@example.org Mon, 2 Nov 2026 09:00:00 +0100",
        "From camille@example.org Mon Nov  2 08:00:00 2026 remote from machine",
    ],
)
def test_a_line_names_its_instant_in_the_zone_it_says_or_in_utc(line: str) -> None:
    found = read_from_line(line.encode())

    assert found is not None
    assert (found.shape, found.at) == (Shape.DATED, AT)


def test_after_a_dash_it_is_when_a_program_filed_the_mail() -> None:
    assert read_from_line(b"From - Mon Nov  2 08:00:00 2026") == (Shape.DATED, None)


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("From ", Shape.PLAIN),
        ("From camille@example.org", Shape.PLAIN),
        ("From - in 2026", Shape.PLAIN),
        ("From camille@example.org in 1999", Shape.PLAIN),
        ("From Camille Durand <camille@example.org>", Shape.PLAIN),
        ("From camille", Shape.WORD),
    ],
)
def test_a_line_without_an_instant_names_a_sender_and_no_more(line: str, shape: Shape) -> None:
    assert read_from_line(line.encode()) == (shape, None)


@pytest.mark.parametrize(
    "line",
    [
        "From the beginning of 2026",
        "From camille@example.org without a year",
        "From camille@example.org in 2126",
        "From: camille@example.org",
        "Fromage",
        "from camille@example.org Mon Nov  2 08:00:00 2026",
        "From Camille <camille@example.org> and others",
    ],
)
def test_a_line_of_a_text_is_no_separator(line: str) -> None:
    assert read_from_line(line.encode()) is None
