"""What mailsla prints is what a program that shares no code with it counts: a sample of `make recount`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.trials import recount
from tests.trials.command_line import command
from tests.trials.recount.comparing import DATES, OPTIONS, TERRITORIES, Option, compare

SAMPLE = {
    "18": ("less than", "at most"),
    "67": ("calendar days", "follow-ups"),
    "973": ("received", "cutoff"),
    "974": ("closed day", "calendar"),
    "987": ("less than", "cutoff"),
    "988": ("follow-ups", "closed day"),
}


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("departement", TERRITORIES)
def test_every_figure_is_what_another_program_counts(tmp_path: Path, departement: str) -> None:
    options = {name: OPTIONS[name] for name in SAMPLE[departement]}

    tally = compare(tmp_path, command, departement, 40, options, DATES[1::2])

    assert tally.differences == []
    assert tally.requests > 100
    assert tally.figures > 300


def test_a_rule_read_otherwise_is_seen(tmp_path: Path) -> None:
    misread = {"read as at most": Option({}, {"at_most": True})}

    tally = compare(tmp_path, command, "18", 20, misread, DATES[-1:])

    assert any("requests" in line for line in tally.differences)
    assert any("due population" in line for line in tally.differences)
    assert any("received population" in line for line in tally.differences)


def test_the_sample_tries_every_option() -> None:
    assert {name for names in SAMPLE.values() for name in names} == OPTIONS.keys()


def test_nothing_that_counts_shares_code_with_what_is_counted() -> None:
    folder = Path(recount.__file__).parent
    imports = {
        (path.name, name)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if not name.startswith("tests.trials.recount.")
    }

    ours = {(file, name) for file, name in imports if name.partition(".")[0] in {"mailsla", "tests", "bench"}}
    # The runner starts the command line, and nothing else.
    assert ours == {("__main__.py", "tests.trials.command_line")}
    assert ("oracle.py", "email") in imports


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return []
