"""The first look: servers tried in turn, and a mailbox sampled, with fakes that answer as servers may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from mailsla.core.collection.mail_servers import Candidate, Refusal, Source
from mailsla.core.collection.on_server import (
    Answered,
    CountedMailbox,
    Fetched,
    ListedMailbox,
    MailboxStatus,
)
from mailsla.core.errors import MailboxError, PermanentError, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.usecases.find_server import MOST_SECONDS, find_server
from mailsla.usecases.look_around import LAST_OF_EACH, MOST_MAILBOXES, MOST_MAILS, look_around

ADDRESS = "contact@pref.example.fr"


def candidate(host: str) -> Candidate:
    return Candidate(host, 993, "implicit", Source.USUAL)


def test_the_first_server_that_answers_is_found_with_why_the_others_are_not() -> None:
    tried = [candidate(host) for host in ("a", "b", "c", "d")]

    def reach(found: Candidate) -> bool:
        if found.host == "a":
            raise TransientError("muet")
        if found.host == "b":
            raise PermanentError("certificat")
        return False

    search = find_server(tried, reach, lambda: 0.0)

    assert search.found == candidate("c")
    assert not search.takes_passwords
    assert search.refused == (Refusal(candidate("a"), "muet"), Refusal(candidate("b"), "certificat"))


def test_a_search_ends_in_time_and_may_find_none() -> None:
    clock = iter([0.0, 1.0, MOST_SECONDS + 1])
    tried: list[str] = []

    def reach(found: Candidate) -> bool:
        tried.append(found.host)
        raise TransientError("muet")

    search = find_server([candidate("a"), candidate("b"), candidate("c")], reach, lambda: next(clock))

    assert search.found is None
    assert tried == ["a"]
    assert find_server([], reach, lambda: 0.0).found is None


def header(number: int) -> bytes:
    return (
        f"From: u{number}@exemple.net\r\nTo: {ADDRESS}\r\nDate: Mon, 2 Nov 2026 09:00:00 +0100\r\n".encode()
    )


@dataclass
class Session:
    """Mailboxes by name: their role and their UIDs; `None` for one that cannot be opened."""

    boxes: dict[str, tuple[MailboxRole, list[int] | None]]
    told: bool = True
    opened: list[str] = field(default_factory=list)
    searched: list[int] = field(default_factory=list)

    def mailboxes(self) -> Sequence[ListedMailbox]:
        return [
            ListedMailbox(name, role, self.numbers(uids) if self.told and uids is not None else None)
            for name, (role, uids) in self.boxes.items()
        ]

    def numbers(self, uids: list[int]) -> MailboxStatus:
        return MailboxStatus(1, max(uids, default=0) + 1, len(uids))

    def status(self, mailbox: str) -> MailboxStatus:
        return self.examine(mailbox)

    def examine(self, mailbox: str) -> MailboxStatus:
        uids = self.boxes[mailbox][1]
        if uids is None:
            raise MailboxError("refusé")
        self.opened.append(mailbox)
        return self.numbers(uids)

    def uids(self, first: int, last: int | None, *, since: date | None) -> Sequence[int]:
        assert (last, since) == (None, None)
        self.searched.append(first)
        found = self.boxes[self.opened[-1]][1]
        assert found is not None
        return [uid for uid in found if uid >= first]

    def fetch(self, slices: Iterable[Sequence[int]]) -> Iterator[Fetched | Answered]:
        for uids in slices:
            for uid in uids:
                # One of them has no header that makes a mail.
                yield Fetched(uid, None, b"X" if uid == 7 else header(uid))
            yield Answered(is_refused=False)


INBOX, SENT, JUNK = MailboxRole.INBOX, MailboxRole.SENT, MailboxRole.JUNK


def test_mailboxes_are_counted_and_the_last_mails_of_those_that_hold_letters_are_looked_at() -> None:
    session = Session({"INBOX": (INBOX, [5, 6, 7]), "Spam": (JUNK, [1]), "Sent": (SENT, [1, 2])})

    found = look_around(session, ADDRESS)

    assert found.mailboxes == (
        CountedMailbox("INBOX", INBOX, 3),
        CountedMailbox("Spam", JUNK, 1),
        CountedMailbox("Sent", SENT, 2),
    )
    assert session.opened == ["Sent", "INBOX"]
    assert (found.shown.mails, found.shown.sent) == (4, 2)


def test_a_mailbox_that_cannot_be_opened_is_named_and_the_others_are_looked_at() -> None:
    session = Session({"INBOX": (INBOX, [1]), "Partagé": (INBOX, None), "Vide": (INBOX, [])}, told=False)

    found = look_around(session, ADDRESS)

    assert [item.messages for item in found.mailboxes] == [1, None, 0]
    assert found.shown.mails == 1


def test_of_a_large_mailbox_the_last_mails_are_asked_for_alone_where_their_numbers_are_close() -> None:
    session = Session({"INBOX": (INBOX, list(range(1, 10_001)))})

    found = look_around(session, ADDRESS)

    assert found.shown.mails == LAST_OF_EACH
    assert session.searched == [10_001 - 4 * LAST_OF_EACH]


def test_where_most_numbers_are_gone_they_are_all_asked_for() -> None:
    session = Session({"INBOX": (INBOX, [*range(1, 701), 1_000_000])})

    assert look_around(session, ADDRESS).shown.mails == LAST_OF_EACH
    assert session.searched == [1_000_001 - 4 * LAST_OF_EACH, 1]


def test_however_many_mailboxes_there_are_a_few_thousand_mails_are_looked_at() -> None:
    boxes = {f"Dossier {number}": (INBOX, list(range(10, 1_000))) for number in range(MOST_MAILBOXES + 5)}
    session = Session(dict(boxes))

    found = look_around(session, ADDRESS)

    assert found.shown.mails == MOST_MAILS
    assert len(session.opened) == MOST_MAILS // LAST_OF_EACH
