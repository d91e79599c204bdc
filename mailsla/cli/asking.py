"""Questions to a person at a terminal, asked again until the answer can be used; without one, options alone answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import typer

from mailsla.core.errors import MailslaError, UsageError
from mailsla.language import gettext as _
from mailsla.presentation.typography import typeset

Answer = TypeVar("Answer")

YES, NO = frozenset({"o", "oui", "y", "yes"}), frozenset({"n", "non", "no"})


def is_at_terminal() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@dataclass(frozen=True)
class Asker:
    """Asks, or takes what the options say.

    Attributes:
        asks: Whether a person is there.
    """

    asks: bool = field(default_factory=is_at_terminal)

    def say(self, sentence: str) -> None:
        """Tell something."""
        typer.echo(typeset(sentence))

    def answer(
        self,
        given: str | None,
        option: str,
        question: str,
        read: Callable[[str], Answer],
        default: str = "",
        *,
        hidden: bool = False,
    ) -> Answer:
        """Return an answer that can be used: the option's, or a person's, who is asked again when it cannot.

        Args:
            given: What the option says; None when it is not there.
            option: Its name.
            question: What a person is asked.
            read: Turns what was written into the answer; raises `MailslaError` with what to write instead.
            default: What no answer means; without one, something must be answered.
            hidden: Whether the terminal shows nothing of it.

        Raises:
            UsageError: Without a person, when the option is missing or cannot be used.
        """
        if given is not None or (default and not self.asks):
            try:
                return read(default if given is None else given)
            except MailslaError as error:
                if not self.asks:
                    raise UsageError(_("{option} : {reason}").format(option=option, reason=error)) from error
                self.say(str(error))
        if not self.asks:
            raise UsageError(
                _("Il manque {option} : sans terminal, « mailsla init » ne peut rien demander.").format(
                    option=option
                )
            )
        while True:
            written = typer.prompt(
                typeset(question), default=default or None, hide_input=hidden, type=str, prompt_suffix=" "
            )
            try:
                # Of a password, spaces count.
                return read(written if hidden else written.strip())
            except MailslaError as error:
                self.say(str(error))

    def agrees(self, question: str, *, default: bool) -> bool:
        """Return whether a person says yes; without one, `default`."""
        if not self.asks:
            return default
        shown = _("[O/n]") if default else _("[o/N]")
        while True:
            written = typer.prompt(
                typeset(f"{question} {shown}"), default="", show_default=False, type=str, prompt_suffix=" "
            )
            said = written.strip().casefold()
            if not said:
                return default
            if said in YES | NO:
                return said in YES
            self.say(_("Répondez par oui ou par non."))
