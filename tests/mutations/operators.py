"""What one piece of code can become: another comparison, another bound, one call less."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "reversed": "list"}
EMPTY = {"str": "''", "int": "0", "tuple": "()", "list": "[]", "dict": "{}", "frozenset": "frozenset()"}


@dataclass(frozen=True)
class Replacement:
    """What a node can become.

    Attributes:
        text: The change, in words or as « before → after ».
        node: What stands there instead; None when the node was changed in place by `change`.
        change: Changes the node itself.
    """

    text: str
    node: ast.AST | None = None
    change: Callable[[], None] | None = None

    def apply(self, put: Callable[[ast.AST], None]) -> None:
        """Make the change; `put` replaces the node where it stands."""
        if self.node is not None:
            put(self.node)
        if self.change is not None:
            self.change()


def replacements(
    node: ast.expr | ast.stmt, *, returns: ast.expr | None, is_default: bool
) -> Iterator[Replacement]:
    """Yield what one node can become; texts are another matter.

    Args:
        node: The node.
        returns: What its function says that it returns.
        is_default: Whether it stands in a class, outside of its methods: there, a value is a default.
    """
    for kind, change in _BY_KIND:
        if isinstance(node, kind):
            yield from change(node)
    if isinstance(node, ast.Return) and node.value is not None and returns is not None:
        yield from _returns(node, returns)
    if is_default and isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _defaults(node)


def _becomes(before: ast.AST, after: ast.AST) -> Replacement:
    return Replacement(f"{_shown(before)} → {_shown(after)}", after)


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _compare(node: ast.Compare) -> Iterator[Replacement]:
    for index, operator in enumerate(node.ops):
        after = copy.deepcopy(node)
        after.ops[index] = COMPARISONS[type(operator)]()
        yield _becomes(node, after)


def _bool_op(node: ast.BoolOp) -> Iterator[Replacement]:
    after = copy.deepcopy(node)
    after.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    yield _becomes(node, after)


def _unary(node: ast.UnaryOp) -> Iterator[Replacement]:
    yield _becomes(node, node.operand)


def _arithmetic(node: ast.BinOp) -> Iterator[Replacement]:
    after = copy.deepcopy(node)
    if type(node.op) in ARITHMETIC:
        after.op = ARITHMETIC[type(node.op)]()
        yield _becomes(node, after)


def _constant(node: ast.Constant) -> Iterator[Replacement]:
    if isinstance(node.value, bool):
        yield _becomes(node, ast.Constant(not node.value))
    elif isinstance(node.value, (int, float)):
        yield _becomes(node, ast.Constant(node.value + 1))
        yield _becomes(node, ast.Constant(node.value - 1))


def _conditions(node: ast.If | ast.IfExp) -> Iterator[Replacement]:
    for value in (True, False):
        after = ast.Constant(value)
        yield Replacement(
            f"if {_shown(node.test)} → if {value}", change=partial(setattr, node, "test", after)
        )


def _while(node: ast.While) -> Iterator[Replacement]:
    after = ast.Constant(value=False)
    yield Replacement(
        f"while {_shown(node.test)} → while False", change=partial(setattr, node, "test", after)
    )


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
) -> Iterator[Replacement]:
    for generator in node.generators:
        for condition in generator.ifs:
            yield Replacement(
                f"without if {_shown(condition)}", change=partial(generator.ifs.remove, condition)
            )


def _call(node: ast.Call) -> Iterator[Replacement]:
    if not isinstance(node.func, ast.Name) or node.func.id not in CALLS:
        return
    after = copy.deepcopy(node)
    after.func = ast.Name(CALLS[node.func.id], ast.Load())
    if node.func.id == "sorted":
        after.keywords = []
    if node.func.id == "reversed":
        after = ast.Call(ast.Name("iter", ast.Load()), [after], [])
    yield _becomes(node, after)


def _jump(node: ast.Continue | ast.Break) -> Iterator[Replacement]:
    yield _becomes(node, ast.Break() if isinstance(node, ast.Continue) else ast.Continue())


def _dropped(node: ast.stmt) -> Iterator[Replacement]:
    """Drop what is done for its effect alone: a call, an addition, an item or an attribute that is set."""
    is_effect = isinstance(node, (ast.Expr, ast.AugAssign, ast.Delete)) or (
        isinstance(node, ast.Assign)
        and all(isinstance(item, (ast.Subscript, ast.Attribute)) for item in node.targets)
    )
    if is_effect:
        yield Replacement("dropped", ast.Pass())
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        after = copy.deepcopy(node)
        after.op = ARITHMETIC[type(node.op)]()
        yield _becomes(node, after)


def _returns(node: ast.Return, returns: ast.expr) -> Iterator[Replacement]:
    said, value = ast.unparse(returns), _shown(node.value or node)
    if said == "bool":
        instead = ["True", "False"]
    elif said.endswith("| None"):
        instead = ["None"]
    else:
        instead = [EMPTY[kind] for kind in (said.partition("[")[0],) if kind in EMPTY]
    for text in instead:
        if text != value:
            yield Replacement(f"return {value} → return {text}", ast.parse(f"return {text}").body[0])


def _defaults(node: ast.AnnAssign) -> Iterator[Replacement]:
    for before, after in (("None", "'X'"), ("()", "('X',)")):
        if ast.unparse(node.value or node) == before:
            value = ast.parse(after, mode="eval").body
            yield Replacement(f"= {before} → = {after}", change=partial(setattr, node, "value", value))


_BY_KIND: tuple[tuple[type | tuple[type, ...], Callable[[Any], Iterator[Replacement]]], ...] = (
    (ast.Compare, _compare),
    (ast.BoolOp, _bool_op),
    (ast.UnaryOp, _unary),
    (ast.BinOp, _arithmetic),
    (ast.Constant, _constant),
    ((ast.If, ast.IfExp), _conditions),
    (ast.While, _while),
    ((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
    (ast.Call, _call),
    ((ast.Continue, ast.Break), _jump),
    (ast.stmt, _dropped),
)
