"""What is found through an index is what a look at everything finds; strangers decide how much there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.mail.base_subject import base_subject, is_reply_subject
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.instants import received
from mailsla.core.office.sides import Reading, Side, read
from mailsla.core.pairing.conversation import Evidence, Link, Threaded, thread
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.doubts import DoubtCode, doubts_of_conversations
from mailsla.core.pairing.new_question import Subjects, said
from mailsla.core.pairing.one_mail import ONE_DELIVERY, one_mails
from mailsla.core.pairing.open_at import ByReceipt, by_receipt, is_open
from mailsla.core.pairing.recipient_matching import LONGEST_DOUBT, match
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.request_life import requests_of, sent_at_latest
from mailsla.core.pairing.rules import ANSWERS, Part
from tests.core.mailboxes import WORDS, mailbox
from tests.factories import RULES

seeds = st.integers(0, 10**8)
subjects = st.lists(st.sampled_from([*WORDS, "b", "c", "d", "e"]), max_size=4).map(" ".join)


def read_all(mails: Sequence[Mail]) -> list[Reading]:
    return [read(one.mail, RULES.office) for one in one_mails(mails, RULES.office)]


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_the_requests_of_a_conversation_are_the_same_however_they_are_looked_up(first: int) -> None:
    for seed in range(first, first + 50):
        readings = read_all(mailbox(seed))
        links = thread(
            [Threaded(item.key, item.mail.header, (item.mail.header.message_id or "",)) for item in readings],
            RULES.office.outside,
        ).links

        one_by_one = requests_of("all", readings, links, RULES, few=10_000)

        assert requests_of("all", readings, links, RULES, few=0) == one_by_one, seed
        assert requests_of("all", readings, links, RULES, few=3) == one_by_one, seed


@given(st.lists(subjects, max_size=40), subjects)
def test_a_subject_is_new_when_no_earlier_one_contains_it_or_is_contained_in_it(
    earlier: list[str], subject: str
) -> None:
    exchange = Subjects()
    for item in earlier:
        exchange.add(item)

    asked, known = said(subject, ()), [said(item, ()) for item in earlier]

    assert exchange.is_new(subject) == (
        bool(asked) and not any(asked in other or other in asked for other in known)
    )


@given(seeds, st.integers(0, 10**6))
def test_what_was_open_at_an_instant_is_found_in_order(seed: int, seconds: int) -> None:
    requests = sorted(derive(mailbox(seed), RULES).requests, key=by_receipt)
    if not requests:
        return
    since = requests[0].received.at + timedelta(seconds=seconds // 7)
    at = requests[0].received.at + timedelta(seconds=seconds)
    stretch = ByReceipt(reversed(requests)).between(since, max(at, since))
    within = [item for item in requests if since <= item.received.at <= max(at, since)]

    assert list(stretch.open_at(at)) == [item for item in within if is_open(item, at)]
    assert stretch.keys_open(at) == tuple(item.key for item in within if is_open(item, at))
    names = {item.conversation for item in within}
    assert set(stretch.conversations) <= names
    assert len(stretch.conversations) == min(2, len(names))


@given(seeds)
def test_replies_that_leave_another_request_open_are_found(seed: int) -> None:
    found = derive(mailbox(seed), RULES)
    # As one conversation, whatever they were.
    requests = [request._replace(conversation="all") for request in found.requests]
    links = dict.fromkeys(found.readings, Link(Evidence.NONE))
    doubts = doubts_of_conversations(requests, found.readings, links)

    codes = {DoubtCode.ANSWERED_BESIDE, DoubtCode.NEW_SUBJECT_BEFORE_REPLY}

    assert [(item.mail, item.candidates) for item in doubts if item.code in codes] == [
        *_opened_beside(requests),
        *_answered_beside(requests),
    ]


def _share(one: Request, other: Request) -> bool:
    return not set(one.citizens).isdisjoint(other.citizens)


def _opened_beside(requests: Sequence[Request]) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (item.key, (item.key,))
        for number, item in enumerate(requests)
        if not item.follow_up
        and any(_share(item, other) and is_open(other, item.received.at) for other in requests[:number])
    ]


def _answered_beside(requests: Sequence[Request]) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for item in requests:
        for step in item.steps:
            at = step.moment.at
            left_open = tuple(
                other.key
                for other in requests
                if step.part in ANSWERS
                and other.received.at <= at
                and is_open(other, at)
                and step.key not in other.keys
                and _share(item, other)
            )
            if left_open:
                found.append((step.key, left_open))
    return found


@given(seeds)
def test_evidence_four_says_what_a_look_at_every_request_says(seed: int) -> None:
    found = derive(mailbox(seed), RULES)
    ours = [item for item in found.readings.values() if item.side is Side.OUTBOUND]
    # Acknowledgements answer nothing; which they are is another rule's matter.
    orphans = [item for item in ours if "attente" not in item.mail.header.subject]

    matches = match(orphans, ours, found.requests, RULES)

    judged = {item.key: _judged(item, found.requests) for item in orphans}
    about_others = {item.key: _about_others(item, found.requests) for item in ours}
    assert matches.answers == {key: one for key, (one, _several) in judged.items() if one}
    assert {(item.mail, item.candidates) for item in matches.doubts} == {
        *((key, several) for key, (_one, several) in judged.items() if several),
        *((key, beside) for key, beside in about_others.items() if beside),
    }


def _reached(mail: Reading, requests: Sequence[Request]) -> list[Request]:
    return [
        item
        for item in sorted(requests, key=by_receipt)
        if not set(mail.citizens).isdisjoint(item.citizens)
        and item.received.at <= sent_at_latest(mail)
        and mail.moment.at <= item.received.at + LONGEST_DOUBT
    ]


def _judged(mail: Reading, requests: Sequence[Request]) -> tuple[str | None, tuple[str, ...]]:
    at, subject = sent_at_latest(mail), mail.mail.header.subject
    reached = _reached(mail, requests)
    near = [item for item in reached if at <= item.received.at + RULES.pairing_window]
    same = [item for item in near if base_subject(item.subject) == base_subject(subject)]
    fitting = same if is_reply_subject(subject) else []
    if len({item.conversation for item in fitting}) == 1:
        fitting = [item for item in fitting if is_open(item, mail.moment.at)] or fitting[-1:]
    if len(fitting) == 1:
        return fitting[0].key, ()
    return None, tuple(item.key for item in fitting or near or reached if is_open(item, at))


def _about_others(mail: Reading, requests: Sequence[Request]) -> tuple[str, ...]:
    at = mail.moment.at
    own = [item for item in requests if any(step.key == mail.key for step in item.steps)]
    parts = {step.part for item in own for step in item.steps if step.key == mail.key}
    if Part.DOUBTFUL_REPLY in parts:
        return tuple(item.key for item in own if is_open(item, at))
    return tuple(
        item.key
        for item in _reached(mail, requests)
        if item.conversation not in {one.conversation for one in own}
        and is_open(item, at)
        and at <= item.received.at + RULES.pairing_window
        and base_subject(item.subject) == base_subject(mail.mail.header.subject)
    )


@given(seeds)
def test_mails_are_one_when_no_two_of_them_lay_together(seed: int) -> None:
    # All that says the same, without an id.
    mails = [
        mail._replace(header=mail.header._replace(message_id=None, subject="")) for mail in mailbox(seed)
    ]
    header = mails[0].header
    mails = [mail._replace(header=header) for mail in mails]
    found = {
        frozenset((one.mail.key, *(other.key for other in one.others)))
        for one in one_mails(mails, RULES.office)
    }

    assert found == {frozenset(mail.key for mail in group) for group in _one_by_one(mails)}


def _one_by_one(mails: Sequence[Mail]) -> list[list[Mail]]:
    groups: list[list[Mail]] = []
    for mail in sorted(mails, key=lambda mail: (received(mail).at, mail.key)):
        group = next((group for group in groups if all(_may_be_one(mail, other) for other in group)), None)
        if group is None:
            groups.append(group := [])
        group.append(mail)
    return groups


def _may_be_one(mail: Mail, other: Mail) -> bool:
    if received(mail).at - received(other).at <= ONE_DELIVERY:
        return True
    lay_together = any(
        one.mailbox == beside.mailbox
        and not (one.gone_at and beside.first_seen_at and one.gone_at <= beside.first_seen_at)
        and not (beside.gone_at and one.first_seen_at and beside.gone_at <= one.first_seen_at)
        and all(
            copy.present or (copy.gone_at and against.first_seen_at)
            for copy, against in ((one, beside), (beside, one))
        )
        for one in mail.copies
        for beside in other.copies
    )
    return mail.header.sent_at is not None and not lay_together
