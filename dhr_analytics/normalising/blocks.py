"""Label blocks: plans printed as one small form for each recommendation become ordinary tables with a header."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dhr_analytics.normalising.columns import role_of, worded_role
from dhr_analytics.reading import RawRow, RawTable

# The column name under which each role is written out; every one is listed in vocabulary/headers.csv.
_NAMES = {
    "number": "No",
    "section": "Theme",
    "recommendation": "Recommendation",
    "scope": "Scope",
    "action": "Action",
    "lead": "Lead agency",
    "person": "Lead officer",
    "target": "Target date",
    "progress": "Progress",
    "evidence": "Evidence",
    "completion": "Date completed",
    "status": "Status",
    "rag": "RAG",
    "outcome": "Outcome",
}
_LABEL_NUMBER = re.compile(
    r"^(?P<label>[A-Za-z][A-Za-z /&()-]*?)\s*(?:no\.?\s*)?(?P<number>\d{1,3}(?:\.\d{1,2})?[a-z]?)$", re.I
)
_LABEL_LINE = re.compile(r"^(?P<label>[A-Z][\w. /&()-]{1,45}?)\s*:\s*(?P<value>.*)$", re.DOTALL)


def unfold_labels(table: RawTable) -> list[RawTable] | None:
    """Turn a table (or lines) with labels down the side into tables with a header row.

    Parameters
    ----------
    table : RawTable
        A table whose rows are label and value, or text lines such as "Action: value".

    Returns
    -------
    list of RawTable or None
        Tables with a header row and one row for each action, and the headings between them; ``None`` when the
        table is no label block.
    """
    pairs = [_pairs(row, table.kind) for row in table.rows]
    roles = [role for row in pairs for role, _, _ in row]
    labelled = sum(bool(row) for row in pairs)
    told = {"recommendation", "action"} & set(roles)
    if labelled < 2 or labelled * 5 < len(pairs) * 2 or len(set(roles)) < 2 or not told:
        return None
    other = sum(
        not found and sum(bool(cell.strip()) for cell in row.cells) > 1
        for row, found in zip(table.rows, pairs, strict=True)
    )
    if other * 5 > len(pairs):  # a glossary explains some of the same words
        return None
    if table.kind == "text" and (labelled < 3 or not {"action", "lead", "target", "status"} & set(roles)):
        return None
    return _tables(table, pairs)


def _pairs(row: RawRow, kind: str) -> list[tuple[str, str, str]]:
    """Read a row as (role, number in the label, value) pairs; an empty list when it is none."""
    if kind == "text":
        match = _LABEL_LINE.match(row.cells[0])
        cells = [match["label"], match["value"]] if match else []
    else:
        cells = list(row.cells)
        while cells and not cells[-1].strip():
            cells.pop()
        if cells and not cells[0].strip():
            cells = cells[1:]
        if len(cells) == 1:  # a label whose value is blank
            cells.append("")
    found = []
    for label, value in zip(cells[::2], cells[1::2], strict=False):
        role, number = _label(label)
        if not role and kind == "table" and len(label.split()) <= 8:
            role, number = worded_role(re.sub(r"\s*\d+$", "", label)), ""
        if not role or _label(value)[0]:
            return []
        found.append((role, number, value))
    return found if len(cells) % 2 == 0 else []


def _label(text: str) -> tuple[str, str]:
    label = text.strip().rstrip(":").strip()
    if (match := _LABEL_NUMBER.match(label)) and (role := role_of(match["label"])):
        return role, match["number"]
    return role_of(label), ""


def _tables(table: RawTable, pairs: Sequence[list[tuple[str, str, str]]]) -> list[RawTable]:
    out: list[RawTable] = []
    records: list[tuple[dict[str, str], str]] = []
    record: dict[str, str] = {}
    place = table.rows[0].place

    def flush() -> None:
        nonlocal record
        if {"recommendation", "action"} & set(record):
            records.append((record, place))
        record = {}

    for row, found in zip(table.rows, pairs, strict=True):
        text = " ".join(cell for cell in row.cells if cell.strip())
        if not found:
            last = list(record)[-1] if record else ""
            if not last or (row.break_before and table.kind == "text" and len(text.split()) < 9):
                flush()
                out += _written(records)
                records = []
                lines = out.pop().rows if out and out[-1].kind == "text" else ()
                out.append(RawTable((*lines, RawRow((text,), row.place, row.break_before)), kind="text"))
            else:
                record[last] = f"{record[last]}\n{text}".strip()
            continue
        for role, number, value in found:
            if role in ("recommendation", "number") and ("recommendation" in record or role in record):
                flush()
            elif role == "action" and "action" in record:
                kept: dict[str, str] = {
                    key: record[key] for key in ("number", "section", "recommendation", "scope") if key in record
                }
                flush()
                record = dict(kept)
            if not record:
                place = row.place
            if role == "recommendation" and number:
                record["number"] = number
            record[role] = f"{record[role]}\n{value}".strip() if role in record else value
    flush()
    return out + _written(records)


def _written(records: Sequence[tuple[dict[str, str], str]]) -> list[RawTable]:
    if not records:
        return []
    used = [role for role in _NAMES if any(role in record for record, _ in records)]
    header = RawRow(tuple(_NAMES[role] for role in used), records[0][1], True)
    rows = [RawRow(tuple(record.get(role, "") for role in used), place) for record, place in records]
    return [RawTable((header, *rows))]
