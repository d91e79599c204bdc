"""Agents reduced to the office: whoever the site declares, a citizen or a machine stays."""

from __future__ import annotations

import pytest

from mailsla.core.office.agents import reduced
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import Form

OFFICE = Office(
    domains=("pref.example.fr",),
    addresses=frozenset({"contact@pref.example.fr"}),
    services=(Service("Permis", ("permis@pref.example.fr",)),),
    forms=(Form(frozenset({"formulaire@pref.example.fr"})),),
    never_requests=frozenset({"robot@pref.example.fr"}),
    actions="actions+oui@pref.example.fr",
)


@pytest.mark.parametrize(
    "kept",
    [
        "contact@pref.example.fr",
        "permis+12@pref.example.fr",
        "formulaire@pref.example.fr",
        "robot@pref.example.fr",
        "actions+oui@pref.example.fr",
        "mailer-daemon@pref.example.fr",
        "camille@example.org",
        "…@pref.example.fr",
    ],
)
def test_whoever_is_no_agent_stays(kept: str) -> None:
    assert reduced({"to": [kept]}, OFFICE) is None


def test_an_agent_is_the_office_s_in_each_field_as_often_as_before_and_stays_so_whatever_is_declared_later() -> (
    None
):
    agents = ["p.martin@pref.example.fr", "z.petit@sub.pref.example.fr", "z.petit+1@pref.example.fr"]

    found = reduced({"senders": agents[:1], "to": [*agents, "a@example.org"]}, OFFICE)

    assert found == {
        "senders": ["…@pref.example.fr"],
        "to": ["…@pref.example.fr", "…@sub.pref.example.fr", "…@pref.example.fr", "a@example.org"],
    }
    assert Office(domains=("autre.example.fr",)).includes("…@pref.example.fr")
    assert not Office(domains=("autre.example.fr",)).includes("p.martin@pref.example.fr")
