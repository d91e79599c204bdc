"""What a command costs: processor time and peak memory, its children's too.

    python -I -S bench/cost.py COMMAND…      runs it, and prints both as JSON when it has ended

This file is the command's parent, and imports next to nothing: a process begins with the peak of whoever forked it,
so that the benchmarks' own memory would be taken for the command's.
"""

import json
import os
import sys


def main(command: list[str]) -> None:
    """Run a command without its output, and print its exit code, its seconds of processor time and its peak in MB."""
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=nowhere)
    _child, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))


if __name__ == "__main__":
    main(sys.argv[1:])
