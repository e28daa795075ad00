"""How fast a folder of 200 mixed documents is ingested, one at a time and two at a time.

Run: python benchmarks/mixed.py
"""

import filecmp
import html
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openpyxl import Workbook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import docx_maker
import pdf_maker

DOCUMENTS, ROWS = 200, 14
HEADER = ["No", "Recommendation", "Action", "Lead agency", "Target date", "Progress"]
WIDTHS = [30, 200, 200, 110, 80, 140]
TOPICS = ("house calls", "referral letters", "handover notes", "induction days", "case audits", "interpreters")
AGENCIES = ("Northmoor Police", "Northmoor Council", "Northmoor NHS Trust", "Northmoor Housing")


def plan(number: int) -> list[list[str]]:
    rows = [HEADER]
    for n in range(1, ROWS + 1):
        topic, agency = TOPICS[(number + n) % 6], AGENCIES[(number * n) % 4]
        wish = f"{agency} should look at its {topic} and tell the partnership what has changed since plan {number}."
        step = f"Write to all teams about {topic} and ask for a reply within a month of letter {n}."
        rows.append(
            [str(n), wish, step, agency, f"{'March' if n % 2 else 'June'} 2026", "Letter sent, replies awaited."]
        )
    return rows


def docx(rows: list[list[str]]) -> bytes:
    return docx_maker.docx("Action plan", docx_maker.table(*(docx_maker.row(*row) for row in rows)))


def pdf(rows: list[list[str]]) -> bytes:
    parts = (rows[:8], rows[8:])
    return pdf_maker.pdf(*(pdf_maker.table(part, WIDTHS, top=40, bold_header=part is parts[0])[0] for part in parts))


def xlsx(rows: list[list[str]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def csv(rows: list[list[str]]) -> bytes:
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows).encode()


def page(rows: list[list[str]]) -> bytes:
    lines = ("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<!DOCTYPE html><h1>Action plan</h1><table>{''.join(lines)}</table>".encode()


def markdown(rows: list[list[str]]) -> bytes:
    lines = [" | ".join(row) for row in rows]
    return "\n".join([lines[0], " | ".join("---" for _ in HEADER), *lines[1:]]).encode()


def text(rows: list[list[str]]) -> bytes:
    return "\n".join("\t".join(row) for row in rows).encode()


MAKERS = {"docx": docx, "pdf": pdf, "xlsx": xlsx, "csv": csv, "html": page, "md": markdown, "txt": text}


def seconds(documents: Path, out: Path, jobs: int) -> float:
    command = [sys.executable, "-m", "dhr_analytics", "ingest", str(documents), "--out", str(out), "--jobs", str(jobs)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        documents, one, two = (Path(folder) / name for name in ("documents", "one", "two"))
        documents.mkdir()
        for number in range(DOCUMENTS):
            ending, make = list(MAKERS.items())[number % len(MAKERS)]
            (documents / f"plan {number:03d}.{ending}").write_bytes(make(plan(number)))
        took = {jobs: seconds(documents, out, jobs) for jobs, out in ((1, one), (2, two))}
        names = sorted(path.name for path in one.iterdir())
        if filecmp.cmpfiles(one, two, names, shallow=False)[0] != names:
            raise SystemExit("the two packages differ")
        found = len((one / "actions.csv").read_text(encoding="utf-8").splitlines()) - 1
        if found != DOCUMENTS * ROWS:
            raise SystemExit(f"{found} actions were read, {DOCUMENTS * ROWS} are in the plans")
    print(f"{DOCUMENTS} documents of {len(MAKERS)} kinds with {ROWS} actions each; both packages are alike")
    for jobs, duration in took.items():
        print(f"--jobs {jobs}  {duration:6.1f} s  {DOCUMENTS / duration:6.1f} documents/s")
    print(f"ratio {took[1] / took[2]:.2f}")


if __name__ == "__main__":
    main()
