"""The registers: what a decision makes of the rate is what taking it back would show; nothing published is hidden."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mailsla.bootstrap import commands, decisions
from mailsla.bootstrap.application import Application, open_application
from mailsla.cli import run
from mailsla.config import load
from mailsla.core.pairing.decision import Action, Recorded
from mailsla.core.rate.period import Grain, parse_period
from mailsla.core.rate.publication import Published, Source
from mailsla.core.rate.selection import Selection
from mailsla.usecases.decide import Answered, Exclude, OfMail, Signature, Wanted
from mailsla.usecases.registers import RegisteredDecision
from tests.cli.few_requests import mbox, office
from tests.factories import paris

NOW = paris("2026-04-15 12:00")
YEAR = parse_period("2026")
SIGNED = Signature("essai", "camille", NOW, Recorded("agent", NOW))


@contextmanager
def opened(config: Path, days: int = 0) -> Iterator[Application]:
    with open_application(load(config), now=lambda: NOW + timedelta(days=days)) as app:
        yield app


@pytest.fixture
def config(tmp_path: Path) -> Path:
    archive = tmp_path / "archive.mbox"
    archive.write_text(mbox(), encoding="utf-8")
    made = office(tmp_path / "office", {})
    assert run(["import", str(archive), "--config", str(made)]) == 0
    return made


def rate(app: Application) -> tuple[int, int]:
    counts = commands.report(app, [YEAR]).sections[0].population
    return counts.met, counts.fallen_due


def request(app: Application, subject: str) -> str:
    found = (item.case for item in commands.requests(app, Selection()))
    return next(case.key for case in found if case.subject == subject)


def decide(app: Application, subject: str, wanted: Wanted) -> int:
    named = commands.request_named(app, request(app, subject))
    return decisions.decide(app, named, wanted, SIGNED).number


def reply_to(app: Application, subject: str) -> OfMail:
    named = commands.request_named(app, request(app, subject))
    [reply] = [step.key for step in named.steps if step.key == named.answered_by]
    return OfMail(Action.SPLIT, commands.message_named(app, reply))


def decide_everything(app: Application) -> None:
    """Take decisions of every kind that moves a rate, and take the fifth back by the seventh."""
    split = reply_to(app, "Objet 2")
    decide(app, "Objet 1", Exclude())
    decide(app, "Objet 3", Answered(paris("2026-03-06 09:00"), "téléphone"))
    decide(app, "Objet 2", split)
    decide(app, "Objet 6", OfMail(Action.JOIN, split.message))
    taken_back = decide(app, "Objet 5", Exclude())
    spam = commands.message_named(app, request(app, "Objet 0"))
    decisions.decide_mail(app, spam, Action.LEAVE_OUT, SIGNED)
    decisions.undo(app, [request(app, "Objet 5")], taken_back, SIGNED)


def test_what_a_decision_makes_of_the_rate_is_what_taking_it_back_shows(config: Path) -> None:
    with opened(config) as app:
        decide_everything(app)
        registered = commands.registered_decisions(app)
        now = rate(app)
    shown = {}
    for item in registered:
        if item.undone_by is None and item.decision.action is not Action.UNDO:
            shown[item.decision.number] = without(config, item)

    said = {item.decision.number: said_of(item, now) for item in registered}
    assert {number: said[number] for number in shown} == {
        number: (now, rate) for number, rate in shown.items()
    }
    assert len(shown) == 5
    assert sum(rate != now for rate in shown.values()) >= 4, "most of these decisions move the rate"


def without(config: Path, item: RegisteredDecision) -> tuple[int, int]:
    """Take a decision back in a copy of the store, and return the year's rate there."""
    copied = config.parent.with_name(f"without-{item.decision.number}")
    shutil.copytree(config.parent, copied)
    with opened(copied / config.name) as app:
        decisions.undo(app, [item.decision.target, item.decision.other or ""], item.decision.number, SIGNED)
        return rate(app)


def said_of(item: RegisteredDecision, now: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the rate with a decision and without it, as the register says."""
    if not item.effects:
        return now, now
    [effect] = item.effects
    assert effect.year == YEAR.first.year
    return tuple((of.met, of.fallen_due) for of in (effect.with_it, effect.without))  # type: ignore[return-value]  # (two of them)


def test_a_decision_taken_back_moves_nothing_and_names_what_took_it_back(config: Path) -> None:
    with opened(config) as app:
        decide_everything(app)
        by_number = {item.decision.number: item for item in commands.registered_decisions(app)}

    assert list(by_number) == [1, 2, 3, 4, 5, 6, 7]
    assert (by_number[5].undone_by, by_number[5].effects) == (7, ())
    assert [item.undone_by for item in by_number.values()] == [None, None, None, None, 7, None, None]
    assert {item.decision.recorded for item in by_number.values()} == {SIGNED.recorded}


def test_the_register_of_a_period_has_what_was_decided_in_it_and_no_more(config: Path) -> None:
    with opened(config) as app:
        decide(app, "Objet 1", Exclude())
        counts = [
            len(commands.registered_decisions(app, parse_period(name))) for name in ("2026-04", "2026-03")
        ]

    assert counts == [1, 0]


def publish(app: Application, *periods: str) -> Sequence[int]:
    built = commands.report(app, [parse_period(period) for period in periods])
    signed = Published("camille", Recorded("agent", NOW), "comité")
    return [item.number for item in commands.publish(app, built, signed)]


def test_publishing_again_hides_nothing(config: Path) -> None:
    with opened(config) as app:
        numbers = [*publish(app, "2026", "2026-03")]
        decide(app, "Objet 1", Exclude())
        numbers += publish(app, "2026")
        first, month, again = commands.registered_publications(app)
        told = commands.report(app, [YEAR]).revisions

    assert numbers == [1, 2, 3]
    assert [item.published.number for item in (first, month, again)] == numbers
    assert [item.followed_by for item in (first, month, again)] == [3, None, None]
    assert first.revision is not None
    assert first.revision.causes == (Source.DECISIONS,)
    assert again.revision is None
    assert [item.published.number for item in told] == [1, 2], "a figure published anew stays told"
    assert first.published.definitive is False
    assert first.published.signed.recorded == Recorded("agent", NOW)


def test_what_was_published_of_a_period_is_what_lies_within_it(config: Path) -> None:
    with opened(config) as app:
        publish(app, "2026", "2026-03", "2025")
        found = {
            name: [
                item.published.period.name
                for item in commands.registered_publications(app, parse_period(name))
            ]
            for name in ("2026", "2026-03", "2026-03-02..2026-03-05")
        }

    assert found == {"2026": ["2026", "2026-03"], "2026-03": ["2026-03"], "2026-03-02..2026-03-05": []}


def test_a_report_of_one_service_and_a_publication_ask_for_no_other_calendar(config: Path) -> None:
    with opened(config) as app:
        assert publish(app, *(piece.name for piece in (YEAR, Grain.MONTH.period_of(NOW.date())))) == [1, 2]
        assert app.store.publications.periods() == {YEAR, parse_period("2026-04")}
