"""A few requests and replies in an archive, and a site to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.trials.office import document, toml

ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}
OURS = "contact@pref.example.fr"

CHANGES: dict[str, dict[str, Any]] = {
    "domains": {"office": {"domains": ["pref.example.fr", "example.org"]}},
    "addresses": {"office": {"domains": ["pref.example.fr"], "addresses": ["camille0@example.org"]}},
    "form_senders": {"office": {"domains": ["pref.example.fr"], "form_senders": ["site@pref.example.fr"]}},
    "never_requests": {
        "office": {"domains": ["pref.example.fr"], "never_requests": ["camille1@example.org"]}
    },
    "message_id_hosts": {
        "office": {"domains": ["pref.example.fr"], "message_id_hosts": ["relais.example.net"]}
    },
    "departement": {"site": {"name": "Préfecture d'essai", "departement": "974"}},
    "minimum": {"site": {"name": "Préfecture d'essai", "departement": "18", "minimum": 2}},
    "services": {"services": [{"name": "Permis", "addresses": ["permis@pref.example.fr"]}]},
    "commitments": {"commitments": [{"category": "information", "days": 5}]},
    "categories": {
        "commitments": [
            {"category": "information"},
            {"category": "complaint", "days": 15, "subjects": ["Objet 2"]},
        ]
    },
    "confirmed": {"commitments": [{"category": "information", "confirmed": True}]},
    "acknowledgements": {"acknowledgements": [{"preset": "accuse-reception"}]},
    "receipt": {"receipt": {"closed_day_receipt": "next_working_day"}},
    "calendar": {"calendar": {"local_holidays": []}},
    "replies": {"replies": {"count_follow_ups": True}},
    "reply_kinds": {"reply_kinds": [{"kind": "acknowledgement", "subjects": ["Objet 1"]}]},
    "closings": {"closings": [{"effect": "excluded", "reason": "essai", "mailboxes": ["INBOX"]}]},
    "forms": {"forms": [{"senders": ["site@pref.example.fr"], "citizen": ["reply-to"]}]},
    "report": {"report": {"cohort": "received"}},
}
"""Sections of a configuration, each of which says something of this archive."""


def mbox() -> str:
    mails = []
    for number in range(8):
        asked = (
            f"From: camille{number}@example.org\nTo: {'permis' if number % 2 else 'contact'}@pref.example.fr\n"
            f"Date: Mon, {2 + number} Mar 2026 09:00:00 +0100\nMessage-ID: <q{number}.essai@mail.example>\n"
            f"Subject: Objet {number}\n"
        )
        replied = (
            f"From: {OURS}\nTo: camille{number}@example.org\nDate: Fri, {6 + 3 * number} Mar 2026 15:00:00 +0100\n"
            f"Message-ID: <r{number}.essai@relais.example.net>\nIn-Reply-To: <q{number}.essai@mail.example>\n"
            f"Subject: Re: Objet {number}\n"
        )
        mails += [asked, replied] if number % 3 else [asked]
    mails.append(
        "From: site@pref.example.fr\nTo: contact@pref.example.fr\nReply-To: claude@example.org\n"
        "Date: Tue, 3 Mar 2026 09:00:00 +0100\nMessage-ID: <f.essai@pref.example.fr>\nSubject: Formulaire\n"
    )
    mails.append(
        "From: camille3@example.org\nTo: contact@pref.example.fr\nDate: Wed, 18 Mar 2026 09:00:00 +0100\n"
        "Message-ID: <s.essai@mail.example>\nSubject: Re: Objet 3\n"
        "In-Reply-To: <inconnu@relais.example.net>\nReferences: <q3.essai@mail.example>\n"
    )
    mails.append(
        "From: camille1@example.org\nTo: contact@pref.example.fr\nDate: Mon, 30 Mar 2026 09:00:00 +0200\n"
        "Message-ID: <t.essai@mail.example>\nSubject: Re: Objet 1\nIn-Reply-To: <r1.essai@relais.example.net>\n"
    )
    return "".join(f"From nobody@example.org\n{mail}\nBonjour.\n\n" for mail in mails)


def office(folder: Path, changes: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    config = folder / "mailsla.toml"
    config.write_text(toml(document(ACCOUNT, **changes)), encoding="utf-8")
    config.chmod(0o600)
    return config
