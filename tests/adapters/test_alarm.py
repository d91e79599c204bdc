"""The alarm: told once that collection stopped, once that it goes on; and the holes that reports speak of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.facts import Facts
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.rendering import alert_mail
from mailsla.usecases.alarm import RESUMED, AlarmRule, Interrupted, sound
from tests.factories import PARIS, paris

START = paris("2026-11-13 09:00")
RULE = AlarmRule("informatique@pref.example.fr", timedelta(hours=4), "pref.example.fr")


class Site:
    """A store whose collections end as told, at hours after START."""

    def __init__(self, engine: Engine) -> None:
        self.facts, self.outbox = Facts(engine), Outbox(engine, timedelta(minutes=1))

    def run(self, hour: float, outcome: str, reason: str | None = None) -> None:
        at = START + timedelta(hours=hour)
        number = self.facts.start_run("contact", at)
        if outcome != "ok":
            reason = "la connexion au serveur a échoué (TimeoutError)."
        self.facts.finish_run(number, at, outcome, reason=reason, messages=0, set_aside=0)

    def sound(self, hour: float, rule: AlarmRule = RULE) -> int:
        now = START + timedelta(hours=hour)
        refused = [run.account for run in self.facts.last_runs() if run.needs_a_person]
        holes = self.facts.holes(timedelta(0))
        return sound(self.outbox, holes, refused, rule, written, now, now.astimezone(PARIS).date())

    @property
    def purposes(self) -> list[str]:
        return [item.purpose.split()[0] for item in reversed(self.outbox.history())]


def written(purpose: str, hole: Interrupted) -> tuple[str, str]:
    return alert_mail.alarm(
        resumed=purpose == RESUMED,
        account=hole.account,
        since=hole.since,
        until=hole.until,
        reason="le serveur refuse l'identifiant ou le mot de passe.",
        site="Préfecture d'essai",
        zone=PARIS,
    )


@pytest.fixture
def site(engine: Engine) -> Site:
    return Site(engine)


def test_network_faults_are_told_when_they_have_lasted_and_once(site: Site) -> None:
    site.run(0, "ok")
    for hour in (1, 2, 3, 4, 5):
        site.run(hour, "transient")

    assert [site.sound(hour) for hour in (2, 3.9, 4, 5, 30)] == [0, 0, 1, 0, 0]
    assert site.purposes == ["collection-stopped"]


@pytest.mark.parametrize("outcome", ["permanent", "refused"])
def test_what_needs_a_person_is_told_at_once_and_its_end_too(site: Site, outcome: str) -> None:
    site.run(0, "ok")
    site.run(0.1, outcome)
    told = site.sound(0.2)
    site.run(2, "ok")

    assert (told, site.sound(2.1), site.sound(3)) == (1, 1, 0)
    assert site.purposes == ["collection-stopped", "collection-resumed"]


def test_what_was_over_before_anybody_was_told_is_not_told(site: Site) -> None:
    site.run(0, "ok")
    site.run(1, "transient")
    site.run(2, "ok")

    assert site.sound(10) == 0


def test_a_second_stop_is_told_again(site: Site) -> None:
    for hour, outcome in ((0, "ok"), (1, "permanent"), (2, "ok"), (3, "permanent")):
        site.run(hour, outcome)
        site.sound(hour + 0.1)

    assert site.purposes == ["collection-stopped", "collection-resumed", "collection-stopped"]


def test_an_account_that_never_worked_is_told_from_its_first_try(site: Site) -> None:
    site.run(0, "permanent")
    site.run(1, "permanent")

    assert site.sound(1.5) == 1


def test_nobody_is_told_without_an_operator(site: Site) -> None:
    site.run(0, "permanent")

    assert site.sound(1, AlarmRule(None, timedelta(hours=4), "pref.example.fr")) == 0


def test_the_mail_says_since_when_why_and_what_to_do(site: Site) -> None:
    site.run(0, "ok")
    site.run(1, "permanent")
    [hole] = site.facts.holes(timedelta(0))
    subject, body = written("collection-stopped", hole)

    assert subject == "mailsla : relève de « contact » arrêtée depuis le 13/11/2026 à 09\u00a0h\u00a000"
    assert "mot de passe" in body
    assert "mailsla check" in body


def test_only_long_holes_that_are_over_are_kept_and_each_with_its_ends(site: Site) -> None:
    for hour, outcome in (
        (0, "ok"),
        (1, "transient"),
        (2, "ok"),
        (3, "transient"),
        (20, "transient"),
        (30, "ok"),
    ):
        site.run(hour, outcome)
    site.run(31, "transient")

    found = [(hole.since, hole.until) for hole in site.facts.holes(timedelta(hours=12))]

    assert found == [
        (START + timedelta(hours=2), START + timedelta(hours=30)),
        (START + timedelta(hours=30), None),
    ]


def test_a_mailbox_left_out_is_a_hole_of_its_own_and_no_alarm(site: Site) -> None:
    for hour, reason in ((0, None), (1, "dossier refusé"), (20, "dossier refusé"), (21, None)):
        site.run(hour, "ok", reason)
    site.run(22, "ok", "dossier refusé")

    found = [(hole.since, hole.until) for hole in site.facts.partial_holes(timedelta(hours=12))]

    assert found == [(START, START + timedelta(hours=21)), (START + timedelta(hours=21), None)]
    assert site.facts.holes(timedelta(0)) == ()
    assert site.sound(30) == 0
