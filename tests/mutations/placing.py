"""Puts a change in place: in a process that knows the module already, or as the module is imported."""

from __future__ import annotations

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from tests.mutations.mutators import ROOT, Mutant

Where = tuple[str, str, int]
"""Where a function is written: its file, its qualified name, its first line."""

Remembering = type(cache(len))

Functions = dict[Where, list[types.FunctionType]]


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the import of one module its changed text."""

    def __init__(self, mutant: Mutant) -> None:
        self.file = str(ROOT / mutant.path)
        self.name = module_name(mutant.path)
        self.code = compile(mutant.tree(), self.file, "exec")

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where the changed module comes from; nothing about any other."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.file, loader=self)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the changed text."""
        exec(self.code, module.__dict__)


def module_name(path: str) -> str:
    """Return the name by which a file of the project is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def functions_of_the_core() -> Functions:
    """Return every function that this process knows, by where it is written."""
    found: Functions = defaultdict(list)
    for item in gc.get_objects():
        if isinstance(item, types.FunctionType):
            found[_where(item.__code__)].append(item)
    return found


def put_in_place(mutant: Mutant, functions: Functions) -> None:
    """Change a module that is imported already, and forget what its functions remember."""
    tree = mutant.tree()
    if mutant.is_in_function:
        _replace_code(compile(tree, str(ROOT / mutant.path), "exec"), functions)
    elif mutant.assignment is not None:
        _assign_anew(sys.modules[module_name(mutant.path)], tree, mutant.assignment)
    _forget()


def _forget() -> None:
    """Forget what functions and objects of ours remember of what they answered."""
    for item in gc.get_objects():
        if isinstance(item, Remembering):
            if _is_ours(item.__module__ or ""):
                item.cache_clear()
        elif _is_ours(getattr(type(item), "__module__", "")) and isinstance(
            getattr(item, "__dict__", None), dict
        ):
            for name in [
                name for name in vars(item) if isinstance(getattr(type(item), name, None), cached_property)
            ]:
                del vars(item)[name]


def _is_ours(module: str) -> bool:
    return module.startswith(("mailsla", "tests."))


def _replace_code(changed: types.CodeType, functions: Functions) -> None:
    """Give every function the code that the changed module has at its place."""
    for code in _codes(changed):
        for function in functions.get(_where(code), ()):
            if code.co_freevars == function.__code__.co_freevars:
                function.__code__ = code


def _where(code: types.CodeType) -> Where:
    return (code.co_filename, code.co_qualname, code.co_firstlineno)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _assign_anew(module: types.ModuleType, tree: ast.Module, first: int) -> None:
    """Run a changed assignment of a module again, then those that lean on it; other modules see the new values."""
    changed: set[str] = set()
    for number, statement in enumerate(tree.body[first:]):
        if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            continue
        if number == 0 or changed & {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}:
            before = dict(module.__dict__)
            exec(compile(ast.Module([statement], []), module.__file__ or "", "exec"), module.__dict__)
            for name, value in list(module.__dict__.items()):
                if before.get(name) is not value:
                    changed.add(name)
                    _tell_others(before.get(name), value)


def _tell_others(before: object, after: object) -> None:
    """Have every module of ours that imported a value see the new one; small numbers and texts are nobody's own."""
    if isinstance(before, (int, str, type(None))):
        return
    for module in [module for name, module in sys.modules.items() if _is_ours(name)]:
        for name, value in list(module.__dict__.items()):
            if value is before:
                setattr(module, name, after)
