"""What a person would count with the rules' sentences, a calendar and the mails in hand. Nothing here is mailsla's.

Mails are read with the standard library; holidays come from the law and an Easter of its own; each rule is written
again from its sentence. Where this and mailsla differ, one of the two has a sentence wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LOCAL_DAYS = {"67": ["12-26"], "973": ["06-10"], "974": ["12-20"], "987": ["03-05"], "988": ["09-24"]}
OVERSEAS = {
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
PRESSING = {"", "relance", "rappel", "urgent", "toujours rien", "sans réponse", "sans nouvelles"}
RECEIPTS = ("accusé de réception", "nous avons bien reçu")


@cache
def holidays(departement: str, year: int) -> frozenset[date]:
    """Return a territory's legal holidays: L3133-1, L3422-2, the ordonnance of 1892, the Pacific's own codes."""
    century, rest = divmod(year, 100)  # Easter as Meeus, Jones and Butcher have it
    gap = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - century // 4 - gap + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    fixed = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"]
    fixed += LOCAL_DAYS.get(departement, [])
    fixed += [("11-20" if year >= 2025 else "06-29")] if departement == "987" else []
    moving = [1, 39, 50, *([-2] if departement in {"67", "987"} else [])]
    easter = date(year, month, day + 1)
    return frozenset(
        {date.fromisoformat(f"{year}-{on}") for on in fixed} | {easter + n * DAY for n in moving}
    )


@dataclass(frozen=True)
class Rules:
    """One site: where it is, what it promises in how many days, and the options that it set."""

    departement: str
    promises: Mapping[str, int]
    at_most: bool = False
    calendar_days: bool = False
    cutoff: str = "24:00"
    next_working_day: bool = False
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    @property
    def zone(self) -> str:
        return OVERSEAS.get(self.departement, "Europe/Paris")

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def works(self, on: date) -> bool:
        if on.weekday() >= 5 or on in self.off:
            return False
        return on in self.worked or on not in holidays(self.departement, on.year)

    def elapsed(self, after: date, until: date) -> int:
        return sum(self.works(after + n * DAY) for n in range(1, (until - after).days + 1))

    def day_zero(self, at: datetime) -> date:
        on = self.local(at).date() + DAY * (f"{self.local(at):%H:%M:%S}" >= self.cutoff)
        while self.next_working_day and not self.works(on):
            on += DAY
        return on

    def due(self, at: datetime, category: str) -> date:
        on, left = self.day_zero(at), self.promises[category] - (not self.at_most)
        while left:
            on += DAY
            left -= self.calendar_days or self.works(on)
        return on

    def is_by(self, due: date, at: datetime) -> bool:
        on = self.local(at).date()
        if self.calendar_days:
            return on <= due
        return not any(self.works(due + n * DAY) for n in range(1, (on - due).days + 1))


class Mail:
    """One mail of an archive: when it was received (sent, when the office wrote it), by whom, about what."""

    def __init__(self, raw: bytes, line_at: datetime | None) -> None:
        head = message_from_bytes(raw, policy=policy.default)
        self.id, self.line_at = head["Message-ID"].strip(), line_at
        self.author, self.to = (parseaddr(head[name] or "")[1] for name in ("From", "To"))
        self.author = parseaddr(head["Reply-To"])[1] if head["Reply-To"] else self.author
        self.ours = self.author.endswith("@pref.example.fr")
        hop, self.sent_at = (head.get_all("Received") or [""])[0], parsedate_to_datetime(head["Date"])
        received = parsedate_to_datetime(hop.rpartition(";")[2].strip()) if hop else line_at or self.sent_at
        self.at = self.sent_at if self.ours else received
        self.subject = (head["Subject"] or "").strip().lower()
        self.base = re.sub(r"^((re|tr|relance)\s*:\s*)+", "", self.subject).strip(" ?!.")
        self.mark = head["Auto-Submitted"] or ""
        cited = (head["References"] or "").split()
        self.cites = [*(head["In-Reply-To"] or "").split(), *reversed(cited)]
        self.failed = head["X-Failed-Recipients"] or ""


@dataclass
class Asked:
    """A request, or a follow-up, as its mails made it."""

    opening: Mail
    follow_up: bool = False
    replies: dict[str, datetime] = field(default_factory=dict)
    bases: set[str] = field(default_factory=set)
    filed: tuple[str, datetime] | None = None

    @property
    def category(self) -> str:
        return "complaint" if "réclamation" in self.opening.subject else "information"

    @property
    def excluded(self) -> bool:
        return self.filed is not None and self.filed[0] == "Sans suite"

    @property
    def answered_at(self) -> datetime | None:
        filed = [max(self.filed[1], self.opening.at)] if self.filed and not self.excluded else []
        return min([*self.replies.values(), *filed], default=None)


class Register:
    """The requests that some mails make, taken one by one in the order of time."""

    def __init__(self, mails: Iterable[Mail], filed: Mapping[str, tuple[str, datetime]]) -> None:
        self.asked: list[Asked] = []
        self.of: dict[str, Asked] = {}
        known = {mail.id: mail for mail in mails}
        for mail in known.values():
            about = next((known[cited] for cited in mail.cites if cited in known), None)
            if mail.ours and about and mail.line_at and mail.at < about.at:
                mail.at = mail.line_at  # a Date before the request's is a wrong clock's
        for mail in sorted(known.values(), key=lambda mail: mail.at):
            named = next((self.of[cited] for cited in mail.cites if cited in self.of), None)
            if mail.failed:
                self._take_back(mail, named)
            elif mail.ours:
                self._hear_office(mail, named)
            elif mail.mark != "auto-replied":
                self._hear_citizen(mail, named)
        for request in self.asked:
            request.filed = filed.get(request.opening.id)

    def _take_back(self, report: Mail, named: Asked | None) -> None:
        if named and report.failed == named.opening.author:
            named.replies = {key: at for key, at in named.replies.items() if key not in report.cites}

    def _hear_citizen(self, mail: Mail, named: Asked | None) -> None:
        theirs = [item for item in self.asked if named and item.bases & named.bases]
        mine = [named, *(item for item in theirs if item.opening.author == mail.author)]
        # What is still open is reminded of, a follow-up included; else the mail is about what it names.
        about = next((item for item in mine if item and not item.replies), named)
        if about and about.replies and mail.base == "merci":
            return
        since = mail.at - max(about.replies.values(), default=mail.at) if about else 0 * DAY
        is_other = about is not None and mail.base not in PRESSING | about.bases
        if about is None or is_other or about.replies:
            # A follow-up within thirty days of the last reply, on the same subject or on none of its own.
            is_suite = about is not None and not is_other and since <= 30 * DAY
            about = Asked(mail, is_suite, bases=set() if about is None or is_other else set(about.bases))
            self.asked.append(about)
        about.bases.add(mail.base)
        self.of[mail.id] = about

    def _hear_office(self, mail: Mail, named: Asked | None) -> None:
        about = named or self._by_subject(mail)
        if about is None or about.opening.author != mail.to:
            return
        self.of[mail.id] = about
        took = mail.at - about.opening.at
        # A machine's mark makes an acknowledgement, or a doubt; so does an answer sooner than anybody writes one.
        is_machine = mail.mark or took <= timedelta(seconds=60)
        if not is_machine and not mail.base.startswith((*RECEIPTS, "réponse d'attente")):
            about.replies[mail.id] = mail.at

    def _by_subject(self, mail: Mail) -> Asked | None:
        fits = [
            item
            for item in self.asked
            if (item.opening.author, item.opening.base) == (mail.to, mail.base)
            and mail.at - item.opening.at <= 60 * DAY
        ]
        return fits[0] if len(fits) == 1 and mail.subject.startswith("re") else None


def judged(request: Asked, rules: Rules, now: datetime) -> tuple[str, date]:
    """Return where a request stands, in the report's words, and its due date."""
    due, answered = rules.due(request.opening.at, request.category), request.answered_at
    if rules.is_by(due, now):
        return ("not_due_answered" if answered else "not_due_waiting"), due
    return ("met" if answered and rules.is_by(due, answered) else "missed"), due
