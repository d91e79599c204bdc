"""The balance of all mail in words: each class, how many mails it has, and the command that lists them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.rate.counted import CountedMails
from mailsla.language import gettext as _
from mailsla.presentation import mail_terms


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the balance.

    Attributes:
        label: What is counted.
        count: How many there are.
        options: With which `mailsla mails` lists exactly so many.
        of: What is counted, as a value.
        is_sum: Whether it is the sum of lines above it.
    """

    label: str
    count: int
    options: str
    of: CountedMails
    is_sum: bool = False

    @property
    def command(self) -> str:
        """What lists exactly so many."""
        return f"mailsla mails {self.options}".rstrip()


def lines(of: Balance) -> Iterator[Line]:
    """Yield a line for each class that has mails, those left out by kind, and the sums."""
    for item in MailClass:
        if item is MailClass.LEFT_OUT:
            yield from _left_out(of)
        elif item is not MailClass.FURTHER_COPY and of.of(item):
            yield Line(mail_terms.mail_class(item), of.of(item), f"--class {item.value}", CountedMails(item))
    yield Line(_("courriels, chacun compté une fois"), of.messages, "", CountedMails(), is_sum=True)
    further = MailClass.FURTHER_COPY
    yield Line(
        mail_terms.mail_class(further), of.of(further), f"--class {further.value}", CountedMails(further)
    )
    yield Line(
        _("courriels vus dans les dossiers"), of.seen, "--copies", CountedMails(copies=True), is_sum=True
    )


def _left_out(of: Balance) -> Iterator[Line]:
    for kind, count in of.left_out:
        label = _("écartés : {kind}").format(kind=mail_terms.kind(kind))
        yield Line(label, count, f"--class left-out --kind {kind}", CountedMails(MailClass.LEFT_OUT, kind))
