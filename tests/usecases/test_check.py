"""A look at the installation: what each part is found to be, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from mailsla.adapters.database.clues import AnsweredUnseen
from mailsla.core.alerts import advice, alert_findings, findings, mail_findings
from mailsla.core.alerts.advice import WaitingMail
from mailsla.core.alerts.findings import Finding, Part
from mailsla.core.alerts.health import Health
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.outcome import RecordedRun, RunOutcome
from mailsla.core.collection.pacing import MOST_REFUSALS, Attempt
from mailsla.core.errors import LoginRefused, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.usecases.attempts import Restraint
from mailsla.usecases.check import Access, Installation, look
from mailsla.usecases.recent_work import recent
from tests.factories import METROPOLE, paris

NOW = paris("2026-11-13 09:00")
HOUR = timedelta(hours=1)
INBOX, SENT = ListedMailbox("INBOX", MailboxRole.INBOX), ListedMailbox("Sent", MailboxRole.SENT)


def run(
    account: str = "contact", outcome: RunOutcome = RunOutcome.OK, at: datetime = NOW - HOUR, **told: str
) -> RecordedRun:
    return RecordedRun(account, at, NOW, outcome, told.get("reason"), messages=0, set_aside=0)


@dataclass(frozen=True)
class SetAside:
    account: str = "contact"
    mailbox: str = "INBOX"
    uid: int = 7
    reason: str = "no-header"


NONE_UNSEEN = AnsweredUnseen((), 0, 7)


@dataclass
class Store:
    """Remembers collections, logins, and what was made of mails."""

    runs: Sequence[RecordedRun] = ()
    aside: Sequence[SetAside] = ()
    failed: list[Attempt] = field(default_factory=list)
    outbound: int = 2
    waiting: datetime | None = None
    outdated: datetime | None = None
    unseen: AnsweredUnseen = NONE_UNSEEN
    elsewhere: int = 0
    forms: tuple[tuple[str, int], ...] = ()
    unproven: int = 0
    services: dict[str | None, int] = field(default_factory=lambda: {"Permis": 3})
    left_out: dict[str, int] = field(default_factory=dict)

    def services_seen(self) -> dict[str | None, int]:
        return self.services

    def left_out_kinds(self) -> dict[str, int]:
        return self.left_out

    def last(self) -> Sequence[RecordedRun]:
        return self.runs

    def failed_logins(self, _account: str) -> Sequence[Attempt]:
        return self.failed

    def note_refused_check(self, _account: str, at: datetime) -> None:
        self.failed.append(Attempt(at, refused=True))

    def request_count(self) -> int:
        return 3

    def outdated_at(self) -> datetime | None:
        return self.outdated

    def waiting_since(self) -> datetime | None:
        return self.waiting

    def outbound_count(self) -> int:
        return self.outbound

    def answered_unseen(self) -> AnsweredUnseen:
        return self.unseen

    def answered_elsewhere(self) -> int:
        return self.elsewhere

    def undeclared_forms(self) -> tuple[tuple[str, int], ...]:
        return self.forms

    def unproven_count(self) -> int:
        return self.unproven


@dataclass
class Mails:
    """An outbox."""

    late: Sequence[WaitingMail] = ()

    def waiting(self) -> Sequence[WaitingMail]:
        return self.late


@dataclass
class Server:
    """Lists mailboxes, or raises."""

    shown: Sequence[ListedMailbox] = (INBOX, SENT)
    error: Exception | None = None
    logins: int = 0

    @contextmanager
    def open(self) -> Iterator[Server]:
        self.logins += 1
        if self.error is not None:
            raise self.error
        yield self

    def mailboxes(self) -> Sequence[ListedMailbox]:
        return self.shown

    @property
    def listed(self) -> Sequence[str]:
        return [*(mailbox.name for mailbox in self.shown), "Archives"]


def installation(
    store: Store,
    server: Server,
    *,
    greet: Callable[[], object] | None = lambda: None,
    gaps: Sequence[Gap] = (),
) -> Installation:
    access = Access(Restraint("contact", store, lambda _at: "pas maintenant"), store, server.open)
    return Installation([access], greet, store, store, store.aside, store, gaps, "Métropole", METROPOLE)


def found(store: Store | None = None, server: Server | None = None, **changes: object) -> list[Finding]:
    whole = replace(installation(store or Store(), server or Server()), **changes)  # type: ignore[arg-type]  # (fields by name)
    return list(look(whole, NOW))


def test_when_all_is_well_every_part_says_so_in_its_order() -> None:
    assert found() == [
        findings.MailboxesListed("contact", (INBOX, SENT)),
        mail_findings.RepliesSeen(2),
        alert_findings.SendingAnswers(),
        findings.RequestsKnown(3),
        findings.NextWorkingDay("Métropole", paris("2026-11-16 00:00").astimezone(METROPOLE.zone).date()),
        findings.ClockShows(NOW),
    ]
    assert {finding.health for finding in found()} == {Health.OK}


def test_a_store_that_was_measured_says_its_size_after_what_it_knows() -> None:
    size = findings.StoreSize(total=5_000, free=1_000, messages=4)
    told = found(size=size)

    assert told[told.index(findings.RequestsKnown(3)) + 1] == size
    assert size.a_message == 1_000
    assert findings.StoreSize(5_000, 0, 0).a_message == 0


def test_whom_alerts_do_not_reach_is_said_after_the_server_that_takes_them() -> None:
    missing = alert_findings.HeadsMissing(("Permis",), stood_in_for=False)
    told = found(heads_missing=missing, untold=(("Permis", 2),))

    place = told.index(alert_findings.SendingAnswers())
    assert told[place + 1 : place + 3] == [missing, alert_findings.RequestsUntold((("Permis", 2),))]
    assert not [
        item
        for item in found(untold=(("Permis", 2),), is_derived=False)
        if isinstance(item, alert_findings.RequestsUntold)
    ]


def test_mails_of_the_office_that_nobody_has_seen_are_to_watch() -> None:
    concerned = (("Permis", 2),)

    [finding] = [
        item
        for item in found(Store(unseen=AnsweredUnseen(concerned, 3, 9)))
        if isinstance(item, mail_findings.RepliesUnseen)
    ]

    assert finding == mail_findings.RepliesUnseen(concerned, 3, 9)
    assert finding.health is Health.WARNING


def test_replies_that_no_mailbox_holds_and_nothing_says_are_ours_are_told_of_what_is_derived_alone() -> None:
    elsewhere = mail_findings.AnsweredElsewhere(4)

    assert elsewhere in found(Store(elsewhere=4))
    assert elsewhere not in found(Store(elsewhere=4), is_derived=False)


def test_mails_of_ours_that_are_not_believed_are_to_watch_and_the_server_that_could_say_is_proposed() -> None:
    doubted = found(Store(unproven=3), vouching="mx.example.fr")[2:4]
    calm = found(vouching="mx.example.fr")[2]

    assert doubted == [
        mail_findings.NotBelieved(3),
        mail_findings.ServerVouches("mx.example.fr", is_needed=True),
    ]
    assert [item.health for item in doubted] == [Health.WARNING, Health.WARNING]
    assert found(id_hosts=("a.example.net",))[2] == mail_findings.IdsOfOthers(("a.example.net",))
    assert (calm, calm.health) == (mail_findings.ServerVouches("mx.example.fr", is_needed=False), Health.OK)


def test_addresses_of_ours_that_write_as_forms_do_are_to_watch() -> None:
    senders = (("site@pref.example.fr", 12),)

    assert mail_findings.FormsUndeclared(senders) in found(Store(forms=senders))
    assert not any(isinstance(item, mail_findings.FormsUndeclared) for item in found())


def test_an_account_without_a_sent_mailbox_is_to_watch() -> None:
    assert findings.NoSentMailbox("contact") in found(server=Server([INBOX]))
    assert findings.NoSentMailbox("contact") not in found()


def test_an_account_that_cannot_be_reached_is_to_mend_and_the_rest_is_looked_at() -> None:
    first, *rest = found(server=Server(error=TransientError("la connexion a échoué.")))

    assert first == findings.Broken(Part.ACCOUNT, "la connexion a échoué.", "contact")
    assert first.health is Health.FAILURE
    assert rest == found()[1:]


def test_a_refused_login_counts_and_after_some_nobody_logs_in_to_check() -> None:
    store, server = Store(), Server(error=LoginRefused("mot de passe refusé."))

    reasons = [found(store, server)[0] for _check in range(5)]

    assert server.logins == len(store.failed) == MOST_REFUSALS
    assert reasons[0] == findings.Broken(Part.ACCOUNT, "mot de passe refusé.", "contact")
    assert reasons[-1] == findings.Broken(Part.ACCOUNT, "pas maintenant", "contact")


def test_a_login_that_fails_otherwise_does_not_count() -> None:
    store = Store()
    found(store, Server(error=TransientError("occupé")))

    assert store.failed == []


def test_alerts_without_a_server_are_to_watch_and_with_one_that_fails_to_mend() -> None:
    def refuse() -> None:
        raise TransientError("le serveur d'envoi ne répond pas.")

    missing = found(greet=None)[2]
    broken = found(greet=refuse)[2]

    assert (missing, missing.health) == (alert_findings.SendingUnconfigured(), Health.WARNING)
    assert broken == findings.Broken(Part.SENDING, "le serveur d'envoi ne répond pas.")


def test_mails_that_should_have_left_are_told_with_the_store() -> None:
    late = WaitingMail(NOW - 2 * HOUR, None, 0, None)
    waits = advice.OutboxWaits(1, late.created_at, ())

    assert waits in found(outbox=Mails([late]))
    assert found(outbox=Mails()) == found()
    store = Store([run()])
    assert waits in list(recent({}, store, store, Mails([late]), NOW))


def test_no_reply_at_all_is_to_watch() -> None:
    assert found(Store(outbound=0))[1].health is Health.WARNING
    assert found(Store(outbound=1))[1].health is Health.OK


def test_what_was_set_aside_or_left_out_is_named_and_a_failed_run_is_not_what_was_left_out() -> None:
    store = Store(
        runs=[
            run(reason="dossier refusé"),
            run(outcome=RunOutcome.TRANSIENT, reason="coupé"),
            run("autre"),
        ],
        aside=[SetAside()],
    )

    assert found(store)[4:6] == [
        findings.MailSetAside("contact", "INBOX", 7, "no-header"),
        findings.CollectedInPart("contact", "dossier refusé"),
    ]
    assert len(found(store)) == len(found()) + 2


def test_only_a_gap_that_lasts_and_is_of_a_whole_account_is_told() -> None:
    lasting = Gap("contact", NOW - HOUR, None)
    gaps = (
        lasting,
        Gap("contact", NOW - 9 * HOUR, NOW - HOUR),
        Gap("contact", NOW - HOUR, None, partial=True),
    )

    assert found(gaps=gaps)[4] == findings.NotCollected(lasting)
    assert len(found(gaps=gaps)) == len(found()) + 1


@pytest.mark.parametrize(
    ("runs", "at", "is_recent"),
    [
        ([], None, False),
        ([run(outcome=RunOutcome.TRANSIENT)], None, False),
        (
            [run(at=NOW - HOUR - timedelta(seconds=299))],
            NOW - HOUR - timedelta(seconds=299),
            True,
        ),
        (
            [run(at=NOW - HOUR - timedelta(seconds=300))],
            NOW - HOUR - timedelta(seconds=300),
            False,
        ),
        ([run(), run(outcome=RunOutcome.PERMANENT, at=NOW)], NOW - HOUR, True),
    ],
)
def test_a_quick_look_asks_only_whether_each_account_was_read_within_the_hour_and_its_interval(
    runs: Sequence[RecordedRun], at: datetime | None, is_recent: bool
) -> None:
    store = Store(runs)
    [finding] = recent({"contact": timedelta(seconds=300)}, store, store, Mails(), NOW)

    assert finding == findings.LastCollected("contact", at, is_recent)
    assert (finding.health is Health.OK) is is_recent


@pytest.mark.parametrize("waits", [timedelta(minutes=1), HOUR])
def test_a_derivation_that_is_not_an_hour_late_is_not_told(waits: timedelta) -> None:
    assert found(Store(waiting=NOW - waits)) == found()


def test_a_derivation_that_is_late_is_to_mend_at_a_quick_look_too() -> None:
    since = NOW - HOUR - timedelta(seconds=1)
    store = Store([run()], waiting=since)

    late = findings.DerivationLate(since)
    assert found(store)[4] == late
    assert late.health is Health.FAILURE
    assert list(recent({"contact": HOUR}, store, store, Mails(), NOW))[1:] == [late]


@pytest.mark.parametrize(("ago", "is_said"), [(timedelta(minutes=4), True), (timedelta(minutes=5), False)])
def test_a_process_with_an_older_configuration_is_told_as_long_as_it_says_so(
    ago: timedelta, *, is_said: bool
) -> None:
    found = list(recent({}, Store(outdated=NOW - ago), Store(outdated=NOW - ago), Mails(), NOW))

    assert (findings.WorkerOutdated() in found) is is_said
