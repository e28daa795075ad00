"""A pack that was changed afterwards, or whose figures no longer hold, is found out; revisions say what changed."""

import json
import random
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import frames
import pandas as pd
import pytest

from dhr_analytics.errors import InputError
from dhr_analytics.package import Plans, write_package
from dhr_analytics.reporting.checking import check_pack
from dhr_analytics.reporting.folder import hashes
from dhr_analytics.reporting.report import make_report


def plans() -> Plans:
    actions = [
        {"recommendation_id": f"{name}-R00{k}", "status": ("completed", "no_update")[k % 2], "target_on": "2024-05-31"}
        for name in ("A", "B")
        for k in (1, 2, 3)
    ]
    themes = {action["recommendation_id"]: ["training"] for action in actions}
    reviews = [{"review_id": name, "sha256": name, "published_on": "2023-01-31"} for name in ("A", "B")]
    return frames.build(actions, reviews=reviews, themes=themes)


def made(folder: Path, given: Plans) -> Path:
    write_package(given, folder / "package")
    return make_report(folder / "package", quarter="2025Q1", out=folder / "out", only="00_summary").parent


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package and its pack, made once."""
    return made(tmp_path_factory.mktemp("checked"), plans()).parents[1]


@pytest.fixture
def pack(kept: Path, tmp_path: Path) -> Path:
    """A copy of the pack that a test may change, with its package beside it."""
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out" / "2025Q1"


@pytest.mark.slow
def test_a_pack_as_it_was_made_holds(pack: Path) -> None:
    faults, count = check_pack(pack)
    assert faults == [] and count > 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("00_summary.html", "Summary", "Summery", r"00_summary\.html was changed"),
        ("data/estimates.csv", ",2,6,", ",3,6,", r"completion_rate\.actions\.2025Q1 reads 3 of 6, and is 2 of 6"),
        ("data/actions.csv", ",completed,", ",in_progress,", r"reads 2 of 6, and is 0 of 6"),
    ],
)
def test_what_was_changed_afterwards_is_named(pack: Path, file: str, old: str, new: str, said: str) -> None:
    words = (pack / file).read_text(encoding="utf-8")
    (pack / file).write_text(words.replace(old, new), encoding="utf-8")
    assert any(re.search(said, fault) for fault in check_pack(pack)[0])


def test_without_its_plans_a_pack_is_checked_for_its_files_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("Contents")
    (tmp_path / "manifest.json").write_text(json.dumps({"files": hashes(tmp_path)}))
    assert check_pack(tmp_path) == ([], None)
    (tmp_path / "index.html").write_text("Contentment")
    assert check_pack(tmp_path) == (["index.html was changed"], None)


def test_where_there_is_no_pack_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no report in"):
        check_pack(tmp_path)


@pytest.mark.slow
def test_revisions_say_what_was_and_why_and_a_later_snapshot_changes_nothing(pack: Path, tmp_path: Path) -> None:
    old = {path: path.read_bytes() for path in pack.rglob("*.html")}
    later = _with_snapshot(plans(), "2025-06-30")
    made(tmp_path, later)
    assert old and {path: path.read_bytes() for path in pack.rglob("*.html")} == old, (
        "a later snapshot is not known yet"
    )
    made(tmp_path, _with_snapshot(plans(), "2025-02-28"))
    found = (
        pd.read_csv(pack / "tables" / "revisions.csv", dtype=str).set_index("Id").loc["completion_rate.actions.2025Q1"]
    )
    assert (found["Was"], found["Is"]) == ("2 of 6 (33%)", "4 of 6 (67%)")
    assert "new snapshot" in found["Why"]
    assert "Revised since this report was last made" in (pack / "index.html").read_text(encoding="utf-8")


def _with_snapshot(given: Plans, day: str) -> Plans:
    """Add a snapshot of review A in which everything is completed."""
    name = f"A@{day}"

    def later(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame[frame.iloc[:, 0].str.startswith("A")].copy()
        for column in rows.columns.intersection(["review_id", "recommendation_id", "action_id"]):
            rows[column] = rows[column].str.replace("A", name, n=1)
        return pd.concat([frame, rows], ignore_index=True)

    reviews, actions = later(given.reviews), later(given.actions)
    new = reviews["review_id"] == name
    reviews.loc[new, ["sha256", "document"]] = ["C", "C.docx"]
    reviews.loc[new, "snapshot_on"] = pd.Timestamp(day)
    actions.loc[actions["review_id"] == name, "status"] = "completed"
    return replace(
        given,
        reviews=reviews,
        recommendations=later(given.recommendations),
        actions=actions,
        themes=later(given.themes),
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_run_killed_at_any_moment_leaves_the_old_report_whole(pack: Path, tmp_path: Path) -> None:
    draw = random.Random(3)
    write_package(_with_snapshot(plans(), "2025-02-28"), tmp_path / "package")
    old = (pack / "manifest.json").read_bytes()
    command = [sys.executable, "-m", "dhr_analytics", "report", tmp_path / "package", "--only", "00_summary"]
    for _ in range(3):
        with subprocess.Popen(
            [*command, "--out", tmp_path / "out"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as run:
            timer = threading.Timer(1 + 4 * draw.random(), run.kill)
            timer.start()
            run.wait()
            timer.cancel()
        assert check_pack(pack)[0] == []
        if (pack / "manifest.json").read_bytes() != old:
            break  # it was quicker than the kill
    done = subprocess.run([*command, "--out", tmp_path / "out"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert check_pack(pack)[0] == [] and "Revised since" in (pack / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".2025Q1.lock", "2025Q1"]
