"""First collections beside the wire, an ordinary loop, imap_tools and mbsync; on a warm server, then on a cold one.

Other sizes: `python -m bench.collection 1000 5000`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

from bench.child_process import Run, run
from bench.contenders.target import Target
from bench.measuring import as_installed, judge
from bench.site import settings_of
from mailsla.bootstrap.application import open_application
from tests.trials.mail.samples import letters
from tests.trials.servers.dovecot import DovecotServer

SIZES = (10_000, 100_000)
ROUNDS = 3
PART = 1_000
"""So many generated messages are held at a time."""

WIRE = "a bare socket"
MAILSLA = "mailsla"
IMAP_TOOLS = "imap_tools"
CONTENDERS = {
    WIRE: "wire",
    MAILSLA: "collector",
    "IMAPClient + email + SQLModel": "ordinary_loop",
    IMAP_TOOLS: "imap_tools_default",
    "imap_tools, 500 in a command": "imap_tools_bulk",
    "mbsync": "mbsync",
}
"""Name, and module in `bench.contenders`; the first is what the others are compared with."""
LASTING = ("IMAPClient + email + SQLModel", IMAP_TOOLS)
"""Those that take longest run once."""
LONG = 50_000
"""Of fewer messages, the start of the second process is too large a part of the processor time."""
COLD = (WIRE, MAILSLA)


@dataclass
class Series:
    """The runs of one contender."""

    runs: list[Run] = field(default_factory=list)

    @property
    def laps(self) -> dict[str, float]:
        """Median seconds up to each lap."""
        return {lap: median(one.laps[lap] for one in self.runs) for lap in self.runs[0].laps}

    @property
    def seconds(self) -> float:
        """Median seconds up to the last lap."""
        return list(self.laps.values())[-1]

    @property
    def processor(self) -> float:
        """Median seconds of processor time."""
        return median(one.processor for one in self.runs)

    @property
    def whole_seconds(self) -> float:
        """Median seconds of the process."""
        return median(one.whole_seconds for one in self.runs)

    @property
    def peak_mb(self) -> float:
        """The largest peak."""
        return max(one.peak_mb for one in self.runs)


@dataclass(frozen=True)
class Measured:
    """What was measured on one mailbox."""

    messages: int
    warm: Mapping[str, Series]
    cold: Mapping[str, Series]


def main(sizes: Sequence[int] = SIZES) -> None:
    """Print the tables of each size, and whether the goals hold."""
    as_installed()
    with DovecotServer(rawlog=False) as server:
        found = [measure(server, size) for size in sizes]
    for goal, value, most in goals(found):
        judge(goal, value, most)


def measure(server: DovecotServer, messages: int) -> Measured:
    """Fill a mailbox, have everyone fetch it, and print their times."""
    user = f"contact{messages}@pref.example.fr"
    fill(server, user, messages)
    target = Target(server.host, server.imap_port, user, server.password, messages)
    # The server reads every header once before anything is measured.
    _once(target, WIRE)
    warm = in_turn(target, CONTENDERS, once=LASTING)
    print(f"{messages:,} messages, warm server")
    show(warm)
    for name, one in warm.items():
        print(f"{f'{name}: processor, a message':<56}{one.processor * 1e6 / messages:>16.0f} µs")
    cold = in_turn(target, COLD, before=lambda: server.cool(user))
    print(
        f"{messages:,} messages, cold server: neither index nor cache, mail dropped from the kernel's memory"
    )
    show(cold)
    return Measured(messages, warm, cold)


def fill(server: DovecotServer, user: str, messages: int) -> None:
    """Put generated letters in an inbox, a part at a time."""
    generated = letters(messages)
    while part := [(raw, at, ()) for raw, at in islice(generated, PART)]:
        server.append_many(user, "INBOX", part)
    # Somebody has opened it: an office's mail is seldom new to everyone, and lies elsewhere on the server then.
    with server.client(user) as client:
        client.select_folder("INBOX")


def in_turn(
    target: Target,
    names: Collection[str],
    once: Collection[str] = (),
    before: Callable[[], None] = lambda: None,
    rounds: int = ROUNDS,
) -> dict[str, Series]:
    """Run each contender once a round, those of `once` in the first only; `before` each of them."""
    series = {name: Series() for name in names}
    for round_ in range(rounds):
        for name in names:
            if round_ == 0 or name not in once:
                before()
                series[name].runs.append(_once(target, name))
    return series


def _once(target: Target, name: str) -> Run:
    with tempfile.TemporaryDirectory(prefix="mailsla-bench-") as folder:
        inside = target.within(Path(folder))
        if name == MAILSLA:
            # Empty, as `mailsla check` has made it: the tools that make it are no part of a collection.
            with open_application(settings_of(Path(folder), inside.account)):
                pass
        return run(inside.command(CONTENDERS[name]))


def show(series: Mapping[str, Series]) -> None:
    """Print a table: by its own watch, times the first one's, from outside, and the memory."""
    print(f"{'':<56}{'rounds':>6}{'s':>10}{'×':>9}{'process, s':>12}{'peak, MB':>10}")
    floor = next(iter(series.values())).seconds
    for name, one in series.items():
        for lap, seconds in one.laps.items():
            line = f"{f'{name}: {lap}':<56}{len(one.runs):>6}{seconds:>10.2f}{seconds / floor:>9.2f}"
            # What a process is, it is at its end.
            is_last = seconds == one.seconds
            print(f"{line}{one.whole_seconds:>12.2f}{one.peak_mb:>10.0f}" if is_last else line)
    print(flush=True)


def goals(found: Sequence[Measured]) -> list[tuple[str, float, float]]:
    """Return what was to be reached: its name, its figure, and the most it may be."""
    reached: list[tuple[str, float, float]] = []
    for one in found:
        warm, cold, size = one.warm, one.cold, f"{one.messages:,} messages"
        reached += [
            (f"{size}, × the warm floor", warm[MAILSLA].seconds / warm[WIRE].seconds, 8),
            (f"{size}, × the cold floor", cold[MAILSLA].seconds / cold[WIRE].seconds, 2),
            (f"{size}, × imap_tools' fetch", warm[MAILSLA].seconds / warm[IMAP_TOOLS].seconds, 0.25),
            (f"{size}, peak memory, MB", max(warm[MAILSLA].peak_mb, cold[MAILSLA].peak_mb), 130),
        ]
        if one.messages >= LONG:
            reached.append(
                (f"{size}, processor a message, µs", warm[MAILSLA].processor * 1e6 / one.messages, 150)
            )
    few, many = found[0], found[-1]
    if many.messages > few.messages:
        a_message = [one.warm[MAILSLA].seconds / one.messages for one in (few, many)]
        # Linear, but for the noise.
        reached.append((f"time a message, × that of {few.messages:,}", a_message[1] / a_message[0], 1.1))
    return reached


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or SIZES)
