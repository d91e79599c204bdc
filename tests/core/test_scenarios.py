"""Written conversations, and what they must come to: one test for each scenario of `tests/data/scenarios`.

A scenario begins with `# its name` and is made of lines, each of one of these kinds:

    ? why it is there, for whoever reads it
    q | 2026-03-02 09:12 | camille@example.org -> contact | Carte grise | in: INBOX, Permis
    ! 2026-03-10 09:00 | exclude q | the reason that was given
    with comparison at_most
    now 2026-04-30 12:00
    => q is a request, met, 2 working days, answered by r

A mail has a label, the instant at which the server got it, its author and recipients (a word without @ is an
address of the office, `nobody` is none), its subject (`\\u00a0` is that character); options: `cc`, `bcc`,
`reply-to`, `sender`, `message-id`, `in-reply-to` and `references` (a label, or an id in brackets), `keyword`,
`thread-index` (a word is a root), `dated` (its Date, `none` without one), `hop` (the topmost hop), `in` (its
mailboxes, each `NAME of ACCOUNT since INSTANT stored INSTANT imported arrived draft until INSTANT gone`, all but the
name at will: a draft bears its flag from the first, to that instant or still; mailsla saw arrive what came after its
mailbox was read), `body-names` (the address that a form's body gives), `trace` (fields that servers wrote above it,
from the topmost, separated by ` // `; `none` when they wrote nothing), or any header field that is kept. Times are
local.

Whatever is not understood is an error. The doubts that a scenario does not expect are an error too.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from mailsla.bootstrap.site_rules import Site
from mailsla.config import parse
from mailsla.core.clock.commitment import Comparison
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.core.clock.verdict import Outcome as Outcome_
from mailsla.core.clock.verdict import Verdict
from mailsla.core.mail.addresses import parse_addresses
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import KEPT_FIELDS, Header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.instants import Moment
from mailsla.core.mail.mailbox_names import role_of_name
from mailsla.core.mail.trace_information import TRACE_FIELDS
from mailsla.core.office.authorship import trace_of
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import PairingRules, Part
from mailsla.core.rate.case import case_of
from mailsla.core.rate.disputes import disputes
from mailsla.core.rate.standard import Standard
from tests.factories import ALSACE_MOSELLE_DAYS, GUYANE_DAYS, METROPOLE_DAYS, clock, working_calendar

FOLDER = Path(__file__).parent.parent / "data" / "scenarios"
DEFAULT_NOW = "2026-06-30 12:00"
COLLECTED_AFTER = timedelta(minutes=5)
TERRITORIES = {
    "métropole": (METROPOLE_DAYS, "Europe/Paris"),
    "alsace-moselle": (ALSACE_MOSELLE_DAYS, "Europe/Paris"),
    "guyane": (GUYANE_DAYS, "America/Cayenne"),
}
PARTS = {
    "a request": Part.REQUEST,
    "a follow-up": Part.FOLLOW_UP,
    "a reminder": Part.REMINDER,
    "a reply": Part.REPLY,
    "thanks": Part.THANKS,
    "a forward": Part.FORWARD,
    "a holding reply": Part.HOLDING_REPLY,
    "an acknowledgement": Part.ACKNOWLEDGEMENT,
    "an automatic acknowledgement": Part.AUTOMATIC_ACKNOWLEDGEMENT,
    "a redirection": Part.REDIRECTION,
    "a survey": Part.SURVEY,
    "a doubtful reply": Part.DOUBTFUL_REPLY,
    "a returned reply": Part.RETURNED_REPLY,
    "after unseen": Part.AFTER_UNSEEN,
}
SIDES = {"a citizen's": "citizen", "outbound": "outbound", "internal": "internal", "aside": "aside"}
INSTANT = r"\d{4}-\d\d-\d\d \d\d:\d\d"
DAY = r"\d{4}-\d\d-\d\d"
LABEL = r"[a-z][a-z0-9]*"


class ScenarioError(ValueError):
    """A scenario that cannot be understood."""


@dataclass
class Scenario:
    """One written conversation, with what it must come to."""

    name: str
    options: dict[str, str] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    decided: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    now: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(TERRITORIES[self.options.get("territory", "métropole")][1])

    def at(self, written: str) -> datetime:
        """Return an instant written in the site's time."""
        local = datetime.fromisoformat(written).replace(tzinfo=self.zone)
        return local.astimezone(UTC)

    @property
    def mails(self) -> dict[str, Mail]:
        """Its mails, by label."""
        return {label: _mail(self, label) for label in self.written}

    @property
    def decisions(self) -> list[Decision]:
        """What people decided, in order."""
        keys = {label: mail.key for label, mail in self.mails.items()}
        return [_decision(self, number, line, keys) for number, line in enumerate(self.decided, 1)]

    @property
    def standard(self) -> Standard:
        """What its requests are held against."""
        days, zone = TERRITORIES[self.options.get("territory", "métropole")]
        closures = self.options.get("closure", "").split()
        receipt: dict[str, object] = {}
        if "cutoff" in self.options:
            receipt["cutoff"] = time.fromisoformat(self.options["cutoff"])
        if "closed-day-receipt" in self.options:
            receipt["closed_day"] = ClosedDayReceipt(self.options["closed-day-receipt"])
        standard = Standard(
            clock(working_calendar(days, zone=zone, closures=closures), **receipt), site().commitments
        )
        return standard.read_as(Comparison(self.options.get("comparison", "less_than")))

    @property
    def rules(self) -> PairingRules:
        """How its mails are paired."""
        return replace(
            site().pairing, office=self.office, holding_stops=self.options.get("holding-stops") == "true"
        )

    @property
    def office(self) -> Office:
        """Who "we" are, and by what our mails are believed to be ours."""
        return replace(
            site().office,
            trusted_authserv_id=self.options.get("trusted-authserv-id", ""),
            networks=tuple(self.options.get("networks", "").split()),
            copies_are_trusted=self.options.get("copies-are-trusted") == "true",
        )


