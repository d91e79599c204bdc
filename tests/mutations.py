"""Breaks the pairing rules one by one and requires that named scenarios notice.

    python -m tests.mutations      (`make mutations`)

Each mutation is a guard dropped, an order swapped or a bound moved, in a copy of the code. One that no scenario
notices is printed, and the exit code is 1.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Mutation:
    """One change of the code: what it breaks, where, and how."""

    name: str
    module: str
    before: str
    after: str

    def path_in(self, root: Path) -> Path:
        """Return the file that it changes, in a copy of the project."""
        return root / "mailsla" / "core" / f"{self.module}.py"


MUTATIONS = (
    Mutation(
        "References are read before In-Reply-To",
        "pairing/conversation",
        "    ids = dict.fromkeys((*header.in_reply_to, *reversed(header.references)))",
        "    ids = dict.fromkeys((*reversed(header.references),))",
    ),
    Mutation(
        "References are read from the first",
        "pairing/conversation",
        "    for cited in reversed(header.references):",
        "    for cited in header.references:",
    ),
    Mutation(
        "a bogus id joins strangers",
        "pairing/conversation",
        "    return bool(at and right) and len(left) >= 4",
        "    return True",
    ),
    Mutation(
        "Thread-Index joins without a shared correspondent",
        "pairing/conversation",
        'sets.join_through(number, ("thread-index", root, address))',
        'sets.join_through(number, ("thread-index", root))',
    ),
    Mutation(
        "a citizen's repeated id joins all that bear it",
        "pairing/conversation",
        "            if (shared, address) not in known.repeated:",
        "            if True:",
    ),
    Mutation(
        "evidence 4 takes any subject",
        "pairing/recipient_matching",
        "    if not is_reply_subject(subject):\n        return []\n",
        "",
    ),
    Mutation(
        "evidence 4 decides between several",
        "pairing/recipient_matching",
        "    if len(fitting) == 1:",
        "    if fitting:",
    ),
    Mutation(
        "evidence 4 has no window",
        "pairing/recipient_matching",
        "if at <= request.received.at + rules.pairing_window]",
        "if at <= request.received.at + LONGEST_DOUBT]",
    ),
    Mutation(
        "evidence 4 answers what came later",
        "pairing/recipient_matching",
        "            if request.received.at <= sent_at_latest(mail)\n            and mail",
        "            if mail",
    ),
    Mutation(
        "a mail to anybody answers every citizen",
        "pairing/request_life",
        "    reached = [case for case in cases if not case.citizens or who & case.citizens]",
        "    reached = list(cases)",
    ),
    Mutation(
        "a forward inside the office answers",
        "office/sides",
        "        side = Side.OUTBOUND if outside else Side.INTERNAL",
        "        side = Side.OUTBOUND",
    ),
    Mutation(
        "a reminder opens a request",
        "pairing/request_life",
        "    elif case.answered is None:\n",
        "    elif False:\n",
    ),
    Mutation(
        "thanks open a request",
        "pairing/request_life",
        "_is_thanks(reading.mail, rules):",
        "False:",
    ),
    Mutation(
        "an old conversation never holds a new question",
        "pairing/request_life",
        "    return renamed or reading.moment.at - case.last_reply_at > case.new_question_after",
        "    return False",
    ),
    Mutation(
        "a late clock loses its reply",
        "pairing/request_life",
        "    if reading.moment.at >= asked_at:\n        return reading\n",
        "    return reading\n",
    ),
    Mutation(
        "a holding reply stops the clock",
        "pairing/rules",
        "(part is Part.HOLDING_REPLY and self.holding_stops)",
        "part is Part.HOLDING_REPLY",
    ),
    Mutation(
        "an acknowledgement stops the clock",
        "pairing/rules",
        "        return part in {Part.REPLY, Part.REDIRECTION}",
        "        return part in {Part.REPLY, Part.REDIRECTION, Part.ACKNOWLEDGEMENT}",
    ),
    Mutation(
        "auto-generated alone excludes",
        "mail/kinds",
        '    if submitted.startswith(("auto-replied", "auto-notified")):',
        '    if submitted.startswith("auto-"):',
    ),
    Mutation(
        "a declared form may be excluded",
        "office/sides",
        "    if office.is_form(mail.header):\n        return _citizen(mail, office, MailKind.PERSON, None)\n",
        "",
    ),
    Mutation(
        "the office is its own citizen",
        "office/correspondents",
        '        if any(domain == ours or domain.endswith("." + ours) for ours in self.domains):',
        "        if any(domain == ours for ours in self.domains):",
    ),
    Mutation(
        "tags make other people",
        "office/sides",
        "tuple(dict.fromkeys(map(plain, office.outside(header.recipients))))",
        "office.outside(header.recipients)",
    ),
    Mutation(
        "a decision undone still holds",
        "pairing/decision",
        "            undone.add(decision.undone)",
        "            pass",
    ),
)


def noticed(mutation: Mutation, copy: Path) -> list[str]:
    """Return the scenarios that fail under a mutation."""
    path = mutation.path_in(copy)
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(mutation.before, mutation.after), encoding="utf-8")
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "-o",
                "addopts=",
                "tests/core/test_scenarios.py",
            ],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        path.write_text(sound, encoding="utf-8")
    return re.findall(r"^FAILED .*\[(.*)\]", done.stdout, re.MULTILINE)


def main() -> int:
    """Try every mutation, print which scenarios notice it, and return the exit code."""
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("mailsla", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for mutation in MUTATIONS:
            found = noticed(mutation, copy)
            missed += not found
            shown = f"{len(found)} scenarios, such as « {found[0]} »" if found else "NOTICED BY NONE"
            print(f"{mutation.name}: {shown}", flush=True)
    print(f"{len(MUTATIONS)} mutations, {missed} noticed by none")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
