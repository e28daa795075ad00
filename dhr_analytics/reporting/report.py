"""The quarterly pack: notebooks run side by side, their pages, figures and tables, swapped in only when whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import dhr_analytics
from dhr_analytics._version import __version__
from dhr_analytics.errors import NotebookError, UsageError
from dhr_analytics.package import write_package
from dhr_analytics.reporting import folder, page, run, text
from dhr_analytics.reporting.pdf import MISSING, find_browser, print_pdf
from dhr_analytics.reporting.view import View, load
from dhr_analytics.themes.codebook import Codebook

PRINTED = "print.html"
PAGES = (
    "00_summary",
    "01_data_quality",
    "02_themes",
    "03_trends",
    "04_completion",
    "05_recurring_learning",
    "06_methods",
)


def make_report(
    package_folder: Path | str,
    *,
    quarter: str,
    out: Path | str,
    only: Sequence[str] | str | None = None,
    areas: str = "",
    agencies: str = "",
    themes: str = "",
    jobs: int = 2,
    progress: Callable[[str], None] | None = None,
    notebooks: Path | str | None = None,
) -> Path:
    """Make the pack of a quarter.

    Parameters
    ----------
    package_folder : path
        Folder of a plan package.
    quarter : str
        Such as ``"2025Q1"``, or ``"2025-26Q1"`` for one of the fiscal year.
    out : path
        Folder of the packs; this one goes to ``out/QUARTER``. A pack that stands there is replaced only when the new
        one is whole.
    only : sequence of str or str, optional
        Pages to make, such as ``"04_completion"``; all when left out.
    areas, agencies, themes : str, optional
        Filters, with commas between values.
    jobs : int, optional
        Notebooks that run at the same time.
    progress : callable, optional
        Is given a line when a page is done.
    notebooks : path, optional
        Folder of the notebooks, when it is not that of the project.

    Returns
    -------
    pathlib.Path
        ``index.html`` of the pack.

    Raises
    ------
    UsageError
        When quarter, filter or page make no sense, or something else than a pack stands in its place.
    InputError
        When the package cannot be read.
    NotebookError
        When a notebook fails: it is kept in ``out/failed``, and an older pack stays as it was.
    """
    began, filters = time.monotonic(), {"areas": areas, "agencies": agencies, "themes": themes}
    view = load(package_folder, quarter=quarter, **filters)
    source = Path(notebooks or Path(dhr_analytics.__file__).parent.parent / "notebooks")
    names, browser = _pages(only), None if only else find_browser()
    if missing := [name for name in names if not (source / f"{name}.ipynb").is_file()]:
        raise UsageError(f"There is no notebook {missing[0]}.ipynb in {source}. Run this in a copy of the project.")
    target = Path(out).resolve() / view.quarter.id
    parameters = {"quarter": quarter, "only": list(names), **filters}
    made_from = folder.fingerprint(Path(package_folder), source, {**parameters, "pdf": bool(browser)})
    tell = progress or (lambda line: None)
    if folder.is_whole(target, made_from):
        tell("nothing has changed since this report was made: it stays as it is")
        return target / "index.html"
    failed = target.parent / "failed"
    with folder.fresh_folder(target) as fresh:
        inputs = {"quarter": quarter, "plans": str(Path(package_folder).resolve()), "out": str(fresh), **filters}
        tasks = [run.Task(source / f"{name}.ipynb", inputs, fresh / "notebooks" / f"{name}.ipynb") for name in names]
        for task in tasks:
            run.check_parameters(task.notebook, inputs)
        (fresh / "notebooks").mkdir()
        try:
            seconds = run.run_all(
                tasks, jobs=jobs, done=lambda task, took: tell(f"{task.notebook.stem}: done in {took:.1f} s")
            )
        except NotebookError:
            for kept in (fresh / "notebooks").glob("*.failed.ipynb"):
                failed.mkdir(exist_ok=True)
                kept.replace(failed / kept.name)
            raise
        executed = {task.notebook.stem: _executed(task, {**inputs, "plans": "../data", "out": ""}) for task in tasks}
        write_package(view.plans, fresh / "data")
        _write(fresh, executed, view)
        if not only:
            _print(fresh, browser, tell)
        (fresh / PRINTED).unlink()
        seconds["all"] = round(time.monotonic() - began, 2)
        _manifest(fresh, view, made_from=made_from, parameters=parameters, seconds=seconds)
    for name in names:  # what was kept of an earlier failure is out of date now
        (failed / f"{name}.failed.ipynb").unlink(missing_ok=True)
    return target / "index.html"


def _pages(only: Sequence[str] | str | None) -> tuple[str, ...]:
    if not only:
        return PAGES
    asked = [each.strip() for each in (only.split(",") if isinstance(only, str) else only)]
    import difflib

    for each in asked:
        if each not in PAGES:
            near = difflib.get_close_matches(each, PAGES, n=1, cutoff=0.3)
            raise UsageError(
                f"There is no page {each!r}. Did you mean {near[0]!r}?"
                if near
                else f"There is no page {each!r}. There are: {', '.join(PAGES)}."
            )
    return tuple(name for name in PAGES if name in asked)


def _executed(task: run.Task, parameters: dict[str, Any]) -> Any:
    """Read an executed notebook, and keep it so that it can be run again from within the pack, without times."""
    import nbformat

    done = nbformat.read(task.target, as_version=4)
    done.metadata.pop("papermill", None)
    for number, cell in enumerate(done.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = "".join(f"{name} = {value!r}\n" for name, value in parameters.items()).rstrip()
    nbformat.write(done, task.target)
    return done


def _write(fresh: Path, executed: dict[str, Any], view: View) -> None:
    """Write the pages, the contents, and all of them as one page to print."""
    made: list[dict[str, Any]] = [
        {
            "name": name,
            "title": page.title(done, name),
            "finding": _finding(blocks := page.blocks(done)),
            "blocks": blocks,
        }
        for name, done in executed.items()
    ]
    facts = _facts(view)
    foot = " ".join(f"{label}: {value}." for label, value in facts)
    for name, done in executed.items():
        _save(fresh / f"{name}.html", page.page(done, name=name, pages=made, provenance=foot))
    documents = [
        {
            "document": row["document"],
            "published": text.day(None if pd.isna(row["published_on"]) else row["published_on"]),
            "snapshot": text.day(None if pd.isna(row["snapshot_on"]) else row["snapshot_on"]),
            "sha256": row["sha256"] or "not stated",
        }
        for row in view.plans.reviews.to_dict("records")
    ]
    header = {"quarter": view.quarter.label, "as_of": text.day(view.quarter.end), "filters": view.filters}
    contents = {"name": "index", "header": header, "pages": made, "facts": facts, "documents": documents}
    _save(fresh / "index.html", page.render("index.html.j2", title="Contents", **contents))
    _save(fresh / PRINTED, page.render("print.html.j2", title="Report", **contents))


def _print(fresh: Path, browser: str | None, tell: Callable[[str], None]) -> None:
    """Print the pack; without a browser it is whole but for the PDF, and says so."""
    if browser is None:
        tell(MISSING)
        return
    began = time.monotonic()
    print_pdf(fresh / PRINTED, fresh / "pack.pdf", browser=browser)
    tell(f"pack.pdf: printed in {time.monotonic() - began:.1f} s")


def _finding(blocks: Sequence[dict[str, Any]]) -> str:
    """Return the first finding of a page, the line that stands for it in the contents."""
    for each in blocks:
        if each["kind"] == "findings":
            return str(each["findings"][0]["headline"])
        if each["kind"] == "figure":
            return str(each["title"])
        if each["kind"] == "message":
            return str(each["text"])
    return ""


def _facts(view: View) -> list[tuple[str, str]]:
    reviews, themes, about = view.plans.reviews, view.plans.themes, view.plans.about
    latest = pd.concat([reviews["snapshot_on"], reviews["published_on"]]).max()
    used = [] if themes is None else sorted(set(themes["codebook_version"]) - {""})
    return [
        ("Action plans", text.number(len(reviews))),
        ("Latest date that a plan states of itself", text.day(None if pd.isna(latest) else latest)),
        ("Read with", str(about.get("software", "not stated"))),
        ("Report made with", f"dhr_analytics {__version__}"),
        ("Version of the list of themes", ", ".join(used) or Codebook.load().version),
        ("Asked for", "; ".join(part for part in (view.quarter.label, view.filters) if part)),
    ]


def _manifest(
    fresh: Path, view: View, *, made_from: str, parameters: dict[str, Any], seconds: dict[str, float]
) -> None:
    content = {
        "made_from": made_from,
        "quarter": view.quarter.id,
        "as_known_on": view.quarter.end.isoformat(),
        "parameters": parameters,
        "software": f"dhr_analytics {__version__}",
        "package": view.plans.about,
        "documents": dict(zip(view.plans.reviews["document"], view.plans.reviews["sha256"], strict=True)),
        "files": folder.hashes(fresh),
        "seconds": seconds,
    }
    _save(fresh / folder.MANIFEST, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")


def _save(path: Path, words: str) -> None:
    path.write_text(words, encoding="utf-8", newline="\n")
