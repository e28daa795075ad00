"""Chromium for tests: pages are opened from their file address, and whatever goes wrong is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import need


@contextmanager
def chromium() -> Iterator[object]:
    """Start Debian's Chromium; skip the test where it is missing, but fail it under CI."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = need("chromium", "chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


def watch(page, file: Path) -> list[str]:
    """Return a list that fills with what should not happen: errors, and requests for anything but the file."""
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    own = file.as_uri()
    page.on("request", lambda asked: None if asked.url.split("#")[0] == own else faults.append(asked.url))
    return faults


def violations(page) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA and its good practice, with the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]
