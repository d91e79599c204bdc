"""Writes the tables as the code goes by them, from their declaration by SQLModel.

python -m tests.tables            say whether they are out of date, and exit 1
python -m tests.tables --update   write them
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import (
    ClauseElement,
    Column,
    ForeignKey,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

import mailsla.adapters.database.row_classes  # noqa: F401 (it declares what is written here)

WRITTEN = Path(__file__).parents[1] / "mailsla" / "adapters" / "database" / "tables.py"

HEAD = '''"""The tables, as reads and writes go by them; see `row_classes`, which declares them.

Written by `python -m tests.tables --update`.
"""

from __future__ import annotations

{imports}
METADATA = MetaData(naming_convention=NAMING)
'''

OURS = {"AutoString": "String", "UTCDateTime": "Instant"}
"""The types that SQLModel declares, as SQLAlchemy and `column_types` have them."""

SQLALCHEMY = (
    "JSON BigInteger Boolean Column Date ForeignKey Index Integer LargeBinary MetaData SmallInteger String Table Text"
    " UniqueConstraint false text"
).split()


def page(metadata: MetaData = SQLModel.metadata) -> str:
    """Return the module that declares the same tables, as the formatter leaves it."""
    tables = sorted(metadata.sorted_tables, key=lambda table: table.name)
    body = "\n".join(map(_table, tables))
    used = [name for name in SQLALCHEMY if re.search(rf'(?<![\w"]){name}(?![\w"])', f"MetaData {body}")]
    imports = f"from sqlalchemy import {', '.join(used)}\n\n"
    for module, name in _own_types(metadata):
        imports += f"from {module} import {name}\n"
    return formatted(HEAD.format(imports=imports) + "\n" + body + "\n")


def formatted(module: str) -> str:
    """Return a module as ruff leaves it: imports in order, lines broken."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    for command in (["check", "--select", "I", "--fix", "-q"], ["format", "-q"]):
        module = subprocess.run(
            [ruff, *command, "--stdin-filename", str(WRITTEN), "-"],
            input=module,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return module


def _own_types(metadata: MetaData) -> Iterator[tuple[str, str]]:
    yield "mailsla.adapters.database.column_types", "NAMING"
    yield "mailsla.adapters.database.column_types", "Instant"
    found = {type(column.type) for table in metadata.tables.values() for column in table.columns}
    for kind in sorted(found, key=lambda kind: kind.__name__):
        if kind.__module__.startswith("mailsla"):
            yield kind.__module__, kind.__name__


def _table(table: Table) -> str:
    options = [f"{name}={value!r}" for name, value in sorted(table.dialect_kwargs.items())]
    unique = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    parts = [
        f'"{table.name}"',
        "METADATA",
        *map(_column, table.columns),
        *sorted(f"UniqueConstraint({_names(item)})" for item in unique),
        *sorted(map(_index, table.indexes)),
        *options,
    ]
    return f"{table.name.upper()} = Table({', '.join(parts)},)\n"


def _names(of: UniqueConstraint | Index) -> str:
    return ", ".join(f'"{column.name}"' for column in of.columns)


def _index(index: Index) -> str:
    # What is said for PostgreSQL alone would load all that SQLAlchemy has for it wherever a SQLite store is opened; its
    # indexes are made by migrations, never from here.
    said = (item for item in sorted(index.dialect_kwargs.items()) if not item[0].startswith("postgresql_"))
    options = [f"{name}={_value(value)}" for name, value in said]
    unique = ["unique=True"] if index.unique else []
    return f"Index({', '.join([repr(index.name), _names(index), *unique, *options])})"


def _column(column: Column[object]) -> str:
    parts = [f'"{column.name}"', _type(column.type)]
    parts += [f'ForeignKey("{key.target_fullname}")' for key in column.foreign_keys if _is_plain(key)]
    if column.primary_key:
        parts.append("primary_key=True")
    elif not column.nullable:
        parts.append("nullable=False")
    if column.autoincrement != "auto":
        parts.append(f"autoincrement={column.autoincrement!r}")
    if isinstance(column.default, ScalarElementColumnDefault):
        parts.append(f"default={column.default.arg!r}")
    if column.server_default is not None:
        parts.append(f"server_default={_value(column.server_default.arg)}")  # type: ignore[attr-defined]  # (all ours have one)
    return f"Column({', '.join(parts)})"


def _is_plain(key: ForeignKey) -> bool:
    assert key.ondelete is None, "a foreign key that deletes is not written here yet"
    return True


def _type(of: TypeEngine[object]) -> str:
    if type(of).__module__.startswith("mailsla"):
        return type(of).__name__
    written = repr(of)
    for theirs, ours in OURS.items():
        written = written.replace(theirs, ours)
    return written.replace("length=", "").removesuffix("()")


def _value(of: object) -> str:
    """Return what a value is written as: a text, a number, or what the database makes of it."""
    if not isinstance(of, ClauseElement):
        return repr(of)
    written = str(of)
    return "false()" if written == "false" else f"text({written!r})"


if __name__ == "__main__":
    if "--update" in sys.argv:
        WRITTEN.write_text(page(), encoding="utf-8")
    is_right = WRITTEN.read_text(encoding="utf-8") == page()
    sys.stdout.write("" if is_right else f"{WRITTEN} is out of date: run `python -m tests.tables --update`\n")
    sys.exit(0 if is_right else 1)
