"""Due dates as a calendar's file: whole days, whatever a service is called, and nothing of the citizen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mailsla.presentation.formats.ics_file import LONGEST_LINE, write
from mailsla.presentation.pages.due_dates import DueDate, due_dates
from tests.factories import paris
from tests.presentation.samples import digest, notice, request

AT = paris("2026-11-13 08:00")
DAY = DueDate("a" * 32, date(2026, 12, 31), "Courriel à répondre : Permis, titres; été", "Demande aaaaaaaa.")


def unfolded(written: bytes) -> list[str]:
    """Return the content lines as RFC 5545 §3.1 reads them."""
    return written.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_a_due_date_is_the_whole_of_its_day() -> None:
    assert unfolded(write([DAY], "pref.example.fr", AT)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mailsla//mailsla//FR",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{DAY.key}@pref.example.fr",
        "DTSTAMP:20261113T070000Z",
        f"SEQUENCE:{int(AT.timestamp()) // 60}",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Courriel à répondre : Permis\\, titres\\; été",
        "DESCRIPTION:Demande aaaaaaaa.",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


@given(st.text(max_size=300))
def test_any_name_of_a_service_stays_one_value_in_lines_of_75_octets(name: str) -> None:
    written = write([replace(DAY, title=name)], "pref.example.fr", AT)
    lines = unfolded(written)
    [said] = [line.removeprefix("SUMMARY:") for line in lines if line.startswith("SUMMARY:")]

    assert all(len(line) <= LONGEST_LINE for line in written.split(b"\r\n"))
    assert written.count(b"\r") == written.count(b"\n") == written.count(b"\r\n")
    assert len(lines) == 15
    assert unescaped(said) == "".join(each for each in name if each in "\n\u00a0" or each.isprintable())


def test_what_is_late_has_no_day_and_nothing_says_who_asks_or_what() -> None:
    coming, late = notice(request()), notice(request())
    late = replace(late, verdict=replace(late.verdict, due_on=date(2026, 1, 5)))
    coming = replace(coming, verdict=replace(coming.verdict, due_on=digest().on))

    [day] = due_dates(digest(coming, late))

    said = f"{day.title} {day.text}"
    assert (day.on, day.key) == (digest().on, coming.request.key)
    assert coming.request.subject not in said
    assert "@" not in said
