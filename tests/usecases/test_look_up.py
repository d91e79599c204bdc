"""Looking up: which requests are behind a figure, and one of them by the beginning of its reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from mailsla.core.errors import UsageError
from mailsla.core.mail.identity import reference
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import DerivedMessage, derive
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Grounds, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.narrowed import Narrowed
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.selection import Selection, State
from mailsla.core.rate.standard import Standard, Variant
from mailsla.usecases.listing import Asked, Listing, Sample, sampled
from mailsla.usecases.look_up import message_named, request_named, shown
from tests.factories import PROMISE, RULES, clock, mail, paris, reply, working_calendar

NOW = paris("2026-11-13 09:00")
STANDARD = Standard(clock(), {"information": PROMISE})


def asked(name: str, at: str, answered: str | None = None) -> Request:
    request = mail(at, by=f"{name}@example.org")
    [derived] = derive([request] if answered is None else [request, reply(answered, request)], RULES).requests
    return derived._replace(key=name)


REQUESTS = (
    asked("met", "2026-10-01 10:00", "2026-10-02 10:00"),
    asked("missed", "2026-10-02 10:00", "2026-11-10 10:00"),
    asked("overdue", "2026-10-05 10:00"),
    asked("early", "2026-11-11 10:00", "2026-11-12 10:00"),
    asked("waiting", "2026-11-12 10:00"),
)
SEQUEL = asked("sequel", "2026-10-06 10:00")._replace(follow_up=True)
EXCLUDED = asked("excluded", "2026-10-07 10:00")._replace(excluded="doublon")
EVERYTHING = (*REQUESTS, SEQUEL, EXCLUDED)


@dataclass
class Store:
    """Holds requests."""

    held: Sequence[Request] = EVERYTHING
    doubtful: tuple[str, ...] = ("waiting",)
    made: list[Decision] = field(default_factory=list)

    def cases_of(self, wanted: Narrowed) -> Iterator[Case]:
        return (case for case in map(case_of, self.held) if is_wanted(case, wanted))

    def cases_with_grounds(self, wanted: Narrowed) -> Iterator[tuple[Case, Grounds]]:
        return ((case, grounds_of(case)) for case in self.cases_of(wanted))

    def doubts(self) -> Sequence[Doubt]:
        return [Doubt(f"reply to {key}", NOW, (key,), DoubtCode.TOO_LATE) for key in self.doubtful]

    def decided(self) -> frozenset[str]:
        return frozenset({"met"})

    def requests_named(self, prefix: str) -> Sequence[Request]:
        return [request for request in self.held if request.key.startswith(prefix)]

    def messages_named(self, prefix: str) -> Sequence[DerivedMessage]:
        return [derived(request) for request in self.requests_named(prefix)]

    def conversation(self, name: str) -> Sequence[DerivedMessage]:
        return [derived(request) for request in self.held if request.conversation == name]

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        return [item for item in self.made if target in {None, item.target}]


def derived(request: Request) -> DerivedMessage:
    return DerivedMessage(
        request.key, None, "", request.conversation, "", None, "", "", (), request.received.at, ""
    )


def grounds_of(case: Case) -> Grounds:
    return Grounds(f"<{case.key}@example.org>", (), Basis.SERVER, None, None, None)


def is_wanted(case: Case, wanted: Narrowed) -> bool:
    """Tell whether a store would read a request: every condition, as `Narrowed` says it."""
    received, answered = case.received_at, case.answered_at
    is_answered = answered is not None and answered <= wanted.now
    return (
        received <= wanted.now
        and (wanted.received_from is None or received >= wanted.received_from)
        and (wanted.received_before is None or received < wanted.received_before)
        and wanted.answered in {None, is_answered}
        and (wanted.answered_from is None or (answered is not None and answered >= wanted.answered_from))
        and (wanted.answered_before is None or (answered is not None and answered < wanted.answered_before))
        and wanted.service in {None, case.service}
        and not (wanted.unassigned and case.service is not None)
        and wanted.category in {None, case.category}
        and case.category not in wanted.other_than
        and wanted.follow_up in {None, case.follow_up}
        and wanted.excluded in {None, case.excluded is not None}
        and wanted.reason in {None, case.excluded}
        and (wanted.keys is None or case.key in wanted.keys)
        and (case.sealed or not wanted.sealed)
    )


def listed(
    store: Store, selection: Selection, standard: Standard = STANDARD, *, count_follow_ups: bool = False
) -> Listing:
    return Listing(store, store, Asked(selection, standard, NOW, count_follow_ups=count_follow_ups))


def names(selection: Selection, store: Store | None = None) -> str:
    return " ".join(item.case.key for item in listed(store or Store(), selection))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, "met missed overdue early waiting excluded"),
        (State.MET, "met"),
        (State.MISSED, "missed overdue"),
        (State.FALLEN_DUE, "met missed overdue"),
        (State.NOT_DUE, "early waiting"),
        (State.NOT_DUE_ANSWERED, "early"),
        (State.NOT_DUE_WAITING, "waiting"),
        (State.DUE_SOON, ""),
        (State.OVERDUE, "overdue sequel"),
        (State.ANSWERED, "met missed early"),
        (State.UNANSWERED, "overdue waiting sequel"),
        (State.HANDLED, "met missed early"),
        (State.HANDLED_IN_TIME, "met early"),
        (State.ACKNOWLEDGED, ""),
        (State.REMINDED, ""),
        (State.CLOSURE_CHANGED, ""),
        (State.FOLLOW_UP, "sequel"),
        (State.TO_CHECK, "waiting"),
        (State.UNSEEN_REPLY, ""),
        (State.DISPUTED, ""),
        (State.EXCLUDED, "excluded"),
        (State.SEALED, ""),
        (State.LEFT_OUT, ""),
        (State.ANSWERED_BY_DECISION, ""),
        (State.ANSWERED_BY_FILING, ""),
    ],
)
def test_each_state_lists_its_own(state: State | None, expected: str) -> None:
    assert names(Selection(state)) == expected


def test_every_state_is_tried_above() -> None:
    assert len(State) == 24


def test_those_handled_are_of_the_period_in_which_they_were_answered() -> None:
    def of(state: State, period: str) -> str:
        return names(Selection(state, parse_period(period)))

    assert of(State.HANDLED, "2026-10-02") == of(State.HANDLED_IN_TIME, "2026-10-02") == "met"
    assert of(State.HANDLED, "2026-11-10..2026-11-12") == "missed early"
    assert of(State.HANDLED_IN_TIME, "2026-11-10..2026-11-12") == "early"
    assert of(State.HANDLED, "2026-10-14") == ""  # the day on which `met` is due


def test_a_request_is_acknowledged_once_it_was_and_reminded_when_its_citizen_wrote_again() -> None:
    asked_at = REQUESTS[-1].received.at
    soon = REQUESTS[-1]._replace(key="acknowledged", acknowledged=Moment(NOW, Basis.SERVER))
    later = soon._replace(key="later", acknowledged=Moment(NOW + timedelta(seconds=1), Basis.SERVER))
    steps = [Step("m", part, Moment(asked_at, Basis.SERVER)) for part in (Part.REQUEST, Part.REMINDER)]
    again = REQUESTS[-1]._replace(key="again", steps=tuple(steps))
    store = Store((soon, later, again))

    assert names(Selection(State.ACKNOWLEDGED), store) == "acknowledged"
    assert names(Selection(State.REMINDED), store) == "again"


def test_those_due_soon_wait_and_have_three_working_days_left_at_most() -> None:
    # Today is a Friday: three working days are left until Wednesday 18 November.
    three, four = asked("three", "2026-11-04 10:00"), asked("four", "2026-11-05 10:00")
    answered = asked("answered", "2026-11-04 10:00", "2026-11-05 10:00")
    store = Store((three, four, answered, three._replace(key="sequel", follow_up=True)))

    assert names(Selection(State.DUE_SOON), store) == "three sequel"
    assert names(Selection(State.DUE_SOON, counted=True), store) == "three"


def test_those_of_no_service_the_follow_ups_and_one_reason_are_listed_alone() -> None:
    assigned = (Assignment("Permis", NOW, ServiceBasis.MAILBOX),)
    whose = REQUESTS[0]._replace(key="whose", assignments=assigned)
    other = EXCLUDED._replace(key="other", excluded="hors sujet")
    store = Store((whose, *EVERYTHING, other))

    assert "whose" not in names(Selection(unassigned=True), store)
    assert names(Selection(State.MET, unassigned=True), store) == "met"
    assert names(Selection(State.MET, service="Permis"), store) == "whose"
    assert names(Selection(State.MISSED, follow_ups=True), store) == "sequel"
    assert names(Selection(State.EXCLUDED, reason="doublon"), store) == "excluded"
    assert names(Selection(State.EXCLUDED, counted=True), store) == "excluded other"
    assert names(Selection(counted=True, reason="doublon"), store) == ""


def test_a_variant_lists_the_requests_under_the_other_rule_with_their_due_dates() -> None:
    tenth = asked("tenth", "2026-10-01 10:00", "2026-10-15 10:00")
    store = Store((tenth,))
    closed = Standard(clock(working_calendar(closures=["2026-10-05"])), STANDARD.commitments)
    fifteenth = parse_period("2026-10-15")

    def of(selection: Selection, standard: Standard = STANDARD) -> str:
        return " ".join(item.case.key for item in listed(store, selection, standard))

    assert (of(Selection(State.MISSED)), of(Selection(State.MET))) == ("tenth", "")
    other = Variant.OTHER_COMPARISON
    assert of(Selection(State.MET, fifteenth, variant=other)) == "tenth"
    assert of(Selection(State.MET, fifteenth)) == ""
    assert (
        of(Selection(State.MET, fifteenth), closed) == of(Selection(State.CLOSURE_CHANGED), closed) == "tenth"
    )
    assert of(Selection(State.MISSED, variant=Variant.WITHOUT_CLOSURES), closed) == "tenth"
    assert of(Selection(State.CLOSURE_CHANGED)) == ""


def test_what_is_disputed_or_proven_and_not_seen_is_listed_by_the_reason() -> None:
    class Doubtful(Store):
        def doubts(self) -> Sequence[Doubt]:
            later = NOW + timedelta(seconds=1)
            return [
                Doubt("unseen", NOW, ("overdue", "met"), DoubtCode.UNSEEN_REPLY),
                Doubt("to come", later, ("waiting",), DoubtCode.UNSEEN_REPLY),
            ]

    moved = asked("moved", "2026-10-01 10:00", "2026-10-02 10:00")
    assert moved.answered is not None
    moved = moved._replace(answered=moved.answered._replace(disputed=NOW))
    store = Doubtful((*REQUESTS, moved, EXCLUDED))

    assert names(Selection(State.UNSEEN_REPLY), store) == "overdue"
    assert names(Selection(State.DISPUTED), store) == "moved"
    assert names(Selection(State.TO_CHECK), store) == "met overdue moved"


def test_a_doubt_about_what_a_person_left_out_is_still_to_check() -> None:
    assert names(Selection(State.TO_CHECK), Store(doubtful=("excluded",))) == "excluded"
    assert names(Selection(State.TO_CHECK, counted=True), Store(doubtful=("excluded",))) == ""


def test_answers_that_no_mail_gave_are_listed_by_who_gave_them() -> None:
    def otherwise(name: str, basis: Basis, answered: str = "2026-10-05 10:00") -> Request:
        return asked(name, "2026-10-01 10:00")._replace(answered=Moment(paris(answered), basis))

    store = Store(
        (
            *EVERYTHING,
            otherwise("phone", Basis.DECISION),
            otherwise("filed", Basis.FILED),
            otherwise("filed later", Basis.FILED, "2026-11-13 09:01"),
            otherwise("sequel filed", Basis.FILED)._replace(follow_up=True),
            otherwise("excluded, filed", Basis.FILED)._replace(excluded="doublon"),
        )
    )

    assert names(Selection(State.ANSWERED_BY_DECISION), store) == "phone"
    assert names(Selection(State.ANSWERED_BY_FILING), store) == "filed"


def test_a_period_may_be_that_of_the_local_date_of_receipt() -> None:
    late = asked("late", "2026-10-01 00:30")
    store = Store((late, *REQUESTS))

    october = parse_period("2026-10-01..2026-10-02")
    assert names(Selection(period=october, by=Belonging.RECEIVED), store) == "late met missed"
    assert names(Selection(period=parse_period("2026-09"), by=Belonging.RECEIVED), store) == ""


def test_unless_told_a_period_is_that_of_the_due_date() -> None:
    assert names(Selection(period=parse_period("2026-10-14"))) == "met"
    assert names(Selection(period=parse_period("2026-11"))) == "early waiting"


def test_the_list_behind_a_rate_is_what_counts_in_it() -> None:
    complaint = asked("complaint", "2026-10-01 11:00")._replace(category="complaint")
    standard = Standard(
        clock(), {"information": PROMISE, "complaint": replace(PROMISE, category="complaint")}
    )
    store = Store((*EVERYTHING, complaint))

    def of(selection: Selection, *, count_follow_ups: bool = False) -> str:
        found = listed(store, selection, standard, count_follow_ups=count_follow_ups)
        return " ".join(item.case.key for item in found)

    assert of(Selection(counted=True)) == "met missed overdue early waiting"
    assert of(Selection(State.MISSED, counted=True)) == "missed overdue"
    assert of(Selection(State.MISSED, counted=True), count_follow_ups=True) == "missed overdue sequel"
    assert of(Selection(counted=True), count_follow_ups=True) == "met missed overdue early waiting sequel"
    assert (
        of(Selection(category="complaint"))
        == of(Selection(category="complaint", counted=True))
        == "complaint"
    )
    assert of(Selection(category="information", state=State.MET)) == "met"


def test_a_service_lists_what_it_has() -> None:
    [request] = derive([mail("2026-11-02 10:00", to="permis@pref.example.fr")], RULES).requests
    store = Store((*REQUESTS, request))

    assert names(Selection(service="Permis"), store) == request.key
    assert names(Selection(service="Étrangers"), store) == ""


def test_only_what_is_listed_has_its_possible_replies_beside_it() -> None:
    store = Store(doubtful=("waiting", "met"))

    found = listed(store, Selection(State.MET))

    assert [item.case.key for item in found] == ["met"]
    assert [doubt.mail for doubt in found.doubts()] == ["reply to met"]
    assert found.decided == {"met"}


def test_a_mail_to_look_at_that_counts_for_no_request_is_listed_with_those_to_check() -> None:
    class InJunk(Store):
        def doubts(self) -> Sequence[Doubt]:
            return [Doubt("form", paris("2026-11-01 00:30"), (), DoubtCode.FORM_IN_JUNK)]

    store = InJunk()

    def of(selection: Selection) -> list[str]:
        found = listed(store, selection)
        list(found)
        return [doubt.mail for doubt in found.doubts()]

    assert of(Selection(State.TO_CHECK)) == of(Selection(State.TO_CHECK, parse_period("2026-11"))) == ["form"]
    assert of(Selection(State.TO_CHECK, parse_period("2026-10"))) == []
    assert of(Selection(State.TO_CHECK, service="Permis")) == of(Selection(State.UNANSWERED)) == []


def test_a_reference_is_found_by_its_beginning_however_it_is_written() -> None:
    assert request_named(Store(), " WAIT ").key == "waiting"
    assert message_named(Store(), "overd").key == "overdue"


@pytest.mark.parametrize("key", ["255831e5", "12345678", "00000000", "0e123456", "deadbeef"])
def test_a_reference_is_no_number_and_is_taken_with_its_letter_or_without(key: str) -> None:
    store = Store((REQUESTS[0]._replace(key=key + "f" * 24), *REQUESTS[1:]))
    printed = reference(key + "f" * 24)

    assert printed == f"m{key}"
    for written in (printed, printed.upper(), f" m-{key} ", key, key.upper(), printed[:5], key + "f" * 24):
        assert request_named(store, written).key == message_named(store, written).key == key + "f" * 24
    with pytest.raises(UsageError, match="au moins les 4 premiers"):
        request_named(store, printed[:4])


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("wai", "au moins les 4 premiers"),
        ("nothing", "Aucune demande"),
        ("excl\x1b[2J" + "x" * 500, "Aucune demande"),
    ],
)
def test_a_reference_too_short_or_unknown_is_refused_in_one_plain_line(written: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence) as refused:
        request_named(Store(), written)

    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 150
    with pytest.raises(UsageError, match="Aucun courriel unique"):
        message_named(Store(), written)


def test_a_request_that_is_still_to_come_has_no_verdict_and_says_so() -> None:
    later = asked("later", "2030-01-07 10:00")
    store = Store((later,))

    with pytest.raises(UsageError, match="La demande mlater est reçue après l'instant présent"):
        shown(store, store, request_named(store, "later"), STANDARD, NOW)


def test_a_reference_that_several_begin_with_is_refused() -> None:
    store = Store((REQUESTS[0]._replace(key="same1"), REQUESTS[1]._replace(key="same2")))

    with pytest.raises(UsageError, match="Plusieurs demandes commencent par same"):
        request_named(store, "same")
    with pytest.raises(UsageError, match="Aucun courriel unique"):
        message_named(store, "same")


def test_a_request_is_shown_with_its_days_its_messages_and_what_was_decided() -> None:
    about, other = (Decision(1, key, Action.EXCLUDE, "", "", NOW) for key in ("missed", "met"))

    store = Store(made=[about, other])

    found = shown(store, store, request_named(store, "m-missed"), STANDARD, NOW)

    assert (found.request.key, found.commitment) == ("missed", PROMISE)
    assert [message.key for message in found.messages] == ["missed"]
    assert found.decisions == (about,)
    assert found.counted[-1].on == paris("2026-11-10 10:00").date()


def test_the_days_of_an_unanswered_request_run_to_now() -> None:
    found = shown(Store(), Store(), request_named(Store(), "overdue"), STANDARD, NOW + timedelta(days=3))

    assert found.counted[-1].on == (NOW + timedelta(days=3)).date()


@pytest.mark.parametrize("sample", [None, Sample(5), Sample(9)])
def test_no_sample_is_everything(sample: Sample | None) -> None:
    assert sampled("abcde", sample) == tuple("abcde")


def test_a_sample_is_drawn_in_order_and_again_from_its_seed() -> None:
    drawn = sampled(range(1_000), Sample(20, 7))

    assert len(set(drawn)) == 20
    assert list(drawn) == sorted(drawn)
    assert drawn == sampled(range(1_000), Sample(20, 7)) != sampled(range(1_000), Sample(20, 8))
