"""Names of mailboxes: which are one, and what a mailbox holds by the name that mail programs give it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.spelling import without_accents

USUAL_NAMES = {
    MailboxRole.SENT: (
        "sent",
        "sent items",
        "sent mail",
        "sent-mail",
        "sent messages",
        "envoyés",
        "messages envoyés",
        "éléments envoyés",
        "objets envoyés",
        "courrier envoyé",
        "courriers envoyés",
    ),
    MailboxRole.JUNK: (
        "junk",
        "junk e-mail",
        "junk email",
        "bulk mail",
        "spam",
        "courrier indésirable",
        "éléments indésirables",
        "indésirables",
        "pourriel",
        "pourriels",
    ),
    MailboxRole.TRASH: (
        "trash",
        "bin",
        "deleted items",
        "deleted messages",
        "corbeille",
        "éléments supprimés",
        "messages supprimés",
        "objets supprimés",
    ),
    MailboxRole.DRAFTS: (
        "draft",
        "drafts",
        "brouillon",
        "brouillons",
        "templates",
        "modèles",
        "outbox",
        "boîte d'envoi",
        "unsent messages",
        "messages non envoyés",
    ),
    MailboxRole.INBOX: ("inbox", "boîte de réception", "courrier entrant"),
}
"""Names that Outlook, Thunderbird, Roundcube, Apple Mail and Gmail give; templates are as unsent as drafts."""

_ROLES = {without_accents(name): role for role, names in USUAL_NAMES.items() for name in names}
_SUFFIXES = re.compile(
    r"(?:[ _-]\(?\d{1,4}\)?)?(?:\.(?:mbox|mbx|mbs|sbd|txt|gz|bz2|xz|zip|tar|tgz|tbz2?|txz))*\Z", re.IGNORECASE
)


def role_of_name(name: str) -> MailboxRole | None:
    """Return what a mailbox of that name holds, or None when the name tells nothing.

    Accents may be composed or not, as macOS writes them, or left out, as exporters do; apostrophes may be curly.

    >>> role_of_name("Éléments envoye\\u0301s")
    <MailboxRole.SENT: 'sent'>
    >>> role_of_name("Modeles")
    <MailboxRole.DRAFTS: 'drafts'>
    >>> role_of_name("Carte grise") is None
    True
    """
    return _ROLES.get(without_accents(name).strip().casefold())


def compared(name: str) -> str:
    """Return a mailbox's name as names are compared: accents written either way, INBOX in any case (RFC 9051 §5.1)."""
    return "INBOX" if name.upper() == "INBOX" else unicodedata.normalize("NFC", name)


def is_among(name: str, names: Iterable[str]) -> bool:
    """Tell whether a mailbox is one of some; one that ends with `*` stands for all that begin so.

    >>> is_among("Boite partagée/contact/Permis", ["Boite partagée/contact/*"])
    True
    """
    known_as = compared(name)
    return any(
        known_as == compared(item) or (item.endswith("*") and known_as.startswith(compared(item[:-1])))
        for item in names
    )


def role_of_file_name(name: str) -> MailboxRole | None:
    """Return what the file or folder of a mailbox holds, by its name without its format nor a number or a year.

    >>> role_of_file_name("Brouillons-1.mbox.gz")
    <MailboxRole.DRAFTS: 'drafts'>
    """
    return role_of_name(_SUFFIXES.sub("", name, count=1))
