"""The errors of mailsla, sorted by what the caller can do.

```
MailslaError
├── ConfigError      nothing was started: the configuration has problems, all listed with their keys
├── UsageError       a command was asked something it cannot do: correct the command
│   └── Superseded   a newer configuration made what the store holds: nothing is derived by an older one
├── TransientError   the next poll may succeed: network down, server busy, database locked
│   ├── MailboxError this one mailbox cannot be read: the others go on, and it is told
│   ├── FetchRefused some message of a fetch is refused: the others are asked for apart from it
│   └── FetchCut     a fetch broke off at a message: the third time, it is asked for last, and set aside
├── PermanentError   a person must act: mailbox gone, certificate not trusted, disk full
│   ├── MailRefused  this one mail of ours is refused, for its recipient or for what it is: the others go
│   └── LoginRefused the password, the secret or the consent is not taken: trying again may lock the account
├── OversizedMessage one header is too big: it is set aside, and its connection is given up
└── MessageError     this one message is set aside, the batch goes on
```

No error carries a secret, a subject or a citizen's address, in its text or in its attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar


class MailslaError(Exception):
    """Root of every error that mailsla raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in the configuration.

    Attributes:
        key: The key's path as written in the file, such as `accounts[1].host` for the first account.
        message: One sentence, in the reader's language, that says what to do.
    """

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key} : {self.message}"


class ConfigError(MailslaError):
    """The configuration cannot be used; every problem is listed at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UsageError(MailslaError):
    """A command was given something it cannot use; the text says what to do instead."""


class Superseded(UsageError):  # noqa: N818 (a state of the store, not a fault of whoever asks)
    """What the store holds was derived by other rules, of a configuration saved later than the one in use.

    Attributes:
        saved_at: When that one was saved.
    """

    def __init__(self, reason: str, saved_at: datetime | None) -> None:
        super().__init__(reason)
        self.saved_at = saved_at


class TransientError(MailslaError):
    """Something outside failed in a way that may pass: try again later."""


class MailboxError(TransientError):
    """One mailbox cannot be opened, by lack of rights or because it has just gone; the others can be."""


class FetchRefused(TransientError):  # noqa: N818 (the refusal of a command, not of everything)
    """The server says NO to a FETCH, because of one message or more; the connection is as good as before."""


class FetchCut(TransientError):  # noqa: N818 (an end met while reading, not a fault of ours)
    """A fetch ended before its end.

    Attributes:
        uid: The first message that had not come; the fetch may have ended because of it.
    """

    def __init__(self, reason: str, uid: int) -> None:
        super().__init__(reason)
        self.uid = uid


class PermanentError(MailslaError):
    """Something outside refused in a way that will last until a person acts."""


class MailRefused(PermanentError):  # noqa: N818 (the refusal of one mail, not a fault of ours)
    """A server refuses one mail of ours for good: its recipient is unknown there, or it is too large, or unwanted."""


class LoginRefused(PermanentError):  # noqa: N818 (it is an answer, and a plain one)
    """Who we are was refused; each attempt counts, and a few more may lock the account."""


class OversizedMessage(MailslaError):  # noqa: N818 (it is a message, met while reading)
    """A header announces more than can be read; the connection it came by is of no more use.

    Attributes:
        uid: Whose header, when the server said so before.
    """

    def __init__(self, uid: int | None) -> None:
        super().__init__("oversized")
        self.uid = uid


class MessageError(MailslaError):
    """One message cannot be read.

    Attributes:
        reason: A short code, such as `no-header`, kept with the message that is set aside.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Unforeseen:
    """What came of something that nobody foresaw.

    Attributes:
        name: The class of the error: its text may quote what a citizen wrote.
    """

    name: str


def apart(act: Callable[[], _Result]) -> _Result | Unforeseen:
    """Do something pure with one mail, or with one group of tied mails, so that it stops nothing else.

    The one place where any error becomes a value: docs/adr/0017. Errors that were raised on purpose pass.

    >>> apart(lambda: 1 // 0)
    Unforeseen(name='ZeroDivisionError')
    """
    try:
        return act()
    except MailslaError:
        raise
    except Exception as error:  # noqa: BLE001 (the one door of docs/adr/0017: the mail is set aside)
        return Unforeseen(type(error).__name__)
