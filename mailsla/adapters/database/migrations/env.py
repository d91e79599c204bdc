"""Runs the migrations on the connection that `mailsla.adapters.database.schema` opened."""

from alembic import context
from sqlmodel import SQLModel

import mailsla.adapters.database.row_classes  # noqa: F401 (declares the tables whose metadata is read below)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    # SQLite cannot alter a column: alembic copies the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
