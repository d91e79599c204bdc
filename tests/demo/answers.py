"""What the demonstration's commands answer, as recorded copies: a move of code must not change a byte of them.

python -m tests.demo.answers            tell which answers differ from the recorded ones
python -m tests.demo.answers --update   record them anew, when a figure or a word changes on purpose
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

RECORDED = Path(__file__).parent / "recorded"
STATES = (
    *("met", "missed", "not-due-answered", "not-due-waiting", "overdue", "unanswered", "follow-up"),
    *("to-check", "excluded", "handled", "acknowledged", "reminded", "due-soon"),
)

COMMANDS = {
    "report.txt": "report",
    "report-en.txt": "report --lang en",
    "report-month.txt": "report --period 2026-10 --by week",
    "report-service.txt": "report --service Étrangers --by quarter",
    "report.json": "report --format json",
    "report.csv": "report --format csv",
    "requests.txt": "requests",
    "requests.json": "requests --format json",
    "requests.csv": "requests --format csv",
    **{f"requests-{state}.txt": f"requests --state {state}" for state in STATES},
    "requests-to-check.json": "requests --state to-check --format json",
    "mails-left-out.txt": "mails --class left-out",
    "mails-further-copy.txt": "mails --class further-copy",
    "mails.csv": "mails --format csv",
    "alerts.txt": "alerts",
    "alerts-en.txt": "alerts --lang en",
    "alerts.json": "alerts --format json",
    "conversations.json": "conversations --format json",
    "clock.txt": "clock 2026-10-30 2026-11-16",
    "clock.json": "clock 2026-10-30 2026-11-16 --format json",
    "calendar.txt": "calendar 2026",
    "calendar.json": "calendar 2026 --format json",
}


def answered(arguments: str) -> str:
    """Return what one command prints on the demonstration, by this process."""
    from mailsla.cli import run  # noqa: PLC0415 (only where the demonstration was made)

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = run([*arguments.split(), "--demo"])
    assert code == 0, arguments
    # The demonstration's clock runs on: its seconds tell how fast the machine is.
    return re.sub(r'("at": "2026-11-13T08:3)\d:\d\d', r"\g<1>x:xx", printed.getvalue())


def answers() -> Iterator[tuple[str, str]]:
    """Yield each recorded answer's name and text; of `show`, one digest a request, and some in full."""
    for name, arguments in COMMANDS.items():
        yield name, answered(arguments)
    keys = [item["key"] for item in json.loads(answered("requests --format json"))["requests"]]
    digests = []
    for number, key in enumerate(sorted(keys)):
        shown = {form: answered(f"show {key} --format {form}") for form in ("text", "json")}
        digests.append(key + " " + hashlib.sha256("".join(shown.values()).encode()).hexdigest())
        if number % 20 == 0:
            yield f"show-{key[:8]}.txt", shown["text"]
            yield f"show-{key[:8]}.json", shown["json"]
    yield "show.sha256", "\n".join(digests) + "\n"


def made_anew() -> dict[str, str]:
    """Make the demonstration in a folder of its own, and return every answer by name."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_STATE_HOME": folder, "COLUMNS": "100"}
        for name in ("MAILSLA_LANG", "MAILSLA_NOW", "MAILSLA_CONFIG"):
            environment.pop(name, None)
        for module in (["mailsla", "demo"], ["tests.demo.answers", "--print"]):
            done = subprocess.run(
                [sys.executable, "-m", *module],
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def recorded() -> dict[str, str]:
    """Return the recorded answers by name."""
    return {path.name: path.read_bytes().decode() for path in RECORDED.iterdir()}


def main(arguments: list[str]) -> int:
    """Print, update or compare; return the exit code."""
    if "--print" in arguments:
        sys.stdout.write(json.dumps(dict(answers())))
        return 0
    found = made_anew()
    if "--update" in arguments:
        for path in RECORDED.iterdir():
            path.unlink()
        for name, text in found.items():
            (RECORDED / name).write_bytes(text.encode())
        return 0
    kept = recorded()
    differing = sorted(name for name in kept.keys() | found.keys() if kept.get(name) != found.get(name))
    sys.stdout.write("".join(f"{name}\n" for name in differing))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
