"""The process that runs notebooks: everything is loaded once, then each notebook runs in a fork of its own.

Started by `run` as ``python -m dhr_analytics.reporting.engine``. It reads the tasks from standard input and answers
with one line each as they are done, all JSON. A Jupyter kernel for each notebook would load pandas and matplotlib
every time; that was two thirds of the time a pack took. Where forks are not to be had (Windows) or not safe (macOS),
the notebooks run one after the other in this process, each with a namespace of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import selectors
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Generator
from typing import Any

from dhr_analytics.processes import end_with_parent

_LOADED = ("matplotlib.figure", "papermill", "IPython.core.interactiveshell", "dhr_analytics.reporting.recurring")
# Checks web addresses by a grammar that takes a second to build; nothing here asks for that, and all goes without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def main() -> None:
    """Run the notebooks that standard input names; none is begun after one has failed."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a notebook's libraries print is no answer
    end_with_parent()
    given = json.loads(sys.stdin.readline())
    for name in _LOADED:
        importlib.import_module(name)
    forks = sys.platform.startswith("linux")
    if forks:
        with contextlib.suppress(Exception):  # what is wrong here stops a notebook, which says where
            _warm()
    with contextlib.closing(_forked(given["tasks"], given["jobs"]) if forks else _in_turn(given["tasks"])) as done:
        for answer in done:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
            if "took" not in answer:
                break


def _warm() -> None:
    """Do once what each notebook would do first: read the codebook and the action types, find fonts, draw a chart."""
    from dhr_analytics.reporting import charts, show, tables, text
    from dhr_analytics.statistics import parse_quarter, share

    text.theme_names()
    text.action_types()
    one = share("completion_rate", 1, 2, quarter=parse_quarter("2025Q1"), dimension="sector", group="police")
    chart, alt = charts.bars([one])
    with tempfile.TemporaryDirectory() as out:
        show.figure(chart, name="warm", title="Warm", alt=alt, data=tables.shares([one], heading="Completed"), out=out)


def _in_turn(tasks: list[dict[str, Any]]) -> Generator[dict[str, Any]]:
    for task in tasks:
        yield _run(task)


def _forked(tasks: list[dict[str, Any]], jobs: int) -> Generator[dict[str, Any]]:
    """Run each task in a fork, so that no notebook leaves anything behind for the next; give answers as they come."""
    waiting, running = deque(tasks), dict[int, tuple[int, dict[str, Any]]]()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    pipe, child = _begin(waiting[0])
                    running[pipe] = (child, waiting.popleft())
                    selector.register(pipe, selectors.EVENT_READ)
                for key, _ in selector.select():
                    selector.unregister(key.fd)
                    with os.fdopen(key.fd, encoding="utf-8") as answer:
                        said = answer.read()
                    child, task = running.pop(key.fd)
                    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                    yield json.loads(said) if said else {**task, "broke": f"its process ended with {ended}"}
        finally:
            for child, _ in running.values():
                os.kill(child, signal.SIGKILL)


def _begin(task: dict[str, Any]) -> tuple[int, int]:
    """Fork for a task; return the end of the pipe that its answer comes from, and the process."""
    back, there = os.pipe()
    if child := os.fork():
        os.close(there)
        return back, child
    code = 1
    try:
        end_with_parent()
        with os.fdopen(there, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(_run(task)))
        code = 0
    finally:
        os._exit(code)


def _run(task: dict[str, Any]) -> dict[str, Any]:
    """Run one notebook; the answer says how many seconds it ``took``, where it ``stopped`` or how it ``broke``."""
    began = time.monotonic()
    import nbformat
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    papermill_engines.register("dhr", _engine())
    try:
        papermill.execute_notebook(
            # The node, not the path, and braces doubled: papermill would put parameters into a path that holds braces.
            nbformat.read(task["notebook"], as_version=4),
            task["target"].replace("{", "{{").replace("}", "}}"),
            parameters=task["parameters"],
            engine_name="dhr",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            autosave_cell_every=0,
            request_save_on_cell_execute=False,
        )
    except PapermillExecutionError as error:
        return {**task, "stopped": f"cell {error.exec_count} with {error.ename}: {error.evalue}"}
    except (RuntimeError, OSError, ValueError) as error:
        return {**task, "broke": str(error)}
    return {**task, "took": round(time.monotonic() - began, 2)}


def _engine() -> type:
    """Return the papermill engine that runs cells in this process."""
    from IPython.core.displayhook import CapturingDisplayHook
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from nbformat.v4 import new_output
    from papermill.engines import Engine
    from traitlets.config import Config

    class InProcess(Engine):
        """Runs the cells of a notebook one after the other and keeps what they show."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
            """Run until the end or the first cell that raises."""
            config = Config()
            config.HistoryManager.enabled = False
            InteractiveShell.clear_instance()
            shell = InteractiveShell.instance(config=config)
            for name in ("showtraceback", "showsyntaxerror"):  # errors are kept as an output instead
                setattr(shell, name, lambda *args, **rest: None)
            number = 0
            for place, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, place)
                if cell.cell_type == "code" and cell.source.strip():
                    number += 1
                    cell.execution_count = number
                    printed, shown = io.StringIO(), CapturingDisplayPublisher()
                    shell.display_pub = shown
                    shell.display_trap.hook = CapturingDisplayHook(shell=shell, outputs=shown.outputs)
                    with contextlib.redirect_stdout(printed):
                        result = shell.run_cell(cell.source, store_history=False)
                    cell.outputs = [
                        new_output("display_data", data=each["data"], metadata=each["metadata"])
                        for each in shown.outputs
                    ]
                    if printed.getvalue():
                        cell.outputs.insert(0, new_output("stream", name="stdout", text=printed.getvalue()))
                    if error := result.error_before_exec or result.error_in_exec:
                        lines = shell.InteractiveTB.stb2text(
                            shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
                        )
                        said = {"ename": type(error).__name__, "evalue": str(error), "traceback": lines.split("\n")}
                        cell.outputs.append(new_output("error", **said))
                        nb_man.cell_exception(cell, cell_index=place)
                        return
                nb_man.cell_complete(cell, cell_index=place)

    return InProcess


if __name__ == "__main__":
    main()
