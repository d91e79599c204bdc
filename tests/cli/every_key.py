"""Every key of the configuration with another value, and the mail of which each of them says something."""

from __future__ import annotations

import copy
import csv
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from tests.trials.office import document

REGISTER = Path(__file__).parents[1] / "data" / "mail_of_every_key.csv"
ACCOUNT = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "essai"}

BEFORE: dict[str, Any] = document(
    ACCOUNT,
    site={"name": "Préfecture d'essai", "departement": "67"},
    smtp={"host": "127.0.0.1", "sender": "qualite@pref.example.fr"},
    forms=[
        {
            "senders": ["site@pref.example.fr"],
            "citizen": ["subject", "reply-to"],
            "subject_pattern": r"de (\S+@\S+)$",
        }
    ],
    services=[
        {
            "name": "Permis",
            "addresses": ["permis@pref.example.fr"],
            "mailboxes": ["Guichet"],
            "deputies": [{"address": "adjoint@pref.example.fr", "first": "2026-08-03", "last": "2026-08-21"}],
        }
    ],
    commitments=[
        {"category": "information"},
        {
            "category": "complaint",
            "hours": 30,
            "subjects": ["Réclamation"],
            "addresses": ["plaintes@pref.example.fr"],
            "mailboxes": ["Plaintes"],
        },
    ],
    acknowledgements=[{"preset": "accuse-reception"}],
    calendar={
        "closures": [{"on": "2026-03-13", "reason": "pont"}],
        "local_holidays": [{"on": "2026-03-17", "reason": "usage"}],
        "worked_holidays": [{"on": "2026-04-06", "reason": "solidarité"}],
        "half_days": [{"on": "2026-03-19", "reason": "fête", "open": ["09:00-10:00"]}],
    },
    reports=[{"every": "week", "to": ["referent@pref.example.fr"]}],
    alerts={"referent": "qualite@pref.example.fr"},
    reply_kinds=[
        {
            "kind": "acknowledgement",
            "subjects": ["Bien noté"],
            "senders": ["robot@pref.example.fr"],
            "mailboxes": ["Accusés"],
        }
    ],
    closings=[{"effect": "excluded", "reason": "sans suite", "mailboxes": ["Sans suite"]}],
)
"""The configuration by which a store is derived first."""

LATER: dict[str, Any] = {
    "site.name": "Préfecture d'ailleurs",
    "site.departement": "974",
    "site.good_friday": False,
    "site.minimum": 2,
    "office.domains": ["pref.example.fr", "example.net"],
    "office.addresses": ["camille0@example.org"],
    "office.form_senders": ["portail@pref.example.fr"],
    "office.never_requests": ["camille1@example.org"],
    "office.message_id_hosts": ["passerelle.example.net"],
    "accounts[].user": "camille2@example.org",
    "forms[].senders": ["portail@pref.example.fr"],
    "forms[].citizen": ["reply-to"],
    "forms[].subject_pattern": r"pour (\S+@\S+)$",
    "services[].name": "Permis de conduire",
    "services[].addresses": ["contact@pref.example.fr"],
    "services[].mailboxes": ["Plaintes"],
    "services[].head": "camille3@example.org",
    "commitments[].category": "renseignement",
    "commitments[].preset": "marianne",
    "commitments[].days": 5,
    "commitments[].hours": 12,
    "commitments[].unit": "calendar_days",
    "commitments[].comparison": "at_most",
    "commitments[].target": 0.5,
    "commitments[].announced_date_counts": True,
    "commitments[].addresses": ["permis@pref.example.fr"],
    "commitments[].mailboxes": ["Guichet"],
    "commitments[].subjects": ["Objet"],
    "commitments[].confirmed": True,
    "commitments[].chosen_by_site": True,
    "acknowledgements[].preset": "accuse-enregistrement",
    "acknowledgements[].confirmed": True,
    "receipt.cutoff": "10:00",
    "receipt.closed_day_receipt": "next_working_day",
    "calendar.closures[].on": "2026-03-16",
    "calendar.worked_holidays[].on": "2026-04-03",
    "calendar.local_holidays[].on": "2026-03-18",
    "calendar.half_days[].on": "2026-03-27",
    "calendar.half_days[].open": ["09:00-16:30"],
    "calendar.half_days_count": False,
    **{f"opening.{day}": ["08:00-09:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")},
    "replies.holding_subjects": ["Patience"],
    "replies.holding_stops": True,
    "replies.count_follow_ups": True,
    "replies.reminder_words": ["au secours"],
    "reply_kinds[].kind": "substantive",
    "reply_kinds[].subjects": ["Patience"],
    "reply_kinds[].senders": ["automate@pref.example.fr"],
    "reply_kinds[].mailboxes": ["Guichet"],
    "closings[].effect": "answered",
    "closings[].reason": "doublon",
    "closings[].mailboxes": ["Guichet"],
    "smtp.sender": "camille4@example.org",
    "alerts.referent": None,
    "report.cohort": "received",
    "actions.address": "contact@pref.example.fr",
}
"""Another value of each key that says something of the mail below."""

