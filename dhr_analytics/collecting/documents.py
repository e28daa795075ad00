"""Which files of a folder are documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dhr_analytics.errors import UsageError

MANIFEST = "reviews.csv"
OVERRIDES = "overrides.csv"


def find_documents(sources: Sequence[Path | str]) -> list[Path]:
    """List the documents of files and folders, sorted by name.

    The manifest, the corrections and hidden files are left out.

    Parameters
    ----------
    sources : sequence of path

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    UsageError
        When a source does not exist, a folder is empty, or two documents have one name.
    """
    found = [path for source in sources for path in _documents_of(Path(source))]
    names = [path.name for path in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"Two documents are called {twice[0]}; rename one, since figures are traced back by file name."
        )
    return found


def _documents_of(source: Path) -> list[Path]:
    """Return a document, or those of a folder."""
    if not source.exists():
        raise UsageError(
            f"There is no file or folder {source}. Check the spelling, or name the folder that holds the plans."
        )
    if not source.is_dir():
        return [source]
    inside = documents_in(source)
    if not inside:
        raise UsageError(f"The folder {source} holds no documents. Put the action plans there, or name another folder.")
    return inside


def documents_in(folder: Path) -> list[Path]:
    """List the documents of one folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if path.is_file() and _is_document(path.name))


def _is_document(name: str) -> bool:
    return not name.startswith((".", "~$")) and name not in (MANIFEST, OVERRIDES)
