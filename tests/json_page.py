"""Holds docs/json.md against the JSON Schemas that the package holds.

python -m tests.json_page            tell whether the page says what the schemas say
python -m tests.json_page --update   write it anew
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

SCHEMAS = resources.files("mailsla.presentation.documents") / "schemas"
PAGE = Path(__file__).parents[1] / "docs" / "json.md"

NAMES = (
    "report",
    "requests",
    "left-out",
    "mails",
    "show",
    "mail",
    "decisions",
    "notes",
    "publications",
    "person",
    "alerts",
    "actions",
    "check",
    "import",
    "conversations",
    "classify",
    "clock",
    "calendar",
)
"""The documents, in the order of the page; most are named after the command that answers them."""

ANSWERED_BY = {
    "left-out": "requests --state left-out",
    "mail": "show ‹a mail›",
    "person": "person ‹address› --export",
}
"""Those that are not."""

HEAD = """\
# JSON documents

<!-- Written by `python -m tests.json_page --update`, from the schemas: change those. -->

Each document names its schema and version; a field is never removed or given another meaning without a new
version. Dates are ISO 8601; instants carry the site's offset. Shares are decimal numbers; where a figure is
published, the exact fraction stands beside it as two integers.

The schemas (JSON Schema, draft 2020-12) are files of the package:
`importlib.resources.files("mailsla.presentation.documents") / "schemas" / "report.json"`. They refuse a field
that they do not know; a later version of mailsla may add some.

In the tables, `[]` stands for each item of a list, and `<name>` for a part that is described once, further down.
"""

Schema = Mapping[str, Any]


class Row(NamedTuple):
    """One property: where it is, what type it has, what it means."""

    path: str
    type: str
    meaning: str


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema of what a command answers."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def parts(whole: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the path and the schema of each property of a document, then of each part that several share."""
    yield from _inner("", whole)
    for name, part in whole.get("$defs", {}).items():
        yield f"<{name}>", part
        yield from _inner(f"<{name}>", part)


def _inner(path: str, part: Schema) -> Iterator[tuple[str, Schema]]:
    if "items" in part:
        yield f"{path}[]", part["items"]
        yield from _inner(f"{path}[]", part["items"])
    for name, inner in part.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        yield below, inner
        yield from _inner(below, inner)


def rows(whole: Schema) -> Iterator[Row]:
    """Yield a row for each property of a document, and for each part that several share.

    The items of a list have one of their own only when the list has none: at the top of a document.
    """
    for path, part in parts(whole):
        if path == "[]" or not path.endswith("[]"):
            yield Row(path, type_of(part), part["description"])


def type_of(part: Schema) -> str:
    """Return what a part may be, as the page says it.

    >>> type_of({"type": ["string", "null"], "format": "date"})
    'date or null'
    >>> type_of({"type": "array", "items": {"$ref": "#/$defs/day"}})
    'list of `<day>`'
    """
    if "anyOf" in part:
        return " or ".join(map(type_of, part["anyOf"]))
    if "$ref" in part:
        return f"`<{part['$ref'].rpartition('/')[2]}>`"
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return ", ".join("null" if value is None else f"`{value}`" for value in part["enum"])
    types = [part["type"]] if isinstance(part["type"], str) else part["type"]
    return " or ".join(_one_type(name, part) for name in types)


def _one_type(name: str, part: Schema) -> str:
    if name == "array":
        return f"list of {type_of(part['items'])}"
    if name == "object" and "additionalProperties" in part and "properties" not in part:
        return f"object: name → {type_of(part['additionalProperties'])}"
    return str(part["format"]) if name == "string" and "format" in part else name


def page() -> str:
    """Return the page that the schemas make."""
    sections = [HEAD]
    for name in NAMES:
        whole = schema(name)
        table = "".join(f"| `{row.path}` | {row.type} | {row.meaning} |\n" for row in rows(whole))
        sections.append(
            f"## `mailsla {ANSWERED_BY.get(name, name)}`\n\n`{whole['title']}`. {whole['description']}\n\n"
            f"| path | type | meaning |\n| --- | --- | --- |\n{table}"
        )
    return "\n".join(sections)


if __name__ == "__main__":
    if "--update" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    is_right = PAGE.read_text(encoding="utf-8") == page()
    sys.stdout.write(
        "" if is_right else "docs/json.md is out of date: run `python -m tests.json_page --update`\n"
    )
    sys.exit(0 if is_right else 1)
