"""How long a plan of 1,000 rows and 7 columns in Word takes to read, beside parsing its XML alone.

Run from the root of the repository: ``python benchmarks/word.py``.
"""

from __future__ import annotations

import io
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import docx_maker as dm

from dhr_analytics.reading.word import read_word

ROWS, ROUNDS = 1000, 7
HEADER = ("No", "Recommendation", "Action", "Lead", "Target date", "Status", "Progress")


def plan() -> bytes:
    """A plan with automatic numbers, tracked changes, drop-downs, merged cells and shading."""
    rows = [dm.row(*HEADER)]
    for i in range(ROWS):
        merge = "restart" if i % 3 == 0 else "continue"
        rows.append(
            dm.row(
                dm.cell(dm.para(num=(1, 0)) if merge == "restart" else "", merge=merge),
                dm.cell("" if merge == "continue" else f"Train staff of team {i} in domestic abuse", merge=merge),
                dm.cell(dm.para("Write the ", dm.deleted("old"), dm.inserted("new"), f" course {i}"), "Hold it twice."),
                "Wexcombe Council",
                "March 2025",
                dm.cell(dm.para(dm.dropdown("In progress", "Completed"))),
                dm.cell("Two courses were held.", fill="FFC000"),
            )
        )
    widths = (700, 3000, 3000, 1500, 1500, 1500, 3000)
    lists = dm.numbering({0: dm.level(0, "decimal", "%1.")}, {1: (0, "")})
    return dm.docx("Action plan", dm.table(*rows, widths=widths), lists=lists)


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    data = plan()
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")
    read = best(lambda: read_word(data, "plan.docx"))
    parsed = best(lambda: etree.fromstring(xml))
    rows = sum(len(table.rows) for table in read_word(data, "plan.docx") if table.kind == "table")
    print(f"read_word: {read * 1000:.0f} ms for {rows} rows ({len(data):,} bytes, {len(xml):,} of XML)")
    print(f"lxml alone: {parsed * 1000:.0f} ms; ratio {read / parsed:.1f}")


if __name__ == "__main__":
    main()
