"""Reads mailboxes over IMAP (RFC 9051) without ever touching them.

Mailboxes are opened with EXAMINE, headers read with BODY.PEEK: no flag, no move, no write of any kind. The
library's errors become ours in `translation`.
"""

from __future__ import annotations

import imaplib
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any

from imapclient.datetime_util import format_criteria_date

from mailsla.adapters.access.deadline import break_off
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.client import Client
from mailsla.adapters.imap.fetching_ahead import fetched_ahead
from mailsla.adapters.imap.list_responses import Listed, read_list, read_status
from mailsla.adapters.imap.mailbox_choice import chosen
from mailsla.adapters.imap.protocol_values import (
    CONTENT_FIELDS,
    is_invitation,
    item_of,
    opened_status,
    status_of,
)
from mailsla.adapters.imap.translation import refusing, translated
from mailsla.core.collection.on_server import Answered, BodyStart, Fetched, ListedMailbox, MailboxStatus
from mailsla.core.errors import MailslaError

MOST_AT_ONCE = 50
"""Mailboxes opened in one round trip: both ends have room for what is said of them."""


class ImapSession:
    """A logged-in connection that only reads. Satisfies `mailsla.usecases.collect.Session`.

    Attributes:
        unlisted: The mailboxes that cannot be opened by name, as of the last list: those of the account's `only` that
            the server does not list, and those whose name cannot be said.
        listed: The names of all mailboxes, as of the last list, read or not.
    """

    def __init__(self, client: Client, account: ImapAccount) -> None:
        self._client = client
        self._account = account
        self.unlisted: Sequence[str] = ()
        self.listed: Sequence[str] = ()
        self._opened: str | None = None
        self._told: dict[str, MailboxStatus] = {}
        self._noticed: MailboxStatus | None = None
        self._busy_since: float | None = None
        self._ended = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name=f"watchdog {account.name}", daemon=True)
        self._watchdog.start()

    def _watch(self) -> None:
        """Break off a command that gets nowhere: a server that drips a byte at a time never times out by itself."""
        limit = self._account.limits.patience * self._account.timeout_seconds
        while not self._ended.wait(1):
            since = self._busy_since
            if since is not None and time.monotonic() - since > limit:
                self.interrupt()

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Bound the time of what happens inside, and turn the library's errors into ours."""
        self._busy_since = time.monotonic()
        try:
            with translated():
                yield
        finally:
            self._busy_since = None

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes to collect: all that can be opened, but drafts and virtual ones."""
        with self.bounded():
            self._leave()
            listed, statuses = self._listed()
        choice = chosen(listed, self._account)
        for name, mailbox in choice.openable.items():
            self._client.written[name] = mailbox.written
            status = statuses.get(mailbox.written)
            if status is not None:
                self._told[name] = status
        self.unlisted = choice.missing
        self.listed = [mailbox.name for mailbox in listed]
        found = [
            ListedMailbox(name, role, statuses.get(choice.openable[name].written))
            for name, role in choice.wanted.items()
        ]
        # The inbox first: its requests are what people wait for.
        return sorted(found, key=lambda mailbox: (mailbox.name != "INBOX", mailbox.name))

    def _leave(self) -> None:
        """Close the opened mailbox: the numbers a server gives of it may be stale (RFC 3691 UNSELECT)."""
        if self._opened is not None and self._client.has_capability("UNSELECT"):
            self._client.unselect_folder()
            self._opened = None

    def _listed(self) -> tuple[list[Listed], dict[bytes, MailboxStatus]]:
        """List mailboxes, with their numbers in the same round trip where the server can (RFC 5819)."""
        client = self._client
        imap = client._imap  # noqa: SLF001 (the library has no LIST RETURN: docs/adr/0012)
        asked = ['""', '"*"']
        if client.has_capability("LIST-STATUS"):
            roles = "SPECIAL-USE " if client.has_capability("SPECIAL-USE") else ""
            asked += ["RETURN", f"({roles}STATUS ({self._items}))"]
        kind, said = imap._simple_command("LIST", *asked)  # noqa: SLF001 (docs/adr/0012)
        if kind != "OK":
            raise imaplib.IMAP4.error(said)
        listed = list(read_list(imap.untagged_responses.pop("LIST", [])))
        statuses = read_status(imap.untagged_responses.pop("STATUS", []))
        return listed, {name: status_of(items, b"MESSAGES") for name, items in statuses}

    @property
    def _items(self) -> str:
        modseq = " HIGHESTMODSEQ" if self._client.has_capability("CONDSTORE") else ""
        return f"MESSAGES UIDNEXT UIDVALIDITY{modseq}"

    def status(self, mailbox: str) -> MailboxStatus:
        """Ask for a mailbox's numbers without opening it (RFC 9051 §6.3.11).

        Raises:
            MailboxError: When the server refuses this mailbox.
        """
        with self.bounded(), refusing():
            said = self._client.folder_status(mailbox, self._items.split())
            self._told[mailbox] = status_of(said, b"MESSAGES")
        return self._told[mailbox]

    def examine(self, mailbox: str) -> MailboxStatus:
        """Open a mailbox read-only (EXAMINE, RFC 9051 §6.3.3).

        Raises:
            MailboxError: When the server refuses this mailbox; none is open then.
        """
        self._told[mailbox] = self._enter(mailbox)
        return self._told[mailbox]

    def examine_all(self, mailboxes: Sequence[str]) -> Sequence[MailboxStatus | None]:
        """Open mailboxes read-only, one after the other, in few round trips; None for one that the server refuses."""
        found: list[MailboxStatus | None] = []
        for first in range(0, len(mailboxes), MOST_AT_ONCE):
            names = mailboxes[first : first + MOST_AT_ONCE]
            self._opened = None
            with self.bounded():
                found += self._client.examine_all(names)
            self._opened = names[-1] if found[-1] is not None else None
        return found

    def examine_and_list(self, mailbox: str, *, since: date | None) -> tuple[MailboxStatus, Sequence[int]]:
        """Open a mailbox read-only, and list its UIDs in order, in the same round trip: `examine`, then `uids`.

        Raises:
            MailboxError: When the server refuses this mailbox, or its list.
        """
        criteria = b"UID 1:*" + (b"" if since is None else b" SINCE " + format_criteria_date(since))
        self._opened = None
        with self.bounded(), refusing():
            said, found = self._client.examine_and_search(mailbox, criteria)
            status = self._told[mailbox] = opened_status(said)
        self._opened = mailbox
        return status, sorted(set(found))

    def _enter(self, mailbox: str) -> MailboxStatus:
        self._opened = None
        with self.bounded(), refusing():
            status = opened_status(self._client.select_folder(mailbox, readonly=True))
        self._opened = mailbox
        return status

    def uids(self, first: int, last: int | None, *, since: date | None) -> Sequence[int]:
        """List the opened mailbox's UIDs from one to another, or to the end, in order.

        `n:*` always names the last message, even below n (RFC 9051 §9, seq-range): it is dropped here.
        """
        criteria: list[Any] = ["UID", f"{first}:{'*' if last is None else last}"]
        if since is not None:
            criteria += ["SINCE", since]
        with self.bounded(), refusing():
            found = self._client.search(criteria)
        return sorted(uid for uid in set(found) if uid >= first and (last is None or uid <= last))

    def highest_uid(self) -> int:
        """Return the highest UID of the opened mailbox; 0 when it is empty."""
        with self.bounded(), refusing():
            return max(self._client.search(["*"]), default=0)

    def fetch(self, slices: Iterable[Sequence[int]]) -> Iterator[Fetched | Answered]:
        """Fetch headers of the opened mailbox, one at a time as they come; what has vanished is left out.

        Each slice is a command, and is sent before the answer to the one before it ends; the end of each answer is
        told, in order. The connection must not be used for anything else before the last one; when it is left half-way
        it is broken off.
        """
        finished = False
        try:
            with self.bounded():
                for said in fetched_ahead(self._client._imap, slices):  # noqa: SLF001 (docs/adr/0012)
                    # What whoever reads does meanwhile is not the server's time.
                    self._busy_since = None
                    yield said
                    self._busy_since = time.monotonic()
            finished = True
        finally:
            if not finished:
                self.interrupt()

    def body_starts(self, uids: Sequence[int], most: int) -> Sequence[BodyStart]:
        """Fetch at most so many bytes of some bodies of the opened mailbox; what has vanished meanwhile is left out.

        Raises:
            MailboxError: When the server says NO.
        """
        with self.bounded(), refusing():
            found = self._client.fetch(list(uids), [CONTENT_FIELDS, f"BODY.PEEK[TEXT]<0.{most}>"])
        return [
            BodyStart(uid, item_of(items, b"BODY[HEADER"), item_of(items, b"BODY[TEXT"))
            for uid, items in found.items()
        ]

    def invitations(self, uids: Sequence[int]) -> Collection[int]:
        """Return which messages of the opened mailbox hold a calendar part that invites (RFC 6047 §2.4).

        Raises:
            MailboxError: When the server says NO.
        """
        with self.bounded(), refusing():
            found = self._client.fetch(list(uids), ["BODYSTRUCTURE"])
            return {uid for uid, items in found.items() if is_invitation(items.get(b"BODYSTRUCTURE"))}

    def with_keyword(self, keyword: str) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear an IMAP keyword."""
        with self.bounded(), refusing():
            return list(self._client.search(["KEYWORD", keyword]))

    def drafts(self) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear the flag `\\Draft`."""
        with self.bounded(), refusing():
            return list(self._client.search(["DRAFT"]))

    @property
    def can_idle(self) -> bool:
        """Tell whether the server says by itself when something happens (RFC 2177)."""
        return bool(self._client.has_capability("IDLE"))

    def wait_for_change(self, mailbox: str, seconds: float) -> bool:
        """Wait until something happens in a mailbox; False when nothing did in that time.

        What happened since its numbers were last told counts: whoever waits has missed nothing. The caller
        renews it before the 29 minutes after which a server may hang up.
        """
        if self._has_changed(mailbox):
            return True
        with self.bounded():
            news = self._client.start_idle()
            heard = news or self._client.has_heard()
        with translated():
            # What has been read already does not wake up whoever polls the socket.
            said = [] if heard else self._client.idle_check(timeout=seconds)
        with self.bounded():
            ended = self._client.idle_done()
        said += ended[1] if len(ended) > 1 else []
        return news or any(len(item) > 1 and item[1] in {b"EXISTS", b"EXPUNGE", b"FETCH"} for item in said)

    def _has_changed(self, mailbox: str) -> bool:
        """Open a mailbox and tell whether it changed since its numbers were last told; each change once.

        A server whose LIST and EXAMINE never agree would otherwise be collected without end.
        """
        # Flags are left out: servers do not number them alike everywhere.
        now = replace(self._enter(mailbox), highest_modseq=0)
        told = self._told.get(mailbox)
        if told is None or now in (replace(told, highest_modseq=0), self._noticed):
            return False
        self._noticed = now
        return True

    def interrupt(self) -> None:
        """Break the connection from another thread, so that whoever waits for the server stops waiting."""
        break_off(self._client.socket())

    def close(self) -> None:
        """Log out; a connection that is already dead is fine."""
        try:
            with self.bounded():
                self._client.logout()
        except MailslaError:
            with suppress(OSError):
                self._client.shutdown()
        finally:
            self._ended.set()
