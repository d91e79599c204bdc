"""The lines to the mail servers: connections that are open, and one account's while it is watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.session import ImapSession
from mailsla.bootstrap.access import credentials_fingerprint, imap_account
from mailsla.config import Account
from mailsla.usecases.poll import Collected

MAIN_MAILBOX = "INBOX"
"""Where news is waited for."""

Open = Callable[[], AbstractContextManager[ImapSession]]
"""Opens a connection, and closes it at the end of the block."""


@dataclass(frozen=True)
class OpenSessions:
    """The connections of this process, so that whoever waits for a server can be woken."""

    _sessions: set[ImapSession] = field(default_factory=set)

    @contextmanager
    def session(self, account: Account) -> Iterator[ImapSession]:
        """Log in to an account. Raises what `connect` does."""
        with connect(imap_account(account)) as session:
            self._sessions.add(session)
            try:
                yield session
            finally:
                self._sessions.discard(session)

    def interrupt(self) -> None:
        """Wake whoever waits for a mail server."""
        for session in list(self._sessions):
            session.interrupt()


@dataclass
class ImapLine:
    """One account's line over IMAP. Satisfies `mailsla.usecases.watch.Line`.

    Attributes:
        account: Whose.
        open: Logs in.
        poll: Collects the account over the connection it is given.
        claim: Keeps the account from other workers, or tells that one has it.
        release: Gives it back.
    """

    account: Account
    open: Open
    poll: Callable[[Open], Collected]
    claim: Callable[[], bool]
    release: Callable[[], None]
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _session: ImapSession | None = field(default=None, init=False)
    _kept: bool = field(default=False, init=False)

    def __enter__(self) -> ImapLine:
        self._stack, self._session, self._kept = ExitStack(), None, False
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            if self._kept:
                self.release()
        finally:
            self._stack.__exit__(*error)

    def credentials(self) -> str:
        """Return a digest of what the account logs in with now."""
        return credentials_fingerprint(self.account)

    def collect(self) -> Collected:
        """Collect the account; the first time since the line was entered, log in."""
        return self.poll(self._once)

    def _once(self) -> AbstractContextManager[ImapSession]:
        if self._session is None:
            self._session = self._stack.enter_context(self.open())
        return nullcontext(self._session)

    @property
    def can_wait(self) -> bool:
        """Whether the account is to be waited for, and its server can tell of changes (RFC 2177)."""
        return self.account.idle and self._session is not None and self._session.can_idle

    def keep(self) -> bool:
        """Keep the account; False when another worker has it by now."""
        self._kept = self.claim()
        return self._kept

    def wait_for_change(self, seconds: float) -> bool:
        """Wait for a sign of change. Raises what `ImapSession.wait_for_change` does."""
        assert self._session is not None
        return self._session.wait_for_change(MAIN_MAILBOX, seconds)