OPTIONS: dict[str, str] = {
    "territory": "|".join(TERRITORIES),
    "closure": rf"{DAY}( {DAY})*",
    "cutoff": r"\d\d:\d\d",
    "closed-day-receipt": "|".join(ClosedDayReceipt),
    "comparison": "|".join(Comparison),
    "holding-stops": "true|false",
    "trusted-authserv-id": r"\S+",
    "networks": r"\S+( \S+)*",
    "copies-are-trusted": "true|false",
}


@cache
def _site_of(name: str) -> Site:
    path = FOLDER / name
    return Site(parse(tomllib.loads(path.read_text(encoding="utf-8")), folder=FOLDER))


def site() -> Site:
    """Return the site of the scenarios."""
    return _site_of("site.toml")


# Reading scenarios.


def read_scenarios(text: str) -> list[Scenario]:
    """Return the scenarios of a file.

    Raises:
        ScenarioError: For a line that is not understood, or a scenario that lacks something.
    """
    found: list[Scenario] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("# "):
            found.append(Scenario(line[2:].strip()))
        elif line.strip() and not line.startswith("? "):
            if not found:
                raise ScenarioError(f"line {number}: before any scenario")
            try:
                _take(found[-1], line.rstrip())
            except ScenarioError as error:
                raise ScenarioError(f"line {number}: {error}") from None
    for scenario in found:
        _check(scenario)
    return found


def _take(scenario: Scenario, line: str) -> None:
    if scenario.expected and not line.startswith("=> "):
        raise ScenarioError("expectations come last")
    if line.startswith("=> "):
        scenario.expected.append(line[3:])
    elif line.startswith("! "):
        scenario.decided.append(line[2:])
    elif re.fullmatch(f"now {INSTANT}", line):
        scenario.now = line[4:]
    elif line.startswith("with "):
        name, _space, value = line[5:].partition(" ")
        if name not in OPTIONS or not re.fullmatch(OPTIONS[name], value):
            raise ScenarioError(f"unknown option {line[5:]}")
        scenario.options[name] = value
    else:
        label, *parts = [part.strip() for part in line.split(" | ")]
        if not re.fullmatch(LABEL, label) or len(parts) < 3 or not re.fullmatch(INSTANT, parts[0]):
            raise ScenarioError(f"not understood: {line}")
        if label in scenario.written:
            raise ScenarioError(f"two mails are called {label}")
        scenario.written[label] = parts


