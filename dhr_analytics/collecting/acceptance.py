"""Documents that are graded ``check`` count once a person has looked, for these bytes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dhr_analytics.collecting.documents import MANIFEST
from dhr_analytics.collecting.manifest import Manifest, manifest_line, read_manifest
from dhr_analytics.package import Plans
from dhr_analytics.schema import acceptance_code


def is_accepted(stated: Mapping[str, str], sha256: str) -> bool:
    """Tell whether the manifest accepts the document with this hash."""
    return stated.get("accepted", "").casefold() == acceptance_code(sha256)


def lapsed(stated: Mapping[str, str], sha256: str) -> str:
    """Say that an acceptance was made for other bytes; empty where there is none.

    Parameters
    ----------
    stated : mapping of str to str
        The line of the manifest.
    sha256 : str
        Of the document as it is now.
    """
    given = stated.get("accepted", "")
    if not given or is_accepted(stated, sha256):
        return ""
    why = "the document has changed since"
    if not given.casefold().startswith("sha256:"):
        why = "that is not the code of a document"
    return (
        f"{stated['line']}: {stated['document']} is accepted as {given!r}, but {why}, so it counts "
        f"in no figure. Look at it, then write {acceptance_code(sha256)}."
    )


def lines_to_accept(plans: Plans, documents: Sequence[Path], *, manifest: Path | str | None = None) -> dict[str, str]:
    """Say how each document that is graded ``check`` can be accepted.

    Parameters
    ----------
    plans : Plans
        As read from the documents.
    documents : sequence of pathlib.Path
    manifest : path, optional
        As for `ingest`.

    Returns
    -------
    dict of str to str
        By document, a sentence that ends in the line for the manifest.
    """
    waiting = plans.reviews[(plans.reviews["grade"] == "check") & ~plans.reviews["accepted"]]
    digests = dict(zip(waiting["document"], waiting["sha256"], strict=True))
    if not digests:
        return {}
    known = read_manifest(manifest, documents)
    places = {path.name: Path(manifest or path.parent / MANIFEST) for path in documents}
    return {name: _instruction(known, places[name], name, digest) for name, digest in digests.items()}


def _instruction(known: Manifest, place: Path, name: str, digest: str) -> str:
    stated, columns = known.of(name), known.columns.get(place, ("document",))
    cells = {"document": name, "accepted": acceptance_code(digest)}
    head, line = manifest_line(stated, columns, **cells)
    put = f"in the place of its line in {place}" if stated else f"in {place}"
    return f"{name}: where it was read right, write {put} (columns {head}): {line}"
