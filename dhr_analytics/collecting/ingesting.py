"""Ingest: a folder of documents becomes a plan package."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from dhr_analytics.collecting.assembling import ReadDocument, assemble, settled
from dhr_analytics.collecting.corrections import apply_overrides, corrections_of
from dhr_analytics.collecting.documents import find_documents
from dhr_analytics.collecting.manifest import Manifest, read_manifest, stated_day
from dhr_analytics.collecting.unchanged import Earlier, load_earlier, plans_of, source_key
from dhr_analytics.collecting.versions import look_alike
from dhr_analytics.errors import InputError
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.package import Plans
from dhr_analytics.reading import read_guarded
from dhr_analytics.schema import review_of


def ingest(
    sources: Sequence[Path | str],
    *,
    manifest: Path | str | None = None,
    overrides: Path | str | None = None,
    keep_names: bool = False,
    jobs: int = 1,
    earlier: Path | str | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Plans:
    """Read action plans into the tables of a plan package.

    Parameters
    ----------
    sources : sequence of path
        Documents, or folders whose files are documents.
    manifest : path, optional
        CSV with the columns document, review_id, title, area, published_on, snapshot_on, accepted
        (all but the first may be left out). By default ``reviews.csv`` beside the documents,
        where there is one.
    overrides : path, optional
        CSV of cells put right by hand (see `dhr_analytics.collecting.corrections`). By default
        ``overrides.csv`` beside the documents, where there is one.
    keep_names : bool
        Write individuals' names; the package is then marked as restricted.
    jobs : int
        Documents read at the same time. The result does not depend on it.
    earlier : path, optional
        An earlier package. Documents that have not changed since, nor what the manifest says of
        them, are not read again; the result is the same.
    progress : callable
        Called with one line of text per document.

    Returns
    -------
    Plans
        Documents that could not be read, or hold no plan, are named in ``rejected``. A document
        that is graded ``check`` is in the tables, but counts in figures only once the manifest
        accepts it. ``about["remarks"]`` says, where there is something to say, which lines of the
        manifest and corrections fit nothing, which acceptances lapsed, which keys were given
        twice, and which documents look like two versions of one plan.

    Raises
    ------
    UsageError
        When a source or the manifest is missing or contradicts itself.
    NoPlanError
        When not one recommendation was found; its ``plans`` say what was seen instead.
    """
    paths = find_documents(sources)
    known = read_manifest(manifest, paths)
    corrections = corrections_of(overrides, paths)
    before = None if keep_names else load_earlier(earlier)

    def read(path: Path) -> ReadDocument:
        return settled(_read(path, known, before, keep_names=keep_names))

    if jobs > 1 and len(paths) > 1:
        # Threads are enough: each document of size is read in a process of its own anyway.
        with ThreadPoolExecutor(min(jobs, len(paths))) as pool:
            documents = _reported(pool.map(read, paths), len(paths), progress)
    else:
        documents = _reported(map(read, paths), len(paths), progress)
    plans = _with_remarks(assemble(documents, keep_names=keep_names), known)
    present = set(plans.reviews["review_id"])
    rows = [row for row, part in corrections if not part or row["row_id"].rpartition("-R")[0] in present]
    return apply_overrides(plans, rows) if rows else plans


def _read(path: Path, known: Manifest, earlier: Earlier | None, *, keep_names: bool) -> ReadDocument:
    """Read one document, or take over what an earlier package holds of it."""
    stated, digest = known.of(path.name), hashlib.sha256(path.read_bytes()).hexdigest()
    # A key made from the bytes is the same wherever the document lies.
    review_id = review_of(stated.get("review_id", "")) or f"DHR-{digest[:8]}"
    source = source_key(digest, review_id, stated, keep_names=keep_names)
    if same := plans_of(earlier, path.name, source):
        return ReadDocument(path, digest, stated, *same, source=source, unchanged=True)
    try:
        kind, raw = read_guarded(path)
        found = normalise(
            raw,
            document=path.name,
            review_id=review_id,
            published_on=stated_day(stated, "published_on"),
            keep_names=keep_names,
            kind=kind,
        )
    except InputError as error:
        return ReadDocument(path, digest, stated, fault=str(error))
    return ReadDocument(path, digest, stated, found, kind, source=source)


def _reported(documents: Iterable[ReadDocument], total: int, progress: Callable[[str], None]) -> list[ReadDocument]:
    """Return the documents, with a line of progress as each is there."""
    done = []
    for number, each in enumerate(documents, start=1):
        progress(f"[{number}/{total}] {each.path.name}: {each.fault or _amount(each)}")
        done.append(each)
    return done


def _amount(document: ReadDocument) -> str:
    """Say how much was read from a document."""
    plans = document.plans
    words = (
        f"{sum(len(plan.recommendations) for plan in plans)} recommendations, "
        f"{sum(len(plan.actions) for plan in plans)} actions"
    )
    if len(plans) > 1:
        words += f" in {len(plans)} reviews"
    if document.found and document.found.grade == "check":
        words += ", graded check"
    return words + " (unchanged)" * document.unchanged


def _with_remarks(plans: Plans, known: Manifest) -> Plans:
    """Return plans with all remarks: on the manifest, on keys and acceptances, on versions."""
    own = plans.about.get("remarks", ())
    remarks = [*known.remarks, *own, *look_alike(plans, known.rows)]
    return replace(plans, about={**plans.about, "remarks": remarks}) if remarks else plans