def _check(scenario: Scenario) -> None:
    """Refuse a scenario that says nothing, or something that cannot be."""
    if not scenario.written or not scenario.expected:
        raise ScenarioError(f"{scenario.name}: no mail, or no expectation")
    now = scenario.at(scenario.now or DEFAULT_NOW)
    mails = scenario.mails
    if len({mail.key for mail in mails.values()}) != len(mails):
        raise ScenarioError(f"{scenario.name}: two mails are the same one")
    if any(mail.first_seen_at > now for mail in mails.values()):
        raise ScenarioError(f"{scenario.name}: a mail comes after now")
    _ = scenario.decisions, scenario.standard
    for line in scenario.expected:
        _matched(line)


def _mail(scenario: Scenario, label: str) -> Mail:
    """Build the mail that a line describes."""
    written_at, route, subject, *options = scenario.written[label]
    senders, arrow, recipients = route.partition(" -> ")
    if not arrow:
        raise ScenarioError(f"{label}: who wrote to whom?")
    at = scenario.at(written_at)
    values: dict[str, str] = {}
    kept = []
    for option in options:
        name, colon, value = option.partition(": ")
        if not colon or name in values:
            raise ScenarioError(f"{label}: {option}")
        if name.lower() in KEPT_FIELDS:
            kept.append((name.lower(), "" if value == "(empty)" else value))
        elif name in MAIL_OPTIONS:
            values[name] = value
        else:
            raise ScenarioError(f"{label}: unknown option {name}")
    dated = values.get("dated", written_at)
    header = Header(
        message_id=_message_id(scenario, label),
        in_reply_to=_ids(scenario, values.get("in-reply-to")),
        references=_ids(scenario, values.get("references")),
        thread_index=_root(values["thread-index"]) if "thread-index" in values else None,
        subject="" if subject == "(empty)" else _unescaped(subject),
        sent_at=None if dated == "none" else scenario.at(_checked(INSTANT, dated)),
        hop_at=scenario.at(_checked(INSTANT, values["hop"])) if "hop" in values else None,
        senders=_addresses(senders),
        sender=_addresses(values.get("sender", "nobody")),
        reply_to=_addresses(values.get("reply-to", "nobody")),
        to=_addresses(recipients),
        cc=_addresses(values.get("cc", "nobody")),
        bcc=_addresses(values.get("bcc", "nobody")),
        asked_by=_addresses(values.get("body-names", "nobody")),
        kept=tuple(kept),
        trace_fields=_trace_fields(values["trace"]) if "trace" in values else None,
    )
    trace = trace_of(header, scenario.office)
    header = header._replace(trace_fields=None)
    default = "Sent" if site().office.wrote(header) else "INBOX"
    keywords = _keywords(scenario, values.get("keyword"))
    places = [
        _place(scenario, item, at)._replace(hop_at=header.hop_at, keywords=keywords, trace=trace)
        for item in values.get("in", default).split(", ")
    ]
    return Mail(
        key=identity(header),
        header=header,
        first_seen_at=min(place.first_seen_at or at for place in places),
        copies=tuple(places),
    )


MAIL_OPTIONS = (
    "cc bcc reply-to sender message-id in-reply-to references thread-index dated hop in keyword body-names trace"
).split()
_PLACE = re.compile(
    rf"(?P<mailbox>.+?)(?: of (?P<account>\w+))?(?: since (?P<since>{INSTANT}))?"
    rf"(?: stored (?P<stored>{INSTANT}|never))?(?P<imported> imported)?(?P<arrived> arrived)?"
    rf"(?P<draft> draft(?: until (?P<until>{INSTANT}))?)?(?P<gone> gone)?"
)


def _trace_fields(written: str) -> tuple[tuple[str, str], ...]:
    """Return fields as they stand in a header: `Received: from … // X-Spam-Flag: YES`."""
    if written == "none":
        return ()
    fields = tuple(item.partition(": ")[::2] for item in written.split(" // "))
    found = tuple((name.lower(), value) for name, value in fields)
    if not {name for name, _value in found} <= TRACE_FIELDS:
        raise ScenarioError(f"no trace: {written}")
    return found


def _unescaped(subject: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), subject)


def _checked(pattern: str, written: str) -> str:
    if not re.fullmatch(pattern, written):
        raise ScenarioError(f"not understood: {written}")
    return written


