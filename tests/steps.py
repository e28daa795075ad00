"""Work counted in steps of Python, the same on every machine; seconds are for the benchmarks."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(work: Callable[[], object]) -> int:
    """Return how many lines and calls of Python some work takes."""
    count, before = 0, sys.gettrace()

    def traced(frame: FrameType, event: str, value: Any) -> Any:
        nonlocal count
        count += 1
        return traced

    sys.settrace(traced)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
