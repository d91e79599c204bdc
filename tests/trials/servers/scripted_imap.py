"""A small IMAP server that lies, drips and boasts, for what no real server does on request."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self


class ScriptedImap:
    """Serves `messages` in `INBOX`, the only mailbox at first; each attribute is one way to misbehave.

    Attributes:
        messages: UID → header; in every mailbox the same.
        mailboxes: What a client must say to open a mailbox → how LIST and STATUS write it, after the separator.
        separator: Between the levels of names.
        refused: Names that are listed and cannot be opened.
        uid_next: What STATUS and EXAMINE say; None for the truth.
        uid_validity: What they say of the mailbox's numbers.
        chatter: Sent before every answer.
        interjections: Command → what is said after the first response of its answer.
        announce: UID → size announced for its literal, whatever it is.
        withheld: UIDs that FETCH leaves out.
        denied: UIDs for which FETCH is answered NO, and nothing else.
        deadly: UIDs at which FETCH ends with the connection.
        uid_last: FETCH says a message's UID after its header.
        blind: SEARCH finds nothing.
        numbered: EXAMINE tells UIDVALIDITY.
        counted: EXAMINE tells EXISTS.
        drip: Seconds between two bytes of answers to the commands of `drips`.
        drips: FETCH at first; `GREETING` is no command, and may be among them.
        capability: What it says that it can do.
        before_idle: Said before the consent to IDLE; None refuses it.
        drafts: UIDs that bear the flag `\\Draft`; the others bear none.
        backwards: Of two FETCHes that come together, the second is answered first.
        deaf: Commands, as FETCH; what comes while one of them is answered is lost.
        tls: With it, connections are over TLS from their first byte.
        commands: Everything clients said.
    """

    def __init__(self, messages: dict[int, bytes]) -> None:
        self.messages = messages
        self.mailboxes = {b"INBOX": b"INBOX"}
        self.separator = "/"
        self.refused: set[bytes] = set()
        self.uid_next: int | None = None
        self.uid_validity = 7
        self.chatter = b""
        self.interjections: dict[str, bytes] = {}
        self.announce: dict[int, int] = {}
        self.withheld: set[int] = set()
        self.denied: set[int] = set()
        self.deadly: set[int] = set()
        self.uid_last = False
        self.blind = False
        self.numbered = True
        self.counted = True
        self.drip = 0.0
        self.drips = {"FETCH"}
        self.capability = "IMAP4rev1"
        self.before_idle: bytes | None = b""
        self.drafts: set[int] = set()
        self.backwards = False
        self.deaf: set[str] = set()
        self.tls: ssl.SSLContext | None = None
        self._idle_tag = ""
        self.commands: list[str] = []
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._listener.settimeout(0.1)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._acceptor.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True)
        connection.settimeout(0.1)
        with connection:
            try:
                if not self._say(connection, "GREETING", b"* OK [CAPABILITY IMAP4rev1] ready\r\n"):
                    return
                pending = b""
                while not self._stopping.is_set():
                    try:
                        chunk = connection.recv(65536)
                    except TimeoutError:
                        continue
                    if not chunk:
                        return
                    pending += chunk
                    while b"\r\n" in pending:
                        line, _end, pending = pending.partition(b"\r\n")
                        if self.deaf or self.backwards:
                            line, pending = self._heard_late(connection, line, pending)
                        if not self._answer(connection, line):
                            return
            except OSError:
                return

    def _heard_late(self, connection: socket.socket, line: bytes, pending: bytes) -> tuple[bytes, bytes]:
        """Return the line to answer now and what waits, when others than the first may come before it."""
        is_deaf = any(f" {name} ".encode() in line for name in self.deaf)
        if not is_deaf and b" FETCH " not in line:
            return line, pending
        with suppress(TimeoutError):
            while b"\r\n" not in pending and (chunk := connection.recv(65536)):
                pending += chunk
        if is_deaf:
            return line, b""
        later, _end, rest = pending.partition(b"\r\n")
        return (later, line + b"\r\n" + rest) if b" FETCH " in later else (line, pending)

    def _answer(self, connection: socket.socket, raw: bytes) -> bool:
        line = raw.decode(errors="surrogateescape")
        self.commands.append(line)
        tag, _space, rest = line.partition(" ")
        if rest.upper() == "IDLE" and self.before_idle is not None:
            self._idle_tag = tag
            return self._say(connection, "IDLE", self.before_idle + b"+ idling\r\n")
        if line.upper() == "DONE":
            tag = self._idle_tag
        verb = rest.upper().removeprefix("UID ").split(" ")[0]
        answers: dict[str, Callable[[str], bytes | None]] = {
            "CAPABILITY": lambda _rest: f"* CAPABILITY {self.capability}\r\n".encode(),
            "LIST": self._list,
            "STATUS": self._status,
            "EXAMINE": self._examine,
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "LOGOUT": lambda _rest: b"* BYE\r\n",
            "IDLE": lambda _rest: None,
        }
        answer = answers.get(verb)
        body = b"" if answer is None else answer(rest)
        result = b"NO refused" if body is None else b"OK done"
        said = self._interrupted(verb, body or b"")
        content = self.chatter + said + tag.encode() + b" " + result + b"\r\n"
        if verb == "FETCH" and self.deadly.intersection(_uids(rest)):
            connection.sendall(said)
            return False
        return self._say(connection, verb, content) and verb != "LOGOUT"

    def _say(self, connection: socket.socket, verb: str, content: bytes) -> bool:
        """Send an answer; False when the server stops before its end."""
        if not self.drip or verb not in self.drips:
            connection.sendall(content)
            return True
        for byte in content:
            if self._stopping.is_set():
                return False
            connection.sendall(bytes((byte,)))
            time.sleep(self.drip)
        return True

    def _said_next(self) -> int:
        return max(self.messages, default=0) + 1 if self.uid_next is None else self.uid_next

    def _interrupted(self, verb: str, body: bytes) -> bytes:
        """Return an answer with what is said after its first response; that of FETCH has lines of its own."""
        last = b"\r\n)\r\n" if verb == "FETCH" else b"\r\n"
        end = body.find(last) + len(last) if last in body else 0
        return body[:end] + self.interjections.get(verb, b"") + body[end:]

    def _list(self, rest: str) -> bytes:
        lines = (f'* LIST () "{self.separator}" '.encode() + written for written in self.mailboxes.values())
        said = b"".join(line + b"\r\n" for line in lines)
        return said + (b"".join(map(self._numbers, self.mailboxes.values())) if "STATUS" in rest else b"")

    def _opened(self, rest: str) -> bytes | None:
        """Return how the mailbox that a command names is written; None when there is none, or it is refused."""
        said = re.match(r'\w+ (?:"((?:[^"\\]|\\.)*)"|(\S+))', rest)
        assert said is not None
        name = re.sub(r"\\(.)", r"\1", said[1]) if said[1] is not None else said[2]
        asked = name.encode(errors="surrogateescape")
        return None if asked in self.refused else self.mailboxes.get(asked)

    def _status(self, rest: str) -> bytes | None:
        written = self._opened(rest)
        return None if written is None else self._numbers(written)

    def _numbers(self, written: bytes) -> bytes:
        numbers = f"MESSAGES {len(self.messages)} UIDNEXT {self._said_next()} UIDVALIDITY {self.uid_validity}"
        return b"* STATUS " + written + f" ({numbers})\r\n".encode()

    def _examine(self, rest: str) -> bytes | None:
        if self._opened(rest) is None:
            return None
        numbers = f"* OK [UIDNEXT {self._said_next()}] ok\r\n"
        if self.numbered:
            numbers += f"* OK [UIDVALIDITY {self.uid_validity}] ok\r\n"
        if self.counted:
            numbers = f"* {len(self.messages)} EXISTS\r\n{numbers}"
        return numbers.encode()

    def _search(self, rest: str) -> bytes:
        if rest.endswith(" DRAFT"):
            return ("* SEARCH" + "".join(f" {uid}" for uid in sorted(self.drafts)) + "\r\n").encode()
        first = re.search(r"UID (\d+):\*", rest)
        least = int(first[1]) if first else 1
        found = [uid for uid in self.messages if uid >= least] or list(self.messages)[-1:]
        if self.blind:
            found = []
        return ("* SEARCH" + "".join(f" {uid}" for uid in found) + "\r\n").encode()

    def _fetch(self, rest: str) -> bytes | None:
        wanted = _uids(rest)
        if self.denied & wanted:
            return None
        wanted -= self.withheld
        said = b""
        for number, (uid, header) in enumerate(self.messages.items(), 1):
            if uid in self.deadly & wanted:
                break
            if uid in wanted:
                size = self.announce.get(uid, len(header))
                before, after = ("", f" UID {uid}") if self.uid_last else (f"UID {uid} ", "")
                flags = "\\Draft" if uid in self.drafts else ""
                said += f"* {number} FETCH ({before}FLAGS ({flags}) ".encode()
                said += (
                    b'INTERNALDATE " 2-Nov-2026 10:00:00 +0100" '
                    + f"BODY[HEADER.FIELDS (FROM)] {{{size}}}\r\n".encode()
                    + header
                    + f"{after})\r\n".encode()
                )
        return said


def _uids(rest: str) -> set[int]:
    """Return the UIDs that a FETCH asks for."""
    wanted: set[int] = set()
    for part in rest.split(" ")[2].split(","):
        first, _colon, last = part.partition(":")
        wanted.update(range(int(first), int(last or first) + 1))
    return wanted
