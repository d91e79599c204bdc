"""Commands of an IMAP client, read in the telemetry that Cyrus keeps of its session.

What the client sent follows `<1795487691<`, what it was answered `>1795487691>`; both marks carry a time, in
seconds of the epoch, and stand anywhere in a line.
"""

import re

from tests.trials.servers.rawlog import commands_of_session

_MARK = re.compile(rb"([<>])\d{10}\1")


def commands_of_telemetry(telemetry: bytes) -> list[str]:
    r"""Return the commands sent after login in their order, without tags; literals as in a rawlog.

    >>> commands_of_telemetry(b'---------- agent\n\n<1795487691<a2 EXAMINE "INBOX"\r\n>1795487691>* 3 EXISTS\r\n')
    ['EXAMINE "INBOX"']
    >>> commands_of_telemetry(b"<1795487691<a3 SEARCH SUBJECT<1795487691< {4+}\r\npass\r\n")
    ['SEARCH SUBJECT "pass"']
    """
    # What stands before the first mark, then a direction and a text for each mark.
    _heading, *pieces = _MARK.split(telemetry)
    sent = b"".join(text for way, text in zip(pieces[::2], pieces[1::2], strict=True) if way == b"<")
    return commands_of_session(sent)
