"""Ticks: columns that are each named by a status, with a mark in the one that holds, and choices with boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from dhr_analytics.normalising.cells.status import read_status

_EMPTY = ("", "-", "–", "—", "☐", "□", "no", "n", "n/a", "false", "0", "✗", "✘", "❌")
_BOXES = re.compile(r"([☐☒☑✓✔□■])\s*([^☐☒☑✓✔□■]*)")
_TICKED = "☒☑✓✔■"
CHOICES = ("scope", "status", "rag")  # roles whose cells may offer choices with boxes


def tick_statuses(names: Sequence[str]) -> tuple[str, ...]:
    """Return the statuses that the names of columns are; nothing where they are not two or more different ones."""
    # "No" is a column of numbers.
    found = tuple(read_status({"status": name}).value if len(name) > 3 else "no_update" for name in names)
    return found if len(set(found)) > 1 and "no_update" not in found else ()


def read_ticks(
    names: Sequence[str], rows: Sequence[Sequence[str]], fills: Sequence[Sequence[str]] = ()
) -> list[str] | None:
    """Read the status of each row from the column that is ticked.

    Parameters
    ----------
    names : sequence of str
        Names of the columns: "Not started", "In progress", "Complete".
    rows : sequence of sequence of str
        The cells below these names, a row each: a tick, X, Yes, a date, or blank.
    fills : sequence of sequence of str, optional
        The colours behind the same cells; a coloured blank cell is ticked where no cell of the row holds a mark.

    Returns
    -------
    list of str or None
        A status for each row, ``no_update`` where none is ticked; ``None`` where the names are no statuses, or a row
        has several ticks.
    """
    statuses = tick_statuses(names)
    marked = [_ticked(cells) or _ticked(colours) for cells, colours in zip_longest(rows, fills, fillvalue=())]
    if not statuses or any(len(ticks) > 1 for ticks in marked):
        return None
    return [statuses[ticks[0]] if ticks else "no_update" for ticks in marked]


def _ticked(cells: Sequence[str]) -> list[int]:
    return [i for i, cell in enumerate(cells) if cell.replace("\ufe0f", "").strip(" .\n").lower() not in _EMPTY]


def ticked_choice(text: str) -> tuple[str, str]:
    """Return what is ticked of a cell that offers choices with boxes, and what is not."""
    choices = _BOXES.findall(text)
    chosen = [words.strip() for box, words in choices if box in _TICKED]
    if not any(chosen):  # a tick alone is the answer itself
        return text, ""
    return " ".join(chosen), " ".join(words.strip() for box, words in choices if box not in _TICKED)
