"""Runs a command and writes what it took to a file descriptor: ``measured.py FD COMMAND...``.

The system counts as a process's memory what the one held that started it, until the command takes its place (Linux,
``setmax_mm_hiwater_rss`` in execve(2)). So it is started by this one, which holds 10 MB at any size of the suite.
"""

import json
import os
import sys

if __name__ == "__main__":
    told = int(sys.argv[1])
    os.set_inheritable(told, False)
    pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, used = os.wait4(pid, 0)
    took = {
        "cpu": used.ru_utime + used.ru_stime,
        "rss": used.ru_maxrss * 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    os.write(told, json.dumps(took).encode())
