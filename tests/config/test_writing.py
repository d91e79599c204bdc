"""The first configuration: what a plan says is what is read back, whatever the names."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mailsla.config import parse
from mailsla.config.writing import Plan, written
from mailsla.core.collection.mail_servers import Candidate, Source

SERVER = Candidate("imap.example.fr", 143, "starttls", Source.GIVEN)
RELAY = Candidate("smtp.example.fr", 465, "implicit", Source.DNS)
PLAN = Plan(
    site='Préfecture « du "Cher" »',
    departement="2A",
    domains=("pref.example.fr", "autre.example.fr"),
    server=SERVER,
    user='con"tact\\',
    secret=("password_command", ("pass", 'mail"sla')),
    sender="contact@pref.example.fr",
    ca_file=Path("/etc/autorité.pem"),
    sent=("Envoyés d'ici",),
    form_senders=("site@pref.example.fr",),
    authserv_id="mx.example.fr",
    services=(("Permis", "permis@pref.example.fr"), ("Titres", "titres@pref.example.fr")),
    relay=RELAY,
)


def test_all_that_a_plan_says_is_read_back() -> None:
    settings = parse(tomllib.loads(written(PLAN)), folder=Path("/srv"))
    [account] = settings.accounts

    assert (settings.site.name, settings.site.departement) == (PLAN.site, "2A")
    assert settings.office.domains == PLAN.domains
    assert settings.office.form_senders == PLAN.form_senders
    assert settings.office.trusted_authserv_id == "mx.example.fr"
    assert (account.host, account.port, account.tls) == ("imap.example.fr", 143, "starttls")
    assert (account.user, account.sent, account.ca_file) == (PLAN.user, PLAN.sent, PLAN.ca_file)
    assert account.password_command == ("pass", 'mail"sla')
    assert [(item.name, item.addresses) for item in settings.services] == [
        (name, (address,)) for name, address in PLAN.services
    ]
    assert settings.smtp is not None
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.tls) == ("smtp.example.fr", 465, "implicit")
    assert (settings.smtp.sender, settings.smtp.user) == (PLAN.sender, PLAN.user)
    assert settings.smtp.password_command == account.password_command


def test_a_plan_that_says_little_is_read_too_and_sends_nothing() -> None:
    plan = Plan(
        site="Préfecture",
        departement="18",
        domains=("pref.example.fr",),
        server=SERVER,
        user="contact@pref.example.fr",
        secret=("password_file", "mot-de-passe"),
        sender="contact@pref.example.fr",
    )

    settings = parse(tomllib.loads(written(plan)), folder=Path("/srv"))

    assert settings.smtp is None
    assert (settings.services, settings.office.form_senders) == ((), ())
    assert settings.accounts[0].password_file == Path("/srv/mot-de-passe")


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1, max_size=60)
)
def test_whatever_a_server_or_a_mail_calls_things_is_read_back_as_it_was(name: str) -> None:
    # A configuration knows no space at either end.
    name = f"a{name}b"
    plan = replace(
        PLAN, site=name, user=name, sent=(name,), only=(name,), services=((name, "a@pref.example.fr"),)
    )

    content = written(plan)
    settings = parse(tomllib.loads(content), folder=Path("/srv"))
    [account] = settings.accounts

    assert all(line.isprintable() for line in content.splitlines())
    assert (settings.site.name, account.user, account.sent, account.only) == (name, name, (name,), (name,))
    assert settings.services[0].name == name
