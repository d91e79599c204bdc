"""Decisions taken as they are asked for: by this process, or, for whoever may not write, by the daemon."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import TypeVar

from mailsla.adapters.access import local_socket
from mailsla.adapters.machine.present import is_set, system_now
from mailsla.adapters.machine.signs_of_life import give_sign
from mailsla.bootstrap import commands, decisions, keeping_up
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.decisions import Decided
from mailsla.core.errors import MailslaError, PermanentError, UsageError
from mailsla.core.pairing.decision import Action, Recorded
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.usecases.asked_decision import AskedDecision, read
from mailsla.usecases.decide import (
    Answered,
    Assign,
    Exclude,
    OfMail,
    Recategorise,
    RemindOn,
    Signature,
    Wanted,
)

LOOK_SECONDS = 0.5
"""How long whoever listens waits before it looks whether it is to end."""

_Value = TypeVar("_Value")


def decide_as_asked(app: Application, asked: AskedDecision, signed: Signature) -> Decided:
    """Take a decision, or take one back, and return what that changed.

    Raises:
        UsageError: When it is refused, or does not say all that it must.
    """
    if asked.action is Action.UNDO:
        keys = commands.keys_about(app, asked.about)
        return decisions.undo(app, keys, _needed(asked.number, "--number"), signed)
    if asked.action is Action.CLOSE_HOLE:
        return Decided(decisions.close_hole(app, asked.about, asked.day, signed), ())
    if asked.action is Action.COUNT or asked.action is Action.LEAVE_OUT:
        return decisions.decide_mail(app, commands.message_named(app, asked.about), asked.action, signed)
    return decisions.decide(app, commands.request_named(app, asked.about), _wanted(app, asked), signed)


def _wanted(app: Application, asked: AskedDecision) -> Wanted:
    """Return what is asked for, with what the action needs."""
    match asked.action:
        case Action.EXCLUDE:
            return Exclude()
        case Action.ANSWERED:
            return Answered(_needed(asked.at, "--on"), asked.channel)
        case Action.ASSIGN:
            return Assign(_needed(asked.service, "--service"))
        case Action.CATEGORY:
            return Recategorise(_needed(asked.category, "--category"))
        case Action.REMIND:
            return RemindOn(_needed(asked.at, "--on").astimezone(app.site.zone).date())
        case Action.JOIN | Action.SPLIT | Action.DISMISS:
            return OfMail(asked.action, commands.message_named(app, _needed(asked.message, "--message")))
        case _:
            raise UsageError(
                _("Déclarez une archive entière en la reprenant : « mailsla import --complete A..B ».")
            )


def _needed(value: _Value | None, option: str) -> _Value:
    if value is None:
        raise UsageError(_("Indiquez {option}.").format(option=option))
    return value


def around(app: Application, asked: AskedDecision) -> Sequence[Request]:
    """Return the requests that a decision may change, as they are.

    Raises:
        UsageError: When what it names is not there.
    """
    if asked.action is Action.CLOSE_HOLE:
        return ()
    keys = commands.keys_about(app, asked.about)
    other = () if asked.message is None else (commands.message_named(app, asked.message).key,)
    return app.store.derivations.requests_around([*keys, *other])


def ask_daemon(path: Path, asked: AskedDecision) -> int:
    """Have the daemon take a decision in the name of this process's user; return its number.

    Raises:
        UsageError: When it is refused.
        PermanentError: When it cannot be taken, or this user may not ask.
        TransientError: When the daemon does not answer.
    """
    answer = json.loads(local_socket.ask(path, asked.written()))
    if "number" in answer:
        return int(answer["number"])
    raise (UsageError if answer["usage"] else PermanentError)(answer["refused"])


def listen(app: Application, path: Path) -> None:
    """Take what others ask for at `path`, each in the name of whoever asks, until everything is to end.

    Raises:
        PermanentError: When nobody can be heard there.
    """
    with local_socket.listening(path) as listener:
        while not app.stop.is_set():
            give_sign()
            asking = local_socket.next_asker(listener, LOOK_SECONDS)
            if asking is not None:
                with asking, suppress(OSError):
                    asking.sendall(_answer(app, asking))


def _answer(app: Application, asking: socket) -> bytes:
    try:
        who = local_socket.asker(asking)
        answer: dict[str, object] = {"number": _taken(app, read(local_socket.received(asking)), who)}
    except MailslaError as error:
        answer = {"refused": str(error), "usage": isinstance(error, UsageError)}
    return json.dumps(answer).encode()


def _taken(app: Application, asked: AskedDecision, who: str) -> int:
    """Take a decision in somebody's name, as their own command would, and return its number."""
    if is_set():
        raise UsageError(_("le démon a une horloge réglée (MAILSLA_NOW) : il ne prend pas de décision."))
    keeping_up.refuse_older(app)
    app.derive()
    now = system_now()
    return decide_as_asked(app, asked, Signature(asked.reason, who, now, Recorded(who, now))).number
