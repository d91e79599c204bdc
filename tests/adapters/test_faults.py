"""A sample of the seeded faults; `make faults` runs them all, and `FOUND` keeps those that once failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.trials.faults import Trial
from tests.trials.warm_start import WarmStart

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer

SAMPLE = range(60)
FOUND = (
    43,  # a connection cut during LOGIN was taken for a wrong password, which stops the account
)


@pytest.fixture(scope="module")
def trial(dovecot: DovecotServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    prepared = Trial.prepare(dovecot, tmp_path_factory.mktemp("faults"))
    yield prepared
    assert prepared.is_untouched()


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmStart]:
    with WarmStart() as started:
        yield started


@pytest.mark.in_parts(6)
@pytest.mark.parametrize("seed", SAMPLE)
def test_faults_and_kills_leave_the_facts_of_a_clean_pass(
    trial: Trial, warm: WarmStart, seed: int, tmp_path: Path
) -> None:
    trial.run(seed, tmp_path, warm)


@pytest.mark.parametrize("seed", FOUND)
def test_faults_that_once_failed_leave_the_facts_of_a_clean_pass(
    trial: Trial, warm: WarmStart, seed: int, tmp_path: Path
) -> None:
    trial.run(seed, tmp_path, warm)
