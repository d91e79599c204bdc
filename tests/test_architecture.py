"""The shape of the house: a pure core, layers that hold, names that say what is inside.

Every check goes by a file's path: two files of one name are two files, wherever they move.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from tests.house import LONGEST_MODULE

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mailsla"


def below(folder: Path) -> list[str]:
    """Return the path of every module below a folder, from the project's root."""
    return sorted(path.relative_to(ROOT).as_posix() for path in folder.rglob("*.py"))


MODULES = below(PACKAGE)
CORE = below(PACKAGE / "core")

PURE = {
    "array",
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "codecs",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "dateutil",
    "decimal",
    "email",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "ipaddress",
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

LONG = {
    "mailsla/core/pairing/request_life.py": "one state machine, read from top to bottom",
    "mailsla/demo/letters.py": "mostly the sentences of invented letters",
    "mailsla/adapters/database/tables.py": "written by a program, one table after the other",
}
"""Modules longer than most, each with the reason why it is not two."""


def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def impurities(tree: ast.Module) -> set[str]:
    """Return what a module of the core imports or calls, and may not."""
    names = imported(tree)
    calls = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    functions = {call.id for call in calls if isinstance(call, ast.Name)}
    inside = {name for name in names if name.partition(".")[0] == "mailsla"}
    return {
        *({name.partition(".")[0] for name in names - inside} - PURE),
        *(name for name in inside if not name.startswith("mailsla.core")),
        *(methods & CLOCKS),
        *(functions & {"open", "print", "input", "exec", "eval", "__import__"}),
    }


@pytest.mark.parametrize("path", CORE)
def test_the_core_reads_no_clock_no_file_and_no_network(path: str) -> None:
    assert impurities(tree_of(path)) == set()


def test_every_file_below_the_core_is_held_to_be_pure() -> None:
    # Counted another way, so that no move makes the check above blind: it held 56 files when this was written.
    files = (name for _folder, _folders, names in os.walk(PACKAGE / "core") for name in names)
    found = sum(name.endswith(".py") for name in files)

    assert len(set(CORE)) == found
    assert found >= 56


@pytest.mark.parametrize(
    "impure",
    [
        "from datetime import datetime\nNOW = datetime.now()\n",
        "import os\n",
        "from mailsla.adapters import clock\n",
        "from . import neighbour\n",
        "def f(path):\n    return open(path)\n",
    ],
)
def test_the_purity_check_sees_clocks_files_and_ways_out(impure: str) -> None:
    assert impurities(ast.parse(impure)) != set()


def test_the_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_test_needs_the_benchmarks() -> None:
    tests = below(ROOT / "tests")

    assert [path for path in tests if any(name.startswith("bench") for name in imported(tree_of(path)))] == []
    assert len(tests) > 80


def test_no_module_takes_a_name_that_says_nothing_or_hides_the_standard_library() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "misc"}
    # Inside a package absolute imports hide nothing, but readers would stumble all the same.
    refused = vague | (sys.stdlib_module_names - {"__future__"})
    named = {path: Path(path).stem for path in MODULES} | {
        folder: Path(folder).name for folder in {str(Path(path).parent) for path in MODULES}
    }

    assert {path for path, name in named.items() if name in refused} == set()


def test_no_module_is_too_long_to_be_read_in_one_go() -> None:
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in MODULES}

    assert {path for path, length in lines.items() if length > LONGEST_MODULE} == LONG.keys()


EVERYWHERE = below(ROOT / "mailsla") + below(ROOT / "tests") + below(ROOT / "bench")
SILENCES = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover)")
REASON = re.compile(r"(?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|ignore\[[a-z-]+\](?:  #)?) +\([^()]{3,}")


ELSEWHERE = re.compile(r"\((?:as above|as said|see above|the same)\b")
"""Reasons that stand somewhere else: a line that moves loses them."""


def silences(path: str) -> list[str]:
    """Return the comments of a module that silence a check."""
    with (ROOT / path).open("rb") as file:
        comments = [
            token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        ]
    return [comment for comment in comments if SILENCES.match(comment)]


def test_a_check_is_silenced_by_its_name_and_with_a_reason() -> None:
    bare = {
        (path, comment)
        for path in EVERYWHERE
        for comment in silences(path)
        if not REASON.search(comment) or ELSEWHERE.search(comment)
    }

    assert bare == set()


def test_no_test_is_skipped_nor_expected_to_fail() -> None:
    # A server that is missing fails: a skip would hide that.
    ways = {"skip", "skipif", "xfail", "importorskip", "SkipTest", "skipTest", "expectedFailure"}
    found = {
        (path, node.attr)
        for path in below(ROOT / "tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ways
    }

    # Only looked at, to tell a test's failure from its being left out.
    assert found == {("tests/mutations/plugins.py", "skip")}


def test_every_public_name_is_explained() -> None:
    unexplained = []
    for path in MODULES:
        if "versions" in Path(path).parts:
            continue
        tree = tree_of(path)
        if ast.get_docstring(tree) is None:
            unexplained.append(path)
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None and not _is_inside_private(tree, node):
                unexplained.append(f"{path}:{node.name}")
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


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Until Python 3.11.5 such a repetition may take what it must not (gh-106052): Debian 12 has 3.11.2."""
    repeated = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+")
    patterns = {
        node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        for path in MODULES
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    }

    assert any("]++" in pattern for pattern in patterns)
    assert [pattern for pattern in patterns if repeated.search(pattern)] == []


NAMES_OF_PYTHON = {
    "mailsla/adapters/database/translation.py": "what a driver raises is told apart by it",
    "mailsla/adapters/machine/logs.py": "a field of the log, beside a traceback",
    "mailsla/cli/usage.py": "what the library refuses is told apart by it",
    "mailsla/core/errors.py": "a code that the store and JSON hold",
    "mailsla/core/pairing/fingerprint.py": "a fingerprint names types",
}
"""Who asks for a class's name, and why: none is ever part of a sentence."""


def test_no_sentence_has_the_name_of_a_class_in_it() -> None:
    asking = {
        str(path.relative_to(PACKAGE.parent))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\btype\([^()]*\)\.__(?:qual)?name__|__class__\.__", path.read_text(encoding="utf-8"))
    }

    assert asking == NAMES_OF_PYTHON.keys()