def _place(scenario: Scenario, written: str, at: datetime) -> Copy:
    """Return one copy: `Sent of martin since … stored … imported draft until … gone`."""
    match = _PLACE.fullmatch(written)
    if match is None:
        raise ScenarioError(f"no mailbox: {written}")
    role = role_of_name(match["mailbox"].rpartition("/")[2]) or MailboxRole.INBOX
    stored = scenario.at(match["stored"]) if match["stored"] not in {None, "never"} else at
    seen = scenario.at(match["since"]) if match["since"] else max(stored, at) + COLLECTED_AFTER
    return Copy(
        account=match["account"] or "contact",
        mailbox=match["mailbox"],
        role=role,
        internal_at=None if match["stored"] == "never" else stored,
        imported=match["imported"] is not None,
        present=match["gone"] is None,
        first_seen_at=seen,
        draft_since=seen if match["draft"] else None,
        draft_until=scenario.at(match["until"]) if match["until"] else None,
        arrived=match["arrived"] is not None,
    )


def _keywords(scenario: Scenario, written: str | None) -> tuple[tuple[str, datetime], ...]:
    """Return IMAP keywords: `Traite since 2026-03-05 10:00, Permis since …`."""
    found = []
    for item in written.split(", ") if written else ():
        match = re.fullmatch(rf"(\S+) since ({INSTANT})", item)
        if match is None:
            raise ScenarioError(f"no keyword: {item}")
        found.append((match[1], scenario.at(match[2])))
    return tuple(found)


def _addresses(written: str) -> tuple[str, ...]:
    if written == "nobody":
        return ()
    whole = ", ".join(item if "@" in item else f"{item}@pref.example.fr" for item in written.split(", "))
    found = parse_addresses(whole)
    if len(found) != len(written.split(", ")):
        raise ScenarioError(f"no address: {written}")
    return found


def _message_id(scenario: Scenario, label: str) -> str | None:
    if label not in scenario.written:
        raise ScenarioError(f"no mail is called {label}")
    at, _route, _subject, *options = scenario.written[label]
    own = next((item.partition(": ")[2] for item in options if item.startswith("message-id: ")), None)
    if own is None:
        return f"{label}.{re.sub('[^0-9]', '', at)}@mail.example.net"
    return None if own == "none" else _checked("<[^<>]+>", own)[1:-1]


def _ids(scenario: Scenario, written: str | None) -> tuple[str, ...]:
    """Return the ids of some labels, or those written in brackets."""
    found = []
    for item in written.split(", ") if written else ():
        own = item[1:-1] if item.startswith("<") else _message_id(scenario, item)
        if own is None:
            raise ScenarioError(f"{item} has no Message-ID")
        found.append(own)
    return tuple(found)


def _root(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:44]


_DECISIONS: dict[str, str] = {
    Action.EXCLUDE: rf"exclude (?P<target>{LABEL})",
    Action.ANSWERED: rf"answered (?P<target>{LABEL}) at (?P<at>{INSTANT}) by (?P<text>.+)",
    Action.ASSIGN: rf"assign (?P<target>{LABEL}) to (?P<text>.+)",
    Action.CATEGORY: rf"category (?P<target>{LABEL}) as (?P<text>[a-z]+)",
    Action.JOIN: rf"join (?P<target>{LABEL}) to (?P<other>{LABEL})",
    Action.SPLIT: rf"split (?P<target>{LABEL})",
    Action.DISMISS: rf"dismiss (?P<target>{LABEL})",
    Action.COUNT: rf"count (?P<target>{LABEL})",
    Action.LEAVE_OUT: rf"leave out (?P<target>{LABEL})",
    Action.UNDO: r"undo (?P<undone>\d+)",
}


def _decision(scenario: Scenario, number: int, line: str, keys: dict[str, str]) -> Decision:
    decided_at, what, reason = [part.strip() for part in line.split(" | ")]
    for action, pattern in _DECISIONS.items():
        match = re.fullmatch(pattern, what)
        if match is None:
            continue
        said = match.groupdict()
        undone = int(said["undone"]) if "undone" in said else None
        labels = {said[name] for name in ("target", "other") if name in said}
        if not labels <= keys.keys() or (undone is not None and undone >= number):
            break
        target = said.get("target")
        if target is None and undone is not None:
            target = _decision(scenario, undone, scenario.decided[undone - 1], keys).target
        return Decision(
            number=number,
            target=keys.get(target or "", target or ""),
            action=Action(action),
            reason=reason,
            decided_by="référent qualité",
            decided_at=scenario.at(_checked(INSTANT, decided_at)),
            other=keys[said["other"]] if "other" in said else None,
            at=scenario.at(said["at"]) if "at" in said else None,
            text=said.get("text", ""),
            undone=undone,
        )
    raise ScenarioError(f"not understood: {line}")


