"""The folder of a pack: one run at a time, the same again does nothing, and what it was made from is written down."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dhr_analytics
from dhr_analytics.errors import UsageError
from dhr_analytics.package import swap_in

MANIFEST = "manifest.json"


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target that takes its place when the block ends well.

    Parameters
    ----------
    target : pathlib.Path
        Where the pack goes. What stands there is untouched until the new one is whole.

    Yields
    ------
    pathlib.Path

    Raises
    ------
    UsageError
        When the target is something else than a pack, cannot be written to, another run is making it, or the disk is
        full; nothing of the block is left then.
    """
    from filelock import FileLock, Timeout

    if target.exists() and not (target / MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not a report; nothing was written. Name another folder with --out.")
    where, fresh = target.parent, None
    try:
        where.mkdir(parents=True, exist_ok=True)
        # The system lets go of the lock when a run ends in whatever way, so that nothing is left locked.
        with FileLock(where / f".{target.name}.lock", timeout=0):
            _tidy(target)
            fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=where))
            yield fresh
            fresh.chmod(0o755)
            swap_in(fresh, target)
    except Timeout:
        raise UsageError(
            f"Another run is making {target} now. Wait until it is done, or name another folder with --out."
        ) from None
    except OSError as error:
        raise UsageError(
            f"Cannot write in {where}: {error.strerror or error}. An earlier report there is as it was. "
            "Make room or name another folder with --out."
        ) from error
    finally:
        if fresh:
            shutil.rmtree(fresh, ignore_errors=True)


def _tidy(target: Path) -> None:
    """Put right what a killed run has left: bring back an old pack that was being replaced, remove the rest."""
    for old in sorted(target.parent.glob(f".{target.name}-*")):
        if not target.exists() and (old / target.name / MANIFEST).is_file():
            (old / target.name).rename(target)
        shutil.rmtree(old, ignore_errors=True)


def fingerprint(package: Path, notebooks: Path, parameters: Mapping[str, Any]) -> str:
    """Return the hash of all that a pack depends on: the plan package, the parameters, the notebooks and the program.

    Parameters
    ----------
    package, notebooks : pathlib.Path
        Their folders.
    parameters : mapping
    """
    content = hashlib.sha256(json.dumps(dict(parameters), sort_keys=True, default=str).encode())
    program = Path(dhr_analytics.__file__).parent
    files = [*sorted(package.glob("*")), *sorted(notebooks.glob("*.ipynb"))]
    files += sorted(
        path for path in program.rglob("*") if path.suffix in (".py", ".toml", ".csv", ".j2", ".css", ".js")
    )
    for file in files:
        if file.is_file():
            content.update(f"{file.name}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return content.hexdigest()


def is_whole(target: Path, made_from: str) -> bool:
    """Tell whether a pack stands there that was made from just this, with every file as it was written.

    Parameters
    ----------
    target : pathlib.Path
    made_from : str
        As from `fingerprint`.
    """
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        return manifest["made_from"] == made_from and manifest["files"] == hashes(target)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder but the manifest, by its path from there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
