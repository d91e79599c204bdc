"""A page with its texts changed, wherever they stand in it; and without what not everybody may read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from mailsla.presentation.pages.page import Cell, Line, Table

_Value = TypeVar("_Value")
Text = Callable[[str], str]


def changed(value: _Value, text: Text) -> _Value:
    """Return a page, or a part of one, each of whose texts is changed."""
    return cast("_Value", _changed(value, text))


def _changed(value: object, text: Text) -> object:
    if value is None or isinstance(value, Enum):
        return value
    if isinstance(value, Cell):
        said = text(value.text)
        return value if said is value.text else Cell(said, value.value, value.emphasis)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, tuple):
        return tuple(_changed(item, text) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return _rebuilt(value, lambda part: _changed(part, text))
    return value


def impersonal(value: _Value) -> _Value:
    """Return what everybody may read of a page, or of a part of one."""
    return cast("_Value", _impersonal(value))


def _impersonal(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_impersonal(item) for item in value if not (isinstance(item, Line) and item.personal))
    if isinstance(value, Table):
        return value.impersonal()
    if is_dataclass(value) and not isinstance(value, type):
        return _rebuilt(value, _impersonal)
    return value


def _rebuilt(value: Any, change: Callable[[object], object]) -> object:
    """Return a value with each of its parts changed; itself when none is."""
    other = {}
    for name in value.__dataclass_fields__:
        part = getattr(value, name)
        made = change(part)
        if made is not part:
            other[name] = made
    return replace(value, **other) if other else value