# Judging them.


@dataclass(frozen=True)
class Outcome:
    """What a scenario came to, with the labels to speak of it."""

    scenario: Scenario
    derivation: Derivation
    mails: dict[str, Mail]

    @property
    def labels(self) -> dict[str, str]:
        """Label of each key."""
        return {mail.key: label for label, mail in self.mails.items()}

    def key(self, label: str) -> str:
        """Return the key of a mail."""
        if label not in self.mails:
            raise ScenarioError(f"no mail is called {label}")
        return self.mails[label].key

    def request(self, label: str) -> Request | None:
        """Return the request that a mail opens."""
        return next((item for item in self.derivation.requests if item.key == self.key(label)), None)

    def local(self, at: datetime) -> str:
        """Write an instant as scenarios do."""
        return f"{at.astimezone(self.scenario.zone):%Y-%m-%d %H:%M}"

    def moment(self, moment: Moment | None, *, basis: bool) -> str:
        """Write an instant, and what it rests on."""
        if moment is None:
            return "never"
        return f"{self.local(moment.at)} by {moment.basis.value}" if basis else self.local(moment.at)

    def verdict(self, request: Request) -> Verdict | None:
        """Judge a request; None when it is received after the scenario's present."""
        now = self.scenario.at(self.scenario.now or DEFAULT_NOW)
        return next((item.verdict for item in self.scenario.standard.judge([case_of(request)], now)), None)

    def parts(self, label: str) -> list[tuple[str, str]]:
        """Return what a mail is, in each request that has it: (phrase, label of the request)."""
        phrases = {part: phrase for phrase, part in PARTS.items()}
        return [
            (phrases[step.part], self.labels[request.key])
            for request in self.derivation.requests
            for step in request.steps
            if step.key == self.key(label)
        ]


Said = re.Match[str]
Judge = Callable[[Outcome, Said], tuple[object, object]]
"""Returns what was expected and what came."""


def _count(outcome: Outcome, said: Said) -> tuple[object, object]:
    follow_ups = sum(request.follow_up for request in outcome.derivation.requests)
    came = (len(outcome.derivation.requests) - follow_ups, follow_ups)
    return (int(said["requests"]), int(said["follow"] or 0)), came


def _together(outcome: Outcome, said: Said) -> tuple[object, object]:
    homes = _homes(outcome)
    labels = said["labels"].split(", ")
    return 1, len({homes[outcome.key(label)] for label in labels})


def _apart(outcome: Outcome, said: Said) -> tuple[object, object]:
    homes = _homes(outcome)
    pairs = combinations(said["labels"].split(", "), 2)
    met = [pair for pair in pairs if homes[outcome.key(pair[0])] == homes[outcome.key(pair[1])]]
    return [], met


def _homes(outcome: Outcome) -> dict[str, str]:
    return {key: name for name, keys in outcome.derivation.conversations.items() for key in keys}


def _tie(outcome: Outcome, said: Said) -> tuple[object, object]:
    link = outcome.derivation.links[outcome.key(said["one"])]
    target = said["to"] and outcome.key(said["to"]) and said["to"]
    came = (link.evidence.value, outcome.labels[link.to] if link.to else None)
    return (said["evidence"], target), came


def _untied(outcome: Outcome, said: Said) -> tuple[object, object]:
    return "none", outcome.derivation.links[outcome.key(said["one"])].evidence.value


def _doubted(outcome: Outcome, said: Said) -> tuple[object, object]:
    key = outcome.key(said["one"])
    came = [
        (doubt.code.value, {outcome.labels[item] for item in doubt.candidates})
        for doubt in outcome.derivation.doubts
        if doubt.mail == key
    ]
    named = set() if said["candidates"] == "nothing" else set(said["candidates"].split(", "))
    return [(said["code"], named)], came


def _went(outcome: Outcome, said: Said) -> tuple[object, object]:
    request = outcome.request(said["one"])
    assert request is not None, f"{said['one']} opens no request"
    with_instants = bool(re.search(INSTANT, said["services"]))
    came = [
        f"{item.service} by {item.basis.value}"
        + (f" at {outcome.local(item.since)}" if with_instants else "")
        for item in request.assignments
    ]
    return said["services"], ", then ".join(came)


