"""Drives mailsla's command line over archives, and holds what it prints against the oracle's count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.trials.recount.generator import Letter, Writer
from tests.trials.recount.oracle import Asked, Mail, Register, Rules, judged

Command = Callable[[datetime, Sequence[str]], str]
"""Runs one command line at an instant, and returns what it printed."""

TERRITORIES = ("18", "67", "973", "974", "987", "988")
DATES = tuple(
    datetime.fromisoformat(f"{on}T09:30+00:00")
    for on in ("2026-01-05", "2026-04-04", "2026-08-17", "2026-11-13")
)
AFTER = timedelta(hours=1)
"""A figure is read this long after an import, whose instant is that at which what agents filed is seen."""

PERIOD = (date(2025, 9, 1), date(2027, 1, 31))
CLOSURES = frozenset({date(2025, 12, 29), date(2026, 1, 2), date(2026, 5, 15)})
HALF_DAYS = frozenset({date(2025, 12, 24), date(2026, 7, 13)})
WHIT_MONDAY = date(2026, 5, 25)
MAILBOXES = ("INBOX", "Sent")
OTHER = {"due": "received", "received": "due"}
STANDINGS = ("met", "missed", "not_due_answered", "not_due_waiting")


@dataclass(frozen=True)
class Option:
    """One thing that a site may choose: what its configuration says, section by section, and the oracle's rules."""

    written: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    follow_ups: bool = False
    cohort: str = "due"


OPTIONS = {
    "less than": Option(),
    "at most": Option({"commitments": 'comparison = "at_most"'}, {"at_most": True}),
    "calendar days": Option({"commitments": 'unit = "calendar_days"'}, {"calendar_days": True}),
    "follow-ups": Option({"replies": "count_follow_ups = true"}, follow_ups=True),
    "received": Option({"report": 'cohort = "received"'}, cohort="received"),
    "cutoff": Option({"receipt": 'cutoff = "17:00"'}, {"cutoff": "17:00:00"}),
    "closed day": Option({"receipt": 'closed_day_receipt = "next_working_day"'}, {"next_working_day": True}),
    "calendar": Option(
        {
            "calendar": f'half_days_count = false\nworked_holidays = [{{ on = {WHIT_MONDAY}, reason = "essai" }}]'
        },
        {"off": CLOSURES | HALF_DAYS, "worked": frozenset({WHIT_MONDAY})},
    ),
}


@dataclass
class Tally:
    """What was compared: conversations, requests and figures, and each difference in one line."""

    conversations: int = 0
    requests: int = 0
    figures: int = 0
    differences: list[str] = field(default_factory=list)

    def hold(self, where: str, what: str, counted: object, printed: object) -> None:
        """Compare a request's line (`requests`), or a figure of a report."""
        if what.startswith("requests"):
            self.requests += 1
        else:
            self.figures += 1
        if counted != printed:
            self.differences.append(f"{where}, {what}: {counted} counted, {printed} printed")

    def add(self, other: Tally) -> None:
        """Take what was compared elsewhere."""
        self.conversations += other.conversations
        self.requests += other.requests
        self.figures += other.figures
        self.differences += other.differences

    def __str__(self) -> str:
        return (
            f"{self.conversations} conversations, {self.requests} requests judged, {self.figures} figures, "
            f"{len(self.differences)} differences"
        )


