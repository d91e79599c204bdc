"""pytest as seen by a run of mutations: measured once, then asked for few tests at a time, up to the first failure."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import coverage
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutations.mutators import CORE, ROOT

if TYPE_CHECKING:
    from tests.mutations.running import Coverage

SLACK = 1
"""Seconds of processor time that a test may always take: what never ends is noticed."""

EXAMPLES = 12
"""Of each property; always the same ones."""

settings.register_profile(
    "mutations",
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class _Plugin:
    def pytest_configure(self) -> None:
        """Have properties tried on few examples."""
        settings.load_profile("mutations")


class _Hasty(_Plugin):
    """Ends the process at the first failure, without a word about it, and when a test takes far too long."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._seconds = seconds

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Have the process end when a test takes ten times as long as it did, and a second."""
        signal.setitimer(signal.ITIMER_PROF, SLACK + 10 * self._seconds.get(item.nodeid, 0))
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """End the process when a test fails."""
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            os._exit(1)


class Measuring(_Plugin):
    """Notes, of every test, what it runs and how long it takes."""

    def __init__(self, found: Coverage) -> None:
        self.coverage = found
        self._tracer = coverage.Coverage(data_file=None, config_file=False, source=[str(CORE)])
        self._tracer.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test."""
        if session.testsfailed:
            raise session.Interrupted("cannot be collected")
        for item in session.items:
            self._tracer.switch_context(item.nodeid)
            started = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            self.coverage.seconds[item.nodeid] = time.process_time() - started
        self._tracer.stop()
        self._note()
        return True

    def _note(self) -> None:
        data = self._tracer.get_data()
        for file in data.measured_files():
            path = os.path.relpath(file, ROOT)
            for line, tests in data.contexts_by_lineno(file).items():
                self.coverage.by_line[path, line] = frozenset(tests)
        ours = ("mailsla", "tests", "__main__")
        self.coverage.modules = tuple(
            name for name in sorted(sys.modules) if name.partition(".")[0] not in ours
        )


class Collected:
    """Every test, ready to run."""

    def __init__(self, session: pytest.Session) -> None:
        self._items = {item.nodeid: item for item in session.items}

    def run(self, tests: Sequence[str]) -> None:
        """Run some tests; the process ends at the first that fails."""
        items: list[Any] = [self._items[test] for test in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


class Serving(_Hasty):
    """Collects every test, and hands them over instead of running them."""

    def __init__(self, serve: Callable[[Collected], None], seconds: Mapping[str, float]) -> None:
        super().__init__(seconds)
        self._serve = serve

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Hand the tests over."""
        self._serve(Collected(session))
        return True


class Trying(_Hasty):
    """Runs some tests of those collected, in the order given."""

    def __init__(self, tests: Sequence[str], seconds: Mapping[str, float]) -> None:
        super().__init__(seconds)
        self._order = {test: index for index, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what was asked for."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )
