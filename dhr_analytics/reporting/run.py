"""Run a notebook with papermill, but strictly: known parameters of the right type, and one place to write to."""

from __future__ import annotations

import ast
import difflib
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dhr_analytics
from dhr_analytics.errors import NotebookError, UsageError

SCALARS = (str, bool, int, float)


def run_notebook(
    notebook: Path | str, parameters: Mapping[str, Any], output: Path | str, *, within: Path | str | None = None
) -> Path:
    """Run a notebook with parameters and write the executed one.

    Parameters
    ----------
    notebook : path
        With one cell tagged ``parameters`` that assigns plain values.
    parameters : mapping
        Values for names of that cell, each of the type the cell gives.
    output : path
        Where the executed notebook goes.
    within : path, optional
        Folder that ``output`` must lie in; the current one when left out and ``output`` is relative, else its own.

    Returns
    -------
    pathlib.Path
        ``output``, resolved.

    Raises
    ------
    UsageError
        When a parameter is unknown or has the wrong type, or the output lies elsewhere. Nothing is run then.
    NotebookError
        When a cell fails; what was run is kept beside ``output`` as ``*.failed.ipynb``.
    """
    notebook = Path(notebook)
    check_parameters(notebook, parameters)
    target = Path(output).resolve()
    folder = Path(within or (target.parent if Path(output).is_absolute() else ".")).resolve()
    if folder not in target.parents or target.suffix != ".ipynb":
        raise UsageError(f"The executed notebook would go to {output}, outside {folder}, or is not named *.ipynb.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with quiet(), ThreadPoolExecutor(1) as thread:  # of its own, so that it also works from within a notebook
        return thread.submit(execute, notebook, parameters, target).result()


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Raise when a parameter is not one of the notebook's, or is of another type than there.

    Parameters
    ----------
    notebook : pathlib.Path
    parameters : mapping

    Raises
    ------
    UsageError
        Says what was seen and which parameters there are.
    """
    known = parameters_of(notebook)
    for name, value in parameters.items():
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(known)}."
            raise UsageError(f"{notebook.name} has no parameter {name!r}. {advice}")
        wanted = type(known[name])
        # A truth value is a whole number to Python, but not to a reader.
        fits = type(value) is wanted or (wanted is float and type(value) is int)
        if not fits:
            raise UsageError(f"{notebook.name}: {name} is to be {wanted.__name__}, not {value!r}.")


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Return the parameters of a notebook with their defaults, read without running anything.

    Parameters
    ----------
    notebook : pathlib.Path

    Returns
    -------
    dict

    Raises
    ------
    UsageError
        When the file is no notebook, or not exactly one cell is tagged ``parameters``, or it holds more than
        assignments of plain values.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{notebook} is not a notebook that can be read: {error}.") from error
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", ())]
    if len(tagged) != 1:
        raise UsageError(f"{notebook.name} has {len(tagged)} cells tagged 'parameters'; it is to have one.")
    found: dict[str, Any] = {}
    try:
        for line in ast.parse("".join(tagged[0]["source"])).body:
            if not isinstance(line, ast.Assign) or len(line.targets) != 1 or not isinstance(line.targets[0], ast.Name):
                raise ValueError(ast.unparse(line))
            found[line.targets[0].id] = ast.literal_eval(line.value)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{notebook.name}: the cell of parameters may only assign plain values ({error}).") from error
    if wrong := [name for name, value in found.items() if type(value) not in SCALARS]:
        raise UsageError(f"{notebook.name}: the default of {wrong[0]} is not a text, number or truth value.")
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Keep papermill's and Jupyter's remarks off the screen; one for all threads that run notebooks."""
    logger = logging.getLogger("papermill")
    level, before = logger.level, os.environ.get("JUPYTER_PLATFORM_DIRS")
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        if before is None:
            os.environ.pop("JUPYTER_PLATFORM_DIRS", None)
        else:
            os.environ["JUPYTER_PLATFORM_DIRS"] = before


def execute(notebook: Path, parameters: Mapping[str, Any], target: Path) -> Path:
    """Run a notebook whose parameters were checked; to be called within ``quiet``, in a thread that ends soon after.

    Parameters
    ----------
    notebook : pathlib.Path
    parameters : mapping
    target : pathlib.Path
        Where the executed notebook goes; its folder exists.

    Returns
    -------
    pathlib.Path
        ``target``.

    Raises
    ------
    NotebookError
        As ``run_notebook``.
    """
    import nbformat
    import papermill
    from jupyter_core.utils import ensure_event_loop
    from papermill.exceptions import PapermillExecutionError

    handle, name = tempfile.mkstemp(prefix=".", suffix=".ipynb", dir=target.parent)
    os.close(handle)
    half = Path(name)
    home = tempfile.mkdtemp(prefix="dhr-ipython-")
    try:
        # The node, not the path, and braces doubled: papermill would put parameters into a path that holds braces.
        papermill.execute_notebook(
            nbformat.read(notebook, as_version=4),
            str(half).replace("{", "{{").replace("}", "}}"),
            parameters=dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            kernel_manager_class=_own_kernel(home),
            shutdown_kernel="immediate",
        )
        half.replace(target)
    except PapermillExecutionError as error:
        failed = target.with_suffix(".failed.ipynb")
        half.replace(failed)
        raise NotebookError(
            f"{notebook.name} stopped in cell {error.exec_count} with {error.ename}: {error.evalue}\n"
            f"Open {failed.name} to see where; mend the cause and run it again."
        ) from error
    except (RuntimeError, OSError) as error:
        raise NotebookError(f"{notebook.name} could not be run: {error}. Is the environment complete?") from error
    finally:
        half.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
        ensure_event_loop().close()  # Jupyter leaves that of this thread open
    return target


def _own_kernel(home: str) -> type:
    """Return a manager that starts this interpreter, whatever kernels are installed for the user."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    here = str(Path(dhr_analytics.__file__).parent.parent)
    path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)
    # No history file, no start-up file and an empty profile: nothing of the user's own IPython takes part.
    options = ["--HistoryManager.enabled=False", "--IPKernelApp.exec_PYTHONSTARTUP=False", "--log-level=ERROR"]
    spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *options],
        language="python",
        display_name="Python 3",
        env={
            "PYTHONPATH": path,
            "PYTHONHASHSEED": "0",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "JUPYTER_PLATFORM_DIRS": "1",
            "IPYTHONDIR": home,
            "MPLBACKEND": "agg",
        },
    )

    class OwnKernelManager(AsyncKernelManager):
        """Knows one kernel: the interpreter that runs this."""

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

    return OwnKernelManager
