"""Make the pictures of the README from a pack: `python docs/make_pictures.py reports/2025Q1`."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from dhr_analytics.reporting.pdf import find_browser

PICTURES = {"summary": ("00_summary.html", 1500), "explore": ("explore.html", 1100)}


def main() -> None:
    """Take a picture of each page."""
    pack, out = Path(sys.argv[1] if len(sys.argv) > 1 else "reports/2025Q1"), Path(__file__).parent / "pictures"
    out.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--font-render-hinting=none"])
        for name, (page, height) in PICTURES.items():
            sheet = browser.new_page(viewport={"width": 1200, "height": height})
            sheet.goto((pack / page).resolve().as_uri())
            sheet.screenshot(path=out / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
