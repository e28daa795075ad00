"""JupyterLab on this computer, opened at the notebook ``explore`` with a plan package loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import dhr_analytics
from dhr_analytics.errors import UsageError
from dhr_analytics.reporting.run import parameters_of
from dhr_analytics.reporting.view import load

START = "explore.ipynb"
# No question whether to fetch news; what a user has set for JupyterLab otherwise holds.
_QUIET = {"@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}}


def prepare(package: Path | str, folder: Path | str, *, quarter: str) -> Path:
    """Copy the notebooks to a folder to work in, with the package and the quarter as their parameters.

    Parameters
    ----------
    package : path
        Plan package.
    folder : path
        Made where missing. Notebooks that are there already are left as they are: they may hold somebody's work.
    quarter : str
        Such as ``"2025Q1"``.

    Returns
    -------
    pathlib.Path
        The notebook ``explore`` in the folder.

    Raises
    ------
    UsageError
        When there is no package, the quarter makes no sense, or the folder cannot be written to.
    """
    import nbformat

    load(package, quarter=quarter)
    folder = Path(folder).resolve()
    given = {"plans": str(Path(package).resolve()), "quarter": quarter}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted((Path(dhr_analytics.__file__).parent.parent / "notebooks").glob("*.ipynb")):
            if (folder / source.name).exists():
                continue
            book = nbformat.read(source, as_version=4)
            for cell in book.cells:
                if "parameters" in cell.metadata.get("tags", ()):
                    lines = [f"{name} = {value!r}" for name, value in {**parameters_of(source), **given}.items()]
                    cell.source = "\n".join(lines)
            nbformat.write(book, folder / source.name)
    except OSError as error:
        raise UsageError(f"Cannot write in {folder}: {error.strerror}. Name another folder with --out.") from error
    return folder / START


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
        return subprocess.run(command, env=environment, check=False).returncode
