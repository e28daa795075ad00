"""Documents that have not changed are not read again, and nobody can tell from the package."""

import shutil
from pathlib import Path

import pytest
from conftest import ROOT

from dhr_analytics import ingest
from dhr_analytics.collecting import ingesting as module
from dhr_analytics.package import write_package


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "sample", tmp_path / "plans"))


def package(plans: Path, folder: Path, earlier: Path | None = None, **rest: object) -> tuple[Path, list[str]]:
    said: list[str] = []
    made = ingest([plans], earlier=earlier, progress=said.append, **rest)
    return write_package(made, folder).parent, [line for line in said if not line.endswith("(unchanged)")]


def same(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def test_nothing_is_read_where_nothing_changed(plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, read = package(plans, tmp_path / "one")
    assert len(read) == 5
    monkeypatch.delattr(module, "read_guarded")
    again, read = package(plans, tmp_path / "two", first)
    assert read == [] and same(first, again)


@pytest.mark.parametrize("change", ["bytes", "manifest", "name", "new", "gone"])
def test_what_changed_is_read_and_the_package_is_as_if_all_had_been(plans: Path, tmp_path: Path, change: str) -> None:
    first, _ = package(plans, tmp_path / "one")
    document = plans / "plan_c.txt"
    if change == "bytes":
        document.write_bytes(document.read_bytes().replace(b"training", b"teaching"))
    elif change == "manifest":
        stated = plans / "reviews.csv"
        lines = stated.read_text(encoding="utf-8").splitlines()
        place = next(number for number, line in enumerate(lines) if "plan_c.txt" in line)
        cells = lines[place].split(",")
        cells[lines[0].split(",").index("area")] = "Another area"
        lines[place] = ",".join(cells)
        stated.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif change == "new":
        (plans / "plan_f.txt").write_bytes(document.read_bytes().replace(b"training", b"teaching"))
    else:
        (plans / "reviews.csv").unlink()
        document.rename(plans / "plan_x.txt") if change == "name" else document.unlink()
    some, read = package(plans, tmp_path / "some", first)
    whole, every = package(plans, tmp_path / "whole")
    assert same(some, whole)
    if change in ("bytes", "manifest", "new"):
        assert len(read) == 1 and len(every) == 5 + (change == "new")


def test_corrected_damaged_or_absent_packages_are_not_trusted(plans: Path, tmp_path: Path) -> None:
    first, _ = package(plans, tmp_path / "one")
    row = (first / "actions.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    (plans / "overrides.csv").write_text(
        f"row_id,column,was,now,by,on,reason\n{row},rag,,Amber,A,2025-01-01,seen\n", encoding="utf-8"
    )
    corrected, read = package(plans, tmp_path / "two", first)
    assert read == []
    assert len(package(plans, tmp_path / "three", corrected)[1]) == 5
    (plans / "overrides.csv").unlink()
    (first / "actions.csv").unlink()
    assert len(package(plans, tmp_path / "four", first)[1]) == 5
    assert len(package(plans, tmp_path / "five", tmp_path / "nowhere")[1]) == 5
