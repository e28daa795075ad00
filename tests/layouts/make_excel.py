"""Writes the workbook of ``excel_scope_is_a_topic``: ``python tests/layouts/make_excel.py``."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

HERE = Path(__file__).resolve().parent
GUIDE = (
    (),
    ("", "March 2025"),
    ("", "Stillwater houses for a short stay"),
    (),
    ("Scope", "Recommendations", "Comments", "Priority level"),
    (),
    ("Arrival",),
    ("Night bell", "", "Waiting for the electrician."),
    ("Welcome", "See welcome-sheet", "One copy in each room, in any language.", "Critical"),
    (
        "Names",
        "Ask each guest what name she wants on the door.\nDo not print it on the post list.",
        "",
        "Critical",
    ),
    ("Food", "\nSee allergy-sheet", "", "Normal"),
    (),
    ("Children",),
    ("Homework", "Set aside a table for homework.\nClear it before supper.", "", "Important"),
    ("Way to school", "See school-run-sheet", "", "Critical"),
    (
        "Gate",
        "Let the school know which gate to use.\nChange it if the car is seen again.",
        "Agreed with two schools so far.",
        "Critical",
    ),
    (),
    ("Leaving",),
    ("Deposit", "See deposit-sheet", "", "Normal"),
    (
        "Calls afterwards",
        "Ring once after a week and once after a month.\nStop if she asks you to.",
        "",
        "Important",
    ),
    ("Keys", "", "To be written.", "Important"),
)
ROOMS = ("Kitchen", "Laundry", "Bed 1", "Bed 2", "Bed 3", "Bed 4", "Office", "Cellar", "Bike shed")


def main() -> None:
    """Write the plan: a sheet of topics with their advice, and a sheet of rooms that is no plan."""
    book = Workbook()
    guide = book.active
    guide.title = "guide"
    for row in GUIDE:
        guide.append([value or None for value in row])
    for cell in guide[5]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDDDDD")
    rooms = book.create_sheet("rooms")
    rooms.append(["Rooms & Fittings", "In use"])
    for number, room in enumerate(ROOMS, start=1):
        rooms.append([f"S{number:02d}-{room}", "y", "from May" if room == "Cellar" else None])
    book.save(HERE / "excel_scope_is_a_topic" / "plan.xlsx")


if __name__ == "__main__":
    main()