def compare(
    folder: Path,
    command: Command,
    departement: str,
    conversations: int,
    options: Mapping[str, Option] = OPTIONS,
    dates: Sequence[datetime] = DATES,
) -> Tally:
    """Import a territory's mail up to each date, and hold every figure against the oracle's under each option."""
    rules = Rules(departement, {"information": 10, "complaint": 5}, off=CLOSURES)
    letters = Writer(int(departement), rules.zone).write(conversations)
    tally, config = Tally(conversations), folder / "mailsla.toml"
    filed: dict[str, tuple[str, datetime]] = {}
    for number, now in enumerate(dates):
        came = [
            letter for letter in letters if letter.at <= now and (not number or letter.at > dates[number - 1])
        ]
        filed |= {letter.id: (letter.folder, now) for letter in came if letter.folder not in MAILBOXES}
        _configure(config, departement, Option())
        _archive(folder / f"archive{number}", came)
        command(now, ["import", str(folder / f"archive{number}"), "--config", str(config)])
        known = (letter for letter in letters if letter.at <= now and letter.folder in MAILBOXES)
        asked = Register([Mail(letter.raw, letter.line_at) for letter in known], filed).asked
        for name, option in options.items():
            _configure(config, departement, option)
            read = partial(_read, command, config, now + AFTER)
            count = _Count(asked, replace(rules, **option.rules), option, now + AFTER)
            count.hold_all(read, partial(tally.hold, f"{departement} {now:%Y-%m-%d} {name}"))
    return tally


def _read(command: Command, config: Path, at: datetime, *words: str) -> Any:
    return json.loads(command(at, [*words, "--format", "json", "--config", str(config)]))


def _configure(config: Path, departement: str, option: Option) -> None:
    """Write the configuration of a site with one option."""
    said = {
        name: option.written.get(name, "")
        for name in ("commitments", "replies", "report", "receipt", "calendar")
    }
    days = {
        name: ", ".join(f'{{ on = {on}, reason = "essai"{more} }}' for on in sorted(found))
        for name, found, more in (
            ("closures", CLOSURES, ""),
            ("half_days", HALF_DAYS, ', open = ["09:00-12:00"]'),
        )
    }
    sections = (
        f'site]\nname = "Essai"\ndepartement = "{departement}"',
        'office]\ndomains = ["pref.example.fr"]\nform_senders = ["formulaire@pref.example.fr"]',
        '[accounts]]\nname = "contact"\nhost = "127.0.0.1"\nuser = "u"\npassword = "essai"',
        f'[commitments]]\ncategory = "information"\n{said["commitments"]}',
        f'[commitments]]\ncategory = "complaint"\ndays = 5\nsubjects = ["réclamation"]\n{said["commitments"]}',
        *(f"{name}]\n{said[name]}" for name in ("replies", "report", "receipt")),
        f"calendar]\n{said['calendar']}\n" + "\n".join(f"{name} = [{found}]" for name, found in days.items()),
        '[closings]]\neffect = "excluded"\nreason = "sans suite"\nmailboxes = ["Sans suite"]',
        '[closings]]\neffect = "answered"\nreason = "par téléphone"\nmailboxes = ["Téléphone"]',
    )
    config.write_text("".join(f"[{section}\n" for section in sections), encoding="utf-8")
    config.chmod(0o600)


def _archive(folder: Path, letters: Iterable[Letter]) -> None:
    """File mails as an mbox where a `From ` line goes with them, else as a Maildir."""
    for number, letter in enumerate(letters):
        if letter.line_at is not None:
            path = folder / "mbox" / letter.folder
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(
                    f"From essai@example.org {letter.line_at:%a %b %d %H:%M:%S %Y}\n".encode()
                    + letter.raw
                    + b"\n"
                )
        else:
            path = folder / "maildir" / letter.folder / "cur" / f"{number}.essai:2,S"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(letter.raw)


class _Standing(NamedTuple):
    """Where a request stands by some rules, and the two dates by which it is a period's."""

    asked: Asked
    standing: str
    due: date
    received: date


