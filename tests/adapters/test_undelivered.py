"""Which mails of ours do not arrive, as the outbox and the server that takes them know it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.outbox import Outbox
from mailsla.core.alerts.outgoing import Letter, Outgoing
from mailsla.core.alerts.undelivered import PATIENCE
from mailsla.core.errors import LoginRefused, MailRefused, PermanentError, TransientError
from mailsla.usecases.hand_over import HandOver
from tests.adapters.test_smtp import message, server
from tests.factories import paris

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.trials.servers.smtp import SmtpRelay

AT = paris("2026-11-12 08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD, OTHER = "chef@pref.example.fr", "autre@pref.example.fr"


class Office:
    """An outbox, and a server that may refuse a recipient's mails."""

    def __init__(self, engine: Engine) -> None:
        self.outbox = Outbox(engine, timedelta(minutes=1))
        self.now = AT
        self.refusing: dict[str, Exception] = {}

    @contextmanager
    def session(self) -> Iterator[Callable[[Outgoing, Letter], None]]:
        def hand_over(mail: Outgoing, _letter: Letter) -> None:
            if mail.recipient in self.refusing:
                raise self.refusing[mail.recipient]

        yield hand_over

    def day(self, at: datetime) -> tuple[int, int]:
        """Note that each has a mail of the day, hand over what waits; return how many left and did not."""
        self.now = at
        for recipient in (HEAD, OTHER):
            day = at.date()
            self.outbox.add(Outgoing(f"{recipient}-{day}", recipient, "digest", day), at)
        done = HandOver(self.outbox, self, {}, lambda: self.now).all()
        return done.sent, done.failed

    def said(self, at: datetime, named: Sequence[str] = (HEAD, OTHER)) -> list[tuple[str, datetime, bool]]:
        return [(item.recipient, item.known_at, item.is_final) for item in self.outbox.undelivered(named, at)]


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_a_refusal_is_known_at_once_for_as_long_as_nothing_reaches_them_and_stops_no_other(
    office: Office,
) -> None:
    office.refusing = {HEAD: MailRefused("code 550")}

    assert [office.day(at) for at in (AT, AT + HOUR, AT + DAY)] == [(1, 1), (0, 1), (1, 2)]
    # From the first refusal, whatever came after.
    assert office.said(AT + DAY) == [(HEAD, AT, True)]
    assert office.said(AT + DAY, named=(OTHER,)) == []
    office.refusing = {}
    assert office.day(AT + 2 * DAY) == (4, 0)
    assert office.said(AT + 2 * DAY) == []


@pytest.mark.parametrize(
    "error", [TransientError("plus tard"), LoginRefused("code 535"), PermanentError("x")]
)
def test_what_says_nothing_of_one_mail_is_told_once_it_has_lasted(office: Office, error: Exception) -> None:
    office.refusing = {HEAD: error}
    office.day(AT)

    assert office.said(AT + PATIENCE - HOUR) == []
    assert office.said(AT + PATIENCE) == [(HEAD, AT + PATIENCE, False)]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 5.1.1 nobody", MailRefused),
        ("552 5.3.4 too large", MailRefused),
        ("451 4.7.1 greylisted", TransientError),
    ],
)
def test_the_refusal_of_one_mail_is_told_from_that_of_all(
    smtp_relay: SmtpRelay, imap_user: str, answer: str, error: type[Exception]
) -> None:
    smtp_relay.refuse_with(answer)

    with pytest.raises(error) as raised:
        server(smtp_relay).send(message(imap_user))

    assert type(raised.value) is error
