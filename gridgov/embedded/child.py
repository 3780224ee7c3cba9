"""Run as a program: becomes the command it is given, which then ends when its parent is killed (Linux only).

It must stay a script of the standard library: the supervisor starts it by path, without importing gridgov.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Replace this process by `command`, after asking the kernel to send SIGTERM when process `parent` dies.

    exec keeps that wish, so no second process stays in memory.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        os.execvp(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