@dataclass
class _Count:
    """One site's requests at one instant, as the oracle counts them."""

    asked: Sequence[Asked]
    rules: Rules
    option: Option
    now: datetime

    def hold_all(self, read: Callable[..., Any], hold: Callable[[str, object, object], None]) -> None:
        """Hold every request, and every figure by either date, week by week and month by month."""
        rows = {row["message_id"]: _as_counted(row) for row in read("requests")["requests"]}
        mine = self._judged(self.rules)
        listed = [item for item in mine if item.asked.excluded or self._is_first(item.asked)]
        counted = {item.asked.opening.id.strip("<>"): self._row(item) for item in listed}
        for key in sorted(counted.keys() | rows.keys()):
            hold(f"requests {key}", counted.get(key), rows.get(key))
        others = (
            self._judged(replace(self.rules, at_most=not self.rules.at_most)),
            self._judged(replace(self.rules, off=self.rules.off - CLOSURES)),
        )
        for grain, cohort in (("week", self.option.cohort), ("month", OTHER[self.option.cohort])):
            period = "..".join(on.isoformat() for on in PERIOD)
            report = read("report", "--period", period, "--by", grain, "--cohort", cohort)
            for name, figure, printed in self._figures(report["sections"][0], cohort, mine, *others):
                hold(f"{cohort} {name}", figure, printed)

    def _judged(self, rules: Rules) -> list[_Standing]:
        return [
            _Standing(item, *judged(item, rules, self.now), rules.local(item.opening.at).date())
            for item in self.asked
        ]

    def _row(self, item: _Standing) -> tuple[object, ...]:
        asked, rules, answered = item.asked, self.rules, item.asked.answered_at
        day_zero = rules.day_zero(asked.opening.at)
        return (
            asked.follow_up,
            asked.category,
            item.received.isoformat(),
            day_zero.isoformat(),
            item.due.isoformat(),
            answered and rules.local(answered).date().isoformat(),
            rules.elapsed(day_zero, rules.local(answered or self.now).date()),
            item.standing if item.standing in {"met", "missed"} else "not_due",
        )

    def _is_first(self, asked: Asked) -> bool:
        return self.option.follow_ups or not asked.follow_up

    def _figures(
        self,
        section: dict[str, Any],
        cohort: str,
        mine: list[_Standing],
        compared: list[_Standing],
        without: list[_Standing],
    ) -> Iterator[tuple[str, object, object]]:
        """Yield each figure of a section by its name, as counted and as printed."""
        main, other = partial(self._is_counted, "information"), OTHER[cohort]
        whole = _population(mine, cohort, main)
        complaints = _population(mine, cohort, partial(self._is_counted, "complaint"))
        follow_ups = _population(mine, cohort, lambda asked: asked.follow_up)
        yield "population", whole, section["population"]
        yield "beside", _population(mine, other, main), section["beside"]["population"]
        yield "complaints", complaints, section["by_category"][1]["population"]
        yield "follow-ups", follow_ups, section["follow_ups"]
        for name, found in (("other_comparison", compared), ("without_closures", without)):
            counts, printed = _population(found, cohort, main), section[name]
            fraction = (printed["numerator"], printed["denominator"])
            yield name, (counts["met"], counts["met"] + counts["missed"]), fraction
        total: Counter[str] = Counter()
        for piece in section["by_period"]:
            first, last = (date.fromisoformat(piece["counted"][end]) for end in ("first", "last"))
            counts = _population(mine, cohort, main, first, last)
            total.update(counts)
            yield piece["period"]["name"], counts, piece["population"]
        yield "pieces", dict(total), whole

    def _is_counted(self, category: str, asked: Asked) -> bool:
        """Tell whether a request is in a rate, or would be had nobody excluded it."""
        return asked.category == category and self._is_first(asked)


def _as_counted(row: dict[str, Any]) -> tuple[object, ...]:
    """Return what mailsla lists of a request, as `_Count` has it."""
    names = ("follow_up", "category", "received_on", "counted_from", "due_on")
    answered = row["answered_at"] and row["answered_at"][:10]
    return (*(row[name] for name in names), answered, row["working_days"], row["verdict"])


def _population(
    items: Iterable[_Standing],
    cohort: str,
    keep: Callable[[Asked], bool],
    first: date = PERIOD[0],
    last: date = PERIOD[1],
) -> dict[str, int]:
    """Count where the requests of a period stand, by the report's words; the excluded apart."""
    counted: Counter[str] = Counter()
    for item in items:
        on = item.due if cohort == "due" else item.received
        place = "excluded" if item.asked.excluded else item.standing
        counted[place] += first <= on <= last and keep(item.asked)
    return {name: counted[name] for name in (*STANDINGS, "excluded")}
