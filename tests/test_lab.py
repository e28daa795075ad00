"""JupyterLab and the panel: what a choice shows, and the notebooks that an analyst works in."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import frames
import nbformat
import pytest
from nbclient import NotebookClient

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans, write_package
from dhr_analytics.reporting import lab, widgets
from dhr_analytics.reporting.run import parameters_of
from dhr_analytics.reporting.view import View, load

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def plans() -> Plans:
    actions = [
        {
            "recommendation_id": "A-R001",
            "agency": "Northshire Police",
            "target_on": "2024-05-31",
            "status": "completed",
        },
        {"recommendation_id": "A-R002", "agency": "Northshire Council", "target_on": "2025-01-31"},
        {"recommendation_id": "B-R001", "agency": "Northshire Police"},
    ]
    reviews = [{"review_id": "A", "area": "Northshire"}, {"review_id": "B", "area": "Southam"}]
    return frames.build(actions, reviews=reviews, themes={"A-R001": ["dash"], "A-R002": ["training"], "B-R001": []})


@pytest.fixture
def view(tmp_path: Path) -> View:
    write_package(plans(), tmp_path / "package")
    return load(tmp_path / "package", quarter="2025Q1")


@pytest.mark.parametrize(
    ("choice", "actions"),
    [
        ({}, 3),
        ({"themes": ("dash",)}, 1),
        ({"themes": ("dash", "training"), "agencies": ("Northshire Council",)}, 1),
        ({"areas": ("Southam",)}, 1),
        ({"due_from": date(2024, 6, 1)}, 1),
        ({"due_to": date(2024, 5, 31)}, 1),
        ({"due_from": date(2024, 5, 31), "due_to": date(2025, 1, 31)}, 2),
    ],
)
def test_the_rows_follow_the_choice(view: View, choice: dict[str, object], actions: int) -> None:
    numbers, figure, table = widgets.found(view, **choice)
    assert len(table.content["rows"]) == actions
    assert (numbers.content["kind"], figure.content["kind"]) == ("numbers", "figure")


@pytest.mark.parametrize("choice", [{"themes": ("dash",), "areas": ("Southam",)}, {"due_from": date(2030, 1, 1)}])
def test_a_choice_that_fits_nothing_says_so(view: View, choice: dict[str, object]) -> None:
    (only,) = widgets.found(view, **choice)
    assert only.content["kind"] == "message" and only.content["text"]


def test_the_panel_follows_its_lists_and_can_be_cleared(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []
    monkeypatch.setattr(widgets, "found", lambda view, **choice: seen.append(choice) or [])
    choosers, dates, _ = widgets.panel(view).children
    choosers.children[0].value = ("dash",)
    assert seen[-1]["themes"] == ("dash",)
    dates.children[0].value = date(2024, 5, 31)
    assert seen[-1]["due_from"] == date(2024, 5, 31)
    dates.children[2].click()
    assert not any(seen[-1].values())


def test_notebooks_are_copied_once_with_their_package(tmp_path: Path) -> None:
    write_package(plans(), tmp_path / "it's")
    started = lab.prepare(tmp_path / "it's", tmp_path / "work", quarter="2025Q2")
    assert started == (tmp_path / "work" / "explore.ipynb").resolve()
    for copy in (tmp_path / "work").iterdir():
        given = parameters_of(copy)
        assert (given["plans"], given["quarter"]) == (str((tmp_path / "it's").resolve()), "2025Q2")
    for copy in (tmp_path / "work").iterdir():
        nbformat.validate(nbformat.read(copy, as_version=nbformat.NO_CONVERT))


def test_kept_notebooks_follow_the_package_and_the_quarter_and_nothing_else_is_changed(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_package(plans(), tmp_path / name)
    said: list[str] = []
    started = lab.prepare(tmp_path / "one", tmp_path / "work", quarter="2025Q2", progress=said.append)
    book = nbformat.read(started, as_version=4)
    book.cells.append(nbformat.v4.new_markdown_cell("My note"))
    (cell,) = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", ())]
    cell.source = cell.source.replace('areas = ""', 'areas = "Nørth"; quarter = (\n"2024Q1")  # mine')
    nbformat.write(book, started)
    (broken := tmp_path / "work" / "03_trends.ipynb").write_text("{", encoding="utf-8")
    lab.prepare(tmp_path / "other", tmp_path / "work", quarter="2025Q3", progress=said.append)
    given, after = parameters_of(started), nbformat.read(started, as_version=4)
    assert (given["plans"], given["quarter"]) == (str((tmp_path / "other").resolve()), "2025Q3")
    assert given["areas"] == "Nørth" and "  # mine" in "".join(cell.source for cell in after.cells)
    assert after.cells[-1].source == "My note", "somebody's work is kept"
    assert broken.read_text(encoding="utf-8") == "{"
    assert "03_trends" in said[0] and "explore.ipynb" in said[1] and "2025Q3" in said[1]
    untouched = started.stat().st_mtime_ns
    lab.prepare(tmp_path / "other", tmp_path / "work", quarter="2025Q3", progress=said.append)
    assert started.stat().st_mtime_ns == untouched and len(said) == 3


def test_without_a_package_no_notebook_is_copied(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no plan package"):
        lab.prepare(tmp_path / "nowhere", tmp_path / "work", quarter="2025Q1")
    assert not (tmp_path / "work").exists()
    write_package(plans(), tmp_path / "2025Q2" / "data")
    with pytest.raises(UsageError, match=r"Did you mean .*2025Q2.data\?"):
        lab.prepare(tmp_path / "2025Q2", tmp_path / "work", quarter="2025Q1")


# In the place of JupyterLab: it tells who it is, and ends when it is asked to.
STAND_IN = """
import os, time
print(os.getpid(), os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0], flush=True)
time.sleep(300)
"""
OPEN = (
    "import sys; from pathlib import Path; from dhr_analytics.reporting import lab; lab.open_lab(Path('explore.ipynb'))"
)


def lives(pid: int) -> bool:
    status = Path("/proc", str(pid), "stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere no process learns that its parent is gone")
@pytest.mark.parametrize(
    "how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda each: each.name
)
def test_jupyterlab_ends_with_the_command_however_that_ends(how: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "jupyterlab.py").write_text(STAND_IN)
    path = os.pathsep.join([str(tmp_path), str(NOTEBOOKS.parent)])
    command = [sys.executable, "-c", OPEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)}) as opened:  # fmt: skip
        said, settings = opened.stdout.readline().split()
        assert lives(int(said)) and Path(settings).is_dir()
        opened.send_signal(how)
        opened.wait(30)
        until = time.monotonic() + 30
        while lives(int(said)) and time.monotonic() < until:
            time.sleep(0.02)
    assert not lives(int(said))
    assert how == signal.SIGKILL or not Path(settings).exists(), "nor does it leave its settings behind"


# explore has widgets, which want a browser: see test_pack_browser.
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in NOTEBOOKS.glob("0*.ipynb")))
def test_each_notebook_runs_cell_by_cell_in_a_jupyter_kernel(name: str, tmp_path: Path) -> None:
    write_package(plans(), tmp_path / "reports" / "plans")
    (tmp_path / "notebooks").mkdir()
    book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    done = NotebookClient(book, resources={"metadata": {"path": str(tmp_path / "notebooks")}}).execute()
    outputs = [each for cell in done.cells for each in cell.get("outputs", ())]
    assert outputs and not [each for each in outputs if each.output_type in ("error", "stream")]
