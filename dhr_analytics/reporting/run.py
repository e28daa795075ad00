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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import dhr_analytics
from dhr_analytics.errors import NotebookError, UsageError

SCALARS = (str, bool, int, float)
_ADVICE = "Is the environment complete, the disk full?"


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


def read(notebook: Path) -> dict[str, Any]:
    """Return a notebook with the text of each cell in one piece; UsageError where it is none."""
    try:
        book = json.loads(notebook.read_text(encoding="utf-8"))
        cells = [{**cell, "source": "".join(cell["source"])} for cell in book["cells"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{notebook} is not a notebook that can be read: {error}.") from error
    return {**book, "cells": cells}


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
    tagged = [cell for cell in read(notebook)["cells"] if "parameters" in cell.get("metadata", {}).get("tags", ())]
    if len(tagged) != 1:
        raise UsageError(f"{notebook.name} has {len(tagged)} cells tagged 'parameters'; it is to have one.")
    found: dict[str, Any] = {}
    try:
        for line in ast.parse(tagged[0]["source"]).body:
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
    halves = {str(task.notebook): (task, _half(task.target)) for task in tasks}
    took: dict[str, float] = {}
    # From the last page: the two that take longest are late ones, and a long one begun last leaves a processor idle.
    words = [
        {"notebook": name, "parameters": dict(task.parameters), "target": str(half)}
        for name, (task, half) in reversed(halves.items())
    ]
    try:
        with _process() as process:
            process.stdin.write(json.dumps({"jobs": max(1, min(jobs, len(words))), "tasks": words}) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            for line in process.stdout:  # type: ignore[union-attr]
                task, seconds = _take(json.loads(line), halves)
                took[task.notebook.stem] = seconds
                if done:
                    done(task, seconds)
    except BrokenPipeError:
        pass  # what is missing is said below
    finally:
        for _, half in halves.values():
            half.unlink(missing_ok=True)
    if missing := [task.notebook.name for task, _ in halves.values() if task.notebook.stem not in took]:
        raise NotebookError(f"{missing[0]} could not be run: the process that runs notebooks ended. {_ADVICE}")
    return {task.notebook.stem: took[task.notebook.stem] for task in tasks}


def _half(target: Path) -> Path:
    handle, half = tempfile.mkstemp(prefix=".", suffix=".ipynb", dir=target.parent)
    os.close(handle)
    return Path(half)


def _take(answer: dict[str, Any], halves: Mapping[str, tuple[Task, Path]]) -> tuple[Task, float]:
    """Put an executed notebook in its place, or raise what went wrong."""
    if "notebook" not in answer:
        raise NotebookError(f"A notebook could not be run: {answer['broke']}. {_ADVICE}")
    task, half = halves[answer["notebook"]]
    if "broke" in answer:
        raise NotebookError(f"{task.notebook.name} could not be run: {answer['broke']}. {_ADVICE}")
    if "stopped" in answer:
        failed = task.target.with_suffix(".failed.ipynb")
        half.replace(failed)
        advice = f"Open {failed.name} to see where; mend the cause and run it again."
        raise NotebookError(f"{task.notebook.name} stopped in {answer['stopped']}\n{advice}")
    half.replace(task.target)
    return task, float(answer["took"])


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
