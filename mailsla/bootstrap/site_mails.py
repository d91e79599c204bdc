"""The lists of mails on the site: each mail is read once, for every list that has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from mailsla.bootstrap.application import Application
from mailsla.core.office.sides import Side
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.rate.counted import CountedLeftOut, CountedMails
from mailsla.presentation.formats.site_lists import File, ListPages
from mailsla.presentation.static_site import list_rows


class _LeftOut(NamedTuple):
    """A list of the mails of a stretch of time that are nobody's letter, of one kind."""

    since: datetime
    until: datetime
    kind: str
    place: str

    def has(self, mail: ListedMail) -> bool:
        is_its_own = mail.side == Side.ASIDE.value and mail.kind == self.kind
        return is_its_own and self.since <= mail.at < self.until


def mail_lists(app: Application, lists: ListPages) -> Iterator[File]:
    """Yield the lists of mails, page by page."""
    zone, columns = app.site.zone, list_rows.mail_columns()
    classes = {
        (listed.of.mail_class, listed.of.kind): listed.place
        for listed in lists.awaited()
        if isinstance(listed.of, CountedMails)
    }
    left_out = _left_out(app, lists)
    with app.store.mails.of_class() as every:
        for mail in every.mails:
            if found := [*_classes(mail, classes), *(item.place for item in left_out if item.has(mail))]:
                row = lists.row(list_rows.mail_row(mail, zone), columns)
                for place in found:
                    yield from lists.add(place, row)
    further = classes.get((MailClass.FURTHER_COPY, None))
    if further is not None:
        with app.store.mails.copies(further=True) as copies:
            for mail in copies.mails:
                yield from lists.add(further, lists.row(list_rows.mail_row(mail, zone), columns))


def _classes(mail: ListedMail, known: dict[tuple[MailClass | None, str | None], str]) -> Iterator[str]:
    found = MailClass(mail.mail_class)
    for name in ((found, None), (found, mail.kind)):
        if name in known:
            yield known[name]


def _left_out(app: Application, lists: ListPages) -> Sequence[_LeftOut]:
    def start(on: date) -> datetime:
        return datetime.combine(on, time.min, app.site.zone)

    return [
        _LeftOut(
            start(listed.of.period.first),
            start(listed.of.period.last + timedelta(days=1)),
            listed.of.kind,
            listed.place,
        )
        for listed in lists.awaited()
        if isinstance(listed.of, CountedLeftOut)
    ]
