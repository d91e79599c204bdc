"""The library's IMAP client, where it falls short: greetings that drip, answers without end, names of mailboxes, news
before IDLE begins."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.imap_utf7 import encode as encode_utf7
from imapclient.imapclient import require_capability
from imapclient.response_parser import parse_message_list
from imapclient.tls import IMAP4_TLS

from mailsla.adapters.access.deadline import break_off, breaking_off
from mailsla.adapters.imap.list_responses import can_be_said, quoted
from mailsla.adapters.imap.protocol_values import opened_status
from mailsla.core.collection.on_server import MailboxStatus
from mailsla.core.errors import MailboxError, TransientError
from mailsla.language import gettext as _

MOST_ANSWER = 32 * 1024 * 1024
"""Bytes that a server may answer to one command, or from one message of a fetch to the next: they are all kept.

The longest answer that is wanted is the list of those that bear a keyword: this many bytes name four million."""

MOST_LINES = 100_000
"""Lines of such an answer: each is kept apart, and costs far more than its bytes."""

_NEWS = re.compile(rb"\* \d+ (EXISTS|EXPUNGE|FETCH)\b", re.IGNORECASE)


class _Bounded(imaplib.IMAP4):
    """Bounds every answer, and the time of the greeting and the first CAPABILITY together.

    Connecting and the handshake have a limit already.
    """

    def __init__(self, greeting_seconds: float, *arguments: Any) -> None:
        self._greeting_seconds = greeting_seconds
        self._heard = self._lines = 0
        super().__init__(*arguments)

    def hear_anew(self) -> None:
        """Begin to count what the server answers."""
        self._heard = self._lines = 0

    def _command(self, name: str, *arguments: Any) -> Any:
        self.hear_anew()
        return super()._command(name, *arguments)  # type: ignore[misc]  # (the library's stubs leave it out)

    def readline(self) -> bytes:
        """Return the next line. Raises `TransientError` when it or its answer is too long."""
        try:
            line = super().readline()
        except imaplib.IMAP4.error:
            # The library reads none of a million bytes: the rest of it would be taken for other lines.
            self._give_up()
        self._lines += 1
        self._count(len(line))
        return line

    def read(self, size: int) -> bytes:
        """Return so many bytes. Raises `TransientError` when that is too many."""
        self._count(size)
        return super().read(size)

    def _count(self, size: int) -> None:
        self._heard += size
        if self._heard > MOST_ANSWER or self._lines > MOST_LINES:
            self._give_up()

    def _give_up(self) -> NoReturn:
        break_off(self.sock)
        raise TransientError(_("le serveur a répondu plus long que ce qui peut être lu."))

    def _connect(self) -> None:
        with breaking_off(self.sock, self._greeting_seconds):
            super()._connect()  # type: ignore[misc]  # (the library's stubs leave it out)


class _Plain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]  # (the library has no types)
    pass


class _Tls(_Bounded, IMAP4_TLS):  # type: ignore[misc]  # (the library has no types)
    def _get_capabilities(self) -> None:
        """Take what the greeting says that the server can do (RFC 9051 §7.1), and ask only when it does not.

        In clear it is asked all the same: what forbids a password must not have been left out.
        """
        told = self.untagged_responses.pop("CAPABILITY", [])
        if told and isinstance(told[-1], bytes):
            self.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())
        else:
            super()._get_capabilities()


class Client(IMAPClient):  # type: ignore[misc]  # (the library has no types)
    """Says the names of mailboxes as the server wrote them.

    Attributes:
        written: Name as people read it → as the server wrote it.
    """

    def __init__(self, *arguments: Any, greeting_seconds: float, **options: Any) -> None:
        # The library connects as soon as it is made.
        self._greeting_seconds = greeting_seconds
        super().__init__(*arguments, **options)
        self.written: dict[str, bytes] = {}

    def _create_IMAP4(self) -> _Bounded:  # noqa: N802 (the library's name)
        seconds = self._greeting_seconds
        if self.ssl:
            return _Tls(seconds, self.host, self.port, self.ssl_context, self._timeout.connect)
        return _Plain(seconds, self.host, self.port, self._timeout.connect)

    def _normalise_folder(self, folder_name: str) -> bytes:
        written = self.written.get(folder_name, encode_utf7(folder_name))
        if not can_be_said(written):
            raise MailboxError(_("le serveur n'ouvre pas ce dossier."))
        return quoted(written)

    def examine_and_search(self, folder_name: str, criteria: bytes) -> tuple[dict[bytes, Any], list[int]]:
        """Open a mailbox read-only and search it: the second command is sent before the answer to the first.

        RFC 9051 §5.5: the server does them in their order. When it does not open the mailbox, what it says of the
        search is read and let go.
        """
        imap = self._imap
        # As the library's own `select`.
        imap.untagged_responses, imap.is_readonly = {}, True
        opening = imap._command("EXAMINE", self._normalise_folder(folder_name))  # noqa: SLF001 (docs/adr/0012)
        searching = imap._new_tag()  # noqa: SLF001 (docs/adr/0012)
        imap.send(searching + b" UID SEARCH " + criteria + b"\r\n")
        imap.state = "AUTH"
        try:
            self._completed("EXAMINE", opening)
        except imaplib.IMAP4.error:
            with suppress(imaplib.IMAP4.error):
                self._completed("SEARCH", searching)
            raise
        imap.state = "SELECTED"
        opened = self._process_select_response(imap.untagged_responses)
        self._completed("SEARCH", searching)
        return opened, list(parse_message_list(imap.untagged_responses.pop("SEARCH", [None])))

    def examine_all(self, folder_names: Sequence[str]) -> list[MailboxStatus | None]:
        """Open mailboxes read-only, each before the answer to the one before it; None for a refusal."""
        imap = self._imap
        tags = [imap._command("EXAMINE", self._normalise_folder(name)) for name in folder_names]  # noqa: SLF001 (docs/adr/0012)
        opened: list[MailboxStatus | None] = []
        for tag in tags:
            imap.untagged_responses, imap.is_readonly, imap.state = {}, True, "AUTH"
            try:
                self._completed("EXAMINE", tag)
                imap.state = "SELECTED"
                opened.append(opened_status(self._process_select_response(imap.untagged_responses)))
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                opened.append(None)
        return opened

    def _completed(self, name: str, tag: bytes) -> None:
        kind, said = self._imap._command_complete(name, tag)  # noqa: SLF001 (docs/adr/0012)
        if kind != "OK":
            raise imaplib.IMAP4.error(said)

    def has_heard(self) -> bool:
        """Tell whether more came with the server's last line, and waits in the buffer."""
        connection = self.socket()
        patience = connection.gettimeout()
        connection.settimeout(0)
        try:
            return bool(self._imap.file.peek(1))  # The library looks at the socket alone.
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connection.settimeout(patience)

    @require_capability("IDLE")  # type: ignore[untyped-decorator]  # (the library has no types)
    def start_idle(self) -> bool:
        """Have the server tell what happens (RFC 2177); True when it told of something before it consented.

        The library takes anything but the consent for a refusal.
        """
        imap = self._imap
        self._idle_tag = tag = imap._command("IDLE")  # noqa: SLF001 (as the library's own `idle`)
        news = False
        while (line := imap._get_response()) is not None:  # noqa: SLF001 (as the library's own `idle`)
            if imap.tagged_commands[tag]:
                raise imaplib.IMAP4.error("IDLE refused")
            news = news or _NEWS.match(line) is not None
        return news
