"""The public names: typed, listed, never shadowed by a module of the same name; and every example that is printed."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import dhr_analytics

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^( *)```[ \t]*(?:python|py)[ \t]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)*^ {4}.*$", re.MULTILINE)
_PYTHON = re.compile(r"^(?:import \w|from [\w.]+ import )", re.MULTILINE)


def plain(block):
    lines = block.strip("\n").split("\n")
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[margin:] for line in lines)


def examples(page):
    """Return the Python blocks of a page: fenced as such, or indented with an import in them."""
    words = page.read_text(encoding="utf-8")
    fenced = [plain(found[2]) for found in _FENCED.finditer(words)]
    rest = _FENCED.sub("", words)
    indented = [plain(found[0]) for found in _INDENTED.finditer(rest) if found[0].strip()]
    return [*fenced, *(block for block in indented if _PYTHON.search(block))]


def test_every_kind_of_example_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Text\n\n    import re\n\n    re.compile('x')\n\n    dhr ingest\n\nMore\n\n    make test\n\n"
                    "```python\nx = 1\n```\n\n```\ny\n```\n")  # fmt: skip
    assert examples(page) == ["x = 1", "import re\n\nre.compile('x')\n\ndhr ingest"]
    assert examples(ROOT / "README.md") and examples(ROOT / "docs" / "analysts.md")


MAKE = """
import sys
sys.path[:0] = [{root!r}]
from dhr_analytics import code_recommendations, ingest, write_package
plans = ingest(["data/sample"])
write_package(plans.with_themes(code_recommendations(plans.recommendations)), "reports/plans")
"""
RUN = """
import ast, sys
sys.path[:0] = [{root!r}]
known = {{}}
for number, block in enumerate({blocks!r}, start=1):
    tree = ast.parse(block)
    exec(compile(tree, f"example {{number}}", "exec"), known)
"""


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.name)
def test_examples_run_as_they_are_printed(page, tmp_path):
    shutil.copytree(ROOT / "data" / "sample", tmp_path / "data" / "sample")
    if "reports/plans" in page.read_text(encoding="utf-8"):
        subprocess.run([sys.executable, "-c", MAKE.format(root=str(ROOT))], cwd=tmp_path, check=True)
    code = RUN.format(root=str(ROOT), blocks=examples(page))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


ALL = """
import importlib, pkgutil, sys
import dhr_analytics
before = {name: getattr(dhr_analytics, name) for name in dhr_analytics.__all__}
for module in pkgutil.walk_packages(dhr_analytics.__path__, "dhr_analytics."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from dhr_analytics import ingest
assert {name: getattr(dhr_analytics, name) for name in dhr_analytics.__all__} == before
assert len(ingest(["data/sample"]).reviews) == 5
"""


def test_public_names_are_the_same_after_every_module_was_imported():
    done = subprocess.run([sys.executable, "-c", ALL], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_module_at_the_top_bears_a_public_name():
    files = {path.stem for path in Path(dhr_analytics.__file__).parent.iterdir()}
    assert not files & set(dhr_analytics.__all__)


def test_the_package_lists_its_public_names_and_nothing_else():
    code = "import dhr_analytics; import dhr_analytics.cli; print(*dir(dhr_analytics))"
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in out if not name.startswith("__")] == sorted(set(dhr_analytics.__all__) - {"__version__"})
    assert {"__version__", "__name__", "__doc__"} <= set(out)
    with pytest.raises(AttributeError, match="no attribute 'ingets'"):
        dhr_analytics.ingets  # noqa: B018


def test_every_public_name_is_typed_for_editors():
    tree = ast.parse(Path(dhr_analytics.__file__).read_text(encoding="utf-8"))
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    names = {alias.name: node.module for node in typed.body for alias in node.names}
    assert names == dhr_analytics._HOMES
    assert (Path(dhr_analytics.__file__).parent / "py.typed").exists()
