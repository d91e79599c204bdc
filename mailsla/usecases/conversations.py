"""How messages were tied: in the store, or in files that no store needs to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from mailsla.core.collection.archived import ArchivedMail
from mailsla.core.errors import MessageError
from mailsla.core.mail.copies import Copy, Mail
from mailsla.core.mail.identity import identity
from mailsla.core.office.authorship import trace_of
from mailsla.core.office.body_evidence import read_with_body
from mailsla.core.pairing.derivation import Derivation, DerivedMessage, Tied, derive
from mailsla.core.pairing.rules import PairingRules
from mailsla.usecases.import_archives import ACCOUNT


def of_files(
    mails: Iterable[ArchivedMail],
    rules: PairingRules,
    *,
    read_at: datetime,
    unreadable: Callable[[str, str], object],
) -> list[list[Tied]]:
    """Return the conversations of some files, by the instant of their first message.

    Args:
        mails: What the files hold; a message may stand in several.
        rules: How messages are tied.
        read_at: When the files are read.
        unreadable: Told of the file of a message that cannot be read, and why, in a word.
    """
    known: dict[str, Mail] = {}
    files: dict[str, list[str]] = defaultdict(list)
    for mail in mails:
        try:
            read = _read(mail, rules, read_at)
        except MessageError as error:
            unreadable(mail.path, error.reason)
            continue
        known.setdefault(read.key, read)
        files[read.key].append(mail.name)
    derivation = derive(list(known.values()), rules)
    found = [_tied(name, derivation, known, files) for name in derivation.conversations]
    return sorted(found, key=lambda tied: (tied[0].at, tied[0].conversation))


def _read(mail: ArchivedMail, rules: PairingRules, read_at: datetime) -> Mail:
    header = read_with_body(mail.header, mail.body_start, rules.office)
    copy = Copy(
        ACCOUNT,
        mail.mailbox,
        mail.role,
        mail.filed_at,
        header.hop_at,
        imported=True,
        trace=trace_of(header, rules.office),
    )
    return Mail(identity(header), header._replace(trace_fields=None), read_at, (copy,))


def _tied(
    name: str, derivation: Derivation, known: dict[str, Mail], files: dict[str, list[str]]
) -> list[Tied]:
    """Return one conversation, by time."""
    ordered = sorted(derivation.conversations[name], key=lambda key: derivation.readings[key].order)
    tied_to = {key: known.get(derivation.links[key].to or "") for key in ordered}
    return [
        Tied(
            conversation=name,
            message_id=known[key].header.message_id,
            files=tuple(sorted(files[key])),
            evidence=derivation.links[key].evidence.value,
            to=None if other is None else other.header.message_id,
            at=derivation.readings[key].moment.at,
        )
        for key, other in tied_to.items()
    ]


def of_store(messages: Iterable[DerivedMessage]) -> list[list[Tied]]:
    """Return the conversations of messages that come by time, by the instant of their first one."""
    messages = list(messages)
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
