"""The shape of the package, read in its imports alone: rooms, arrows, floors, circles, lengths.

python -m tests.house    print it
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[1]
LONGEST_MODULE = 300
"""A longer one makes a reader ask what its second subject is."""

DRAWN = ("mailsla", "mailsla.core", "mailsla.adapters")
"""The packages whose rooms are drawn."""

Arrows = Mapping[str, frozenset[str]]
"""A name → the names it leans on, itself left out."""


@dataclass(frozen=True, order=True)
class Length:
    """How long a file or a function is, in lines."""

    lines: int
    place: str


@cache
def modules() -> Mapping[str, Path]:
    """Return the package's modules by dotted name; what alembic alone reads is none."""
    paths = sorted((ROOT / "mailsla").rglob("*.py"))
    return {dotted(path): path for path in paths if path.parent.name != "versions"}


def dotted(path: Path) -> str:
    """Return the name by which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module_arrows() -> Arrows:
    """Return what each module imports of the package, within functions and for types alone included."""
    return {name: frozenset(imports(path)) - {name} for name, path in modules().items()}


def imports(path: Path) -> Iterator[str]:
    """Yield the package's modules that a file imports: the submodule named, else the module it is taken from.

    Raises:
        ValueError: When one is relative.
    """
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path}: a relative import, which is not looked into")
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            named = {name if name in modules() else str(node.module) for name in inner}
            yield from named & modules().keys()


def room_arrows(arrows: Arrows, package: str) -> Arrows:
    """Return the arrows between the direct children of a package; what its own `__init__` imports is nobody's."""
    rooms: dict[str, set[str]] = {}
    for name, others in arrows.items():
        room = room_of(name, package)
        if room is not None:
            leant_on = {found for other in others if (found := room_of(other, package)) is not None}
            rooms.setdefault(room, set()).update(leant_on - {room})
    return {room: frozenset(others) for room, others in rooms.items()}


def room_of(name: str, package: str) -> str | None:
    """Return the direct child of a package that a module is in; None when it is in none.

    >>> room_of("mailsla.core.mail.dates", "mailsla.core")
    'mail'
    """
    inside = name.removeprefix(f"{package}.")
    return None if inside == name else inside.partition(".")[0]


def circles(arrows: Arrows) -> list[list[str]]:
    """Return the groups of names that all lead to each other.

    >>> circles({"a": frozenset("b"), "b": frozenset("ac"), "c": frozenset()})
    [['a', 'b']]
    """
    led_to = {name: reached(name, arrows) for name in arrows}
    groups = {
        tuple(sorted(other for other in led_to[name] if name in led_to.get(other, ())))
        for name in arrows
        if name in led_to[name]
    }
    return [list(group) for group in sorted(groups)]


def reached(start: str, arrows: Arrows) -> set[str]:
    """Return every name that the arrows lead to from one; itself only when they come back."""
    found: set[str] = set()
    ahead = list(arrows[start])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += arrows.get(name, ())
    return found


def floors(arrows: Arrows) -> list[list[str]]:
    """Return the names floor by floor, those that lean on nothing first.

    Raises:
        graphlib.CycleError: When there is a circle.
    """
    sorter = TopologicalSorter(arrows)
    sorter.prepare()
    found = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(sorted(ready))
        sorter.done(*ready)
    return found


def function_lengths() -> list[Length]:
    """Return the length of every function and method, decorators and docstring included, the longest first."""
    found = []
    for path in modules().values():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                lines = (node.end_lineno or node.lineno) - first + 1
                found.append(Length(lines, f"{path.relative_to(ROOT).as_posix()}:{node.name}"))
    return sorted(found, reverse=True)


def module_lengths() -> list[Length]:
    """Return the length of every module, the longest first."""
    paths = modules().values()
    found = [
        Length(len(path.read_text(encoding="utf-8").splitlines()), path.relative_to(ROOT).as_posix())
        for path in paths
    ]
    return sorted(found, reverse=True)


def drawn(package: str, arrows: Arrows) -> Iterator[str]:
    """Yield the lines that draw a package's rooms: its figures, its floors from the top, its arrows."""
    rooms = room_arrows(arrows, package)
    found = circles(rooms)
    levels = [] if found else floors(rooms)
    count = sum(map(len, rooms.values()))
    yield f"{package}: {len(rooms)} rooms, {count} arrows, {len(levels)} floors, {len(found)} circles"
    for number, level in reversed([*enumerate(levels, 1)]):
        yield f"  {number}  {' · '.join(level)}"
    for room, others in sorted(rooms.items()):
        if others:
            yield f"     {room} → {', '.join(sorted(others))}"
    yield from (f"     circle: {' ↔ '.join(group)}" for group in found)


def measured() -> Iterator[str]:
    """Yield the lines that give the lengths of functions and of modules."""
    functions, files = function_lengths(), module_lengths()
    lines = [function.lines for function in functions]
    ninth_decile = quantiles(lines, n=10)[-1]
    yield f"functions: {len(lines)}, median {median(lines):.0f} lines, p90 {ninth_decile:.0f}, the longest:"
    yield from (f"{function.lines:5}  {function.place}" for function in functions[:10])
    long = sum(file.lines > LONGEST_MODULE for file in files)
    yield f"modules: {len(files)}, {long} over {LONGEST_MODULE} lines, the longest:"
    yield from (f"{file.lines:5}  {file.place}" for file in files[: max(10, long)])


def page() -> Iterator[str]:
    """Yield every line of it."""
    arrows = module_arrows()
    for package in DRAWN:
        yield from drawn(package, arrows)
        yield ""
    found = circles(arrows)
    yield f"circles among modules: {len(found)}"
    yield from (f"  {' ↔ '.join(group)}" for group in found)
    yield ""
    yield from measured()


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in page()))
