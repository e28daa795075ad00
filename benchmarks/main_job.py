"""The main job on the five sample plans: ingest, classify, and the whole pack, warm; prints seconds and ratios.

    python benchmarks/main_job.py [--runs 3]

Each step runs as a process of its own, as a user runs it, next to a bare start of Python with pandas in the
same run: the ratio is what compares across machines. Each is run again with nothing changed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    dhr = [sys.executable, "-m", "dhr_analytics"]
    times: dict[str, list[float]] = {}
    for run in range(runs + 1):  # the first one warms the disk
        with tempfile.TemporaryDirectory() as folder:
            package, out = f"{folder}/pkg", f"{folder}/out"
            steps = {
                "start of Python with pandas": [sys.executable, "-c", "import pandas"],
                "dhr ingest data/sample": [*dhr, "ingest", "data/sample", "--out", package],
                "the same again": [*dhr, "ingest", "data/sample", "--out", package],
                "dhr classify PACKAGE": [*dhr, "classify", package],
                "the same again ": [*dhr, "classify", package],
                "dhr report PACKAGE": [*dhr, "report", package, "--quarter", "2025Q1", "--out", out],
                "the same again  ": [*dhr, "report", package, "--quarter", "2025Q1", "--out", out],
            }
            for name, command in steps.items():
                taken = seconds(command)
                if run:
                    times.setdefault(name, []).append(taken)
    base = statistics.median(times["start of Python with pandas"])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:30s} {median:6.2f} s   {median / base:5.1f} times a bare start")


if __name__ == "__main__":
    main()
