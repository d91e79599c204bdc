"""Looking up: which requests are behind a figure, and one of them by the beginning of its reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from mailsla.core.errors import UsageError
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import DerivedMessage, derive
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.standard import Standard
from mailsla.usecases.look_up import (
    Sample,
    listed,
    message_named,
    request_named,
    sampled,
    shown,
)
from mailsla.usecases.selection import Selection, State
from tests.factories import PROMISE, RULES, clock, mail, paris, reply

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

    def cases(self) -> Sequence[Case]:
        return [case_of(request) for request in self.held]

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


def names(selection: Selection, store: Store | None = None) -> str:
    store = store or Store()
    found = listed(store, store, selection, STANDARD, NOW)
    return " ".join(item.case.key for item in found.items)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, "met missed overdue early waiting excluded"),
        (State.MET, "met"),
        (State.MISSED, "missed overdue"),
        (State.NOT_DUE, "early waiting"),
        (State.NOT_DUE_ANSWERED, "early"),
        (State.NOT_DUE_WAITING, "waiting"),
        (State.OVERDUE, "overdue sequel"),
        (State.ANSWERED, "met missed early"),
        (State.UNANSWERED, "overdue waiting sequel"),
        (State.FOLLOW_UP, "sequel"),
        (State.TO_CHECK, "waiting"),
        (State.EXCLUDED, "excluded"),
        (State.LEFT_OUT, ""),
        (State.ANSWERED_BY_DECISION, ""),
        (State.ANSWERED_BY_FILING, ""),
    ],
)
def test_each_state_lists_its_own(state: State | None, expected: str) -> None:
    assert names(Selection(state)) == expected


def test_every_state_is_tried_above() -> None:
    assert len(State) == 14


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
        found = listed(store, store, selection, standard, NOW, count_follow_ups=count_follow_ups)
        return " ".join(item.case.key for item in found.items)

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

    found = listed(store, store, Selection(State.MET), STANDARD, NOW)

    assert [doubt.mail for doubt in found.doubts] == ["reply to met"]
    assert found.decided == {"met"}


def test_a_mail_to_look_at_that_counts_for_no_request_is_listed_with_those_to_check() -> None:
    class InJunk(Store):
        def doubts(self) -> Sequence[Doubt]:
            return [Doubt("form", paris("2026-11-01 00:30"), (), DoubtCode.FORM_IN_JUNK)]

    store = InJunk()

    def of(selection: Selection) -> list[str]:
        return [doubt.mail for doubt in listed(store, store, selection, STANDARD, NOW).doubts]

    assert of(Selection(State.TO_CHECK)) == of(Selection(State.TO_CHECK, parse_period("2026-11"))) == ["form"]
    assert of(Selection(State.TO_CHECK, parse_period("2026-10"))) == []
    assert of(Selection(State.TO_CHECK, service="Permis")) == of(Selection(State.UNANSWERED)) == []


def test_a_reference_is_found_by_its_beginning_however_it_is_written() -> None:
    assert request_named(Store(), " WAIT ").key == "waiting"
    assert message_named(Store(), "overd").key == "overdue"


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

    with pytest.raises(UsageError, match="La demande later est reçue après l'instant présent"):
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

    found = shown(store, store, request_named(store, "missed"), STANDARD, NOW)

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
