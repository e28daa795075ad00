"""Worker processes: how many, and that none outlives the run that started it."""

import contextlib
import ctypes
import os
import signal
import sys


def end_with_parent() -> None:
    """Have this process ended when the one that started it is killed (Linux; elsewhere nothing is done)."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
