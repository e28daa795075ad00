"""JupyterLab on this computer, opened at the notebook ``explore`` with a plan package loaded."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

import dhr_analytics
from dhr_analytics.errors import UsageError
from dhr_analytics.processes import end_with_parent, interrupted_by_any_signal
from dhr_analytics.reporting.view import load

START = "explore.ipynb"
_PATIENCE = 10  # seconds for JupyterLab to end its kernels
# No question whether to fetch news; what a user has set for JupyterLab otherwise holds.
_QUIET = {"@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}}


def prepare(
    package: Path | str, folder: Path | str, *, quarter: str, progress: Callable[[str], None] = lambda line: None
) -> Path:
    """Copy the notebooks to a folder to work in, with the package and the quarter as their parameters.

    Parameters
    ----------
    package : path
        Plan package.
    folder : path
        Made where missing. Notebooks that are there already may hold somebody's work: only the package and the quarter
        are set anew in their cell of parameters.
    quarter : str
        Such as ``"2025Q1"``.
    progress : callable, optional
        Is told which kept notebooks were set to another package or quarter.

    Returns
    -------
    pathlib.Path
        The notebook ``explore`` in the folder.

    Raises
    ------
    UsageError
        When there is no package, the quarter makes no sense, or the folder cannot be written to.
    """
    load(package, quarter=quarter)
    folder = Path(folder).resolve()
    given = {"plans": str(Path(package).resolve()), "quarter": quarter}
    changed = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted((Path(dhr_analytics.__file__).parent.parent / "notebooks").glob("*.ipynb")):
            copy = folder / source.name
            kept = copy.exists()
            try:
                if _set(copy if kept else source, copy, given) and kept:
                    changed.append(copy.name)
            except (ValueError, KeyError, TypeError, SyntaxError):
                progress(f"{copy} cannot be read as a notebook with a cell of parameters; it was left as it is")
    except OSError as error:
        raise UsageError(f"Cannot write in {folder}: {error.strerror}. Name another folder with --out.") from error
    if changed:
        progress(
            f"{folder} holds notebooks already. They are kept, and now read {package} for {quarter}: "
            f"{', '.join(changed)}. What they show is from before until they are run again."
        )
    return folder / START


def _set(source: Path, target: Path, given: Mapping[str, str]) -> bool:
    """Write a notebook with other values of some parameters, all else as it is; tell whether there was any to set."""
    book = json.loads(source.read_text(encoding="utf-8"))
    before = json.dumps(book)
    for cell in book["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            cell["source"] = _assigned("".join(cell["source"]), given).splitlines(keepends=True)
    if source == target and json.dumps(book) == before:
        return False
    part = target.with_name(f".{target.name}.part")
    part.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    part.replace(target)
    return True


def _assigned(code: str, given: Mapping[str, str]) -> str:
    """Return code with other values in the assignments of some names."""
    lines = code.encode().splitlines(keepends=True)  # a syntax tree counts bytes
    for node in reversed(ast.parse(code).body):
        if isinstance(node, ast.Assign) and isinstance(name := node.targets[0], ast.Name) and name.id in given:
            first, last, value = node.value.lineno - 1, (node.value.end_lineno or 0) - 1, given[name.id]
            head, tail = lines[first][: node.value.col_offset], lines[last][node.value.end_col_offset :]
            lines[first : last + 1] = [head + repr(value).encode() + tail]
    return b"".join(lines).decode()


def open_lab(notebook: Path, *, browser: bool = True, port: int = 8888) -> int:
    """Open JupyterLab at a notebook; it can be reached from this computer alone, and asks the network for nothing.

    Parameters
    ----------
    notebook : pathlib.Path
    browser : bool, optional
        Open it in the browser; otherwise its address is printed only.
    port : int, optional
        Where it listens; the next free one where this is taken.

    Returns
    -------
    int
        The exit code of JupyterLab.
    """
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={notebook.parent}",
        f"--ServerApp.open_browser={browser}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    here = str(Path(dhr_analytics.__file__).parent.parent)
    path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)
    with tempfile.TemporaryDirectory(prefix="dhr-lab-", ignore_cleanup_errors=True) as settings:
        own = Path(settings) / "labconfig" / "default_setting_overrides.json"
        own.parent.mkdir()
        own.write_text(json.dumps(_QUIET), encoding="utf-8")
        known = os.pathsep.join(part for part in (settings, os.environ.get("JUPYTER_CONFIG_PATH", "")) if part)
        environment = {**os.environ, "PYTHONPATH": path, "JUPYTER_CONFIG_PATH": known}
        return _run(command, environment)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run JupyterLab to its end; however this process ends, JupyterLab and its kernels end with it."""
    bound = partial(end_with_parent, in_order=True) if sys.platform.startswith("linux") else None
    with interrupted_by_any_signal(), subprocess.Popen(command, env=environment, preexec_fn=bound) as lab:
        try:
            return lab.wait()
        finally:
            lab.terminate()  # by Ctrl+C it was only asked whether it should end
            try:
                lab.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                lab.kill()
