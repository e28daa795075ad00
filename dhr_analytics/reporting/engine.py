"""The process that runs notebooks: everything is loaded once, then each notebook runs in a fork of its own.

Started by `run` as ``python -m dhr_analytics.reporting.engine``. It reads one task a line from standard input and
answers with one line each, both JSON. A Jupyter kernel for each notebook would load pandas and matplotlib every time;
that was two thirds of the time a pack took. Where there is no fork (Windows), the notebooks of a process run one after
the other in it, each with a namespace of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from typing import Any

_LOADED = ("charts", "findings", "methods", "recurring", "show", "tables", "text", "view")


def main() -> None:
    """Run the notebooks that standard input names, until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a notebook's libraries print is no answer
    for name in _LOADED:
        importlib.import_module(f"dhr_analytics.reporting.{name}")
    importlib.import_module("matplotlib.figure")
    for line in sys.stdin:
        task = json.loads(line)
        answers.write(json.dumps(_apart(task) if hasattr(os, "fork") else _run(task)) + "\n")
        answers.flush()


def _apart(task: dict[str, Any]) -> dict[str, Any]:
    """Run a task in a fork, so that no notebook leaves anything behind for the next."""
    back, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(back)
        code = 1
        try:
            with os.fdopen(there, "w", encoding="utf-8") as pipe:
                pipe.write(json.dumps(_run(task)))
            code = 0
        finally:
            os._exit(code)
    os.close(there)
    with os.fdopen(back, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(said) if said else {"broke": f"its process ended with {os.waitstatus_to_exitcode(status)}"}


def _run(task: dict[str, Any]) -> dict[str, Any]:
    """Run one notebook; the answer is empty, or says in which cell it ``stopped`` or how it ``broke``."""
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
        return {"stopped": f"cell {error.exec_count} with {error.ename}: {error.evalue}"}
    except (RuntimeError, OSError, ValueError) as error:
        return {"broke": str(error)}
    return {}


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
