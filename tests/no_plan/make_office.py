"""Writes the Word and Excel files of this folder from ``office/*.txt``, so that they can be read.

    python tests/no_plan/make_office.py

In a source a line with ``|`` is a row of a table and ``# `` opens a heading; blank lines stand
between paragraphs. In the source of a workbook ``[name]`` opens a sheet and every line is a row.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from docx_maker import cell, docx, para, row, run, table  # noqa: E402


def cells(line: str) -> list[str]:
    return [text.strip() for text in line.split("|")]


def word_block(block: str) -> str:
    """A heading, a table whose first row is bold, or a paragraph."""
    if block.startswith("# "):
        return para(run(block[2:], '<w:b/><w:sz w:val="28"/>'))
    if "|" not in block:
        return para(" ".join(block.split()))
    first, *rest = (cells(line) for line in block.splitlines())
    top = row(*(cell(para(run(text, "<w:b/>"))) for text in first))
    return table(top, *(row(*texts) for texts in rest))


def write_word(source: str, path: Path) -> None:
    path.write_bytes(docx(*(word_block(block) for block in source.strip().split("\n\n"))))


def value(text: str) -> str | float | None:
    """What a cell of a workbook holds: a number where the text is one."""
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else text or None


def write_excel(source: str, path: Path) -> None:
    book = Workbook()
    book.remove(book.active)
    for part in re.split(r"^\[", source, flags=re.MULTILINE)[1:]:
        name, _, rows = part.partition("]\n")
        sheet = book.create_sheet(name)
        for line in rows.rstrip().splitlines():
            sheet.append([value(text) for text in cells(line)])
    book.save(path)


WRITERS: dict[str, Callable[[str, Path], None]] = {".docx": write_word, ".xlsx": write_excel}


def main() -> None:
    for source in sorted((HERE / "office").glob("*.txt")):
        path = HERE / source.stem
        WRITERS[path.suffix](source.read_text(encoding="utf-8"), path)


if __name__ == "__main__":
    main()
