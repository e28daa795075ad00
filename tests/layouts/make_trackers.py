"""Writes workbooks with headers of two tiers: ``python tests/layouts/make_trackers.py`` from the root."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).resolve().parent
COLOURS = {"blue": "4472C4", "green": "00B050", "amber": "FFC000", "red": "FF0000"}


def paint(sheet: Worksheet, row: int, column: int, colour: str) -> None:
    if colour:
        sheet.cell(row, column).fill = PatternFill("solid", fgColor=COLOURS[colour])


def head(sheet: Worksheet, row: int, names: list[tuple[str, list[str]]]) -> None:
    """Write a header of two rows: a name over both, or the name of a group over those of its columns."""
    column = 1
    for name, below in names:
        sheet.cell(row, column, name).font = Font(bold=True)
        width = max(1, len(below))
        down = 0 if below else 1
        for i, each in enumerate(below):
            sheet.cell(row + 1, column + i, each).font = Font(bold=True)
        sheet.merge_cells(start_row=row, end_row=row + down, start_column=column, end_column=column + width - 1)
        column += width


def fill_in(sheet: Worksheet, start: int, rows: list[list[Any]], rated: int) -> None:
    """Write the rows; the last value of each is the colour of its rating."""
    for i, (*values, colour) in enumerate(rows, start=start):
        for j, value in enumerate(values, start=1):
            sheet.cell(i, j, value or None)
        paint(sheet, i, rated, colour)


def themes_on_sheets() -> Workbook:
    """A sheet for each theme, how to use them first, and a key of colours last."""
    book = Workbook()
    guide = book.active
    guide.title = "How to use"
    for line in (
        ["How to use this workbook"],
        ["Step", "Action", "Who"],
        [1, "Go to the sheet of your theme.", "All leads"],
        [2, "Change the colour of the rating when an action is done.", "Lead agency"],
        [3, "Write what was done into the last column.", "Lead agency"],
    ):
        guide.append(line)
    names = [
        ("Recommendation", ["Ref", "Wording"]),
        ("What will be done", []),
        ("Ownership", ["Body", "Post"]),
        ("Due", ["Original", "Revised"]),
        ("RAG", []),
        ("Comments", []),
    ]
    ask, share = "Ask every patient alone whether they are safe.", "Share what is known about risk at each handover."
    sheets = {
        "Housing": [
            ["H1", "Look for signs of abuse when repairs are reported.", "Train the repairs team.",
             "Quarrydown Homes", "Head of Repairs", date(2025, 3, 31), "", "", "All trained by 20 March.", "blue"],
            ["H1", "Look for signs of abuse when repairs are reported.", "Add a prompt to the repairs system.",
             "Quarrydown Homes", "Systems Manager", date(2025, 4, 30), date(2025, 9, 30), "", "Supplier is late.",
             "amber"],
            ["H2", share, "Write a handover sheet.", "Quarrydown Council", "Head of Housing", "June 2025", "", "", "",
             "red"],
        ],
        "Health": [
            ["M1", ask, "Change the template.", "Quarrydown ICB", "Designated Nurse", "31/05/2025", "", "",
             "In use at twelve practices.", "green"],
            ["M1", ask, "Look at a sample of records.", "Quarrydown ICB", "Designated Nurse", "December 2025", "", "",
             "", "red"],
            ["H2", share, "Use the handover sheet on each ward.", "Quarrydown Hospital", "Matron", "July 2025",
             "October 2025", "", "Two wards use it.", "green"],
        ],
    }  # fmt: skip
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append([f"Quarrydown review: {title.lower()}"])
        head(sheet, 3, names)
        fill_in(sheet, 5, rows, rated=8)
    key = book.create_sheet("RAG key")
    key.append(["RAG", "Meaning", "Action to take"])
    meanings = [
        ("blue", "Complete", "None"),
        ("green", "On track", "None"),
        ("amber", "Behind, being worked on", "Tell the board when it will be done"),
        ("red", "Not begun", "Tell the board why"),
    ]
    for i, (colour, *words) in enumerate(meanings, start=2):
        paint(key, i, 1, colour)
        for j, text in enumerate(words, start=2):
            key.cell(i, j, text)
    return book


def open_and_closed_sheets() -> Workbook:
    """Open and closed actions on sheets of their own, the service area in a column, visits on a third sheet."""
    book = Workbook()
    names = [
        ("Service area", []),
        ("No.", []),
        ("Recommendation", []),
        ("Action", ["Description", "Lead"]),
        ("Deadline", ["First", "Now"]),
        ("Progress", ["RAG", "Note"]),
    ]
    visits, cards = "Workers should see every child alone at the first visit.", "Every clinic should offer a help card."
    sheets = {
        "Open": [
            ["Children", "4", visits, "Look at forty visits.", "Tidewell Council", "May 2025", "July 2025", "",
             "Half are looked at.", "amber"],
            ["Clinics", "5", cards, "Reprint the cards.", "Tidewell NHS Trust", "30 June 2025", "", "", "", "red"],
            ["Clinics", "6", "Reception staff should know the signs of abuse.", "Hold two half days.",
             "Tidewell NHS Trust", "August 2025", "", "", "One was held.", "green"],
        ],
        "Closed": [
            ["Children", "4", visits, "Change the visit form.", "Tidewell Council", "31 January 2025", "", "",
             "Form changed.", "blue"],
            ["Clinics", "5", cards, "Design a card with the refuge.", "Tidewell NHS Trust", "February 2025", "", "",
             "Card agreed.", "blue"],
            ["Police", "7", "Officers should leave a card after each visit.", "Carry cards in each car.",
             "Tidewell Police", "1 March 2025", "", "", "All cars carry them.", "blue"],
        ],
    }  # fmt: skip
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        head(sheet, 1, names)
        fill_in(sheet, 3, rows, rated=8)
    table = book.create_sheet("Contacts with services")
    for line in (
        ["Date", "Service", "What happened", "Action taken?"],
        ["May 2022", "Clinic", "Came with a cut hand", "No"],
        ["June 2022", "Police", "Call from a neighbour", "No"],
        ["July 2022", "Clinic", "Missed appointment", "n/a"],
    ):
        table.append(line)
    key = book.create_sheet("Key")
    for i, (colour, words) in enumerate(
        (("blue", "Done"), ("green", "On course"), ("amber", "Late"), ("red", "To do")), 1
    ):
        paint(key, i, 1, colour)
        key.cell(i, 2, words)
    return book


if __name__ == "__main__":
    themes_on_sheets().save(HERE / "excel_themes_on_sheets" / "plan.xlsx")
    open_and_closed_sheets().save(HERE / "excel_open_and_closed_sheets" / "plan.xlsx")
