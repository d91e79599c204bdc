"""The shape of the house: a pure core, layers that hold, names that say what is inside."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mailsla"
MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = [path for path in MODULES if path.parent.name == "core"]

PURE = {
    "array",
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "codecs",
    "collections",
    "dataclasses",
    "datetime",
    "dateutil",
    "decimal",
    "email",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "html",
    "itertools",
    "json",
    "math",
    "re",
    "typing",
    "unicodedata",
    "zoneinfo",
}
"""What the core may import: nothing here reads a clock, a file, the network or the environment by itself."""

CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "localtime"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_reads_no_clock_no_file_and_no_network(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    roots = {name.partition(".")[0] for name in imported(path)} - {"mailsla"}
    inside = {name for name in imported(path) if name.startswith("mailsla")}
    calls = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    functions = {call.id for call in calls if isinstance(call, ast.Name)}

    assert roots <= PURE
    assert all(name.startswith("mailsla.core") for name in inside)
    assert not methods & CLOCKS
    assert not functions & {"open", "print", "input", "exec", "eval"}


def test_the_purity_check_sees_a_clock(tmp_path: Path) -> None:
    impure = tmp_path / "impure.py"
    impure.write_text("from datetime import datetime\nNOW = datetime.now()\n", encoding="utf-8")

    with pytest.raises(AssertionError):
        test_the_core_reads_no_clock_no_file_and_no_network(impure)


def test_the_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_module_takes_a_name_that_says_nothing_or_hides_the_standard_library() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "misc"}
    # Inside a package absolute imports hide nothing, but readers would stumble all the same.
    taken = {"email", "calendar", "mailbox", "threading", "logging", "types", "queue"}
    names = {path.stem for path in MODULES if path.parent.name != "demo"}

    assert not names & (vague | taken)


def test_no_module_is_too_long_to_be_read_in_one_go() -> None:
    longest = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}

    assert {name: lines for name, lines in longest.items() if lines > 460} == {}


def test_every_public_name_is_explained() -> None:
    unexplained = []
    for path in MODULES:
        if "versions" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if ast.get_docstring(tree) is None:
            unexplained.append(str(path))
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None and not _is_inside_private(tree, node):
                unexplained.append(f"{path.name}:{node.name}")
    assert unexplained == []


def _is_inside_private(tree: ast.Module, wanted: ast.AST) -> bool:
    """Tell whether a definition belongs to a function or to a private class."""
    for node in ast.walk(tree):
        owner = isinstance(node, ast.FunctionDef) or (
            isinstance(node, ast.ClassDef) and node.name.startswith("_")
        )
        if owner and node is not wanted and any(child is wanted for child in ast.walk(node)):
            return True
    return False
