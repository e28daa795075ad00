"""The house: layers, files that must agree, and what no file may hold."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "dhr_analytics"
# Who may import whom: a package may import those on its right, itself, and the common ground.
LAYERS = {
    "vocabulary": set(),
    "reading": set(),
    "normalising": {"reading"},
    "themes": set(),
    "statistics": set(),
    "reporting": {"statistics", "themes"},
    "collecting": {"reading", "normalising"},
    "evaluate": set(),
    "terminal": set(),
    "cli_coding": {"terminal", "evaluate", "themes", "statistics"},
    "cli_cite": {"terminal", "statistics", "reporting"},
    "cli_ingest": {"terminal", "collecting"},
    "cli": {"terminal", "cli_ingest", "cli_coding", "cli_cite", "themes", "statistics", "reporting"},
}
GROUND = {"errors", "schema", "package", "processes", "vocabulary", "_version"}


def tracked() -> list[Path]:
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = [ROOT / name for name in out.stdout.split("\0") if name]
    return [path for path in files if path.is_file()] or [p for p in ROOT.rglob("*.py") if ".venv" not in p.parts]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dhr_analytics."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "dhr_analytics":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("dhr_analytics.")}
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_one_way(layer):
    files = sorted((PACKAGE / layer).rglob("*.py")) or [PACKAGE / f"{layer}.py"]
    allowed = LAYERS[layer] | GROUND | {layer}
    for path in files:
        assert imports(path) <= allowed, path


def needed(path: Path, files: dict[str, Path]) -> set[str]:
    """Modules that a file of the package imports, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & files.keys()) or ({node.module} & files.keys())
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & files.keys()
    return found


def test_no_files_import_each_other_in_a_circle():
    paths = {path.relative_to(ROOT).with_suffix(""): path for path in PACKAGE.rglob("*.py")}
    # The package itself loads its parts when they are asked for.
    files = {".".join(name.parts): path for name, path in paths.items() if name.name != "__init__"}
    graph = {name: needed(path, files) for name, path in files.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(files) > 100


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, dhr_analytics, dhr_analytics.cli; print([m for m in ('pandas', 'spacy', 'sklearn', 'matplotlib') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def _names(lines):
    return {re.split(r"[<>=\s]", line)[0].lower(): line.replace(" ", "") for line in lines}


def test_environment_and_project_name_the_same_packages():
    project = _names(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    lines = re.findall(r"^  - ([a-z][\w-]*[<>=].*)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    conda = _names(
        line.replace("matplotlib-base", "matplotlib")
        for line in lines
        if not line.startswith(("python=", "setuptools"))
    )
    assert conda == project


def test_the_lock_holds_every_package_with_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    wanted = [
        *project["dependencies"],
        *(name for group in project["optional-dependencies"].values() for name in group),
    ]
    assert {re.split(r"[<>=\[]", name)[0] for name in wanted} <= locked
    assert "://" not in lock
    for block in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        assert "--hash=sha256:" in block, block[:60]


def test_no_file_names_a_package_index_or_a_place_of_one_machine():
    # Written in pieces so that this file does not hold what it looks for.
    hosts = re.compile(
        "|".join(
            [
                "py" + r"pi\.org",
                "python" + r"hosted",
                "registry" + r"\.npm",
                "ana" + r"conda\.org",
                r"(?:^|[^\w.])/work" + "/",
            ]
        )
    )
    hits = [
        p.name
        for p in tracked()
        if p.suffix not in (".png", ".pdf", ".docx", ".xlsx")
        and hosts.search(p.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not hits


def test_notebooks_are_thin():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
        assert sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) == 1, path.name
        for cell in cells:
            assert not cell["outputs"] and cell["execution_count"] is None, path.name
            assert not re.search(r"^\s*(?:def|class)\s", "".join(cell["source"]), re.MULTILINE), path.name


def test_versions_agree():
    from dhr_analytics import __version__

    assert f"version: {__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()
