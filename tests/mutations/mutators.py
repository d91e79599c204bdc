"""Every small change of a module that a test should notice, one at a time.

Left alone: docstrings, annotations, decorators, sentences of errors, version numbers, the names of type variables.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from tests.mutations.alternatives import without_each, without_each_word
from tests.mutations.operators import Replacement, replacements

ROOT = Path(__file__).parents[2]
CORE = ROOT / "mailsla" / "core"

UNTOUCHED = {"annotation", "returns", "decorator_list", "format_spec", "type_params", "slice_annotation"}


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    Attributes:
        path: The module's file, from the project's root.
        line: Where, from 1.
        text: That line, without its indentation.
        change: What is written there, and what it becomes; with its number when a line can be changed so twice.
        number: Its place among the changes of its module.
        lines: The lines of its statement: tests that run none of them cannot notice.
        is_in_function: Whether it lies in a function's body; if not, it is done as soon as the module is imported.
        assignment: For a change of what a name of the module stands for, that statement's place in the module.
        only: The beginning of the ids of the tests that must notice it; empty when any may.
    """

    path: str
    line: int
    text: str
    change: str
    number: int
    lines: range
    is_in_function: bool
    assignment: int | None = None
    only: str = ""

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is known by wherever its line has moved."""
        return (self.path, self.text, self.change)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}\n    {self.change}"

    def tree(self) -> ast.Module:
        """Return the changed module."""
        tree = ast.parse((ROOT / self.path).read_text(encoding="utf-8"))
        list(_changes(tree))[self.number].apply()
        return ast.fix_missing_locations(tree)


@dataclass(frozen=True)
class _Place:
    """Where a node stands: the innermost statement, and what its surroundings make of it."""

    statement: ast.stmt
    is_in_function: bool = False
    is_in_class: bool = False
    is_pattern: bool = False
    returns: ast.expr | None = None

    @cached_property
    def lines(self) -> range:
        """The lines of the statement; of one that holds others, only its head."""
        body = getattr(self.statement, "body", None)
        end = self.statement.end_lineno or self.statement.lineno
        if body:
            end = max(self.statement.lineno, body[0].lineno - 1)
        return range(self.statement.lineno, end + 1)


@dataclass(frozen=True)
class _Change:
    node: ast.expr | ast.stmt
    place: _Place
    text: str
    apply: Callable[[], None]


def mutants_of(path: str) -> list[Mutant]:
    """Return every change of one module, in the order of its text."""
    written = (ROOT / path).read_text(encoding="utf-8")
    lines = written.splitlines()
    met: Counter[tuple[int, str]] = Counter()
    found = []
    tree = ast.parse(written)
    for number, change in enumerate(_changes(tree)):
        line = change.node.lineno
        met[line, change.text] += 1
        times = met[line, change.text]
        text = change.text if times == 1 else f"{change.text} ({times})"
        place = change.place
        assignment = tree.body.index(place.statement) if _is_assignment(place.statement, tree) else None
        found.append(
            Mutant(
                path,
                line,
                lines[line - 1].strip(),
                text,
                number,
                place.lines,
                place.is_in_function,
                assignment,
            )
        )
    return found


def _is_assignment(statement: ast.stmt, tree: ast.Module) -> bool:
    return isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement in tree.body


def every_mutant(folder: Path = CORE) -> list[Mutant]:
    """Return every change of every module below a folder, or of one module."""
    files = [folder] if folder.suffix else sorted(folder.rglob("*.py"))
    return [mutant for file in files for mutant in mutants_of(file.relative_to(ROOT).as_posix())]


def _changes(tree: ast.Module) -> Iterator[_Change]:
    for index, statement in enumerate(tree.body):
        yield from _below(statement, partial(tree.body.__setitem__, index), _Place(statement))


def _below(node: ast.AST, put: Callable[[ast.AST], None], place: _Place) -> Iterator[_Change]:
    """Yield the changes of a node, then those of the nodes below it."""
    if _is_left_alone(node):
        return
    if isinstance(node, (ast.expr, ast.stmt)):
        for replacement in _of(node, place):
            yield _Change(node, place, replacement.text, partial(replacement.apply, put))
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED or (isinstance(node, ast.Assert) and field == "msg"):
            continue
        below = _inside(node, field, place)
        if isinstance(value, ast.AST):
            yield from _below(value, partial(setattr, node, field), below)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                if isinstance(child, ast.AST):
                    put_child = partial(value.__setitem__, index)
                    yield from _below(child, put_child, _at(child, below))


def _at(child: ast.AST, place: _Place) -> _Place:
    if not isinstance(child, ast.stmt):
        return place
    return _Place(child, place.is_in_function, place.is_in_class, returns=place.returns)


def _inside(node: ast.AST, field: str, place: _Place) -> _Place:
    """Return what a node's surroundings are to the nodes in one of its fields."""
    if isinstance(node, ast.FunctionDef) and field == "body":
        return _Place(place.statement, is_in_function=True, returns=node.returns)
    if isinstance(node, ast.ClassDef) and field == "body":
        return _Place(place.statement, place.is_in_function, is_in_class=True)
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
        return _Place(place.statement, place.is_in_function, place.is_in_class, is_pattern=True)
    return place


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called.endswith(("TypeVar", "UsageError", "ValueError")) or called == "cast"
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        named = ast.unparse(target)
        is_alias = isinstance(node.value, ast.Subscript) and ast.unparse(node.value).startswith("Callable[")
        return named == "__all__" or named.endswith("_VERSION") or is_alias
    return False


def _of(node: ast.expr | ast.stmt, place: _Place) -> Iterator[Replacement]:
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        yield from _texts(node, place)
    else:
        yield from replacements(node, returns=place.returns, is_default=place.is_in_class)


def _texts(node: ast.Constant, place: _Place) -> Iterator[Replacement]:
    """Alter a text; drop each alternative of a pattern, each word of a list of words."""
    value = node.value
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)

    def becomes(left: str) -> ast.Constant:
        return ast.Constant(left.encode("latin-1") if isinstance(value, bytes) else left)

    if not place.is_in_function and ("|" in text or place.is_pattern):
        for dropped, left in without_each(text):
            yield Replacement(f"without {dropped!r}", becomes(left))
    elif not place.is_in_function and " " in text and text.replace(" ", "").isalpha() and text.islower():
        for dropped, left in without_each_word(text):
            yield Replacement(f"without {dropped!r}", becomes(left))
    if place.is_pattern and len(text) > 1:
        yield Replacement("a pattern that never matches", becomes("(?!)"))
    else:
        yield Replacement(f"{value!r} → {text + 'X'!r}", becomes(text + "X"))