def _steps(outcome: Outcome, said: Said) -> tuple[object, object]:
    request = outcome.request(said["one"])
    assert request is not None, f"{said['one']} opens no request"
    return said["steps"].split(", "), [outcome.labels[step.key] for step in request.steps]


STATEMENTS: tuple[tuple[str, Judge], ...] = (
    (r"(?P<requests>\d+) requests?(?:, (?P<follow>\d+) follow-ups?)?", _count),
    (rf"(?P<labels>{LABEL}(?:, {LABEL})+) are one conversation", _together),
    (rf"(?P<labels>{LABEL}(?:, {LABEL})+) are apart", _apart),
    (rf"(?P<one>{LABEL}) ties to nothing", _untied),
    (rf"(?P<one>{LABEL}) ties(?: to (?P<to>{LABEL}))? by (?P<evidence>[a-z-]+)", _tie),
    (
        rf"(?P<one>{LABEL}) in doubt between (?P<candidates>nothing|{LABEL}(?:, {LABEL})*) \((?P<code>\w+)\)",
        _doubted,
    ),
    (rf"(?P<one>{LABEL}) went to (?P<services>.+)", _went),
    (rf"(?P<one>{LABEL}) is made of (?P<steps>{LABEL}(?:, {LABEL})*)", _steps),
)


class OfMail(Protocol):
    """Judges what a statement says of one mail."""

    def __call__(self, outcome: Outcome, label: str, said: Said) -> tuple[object, object]:
        """Return what was expected and what came."""


OfRequest = Callable[[Outcome, Request, Said], tuple[object, object]]


def _part(outcome: Outcome, label: str, said: Said) -> tuple[object, object]:
    came = outcome.parts(label)
    if said["of"] is None:
        return {said["part"]}, {phrase for phrase, _request in came}
    return sorted((said["part"], of) for of in said["of"].split(" and ")), sorted(came)


def _side(outcome: Outcome, label: str, said: Said) -> tuple[object, object]:
    return SIDES[said[0]], outcome.derivation.readings[outcome.key(label)].side.value


def _kind(outcome: Outcome, label: str, said: Said) -> tuple[object, object]:
    return said["kind"], outcome.derivation.readings[outcome.key(label)].kind.value


def _reason(outcome: Outcome, label: str, said: Said) -> tuple[object, object]:
    reason = outcome.derivation.readings[outcome.key(label)].reason
    return said["code"], reason.code if reason else None


def _outside(outcome: Outcome, label: str, said: Said) -> tuple[object, object]:
    return [], outcome.parts(label)


OF_MAILS: tuple[tuple[str, OfMail], ...] = (
    (rf"(?P<part>{'|'.join(PARTS)})(?: (?:of|to) (?P<of>{LABEL}(?: and {LABEL})*))?", _part),
    ("|".join(SIDES), _side),
    (r"kind (?P<kind>[a-z_]+)", _kind),
    (r"because (?P<code>[a-z0-9-]+)", _reason),
    (r"outside every request", _outside),
)


