"""Headers in pieces: covered no sooner than read, none lost, one thing at a time on the connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailsla.core.collection.on_server import Answered, BodyStart, Fetched
from mailsla.core.collection.to_store import Batch, NewMessage, SetAside
from mailsla.core.errors import FetchCut, MailboxError, OversizedMessage, TransientError
from mailsla.core.office.body_evidence import READ_BYTES
from mailsla.core.office.forms import AddressSource, Form
from mailsla.usecases.fetching import read_batches
from mailsla.usecases.terms import Limits, Map, Terms
from tests.factories import OFFICE

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
UNDER_WAY = 2
LETTER = b"Message-ID: <m%d.%05d@example.org>\r\nFrom: usager%d@example.org\r\nSubject: Demande\r\n\r\n"
DAEMON = (
    b"Message-ID: <m%d.%05d@example.org>\r\nFrom: MAILER-DAEMON@relais%d.example.net\r\nSubject: ?\r\n\r\n"
)
MEETING = (
    b"Message-ID: <m%d.%05d@example.org>\r\nFrom: usager%d@example.org\r\nSubject: Invitation : permis\r\n"
    b"Content-Type: multipart/alternative; boundary=x\r\n\r\n"
)


class Mailbox:
    """A connection to a mailbox of given UIDs, which refuses to do two things at once.

    Args:
        daemons: UIDs of mails that only their body tells.
        breaks_at: The UID at which the connection breaks, once.
        oversized: The UID whose header announces too much.
        refused: UIDs for which a FETCH is refused, after what else it asks for.
        bodiless: UIDs whose bodies, and parts, are refused.
        meetings: UIDs of mails that may be invitations; the odd ones are.
        shy: UIDs that are left out the first time.

    Attributes:
        asked: How many FETCH commands were given.
        most_under_way: How many of them at once, at most.
    """

    def __init__(
        self,
        uids: Iterable[int],
        *,
        daemons: Iterable[int] = (),
        breaks_at: int = 0,
        oversized: int = 0,
        refused: Iterable[int] = (),
        bodiless: Iterable[int] = (),
        meetings: Iterable[int] = (),
        shy: Iterable[int] = (),
    ) -> None:
        self.uids, self.daemons = sorted(uids), set(daemons)
        self.breaks_at, self.oversized = breaks_at, oversized
        self.refused, self.bodiless = set(refused), set(bodiless)
        self.meetings, self.shy = set(meetings), set(shy)
        self.busy = False
        self.asked = self.most_under_way = 0

    def fetch(self, slices: Iterable[Sequence[int]]) -> Iterator[Fetched | Answered]:
        assert not self.busy
        self.busy = True
        remaining, under_way = iter(slices), deque[Sequence[int]]()
        while True:
            for uids in islice(remaining, UNDER_WAY - len(under_way)):
                under_way.append(uids)
                self.asked += 1
            if not under_way:
                break
            self.most_under_way = max(self.most_under_way, len(under_way))
            uids = under_way.popleft()
            yield from self._answers(uids)
            yield Answered(bool(self.refused.intersection(uids)))
        self.busy = False

    def _answers(self, uids: Sequence[int]) -> Iterator[Fetched]:
        for uid in self.uids:
            if uid not in uids or uid in self.refused:
                continue
            if uid in self.shy:
                self.shy.remove(uid)
                continue
            if uid == self.breaks_at:
                raise TransientError("cut")
            if uid == self.oversized:
                raise OversizedMessage(uid)
            written = DAEMON if uid in self.daemons else MEETING if uid in self.meetings else LETTER
            yield Fetched(uid, AT, written % (uid, uid, uid))

    def body_starts(self, uids: Sequence[int], most: int) -> Sequence[BodyStart]:
        assert not self.busy
        assert most == READ_BYTES
        if self.bodiless.intersection(uids):
            raise MailboxError
        return [BodyStart(uid, b"", b"could not be delivered") for uid in uids]

    def invitations(self, uids: Sequence[int]) -> Collection[int]:
        assert not self.busy
        assert self.meetings.issuperset(uids)
        if self.bodiless.intersection(uids):
            raise MailboxError
        return {uid for uid in uids if uid % 2}


def ahead(function: Callable[[object], object], items: Iterable[object]) -> Iterator[object]:
    """Map, two items ahead of what is yielded, as a second process makes it."""
    waiting: list[object] = []
    try:
        for item in items:
            waiting.append(function(item))
            if len(waiting) > 2:
                yield waiting.pop(0)
    finally:
        yield from waiting


def terms(spread: Map, limits: Limits = Limits()) -> Terms:  # noqa: B008 (frozen)
    return Terms("contact", now=lambda: AT, office=OFFICE, spread=spread, limits=limits)


def read_of(batch: Batch) -> list[NewMessage]:
    """Return the messages of a batch that no store has prepared."""
    return [message for message in batch.messages if isinstance(message, NewMessage)]


def read(mailbox: Mailbox, uids: Iterable[int], spread: Map) -> list[Batch]:
    return list(read_batches(mailbox, [list(uids)], 7, terms(spread)))


def sliced(uids: Sequence[int], stretch: int, most: int) -> Iterator[Sequence[int]]:
    """Yield UIDs as they are asked for: no command goes over the end of a stretch."""
    for begin in range(0, len(uids), stretch):
        part = uids[begin : begin + stretch]
        yield from (part[first : first + most] for first in range(0, len(part), most))


SPREADS: list[Map] = [map, ahead]


@pytest.mark.parametrize("spread", SPREADS)
@given(
    uids=st.sets(st.integers(1, 300), min_size=1, max_size=60),
    vanished=st.sets(st.integers(1, 300), max_size=10),
    daemons=st.sets(st.integers(1, 300), max_size=10),
    meetings=st.sets(st.integers(1, 300), max_size=10),
    shy=st.sets(st.integers(1, 300), max_size=10),
    refused=st.sets(st.integers(1, 300), max_size=3),
    stretch=st.sampled_from([5, 25, 300]),
    ahead_of_answers=st.booleans(),
    piece_bytes=st.sampled_from([1, 300, 10_000]),
    piece_messages=st.sampled_from([1, 5, 10, 500]),
    stored=st.sampled_from([1, 20, 500]),
)
def test_each_message_comes_once_and_is_covered_no_sooner(
    spread: Map,
    uids: set[int],
    vanished: set[int],
    daemons: set[int],
    meetings: set[int],
    shy: set[int],
    refused: set[int],
    stretch: int,
    ahead_of_answers: bool,
    piece_bytes: int,
    piece_messages: int,
    stored: int,
) -> None:
    limits = Limits(
        slice=10,
        ahead=ahead_of_answers,
        piece_bytes=piece_bytes,
        piece_messages=piece_messages,
        stored=stored,
    )
    # A server that refuses a whole slice is not believed.
    assume(not any(set(part) <= refused for part in sliced(sorted(uids), stretch, limits.slice)))
    mailbox = Mailbox(uids - vanished, daemons=daemons, meetings=meetings, shy=shy, refused=refused)
    stretches = [sorted(uids)[first : first + stretch] for first in range(0, len(uids), stretch)]

    batches = list(read_batches(mailbox, stretches, 7, terms(spread, limits)))

    there = uids - vanished - refused
    seen: list[int] = []
    aside: set[int] = set()
    for batch in batches:
        seen += [message.uid for message in batch.messages]
        aside.update(item.uid for item in batch.set_aside)
        assert {uid for uid in there if uid <= batch.last_uid} <= set(seen)
        assert {uid for uid in refused & uids if uid <= batch.last_uid} <= aside
    assert sorted(seen) == sorted(there)
    assert batches[-1].last_uid == max(uids)
    assert aside == refused & uids
    told = {m.uid for batch in batches for m in read_of(batch) if m.header.has("body-says")}
    assert told == (daemons | {uid for uid in meetings if uid % 2}) & there
    assert mailbox.most_under_way <= (UNDER_WAY if ahead_of_answers else 1)


@pytest.mark.parametrize("spread", SPREADS)
def test_what_came_before_a_cut_is_kept(spread: Map) -> None:
    short = terms(spread, Limits(slice=10))
    seen: list[Batch] = []

    with pytest.raises(FetchCut) as cut:
        seen.extend(read_batches(Mailbox(range(1, 61), breaks_at=45), [range(1, 61)], 7, short))

    assert cut.value.uid == 45
    assert [message.uid for batch in seen for message in batch.messages] == list(range(1, 45))
    assert seen[-1].last_uid == 44


@pytest.mark.parametrize("spread", SPREADS)
def test_messages_that_the_server_refuses_are_set_aside_alone(spread: Map) -> None:
    batches = read(Mailbox(range(1, 101), refused=(1, 40, 41, 100)), range(1, 101), spread)

    assert [item for batch in batches for item in batch.set_aside] == [
        SetAside(uid, None, "refused") for uid in (1, 40, 41, 100)
    ]
    assert [m.uid for batch in batches for m in batch.messages] == [
        uid for uid in range(1, 101) if uid not in {1, 40, 41, 100}
    ]
    assert batches[-1].last_uid == 100


@pytest.mark.parametrize("refused", [(1,), range(1, 101)])
def test_a_server_that_refuses_all_there_is_to_read_is_not_believed(refused: Iterable[int]) -> None:
    mailbox = Mailbox(refused, refused=refused)

    with pytest.raises(FetchCut) as cut:
        read(mailbox, list(refused), map)

    assert cut.value.uid == 1
    assert mailbox.asked < 60


def test_what_has_vanished_is_asked_for_in_one_command() -> None:
    mailbox = Mailbox(range(1, 501))

    batches = read(mailbox, range(1, 1_001), map)

    assert (mailbox.asked, batches[-1].last_uid) == (2, 1_000)


def test_a_body_that_the_server_refuses_is_done_without() -> None:
    [batch] = read(Mailbox(range(1, 9), daemons=range(1, 9), bodiless=(3, 4)), range(1, 9), map)

    assert [m.uid for m in read_of(batch) if not m.header.has("body-says")] == [3, 4]


def test_parts_that_the_server_does_not_tell_are_done_without() -> None:
    [batch] = read(Mailbox(range(1, 9), meetings=range(1, 9), bodiless=(3, 4)), range(1, 9), map)

    assert [m.uid for m in read_of(batch) if m.header.has("body-says")] == [1, 5, 7]
    assert [m.uid for m in batch.messages] == list(range(1, 9))


@pytest.mark.parametrize("spread", SPREADS)
def test_an_oversized_header_is_set_aside_with_what_came_before_it(spread: Map) -> None:
    seen: list[Batch] = []

    with pytest.raises(TransientError, match="démesuré"):
        seen.extend(
            read_batches(Mailbox(range(1, 9), daemons=(3,), oversized=5), [range(1, 9)], 7, terms(spread))
        )

    assert [item.uid for batch in seen for item in batch.set_aside] == [5]
    assert [message.uid for batch in seen for message in batch.messages] == [1, 2, 4]
    # What only its body tells is not covered: the connection was of no use any more.
    assert seen[-1].last_uid == 2


@pytest.mark.parametrize("spread", SPREADS)
def test_mails_that_need_their_bodies_do_not_pile_up(spread: Map) -> None:
    uids, limits = range(1, 1_201), Limits(slice=100, piece_messages=25, stored=200)

    batches = list(read_batches(Mailbox(uids, daemons=uids), [uids], 7, terms(spread, limits)))

    assert [message.uid for batch in batches for message in batch.messages] == list(uids)
    # All that is read of the slices that are under way, and what is ahead of it, waits for their end.
    assert max(len(batch.messages) for batch in batches) <= limits.stored + UNDER_WAY * limits.slice


def test_a_slice_is_asked_for_before_the_answer_to_the_one_before_it_has_ended() -> None:
    mailbox = Mailbox(range(1, 61))

    list(read_batches(mailbox, [range(1, 61)], 7, terms(map, Limits(slice=10))))

    assert (mailbox.asked, mailbox.most_under_way) == (6, UNDER_WAY)


def test_a_cut_is_laid_to_what_was_being_answered_and_not_to_what_was_left_out_before() -> None:
    mailbox = Mailbox(range(1, 61), shy=(3,), breaks_at=15)

    with pytest.raises(FetchCut) as cut:
        list(read_batches(mailbox, [range(1, 61)], 7, terms(map, Limits(slice=10))))

    assert cut.value.uid == 15


def test_what_was_refused_of_one_slice_is_set_aside_when_the_rest_of_the_next_is_cut() -> None:
    mailbox = Mailbox(range(1, 21), refused=(3,), shy=(15,), breaks_at=15)
    seen: list[Batch] = []

    with pytest.raises(FetchCut) as cut:
        seen.extend(read_batches(mailbox, [range(1, 21)], 7, terms(map, Limits(slice=10))))

    assert (cut.value.uid, seen[-1].last_uid) == (15, 14)
    assert [item.uid for batch in seen for item in batch.set_aside] == [3]


def test_what_nobody_foresaw_of_one_header_sets_it_aside_alone() -> None:
    # A text stands where a pattern should, for whatever a version to come may stumble on.
    broken = Form(frozenset({"usager7@example.org"}), (AddressSource.SUBJECT,), subject_pattern="")  # type: ignore[arg-type]  # (the fault)
    office = replace(OFFICE, forms=(broken,))

    batches = list(read_batches(Mailbox(range(1, 21)), [range(1, 21)], 7, replace(terms(map), office=office)))

    assert [(item.uid, item.reason) for batch in batches for item in batch.set_aside] == [
        (7, "unforeseen AttributeError")
    ]
    messages = [message.uid for batch in batches for message in batch.messages]
    assert messages == [uid for uid in range(1, 21) if uid != 7]


class SlowMailbox(Mailbox):
    """A mailbox of a server that takes time, by a clock that stands still otherwise.

    Attributes:
        seconds: What each header takes, and each body.
        now: What the clock says.
    """

    def __init__(self, uids: Iterable[int], seconds: float, daemons: Iterable[int] = ()) -> None:
        super().__init__(uids, daemons=daemons)
        self.seconds, self.now = seconds, 0.0

    def _answers(self, uids: Sequence[int]) -> Iterator[Fetched]:
        for fetched in super()._answers(uids):
            self.now += self.seconds
            yield fetched

    def body_starts(self, uids: Sequence[int], most: int) -> Sequence[BodyStart]:
        self.now += self.seconds * len(uids)
        return super().body_starts(uids, most)

    def told(self, read: float, stored: float, limits: Limits) -> list[bool]:
        """Return which batches tell that the server was waited for, when reading each piece and storing take time."""

        def read_slowly(function: Callable[[object], object], items: Iterable[object]) -> Iterator[object]:
            for item in items:
                self.now += read
                yield function(item)

        told = []
        slow = replace(terms(read_slowly, limits), monotonic=lambda: self.now)
        for batch in read_batches(self, [self.uids], 7, slow):
            told.append(batch.awaited)
            self.now += stored
        return told


@pytest.mark.parametrize(
    ("seconds", "sizes"), [(0, [100]), (0.25, [10] * 10), (0.15, [15, 15, 15, 15, 15, 15, 10])]
)
def test_batches_are_small_where_messages_come_slowly(seconds: float, sizes: list[int]) -> None:
    """Progress is seen then, and little is to be fetched again after a crash."""
    limits = Limits(slice=10, piece_messages=5, stored=200, least_stored=10)
    mailbox = SlowMailbox(range(1, 101), seconds)
    slow = replace(terms(map, limits), monotonic=lambda: mailbox.now)

    batches = read_batches(mailbox, [range(1, 101)], 7, slow)

    assert [len(batch.messages) for batch in batches] == sizes


@pytest.mark.parametrize(("read", "awaited"), [(0.6, True), (0.7, False)])
def test_a_batch_tells_whether_the_server_is_waited_for_long_enough_to_derive_meanwhile(
    read: float, *, awaited: bool
) -> None:
    """A server that takes a second for each piece: three fifths of the time that a batch takes to come."""
    limits = Limits(slice=10, piece_messages=5, stored=5, least_stored=5)
    told = SlowMailbox(range(1, 51), 0.2).told(read, 5.0, limits)

    # A piece comes once what follows it does: the first one takes longer than the others, the last one less.
    assert set(told[1:-1]) == {awaited}
    # Also what comes first, which decides.
    assert SlowMailbox(range(1, 6), 0.2).told(0.1, 5.0, limits) == [True]
    assert SlowMailbox(range(1, 6), 0.2).told(2.0, 0, limits) == [False]


def test_bodies_are_waited_for_too() -> None:
    limits = Limits(slice=10, piece_messages=10, stored=10, least_stored=10)
    plain, asking = (SlowMailbox(range(1, 11), 0.05, daemons) for daemons in ((), range(1, 11)))

    assert plain.told(0.5, 0, limits) == [False]
    assert asking.told(0.5, 0, limits) == [True]


def test_batches_become_smaller_towards_the_end() -> None:
    """Little is then left to do once the last message has come."""
    limits = Limits(slice=10, piece_messages=5, stored=40, least_stored=10)

    batches = read_batches(Mailbox(range(1, 101)), [range(1, 101)], 7, terms(map, limits), lambda: 100)

    assert [len(batch.messages) for batch in batches] == [40, 30, 15, 10, 5]
