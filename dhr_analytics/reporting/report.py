"""The quarterly pack: notebooks run side by side, their pages, figures and tables, swapped in only when whole."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

import dhr_analytics
from dhr_analytics._version import __version__
from dhr_analytics.errors import NotebookError, UsageError
from dhr_analytics.package import Plans, write_csv, write_package
from dhr_analytics.reporting import folder, page, run, tables, text
from dhr_analytics.reporting.cited import ids
from dhr_analytics.reporting.estimates import write_estimates
from dhr_analytics.reporting.explorer import make_explorer
from dhr_analytics.reporting.pdf import MISSING, find_browser, print_pdf
from dhr_analytics.reporting.since import REVISIONS, revised_since, revision_table
from dhr_analytics.reporting.view import View, load, remade
from dhr_analytics.reporting.workbook import Sheet, sheets, write_workbook
from dhr_analytics.statistics import Estimate, known_at, read_counted
from dhr_analytics.statistics.disclosure import disclose, load_profile
from dhr_analytics.statistics.revision import Revision, revised
from dhr_analytics.statistics.similar import similar_recommendations
from dhr_analytics.themes.codebook import Codebook

PRINTED = "print.html"
_EXPLORER = {"name": "explore", "title": "Explore"}
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
    profile: str = "national",
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
    profile : str, optional
        Disclosure profile: ``"national"``, ``"local"`` or the path of one, see ``statistics.disclosure``. One that
        withholds counts takes a second run: what may be told of a figure depends on all the others.
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
    view, leaving = load(package_folder, quarter=quarter, **filters), load_profile(profile)
    source = Path(notebooks or Path(dhr_analytics.__file__).parent.parent / "notebooks")
    names, browser = chosen_pages(only), None if only else find_browser()
    if missing := [name for name in names if not (source / f"{name}.ipynb").is_file()]:
        raise UsageError(f"There is no notebook {missing[0]}.ipynb in {source}. Run this in a copy of the project.")
    target = Path(out).resolve() / view.quarter.id
    parameters = {"quarter": quarter, "only": list(names), **filters, "profile": asdict(leaving)}
    made_from = folder.fingerprint(Path(package_folder), source, {**parameters, "pdf": bool(browser)})
    tell = progress or (lambda line: None)
    if folder.is_whole(target, made_from):
        tell("nothing has changed since this report was made: it stays as it is")
        return target / "index.html"
    failed = target.parent / "failed"
    with folder.fresh_folder(target) as fresh:
        inputs = {"quarter": quarter, "plans": str(Path(package_folder).resolve()), **filters}

        def ran(out: str, profile: str) -> tuple[dict[str, Any], dict[str, float]]:
            given = {**inputs, "out": out, "profile": profile}
            books = [run.Task(source / f"{name}.ipynb", given, fresh / "notebooks" / f"{name}.ipynb") for name in names]
            return _ran(books, jobs=jobs, tell=tell, failed=failed)

        explorer = not only and not leaving.suppresses
        with ThreadPoolExecutor(1) as beside:  # the notebooks run in processes of their own
            explored = beside.submit(_explore, fresh, view, source, names) if explorer else None
            executed, seconds = ran("" if leaving.suppresses else str(fresh), "national")
            if explored:
                explored.result()
        printed, changed = _printed(executed, view, read_counted(package_folder)), list[Revision]()
        if leaving.suppresses:
            # Nothing is kept of the first run, which holds the figures as they are.
            shutil.rmtree(fresh / "notebooks")
            # Tables by review, and of themes by sector, are left out.
            printed = [
                each
                for each in printed
                if each.dimension != "review" and "sector=" not in each.id.partition(".where.")[2]
            ]
            printed = disclose(printed, leaving)
            write_estimates(printed, fresh / "data", rows=False)
            executed, seconds = ran(str(fresh), str(fresh / "data" / "estimates.csv"))
            shutil.rmtree(fresh / "notebooks")
            view = replace(view, disclosed={each.id: each for each in printed})
        else:
            # All snapshots known then: figures that compare with earlier quarters are made from the older ones.
            kept = known_at(view.history or view.plans, view.quarter, latest=False)
            changed = revised_since(target, kept, printed)
            printed = revised(printed, changed)
            write_package(kept, fresh / "data")
            write_estimates(printed, fresh / "data")
            if changed:
                write_csv(revision_table(changed, printed), fresh / "tables" / REVISIONS)
                tell(f"{text.count(len(changed), 'figures')} revised since this report was last made: see the contents")
        shown = _write(fresh, executed, view, printed, changed=changed, explorer=explorer, pdf=bool(browser))
        with ThreadPoolExecutor(1) as beside:  # the browser that prints is a process of its own
            book = beside.submit(_workbook, fresh, view, shown)
            if not only:
                _print(fresh, browser, tell)
            book.result()
        (fresh / PRINTED).unlink()
        seconds["all"] = round(time.monotonic() - began, 2)
        _manifest(fresh, view, made_from=made_from, parameters=parameters, seconds=seconds)
    for name in names:  # what was kept of an earlier failure is out of date now
        (failed / f"{name}.failed.ipynb").unlink(missing_ok=True)
    return target / "index.html"


def _ran(
    tasks: Sequence[run.Task], *, jobs: int, tell: Callable[[str], None], failed: Path
) -> tuple[dict[str, Any], dict[str, float]]:
    """Run the notebooks; return them executed, and the seconds that each took."""
    for task in tasks:
        run.check_parameters(task.notebook, task.parameters)
    place = tasks[0].target.parent
    place.mkdir()
    try:
        seconds = run.run_all(
            tasks, jobs=jobs, done=lambda task, took: tell(f"{task.notebook.stem}: done in {took:.1f} s")
        )
    except NotebookError:
        for kept in place.glob("*.failed.ipynb"):
            failed.mkdir(exist_ok=True)
            kept.replace(failed / kept.name)
        raise
    return {
        task.notebook.stem: _executed(task, {**task.parameters, "plans": "../data", "out": ""}) for task in tasks
    }, seconds


def _printed(executed: Mapping[str, Any], view: View, package: Plans) -> list[Estimate]:
    """Return all figures that the pages and their files print, made again with the rows behind them."""
    found = [each for done in executed.values() for each in ids(page.blocks(done))]
    found += [each.id for each in tables.counted(view).values()]
    return list(remade(package, sorted(set(found))).values())


def chosen_pages(only: Sequence[str] | str | None) -> tuple[str, ...]:
    """Return the pages that were asked for, in their order; UsageError where there is no such page."""
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
    done = run.read(task.target)
    done["metadata"].pop("papermill", None)
    for number, cell in enumerate(done["cells"]):
        cell["id"] = f"cell-{number}"
        cell["metadata"].pop("papermill", None)
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    _save(task.target, json.dumps(done, indent=1, ensure_ascii=False) + "\n")
    return done


def _write(
    fresh: Path,
    executed: dict[str, Any],
    view: View,
    printed: Sequence[Estimate],
    *,
    changed: Sequence[Revision],
    explorer: bool,
    pdf: bool,
) -> list[Sheet]:
    """Write the pages, the contents, and all pages as one to print; return the worksheets of the workbook."""
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
    shown = sheets([block for each in made for block in each["blocks"]], printed)
    if explorer:
        made.append({**_EXPLORER, "finding": ["Search and filter every recommendation."], "blocks": []})
    foot = " ".join(f"{label}: {value}." for label, value in facts)
    for name, done in executed.items():
        _save(fresh / f"{name}.html", page.page(done, name=name, pages=made, provenance=foot))
    header = {
        "quarter": view.quarter.label,
        "as_of": text.day(view.quarter.end),
        "filters": view.filters,
        "note": view.why_rounded,
    }
    contents = {
        "name": "index",
        "header": header,
        "pages": made,
        "facts": facts,
        "documents": [] if view.why_left_out else _documents(view.plans.reviews),
        "left_out": view.why_left_out,
        "workbook": bool(shown),
        "pdf": pdf,
        "revisions": revision_table(changed, printed).to_dict("records"),
    }
    _save(fresh / "index.html", page.render("index.html.j2", title="Contents", **contents))
    _save(fresh / PRINTED, _without_files(page.render("print.html.j2", title="Report", **contents)))
    return shown


def _documents(reviews: pd.DataFrame) -> list[dict[str, str]]:
    """Return a row for each document; one that holds several reviews is named once for each pair of days."""
    days = ["published_on", "snapshot_on"]
    rows = reviews[["document", *days, "sha256"]].drop_duplicates()
    published, snapshot = ([text.day(None if pd.isna(day) else day) for day in rows[name]] for name in days)
    digests = rows["sha256"].replace("", "not stated")
    return [
        {"document": name, "published": one, "snapshot": other, "sha256": digest}
        for name, one, other, digest in zip(rows["document"], published, snapshot, digests, strict=True)
    ]


def _workbook(fresh: Path, view: View, shown: list[Sheet]) -> None:
    if shown:
        known = f"As known on {text.day(view.quarter.end)}."
        about = [known, *(f"{label}: {value}." for label, value in _facts(view)), view.why_rounded, view.why_left_out]
        title = f"Learning from domestic homicide reviews: {view.quarter.label}"
        write_workbook(shown, fresh / "workbook.xlsx", title=title, about=[each for each in about if each])


def _without_files(printed: str) -> str:
    """Return a page to print without its links to other files: a PDF would hold the whole path to them."""
    printed = re.sub(r'<a href="(?:tables|figures)/[^>]*>.*?</a>|<figcaption>Chart as .*?</figcaption>', "", printed)
    return re.sub(r'<a (?:class="[^"]*" )?href="(?!#)[^>]*>(.*?)</a>', r"\1", printed)


def _explore(fresh: Path, view: View, source: Path, names: Sequence[str]) -> None:
    """Write the page to explore with; its links need the titles of the other pages only."""
    pages = [{"name": name, "title": page.title(run.read(source / f"{name}.ipynb"), name)} for name in names]
    groups = similar_recommendations(view.plans, view.quarter) if view.plans.themes is not None else None
    make_explorer(
        view.plans,
        view.quarter,
        fresh / f"{_EXPLORER['name']}.html",
        codebook=Codebook.load(),
        groups=groups,
        pages=[*pages, _EXPLORER],
        filters=view.filters,
    )


def _print(fresh: Path, browser: str | None, tell: Callable[[str], None]) -> None:
    """Print the pack; without a browser it is whole but for the PDF, and says so."""
    if browser is None:
        tell(MISSING)
        return
    began = time.monotonic()
    print_pdf(fresh / PRINTED, fresh / "pack.pdf", browser=browser)
    tell(f"pack.pdf: printed in {time.monotonic() - began:.1f} s")


def _finding(blocks: Sequence[dict[str, Any]]) -> Sequence[Any]:
    """Return the first finding of a page in its parts, the line that stands for it in the contents."""
    for each in blocks:
        if each["kind"] == "findings":
            return list(each["findings"][0]["head"])
        if each["kind"] == "figure":
            return list(each["heading"])
        if each["kind"] == "message":
            return [str(each["text"])]
    return []


def _facts(view: View) -> list[tuple[str, str]]:
    reviews, themes, about = view.plans.reviews, view.plans.themes, view.plans.about
    latest = pd.concat([reviews["snapshot_on"], reviews["published_on"]]).max()
    used = [] if themes is None else sorted(set(themes["codebook_version"]) - {""})
    return [
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
        "package": {} if view.why_left_out else view.plans.about,
        "documents": {}
        if view.why_left_out
        else dict(zip(view.plans.reviews["document"], view.plans.reviews["sha256"], strict=True)),
        "files": folder.hashes(fresh),
        "seconds": seconds,
    }
    _save(fresh / folder.MANIFEST, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")


def _save(path: Path, words: str) -> None:
    path.write_text(words, encoding="utf-8", newline="\n")
