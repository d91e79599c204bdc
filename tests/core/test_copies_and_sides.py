"""Where a mail lies, when it came, and what that makes it: each instant at its edge, each mailbox alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from mailsla.core.mail.copies import EARLIEST, ONE_COLLECTION, Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import SKEW, Basis, Moment, received, sent, stored
from mailsla.core.mail.kinds import MailKind, Reason
from mailsla.core.office.sides import Reading, Side, classified, is_letter, read, written_to
from tests.factories import CITIZEN, CONTACT, OFFICE, mail, paris, reply

SEEN = paris("2026-11-13 09:00")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
INBOX, SENT, JUNK, TRASH, DRAFTS = MailboxRole


def lying(*copies: Copy, sent_at: datetime | None = None, first_seen_at: datetime = SEEN) -> Mail:
    return Mail("key", Header(sent_at=sent_at), first_seen_at, copies)


def copy(
    role: MailboxRole = INBOX,
    *,
    internal_at: datetime | None = None,
    hop_at: datetime | None = None,
    seen: datetime | None = None,
    gone: datetime | None = None,
    present: bool | None = None,
) -> Copy:
    here = gone is None if present is None else present
    return Copy(
        "contact", role.value, role, internal_at, hop_at, present=here, gone_at=gone, first_seen_at=seen
    )


@pytest.mark.parametrize(
    ("mailed", "moment"),
    [
        (lying(copy(internal_at=SEEN, hop_at=SEEN)), Moment(SEEN, Basis.LAST_HOP)),
        (lying(copy(internal_at=SEEN - SECOND, hop_at=SEEN)), Moment(SEEN - SECOND, Basis.SERVER)),
        (lying(copy(internal_at=SEEN, hop_at=SEEN - SECOND)), Moment(SEEN - SECOND, Basis.LAST_HOP)),
        (lying(copy(hop_at=SEEN)), Moment(SEEN, Basis.LAST_HOP)),
        (lying(copy(internal_at=SEEN), copy(internal_at=SEEN - HOUR)), Moment(SEEN - HOUR, Basis.SERVER)),
        (lying(copy(), sent_at=SEEN - HOUR), Moment(SEEN - HOUR, Basis.SENDER_CLOCK)),
        (lying(copy()), Moment(SEEN, Basis.FIRST_SEEN)),
        (lying(copy(internal_at=SEEN + SKEW)), Moment(SEEN + SKEW, Basis.SERVER)),
        (lying(copy(internal_at=SEEN + SKEW + SECOND)), Moment(SEEN, Basis.FIRST_SEEN)),
        (lying(copy(), sent_at=SEEN + SKEW), Moment(SEEN + SKEW, Basis.SENDER_CLOCK)),
        (lying(copy(), sent_at=SEEN + SKEW + SECOND), Moment(SEEN, Basis.FIRST_SEEN)),
        (lying(copy(internal_at=EARLIEST)), Moment(EARLIEST, Basis.SERVER)),
        (lying(copy(internal_at=EARLIEST - SECOND)), Moment(SEEN, Basis.FIRST_SEEN)),
    ],
)
def test_receipt_is_the_earliest_plausible_instant_of_the_best_witness(mailed: Mail, moment: Moment) -> None:
    assert received(mailed) == moment


def test_the_bounds_of_what_is_plausible() -> None:
    assert datetime(1990, 1, 1, tzinfo=UTC) == EARLIEST
    assert timedelta(hours=1) == SKEW == ONE_COLLECTION


@pytest.mark.parametrize(
    ("mailed", "moment"),
    [
        (lying(copy(internal_at=SEEN - HOUR), sent_at=SEEN), Moment(SEEN, Basis.SENDER_CLOCK)),
        (lying(copy(internal_at=SEEN - HOUR, hop_at=SEEN - 2 * HOUR)), Moment(SEEN - HOUR, Basis.SERVER)),
        (lying(copy(hop_at=SEEN - HOUR)), Moment(SEEN - HOUR, Basis.LAST_HOP)),
        (lying(copy(internal_at=SEEN), sent_at=EARLIEST - SECOND), Moment(SEEN, Basis.SERVER)),
    ],
)
def test_what_the_office_sends_is_dated_by_its_own_clock_then_by_the_server(
    mailed: Mail, moment: Moment
) -> None:
    assert sent(mailed) == moment


def test_a_mail_that_no_server_dates_was_not_stored() -> None:
    assert stored(lying(copy(hop_at=SEEN))) is None
    assert stored(lying(copy(internal_at=SEEN))) == Moment(SEEN, Basis.SERVER)


@pytest.mark.parametrize(
    ("copies", "roles"),
    [
        ((), set()),
        ((copy(JUNK), copy(INBOX)), {JUNK, INBOX}),
        ((copy(TRASH),), {TRASH}),
        ((copy(TRASH), copy(JUNK)), {JUNK}),
        ((copy(TRASH), copy(JUNK, gone=SEEN)), {JUNK}),
        ((copy(INBOX, gone=SEEN), copy(JUNK)), {JUNK}),
        # Gone everywhere: where it was last, within an hour.
        ((copy(INBOX, gone=SEEN - HOUR), copy(JUNK, gone=SEEN)), {JUNK}),
        ((copy(INBOX, gone=SEEN - HOUR + SECOND), copy(JUNK, gone=SEEN)), {INBOX, JUNK}),
        ((copy(INBOX, present=False), copy(JUNK, gone=SEEN)), {INBOX, JUNK}),
        ((copy(INBOX, present=False),), {INBOX}),
        # Moved from one to the other: seen there when it went from here, and lost later.
        (
            (
                copy(INBOX, seen=SEEN - 9 * HOUR, gone=SEEN - SECOND),
                copy(JUNK, seen=SEEN - SECOND, gone=SEEN),
            ),
            {JUNK},
        ),
        (
            (copy(INBOX, seen=SEEN - 9 * HOUR, gone=SEEN), copy(JUNK, seen=SEEN - HOUR, gone=SEEN + SECOND)),
            {JUNK},
        ),
        (
            (
                copy(INBOX, seen=SEEN - 9 * HOUR, gone=SEEN),
                copy(JUNK, seen=SEEN - HOUR - SECOND, gone=SEEN + SECOND),
            ),
            {INBOX, JUNK},
        ),
        ((copy(INBOX, seen=SEEN - HOUR, gone=SEEN), copy(JUNK, seen=SEEN - HOUR, gone=SEEN + SECOND)), {INBOX, JUNK}),
        ((copy(INBOX, seen=SEEN - 2 * HOUR, gone=SEEN), copy(JUNK, seen=SEEN - HOUR, gone=SEEN)), {INBOX, JUNK}),
        ((copy(INBOX, gone=SEEN - SECOND), copy(JUNK, seen=SEEN - SECOND, gone=SEEN)), {INBOX, JUNK}),
        ((copy(INBOX, seen=SEEN - HOUR, gone=SEEN - SECOND), copy(JUNK, gone=SEEN)), {INBOX, JUNK}),
    ],
)  # fmt: skip
def test_a_mail_s_roles_are_where_it_lies_now_or_lay_last(
    copies: tuple[Copy, ...], roles: set[MailboxRole]
) -> None:
    assert lying(*copies).roles == roles
    assert lying(*reversed(copies)).roles == roles


def test_a_copy_is_there_and_was_collected_unless_said_otherwise() -> None:
    found = Copy("contact", "INBOX", INBOX)

    assert (found.present, found.imported, found.gone_at, found.first_seen_at) == (True, False, None, None)
    assert (found.internal_at, found.hop_at, found.keywords) == (None, None, ())
    assert (found.draft_since, found.draft_until) == (None, None)


def draft(role: MailboxRole = INBOX, *, until: datetime | None = None, **said: datetime | None) -> Copy:
    at = said.pop("since", SEEN - 9 * HOUR)
    return copy(role, **said)._replace(draft_since=at, draft_until=until)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


@pytest.mark.parametrize(
    ("copies", "roles"),
    [
        ((draft(),), {DRAFTS}),
        ((draft(until=SEEN),), {INBOX}),
        ((draft(TRASH),), {DRAFTS}),
        ((draft(SENT), copy(TRASH)), {DRAFTS}),
        ((draft(INBOX, gone=SEEN), draft(TRASH)), {DRAFTS}),
        ((draft(INBOX, gone=SEEN),), {DRAFTS}),
        ((draft(), copy(SENT)), {SENT}),
        ((draft(), copy(SENT, gone=SEEN)), {SENT}),
        ((copy(DRAFTS), copy(INBOX, gone=SEEN)), {INBOX}),
        ((draft(until=SEEN), draft(SENT)), {INBOX}),
    ],
)
def test_a_draft_is_one_wherever_it_lies_until_it_was_sent(
    copies: tuple[Copy, ...], roles: set[MailboxRole]
) -> None:
    assert lying(*copies).roles == roles
    assert lying(*reversed(copies)).roles == roles


DATED = SEEN - 48 * HOUR
BORN = SEEN - 9 * HOUR


@pytest.mark.parametrize(
    ("copies", "moment"),
    [
        # Never seen as a draft, or never as anything else: its Date.
        ((copy(SENT, internal_at=SEEN, seen=SEEN),), Moment(DATED, Basis.SENDER_CLOCK)),
        ((draft(),), Moment(DATED, Basis.SENDER_CLOCK)),
        # Seen as a draft, then sent: the server's instant of the sent copy.
        ((draft(), copy(SENT, internal_at=SEEN, seen=SEEN + HOUR)), Moment(SEEN, Basis.SERVER)),
        ((draft(), copy(SENT, internal_at=SEEN + SKEW, seen=SEEN)), Moment(SEEN + SKEW, Basis.SERVER)),
        ((draft(), copy(SENT, internal_at=SEEN + SKEW + SECOND, seen=SEEN)), Moment(SEEN, Basis.FIRST_SEEN)),
        ((draft(), copy(SENT, seen=SEEN)), Moment(SEEN, Basis.FIRST_SEEN)),
        (
            (draft(), copy(SENT, seen=SEEN + HOUR), copy(INBOX, seen=SEEN)),
            Moment(SEEN, Basis.FIRST_SEEN),
        ),
        (
            (
                draft(),
                copy(SENT, internal_at=SEEN, seen=SEEN),
                copy(INBOX, internal_at=SEEN - SECOND, seen=SEEN),
            ),
            Moment(SEEN - SECOND, Basis.SERVER),
        ),
        # It was moved with the instant at which the draft was filed: that tells nothing of the sending.
        (
            (draft(internal_at=BORN - HOUR), copy(SENT, internal_at=BORN - HOUR, seen=SEEN)),
            Moment(SEEN, Basis.FIRST_SEEN),
        ),
        # It lost its flag where it lies.
        ((draft(internal_at=BORN, until=SEEN),), Moment(SEEN, Basis.FIRST_SEEN)),
        ((draft(seen=BORN, until=SEEN),), Moment(SEEN, Basis.FIRST_SEEN)),
        # Both were seen by one collection: the draft is a left-over.
        ((draft(), copy(SENT, seen=BORN + HOUR - SECOND)), Moment(DATED, Basis.SENDER_CLOCK)),
        ((draft(), copy(SENT, seen=BORN + HOUR)), Moment(BORN + HOUR, Basis.FIRST_SEEN)),
        ((draft(), copy(SENT, seen=BORN - HOUR)), Moment(DATED, Basis.SENDER_CLOCK)),
        ((draft(), copy(SENT)), Moment(DATED, Basis.SENDER_CLOCK)),
        ((draft(since=BORN), draft(since=SEEN), copy(SENT, seen=SEEN)), Moment(SEEN, Basis.FIRST_SEEN)),
        # The sent mailbox was read later, and the server had got the mail before the draft was seen.
        ((draft(), copy(SENT, internal_at=BORN, seen=SEEN)), Moment(DATED, Basis.SENDER_CLOCK)),
        ((draft(), copy(SENT, internal_at=BORN + SECOND, seen=SEEN)), Moment(BORN + SECOND, Basis.SERVER)),
    ],
)
def test_what_was_seen_as_a_draft_was_sent_when_it_left_that(
    copies: tuple[Copy, ...], moment: Moment
) -> None:
    assert sent(lying(*copies, sent_at=DATED)) == moment
    assert sent(lying(*reversed(copies), sent_at=DATED)) == moment


@pytest.mark.parametrize(
    ("by", "to", "hop_at", "expected"),
    [
        (CONTACT, CITIZEN, None, ("aside", "not-sent")),
        (CONTACT, CITIZEN, SEEN, ("aside", "not-sent")),
        (CITIZEN, CONTACT, None, ("aside", "not-sent")),
        (CITIZEN, CONTACT, SEEN, ("citizen", "")),
    ],
)
def test_a_flag_makes_a_draft_of_what_the_office_wrote_and_of_no_mail_that_was_delivered_to_it(
    by: str, to: str, hop_at: datetime | None, expected: tuple[str, str]
) -> None:
    found = read(mail("2026-11-02 10:00", by=by, to=to, copies=[draft()._replace(hop_at=hop_at)]), OFFICE)

    assert (found.side.value, found.reason.text if found.reason else "") == expected


ASKED = mail("2026-11-02 10:00")


def side(
    *roles: MailboxRole, by: str = CITIZEN, to: str = CONTACT, **changes: object
) -> tuple[str, str, str]:
    copies = [copy(role) for role in roles]
    letter = mail("2026-11-02 10:00", by=by, to=to, copies=copies, **changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)
    found = read(letter, OFFICE)
    return (found.side.value, found.kind.value, found.reason.text if found.reason else "")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (partial(side, INBOX), ("citizen", "person", "")),
        (partial(side), ("citizen", "person", "")),
        (partial(side, JUNK), ("aside", "spam", "junk-mailbox")),
        (partial(side, JUNK, INBOX), ("citizen", "person", "")),
        (partial(side, JUNK, by=CONTACT), ("aside", "spam", "junk-mailbox")),
        (partial(side, DRAFTS), ("aside", "person", "not-sent")),
        (partial(side, DRAFTS, by=CONTACT, to=CITIZEN), ("aside", "person", "not-sent")),
        (partial(side, SENT), ("aside", "person", "not-received")),
        (partial(side, SENT, DRAFTS), ("aside", "person", "not-received")),
        (partial(side, SENT, INBOX), ("citizen", "person", "")),
        (partial(side, SENT, DRAFTS, by=CONTACT, to=CITIZEN), ("outbound", "person", "")),
        (partial(side, SENT, by=CONTACT, to=CITIZEN), ("outbound", "person", "")),
        (partial(side, SENT, by=CONTACT, to="permis@pref.example.fr"), ("internal", "person", "")),
        (
            partial(side, INBOX, kept=[("x-vacation", "x")]),
            ("aside", "automatic_reply", "vacation-field (x-vacation: x)"),
        ),
        (partial(side, JUNK, by="formulaire@pref.example.fr"), ("citizen", "person", "")),
        (
            partial(side, SENT, by=CONTACT, to=CITIZEN, kept=[("list-id", "x")]),
            ("aside", "list", "list-field (list-id)"),
        ),
        (
            partial(side, SENT, by=CONTACT, to=CITIZEN, kept=[("list-id", "x")], replies_to="a@x.fr"),
            ("outbound", "person", ""),
        ),
        (
            partial(side, SENT, by=CONTACT, to=CITIZEN, kept=[("list-id", "x")], references=["a@x.fr"]),
            ("outbound", "person", ""),
        ),
        (
            partial(side, INBOX, kept=[("list-id", "x")], replies_to="a@x.fr"),
            ("aside", "list", "list-field (list-id)"),
        ),
        (
            partial(side, SENT, by=CONTACT, to=CITIZEN, kept=[("x-vacation", "x")], replies_to="a@x.fr"),
            ("aside", "automatic_reply", "vacation-field (x-vacation: x)"),
        ),
    ],
)  # fmt: skip
def test_what_a_mail_is_for_the_office(
    found: Callable[[], tuple[str, str, str]], expected: tuple[str, str, str]
) -> None:
    assert found() == expected


@pytest.mark.parametrize("kind", MailKind)
def test_only_lists_and_invitations_of_the_office_that_answer_are_letters(kind: MailKind) -> None:
    ours = Header(senders=(CONTACT,), in_reply_to=("a@x.fr",))

    assert is_letter(ours, kind, OFFICE) is (kind in {MailKind.PERSON, MailKind.LIST, MailKind.CALENDAR})
    assert is_letter(ours._replace(senders=(CITIZEN,)), kind, OFFICE) is (kind is MailKind.PERSON)


def test_a_mail_is_written_to_those_outside_once_each_without_their_tags() -> None:
    header = Header(to=(CONTACT, "a+x@y.org"), cc=("a@y.org",), bcc=("b@y.org",))

    assert written_to(header, OFFICE) == ("a@y.org", "b@y.org")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (Header(senders=(CITIZEN,)), ("person", None)),
        (Header(senders=(CONTACT,)), ("office", "from")),
        (Header(senders=("formulaire@pref.example.fr",)), ("person", "declared-form")),
        (Header(senders=(CONTACT,), kept=(("x-mailsla", "x"),)), ("office", "own-alert")),
        (Header(senders=(CITIZEN,), kept=(("x-mailsla", "x"),)), ("office", "own-alert")),
        (Header(senders=(CONTACT,), kept=(("list-id", "x"),)), ("list", "list-field (list-id)")),
    ],
)
def test_a_mail_looked_at_alone_is_told_with_what_says_so(
    header: Header, expected: tuple[str, str | None]
) -> None:
    assert classified(header, OFFICE) == expected


def test_a_reading_has_its_mail_s_key_and_comes_by_instant_then_key() -> None:
    asked, answered = read(ASKED, OFFICE), read(reply("2026-11-03 10:00", ASKED), OFFICE)

    assert (asked.key, asked.side, asked.citizens) == (ASKED.key, Side.CITIZEN, (CITIZEN,))
    assert (answered.moment.basis, answered.citizens) == (Basis.SENDER_CLOCK, (CITIZEN,))
    assert asked.order == (paris("2026-11-02 10:00"), ASKED.key)
    assert sorted([answered, asked], key=lambda reading: reading.order) == [asked, answered]
    assert Reading(ASKED, Side.ASIDE, MailKind.SPAM, Reason("x"), asked.moment, ()).key == ASKED.key
