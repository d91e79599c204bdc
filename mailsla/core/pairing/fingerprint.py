"""Fingerprints: a name for the value of some rules; equal values have equal names, and every field is in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction

SCHEME = "2:"
"""Begins every fingerprint; raised whenever the rendering below changes. Names without it are of the first scheme."""

UNSAID = frozenset({"Office.actions"})
"""Fields that are left out while they are None: a site that does not use them keeps the names that it had."""


def fingerprint(value: object, *, without: Collection[str] = ()) -> str:
    """Return the name of a value: frozen dataclasses, named tuples and what a rule is made of, however nested.

    Args:
        value: What is named. Neither the name of a class nor a field that takes no part in equality (`compare=False`)
            is a part of it; the names of fields are.
        without: The fields that are left out, as `Class.field`.

    Raises:
        TypeError: When the value holds anything whose rendering is not defined here.

    >>> fingerprint((1, "2026-01-01")) == fingerprint((1, date(2026, 1, 1)))
    False
    >>> fingerprint(frozenset("ab")) == fingerprint(frozenset("ba"))
    True
    """
    said = json.dumps(_rendered(value, without))
    return SCHEME + hashlib.sha256(said.encode()).hexdigest()


def _rendered(value: object, without: Collection[str]) -> object:
    """Return a value as JSON: what has parts, or a form of its own, as a list that begins with what it is."""
    if isinstance(value, Enum):
        return _rendered(value.value, without)
    if value is None or isinstance(value, bool | int | str):
        return value
    return _of_parts(value, without) or _of_moments(value) or _of_others(value)


def _of_parts(value: object, without: Collection[str]) -> list[object] | None:
    named = _named_parts(value)
    if named is not None:
        owner = type(value).__name__
        kept = [
            (name, part)
            for name, part in named
            if f"{owner}.{name}" not in without and not (part is None and f"{owner}.{name}" in UNSAID)
        ]
        return ["fields", *([name, _rendered(part, without)] for name, part in kept)]
    if isinstance(value, tuple):
        return ["tuple", *(_rendered(part, without) for part in value)]
    if isinstance(value, frozenset):
        return ["set", *_ordered(_rendered(part, without) for part in value)]
    if isinstance(value, Mapping):
        items = ([_rendered(key, without), _rendered(part, without)] for key, part in value.items())
        return ["mapping", *_ordered(items)]
    return None


def _named_parts(value: object) -> list[tuple[str, object]] | None:
    """Return the fields of a dataclass or of a named tuple; None for anything else."""
    if is_dataclass(value) and not isinstance(value, type):
        return [(item.name, getattr(value, item.name)) for item in fields(value) if item.compare]
    names = getattr(value, "_fields", None) if isinstance(value, tuple) else None
    return None if names is None else [(name, getattr(value, name)) for name in names]


def _ordered(parts: Iterator[object]) -> list[object]:
    return sorted(parts, key=json.dumps)


def _of_moments(value: object) -> list[object] | None:
    if isinstance(value, datetime | date | time):
        return [type(value).__name__, value.isoformat()]
    if isinstance(value, timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    return None


def _of_others(value: object) -> list[object]:
    if isinstance(value, Fraction):
        return ["fraction", value.numerator, value.denominator]
    if isinstance(value, re.Pattern):
        return ["pattern", _rendered(value.pattern, {}), value.flags]
    raise TypeError(f"a fingerprint cannot render {type(value).__name__}")