SECOND = {"hours", "addresses", "mailboxes", "subjects", "chosen_by_site"}
"""Keys of the second commitment; a category is recognised by some of them."""

BELIEVED: dict[str, Any] = {
    "office.trusted_authserv_id": "mx.pref.example.fr",
    "office.networks": ["198.51.100.0/24"],
    "office.copies_are_trusted": True,
}
"""Keys by which a mail that bears our address is believed; what the exploitant imports is believed without."""

SILENT: dict[str, dict[str, Any]] = {
    "how servers are reached": {
        "accounts[].host": "imap.example.fr",
        "accounts[].port": 143,
        "accounts[].tls": "starttls",
        "accounts[].ca_file": "autorite.pem",
        "accounts[].password": "un autre",
        "accounts[].every_seconds": 60,
        "accounts[].idle": False,
        "accounts[].timeout_seconds": 30,
        "smtp.host": "smtp.example.fr",
        "smtp.port": 465,
        "smtp.tls": "implicit",
        "smtp.ca_file": "autorite.pem",
        "smtp.user": "qualite",
        "smtp.password": "essai",
        "smtp.timeout_seconds": 60,
    },
    "which reports come by themselves": {
        "reports[].every": "month",
        "reports[].at": "09:00",
        "reports[].to": ["secretariat@pref.example.fr"],
        "reports[].heads": True,
        "reports[].short": True,
        "reports[].attach": ["xlsx"],
    },
    "a password in a file": {
        "accounts[].password": None,
        "accounts[].password_file": "secret",
        "smtp.user": "qualite",
        "smtp.password_file": "secret",
    },
    "a password that a program prints": {
        "accounts[].password": None,
        "accounts[].password_command": ["pass", "contact"],
        "smtp.user": "qualite",
        "smtp.password_command": ["pass", "alertes"],
    },
    "a password in the environment": {
        "accounts[].password": None,
        "accounts[].password_env": "SECRET",
        "smtp.user": "qualite",
        "smtp.password_env": "SECRET",
    },
    **{
        f"tokens, secrets in {way}": {
            "accounts[].password": None,
            "accounts[].oauth2.token_url": "https://login.example.fr/token",
            "accounts[].oauth2.client_id": "mailsla",
            "accounts[].oauth2.scope": "courriel",
            "accounts[].oauth2.mechanism": "oauthbearer",
            f"accounts[].oauth2.client_secret_{way}": value,
            f"accounts[].oauth2.refresh_token_{way}": value,
        }
        for way, value in (("file", "secret"), ("command", ["pass"]), ("env", "SECRET"))
    },
    **{
        f"tokens to send with, secrets in {way}": {
            "smtp.user": "qualite",
            "smtp.oauth2.token_url": "https://login.example.fr/token",
            "smtp.oauth2.client_id": "mailsla",
            "smtp.oauth2.scope": "courriel",
            "smtp.oauth2.mechanism": "oauthbearer",
            f"smtp.oauth2.client_secret_{way}": value,
            f"smtp.oauth2.refresh_token_{way}": value,
        }
        for way, value in (("file", "secret"), ("command", ["pass"]), ("env", "SECRET"))
    },
    "whom alerts go to, and when": {
        "alerts.working_days_before": [5],
        "alerts.send_at": "07:00",
        "alerts.overdue_within": 5,
        "alerts.show_subject": False,
        "alerts.show_sender": True,
        "alerts.calendar_file": True,
        "alerts.unassigned": "accueil@pref.example.fr",
        "alerts.referent_after": 4,
        "alerts.secretary_general": "sg@pref.example.fr",
        "alerts.secretary_general_after": 9,
        "services[].also": ["secretariat@pref.example.fr"],
        "services[].deputies[].address": "interim@pref.example.fr",
        "services[].deputies[].first": "2026-12-21",
        "services[].deputies[].last": "2027-01-04",
        "alerts.operator": "informatique@pref.example.fr",
        "alerts.collection_stopped_after_hours": 8,
    },
    "whether actions are asked for by mail, by which key, and from pages": {
        "actions.enabled": False,
        "pages.actions": True,
        "actions.key_file": "autre-cle",
    },
    "what a site shows, and where one is kept": {
        "pages.subjects": True,
        "pages.folder": "/srv/mailsla/pages",
        "pages.every_hours": 12,
    },
    "how whoever watches is told": {
        "monitoring.metrics_file": "/srv/mailsla.prom",
        "monitoring.ping_url": "https://sondes.example.fr/1",
        "monitoring.command": ["prevenir"],
    },
    "where the daemon takes decisions": {"decisions.socket": "/run/mailsla/decisions.sock"},
    "files that the group reads": {"store.readable_by_group": True},
    "when personal data ends": {"privacy.retention_days": 400},
    "hours of days that never count": {
        "opening.saturday": ["09:00-12:00"],
        "opening.sunday": ["09:00-12:00"],
    },
    "why a day is closed, which `calendar` says": {
        "calendar.closures[].reason": "inventaire",
        "calendar.worked_holidays[].reason": "accord local",
        "calendar.local_holidays[].reason": "foire",
        "calendar.half_days[].reason": "inventaire",
    },
    "whom to believe, of mail that was imported": BELIEVED,
}
"""Keys of which the reports and lists below say nothing, changed together; the store says what it said."""

