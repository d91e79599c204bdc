"""First figures, one line an office: what was asked, how long it took, the figure against the truth, before and after
what `mailsla check` says was done.

    python -m tests.trials.offices          every office
    python -m tests.trials.offices Mél      one, with what the terminal showed
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.trials.offices.office import Outcome, begun, outcome_of, prepared
from tests.trials.offices.shapes import IN_TIME, REQUESTS, SHAPES
from tests.trials.servers.dovecot import DovecotServer


def main(names: Sequence[str]) -> int:
    """Print the table; return 1 when a figure is wrong and stays so."""
    print(
        f"{'office':<26} {'asked':>5} {'seconds':>8} {'first':>6} {'after':>6} {'truth':>6}  what check says"
    )
    wrong = False
    with ExitStack() as started:
        telling = started.enter_context(DovecotServer())
        silent = started.enter_context(DovecotServer(special_use={}))
        for name in names or SHAPES:
            shape = SHAPES[name]
            with tempfile.TemporaryDirectory() as folder:
                office = prepared(shape, telling if shape.special_use else silent, Path(folder))
                beginning = begun(office, shape)
                if names:
                    print(beginning.shown)
                outcome = outcome_of(office)
            wrong |= outcome.after != (IN_TIME, REQUESTS)
            print(
                f"{name:<26} {len(beginning.questions):>5} {beginning.seconds:>8.1f} {_figures(outcome)}",
                flush=True,
            )
    return int(wrong)


def _figures(outcome: Outcome) -> str:
    columns = (f"{met}/{due}" for met, due in (outcome.first, outcome.after, (IN_TIME, REQUESTS)))
    return " ".join(f"{column:>6}" for column in columns) + "  " + ", ".join(outcome.said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
