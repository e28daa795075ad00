"""What notebooks show: tables, figures, findings and quotes, as blocks that a page can trust.

A block is plain data under a MIME type of our own; the page turns it into HTML and escapes every text of it.
Where ``out`` is given, tables are written to ``out/tables/NAME.csv``, figures to ``out/figures/NAME.svg`` and ``.png``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import write_csv
from dhr_analytics.reporting import page, tables, text
from dhr_analytics.reporting.cited import Cited, Words, content, marked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dhr_analytics.reporting.view import View

NOTHING = "There is nothing to show here: no row of the plans fits what this page is about."
SOME_LEFT_OUT = (
    "Some documents were not read surely, and count in no figure on any page until a person has looked at them."
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Block:
    """Something to show; JupyterLab gets it as escaped HTML, the page as data."""

    content: Mapping[str, Any]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        words = page.clean(self.content.get("text") or self.content.get("title") or self.content["kind"])
        return {page.MIME: dict(self.content), "text/html": page.block(self.content), "text/plain": words}


@dataclass(frozen=True)
class Prose:
    """Markdown to show; raw HTML in it is shown as text."""

    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/markdown": self.text, "text/plain": self.text}


def prose(markdown: str) -> Prose:
    """Show Markdown of our own; words of the plans belong into a table, a finding or a quote."""
    return Prose(markdown)


def header(view: View, *, stop: str = "") -> Block:
    """Show what the page is about: the quarter, the day the figures stand on and the filters.

    Parameters
    ----------
    view : View
    stop : str, optional
        Why there is nothing to show; the page says this and ends there.

    Returns
    -------
    Block
    """
    words = {"quarter": view.quarter.label, "as_of": text.day(view.quarter.end), "filters": view.filters, "stop": stop}
    return Block({"kind": "header", **words, "note": view.why_rounded})


def left_out(view: View, *, name: str, out: str | Path = "") -> Block | None:
    """Show the documents that count in no figure yet; nothing where there are none.

    Parameters
    ----------
    view : View
    name : str
        Name of the CSV file without ending.
    out : path, optional
        Folder of the pack.

    Returns
    -------
    Block or None
        A sentence where single documents may not be shown.
    """
    if not view.plans.about.get("left_out"):
        return None
    if view.why_left_out:
        return sentence(SOME_LEFT_OUT)
    title = "Documents that count in no figure on any page, because they were not read surely"
    note = (
        "A person should compare what was read from them with the document, and then either accept the document in "
        "reviews.csv beside it (dhr ingest prints the line) or put right what was not understood."
    )
    return table(tables.left_out(view), title=title, name=name, out=out, note=note, numbers="rows")


def numbers(values: Mapping[str, Words]) -> Block:
    """Show a few large figures, by label."""
    shown = [{"label": label, "value": marked(value)} for label, value in values.items()]
    return Block({"kind": "numbers", "numbers": shown})


def findings(found: Sequence[tuple[Words, Words]]) -> Block:
    """Show findings as a numbered list.

    Parameters
    ----------
    found : sequence of (words, words), each a str or a Sentence
        The sentence that says the finding, and what it stands on.

    Returns
    -------
    Block
    """
    if not found:
        return message(NOTHING)
    shown = [
        {"headline": str(head), "head": marked(head), "detail": str(rest), "rest": marked(rest)} for head, rest in found
    ]
    return Block({"kind": "findings", "findings": shown})


def sentence(words: Words) -> Block | None:
    """Show a sentence with figures in it; nothing where there is none to say."""
    return Block({"kind": "sentence", "text": str(words), "words": marked(words)}) if str(words) else None


def quotes(found: Sequence[Mapping[str, str]] | str) -> Block:
    """Show recommendations with the words that carried a theme marked.

    Parameters
    ----------
    found : sequence of mapping, or str
        ``before``, ``evidence``, ``after`` and ``source``, as ``tables.quotes`` gives them; or why they are left out.

    Returns
    -------
    Block
    """
    if isinstance(found, str):
        return message(found)
    return Block({"kind": "quotes", "quotes": [dict(each) for each in found]}) if found else message(NOTHING)


def message(words: str) -> Block:
    """Show a sentence in a frame, such as why there is no figure."""
    return Block({"kind": "message", "text": words})


def table(
    frame: pd.DataFrame | str,
    *,
    title: Words,
    name: str,
    out: str | Path = "",
    note: str = "",
    empty: str = NOTHING,
    limit: int = 200,
    numbers: str = "",
) -> Block:
    """Show a table; numbers with commas, shares as percentages, dates in words.

    Parameters
    ----------
    frame : pandas.DataFrame or str
        Or why it is left out.
        Headings as the reader sees them; the first column names the row. Cells may be ``Cited``. Floats are shares.
        A pair of columns "... from" and "... to" is shown as one, "15% to 39%".
    title : str or Sentence
    name : str
        Name of the CSV file without ending.
    out : path, optional
        Folder of the pack.
    note : str, optional
        A sentence below the table.
    empty : str, optional
        What to say instead of a table without rows.
    limit : int, optional
        Rows shown; the CSV file holds all.
    numbers : {"", "rows", "measured"}, optional
        What numbers that are not ``Cited`` are: cells of single rows of the plans, or measured beforehand.

    Returns
    -------
    Block
    """
    if isinstance(frame, str):
        return message(frame)
    path = _path(out, "tables", f"{name}.csv")
    if path:
        write_csv(_no_formulas(_raw(frame)), path)
    if frame.empty:
        return message(empty)
    beyond = [
        {"estimate": cell.estimate.id} for row in frame[limit:].to_numpy() for cell in row if isinstance(cell, Cited)
    ]
    if len(frame) > limit:
        whole = f"tables/{name}.csv holds all of them" if path else "the table holds all of them"
        note = f"{note} The first {limit} of {text.number(len(frame))} rows; {whole}.".strip()
    columns, cells = [], []
    for heading in frame.columns:
        stem = re.sub(" (from|to)$", "", heading)
        pair = {f"{stem} from", f"{stem} to"} <= set(frame.columns)
        if pair and heading == f"{stem} to":
            continue
        values = frame[heading].head(limit)
        shown: list[Any]
        cited = [isinstance(value, Cited) for value in values]
        if any(cited):
            shown = [content(value) if isinstance(value, Cited) else page.clean(value) for value in values]
        elif pair:
            shown = [text.interval(*ends) for ends in zip(values, frame[f"{stem} to"], strict=False)]
        else:
            shown = [_cell(value, values.dtype) for value in values]
        kind = "number" if pair or all(cited) or pd.api.types.is_numeric_dtype(values) else "words"
        kind = "date" if pd.api.types.is_datetime64_any_dtype(values) else kind
        columns.append({"name": stem if pair else heading, "kind": kind})
        cells.append(shown)
    rows = [list(row) for row in zip(*cells, strict=True)]
    csv = f"tables/{name}.csv" if path else ""
    words = {"title": str(title), "heading": marked(title), "note": note, "numbers": numbers, "beyond": beyond}
    return Block({"kind": "table", **words, "columns": columns, "rows": rows, "csv": csv})


def figure(
    fig: Figure | None,
    *,
    name: str,
    title: Words,
    alt: str,
    data: pd.DataFrame,
    out: str | Path = "",
    note: str = "",
    empty: str = NOTHING,
) -> Block:
    """Show a chart with its text alternative, and its numbers in a table below.

    Parameters
    ----------
    fig : matplotlib.figure.Figure or None
        As ``charts`` draws it; None where there is nothing to draw.
    name : str
        Name of the files without ending.
    title : str or Sentence
        The finding that the chart shows; also written onto the chart in the files.
    alt : str
        The chart in words.
    data : pandas.DataFrame
        Its numbers, see ``table``.
    out, note, empty
        As in ``table``; ``note`` stands below the table.

    Returns
    -------
    Block
    """
    caption = " by ".join([data.columns[1], text.lower(data.columns[0])]) if data.shape[1] > 1 else str(title)
    numbers_below = table(data, title=caption, name=name, out=out, note=note, empty=empty)
    if fig is None:
        return numbers_below
    files = []
    # Laid out once, and written by the canvas: savefig would lay out and draw it twice for each file.
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    svg = _svg(fig)
    width, height = (round(inches * 96) for inches in fig.get_size_inches())
    if path := _path(out, "figures", f"{name}.svg"):
        _add_title(fig, str(title))
        path.write_text(_svg(fig), encoding="utf-8", newline="\n")
        _save_png(fig, path.with_suffix(".png"))
        files = [{"name": kind.upper(), "path": f"figures/{name}.{kind}"} for kind in ("png", "svg")]
    words = {"title": str(title), "heading": marked(title), "alt": alt}
    image = {"svg": svg, "width": width, "height": height, "files": files}
    return Block({"kind": "figure", **words, **image, "table": numbers_below.content})


def _add_title(fig: Figure, title: str) -> None:
    """Put a title above a chart that has been laid out, and leave all else where it stands."""
    import textwrap

    rows, below = textwrap.wrap(title, 88), fig.get_figheight()
    height = below + 0.28 * len(rows) + 0.1
    fig.set_size_inches(fig.get_figwidth(), height)
    for axes in fig.axes:
        x, y, wide, high = axes.get_position().bounds
        axes.set_position((x, y * below / height, wide, high * below / height))
    top = 1 - 0.05 / height
    fig.suptitle("\n".join(rows), x=0.01, y=top, ha="left", va="top", fontsize=13, fontweight="bold", parse_math=False)


def _svg(fig: Figure) -> str:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    # A fixed salt and no date, so that two runs give the same bytes.
    with matplotlib.rc_context({"svg.hashsalt": "dhr_analytics", "svg.fonttype": "path"}), io.StringIO() as stream:
        FigureCanvasSVG(fig).print_svg(stream, metadata={"Date": None, "Creator": None})
        return stream.getvalue()


def _save_png(fig: Figure, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    fig.set_dpi(150)
    FigureCanvasAgg(fig).print_png(path, metadata={"Software": None})


def _path(out: str | Path, folder: str, name: str) -> Path | None:
    if not re.fullmatch(r"[a-z0-9_]+\.[a-z]+", name):
        raise UsageError(f"{name!r} cannot name a file of the pack. Use small letters, digits and underscores.")
    if not str(out):
        return None
    path = Path(out) / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _raw(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the numbers of a file in the place of cited ones; an interval becomes two columns."""
    out: dict[str, pd.Series] = {}
    for heading, values in frame.items():
        cells = [value for value in values if isinstance(value, Cited)]
        if not cells or len(cells) < len(values):
            out[str(heading)] = values if not cells else values.map(str)
        elif any(text.hidden(cell.estimate) or str(cell) == text.HIDDEN for cell in cells):
            parts = [f"{heading} from", f"{heading} to"] if cells[0].part == "interval" else [str(heading)]
            out |= {part: pd.Series([_told(cell, part) for cell in cells], dtype="str") for part in parts}
        elif cells[0].part == "interval":
            out[f"{heading} from"] = pd.Series([cell.estimate.low for cell in cells], dtype="float64")
            out[f"{heading} to"] = pd.Series([cell.estimate.high for cell in cells], dtype="float64")
        else:
            whole = cells[0].part in ("n", "N") or cells[0].estimate.unit == "count"
            out[str(heading)] = pd.Series([cell.raw for cell in cells], dtype="Int64" if whole else "float64")
    return pd.DataFrame(out)


def _told(cell: Cited, heading: str) -> str:
    """Return the number of a file as words, for a column in which some are withheld."""
    if str(cell) == text.HIDDEN:
        return text.HIDDEN
    ends = {" from": cell.estimate.low, " to": cell.estimate.high}
    raw = next((end for name, end in ends.items() if cell.part == "interval" and heading.endswith(name)), cell.raw)
    return "" if raw is None else f"{raw:.6g}" if isinstance(raw, float) else str(raw)


def _no_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""

    def safe(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

    kept = {heading: values.map(safe) if values.dtype == "str" else values for heading, values in frame.items()}
    return pd.DataFrame(kept, index=frame.index).rename(columns=safe)


def _cell(value: Any, dtype: Any) -> str:
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return text.day(None if pd.isna(value) else value)
    if pd.api.types.is_float_dtype(dtype):
        return text.percent(None if pd.isna(value) else float(value))
    if pd.isna(value) or value == "":
        return "not stated"
    return text.number(value) if pd.api.types.is_integer_dtype(dtype) else page.clean(value)
