"""One site's rules: what the configuration says, as values of the core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mailsla.bootstrap.site_rules import Site
from mailsla.config import parse
from mailsla.core.office.correspondents import Office


def office(
    *,
    smtp: dict[str, Any] | None = None,
    alerts: dict[str, Any] | None = None,
    services: Any = (),
    **keys: Any,
) -> Office:
    document: dict[str, Any] = {
        "site": {"name": "Préfecture d'essai", "departement": "18"},
        "office": {"domains": ["pref.example.fr"]} | keys,
        "accounts": [
            {"name": "contact", "host": "imap.example.fr", "user": "Contact@example.org", "password_env": "P"}
        ],
        "commitments": [{"category": "information", "preset": "qualipref"}],
    }
    if smtp is not None:
        document["smtp"] = smtp
    document |= {"alerts": alerts or {}, "services": list(services)}
    return Site(parse(document, folder=Path("/nowhere"))).office


def test_by_what_our_mail_is_believed_is_what_the_site_says() -> None:
    said = office(
        trusted_authserv_id=" MX.pref.example.fr ",
        networks=["198.51.100.0/24", "2001:DB8::/32", "203.0.113.9"],
        copies_are_trusted=True,
        message_id_hosts=["Relais.example.net"],
    )

    assert said.trusted_authserv_id == "mx.pref.example.fr"
    assert said.networks == ("198.51.100.0/24", "2001:db8::/32", "203.0.113.9/32")
    assert said.copies_are_trusted
    assert (said.message_id_hosts, office().message_id_hosts) == (("relais.example.net",), ())
    assert (office().trusted_authserv_id, office().networks, office().copies_are_trusted) == ("", (), False)


def test_who_sends_the_alerts_is_of_the_office() -> None:
    sending = {"host": "smtp.example.fr", "sender": "alertes@example.net"}

    assert office(smtp=sending).addresses == {"contact@example.org", "alertes@example.net"}
    assert office().addresses == {"contact@example.org"}


def test_whoever_is_told_of_requests_is_of_the_office_outside_its_domains_too() -> None:
    away = {"address": "adjointe@dep.example.net", "first": "2026-12-21", "last": "2026-12-31"}
    service = {"name": "Permis", "head": "chef@pref.example.fr", "also": ["bureau@dep.example.net"]}
    alerts = {"referent": "qualite+alertes@dep.example.net", "unassigned": "accueil@pref.example.fr"}

    said = office(alerts=alerts, services=[service | {"deputies": [away]}])

    outside = {f"{name}@dep.example.net" for name in ("adjointe", "bureau", "qualite")}
    assert said.addresses == {"contact@example.org", "chef@pref.example.fr", *outside}
    assert all(map(said.includes, (*outside, *alerts.values())))
