"""Worker processes: how many, and that none outlives the run that started it."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType


def end_with_parent(*, in_order: bool = False) -> None:
    """Have this process ended when the one that started it is gone (Linux; elsewhere nothing is done).

    Parameters
    ----------
    in_order : bool, optional
        It is asked to end (SIGTERM) and may put its own things away; otherwise it is killed.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGTERM if in_order else signal.SIGKILL)  # PR_SET_PDEATHSIG


@contextlib.contextmanager
def interrupted_by_any_signal() -> Iterator[None]:
    """Have SIGTERM and a closed terminal end the block as Ctrl+C does, so that it ends what it started."""
    here = threading.current_thread() is threading.main_thread()  # no other thread may set what a signal does
    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if here and hasattr(signal, name)]
    before = {each: signal.signal(each, _interrupt) for each in known if signal.getsignal(each) == signal.SIG_DFL}
    try:
        yield
    finally:
        for each, answer in before.items():
            signal.signal(each, answer)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
