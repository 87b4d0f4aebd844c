"""Keeping what is in memory out of files: a core dump would hold keys, codes and answers.

Every command and every worker that opens boxes calls this before it does anything. Swap files and
what an administrator does with a running process are beyond a program's reach.
"""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def keep_off_disks() -> None:
    """Allow this process, and those it forks, no core dump, by both means that there are.

    A limit of 0 does not hold where the system hands core dumps to a program (Linux, a
    `core_pattern` that begins with `|`). So on Linux the process is also marked as not to be
    dumped, which ends with the start of another program: each calls this for itself.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        except (OSError, AttributeError):  # a system without it: the limit is what there is
            return
