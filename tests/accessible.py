"""Looks a workbook over by the published checklist for accessible spreadsheets of the Government Analysis Function."""

import re
import zipfile
from pathlib import Path

import openpyxl

SHORTHAND = re.compile(r"\[[a-z]+\]")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?%?")


def faults(path: Path) -> list[str]:
    """Return what is wrong with a workbook, each with its place; an empty list where nothing is."""
    out = _package_faults(path)
    book = openpyxl.load_workbook(path)
    if book.sheetnames[:3] != ["Cover", "Contents", "Notes"]:
        out.append(f"the first sheets are {book.sheetnames[:3]}, not cover, contents and notes")
    if not book.properties.title or not book.properties.language:
        out.append("the document has no title or no language")
    for sheet in book.worksheets:
        out += [f"{sheet.title}: {words}" for words in _sheet_faults(sheet)]
    numbers = {str(row[0].value) for row in book["Notes"].iter_rows(min_row=4)} if "Notes" in book else set()
    for sheet in book.worksheets[3:]:
        asked = re.findall(r"\[note (\d+)\]", str(sheet["A2"].value))
        out += [f"{sheet.title}: note {number} is not among the notes" for number in asked if number not in numbers]
        if "Contents" in book and sheet.title not in {row[0].value for row in book["Contents"].iter_rows()}:
            out.append(f"{sheet.title}: not in the contents")
    return out


def _package_faults(path: Path) -> list[str]:
    out = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            content = package.read(name).decode("utf-8", "replace")
            if re.search(r"externalLink|vbaProject|/drawings/|/media/|activeX", name):
                out.append(f"holds {name}")
            if 'TargetMode="External"' in content:
                out.append(f"{name} leads out of the workbook")
            if name.startswith("xl/worksheets/") and re.search(r"<f[ >]", content):
                out.append(f"{name} holds a formula")
    return out


def _sheet_faults(sheet):
    if sheet.merged_cells.ranges:
        yield "has merged cells"
    if sheet.freeze_panes:
        yield "has frozen panes"
    if sheet.sheet_state != "visible" or any(each.hidden for each in sheet.row_dimensions.values()):
        yield "is hidden, or has hidden rows"
    if any(each.hidden for each in sheet.column_dimensions.values()):
        yield "has hidden columns"
    if re.fullmatch(r"(Sheet|Table)\s*\d*", sheet.title) or len(sheet.title) > 31:
        yield "has no telling name"
    if not sheet["A1"].value:
        yield "has no title in its first cell"
    if sheet.title == "Cover":
        return
    if len(sheet.tables) != 1:
        yield f"has {len(sheet.tables)} tables"
        return
    table = next(iter(sheet.tables.values()))
    area = sheet[table.ref]
    heads = [str(cell.value or "").strip().casefold() for cell in area[0]]
    if "" in heads or len(set(heads)) < len(heads):
        yield f"has headings that are empty or not unique: {heads}"
    if area[-1][-1].row != sheet.max_row or area[-1][-1].column != sheet.max_column:
        yield "has cells outside its table"
    if any(sheet.cell(row, 1).value in (None, "") for row in range(1, area[0][0].row)):
        yield "has an empty row above its table"
    for row in area[1:]:
        for cell in row:
            yield from _cell_faults(cell)
    for column in zip(*area[1:], strict=True):
        kinds = {type(cell.value) in (int, float) for cell in column if not SHORTHAND.fullmatch(str(cell.value))}
        if kinds == {True, False}:
            yield f"column {column[0].column_letter} mixes numbers and words"
        told = [str(cell.value) for cell in column if not SHORTHAND.fullmatch(str(cell.value))]
        if kinds == {False} and all(_LOOKS_LIKE_A_NUMBER.fullmatch(words) for words in told):
            yield f"column {column[0].column_letter} holds numbers as words"


def _cell_faults(cell):
    words = cell.value
    if words is None or not str(words).strip():
        yield f"{cell.coordinate} is empty"
    elif isinstance(words, str) and not re.search("[a-zA-Z0-9]", words):
        yield f"{cell.coordinate} holds signs only: {words!r}"
    if cell.data_type == "f":
        yield f"{cell.coordinate} holds a formula"
