"""How long `dhr ingest` takes: against another checkout, and as folders of text documents grow.

    python benchmarks/ingest.py [--against CHECKOUT] [--runs 5] [--documents 500,1000,2000]

Each checkout is run as a process, in turn, and the least processor time of all runs counts (other work on the machine
adds to the clock, not to that). Folders of text documents are copies of the sample plans, each told apart by a line.
Printed: seconds, their ratio, seconds for each document, and the peak memory of the largest process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample"
_MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "dhr_analytics", *sys.argv[1:]], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def ingest(checkout: Path, documents: Path) -> tuple[float, float]:
    """Return the processor seconds and the peak memory in MB of one `dhr ingest` with nothing kept from before."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _MEASURED, "ingest", str(documents), "--out", f"{folder}/plans"]
        environment = {**os.environ, "PYTHONPATH": str(checkout), "HOME": folder, "XDG_CACHE_HOME": folder}
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=True)
        if not (Path(folder) / "plans" / "actions.csv").is_file():
            raise SystemExit(f"{checkout}: dhr ingest made no package of {documents}")
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def compare(other: Path, runs: int) -> None:
    """Print the time for the sample plans of this checkout against another one, run in turn."""
    taken = [(ingest(ROOT, SAMPLE)[0], ingest(other, SAMPLE)[0]) for _ in range(runs)]
    here, there = (min(each) for each in zip(*taken, strict=True))
    print(f"sample plans: {here:.2f} s here, {there:.2f} s in {other.name}; ratio {here / there:.2f}")


def grow(sizes: list[int]) -> None:
    """Print how the time for a folder of text documents grows."""
    plans = sorted(SAMPLE.glob("*.txt"))
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for i in range(size):
                text = plans[i % len(plans)].read_text(encoding="utf-8")
                (Path(folder) / f"plan_{i:05d}.txt").write_text(f"{text}\nCopy {i}\n", encoding="utf-8")
            seconds, memory = ingest(ROOT, Path(folder))
        print(f"{size} documents: {seconds:.1f} s, {1000 * seconds / size:.1f} ms each, {memory:.0f} MB at most")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout of the project")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--documents", default="500,1000,2000")
    args = parser.parse_args()
    if args.against:
        compare(args.against.resolve(), args.runs)
    grow([int(size) for size in args.documents.split(",")])


if __name__ == "__main__":
    main()
