"""The pack in a browser: every page opens from its file, asks nobody for anything, and can be used by everyone."""

import io
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import frames
import pytest
from browser import chromium, violations, watch
from conftest import ROOT

from dhr_analytics.package import write_package

pytestmark = pytest.mark.slow


@pytest.fixture
def pack(whole_pack):
    return whole_pack / "reports" / "2025Q1"


def test_every_page_opens_quietly_and_passes_axe_on_laptop_and_phone(pack):
    with chromium() as browser:
        for file in sorted(pack.glob("*.html")):
            page = browser.new_page()
            faults = watch(page, file)
            page.goto(file.as_uri())
            assert page.title() and page.locator("h1").count() == 1
            for width in (1280, 320):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{file.name} scrolls sideways"
                assert violations(page) == [], (file.name, width)
            assert faults == [], file.name
            page.close()


def test_a_shadow_shows_where_a_table_or_chart_goes_on_and_goes_at_its_end(pack):
    from PIL import Image

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto((pack / "04_completion.html").as_uri())
        wide = [each for each in page.locator(".scroll").all() if each.evaluate("e => e.scrollWidth > e.clientWidth")]
        for part in (wide[0], next(each for each in wide if each.locator("table").count())):
            dark = []
            for end in (False, True):
                part.evaluate("(e, end) => { e.scrollLeft = end ? e.scrollWidth : 0 }", end)
                picture = Image.open(io.BytesIO(part.screenshot())).convert("L")
                dark.append(picture.getpixel((picture.width - 2, 2)))
            assert dark[0] < 200 < 250 < dark[1]


def test_the_title_of_a_table_says_what_the_table_holds(pack):
    words = (pack / "04_completion.html").read_text(encoding="utf-8")
    assert (
        "<caption>Overdue actions, longest first</caption>" in words and "CSV: Overdue actions, longest first" in words
    )
    for file in (ROOT / "notebooks").glob("*.ipynb"):
        for call in re.findall(r"show\.table\((.*?)\n\)", "".join(code(file)), flags=re.DOTALL):
            assert re.search(r'title=f?"', call), f"{file.name}: {call}"


def code(file):
    return [line for cell in json.loads(file.read_text(encoding="utf-8"))["cells"] for line in [*cell["source"], "\n"]]


def test_the_contents_lead_to_every_page_by_keyboard(pack):
    with chromium() as browser:
        page = browser.new_page()
        page.goto((pack / "index.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/00_summary.html")
        assert page.locator("nav a[aria-current]").inner_text() == page.locator("h1").inner_text()


def test_the_pdf_holds_every_page_with_numbers_bookmarks_and_tags(pack):
    import pypdfium2

    content = (pack / "pack.pdf").read_bytes()
    assert b"/StructTreeRoot" in content and b"/Lang (en-GB)" in content
    with pypdfium2.PdfDocument(content) as pdf:
        words = [sheet.get_textpage().get_text_range() for sheet in pdf]
        assert [f"Page {number} of {len(pdf)}" in text for number, text in enumerate(words, start=1)] == [True] * len(
            pdf
        )
        marks = {mark.get_title() for mark in pdf.get_toc()}
    assert {"Summary", "Themes", "Completion", "Recurring learning"} <= marks


def test_the_explorer_runs_in_a_real_jupyterlab(tmp_path):
    write_package(frames.build([{"status": "completed"}, {}], themes={"A-R001": ["dash"]}), tmp_path / "package")
    command = [sys.executable, "-m", "dhr_analytics", "explore", tmp_path / "package", "--out", tmp_path / "work"]
    log = tmp_path / "log"
    with log.open("w") as said, chromium() as browser:
        lab = subprocess.Popen(
            [*command, "--no-browser", "--port", "8990"],
            stderr=said,
            stdout=said,
            cwd=tmp_path,
            env={**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")},
        )
        try:
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda each: asked.append(each.url))
            page.goto(_address(log), wait_until="domcontentloaded")
            page.locator(".jp-Notebook").wait_for(timeout=90_000)
            page.get_by_text("| Idle").wait_for(timeout=90_000)
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.locator("#jp-mainmenu-run").get_by_text("Run All Cells", exact=True).click()
            chooser = page.locator(".widget-select-multiple select").first
            chooser.wait_for(timeout=90_000)
            assert page.locator(".jp-OutputArea-output dd").first.inner_text()
            chooser.select_option(index=0)
            page.locator(".widget-output table").first.wait_for(timeout=30_000)
            assert not page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count()
            assert all("127.0.0.1" in url or url.startswith(("data:", "blob:")) for url in asked), asked
        finally:
            lab.terminate()
            lab.wait(30)
    # JupyterLab and each kernel keep a file there for as long as they run.
    assert list((tmp_path / "runtime").iterdir()) == [tmp_path / "runtime" / "jupyter_cookie_secret"]


def _address(log: Path) -> str:
    """Wait until JupyterLab has told its address, and answers there."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        lines = [
            line.strip() for line in log.read_text().splitlines() if "http://127.0.0.1" in line and "token=" in line
        ]
        if lines:
            address = lines[-1][lines[-1].index("http") :]
            try:
                urllib.request.urlopen(address.replace("/lab/tree/explore.ipynb", "/api/status"), timeout=2).close()
            except OSError:
                pass
            else:
                return address
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def test_the_pdf_names_no_place_on_this_computer(pack):
    import zlib

    content = (pack / "pack.pdf").read_bytes()
    streams = [content]
    for piece in content.split(b"stream\n")[1:]:
        try:
            streams.append(zlib.decompress(piece.split(b"\nendstream")[0]))
        except zlib.error:
            continue
    assert len(streams) > 10
    assert not any(b"file:" in each or str(pack).encode() in each for each in streams)
