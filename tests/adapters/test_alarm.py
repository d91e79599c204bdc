"""The alarm: told once that collection stopped, once that it goes on; and the holes that reports speak of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.database.store import store_on
from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.outcome import RunOutcome
from mailsla.presentation.formats import alert_text
from mailsla.presentation.pages.alarm_page import alarm_page
from mailsla.presentation.typography import typeset
from mailsla.usecases.alarm import AlarmRule, sound
from tests.factories import PARIS, paris

START = paris("2026-11-13 09:00")
NAMES = {"contact"}
RULE = AlarmRule("informatique@pref.example.fr", timedelta(hours=4), "pref.example.fr")


class Site:
    """A store whose collections end as told, at hours after START."""

    def __init__(self, engine: Engine) -> None:
        self.store, self.outbox = store_on(engine), Outbox(engine, timedelta(minutes=1))

    def run(self, hour: float, outcome: RunOutcome, reason: str | None = None) -> None:
        at = START + timedelta(hours=hour)
        number = self.store.runs.start("contact", at)
        if outcome is not RunOutcome.OK:
            reason = "la connexion au serveur a échoué (pas de réponse dans le délai)."
        self.store.runs.finish(number, at, outcome, reason=reason, messages=0, set_aside=0)

    def sound(self, hour: float, rule: AlarmRule = RULE) -> int:
        now = START + timedelta(hours=hour)
        refused = any(run.outcome.needs_a_person for run in self.store.runs.last())
        gaps = self.store.runs.gaps(NAMES, rule.after, now)
        return sound(
            self.outbox, gaps, {"contact": refused}, rule, written, now, now.astimezone(PARIS).date()
        )

    def gaps(self, hour: float, account: str = "contact", *, partial: bool = False) -> tuple[Gap, ...]:
        found = self.store.runs.gaps({account}, timedelta(hours=12), START + timedelta(hours=hour))
        return tuple(gap for gap in found if gap.partial == partial)

    @property
    def purposes(self) -> list[str]:
        """What was told, of one account, mail by mail."""
        return [item.purpose.split()[1] for item in reversed(self.outbox.history())]


def written(told: Sequence[Gap]) -> tuple[str, str]:
    reason = "le serveur refuse l'identifiant ou le mot de passe."
    with_reason = [(gap, reason) for gap in told]
    return alert_text.write(alarm_page(with_reason, site="Préfecture d'essai", zone=PARIS))


@pytest.fixture
def site(engine: Engine) -> Site:
    return Site(engine)


def test_network_faults_are_told_when_they_have_lasted_and_once(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    for hour in (1, 2, 3, 4, 5):
        site.run(hour, RunOutcome.TRANSIENT)

    assert [site.sound(hour) for hour in (2, 3.9, 4, 5, 30)] == [0, 0, 1, 0, 0]
    assert site.purposes == ["collection-stopped"]


@pytest.mark.parametrize("outcome", [RunOutcome.PERMANENT, RunOutcome.REFUSED])
def test_what_needs_a_person_is_told_at_once_and_its_end_too(site: Site, outcome: RunOutcome) -> None:
    site.run(0, RunOutcome.OK)
    site.run(0.1, outcome)
    told = site.sound(0.2)
    site.run(2, RunOutcome.OK)

    assert (told, site.sound(2.9), site.sound(3), site.sound(3.5)) == (1, 0, 1, 0)
    assert site.purposes == ["collection-stopped", "collection-resumed"]


def test_what_was_over_before_anybody_was_told_is_not_told(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    site.run(1, RunOutcome.TRANSIENT)
    site.run(2, RunOutcome.OK)

    assert site.sound(5) == 0


def test_a_second_stop_is_told_again(site: Site) -> None:
    for hour, outcome in (
        (0, RunOutcome.OK),
        (1, RunOutcome.PERMANENT),
        (2, RunOutcome.OK),
        (3, RunOutcome.OK),
        (4, RunOutcome.PERMANENT),
    ):
        site.run(hour, outcome)
        site.sound(hour + 0.1)

    assert site.purposes == ["collection-stopped", "collection-resumed", "collection-stopped"]


def test_an_account_that_never_worked_is_told_from_its_first_try(site: Site) -> None:
    site.run(0, RunOutcome.PERMANENT)
    site.run(1, RunOutcome.PERMANENT)

    assert site.sound(1.5) == 1


TWO = {"contact": False, "autre": False}


def gap(account: str, since: float, until: float | None = None) -> Gap:
    ends = None if until is None else START + timedelta(hours=until)
    return Gap(account, START + timedelta(hours=since), ends)


def test_one_fault_of_all_accounts_is_one_mail_and_so_is_its_end(site: Site) -> None:
    """They stop and go on within minutes of each other."""

    def told(hour: float, *gaps: Gap, accounts: dict[str, bool] = TWO) -> int:
        now = START + timedelta(hours=hour)
        return sound(site.outbox, gaps, accounts, RULE, written, now, now.astimezone(PARIS).date())

    down = (gap("contact", 0), gap("autre", 0.1))
    over = (gap("contact", 0, 6), gap("autre", 0.1, 6.2))
    assert [told(hour, *down) for hour in (3.9, 4, 4.1, 5)] == [0, 1, 0, 0]
    assert [told(hour, *over) for hour in (6.9, 7, 7.2, 9)] == [0, 1, 0, 0]
    [began, ended] = reversed(site.outbox.history())
    assert began.purpose.split()[1:3] == ["collection-stopped", "contact"]
    assert [item.purpose.count("autre") for item in (began, ended)] == [1, 1]


def test_what_has_only_just_stopped_is_not_told_with_what_has_for_long(site: Site) -> None:
    now = START + timedelta(hours=4)
    gaps = (gap("contact", 0), gap("autre", 2.5))

    assert sound(site.outbox, gaps, TWO, RULE, written, now, now.date()) == 1
    [state] = site.outbox.history()
    assert "autre" not in state.purpose


def test_what_an_earlier_version_told_in_a_mail_of_its_own_is_known(site: Site) -> None:
    told = f"collection-stopped contact {START.isoformat()}"
    site.outbox.add(Outgoing("m1", RULE.operator or "", told, START.date(), "s", "t"), START)
    later = START + timedelta(hours=9)

    assert sound(site.outbox, [gap("contact", 0)], TWO, RULE, written, later, later.date()) == 0
    assert sound(site.outbox, [gap("contact", 0, 7)], TWO, RULE, written, later, later.date()) == 1


def test_nobody_is_told_without_an_operator(site: Site) -> None:
    site.run(0, RunOutcome.PERMANENT)

    assert site.sound(1, AlarmRule(None, timedelta(hours=4), "pref.example.fr")) == 0


def test_the_mail_says_since_when_why_and_what_to_do(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    site.run(1, RunOutcome.PERMANENT)
    [gap] = site.gaps(1)
    subject, body = written([gap])

    assert subject == typeset(
        "mailsla : relève de « contact » arrêtée depuis le 13/11/2026 à 9\u00a0h\u00a000"
    )
    assert "mot de passe" in body
    assert "mailsla check" in body


def found(gaps: Iterable[Gap]) -> list[tuple[float, float | None]]:
    """Return gaps as hours after START."""
    hour = timedelta(hours=1)
    return [
        ((gap.since - START) / hour, None if gap.until is None else (gap.until - START) / hour)
        for gap in gaps
    ]


def test_a_hole_goes_from_a_success_to_the_next_whatever_failed_in_between(site: Site) -> None:
    for hour, outcome in (
        (0, RunOutcome.OK),
        (1, RunOutcome.TRANSIENT),
        (2, RunOutcome.OK),
        (3, RunOutcome.TRANSIENT),
        (20, RunOutcome.TRANSIENT),
        (30, RunOutcome.OK),
    ):
        site.run(hour, outcome)
    site.run(31, RunOutcome.TRANSIENT)

    assert found(site.gaps(32)) == [(0, 2), (2, 30), (30, None)]


def test_a_machine_that_was_off_leaves_a_hole_and_so_does_one_still_off(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    site.run(5, RunOutcome.OK)

    assert found(site.gaps(17)) == []
    assert found(site.gaps(17.1)) == [(5, None)]
    site.run(200, RunOutcome.OK)
    assert found(site.gaps(201)) == [(5, 200)]


def test_collections_that_never_end_are_a_hole_and_an_alarm(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    for hour in range(1, 30):
        site.store.runs.start("contact", START + timedelta(hours=hour))

    assert found(site.gaps(30)) == [(0, None)]
    assert [site.sound(hour) for hour in (3.9, 4.1, 30)] == [0, 1, 0]


def test_an_account_that_was_never_read_is_a_hole_since_it_was_tried_and_none_once_it_is(site: Site) -> None:
    untried = site.gaps(1)
    site.store.runs.start("contact", START + timedelta(hours=2))
    tried = site.gaps(3)
    site.run(4, RunOutcome.OK)

    assert found((*untried, *tried)) == [(1, None), (2, None)]
    assert all(gap.never for gap in (*untried, *tried))
    assert site.gaps(5) == ()


def test_nothing_is_told_of_a_fresh_installation_before_its_time(site: Site) -> None:
    site.store.runs.start("contact", START)

    assert [site.sound(hour) for hour in (0, 3.9, 4)] == [0, 0, 1]


def test_an_account_taken_out_of_the_configuration_is_no_open_hole(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    site.run(20, RunOutcome.OK)
    site.run(21, RunOutcome.TRANSIENT)

    assert found(site.gaps(40, "another")) == [(0, 20), (40, None)]


def test_stops_and_returns_by_turns_are_told_once_and_so_is_their_end(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    told = 0
    for turn in range(1, 25):
        site.run(turn / 3, RunOutcome.PERMANENT)
        told += site.sound(turn / 3 + 0.1)
        site.run(turn / 3 + 1 / 6, RunOutcome.OK)
        told += site.sound(turn / 3 + 1 / 6 + 0.1)

    assert told == 1
    assert (site.sound(9.1), site.sound(9.2), site.sound(9.5)) == (0, 1, 0)
    site.run(10, RunOutcome.PERMANENT)
    assert site.sound(10.1) == 1
    assert site.purposes == ["collection-stopped", "collection-resumed", "collection-stopped"]


def test_an_end_is_told_even_when_what_counts_as_a_silence_has_changed(site: Site) -> None:
    site.run(0, RunOutcome.OK)
    told = site.sound(5)
    site.run(6, RunOutcome.OK)
    patient = AlarmRule(RULE.operator, timedelta(hours=24), RULE.domain)

    assert (told, site.sound(7, patient), site.sound(8, patient)) == (1, 1, 0)


def test_a_mailbox_left_out_is_a_gap_of_its_own_told_when_it_has_lasted_and_its_end_too(site: Site) -> None:
    for hour, reason in ((0, None), (1, "dossier refusé"), (3, "dossier refusé"), (5, None), (6, None)):
        site.run(hour, RunOutcome.OK, reason)
        site.sound(hour + 0.1)
    untold = site.purposes
    for hour, reason in (
        (7, "dossier refusé"),
        (9, "dossier refusé"),
        (11, "dossier refusé"),
        (12, None),
        (13, None),
    ):
        site.run(hour, RunOutcome.OK, reason)
        site.sound(hour + 0.1)

    assert found(site.gaps(13, partial=True)) == [(0, 5), (6, 12)]
    assert site.gaps(13) == ()
    assert untold == []
    assert site.purposes == ["mailbox-refused", "mailbox-read-again"]
    subject, body = written([Gap("contact", START, None, partial=True)])
    assert subject == typeset(
        "mailsla : relève de « contact » incomplète depuis le 13/11/2026 à 9\u00a0h\u00a000"
    )
    assert "laisse de côté un dossier" in body
