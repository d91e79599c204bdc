"""`mailsla conversations` and `mailsla classify`: how messages were tied, and what kind each one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from mailsla.adapters.archives.files import files_of
from mailsla.adapters.archives.reading import read_archive
from mailsla.adapters.machine.present import system_now
from mailsla.bootstrap.site_rules import Site
from mailsla.cli import session
from mailsla.cli.session import TextOrJson
from mailsla.core.collection.archived import ArchivedMail, Skipped
from mailsla.core.errors import MessageError
from mailsla.core.office.body_evidence import read_with_body
from mailsla.core.office.correspondents import UNKNOWN_OFFICE
from mailsla.core.office.sides import classified
from mailsla.core.pairing.rules import PairingRules
from mailsla.language import gettext as _
from mailsla.presentation import imported_lines, mail_terms, words
from mailsla.presentation.documents.conversation import classified as classified_document
from mailsla.presentation.documents.conversation import conversations_document, one_line
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import terminal
from mailsla.presentation.imported_lines import skipped_lines
from mailsla.presentation.pages.conversation_page import conversations_page
from mailsla.usecases.conversations import of_files


@dataclass
class _Reader:
    """Reads mail files; one that cannot be read is told, and does not stop the others."""

    failed: int = 0
    found: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def mails(self, paths: list[Path]) -> Iterator[ArchivedMail]:
        for item in chain.from_iterable(map(read_archive, files_of(paths))):
            if isinstance(item, ArchivedMail):
                self.found += 1
                yield item
            elif isinstance(item, Skipped):
                self.skipped.append(item)
            else:
                session.error_console().print(imported_lines.unread_line(item))
                self.failed += 1

    def finish(self, *, looked: bool = True) -> None:
        errors = session.error_console()
        for line in skipped_lines(self.skipped):
            errors.print(line)
        if looked and not self.found and not self.failed:
            errors.print(_("Aucun courriel dans ces chemins."))
        if self.failed:
            raise typer.Exit(1)


def classify(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar=_("CHEMIN…"), help=_("Fichiers ou dossiers."))],
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the kind of each message, with its reason, as JSON lines or as text."""
    office = _rules(context).office
    reader = _Reader()
    for mail in reader.mails(paths):
        try:
            kind, reason = classified(
                read_with_body(mail.header, mail.body_start, office), office, mail.body_start
            )
        except MessageError as error:
            kind, reason = "unreadable", error.reason
        if format_ is TextOrJson.JSON:
            number = None if mail.alone else mail.number
            typer.echo(one_line(classified_document(mail.path, number, kind, reason)))
        else:
            typer.echo(
                "  ".join(filter(None, (words.safe(mail.name, 500), mail_terms.one_kind(kind), reason)))
            )
    reader.finish()


def _rules(context: typer.Context) -> PairingRules:
    """Return the site's rules when there is a configuration; these commands need none."""
    settings = session.optional_settings(context)
    return PairingRules(UNKNOWN_OFFICE) if settings is None else Site(settings).pairing


def conversations(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar=_("[CHEMIN…]"), help=_("Fichiers ou dossiers."))
    ] = None,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the conversations of some files, or of the store."""
    reader = _Reader()
    if paths:
        mails = reader.mails(paths)
        found = of_files(mails, _rules(context), read_at=system_now(), unreadable=_set_aside)
    else:
        from mailsla.bootstrap import commands  # noqa: PLC0415 (the database is loaded only where it is read)

        with session.up_to_date(context) as app:
            found = commands.conversations(app)
    if format_ is TextOrJson.JSON:
        typer.echo(text(conversations_document(found)))
    else:
        terminal.show(conversations_page(found), session.console())
    reader.finish(looked=bool(paths))


def _set_aside(path: str, reason: str) -> None:
    session.error_console().print(imported_lines.set_aside_line(path, reason))
