"""What a `FaultProxy` shall do to which byte, drawn from a seed or written by hand.

Connections are counted from 0, and so are the bytes of each of their directions. A fault strikes when the byte
it names comes from the sender, before that byte goes on; what came earlier was passed on. A connection that ends
before is never struck.
"""

import math
import random
from dataclasses import dataclass
from enum import Enum


class Direction(Enum):
    """Which way the bytes go."""

    TO_SERVER = "client → server"
    TO_CLIENT = "server → client"


class FaultKind(Enum):
    """What happens to the bytes."""

    RESET = "reset"
    """Both ends see the connection reset (RST); what they had not read yet may be lost."""
    CLOSE = "close"
    """Both ends see the connection closed (FIN); nothing passes any more, either way."""
    TRUNCATE = "truncate"
    """The receiver sees the end (FIN); the sender is read to its end and knows nothing. The other way goes on."""
    STALL = "stall"
    """Nothing passes this way until `release`, or for `seconds`; then all of it does."""
    DELAY = "delay"
    """The `length` bytes pass one at a time, in `seconds` altogether."""
    GARBLE = "garble"
    """The `length` bytes pass with every bit flipped."""
    KILL = "kill"
    """The proxy's `kill` is called; what the client sent before goes on, as after any death."""


ON_THE_WIRE = tuple(kind for kind in FaultKind if kind is not FaultKind.KILL)


@dataclass(frozen=True)
class Fault:
    """One fault, at one byte of one direction of one connection.

    Args:
        connection: The connection, 0 for the first one.
        direction: The way of the bytes.
        at_byte: The first byte concerned, 0 for the first one of this connection and direction.
        kind: What happens.
        length: How many bytes DELAY and GARBLE concern; the others ignore it. A fault that falls among these
            bytes strikes after the last of them.
        seconds: How long STALL (`inf`: until `release`) and DELAY last; the others ignore it.
    """

    connection: int
    direction: Direction
    at_byte: int
    kind: FaultKind
    length: int = 1
    seconds: float = math.inf

    def __post_init__(self) -> None:
        if self.connection < 0 or self.at_byte < 0 or self.length < 1 or not self.seconds >= 0:
            raise ValueError(f"no such place or time: {self}")
        if self.kind is FaultKind.DELAY and math.isinf(self.seconds):
            raise ValueError("a delay has an end; a stall may have none")


def faults(
    seed: int, *, connections: int = 6, within: int = 4_096, longest_seconds: float = 0.2
) -> tuple[Fault, ...]:
    """Draw a plan, the same for the same seed: one fault of the wire for each of the first connections.

    Bytes are drawn on a logarithmic scale: a greeting is as likely a place as a long answer.

    Args:
        seed: What the plan is drawn from.
        connections: The most connections that have a fault; the least is one.
        within: Every fault strikes before this byte.
        longest_seconds: No stall and no delay lasts longer.
    """
    draw = random.Random(seed)
    return tuple(
        Fault(
            connection=connection,
            direction=draw.choice(list(Direction)),
            at_byte=int(within ** draw.random()) - 1,
            kind=draw.choice(ON_THE_WIRE),
            length=draw.randint(1, 64),
            seconds=draw.uniform(0, longest_seconds),
        )
        for connection in range(draw.randint(1, connections))
    )
