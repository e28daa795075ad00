"""How fast a long PDF report is read, with and without the quick look that chooses its pages.

Run: python benchmarks/pdf.py
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from pdf_maker import pdf, table, text

from dhr_analytics.reading.pdf import read_pdf

PAGES, PLAN_PAGES = 200, 10
HEADER = ["No", "Recommendation", "Action", "Lead agency", "Target date", "Progress"]
WIDTHS = [30, 190, 190, 100, 80, 150]
SENTENCE = (
    "The panel heard that agencies had worked with the family for years and that information was held apart, part {}."
)


def report() -> bytes:
    prose = [
        [text(60, 50 + 11 * line, SENTENCE.format(page * 45 + line)) for line in range(45)]
        for page in range(PAGES - PLAN_PAGES)
    ]
    plan = []
    for page in range(PLAN_PAGES):
        rows = [
            [
                str(page * 9 + n),
                f"Agencies should look at point {n} of page {page} and tell the partnership what has changed.",
                "Write to all staff about this point and ask for a reply within a month of the letter.",
                "Northmoor Police",
                "March 2026",
                "Letter sent, replies are awaited.",
            ]
            for n in range(1, 10)
        ]
        plan.append(table([HEADER, *rows] if page == 0 else rows, WIDTHS, top=40, bold_header=page == 0)[0])
    return pdf(*prose[:-5], *plan, *prose[-5:])


def seconds(data: bytes, *, prescreen: bool) -> float:
    start = time.perf_counter()
    rows = sum(len(found.rows) for found in read_pdf(data, "report.pdf", prescreen=prescreen) if found.kind == "table")
    took = time.perf_counter() - start
    if rows != PLAN_PAGES * 9 + 1:
        raise SystemExit(f"{rows} rows were read, {PLAN_PAGES * 9 + 1} are in the plan")
    return took


def main() -> None:
    data = report()
    quick, whole = (min(seconds(data, prescreen=prescreen) for _ in range(2)) for prescreen in (True, False))
    print(f"{PAGES} pages, {PLAN_PAGES} of them the plan ({len(data):,} bytes)")
    print(f"with the quick look     {quick:6.2f} s  {PAGES / quick:6.0f} pages/s")
    print(f"every page taken apart  {whole:6.2f} s  {PAGES / whole:6.0f} pages/s")
    print(f"ratio {whole / quick:.1f}")


if __name__ == "__main__":
    main()
