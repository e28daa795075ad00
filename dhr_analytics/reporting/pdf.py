"""The pack as one PDF, printed by Chromium: tagged, with bookmarks, contents and page numbers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dhr_analytics.errors import DHRError

MISSING = (
    "pack.pdf was left out: no Chromium, Chrome or Edge was found. Install one (Debian: apt-get install chromium)."
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
_ELSEWHERE = (
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_SECONDS = 180
_NODE = re.compile(rb"\(node(\d{8})\)")
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def find_browser() -> str | None:
    """Return the command of a browser that can print, or None; the variable DHR_BROWSER goes first."""
    chosen = os.environ.get("DHR_BROWSER")
    found = [shutil.which(chosen)] if chosen else [shutil.which(name) for name in _NAMES]
    return next(filter(None, [*found, *(path for path in _ELSEWHERE if not chosen and Path(path).exists())]), None)


def print_pdf(page: Path, pdf: Path, *, browser: str) -> None:
    """Print a page to PDF; the same page gives the same bytes with the same browser.

    Parameters
    ----------
    page : pathlib.Path
        An HTML file; nothing but it is loaded.
    pdf : pathlib.Path
        Where the PDF goes.
    browser : str
        As from `find_browser`.

    Raises
    ------
    DHRError
        When the browser fails or takes longer than three minutes.
    """
    with tempfile.TemporaryDirectory(prefix="dhr-print-", ignore_cleanup_errors=True) as home:
        made = Path(home) / "pack.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={Path(home) / 'profile'}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            *(["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []),
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DHRError(f"pack.pdf could not be printed: {error}.") from error
        if not made.is_file():
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise DHRError(f"pack.pdf could not be printed: {browser} ended with {done.returncode} ({last[0]}).")
        pdf.write_bytes(_the_same_each_time(made.read_bytes()))


def _the_same_each_time(content: bytes) -> bytes:
    """Take out what differs between two prints of one page, none of it seen: the time, and the names of elements."""
    names = sorted(set(_NODE.findall(content)))
    rank = {name: b"%08d" % number for number, name in enumerate(names)}
    content = _NODE.sub(lambda found: b"(node" + rank[found[1]] + b")", content)
    return _DATE.sub(rb"/\1 (D:20000101000000", content)