def _standing(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    if request.excluded is not None:
        return said[0], "excluded"
    verdict = outcome.verdict(request)
    if verdict is not None and verdict.outcome is Outcome_.NOT_DUE:
        return said[0], "waiting" if verdict.answered_on is None else "early"
    return said[0], verdict.outcome.value if verdict else None


def _days(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    verdict = outcome.verdict(request)
    return int(said["days"]), verdict.working_days if verdict else None


def _due(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    verdict = outcome.verdict(request)
    return date.fromisoformat(said["day"]), verdict.due_on if verdict else None


def _counted_from(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    verdict = outcome.verdict(request)
    return date.fromisoformat(said["day"]), verdict.received_on if verdict else None


def _moment(name: str) -> OfRequest:
    def judge(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
        moment: Moment | None = getattr(request, name)
        return said["moment"], outcome.moment(moment, basis=" by " in said["moment"])

    return judge


def _answered_by(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    outcome.key(said["label"])
    return said["label"], outcome.labels.get(request.answered_by or "")


def _unanswered(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    return "never", outcome.moment(request.answered, basis=False)


def _service(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    if said[0] == "for no service":
        return None, request.service
    last = request.assignments[-1] if request.assignments else None
    return (said["service"], said["basis"]), (last.service, last.basis.value) if last else None


def _category(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    return said["category"], request.category


def _asked_by(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    expected = set() if said["who"] == "nobody" else set(said["who"].split(" and "))
    return expected, set(request.citizens)


def _excluded(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    return said["reason"], request.excluded


def _imported(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    return said[0] == "imported", request.imported


def _announced(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    return date.fromisoformat(said["day"]), request.announcements[
        -1
    ].answer_by if request.announcements else None


def _disputed(outcome: Outcome, request: Request, said: Said) -> tuple[object, object]:
    scenario = outcome.scenario
    now = scenario.at(scenario.now or DEFAULT_NOW)
    found = [item.code.value for item in disputes([case_of(request)], scenario.standard, now)]
    return [said["code"]] if said["code"] else [], found


OF_REQUESTS: tuple[tuple[str, OfRequest], ...] = (
    ("met|missed|early|waiting|excluded", _standing),
    (r"(?P<days>\d+) working days?", _days),
    (rf"due (?P<day>{DAY})", _due),
    (rf"counted from (?P<day>{DAY})", _counted_from),
    (rf"received at (?P<moment>{INSTANT}(?: by \w+)?)", _moment("received")),
    (rf"answered at (?P<moment>{INSTANT}(?: by \w+)?)", _moment("answered")),
    (rf"acknowledged at (?P<moment>{INSTANT})", _moment("acknowledged")),
    (rf"first heard back at (?P<moment>{INSTANT})", _moment("first_response")),
    (rf"answered by (?P<label>{LABEL})", _answered_by),
    ("unanswered", _unanswered),
    (r"for no service|for (?P<service>.+) by (?P<basis>[a-z]+)", _service),
    (r"category (?P<category>[a-z]+)", _category),
    (r"asked by (?P<who>nobody|\S+@\S+(?: and \S+@\S+)*)", _asked_by),
    (r"excluded because (?P<reason>.+)", _excluded),
    ("imported|not imported", _imported),
    (r"(?P<not>not )?disputed(?: \((?P<code>\w+)\))?", _disputed),
    (rf"promised for (?P<day>{DAY})", _announced),
)


def _matched(line: str) -> Callable[[Outcome], Iterator[tuple[str, object, object]]]:
    """Return what checks one expectation: it yields the item, what was expected and what came.

    Raises:
        ScenarioError: When it is not understood.
    """
    for pattern, judge in STATEMENTS:
        match = re.fullmatch(pattern, line)
        if match is not None:
            return lambda outcome: iter([(line, *judge(outcome, match))])
    label, verb, items = line.partition(" is ")
    if not verb or not re.fullmatch(LABEL, label):
        raise ScenarioError(f"not understood: {line}")
    judged = [_item(label, item) for item in items.split(", ")]
    return lambda outcome: ((f"{label} is {item}", *judge(outcome)) for item, judge in judged)


def _item(label: str, item: str) -> tuple[str, Callable[[Outcome], tuple[object, object]]]:
    for pattern, of_mail in OF_MAILS:
        match = re.fullmatch(pattern, item)
        if match is not None:
            return item, partial(of_mail, label=label, said=match)
    for pattern, of_request in OF_REQUESTS:
        match = re.fullmatch(pattern, item)
        if match is not None:
            return item, partial(_of_request, label=label, judge=of_request, said=match)
    raise ScenarioError(f"not understood: {item}")


def _of_request(outcome: Outcome, label: str, judge: OfRequest, said: Said) -> tuple[object, object]:
    request = outcome.request(label)
    return ("a request", "no request") if request is None else judge(outcome, request, said)


def differences(scenario: Scenario) -> list[str]:
    """Return what a scenario expected and did not get."""
    mails = scenario.mails
    derivation = derive(list(mails.values()), scenario.rules, scenario.decisions)
    outcome = Outcome(scenario, derivation, mails)
    found = [
        f"{item}: expected {expected}, got {came}"
        for line in scenario.expected
        for item, expected, came in _matched(line)(outcome)
        if expected != came
    ]
    expected_doubts = {line.partition(" ")[0] for line in scenario.expected if " in doubt between " in line}
    for doubt in derivation.doubts:
        label = outcome.labels[doubt.mail]
        if label not in expected_doubts:
            found.append(f"{label} is in doubt ({doubt.code.value}), which nothing expected")
    return found


def _collected() -> list[tuple[str, Scenario]]:
    paths = sorted(FOLDER.glob("*.txt"))
    found = []
    for path in paths:
        try:
            found += [(path.stem, item) for item in read_scenarios(path.read_text(encoding="utf-8"))]
        except ScenarioError as error:
            raise ScenarioError(f"{path.name}, {error}") from None
    return found


SCENARIOS = _collected()


@pytest.mark.parametrize(
    "scenario", [pytest.param(item, id=f"{topic}: {item.name}") for topic, item in SCENARIOS]
)
def test_a_scenario_comes_to_what_it_says(scenario: Scenario) -> None:
    found = differences(scenario)

    assert not found, "\n".join(found)


def test_the_order_of_arrival_changes_no_scenario() -> None:
    changed = []
    for _topic, scenario in SCENARIOS:
        mails, decisions = list(scenario.mails.values()), scenario.decisions
        forwards = derive(mails, scenario.rules, decisions)
        backwards = derive(mails[::-1], scenario.rules, decisions)
        if forwards != backwards:
            changed.append(scenario.name)

    assert changed == []


def test_every_scenario_has_a_name_of_its_own() -> None:
    names = [scenario.name for _topic, scenario in SCENARIOS]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_address_of_the_scenarios_is_invented() -> None:
    real = {
        address
        for _topic, scenario in SCENARIOS
        for mail in scenario.mails.values()
        for address in mail.header.senders + mail.header.reply_to + mail.header.recipients
        if not re.search(r"[@.]example(\.(org|net|com|fr))?$", address)
    }

    assert real == set()


WHOLE = """# a reply in time
q | 2026-03-02 09:12 | camille.durand@example.org -> contact | Carte grise
r | 2026-03-04 10:00 | contact -> camille.durand@example.org | Re: Carte grise | in-reply-to: q
=> q is a request, met, 2 working days, answered by r
"""


def _changed(*changes: tuple[str, str]) -> str:
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("=> q is", "-> q is"),
        ("in-reply-to: q", "in-reply-to: s"),
        ("in-reply-to: q", "answers: q"),
        ("in-reply-to: q", "X-Priority: 1"),
        ("-> contact", "to contact"),
        ("2026-03-02 09:12", "2026-03-02"),
        ("a request,", "some request,"),
        ("# a reply in time\n", ""),
        ("=> q is", "with cutoff noon\n=> q is"),
        ("=> q is", "! 2026-03-05 09:00 | forget q | error\n=> q is"),
        ("=> q is", "now 2026-03-03 12:00\n=> q is"),
        ("r | ", "q | "),
    ],
)
def test_a_line_that_is_not_understood_is_an_error(old: str, new: str) -> None:
    with pytest.raises(ScenarioError):
        read_scenarios(_changed((old, new)))


def test_a_scenario_without_expectation_is_an_error() -> None:
    without = "".join(WHOLE.splitlines(keepends=True)[:-1])

    with pytest.raises(ScenarioError, match="no expectation"):
        read_scenarios(without)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a request", "a follow-up"),
        ("met", "missed"),
        ("2 working", "3 working"),
        ("by r", "by q"),
        ("=> ", "=> q, r are apart\n=> "),
        ("=> ", "=> 2 requests\n=> "),
        ("=> ", "=> r ties to q by references\n=> "),
        ("=> ", "=> r is kind receipt\n=> "),
        ("in-reply-to: q", "in: Sent"),
    ],
)
def test_an_expectation_that_is_not_met_fails(old: str, new: str) -> None:
    subject_differs = ("Re: Carte grise", "Votre dossier") if new == "in: Sent" else ("Carte", "Carte")
    [scenario] = read_scenarios(_changed((old, new), subject_differs))

    assert differences(scenario) != []


def test_a_whole_scenario_has_no_difference() -> None:
    assert [differences(scenario) for scenario in read_scenarios(WHOLE)] == [[]]


def _unused(scenarios: Sequence[Scenario]) -> set[str]:
    """Return the parts of a message that no scenario speaks of."""
    said = "\n".join(line for scenario in scenarios for line in scenario.expected)
    return {phrase for phrase in PARTS if phrase not in said}


def test_every_part_of_a_message_is_spoken_of() -> None:
    assert _unused([scenario for _topic, scenario in SCENARIOS]) == set()
