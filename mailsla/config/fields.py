"""What a key may hold: each rule, with the sentence that says what to write instead.

A sentence is worded when the rule is broken, in the language then in use.
"""

from __future__ import annotations

import re
from datetime import date, time
from fractions import Fraction
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from mailsla.core.clock.opening_hours import MIDNIGHT, Interval
from mailsla.core.clock.territory import territory_of
from mailsla.core.mail.addresses import parse_addresses
from mailsla.language import gettext as _


class Section(BaseModel):
    """A section of the file: frozen, and a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _address(written: str) -> str:
    found = parse_addresses(written)
    if len(found) != 1:
        raise ValueError(_("indiquez une adresse électronique, comme « contact@example.fr »."))
    return found[0]


_LABELS = re.compile(r"(?:(?!-)[a-z0-9_-]+(?<!-))(?:\.(?!-)[a-z0-9_-]+(?<!-))*")


def _domain(written: str) -> str:
    """Return a domain, of one label or more, written with or without its @."""
    found = parse_addresses(f"x@{written.removeprefix('@')}")
    domain = found[0].partition("@")[2] if len(found) == 1 and len(written.split()) == 1 else ""
    if not _LABELS.fullmatch(domain):
        raise ValueError(_("indiquez un domaine seul, comme « cher.gouv.fr »."))
    return domain


def whole_domain(written: str) -> str:
    """Return a domain of two labels or more, to which anybody may send mail.

    Raises:
        ValueError: With what to write instead.
    """
    domain = _domain(written)
    if "." not in domain:
        raise ValueError(_("indiquez un domaine entier, comme « cher.gouv.fr »."))
    return domain


def _network(written: str) -> str:
    try:
        found = ip_network(written)
    except ValueError as error:
        raise ValueError(_("indiquez un réseau, comme « 198.51.100.0/24 ».")) from error
    if found.prefixlen == 0:
        raise ValueError(_("ce réseau est Internet entier ; indiquez les vôtres, comme « 198.51.100.0/24 »."))
    return str(found)


def _authserv_id(written: str) -> str:
    # RFC 8601 §2.5: one word, compared without regard to case.
    if not re.fullmatch(r"[!-~]+", written) or set(written) & set(';="()'):
        raise ValueError(
            _(
                "indiquez le premier mot d'Authentication-Results comme votre serveur l'écrit : « mx.example.fr »."
            )
        )
    return written.lower()


def _departement(written: str) -> str:
    if territory_of(written) is None:
        raise ValueError(_("département inconnu ; indiquez son numéro, comme « 18 », « 2A » ou « 974 »."))
    return written


def _pattern(written: str) -> str:
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(_("indiquez une expression régulière valide.")) from error
    return written


def _keyword(written: str) -> str:
    # RFC 9051 §9, flag-keyword: an atom. Clients write accents and spaces each in their own way.
    if not re.fullmatch(r"[!-~]+", written) or set(written) & set('(){%*"\\]'):
        raise ValueError(
            _(
                "indiquez le mot-clé tel que le serveur le garde : sans accent, sans espace, "
                'sans ( ) { % * " \\ ni ].'
            )
        )
    return written


def _mailbox(written: str) -> str:
    # RFC 9051 §9, TEXT-CHAR: what ends a command's line, and NUL, are in no mailbox's name.
    if set(written) & set("\r\n\0"):
        raise ValueError(_("ce nom contient un caractère refusé."))
    return written


def _hours(written: Any) -> Any:
    """Read « 09:00-12:00 »."""
    if not isinstance(written, str):
        return written
    start, _dash, end = written.partition("-")
    closes = end.strip()
    try:
        return Interval(
            time.fromisoformat(start.strip()), MIDNIGHT if closes == "24:00" else _closing(closes)
        )
    except ValueError as error:
        raise ValueError(_("indiquez des heures comme « 09:00-12:00 ».")) from error


def _closing(written: str) -> time:
    """Return an end other than that of the day, which is written 24:00."""
    found = time.fromisoformat(written)
    if found == MIDNIGHT:
        raise ValueError(written)
    return found


def _apart(found: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return the stretches of a day in order; two that overlap would be counted twice."""
    ordered = tuple(sorted(found, key=lambda item: item.start))
    if any(before.overlaps(after) for before, after in pairwise(ordered)):
        raise ValueError(_("deux plages se chevauchent : réunissez-les."))
    return ordered


def _exact(written: Any) -> Any:
    # 0.8 in TOML is a binary float; its decimal writing is what was meant.
    return str(written) if isinstance(written, (int, float)) else written


def _share(found: Fraction) -> Fraction:
    if not 0 < found <= 1:
        raise ValueError(_("indiquez une part entre 0 et 1, comme 0.80."))
    return found


def _short_name(written: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,60}", written):
        raise ValueError(
            _("indiquez un nom sans espace : lettres, chiffres, « . », « _ » et « - », 60 au plus.")
        )
    return written


def _not_a_number(written: Any) -> Any:
    """Refuse a number, which would be taken for seconds since midnight, or since 1970."""
    if isinstance(written, (int, float)):
        sentence = _("indiquez une date comme 2026-05-15, une heure comme « 17:00 » ; pas un nombre.")
        raise ValueError(sentence)  # noqa: TRY004 (pydantic tells of no other error)
    return written


def _local(found: time) -> time:
    if found.tzinfo is not None:
        raise ValueError(_("indiquez l'heure du site, sans fuseau, comme « 17:00 »."))
    return found


def _number(written: Any) -> Any:
    if isinstance(written, bool):
        raise ValueError(_("indiquez un nombre entier."))  # noqa: TRY004 (pydantic tells of no other error)
    return written


def _anchored(path: Path, info: ValidationInfo) -> Path:
    """Return a path that, when relative, is relative to the configuration's folder."""
    assert isinstance(info.context, Path)
    return info.context / path


Address = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
ShortName = Annotated[str, AfterValidator(_short_name)]
Network = Annotated[str, AfterValidator(_network)]
AuthservId = Annotated[str, Field(max_length=255), AfterValidator(_authserv_id)]
Departement = Annotated[str, BeforeValidator(str), AfterValidator(_departement)]
Number = Annotated[int, BeforeValidator(_number)]
Day = Annotated[date, BeforeValidator(_not_a_number)]
TimeOfDay = Annotated[time, BeforeValidator(_not_a_number), AfterValidator(_local)]
Share = Annotated[Fraction, BeforeValidator(_exact), AfterValidator(_share)]
File = Annotated[Path, AfterValidator(_anchored)]
Command = Annotated[tuple[str, ...], Field(min_length=1)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_pattern)]
Hours = Annotated[Interval, BeforeValidator(_hours)]
HoursOfDay = Annotated[tuple[Hours, ...], AfterValidator(_apart)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
MailboxName = Annotated[Name, AfterValidator(_mailbox)]
Keyword = Annotated[Name, AfterValidator(_keyword)]
