"""Running lines: page heads, feet and page numbers leave the document before anything else is read.

They are known by what they do, not by how they look: they repeat while a number in them counts
the pages, they stand beside such lines, or they interrupt a sentence. The numbers of
recommendations on lines of their own count as well, but no sentence runs on across them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, pairwise

from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.vocabulary import terms

_FURNITURE = "page furniture"
_NUMBER = re.compile(r"\d+")
# A cell of a table that a converter put on a line of its own: with a pipe behind it, or a day alone.
_CELL = re.compile(r"\|\s*$|^\W*\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\W*$")
_LONGEST = 160  # a longer line is a paragraph
_STEP = 3  # pages that may pass without a number
_HEAD = 3  # lines of a page head
_PAGE = re.compile(r"page (\d+)\b")
_ITEM = re.compile(r"\(?\d+(?:\.\d+)*[.)]\s")
_BAR = re.compile(r"\|\s*\d{1,4}$|^\d{1,4}\s*\|")
_ENDED = re.compile(r"[.!?:;][\"'”’)\]]*\d{0,3}$")


@dataclass(frozen=True)
class _Line:
    """A line that may be a running line, by its place among all rows of the document."""

    text: str
    at: int
    shape: str  # digits masked
    cut: bool  # a sentence continues below it that began above
    alone: bool  # between breaks
    edge: bool  # among the first or last lines of a page


@dataclass(frozen=True)
class _Run:
    """Lines of one shape whose number counts on, and the first number."""

    first: int
    lines: list[_Line]


def without_running_lines(tables: Sequence[RawTable]) -> tuple[list[RawTable], list[Rejected]]:
    """Take page heads, feet and page numbers out of a document.

    Parameters
    ----------
    tables : sequence of RawTable
        A whole document as read.

    Returns
    -------
    tables : list of RawTable
        The same without running lines; the row after one has ``break_before``. Text parted by
        nothing but a running line is one table again.
    rejected : list of Rejected
        The lines taken out, as "page furniture".
    """
    rows = [row for table in tables for row in table.rows]
    lines = _lines(tables)
    gone = _counted(lines)
    gone |= _beside(lines, gone)
    gone |= _interrupting(lines, gone)
    rejected = [Rejected(rows[i].place, _text(rows[i]), _FURNITURE) for i in sorted(gone)]
    return (_kept(tables, gone) if gone else list(tables)), rejected


def _text(row: RawRow) -> str:
    return " ".join(" ".join(cell for cell in row.cells if cell.strip()).split())


def _shape(text: str) -> str:
    return _NUMBER.sub("#", text.casefold())


def _may_run(kind: str, row: RawRow) -> bool:
    filled = sum(bool(cell.strip()) for cell in row.cells)
    if _CELL.search(_text(row)):
        return False
    paged = filled == 2 and _names_page(_text(row))
    return (kind == "text" or filled == 1 or paged) and 0 < len(_text(row)) <= _LONGEST


def _names_page(text: str) -> bool:
    return bool(re.search(rf"{terms.any_of('prose', 'page').pattern}\W*\d", text, re.IGNORECASE))


def _lines(tables: Sequence[RawTable]) -> dict[int, _Line]:
    """Find the lines that may be running lines; a sentence is looked for past those that repeat."""
    rows = [(table.kind, row) for table in tables for row in table.rows]
    found = {i: _text(row) for i, (kind, row) in enumerate(rows) if _may_run(kind, row)}
    labels = _valued_labels(found.values())
    texts = {i: text for i, text in found.items() if text.partition(":")[0] not in labels}
    cuts = _cuts(texts)
    edges = _edges([row for _, row in rows])
    alone = _between_breaks([row for _, row in rows])
    lines = {}
    for i, text in texts.items():
        lines[i] = _Line(text, i, _shape(text), i in cuts, i in alone, i in edges)
    return lines


def _valued_labels(texts: Iterable[str]) -> set[str]:
    """Find the words before a colon that have several values, as "Status: Open" and "Status: Closed"."""
    values: dict[str, set[str]] = defaultdict(set)
    for text in set(texts):
        label, colon, value = text.partition(":")
        if colon and len(label.split()) <= 6:
            values[label].add(value.strip())
    return {label for label, found in values.items() if len(found) > 1}


def _between_breaks(rows: Sequence[RawRow]) -> set[int]:
    breaks = [True, *(row.break_before for row in rows[1:]), True]
    return {i for i, (above, below) in enumerate(pairwise(breaks)) if above and below}


def _cuts(texts: Mapping[int, str]) -> set[int]:
    """Find the lines that interrupt a sentence; it is looked for past lines that repeat."""
    often = Counter(map(_shape, texts.values()))
    once = {i for i, text in texts.items() if often[_shape(text)] < 2}
    above, below = _nearest([*texts], once), _nearest([*texts][::-1], once)
    titled = (i for i, text in texts.items() if _is_titled(text))
    return {i for i in titled if _runs_on(texts.get(above[i], "."), texts.get(below[i], ""))}


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
    """Return whether a line reads as a title; a sentence that opens the same each time does not."""
    return not any(word[0].islower() and len(word) > 4 for word in text.split())


def _edges(rows: Sequence[RawRow]) -> set[int]:
    """Find the first and last two rows of each page, where places name pages."""
    pages = [found[1] if (found := _PAGE.match(row.place)) else "" for row in rows]
    turns = [i for i, (above, below) in enumerate(pairwise(["", *pages, ""])) if above != below]
    near = {i for turn in turns for i in range(turn - 2, turn + 2)}
    return {i for i in near if 0 <= i < len(pages) and pages[i]}


def _counted(lines: Mapping[int, _Line]) -> set[int]:
    """Find the lines whose number counts pages."""
    shapes: dict[str, list[_Line]] = defaultdict(list)
    for line in lines.values():
        if _NUMBER.search(line.text) and not _counts_itself(line, lines.get(line.at - 1)):
            shapes[line.shape].append(line)
    runs = chain.from_iterable(_runs(group) for group in shapes.values())
    return {line.at for run in runs if _counts_pages(run, lines) for line in run.lines}


def _counts_itself(line: _Line, above: _Line | None) -> bool:
    """Return whether the number is that of an item or a heading: "Rec. 4", "4" below "Rec."."""
    word = above.text if line.shape == "#" and above else line.text
    named = rf"(?:{terms.any_of('prose', 'own number').pattern})[\W\d]*$"
    itself = _ITEM.match(line.text) or re.search(named, word, re.IGNORECASE)
    return bool(itself) and not _names_page(line.text)


def _runs(group: Sequence[_Line]) -> list[_Run]:
    """Part lines of one shape into runs whose number counts on."""
    open_runs: dict[int, _Run] = {}  # by the last number
    runs: list[_Run] = []
    for line, number in zip(group, _counting(group), strict=True):
        lower = range(number - 1, number - _STEP - 1, -1)
        last = next((each for each in lower if each in open_runs), None)
        run = _Run(number, []) if last is None else open_runs.pop(last)
        if not run.lines:
            runs.append(run)
        run.lines.append(line)
        open_runs[number] = run
    return [run for run in runs if len(run.lines) > 1]


def _counting(group: Sequence[_Line]) -> Sequence[int]:
    """Return the number in each line that counts most; "2 of 9" has two."""
    numbers = [[int(each) for each in _NUMBER.findall(line.text)] for line in group]
    columns = zip(*numbers, strict=True)
    return max(columns, key=lambda column: sum(0 < b - a <= _STEP for a, b in pairwise(column)))


def _counts_pages(run: _Run, lines: Mapping[int, _Line]) -> bool:
    """Return whether counting lines are furniture: they interrupt, name pages, or stand apart."""
    text = run.lines[0].text
    if _names_page(text) or _BAR.search(text) or all(line.edge for line in run.lines):
        return True
    if sum(line.cut for line in run.lines) * 3 >= len(run.lines):
        return True
    return run.first > 1 and _may_title(text) and _is_apart(run, lines)


def _may_title(text: str) -> bool:
    long = len(text.split()) > 3
    return text.isdigit() or (long and _is_titled(text) and not _heads_nothing(text))


def _is_apart(run: _Run, lines: Mapping[int, _Line]) -> bool:
    alone = all(line.alone for line in run.lines)
    return alone or bool(_beside(lines, {line.at for line in run.lines}))


def _beside(lines: Mapping[int, _Line], counted: set[int]) -> set[int]:
    """Find the lines that repeat next to counted lines, one by one outwards, and nowhere else."""
    above, below = (_outwards(lines, counted, step) for step in (-1, 1))
    return above | below


def _outwards(lines: Mapping[int, _Line], counted: set[int], step: int) -> set[int]:
    gone: set[int] = set()
    reached = counted
    for _ in range(_HEAD):
        near = [lines[i + step] for i in reached if i + step in lines and i + step not in counted]
        here = Counter(line.text for line in near if not _heads_nothing(line.text))
        reached = {line.at for line in near if here[line.text] > 1}
        gone |= reached
    return gone


def _interrupting(lines: Mapping[int, _Line], gone: set[int]) -> set[int]:
    """Find other lines that repeat where sentences run on, or at the edges of pages."""
    texts: dict[str, list[_Line]] = defaultdict(list)
    for line in lines.values():
        if line.at not in gone and not _heads_nothing(line.text):
            texts[line.text].append(line)
    return {line.at for group in texts.values() if _is_head(group) for line in group}


def _is_head(group: Sequence[_Line]) -> bool:
    """Return whether a line heads pages: two that interrupt, or three of which a third does."""
    cuts, count = sum(line.cut for line in group), len(group)
    interrupts = cuts * 3 >= count > 1 and cuts + count > 3
    return interrupts or (count > 2 and all(line.edge for line in group))


@cache
def _labels() -> frozenset[str]:
    """Names of columns and labels: headers and lines such as "Response:" repeat as well."""
    columns = (row["phrase"] for row in terms.rows("headers"))
    kinds = ("label", "own")
    labels = (row["term"] for row in terms.rows("prose") if row["kind"].startswith(kinds))
    return frozenset(map(terms.fold, chain(columns, labels)))


def _heads_nothing(text: str) -> bool:
    """Return whether a line that repeats is a label, a header, or part of a sentence."""
    if _ENDED.search(text) or text[0].islower():
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
