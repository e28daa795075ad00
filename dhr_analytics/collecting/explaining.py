"""Explaining: which readings of a document were tried and why one was chosen, as text and page."""

from __future__ import annotations

import base64
import hashlib
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dhr_analytics.errors import UsageError
from dhr_analytics.normalising.explained import aside_of, cleaner, parts_of
from dhr_analytics.normalising.plan import (
    CHECK,
    SURE,
    choose_from,
    grade_of,
    not_understood,
    set_aside,
)
from dhr_analytics.normalising.seen import what_was_seen
from dhr_analytics.normalising.tables_tried import count_actions
from dhr_analytics.normalising.tried import PartTried, SetAside, percent
from dhr_analytics.reading import read_guarded

PAGE = "explain.html"
_TEMPLATES = Path(__file__).with_name("templates")
_MARK = '<meta name="generator" content="dhr ingest --explain">'
_WIDTH = 100
_ELSEWHERE = "Name another folder with --out."


@dataclass(frozen=True)
class Explanation:
    """What was tried on one document, and what decided; names of individuals are masked.

    ``grade`` is ``sure``, ``check`` or ``refused``, ``chance`` the chance (0 to 1) that the
    document was read right, ``not_understood`` one line for each table that was not understood,
    ``set_aside`` what is in no table of the package, ``seen`` what a document that was refused
    holds instead of a plan.

    In a notebook it is shown as a page; ``to_text()`` gives it as text, ``to_html()`` as a file.
    """

    document: str
    grade: str
    chance: float
    recommendations: int
    actions: int
    parts: tuple[PartTried, ...]
    not_understood: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    seen: str = ""

    def to_text(self) -> str:
        """Return the explanation as lines of text."""
        return _render("explain.txt.j2", self)

    def to_html(self) -> str:
        """Return the explanation as a page that needs no other file and runs nothing."""
        return _render("explain.html.j2", self)

    def _repr_html_(self) -> str:
        return _render("explain_notebook.html.j2", self)


def explain(document: Path | str) -> Explanation:
    """Say which readings of one document were tried, and what decided between them.

    Parameters
    ----------
    document : path
        One file, as `ingest` reads it; nothing is written.

    Returns
    -------
    Explanation
        Shown as a page in a notebook; ``print(explain(...).to_text())`` elsewhere.

    Raises
    ------
    UsageError
        When there is no such file, or it is a folder.
    InputError
        When the file cannot be read at all. One that holds no plan is explained: its grade is
        ``refused``.
    """
    path = Path(document)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; explain looks at one document. Name a file in it.")
    kind, raw = read_guarded(path)
    tables, struck, choice = choose_from(raw, kind)
    clean, grade = cleaner(choice), grade_of(choice)
    return Explanation(
        path.name,
        grade,
        choice.chance,
        len(choice.recommendations),
        count_actions(choice.recommendations),
        parts_of(choice, clean),
        tuple(dict.fromkeys(clean(line) for line in not_understood(choice))),
        aside_of(set_aside(choice, struck), clean),
        clean(what_was_seen(tables)) if grade == "refused" else "",
    )


def write_page(explanation: Explanation, folder: Path | str) -> Path:
    """Write the page of an explanation; an older one there is replaced.

    Parameters
    ----------
    explanation : Explanation
    folder : path
        Made where it is not there.

    Returns
    -------
    pathlib.Path
        ``explain.html`` in the folder.

    Raises
    ------
    UsageError
        When a file of that name is there that is none of these pages, or nothing can be written.
    """
    path = Path(folder) / PAGE
    try:
        if path.exists() and _MARK not in path.read_text(encoding="utf-8", errors="replace"):
            why = f"{path} was not made by dhr ingest --explain; nothing was written."
            raise UsageError(f"{why} {_ELSEWHERE}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".explain-", dir=path.parent) as scratch:
            fresh = Path(scratch) / PAGE
            fresh.write_text(explanation.to_html(), encoding="utf-8", newline="\n")
            fresh.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. {_ELSEWHERE}") from error
    return path


# --- templates --------------------------------------------------------------------------------


def _render(template: str, explanation: Explanation) -> str:
    return str(_environment().get_template(template).render(e=explanation, sure=SURE, check=CHECK))


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=lambda name: ".html" in (name or ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (_TEMPLATES / "explain.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals["style"] = Markup(style)  # noqa: S704 - our own file
    environment.globals["mark"] = Markup(_MARK)
    environment.globals["policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    environment.filters["percent"] = percent
    environment.filters["wrapped"] = _wrapped
    environment.filters["aligned"] = _aligned
    return environment


def _wrapped(text: str, indent: int = 0) -> str:
    """Break a text into lines of a usual width; the lines after the first are set in by two."""
    first, rest = " " * indent, " " * (indent + 2)
    filler = textwrap.TextWrapper(
        width=_WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )
    return filler.fill(text)


def _aligned(rows: Sequence[Sequence[object]], indent: int = 4) -> str:
    """Write rows of cells as columns that are as wide as their longest cell."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in texts]
    return "\n".join(" " * indent + line for line in lines)
