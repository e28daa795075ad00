"""Running notebooks: strict parameters, one place to write to, failures that are kept."""

import json
import warnings

import nbformat
import pytest

from dhr_analytics.errors import NotebookError, UsageError
from dhr_analytics.reporting.run import check_parameters, parameters_of, run_notebook

DEFAULTS = 'quarter = "2025Q1"\nlimit = 3\nshare = 0.5\nquiet = False'


@pytest.fixture
def notebook(tmp_path):
    def make(*cells, parameters=DEFAULTS):
        book = nbformat.v4.new_notebook()
        first = nbformat.v4.new_code_cell(parameters)
        first.metadata["tags"] = ["parameters"]
        book.cells = [first, *(nbformat.v4.new_code_cell(cell) for cell in cells)]
        path = tmp_path / "book.ipynb"
        nbformat.write(book, path)
        return path

    return make


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"quater": "2025Q1"}, "no parameter 'quater'. Did you mean 'quarter'?"),
        ({"zzz": 1}, "It has: quarter, limit, share, quiet"),
        ({"quarter": None}, "quarter is to be str, not None"),
        ({"quarter": ["2025Q1"]}, "quarter is to be str"),
        ({"quarter": {"a": 1}}, "quarter is to be str"),
        ({"limit": "3"}, "limit is to be int"),
        ({"limit": True}, "limit is to be int"),
        ({"quiet": 1}, "quiet is to be bool"),
        ({"x = 1; import os; y": 1}, "no parameter"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(notebook, tmp_path, given, seen):
    with pytest.raises(UsageError, match="book.ipynb") as caught:
        run_notebook(notebook(), given, tmp_path / "out.ipynb")
    assert seen in str(caught.value)
    assert not (tmp_path / "out.ipynb").exists()


def test_a_whole_number_will_do_for_a_share(notebook):
    check_parameters(notebook(), {"share": 1, "limit": 2, "quarter": "2024Q4", "quiet": True})


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("x = open('y')", "may only assign plain values"),
        ("import os", "may only assign plain values"),
        ("x, y = 1, 2", "may only assign plain values"),
        ("x = [1]", "the default of x is not a text"),
        ("x = (", "may only assign plain values"),
    ],
)
def test_the_cell_of_parameters_is_read_not_run(notebook, cell, seen):
    with pytest.raises(UsageError, match=seen):
        parameters_of(notebook(parameters=cell))


def test_not_a_notebook(tmp_path):
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="not a notebook"):
        parameters_of(tmp_path / "x.ipynb")
    (tmp_path / "x.ipynb").write_text('{"cells": []}', encoding="utf-8")
    with pytest.raises(UsageError, match="0 cells tagged"):
        parameters_of(tmp_path / "x.ipynb")


@pytest.mark.parametrize("output", ["../out.ipynb", "a/../../out.ipynb", "out.txt"])
def test_the_output_stays_within_its_folder(notebook, tmp_path, monkeypatch, output):
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    with pytest.raises(UsageError, match="outside"):
        run_notebook(notebook(), {}, output)
    with pytest.raises(UsageError, match="outside"):
        run_notebook(notebook(), {}, tmp_path / "inner" / output, within=tmp_path / "inner")
    assert not list((tmp_path / "inner").iterdir())


@pytest.mark.slow
def test_a_run_uses_the_parameters_and_this_interpreter_and_is_quiet(notebook, tmp_path, capfd):
    path = notebook("import sys\nprint(sys.executable, quarter, limit)", "__import__('dhr_analytics').__file__")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # papermill would take the braces for a parameter
        done = run_notebook(path, {"quarter": 'it\'s "{x}"'}, tmp_path / "{quarter} ü" / "out.ipynb", within=tmp_path)
    import sys

    book = nbformat.read(done, as_version=4)
    assert book.cells[2].outputs[0]["text"] == f'{sys.executable} it\'s "{{x}}" 3\n'
    assert capfd.readouterr() == ("", "")
    assert [each.name for each in done.parent.iterdir()] == ["out.ipynb"]


@pytest.mark.slow
def test_a_failed_notebook_is_kept_and_named(notebook, tmp_path):
    path = notebook("a = 1", "1 / 0")
    with pytest.raises(NotebookError, match=r"book.ipynb stopped in cell \d with ZeroDivisionError") as caught:
        run_notebook(path, {}, tmp_path / "out" / "book.ipynb")
    assert "Open book.failed.ipynb" in str(caught.value)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["book.failed.ipynb"]
    kept = json.loads((tmp_path / "out" / "book.failed.ipynb").read_text(encoding="utf-8"))
    assert any(o.get("ename") == "ZeroDivisionError" for c in kept["cells"] for o in c.get("outputs", ()))
