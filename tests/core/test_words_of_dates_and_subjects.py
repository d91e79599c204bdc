"""Each month, zone, prefix and territory as people and programs write it, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailsla.core.clock import territory as territories
from mailsla.core.clock.territory import TERRITORIES, territory_of
from mailsla.core.mail.base_subject import base_subject, is_reply_subject, key_subject
from mailsla.core.mail.dates import parse_date, parse_received
from mailsla.core.pairing.announced_date import announced_date

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

HEADER_MONTHS = (
    "jan", "feb fév fev février", "mar mars", "apr avr avril", "may mai", "jun juin", "jul juil juillet",
    "aug aoû aou août", "sep sept", "oct", "nov", "dec déc décembre",
)  # fmt: skip
ANNOUNCED_MONTHS = (
    "janvier janv january jan", "février fevrier févr fevr february feb", "mars march mar", "avril avr april apr",
    "mai may", "juin june jun", "juillet juil july jul", "août aout august aug", "septembre sept september sep",
    "octobre oct october", "novembre nov november", "décembre decembre déc dec december",
)  # fmt: skip


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_of_a_header_is_read_in_english_and_in_french(number: int) -> None:
    for name in HEADER_MONTHS[number - 1].split():
        for written in (name, name.upper(), f"{name}."):
            assert parse_date(f"3 {written} 2026 10:00:00 +0000") == datetime(2026, number, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_of_an_announced_date_is_read(number: int) -> None:
    for name in ANNOUNCED_MONTHS[number - 1].split():
        for written in (name, name.upper(), f"{name}."):
            assert announced_date(f"le 3 {written} 2027", date(2026, 11, 1)) == date(2027, number, 3)
    assert announced_date(f"le 03/{number}/2027", date(2026, 11, 1)) == date(2027, number, 3)
    assert announced_date(f"le 2027-{number:02}-03", date(2026, 11, 1)) == date(2027, number, 3)


@pytest.mark.parametrize(
    ("subject", "answer_by"),
    [
        ("le 20/11/2026", date(2026, 11, 20)),  # today
        ("le 19/11/2026", None),
        ("le 20/11", date(2026, 11, 20)),
        ("le 19/11", None),  # the nearest is past
        ("le 21/05", date(2027, 5, 21)),
        ("le 22/05", None),
        ("le 20 novembre", date(2026, 11, 20)),
        ("le 04/12/27", date(2027, 12, 4)),
        ("le 4.12.2026", date(2026, 12, 4)),
        ("le 1er mars", date(2027, 3, 1)),
        ("le 4 déc", date(2026, 12, 4)),
        ("le 29/02", None),  # 2026 has none
        ("le 31/11", None),
        # The last by its place, however it is written.
        ("le 5 décembre, au plus tard le 10/12", date(2026, 12, 10)),
        ("le 10/12, au plus tard le 5 décembre", date(2026, 12, 5)),
        ("le 2026-12-10 ou 12/12/2026 ou 11 décembre 2026", date(2026, 12, 11)),
        ("le 12/12/2026, puis 2026-12-10", date(2026, 12, 10)),
        ("au plus tard le 10/12, votre mail du 02/11/2026", date(2026, 12, 10)),
        ("le 5 décembre, dossier 31/02/2027", date(2026, 12, 5)),
        ("le 5 marsouin", None),
        ("dossier 123/12/2026", None),
        ("le 4/12/345", date(2026, 12, 4)),
        ("version 12026-12-04", None),
        ("dossier 2026-12-045", None),
        ("le 5 mai 20271", date(2027, 5, 5)),
    ],
)
def test_the_last_date_named_counts_when_it_is_not_before_today(subject: str, answer_by: date | None) -> None:
    assert announced_date(subject, date(2026, 11, 20)) == answer_by


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7),
        ("CET", 1), ("MET", 1), ("CEST", 2), ("MEST", 2), ("BST", 1), ("GMT", 0), ("UT", 0), ("Z", 0), ("XYZ", 0),
        ("GMT+0200", 2), ("+14:00", 14), ("-1200", -12), ("-0030", -0.5), ("", 0),
    ],
)  # fmt: skip
def test_every_zone_has_its_offset(zone: str, hours: float) -> None:
    found = parse_date(f"Mon, 23 Nov 2026 12:00:00 {zone}")

    assert found is not None
    assert (12 - (found - datetime(2026, 11, 23, tzinfo=UTC)).total_seconds() / 3600) == hours


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("23 Nov 2026 10:00:60 +0100", datetime(2026, 11, 23, 9, 0, 59, tzinfo=UTC)),
        ("23 Nov 2026 10:00:58 +0100", datetime(2026, 11, 23, 9, 0, 58, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:58 +0100", datetime(2026, 11, 23, 9, 0, 58, tzinfo=UTC)),
        ("23 Nov 49 10:00:00 +0100", NOON.replace(year=2049)),
        ("23 Nov 50 10:00:00 +0100", NOON.replace(year=1950)),
        ("23 Nov 126 10:00:00 +0100", NOON),
        ("23/11/2026 10:00:00 +0100", NOON),
        ("23/11/2026, 10:00 +0100", NOON),
        ("2026-11-23T10:00:00.123+01:00", NOON),
        ("2026-11-23 10h00 +0100", NOON),
        ("2026-11-23 10.00.00 +0100", NOON),
        ("Nov 23 10:00:00 2026 +0100", NOON),
        ("Mon,  23 Nov 2026 10:00:00 +0100", NOON),
        ("Mon, 23 Nov 2026 10:00:00 +0100 (a b)", NOON),
        (" 23 Nov 2026 10:00:00 +0100 ", NOON),
        ("Mon, 23 Nov 2026 10:00:00 +1459", datetime(2026, 11, 22, 19, 1, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:00 +1500", None),
        ("Mon, 23 Nov 2026 10:00:00 +0060", None),
        ("123/11/2026 10:00:00", None),
        ("12026-11-23 10:00:00", None),
        (" " * 174 + "23 Nov 2026 10:00:00 +0100", NOON),
        (" " * 175 + "23 Nov 2026 10:00:00 +0100", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        (" " * 177 + "23 Nov 2026 10:00:00 +0100", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        (" " * 200 + "23 Nov 2026 10:00:00 +0100", None),
    ],
)
def test_dates_are_read_to_the_second_as_far_as_they_can_be(written: str, expected: datetime | None) -> None:
    assert parse_date(written) == expected


def test_a_hop_without_semicolon_is_all_date() -> None:
    assert parse_received("Mon, 23 Nov 2026 10:00:00 +0100") == NOON
    assert parse_received("Mon, 23 Nov 2026 10:00:00 +0100; hier") is None


REPLIES = "re Rép rép. rep Réponse aw sv antw vs".split()
FORWARDS = "tr fw fwd wg transf transféré rv enc".split()


@pytest.mark.parametrize("prefix", [*REPLIES, *FORWARDS, "relance", "rappel"])
@pytest.mark.parametrize("mark", [":", " :", "\u00a0:", "：", "[2]:", " (3) :", "^4:"])
def test_every_prefix_is_taken_off_and_says_what_it_is(prefix: str, mark: str) -> None:
    subject = f" {prefix}{mark} Carte grise"

    assert base_subject(subject) == "carte grise"
    assert is_reply_subject(subject) is (prefix in REPLIES)
    assert key_subject(subject) == "carte grise"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Carte grise (fwd)", "carte grise"),
        ("Carte grise (TR)", "carte grise"),
        ("[Tr : Carte grise]", "carte grise"),
        ("[fwd:Carte grise]", "carte grise"),
        ("[a] [b] Carte grise", "carte grise"),
        ("[a]", "[a]"),
        ("Re: [a]", "[a]"),
        ("Re:", ""),
        ("x re: Carte", "x re: carte"),
        ("Re[12345]: Carte", "re[12345]: carte"),
        (f"[{'a' * 60}] Carte", "carte"),
        (f"[{'a' * 61}] Carte", f"[{'a' * 61}] carte"),
        ("Carte (fwd) grise", "carte (fwd) grise"),
        ("  Carte \t grise ", "carte grise"),
        ("STRASSE ß", "strasse ss"),
    ],
)
def test_layers_are_taken_off_one_by_one(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    ("subject", "is_reply"),
    [
        ("[a] Re: TR: x", True),
        ("Relance : RE : x", True),
        ("Relance : TR : x", False),
        ("***SPAM*** EXTERNE : Réf. : x", True),
        ("Re\u0301p : x", True),
        ("** Re : x", False),
        ("x RE: y", False),
        ("[a]", False),
        ("", False),
    ],
)
def test_any_prefix_of_a_reply_says_so(subject: str, is_reply: bool) -> None:
    assert is_reply_subject(subject) == is_reply


@pytest.mark.parametrize(
    ("subject", "base", "key"),
    [
        ("Réf : titre", "titre", "réf : titre"),
        ("Réf. : titre", "titre", "réf. : titre"),
        ("Externe: titre", "titre", "externe: titre"),
        ("EXTERNAL : titre", "titre", "external : titre"),
        ("Extérieur : titre", "titre", "extérieur : titre"),
        ("***SPAM*** titre", "titre", "***spam*** titre"),
        ("**a** titre", "titre", "**a** titre"),
        ("*a* titre", "*a* titre", "*a* titre"),
        ("** a** titre", "** a** titre", "** a** titre"),
        ("****** titre", "****** titre", "****** titre"),
        ("***SPAM***", "***spam***", "***spam***"),
        (f"**{'a' * 61}** titre", "titre", f"**{'a' * 61}** titre"),
        (f"**{'a' * 62}** titre", f"**{'a' * 62}** titre", f"**{'a' * 62}** titre"),
        ("Pre\u0301fecture", "préfecture", "pre\u0301fecture"),
        ("L\u2019avis", "l'avis", "l\u2019avis"),
    ],
)
def test_what_a_mail_is_named_by_never_changes_though_base_subjects_do(
    subject: str, base: str, key: str
) -> None:
    assert (base_subject(subject), key_subject(subject)) == (base, key)


OVERSEAS = {
    "971": ("guadeloupe", "Guadeloupe", "America/Guadeloupe"),
    "972": ("martinique", "Martinique", "America/Martinique"),
    "973": ("guyane", "Guyane", "America/Cayenne"),
    "974": ("la-reunion", "La Réunion", "Indian/Reunion"),
    "975": ("saint-pierre-et-miquelon", "Saint-Pierre-et-Miquelon", "America/Miquelon"),
    "976": ("mayotte", "Mayotte", "Indian/Mayotte"),
    "977": ("saint-barthelemy", "Saint-Barthélemy", "America/St_Barthelemy"),
    "978": ("saint-martin", "Saint-Martin", "America/Marigot"),
    "984": ("terres-australes", "Terres australes et antarctiques", "Indian/Reunion"),
    "986": ("wallis-et-futuna", "Wallis-et-Futuna", "Pacific/Wallis"),
    "987": ("polynesie-francaise", "Polynésie française", "Pacific/Tahiti"),
    "988": ("nouvelle-caledonie", "Nouvelle-Calédonie", "Pacific/Noumea"),
}
METROPOLE = ("metropole", "Métropole", "Europe/Paris")
ALSACE_MOSELLE = ("alsace-moselle", "Alsace-Moselle", "Europe/Paris")


def test_every_departement_and_collectivity_has_its_territory() -> None:
    expected = {
        **{f"{number:02}": METROPOLE for number in range(1, 96) if number != 20},
        **dict.fromkeys(["2A", "2B", "69D", "69M"], METROPOLE),
        **dict.fromkeys(["57", "67", "68", "6AE"], ALSACE_MOSELLE),
        **OVERSEAS,
    }
    codes = [*(f"{number:02}" for number in range(1000)), "2A", "2B", "2C", "69D", "69M", "6AE", "6ae"]
    found = {code: territory_of(code) for code in codes}

    assert {code: (item.code, item.name, item.zone) for code, item in found.items() if item} == {
        **expected,
        "6ae": ALSACE_MOSELLE,
    }
    assert (territory_of(" 1 "), territory_of("A"), territory_of("")) == (territories.METROPOLE, None, None)
    assert len(TERRITORIES) == len({item.code for item in TERRITORIES}) == 14
