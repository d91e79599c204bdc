"""A request's life in tests: who writes, and what becomes of mails whatever their order."""

from __future__ import annotations

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.office.sides import read
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.decision import NOTHING_DECIDED
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.request_life import requests_of
from mailsla.core.pairing.rules import PairingRules
from tests.factories import RULES, mail, paris

CLAUDE = "claude.petit@example.net"
LICENCES = "permis@pref.example.fr"
FOREIGNERS = "etrangers@pref.example.fr"
ASKED = mail("2026-11-02 10:00")


def lived(*mails: Mail, rules: PairingRules = RULES) -> tuple[Request, ...]:
    found = derive(mails, rules).requests
    assert derive([*reversed(mails)], rules).requests == found
    return found


def parts(*mails: Mail, rules: PairingRules = RULES) -> list[list[str]]:
    return [[step.part.value for step in request.steps] for request in lived(*mails, rules=rules)]


def stored_at(at: str, letter: Mail) -> Mail:
    return letter._replace(copies=(Copy("contact", "Sent", MailboxRole.SENT, paris(at)),))


def together(
    *mails: Mail, links: dict[str, Link] | None = None, rules: PairingRules = RULES
) -> tuple[Request, ...]:
    """Return the requests of mails said to be one conversation."""
    readings = [read(item, rules.office) for item in mails]
    found = {item.key: Link(Evidence.NONE) for item in mails} | (links or {})
    return requests_of("name", readings, found, rules, NOTHING_DECIDED)
