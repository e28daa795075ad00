"""Run a notebook with papermill, but strictly: known parameters of the right type, and one place to write to."""

from __future__ import annotations

import ast
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import dhr_analytics
from dhr_analytics.errors import NotebookError, UsageError

SCALARS = (str, bool, int, float)


class Task(NamedTuple):
    """A notebook, its parameters and where the executed one goes."""

    notebook: Path
    parameters: Mapping[str, Any]
    target: Path


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
    run_all([Task(notebook, parameters, target)], jobs=1)
    return target


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


def run_all(
    tasks: Sequence[Task], *, jobs: int = 2, done: Callable[[Task, float], None] | None = None
) -> dict[str, float]:
    """Run notebooks whose parameters were checked, several at a time.

    Parameters
    ----------
    tasks : sequence of Task
        The folder of each target exists.
    jobs : int, optional
        Processes that run notebooks at the same time.
    done : callable, optional
        Is given each task that is done, and the seconds it took.

    Returns
    -------
    dict of str to float
        Seconds that each notebook took, by its name, in the order of the tasks.

    Raises
    ------
    NotebookError
        When a notebook fails; the others under way are ended.
    """
    waiting, took, stop = deque(tasks), dict[str, float](), Event()

    def work() -> None:
        with _process() as process:
            while waiting and not stop.is_set():
                task, began = waiting.popleft(), time.monotonic()
                try:
                    _one(process, task)
                except BaseException:
                    stop.set()
                    raise
                took[task.notebook.stem] = round(time.monotonic() - began, 2)
                if done:
                    done(task, took[task.notebook.stem])

    with ThreadPoolExecutor(workers := max(1, min(jobs, len(tasks)))) as pool:
        for each in [pool.submit(work) for _ in range(workers)]:
            each.result()
    return {task.notebook.stem: took[task.notebook.stem] for task in tasks}


def _one(process: subprocess.Popen[str], task: Task) -> None:
    handle, half = tempfile.mkstemp(prefix=".", suffix=".ipynb", dir=task.target.parent)
    os.close(handle)
    name = task.notebook.name
    try:
        words = {"notebook": str(task.notebook), "parameters": dict(task.parameters), "target": half}
        try:
            process.stdin.write(json.dumps(words) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            said = json.loads(process.stdout.readline() or '{"broke": "its process ended"}')  # type: ignore[union-attr]
        except OSError as error:
            said = {"broke": str(error)}
        if "broke" in said:
            raise NotebookError(
                f"{name} could not be run: {said['broke']}. Is the environment complete, the disk full?"
            )
        if "stopped" in said:
            failed = task.target.with_suffix(".failed.ipynb")
            Path(half).replace(failed)
            advice = f"Open {failed.name} to see where; mend the cause and run it again."
            raise NotebookError(f"{name} stopped in {said['stopped']}\n{advice}")
        Path(half).replace(task.target)
    finally:
        Path(half).unlink(missing_ok=True)


@contextmanager
def _process() -> Iterator[subprocess.Popen[str]]:
    """Start the process that runs notebooks with this interpreter, and nothing of the user's own IPython."""
    here = str(Path(dhr_analytics.__file__).parent.parent)
    home = tempfile.mkdtemp(prefix="dhr-ipython-")
    settings = {
        "PYTHONPATH": os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part),
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": "ignore",
        "PYTHONUTF8": "1",
        "IPYTHONDIR": home,
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLBACKEND": "agg",
    }
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "dhr_analytics.reporting.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **settings},
            encoding="utf-8",
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
    finally:
        shutil.rmtree(home, ignore_errors=True)
