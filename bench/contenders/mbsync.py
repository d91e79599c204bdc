"""mbsync (isync): the inbox, whole messages, into a Maildir; without waiting for the disk, as the others."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.contenders.target import Stopwatch, Target, contend

CONFIGURATION = """\
FSync no

IMAPAccount office
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore office
Account office

MaildirStore copy
Path {folder}/mail/
Inbox {folder}/mail/INBOX

Channel inbox
Far :office:INBOX
Near :copy:INBOX
Sync Pull
SyncState {folder}/state/
"""


def work(target: Target, stopwatch: Stopwatch) -> int:
    """Copy the inbox."""
    folder = Path(target.folder)
    for name in ("mail", "state"):
        (folder / name).mkdir()
    configuration = folder / "mbsyncrc"
    configuration.write_text(CONFIGURATION.format(**vars(target)), encoding="utf-8")
    stopwatch.start()
    done = subprocess.run(
        ["mbsync", "-q", "-c", str(configuration), "inbox"], stderr=subprocess.PIPE, text=True, check=False
    )
    stopwatch.lap("whole messages, copied")
    assert done.returncode == 0, done.stderr
    return sum(1 for _path in folder.glob("mail/INBOX/*/*"))


if __name__ == "__main__":
    contend(work)