COLLECTED = {
    "accounts[].name": "mail collected under a name stays that account's",
    "accounts[].sent": "a mailbox's role is noted as it is read",
    "accounts[].ignore": "which mailboxes are read",
    "accounts[].only": "which mailboxes are read",
    "accounts[].since": "from which day mail is read",
    "services[].keywords": "only declared keywords are asked for",
    "reply_kinds[].keywords": "only declared keywords are asked for",
    "closings[].keywords": "only declared keywords are asked for",
    "forms[].body_pattern": "bodies are read as mail is collected, and not kept",
    "store.url": "another store",
}
"""Keys that decide what the store holds, each with what it decides: a new collection follows them, no reading does."""


def keys_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Yield the path of every key of a section, and of those within: `calendar.closures[].on`."""
    for name, field in model.model_fields.items():
        parts = [field.annotation, *get_args(field.annotation)]
        sections = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
        if not sections:
            yield above + name
        for section in sections:
            is_list = field.annotation is not section and type(None) not in parts
            yield from keys_of(section, f"{above}{name}{'[]' if is_list else ''}.")


def changed(values: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration `BEFORE` with some keys changed, by their paths; None takes a key away."""
    found = copy.deepcopy(BEFORE)
    for path, value in values.items():
        *above, key = path.split(".")
        section = found
        for name in above:
            inner = section.setdefault(name.removesuffix("[]"), {})
            section = inner[key in SECOND and name == "commitments[]"] if name.endswith("[]") else inner
        section[key] = value
        if value is None:
            del section[key]
    return found


def mboxes() -> dict[str, str]:
    """Return an archive of which every key of `LATER` says something: each folder's mbox, by its name."""
    folders: dict[str, str] = {}
    with REGISTER.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mail = EmailMessage()
            mail["Message-ID"], mail["From"], mail["To"] = f"<{row['id']}>", row["from"], row["to"]
            mail["Date"] = format_datetime(datetime.fromisoformat(row["at"]))
            mail["Subject"] = row["subject"]
            for name, key in zip(("In-Reply-To", "References"), row["answers"].split(), strict=False):
                mail[name] = f"<{key}>"
            if row["reply_to"]:
                mail["Reply-To"] = row["reply_to"]
            mail.set_content("Bonjour.\n")
            folders[row["folder"]] = folders.get(row["folder"], "") + f"From essai@example.org\n{mail}\n"
    return folders
