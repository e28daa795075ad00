"""The command ``dhr ingest``: documents in, plan package out, and what needs a look after reading."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dhr_analytics.errors import InputError, NoPlanError, UsageError
from dhr_analytics.terminal import answer, command, positive, tell

if TYPE_CHECKING:
    from dhr_analytics.package import Plans


def add_ingest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``ingest``."""
    sub = command(
        commands,
        "ingest",
        "Read action plans and write them as a plan package: one CSV table each for reviews, recommendations, "
        "actions, and rejected.csv for every piece that could not be placed.",
        "dhr ingest plans/ --out data/packages/2025Q1\n"
        "dhr ingest plan.txt other.txt --out pkg --manifest reviews.csv\n"
        "dhr ingest plan.docx --explain --out why     how it was read: why/explain.html\n\n"
        "The manifest states what a plan does not say of itself. A file reviews.csv beside the\n"
        "documents is used by itself. Its columns: document (file name), review_id, title, area,\n"
        "published_on, snapshot_on (dates as 2025-03-31 or 31/03/2025), accepted; all but the first may\n"
        "be left out.\n\n"
        "A document that was not read surely is graded check: it is in the package, and counts in no figure\n"
        "until reviews.csv accepts it. The line to write there is printed. It holds for these bytes of the\n"
        "document only. Where no document holds a plan, DIR holds only rejected.csv, which says what was seen.\n\n"
        "needs_review.csv lists the rows that a person should look at, the least sure first. What you\n"
        "put right goes into overrides.csv beside the documents: row_id,column,was,now,by,on,reason.\n"
        "It is applied on every run, as long as the cell still reads as it did (was). Lines of both files\n"
        "that fit nothing are listed at the end, and the exit code is 1.\n\n"
        "--explain makes no package. It prints, for one document, the readings that were tried,\n"
        "their scores, what decided between them and what was not read, names masked; with --out\n"
        "also as the page DIR/explain.html, in a folder that is not that of a package. The exit\n"
        "code is that of the grade: 0 sure, 1 check, 3 refused.",
    )
    sub.add_argument("documents", nargs="+", metavar="DOCS", help="action plans, or folders that hold them")
    sub.add_argument(
        "--out",
        metavar="DIR",
        help="folder for the plan package, always needed (an older package there is replaced); "
        "with --explain for its page, where one is wanted",
    )
    sub.add_argument(
        "--manifest", metavar="CSV", help="what is known of the reviews (default: reviews.csv beside the documents)"
    )
    sub.add_argument(
        "--overrides", metavar="CSV", help="cells put right by hand (default: overrides.csv beside the plans)"
    )
    sub.add_argument(
        "--keep-names",
        action="store_true",
        help="write individuals' names; marks the package as restricted, reports refuse it",
    )
    sub.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="documents read at the same time (default 1)"
    )
    sub.add_argument(
        "--explain",
        action="store_true",
        help="make no package, say how one document was read (only --out and --json apply)",
    )
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub.set_defaults(run=_ingest)


def _ingest(args: argparse.Namespace) -> int:
    if args.explain:
        return _explain(args)
    if not args.out:
        raise UsageError("--out DIR is needed: the folder for the plan package.")
    return _ingest_package(args)


_GRADE_CODES = {"sure": 0, "check": 1, "refused": 3}


def _explain(args: argparse.Namespace) -> int:
    """Print how one document was read, and write the page where a folder is named."""
    from dataclasses import asdict

    from dhr_analytics.collecting.documents import find_documents
    from dhr_analytics.collecting.explaining import explain, write_page

    documents = find_documents(args.documents)
    if len(documents) > 1:
        raise UsageError(
            f"--explain looks at one document, and these are {len(documents)}. "
            f"Name one of them, such as {documents[0]}."
        )
    explanation = explain(documents[0])
    page = str(write_page(explanation, args.out)) if args.out else ""
    result = {**asdict(explanation), "page": page}
    answer(args.json, result, "\n\n".join(filter(None, [explanation.to_text().rstrip(), page])))
    return _GRADE_CODES[explanation.grade]


