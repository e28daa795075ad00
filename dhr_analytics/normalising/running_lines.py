"""Running lines: page heads, feet and page numbers leave the document before anything else is read.

They are known by what they do, not by how they look: they repeat while a number in them counts the pages, they stand
beside such lines, or they interrupt a sentence. The numbers of recommendations on lines of their own count as well,
but no sentence runs on across them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, pairwise

from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.vocabulary import terms

_FURNITURE = "page furniture"
_NUMBER = re.compile(r"\d+")
_LONGEST = 160  # a longer line is a paragraph
_STEP = 3  # pages that may pass without a number
_HEAD = 3  # lines of a page head
_PAGE = re.compile(r"page (\d+)\b")
_ENDED = re.compile(r"[.!?:;][\"'”’)\]]*\d{0,3}$")


@dataclass(frozen=True)
class _Line:
    """A line that may be a running line, by its place among all rows of the document."""

    text: str
    at: int
    shape: str  # digits masked
    cut: bool  # a sentence goes on below it that began above
    alone: bool  # between breaks
    edge: bool  # among the first or last lines of a page


def without_running_lines(tables: Sequence[RawTable]) -> tuple[list[RawTable], list[Rejected]]:
    """Take page heads, feet and page numbers out of a document.

    Parameters
    ----------
    tables : sequence of RawTable
        A whole document as read.

    Returns
    -------
    tables : list of RawTable
        The same without running lines; the row after one has ``break_before``. Text parted by nothing but a running
        line is one table again.
    rejected : list of Rejected
        The lines taken out, as "page furniture".
    """
    rows = [(table.kind, row) for table in tables for row in table.rows]
    lines = _lines(rows)
    gone = _counted(lines)
    gone |= _beside(lines, gone)
    gone |= _interrupting(lines, gone)
    rejected = [Rejected(rows[i][1].place, _text(rows[i][1]), _FURNITURE) for i in sorted(gone)]
    return (_kept(tables, gone) if gone else list(tables)), rejected


def _text(row: RawRow) -> str:
    return " ".join(" ".join(cell for cell in row.cells if cell.strip()).split())


def _shape(text: str) -> str:
    return _NUMBER.sub("#", text.casefold())


def _may_run(kind: str, row: RawRow) -> bool:
    filled = sum(bool(cell.strip()) for cell in row.cells)
    paged = filled == 2 and _names_page(_text(row))
    return (kind == "text" or filled == 1 or paged) and len(_text(row)) <= _LONGEST


def _names_page(text: str) -> bool:
    return bool(re.search(rf"{terms.any_of('prose', 'page').pattern}\W*\d", text, re.IGNORECASE))


def _lines(rows: Sequence[tuple[str, RawRow]]) -> dict[int, _Line]:
    """Find the lines that may be running lines; a sentence is looked for past neighbours that may be, too."""
    found = [i for i, (kind, row) in enumerate(rows) if _text(row) and _may_run(kind, row)]
    texts = {i: _text(rows[i][1]) for i in found}
    shapes = {i: _shape(text) for i, text in texts.items()}
    often = Counter(shapes.values())
    above = _nearest(found, {i for i in found if often[shapes[i]] < 2})
    below = _nearest(found[::-1], {i for i in found if often[shapes[i]] < 2})
    edges = _edges([row for _, row in rows])
    breaks = [row.break_before for _, row in rows] + [True]
    breaks[0] = True
    return {
        i: _Line(
            texts[i],
            i,
            shapes[i],
            cut=_is_titled(texts[i]) and _runs_on(texts.get(above[i], "."), texts.get(below[i], "")),
            alone=breaks[i] and breaks[i + 1],
            edge=i in edges,
        )
        for i in found
    }


def _nearest(order: Sequence[int], chosen: set[int]) -> dict[int, int]:
    """For each line, the last chosen one before it in the given order; -1 where there is none."""
    last, out = -1, {}
    for i in order:
        out[i] = last
        last = i if i in chosen else last
    return out


def _runs_on(before: str, after: str) -> bool:
    return not _ENDED.search(before) and after[:1].islower() and " " in after


def _is_titled(text: str) -> bool:
    """Say whether a line reads as a title does; a sentence that is opened alike each time does not."""
    return not any(word[0].islower() and len(word) > 4 for word in text.split())


def _edges(rows: Sequence[RawRow]) -> set[int]:
    """Find the first and last two rows of each page, where places name pages."""
    pages = [found[1] if (found := _PAGE.match(row.place)) else "" for row in rows]
    turns = [i for i, (above, below) in enumerate(pairwise(["", *pages, ""])) if above != below]
    return {i for turn in turns for i in range(turn - 2, turn + 2) if 0 <= i < len(pages) and pages[i]}


def _counted(lines: Mapping[int, _Line]) -> set[int]:
    """Find the lines whose number counts pages."""
    shapes: dict[str, list[_Line]] = defaultdict(list)
    for line in lines.values():
        if "#" in line.shape and not _counts_itself(line, lines.get(line.at - 1)):
            shapes[line.shape].append(line)
    chains = [run for group in shapes.values() if len(group) > 1 for run in _runs(group)]
    return {line.at for run, first in chains if _counts_pages(run, first, lines) for line in run}


def _counts_itself(line: _Line, above: _Line | None) -> bool:
    """Say whether the number is that of a recommendation, a chapter, a table: "Rec. 4", or "4" below "Rec."."""
    word = above.text if line.shape == "#" and above else line.text
    named = re.search(rf"(?:{terms.any_of('prose', 'own number').pattern})[\W\d]*$", word, re.IGNORECASE)
    return bool(named) and not _names_page(line.text)


def _runs(group: Sequence[_Line]) -> list[tuple[list[_Line], int]]:
    """Part lines of one shape into runs whose number counts on, each with its first number."""
    numbers = [[int(each) for each in _NUMBER.findall(line.text)] for line in group]
    if len({len(each) for each in numbers}) > 1 or not all(numbers):
        return []  # figures too long to count pages
    columns = list(zip(*numbers, strict=True))
    counting = max(columns, key=lambda column: sum(0 < b - a <= _STEP for a, b in pairwise(column)))
    runs: dict[int, tuple[list[_Line], int]] = {}  # by the last number
    done: list[tuple[list[_Line], int]] = []
    for line, number in zip(group, counting, strict=True):
        before = next((number - step for step in range(1, _STEP + 1) if number - step in runs), None)
        if number in runs:
            done.append(runs.pop(number))
        run, first = runs.pop(before) if before is not None else ([], number)
        runs[number] = ([*run, line] if len(run) < 1 else _longer(run, line), first)
    return [(run, first) for run, first in chain(done, runs.values()) if len(run) > 1]


def _longer(run: list[_Line], line: _Line) -> list[_Line]:
    run.append(line)
    return run


def _counts_pages(run: Sequence[_Line], first: int, lines: Mapping[int, _Line]) -> bool:
    """Say whether a run of counting lines is furniture: it interrupts, names pages, or stands as only page lines do."""
    text = run[0].text
    if sum(line.cut for line in run) * 3 >= len(run) or _names_page(text) or "|" in text:
        return True
    if all(line.edge for line in run):
        return True
    apart = all(line.alone for line in run) or _beside(lines, {line.at for line in run})
    return first > 1 and bool(apart) and (text.isdigit() or len(text.split()) > 3)


def _beside(lines: Mapping[int, _Line], counted: set[int]) -> set[int]:
    """Find the lines that repeat next to counted lines, one by one outwards, and nowhere else."""
    gone: set[int] = set()
    often = Counter(line.text for line in lines.values() if not _is_label(line.text))
    for step in (-1, 1):
        reached = set(counted)
        for _ in range(_HEAD):
            near = [lines[i + step] for i in reached if i + step in lines and i + step not in counted]
            here = Counter(line.text for line in near)
            reached = {line.at for line in near if 1 < here[line.text] >= often[line.text] - 1 > 0}
            gone |= reached
    return gone


def _interrupting(lines: Mapping[int, _Line], gone: set[int]) -> set[int]:
    """Find the lines without a number that repeat where sentences run on, or at the edges of pages."""
    texts: dict[str, list[_Line]] = defaultdict(list)
    for line in lines.values():
        if line.at not in gone and not _is_label(line.text):
            texts[line.text].append(line)
    heads = [group for group in texts.values() if len(group) > 1 and _is_head(group)]
    return {line.at for group in heads for line in group}


def _is_head(group: Sequence[_Line]) -> bool:
    cuts = sum(line.cut for line in group)
    return cuts * 3 >= len(group) > 1 < cuts + len(group) - 1 or (len(group) > 2 and all(line.edge for line in group))


@cache
def _labels() -> frozenset[str]:
    """Names of columns and labels: headers of tables and lines such as "Response:" repeat as well."""
    columns = (row["phrase"] for row in terms.rows("headers"))
    labels = (row["term"] for row in terms.rows("prose") if row["kind"].startswith(("label", "own")))
    return frozenset(map(terms.fold, chain(columns, labels)))


def _is_label(text: str) -> bool:
    """Say whether a line that repeats is a label, the header of a table or a sentence."""
    if _ENDED.search(text):  # a sentence may be printed again: "We accept this recommendation."
        return True
    name = terms.fold(text)
    return name in _labels() or all(word in _labels() for word in name.split())


def _kept(tables: Sequence[RawTable], gone: set[int]) -> list[RawTable]:
    out: list[RawTable] = []
    at, cut = 0, False
    for table in tables:
        rows: list[RawRow] = []
        for row in table.rows:
            if at not in gone:
                rows.append(replace(row, break_before=True) if cut else row)
            cut = at in gone
            at += 1
        if rows and out and out[-1].kind == table.kind == "text":
            out[-1] = replace(out[-1], rows=(*out[-1].rows, *rows))
        elif rows:
            out.append(replace(table, rows=tuple(rows)))
    return out
