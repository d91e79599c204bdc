"""How much of a SQLite store a connection keeps at hand, and how it gives it back."""

from __future__ import annotations

from contextlib import ExitStack

from sqlalchemy import Connection, Engine, QueuePool

from mailsla.adapters.database.translation import translated

LITTLE, MUCH = "cache_size=-500", "cache_size=-32768"
"""How many KB of itself SQLite keeps at hand for a connection: a quarter of what it does unless told, as a daemon has
several of them, and no command is slower for it; and for what goes through much.
"""

BULK = 2_000
"""Messages whose transaction goes through so much of the store that `MUCH` pays: those of a first collection over a
quick line, whose batches have twice as many. A day's mail would be stored a fifth faster with it at most, and what
such a transaction holds meanwhile grows with the store.
"""

WIDE = "mailsla_wide"
"""What is said of a connection that has statements of many rows: the driver keeps them as long as it is open."""


def keep_much_at_hand(connection: Connection) -> None:
    """Have a transaction that turns out to be bulk go through as much as one that is said to be, to its end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA {MUCH}")


def give_back_caches(engine: Engine) -> None:
    """Have the connections that nothing uses give back what they keep of the store at hand.

    What a collection wrote through (`MUCH`) would stay with its connection until that one is used again. One that
    was given many rows at once (`WIDE`) is closed, as its statements would stay, with the last values given to them.
    Of a SQLite store alone, as PostgreSQL keeps such things itself.

    Raises:
        TransientError: When the database cannot be reached.
    """
    if engine.dialect.name != "sqlite":
        return
    with translated(), ExitStack() as held:
        # Held until the last: each is another one then.
        for _each in range(checked_in(engine)):
            connection = held.enter_context(engine.connect())
            if WIDE in connection.info:
                connection.invalidate()
            else:
                connection.exec_driver_sql("PRAGMA shrink_memory")


def checked_in(engine: Engine) -> int:
    """Return how many connections are open that nothing uses."""
    return engine.pool.checkedin() if isinstance(engine.pool, QueuePool) else 0
