r"""Commands of an IMAP client, read in the rawlog that Dovecot keeps of its session.

Each line of a rawlog starts with the time it was received: `1795422129.478885 a2 EXAMINE "INBOX"`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

_TIME = re.compile(rb"^\d{10,}\.\d{6} ", re.MULTILINE)
_LITERAL = re.compile(rb"(?:~)?\{(\d+)\+?\}$")
_LONGEST_SHOWN_LITERAL = 500


def session_start(rawlog: Path) -> float:
    """Return when the first line was received, as seconds of the epoch; infinity when there is none."""
    found = _TIME.match(rawlog.read_bytes())
    return float(found[0]) if found else float("inf")


def commands_of_session(rawlog: bytes) -> list[str]:
    r"""Return the commands in their order, without tags.

    A literal of one short line is shown as a quoted string, any other stays `{size}`. The `DONE` that ends an
    IDLE (RFC 2177) is a command by itself. A last line that is not complete is left out.

    >>> commands_of_session(b'1795422129.478885 a2 EXAMINE "INBOX"\r\n')
    ['EXAMINE "INBOX"']
    >>> commands_of_session(b"1795422129.478885 a3 SEARCH SUBJECT {4}\r\n1795422129.479885 pass SEEN\r\n")
    ['SEARCH SUBJECT "pass" SEEN']
    """
    return [_without_tag(command) for command in _commands(_TIME.sub(b"", rawlog))]


def _commands(sent: bytes) -> Iterator[str]:
    position = 0
    command = ""
    while (end := sent.find(b"\n", position)) >= 0:
        line = sent[position:end].rstrip(b"\r")
        position = end + 1
        literal = _LITERAL.search(line)
        if literal is None:
            yield command + line.decode(errors="replace")
            command = ""
        else:
            size = int(literal[1])
            shown = _shown_literal(sent[position : position + size])
            command += line[: literal.start()].decode(errors="replace") + shown
            position += size


def _shown_literal(content: bytes) -> str:
    if len(content) > _LONGEST_SHOWN_LITERAL or b"\n" in content:
        return f"{{{len(content)}}}"
    return f'"{content.decode(errors="replace")}"'


def _without_tag(line: str) -> str:
    _tag, separator, command = line.partition(" ")
    return command if separator else line
