"""Runs the tests that can notice a change, in a process forked for it; the first failure ends that process.

A fork costs milliseconds where an interpreter costs seconds. Three ways lead to a changed module:

- what lies in a function is put in place in a process that has imported and collected everything: its code is
  replaced wherever the function lives;
- what a name of a module stands for is put in place there too, and what follows from it in that module;
- what else is done when a module is imported needs a process that has imported nothing of ours yet, and so does
  what may have left its mark while the tests were collected, when none of them notices it the first way.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.mutations.mutators import ROOT, Mutant
from tests.mutations.placing import Changed, functions_of_the_core, module_name, put_in_place
from tests.mutations.plugins import Collected, Measuring, Serving, Trying

MEMORY = 2 << 30
"""Bytes a process may take: what grows without end is noticed."""

LONGEST = 120
"""Seconds of processor time that a process may take in all; each test has its own limit too."""

TESTS = ("tests/core", "mailsla/core")
TOO_DEAR = "tests/core/test_hostile_bytes.py"
"""Random bytes: half of all the time, for hardly a change that nothing else notices."""


@dataclass
class Coverage:
    """Which test runs what.

    Attributes:
        seconds: What each test takes, by its id.
        by_line: (file, line) → the tests that run it; `""` among them when it runs as tests are collected.
        modules: What the tests import, that is not ours.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    by_line: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that run a change, or its module when it is done before them; the most telling first."""
        found = self._of_lines(mutant)
        if not mutant.is_in_function or "" in found:
            found = self._of_module(mutant.path)
        named = module_name(mutant.path)
        tests = {test for test in found if test in self.seconds and test.startswith(mutant.only)}
        return sorted(tests, key=lambda test: (not _names(test, named), self.seconds[test], test))

    def others(self, mutant: Mutant) -> list[str]:
        """Return every other test, the quickest first: what an import does may be seen from afar."""
        if mutant.is_in_function:
            return []
        return sorted(
            self.seconds.keys() - set(self.tests_of(mutant)), key=lambda test: (self.seconds[test], test)
        )

    def runs_at_collection(self, mutant: Mutant) -> bool:
        """Tell whether a change may be at work before any test is."""
        return not mutant.is_in_function or "" in self._of_lines(mutant)

    def _of_lines(self, mutant: Mutant) -> frozenset[str]:
        return frozenset().union(*(self.by_line.get((mutant.path, line), ()) for line in mutant.lines))

    def _of_module(self, path: str) -> frozenset[str]:
        return frozenset().union(*(tests for (file, _), tests in self.by_line.items() if file == path))


@cache
def _names(test: str, module: str) -> bool:
    """Tell whether a test's file speaks of a module."""
    return f"{module} import" in _text(test.partition("::")[0]) or test.partition("::")[2].startswith(module)


@cache
def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def measured() -> Coverage:
    """Run every test once, in a process of its own, and return which runs what."""
    # What is compiled once is not compiled again, and no file of the project is written.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(tempfile.gettempdir()) / "mutations-bytecode")

    def measure(tell: Callable[[object], None]) -> None:
        plugin = Measuring(Coverage())
        if _pytest(plugin, TESTS):
            raise SystemExit("the tests fail before anything is changed")
        tell(plugin.coverage)

    [coverage] = _told(measure)
    assert isinstance(coverage, Coverage)
    for name in coverage.modules:
        with suppress(ImportError):
            importlib.import_module(name)
    return coverage


def unnoticed(
    mutants: Sequence[Mutant], coverage: Coverage, jobs: int, tell: Callable[[str], None]
) -> list[Mutant]:
    """Return the changes that no test notices, in their order."""
    in_place = [mutant for mutant in mutants if mutant.is_in_function or mutant.assignment is not None]
    left = _in_place(in_place, coverage, jobs, tell)
    again = [mutant for mutant in left if coverage.runs_at_collection(mutant)]
    survivors = {mutant for mutant in left if not coverage.runs_at_collection(mutant)}
    anew = [*(mutant for mutant in mutants if mutant not in set(in_place)), *again]
    for mutant, is_noticed in forked(anew, jobs, lambda mutant: _try_anew(mutant, coverage)):
        tell("." if is_noticed else "S")
        if not is_noticed:
            survivors.add(mutant)
    return [mutant for mutant in mutants if mutant in survivors]


def _in_place(
    mutants: Sequence[Mutant], coverage: Coverage, jobs: int, tell: Callable[[str], None]
) -> list[Mutant]:
    """Try changes in a process that has collected every test; return those that nothing noticed."""

    def try_all(tell_survivor: Callable[[object], None]) -> None:
        def serve(collected: Collected) -> None:
            functions = functions_of_the_core()
            gc.freeze()

            def attempt(mutant: Mutant) -> None:
                put_in_place(mutant, functions)
                collected.run(coverage.tests_of(mutant))

            for mutant, is_noticed in forked(mutants, jobs, lambda mutant: _bounded(mutant, attempt)):
                tell("." if is_noticed else "s")
                if not is_noticed:
                    tell_survivor(mutant)

        if _pytest(Serving(serve, coverage.seconds), TESTS):
            raise SystemExit("the tests cannot be collected")

    return _told(try_all)


def _told(work: Callable[[Callable[[object], None]], None]) -> list[Any]:
    """Do some work in a process of its own, and return what it tells."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(writing, "wb") as stream:
            work(lambda item: pickle.dump(item, stream))
        os._exit(0)
    os.close(writing)
    told = []
    with os.fdopen(reading, "rb") as answers, suppress(EOFError):
        while True:
            told.append(pickle.load(answers))
    if os.waitpid(child, 0)[1]:
        raise SystemExit(1)
    return told


def forked(
    mutants: Iterable[Mutant], jobs: int, attempt: Callable[[Mutant], None]
) -> Iterator[tuple[Mutant, bool]]:
    """Try each change in a process of its own, some at a time; yield whether it was noticed: that process fails."""
    running: dict[int, Mutant] = {}
    for mutant in mutants:
        if len(running) == jobs:
            yield _ended(running)
        child = os.fork()
        if not child:
            try:
                attempt(mutant)
            except BaseException:
                os._exit(1)
            os._exit(0)
        running[child] = mutant
    while running:
        yield _ended(running)


def _ended(running: dict[int, Mutant]) -> tuple[Mutant, bool]:
    child, status = os.wait()
    return running.pop(child), status != 0


def _bounded(mutant: Mutant, attempt: Callable[[Mutant], None]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence()
    attempt(mutant)


def silence() -> None:
    """Have nothing that this process prints be seen."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


def _try_anew(mutant: Mutant, coverage: Coverage) -> None:
    """Import a changed module, then everything else, and run the tests; fail when one of them does."""

    def attempt(mutant: Mutant) -> None:
        sys.meta_path.insert(0, Changed(mutant))
        for tests in (coverage.tests_of(mutant), coverage.others(mutant)):
            files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
            if tests and _pytest(Trying(tests, coverage.seconds), files):
                os._exit(1)

    _bounded(mutant, attempt)


def _pytest(plugin: object, paths: Sequence[str]) -> int:
    os.chdir(ROOT)
    options = "-q --capture=no -p no:cacheprovider -p no:xdist -p no:cov -p no:faulthandler".split()
    options += ["--assert=plain", f"--ignore={TOO_DEAR}", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *paths], plugins=[plugin]))
