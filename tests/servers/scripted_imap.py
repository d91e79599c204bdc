"""A small IMAP server that lies, drips and boasts, for what no real server does on request."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Self


class ScriptedImap:
    """Serves one mailbox, `INBOX`, of `messages`; each attribute is one way to misbehave.

    Attributes:
        messages: UID → header.
        uid_next: What STATUS and EXAMINE say; None for the truth.
        chatter: Sent before every answer.
        announce: UID → size announced for its literal, whatever it is.
        drip: Seconds between two bytes of answers to `dripping`.
        dripping: The commands that get their answers so.
        commands: Everything clients said.
    """

    def __init__(self, messages: dict[int, bytes]) -> None:
        self.messages = messages
        self.uid_next: int | None = None
        self.chatter = b""
        self.announce: dict[int, int] = {}
        self.drip = 0.0
        self.dripping = {"FETCH"}
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
        connection.settimeout(0.1)
        with connection:
            try:
                connection.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
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
                        if not self._answer(connection, line.decode()):
                            return
            except OSError:
                return

    def _answer(self, connection: socket.socket, line: str) -> bool:
        self.commands.append(line)
        tag, _space, rest = line.partition(" ")
        verb = rest.upper().removeprefix("UID ").split(" ")[0]
        answers: dict[str, Callable[[str], bytes]] = {
            "CAPABILITY": lambda _rest: b"* CAPABILITY IMAP4rev1\r\n",
            "LIST": lambda _rest: b'* LIST () "/" INBOX\r\n',
            "STATUS": lambda _rest: self._status(),
            "EXAMINE": lambda _rest: self._examine(),
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "LOGOUT": lambda _rest: b"* BYE\r\n",
        }
        answer = answers.get(verb)
        body = b"" if answer is None else answer(rest)
        content = self.chatter + body + f"{tag} OK done\r\n".encode()
        if self.drip and verb in self.dripping:
            for byte in content:
                if self._stopping.is_set():
                    return False
                connection.sendall(bytes((byte,)))
                time.sleep(self.drip)
        else:
            connection.sendall(content)
        return verb != "LOGOUT"

    def _said_next(self) -> int:
        return max(self.messages, default=0) + 1 if self.uid_next is None else self.uid_next

    def _status(self) -> bytes:
        numbers = f"MESSAGES {len(self.messages)} UIDNEXT {self._said_next()} UIDVALIDITY 7"
        return f"* STATUS INBOX ({numbers})\r\n".encode()

    def _examine(self) -> bytes:
        said = f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {self._said_next()}] ok\r\n"
        return said.encode()

    def _search(self, rest: str) -> bytes:
        first = re.search(r"UID (\d+):\*", rest)
        least = int(first[1]) if first else 1
        found = [uid for uid in self.messages if uid >= least] or list(self.messages)[-1:]
        return ("* SEARCH" + "".join(f" {uid}" for uid in found) + "\r\n").encode()

    def _fetch(self, rest: str) -> bytes:
        wanted: set[int] = set()
        for part in rest.split(" ")[2].split(","):
            first, _colon, last = part.partition(":")
            wanted.update(range(int(first), int(last or first) + 1))
        said = b""
        for number, (uid, header) in enumerate(self.messages.items(), 1):
            if uid in wanted:
                size = self.announce.get(uid, len(header))
                said += f'* {number} FETCH (UID {uid} INTERNALDATE " 2-Nov-2026 10:00:00 +0100" '.encode()
                said += f"BODY[HEADER.FIELDS (FROM)] {{{size}}}\r\n".encode() + header + b")\r\n"
        return said
