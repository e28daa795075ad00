"""The quarterly pack: notebooks run side by side, their pages, figures and tables, swapped in only when whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

import dhr_analytics
from dhr_analytics._version import __version__
from dhr_analytics.errors import NotebookError, UsageError
from dhr_analytics.package import swap_in
from dhr_analytics.reporting import page, run, text
from dhr_analytics.reporting.view import View, load
from dhr_analytics.themes.codebook import Codebook

MANIFEST = "manifest.json"
PAGES = ("00_summary", "01_data_quality", "02_themes", "03_trends", "04_completion", "06_methods")


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
    names = _pages(only)
    if missing := [name for name in names if not (source / f"{name}.ipynb").is_file()]:
        raise UsageError(f"There is no notebook {missing[0]}.ipynb in {source}. Run this in a copy of the project.")
    out = Path(out).resolve()
    target = out / view.quarter.id
    if target.exists() and not (target / MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not a report; nothing was written. Name another folder with --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=out))
    except OSError as error:
        raise UsageError(f"Cannot write in {out}: {error.strerror}. Name another folder with --out.") from error
    try:
        parameters = {"quarter": quarter, "plans": str(Path(package_folder).resolve()), "out": str(fresh), **filters}
        executed, seconds = _run(source, names, parameters, fresh, jobs, progress)
        _write(fresh, executed, view)
        seconds["all"] = round(time.monotonic() - began, 2)
        _manifest(fresh, view, parameters={"quarter": quarter, "only": list(names), **filters}, seconds=seconds)
        fresh.chmod(0o755)
        swap_in(fresh, target)
        for name in names:  # what was kept of an earlier failure is out of date now
            (out / "failed" / f"{name}.failed.ipynb").unlink(missing_ok=True)
    except NotebookError:
        for failed in fresh.glob("*.failed.ipynb"):
            (out / "failed").mkdir(exist_ok=True)
            failed.replace(out / "failed" / failed.name)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
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


def _run(
    source: Path,
    names: Sequence[str],
    parameters: dict[str, Any],
    fresh: Path,
    jobs: int,
    progress: Callable[[str], None] | None,
) -> tuple[dict[str, Any], dict[str, float]]:
    """Run the notebooks, each in a kernel (a process) of its own; threads only wait for them."""
    import nbformat

    seconds: dict[str, float] = {}

    def one(name: str) -> Any:
        began = time.monotonic()
        notebook = source / f"{name}.ipynb"
        run.check_parameters(notebook, parameters)
        executed = run.execute(notebook, parameters, fresh / f"{name}.ipynb")
        done = nbformat.read(executed, as_version=4)
        executed.unlink()
        seconds[name] = round(time.monotonic() - began, 2)
        if progress:
            progress(f"{name}: done in {seconds[name]:.1f} s")
        return done

    with run.quiet(), ThreadPoolExecutor(max(1, jobs)) as pool:
        waiting = [pool.submit(one, name) for name in names]
        try:
            results = {name: each.result() for name, each in zip(names, waiting, strict=True)}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results, {name: seconds[name] for name in names}


def _write(fresh: Path, executed: dict[str, Any], view: View) -> None:
    made = [
        {"name": name, "title": page.title(done, name), "finding": _finding(page.blocks(done))}
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
    contents = {"title": "Contents", "name": "index", "header": header, "pages": made}
    _save(fresh / "index.html", page.index(**contents, facts=facts, documents=documents))


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


def _manifest(fresh: Path, view: View, *, parameters: dict[str, Any], seconds: dict[str, float]) -> None:
    files = sorted(path for path in fresh.rglob("*") if path.is_file())
    content = {
        "quarter": view.quarter.id,
        "as_known_on": view.quarter.end.isoformat(),
        "parameters": parameters,
        "software": f"dhr_analytics {__version__}",
        "package": view.plans.about,
        "documents": dict(zip(view.plans.reviews["document"], view.plans.reviews["sha256"], strict=True)),
        "files": {path.relative_to(fresh).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "seconds": seconds,
    }
    _save(fresh / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")


def _save(path: Path, words: str) -> None:
    path.write_text(words, encoding="utf-8", newline="\n")
