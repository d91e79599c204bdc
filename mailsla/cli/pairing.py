"""`mailsla conversations` and `mailsla classify`: how messages were tied, and what kind each one is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailsla.adapters.archives import ArchivedMail, files_of, read_archive
from mailsla.bootstrap.site_rules import Site
from mailsla.cli import session
from mailsla.cli.session import TextOrJson
from mailsla.core.errors import MessageError, PermanentError
from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header, identity
from mailsla.core.office.body_evidence import read_with_body
from mailsla.core.office.correspondents import UNKNOWN_OFFICE
from mailsla.core.office.sides import classified
from mailsla.core.pairing.derivation import DerivedMessage, derive
from mailsla.core.pairing.rules import PairingRules
from mailsla.language import gettext as _
from mailsla.presentation import terms, words
from mailsla.presentation.documents.conversation import Tied, conversations_document, one_line
from mailsla.presentation.documents.conversation import classified as classified_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.conversation_page import conversations_page


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(help=_("Montre comment les courriels ont été reliés, dans la base ou dans des fichiers."))(
        conversations
    )
    app.command(help=_("Dit la nature de chaque courriel de ces fichiers, et l'en-tête qui le dit."))(
        classify
    )


def _shown(path: Path) -> str:
    """Return a path as text that any encoding of it can be written in."""
    return str(path).encode("utf-8", "replace").decode()


def _name(mail: ArchivedMail) -> str:
    """Return what names a mail: its file, and its place there when it is not alone."""
    return _shown(mail.path) if mail.alone else f"{_shown(mail.path)}#{mail.number}"


@dataclass
class _Reader:
    """Reads mail files; one that cannot be read is told, and does not stop the others."""

    failed: int = 0
    found: int = 0

    def mails(self, paths: list[Path]) -> Iterator[ArchivedMail]:
        for path in files_of(paths):
            try:
                for mail in read_archive(path):
                    self.found += 1
                    yield mail
            except PermanentError as error:
                session.error_console().print(str(error))
                self.failed += 1

    def finish(self, *, looked: bool = True) -> None:
        if looked and not self.found and not self.failed:
            session.error_console().print(_("Aucun courriel dans ces chemins."))
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
            typer.echo(one_line(classified_document(_shown(mail.path), number, kind, reason)))
        else:
            typer.echo("  ".join(filter(None, (words.safe(_name(mail), 500), terms.one_kind(kind), reason))))
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
        found = _of_files(reader, paths, _rules(context))
    else:
        with session.application(context) as app:
            found = _of_store(app.store.derivations.messages())
    if format_ is TextOrJson.JSON:
        typer.echo(text(conversations_document(found)))
    else:
        terminal.show(conversations_page(found), session.console())
    reader.finish(looked=bool(paths))


@dataclass
class _Copies:
    """The files in which each message stands."""

    mails: dict[str, Mail] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, mail: ArchivedMail, header: Header) -> None:
        key = identity(header, base_subject(header.subject))
        copy = Copy("archives", mail.path.name, MailboxRole.INBOX, None, header.hop_at, imported=True)
        self.mails.setdefault(key, Mail(key, header, datetime.now(UTC), (copy,)))
        self.files[key].append(_name(mail))


def _of_files(reader: _Reader, paths: list[Path], rules: PairingRules) -> list[list[Tied]]:
    copies = _Copies()
    for mail in reader.mails(paths):
        try:
            copies.add(mail, read_with_body(mail.header, mail.body_start, rules.office))
        except MessageError as error:
            line = _("{path} : mis de côté ({reason}).").format(path=mail.path, reason=error.reason)
            session.error_console().print(line)
    derivation = derive(list(copies.mails.values()), rules)
    named = {key: mail.header.message_id for key, mail in copies.mails.items()}
    found = []
    for members in derivation.conversations.values():
        ordered = sorted(members, key=lambda key: derivation.readings[key].order)
        found.append(
            [
                Tied(
                    conversation=min(members),
                    message_id=named[key],
                    files=tuple(sorted(copies.files[key])),
                    evidence=derivation.links[key].evidence.value,
                    to=named.get(derivation.links[key].to or ""),
                    at=derivation.readings[key].moment.at,
                )
                for key in ordered
            ]
        )
    return sorted(found, key=lambda tied: (tied[0].at, tied[0].conversation))


def _of_store(messages: tuple[DerivedMessage, ...]) -> list[list[Tied]]:
    named = {message.key: message.message_id for message in messages}
    groups: dict[str, list[Tied]] = defaultdict(list)
    for message in messages:
        groups[message.conversation].append(
            Tied(
                conversation=message.conversation,
                message_id=message.message_id,
                files=(),
                evidence=message.evidence,
                to=None if message.tied_to is None else named.get(message.tied_to),
                at=message.at,
            )
        )
    return list(groups.values())