def _ingest_package(args: argparse.Namespace) -> int:
    from dhr_analytics.package import write_package

    plans = read_documents(
        args.documents,
        args.out,
        manifest=args.manifest,
        overrides=args.overrides,
        keep_names=args.keep_names,
        jobs=args.jobs,
    )
    path = write_package(plans, args.out)
    needs = needs_of(plans, args.documents, args.manifest)
    result = {
        "package": str(path.parent),
        "reviews": len(plans.reviews),
        "recommendations": len(plans.recommendations),
        "actions": len(plans.actions),
        "rejected": len(plans.rejected),
        "needs_review": 0 if plans.needs_review is None else len(plans.needs_review),
        **needs,
    }
    answer(
        args.json, result, f"{path.parent}: {len(plans.recommendations)} recommendations, {len(plans.actions)} actions"
    )
    return tell_of_reading(plans, path.parent, needs)


def read_documents(documents: Sequence[Path | str], out: Path | str, **options: Any) -> Plans:
    """Read documents for a package at a place; what has not changed since the one there is not read again.

    Parameters
    ----------
    documents : sequence of path
    out : path
        Folder of the package. Where no document holds a plan, ``rejected.csv`` is written there.
    **options
        As of ``ingest``.

    Returns
    -------
    Plans

    Raises
    ------
    UsageError
        When documents or the place make no sense; this is looked for before anything is read.
    InputError
        When no document holds a plan.
    """
    from dhr_analytics.collecting.documents import find_documents
    from dhr_analytics.collecting.ingesting import ingest
    from dhr_analytics.package import check_place, write_rejected

    find_documents(documents)
    check_place(out)  # before the minutes that reading may take
    try:
        return ingest(documents, earlier=out, progress=tell, **options)
    except NoPlanError as error:
        written = write_rejected(error.plans, out)
        raise InputError(f"{error} What was seen in each document is written in {written}.") from error


def needs_of(plans: Plans, documents: Sequence[Path | str], manifest: str | None = None) -> dict[str, list[str]]:
    """Return what makes the exit code 1 after reading.

    Parameters
    ----------
    plans : Plans
    documents : sequence of path
        That were given.
    manifest : path, optional
        That was given.

    Returns
    -------
    dict of str to list of str
        ``unread``, the documents that are not among the reviews; ``remarks``; ``check``, the documents that count in
        no figure yet, and ``to_accept``, for each of them the line of the manifest that accepts it.
    """
    from dhr_analytics.collecting.acceptance import lines_to_accept
    from dhr_analytics.collecting.documents import find_documents

    lines = lines_to_accept(plans, find_documents(documents), manifest=manifest)
    return {
        "unread": sorted(set(plans.rejected["document"]) - set(plans.reviews["document"])),
        "remarks": list(plans.about.get("remarks", ())),
        "check": list(lines),
        "to_accept": list(lines.values()),
    }


def tell_of_reading(plans: Plans, package: Path, needs: dict[str, list[str]]) -> int:
    """Say what needs a look after reading; return the exit code."""
    for line in [*_notes(plans, package), *needs["remarks"], *needs["to_accept"]]:
        tell(line)
    if unread := needs["unread"]:
        tell(f"{len(unread)} of the documents gave no plan; see {package / 'rejected.csv'}: {', '.join(unread)}")
    if check := needs["check"]:
        tell(
            f"{len(check)} of the documents count in no figure until a person accepts them, for they were not read "
            f"surely; the lines for reviews.csv are above: {', '.join(check)}"
        )
    return 1 if any(needs.values()) else 0


def _notes(plans: Plans, package: Path) -> list[str]:
    """Return remarks that do not change the exit code."""
    notes, total = [], len(plans.reviews)
    undated = int((plans.reviews["published_on"].isna() & plans.reviews["snapshot_on"].isna()).sum())
    if undated:
        notes.append(
            f"{undated} of {total} plans state neither a day of publication nor one up to which they report "
            "progress, and so count in every quarter: reviews.csv beside them can state published_on and snapshot_on"
        )
    if plans.needs_review is not None and (queue := len(plans.needs_review)):
        rows = "row" if queue == 1 else "rows"
        notes.append(f"{queue} {rows} to look at, the least sure first: {package / 'needs_review.csv'}")
    return notes
