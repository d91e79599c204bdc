"""What may be decided: the same checks for whoever asks, on values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

import pytest

from mailsla.core.errors import UsageError
from mailsla.core.office.sides import Side
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import DerivedMessage, derive
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.presentation import terms
from mailsla.usecases.decide import (
    LONGEST_SILENCE,
    Answered,
    Assign,
    Choices,
    Exclude,
    OfMail,
    Recategorise,
    RemindOn,
    Signature,
    Wanted,
    decide,
    decide_mail,
    undo,
)
from tests.factories import PARIS, RULES, mail, paris

[REQUEST] = derive([mail("2026-11-02 10:00")], RULES).requests
NOW = paris("2026-11-13 09:00")
SIGNED = Signature("téléphone, voir la fiche", "a.martin", NOW)
CHOICES = Choices(("Étrangers", "Permis"), ("information",), PARIS)
REPLY = DerivedMessage(
    key="reply",
    message_id=None,
    subject="",
    conversation=REQUEST.conversation,
    evidence="none",
    tied_to=None,
    side=Side.OUTBOUND.value,
    kind="person",
    reason=(),
    at=NOW,
    basis="received",
)


@dataclass
class Store:
    """Keeps decisions, and knows of possible replies."""

    added: list[Decision] = field(default_factory=list)
    doubtful: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()

    def is_about_sealed(self, decision: Decision) -> bool:
        return decision.target in self.sealed

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        return [item for item in self.added if target in {None, item.target}]

    def add(self, decision: Decision) -> int:
        self.added.append(replace(decision, number=len(self.added) + 1))
        return len(self.added)

    def doubts(self) -> Sequence[Doubt]:
        return [Doubt(key, NOW, (REQUEST.key,), DoubtCode.TOO_LATE) for key in self.doubtful]


@pytest.fixture
def store() -> Store:
    return Store()


def decided(store: Store, wanted: Wanted, request: Request = REQUEST, signed: Signature = SIGNED) -> Decision:
    number = decide(store, store.doubts, request, wanted, signed, CHOICES)
    assert number == len(store.added)
    return store.added[-1]


@pytest.mark.parametrize(
    ("wanted", "action", "text"),
    [
        (Exclude(), Action.EXCLUDE, ""),
        (Assign("Permis"), Action.ASSIGN, "Permis"),
        (Recategorise("information"), Action.CATEGORY, "information"),
        (Answered(paris("2026-11-05 10:00"), "guichet"), Action.ANSWERED, "guichet"),
    ],
)
def test_a_decision_about_a_request_names_it_and_says_who_why_and_when(
    store: Store, wanted: Wanted, action: Action, text: str
) -> None:
    made = decided(store, wanted)

    assert (made.target, made.action, made.text, made.other) == (REQUEST.key, action, text, None)
    assert Signature(made.reason, made.decided_by, made.decided_at) == SIGNED


def test_alerts_are_kept_back_until_the_beginning_of_a_day_to_come(store: Store) -> None:
    made = decided(store, RemindOn(date(2026, 11, 16)))

    assert (made.target, made.action, made.at) == (REQUEST.key, Action.REMIND, paris("2026-11-16 00:00"))
    assert terms.decision(made, PARIS) == "alertes suspendues jusqu'au 16/11/2026"
    assert decided(store, RemindOn(date(2026, 11, 17))).at == paris("2026-11-17 00:00")
    with pytest.raises(UsageError, match="à venir"):
        decided(store, RemindOn(NOW.date()))
    decided(store, RemindOn(NOW.date() + LONGEST_SILENCE))
    with pytest.raises(UsageError, match="dans 31 jours au plus"):
        decided(store, RemindOn(NOW.date() + LONGEST_SILENCE + timedelta(days=1)))
    settled = (REQUEST._replace(answered=REQUEST.received), REQUEST._replace(excluded="doublon"))
    for request in settled:
        with pytest.raises(UsageError, match="n'attend plus"):
            decided(store, RemindOn(date(2026, 11, 16)), request)


@pytest.mark.parametrize("wanted", [Assign("Cartes grises"), Recategorise("plainte")])
def test_a_name_that_the_configuration_does_not_have_is_refused(store: Store, wanted: Wanted) -> None:
    with pytest.raises(UsageError, match="n'est pas dans la configuration"):
        decided(store, wanted)

    assert store.added == []


def test_a_strange_name_is_refused_in_one_plain_line(store: Store) -> None:
    with pytest.raises(UsageError) as refused:
        decided(store, Assign("\x1b[2J\n" + "x" * 500))

    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-11-05 10:00", "2026-11-05 10:00"),
        # A date alone is the end of that day: today's has not come, and the request's own is after it.
        ("2026-11-13 23:59", "2026-11-13 09:00"),
        ("2026-11-02 00:00", "2026-11-02 10:00"),
    ],
)
def test_an_answer_counts_between_its_request_and_now(store: Store, said: str, kept: str) -> None:
    assert decided(store, Answered(paris(said), "")).at == paris(kept)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("2026-11-01 23:59", "précède la demande"),
        ("2026-11-14 00:00", "dans l'avenir"),
    ],
)
def test_an_answer_of_a_day_before_its_request_or_to_come_is_refused(
    store: Store, said: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        decided(store, Answered(paris(said), ""))

    assert store.added == []


def test_the_days_of_an_answer_are_those_of_the_site(store: Store) -> None:
    # 00:30 in Paris, still the day before in UTC.
    [request] = derive([mail("2026-11-02 00:30")], RULES).requests

    assert decided(store, Answered(paris("2026-11-02 00:00"), ""), request).at == paris("2026-11-02 00:30")


def test_a_reply_of_the_office_is_joined_to_a_request(store: Store) -> None:
    made = decided(store, OfMail(Action.JOIN, REPLY))

    assert (made.target, made.action, made.other) == ("reply", Action.JOIN, REQUEST.key)


def test_a_possible_reply_is_dismissed_and_a_mail_of_the_conversation_split(store: Store) -> None:
    store.doubtful = ("reply",)

    dismissed = decided(store, OfMail(Action.DISMISS, REPLY))
    split = decided(store, OfMail(Action.SPLIT, REPLY))

    assert [(made.target, made.other) for made in (dismissed, split)] == [("reply", None)] * 2


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (
            OfMail(Action.JOIN, replace(REPLY, key="other", side=Side.ASIDE.value)),
            "ni d'un usager ni une réponse",
        ),
        (OfMail(Action.DISMISS, replace(REPLY, key="other")), "pas à vérifier"),
        (
            OfMail(Action.JOIN, replace(REPLY, key=REQUEST.key, side=Side.CITIZEN.value)),
            "ouvre cette demande",
        ),
        (OfMail(Action.SPLIT, replace(REPLY, conversation="other")), "pas de l'échange"),
    ],
)
def test_a_decision_about_a_mail_that_could_change_nothing_is_refused(
    store: Store, wanted: Wanted, sentence: str
) -> None:
    store.doubtful = ("reply",)

    with pytest.raises(UsageError, match=sentence):
        decided(store, wanted)

    assert store.added == []


@pytest.mark.parametrize("reason", ["", " \t"])
def test_no_decision_goes_without_a_reason(store: Store, reason: str) -> None:
    with pytest.raises(UsageError, match="raison"):
        decided(store, Exclude(), signed=replace(SIGNED, reason=reason))


def test_what_is_decided_already_is_refused_and_another_service_is_not(store: Store) -> None:
    decided(store, Assign("Permis"))

    with pytest.raises(UsageError, match=r"déjà décidé \(décision n° 1\)"):
        decided(store, Assign("Permis"))
    assert decided(store, Assign("Étrangers")).text == "Étrangers"


def test_a_decision_taken_back_can_be_taken_again_and_only_one_in_force_is_taken_back(store: Store) -> None:
    decided(store, Exclude())

    undone = undo(store, REQUEST.keys, 1, SIGNED)

    assert (undone.number, store.added[-1].action, store.added[-1].undone) == (1, Action.UNDO, 1)
    with pytest.raises(UsageError, match="Aucune décision n° 1"):
        undo(store, REQUEST.keys, 1, SIGNED)
    assert decided(store, Exclude()).action is Action.EXCLUDE


def test_a_decision_about_another_request_is_not_taken_back(store: Store) -> None:
    decided(store, Exclude())

    with pytest.raises(UsageError, match=f"La décision n° 1 concerne m{REQUEST.key[:8]}, et non mbbbbbbbb"):
        undo(store, ("b" * 12,), 1, SIGNED)
    assert undo(store, REQUEST.keys, 1, SIGNED).number == 1


def test_an_instant_of_another_zone_is_held_against_the_sites_days(store: Store) -> None:
    at: datetime = paris("2026-11-13 23:59")

    with pytest.raises(UsageError, match="avenir"):
        decided(store, Answered(at + timedelta(minutes=1), ""))


ASIDE = replace(REPLY, side=Side.ASIDE.value)
ASKED = replace(REPLY, side=Side.CITIZEN.value)


def test_a_mail_is_counted_and_left_out_again_and_nothing_is_decided_twice(store: Store) -> None:
    assert decide_mail(store, store.doubts, ASIDE, Action.COUNT, SIGNED) == 1
    with pytest.raises(UsageError, match=r"déjà décidé \(décision n° 1\)"):
        decide_mail(store, store.doubts, ASIDE, Action.COUNT, SIGNED)
    assert decide_mail(store, store.doubts, ASKED, Action.LEAVE_OUT, SIGNED) == 2
    assert decide_mail(store, store.doubts, ASIDE, Action.COUNT, SIGNED) == 3
    assert {made.target for made in store.added} == {REPLY.key}


@pytest.mark.parametrize(
    ("message", "action", "sentence"),
    [
        (ASIDE, Action.LEAVE_OUT, "pas celui d'un usager"),
        (ASKED, Action.COUNT, "compte déjà"),
        (REPLY, Action.COUNT, "écrit par la préfecture"),
    ],
)
def test_a_mail_that_is_so_already_is_refused(
    store: Store, message: DerivedMessage, action: Literal[Action.COUNT, Action.LEAVE_OUT], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        decide_mail(store, store.doubts, message, action, SIGNED)


def test_a_mail_to_look_at_may_be_tied_or_left_out_whatever_it_was_taken_for(store: Store) -> None:
    store.doubtful = (REPLY.key,)

    assert decided(store, OfMail(Action.JOIN, ASIDE)).other == REQUEST.key
    assert decide_mail(store, store.doubts, ASIDE, Action.LEAVE_OUT, SIGNED) == 2
    assert store.added[-1].target == REPLY.key
