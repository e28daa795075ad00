"""The pack against eight trivial notebooks, and on many plans: `python benchmarks/pack.py [--many 10000]`.

Both are timed in one run, so that the ratio holds on a machine of any speed.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pandas as pd
import papermill

from dhr_analytics import ingest, schema
from dhr_analytics.package import Plans, write_package
from dhr_analytics.reporting.report import make_report
from dhr_analytics.themes import Codebook
from dhr_analytics.themes.model import read_training
from dhr_analytics.themes.plans import code_plans

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


def trivial(folder: Path, count: int = 8) -> float:
    """Seconds for notebooks of one cell each, run by papermill one after the other."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    book.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    began = time.perf_counter()
    for number in range(count):
        papermill.execute_notebook(book, str(folder / f"{number}.ipynb"), progress_bar=False)
    return time.perf_counter() - began


def many(count: int, per_review: int = 20) -> Plans:
    """A package of so many recommendations, two actions each, drawn with a fixed seed."""
    draw, texts = random.Random(1), [row["text"] for row in read_training()]
    sectors, areas = [*schema.SECTORS], [f"Area {n}" for n in range(40)]
    rows: dict[str, list[dict[str, str]]] = {"reviews": [], "recommendations": [], "actions": []}
    for number in range(count):
        review = f"V{number // per_review:04d}"
        if number % per_review == 0:
            day = f"20{draw.randint(15, 24)}-{draw.randint(1, 12):02d}-15"
            rows["reviews"].append(
                {"review_id": review, "document": f"{review}.docx", "area": draw.choice(areas), "published_on": day}
            )
        key = f"{review}-R{number % per_review + 1:03d}"
        words = f"{draw.choice(texts)} {draw.choice(areas)} to report on it in month {number}."
        rows["recommendations"].append({"recommendation_id": key, "review_id": review, "text": words})
        for place in (1, 2):
            done = draw.choice(schema.STATUSES)
            due = f"20{draw.randint(16, 26)}-{draw.randint(1, 12):02d}-28"
            action = {"action_id": f"{key}-A{place:02d}", "recommendation_id": key, "review_id": review}
            action |= {"text": f"Do {number}", "status": done, "target_on": due, "target_basis": "absolute"}
            rows["actions"].append({**action, "sector": draw.choice(sectors), "agency": f"Agency {number % 150}"})
    tables = {
        name: schema.typed(
            name, pd.DataFrame(found).reindex(columns=schema.TABLES[name].names, fill_value="").fillna("")
        )
        for name, found in rows.items()
    }
    return Plans(**tables, rejected=schema.empty("rejected"))


def pack(plans: Plans, folder: Path) -> tuple[float, float]:
    """Seconds for the whole pack, and how many of them printing the PDF took."""
    write_package(plans, folder / "package")
    told: list[str] = []
    began = time.perf_counter()
    make_report(folder / "package", quarter="2025Q1", out=folder / "reports", progress=told.append)
    printed = next((float(line.split()[-2]) for line in told if line.startswith("pack.pdf: printed")), 0.0)
    return time.perf_counter() - began, printed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--many", type=int, default=0, metavar="N", help="also on N generated recommendations")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, codebook = Path(name), Codebook.load()
        subprocess.run([sys.executable, "-c", "import dhr_analytics.reporting.engine"], check=True)
        eight = trivial(folder)
        plans, _, _ = code_plans(ingest([SAMPLE]), codebook, "none")
        whole, printed = min((pack(plans, folder / str(turn)) for turn in range(2)), key=lambda took: took[0] - took[1])
        print(f"eight trivial notebooks, one after the other: {eight:.1f} s")
        print(f"pack of the sample plans: {whole - printed:.1f} s and {printed:.1f} s for the PDF")
        print(f"ratio without the PDF: {(whole - printed) / eight:.2f}")
        if args.many:
            plans, _, _ = code_plans(many(args.many), codebook, "none")
            whole, printed = pack(plans, folder / "many")
            print(
                f"pack of {args.many:,} recommendations in {len(plans.reviews)} plans: "
                f"{whole - printed:.1f} s and {printed:.1f} s for the PDF; ratio {(whole - printed) / eight:.2f}"
            )


if __name__ == "__main__":
    main()
