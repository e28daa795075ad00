"""A plan package on disk: CSV tables with ``datapackage.json`` beside them, written whole or not at all."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics import schema
from dhr_analytics._version import __version__
from dhr_analytics.errors import InputError, UsageError

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True, eq=False)
class Plans:
    """The normalised plans: typed tables of ``schema.TABLES`` and what the package says of itself.

    The tables are never changed in place, so what is worked out from a ``Plans`` can be kept for it (``eq=False``: the
    same object, not an equal one).

    ``needs_review`` lists the rows that a person should look at; ``themes`` is ``None`` until the
    recommendations have been coded; ``coded_sample`` says what the machine had given where people decided.
    """

    reviews: pd.DataFrame
    recommendations: pd.DataFrame
    actions: pd.DataFrame
    rejected: pd.DataFrame
    needs_review: pd.DataFrame | None = None
    themes: pd.DataFrame | None = None
    coded_sample: pd.DataFrame | None = None
    about: dict[str, Any] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that are there, by name."""
        found = {name: getattr(self, name) for name in schema.TABLES}
        return {name: frame for name, frame in found.items() if frame is not None}

    def with_themes(self, themes: pd.DataFrame) -> Plans:
        """Return the same plans with a themes table."""
        return replace(self, themes=schema.typed("themes", themes))


def write_package(plans: Plans, folder: Path | str) -> Path:
    """Write a plan package; an older package at the same place is replaced only when the new one is whole.

    Parameters
    ----------
    plans : Plans
    folder : path
        Made where missing. A folder that holds something else than a package is refused.

    Returns
    -------
    pathlib.Path
        Path of ``datapackage.json``.

    Raises
    ------
    UsageError
        When the folder holds files that are not a plan package.
    InputError
        When a table breaks the schema.
    """
    tables = plans.tables()
    schema.check(tables)
    return _write(tables, Path(folder), plans.about)


def write_rejected(plans: Plans, folder: Path | str) -> Path:
    """Write what was found in documents of which none holds a plan, in the place of a package.

    Parameters
    ----------
    plans : Plans
        With nothing but ``rejected``.
    folder : path
        As of `write_package`.

    Returns
    -------
    pathlib.Path
        Path of ``rejected.csv``.

    Raises
    ------
    UsageError
        When the folder holds files that are not a plan package.
    """
    # With a descriptor beside it the folder can be taken by the next package.
    _write({"rejected": plans.rejected}, Path(folder), {"refused": True, **plans.about})
    return Path(folder) / "rejected.csv"


def _write(tables: dict[str, pd.DataFrame], folder: Path, about: dict[str, Any]) -> Path:
    """Write tables with their descriptor to a new folder, which then takes its place."""
    fresh = _fresh(folder, folder.parent)
    try:
        for name, frame in tables.items():
            write_csv(frame, fresh / f"{name}.csv")
        about = {"software": f"dhr_analytics {__version__}", **about}
        described = {**schema.descriptor(list(tables)), "dhr_analytics": about}
        text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
        (fresh / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")
        fresh.chmod(0o755)
        swap_in(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder / DESCRIPTOR


def check_place(folder: Path | str) -> None:
    """Raise when a package could not be written at a place; worth asking before the minutes that reading may take.

    Parameters
    ----------
    folder : path

    Raises
    ------
    UsageError
        When the folder holds files that are not a plan package, or cannot be written.
    """
    folder = Path(folder)
    _fresh(folder, next(place for place in folder.absolute().parents if place.exists())).rmdir()


def _fresh(folder: Path, where: Path) -> Path:
    """Return a new folder from which a package can take its place."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / DESCRIPTOR).exists())):
        raise UsageError(
            f"{folder} exists and is not a plan package; nothing was written. Name another folder with --out."
        )
    try:
        where.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=where))
    except OSError as error:
        raise UsageError(f"Cannot write in {where}: {error.strerror}. Name another folder with --out.") from error


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write one table as UTF-8 CSV with ISO dates, ``true``/``false`` and empty cells for what is not stated.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : pathlib.Path
    """
    out = frame.copy()
    for name in out.select_dtypes(bool).columns:
        out[name] = out[name].map({True: "true", False: "false"})
    out.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", date_format="%Y-%m-%d", float_format="%.6g")


def swap_in(fresh: Path, folder: Path) -> None:
    """Put a finished folder in the place of an older one.

    Parameters
    ----------
    fresh : pathlib.Path
        The finished folder, on the same disk.
    folder : pathlib.Path
        The place it takes; what stood there is removed afterwards.
    """
    if not folder.exists():
        fresh.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    if _exchange(fresh, folder):
        fresh.rename(old / folder.name)
    else:
        folder.rename(old / folder.name)
        fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, where the system can (Linux); a kill cannot come in between then."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        swap = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return swap(here, os.fsencode(one.resolve()), here, os.fsencode(other.resolve()), exchange) == 0


def read_package(folder: Path | str) -> Plans:
    """Read a plan package.

    Parameters
    ----------
    folder : path
        A folder that ``dhr ingest`` has written.

    Returns
    -------
    Plans

    Raises
    ------
    UsageError
        When there is no such folder, or no package in it.
    InputError
        When a table is missing or breaks the schema.
    """
    folder = Path(folder)
    if not (folder / DESCRIPTOR).is_file():
        raise UsageError(f"There is no plan package in {folder}. {_advice(folder)}")
    try:
        words = (folder / DESCRIPTOR).read_text(encoding="utf-8")
        about = json.loads(words).get("dhr_analytics", {})
        if about.get("refused"):
            raise InputError(
                f"No plan was read into {folder}; {folder / 'rejected.csv'} says what was seen in "
                "each document. Read other documents with dhr ingest."
            )
        tables = {name: _read_table(folder / f"{name}.csv", name) for name in schema.TABLES}
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"The package in {folder} cannot be read: {error}. Make it again with dhr ingest.") from error
    plans = Plans(**tables, about=about)  # type: ignore[arg-type]  # only the last three may be None
    schema.check(plans.tables())
    return plans


def _advice(folder: Path) -> str:
    """Say where a package may be instead, or how to make one."""
    for name in ("data", "plans"):
        if (folder / name / DESCRIPTOR).is_file():
            return f"Did you mean {folder / name}?"
    if not folder.exists():
        return f"Make one with: dhr ingest DOCUMENTS --out {folder}"
    # A folder that holds something else is no place for a package.
    out = Path("data/packages", folder.resolve().name)
    return f"Make one with: dhr ingest {folder} --out {out}"


def _read_table(path: Path, name: str) -> pd.DataFrame | None:
    """Read one table; columns that packages of an earlier version lack are read as empty."""
    if not path.exists() and name in ("needs_review", "themes", "coded_sample"):
        return None
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    columns = [column.name for column in schema.TABLES[name].columns if not column.later]
    if missing := [column for column in columns if column not in frame]:
        raise InputError(f"{path} has no column {missing[0]!r}. Make the package again with dhr ingest.")
    return schema.typed(name, frame)
