"""Size and speed of explore.html with many generated recommendations: `python benchmarks/explorer.py --rows 20000`."""

import argparse
import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from playwright.sync_api import sync_playwright

from dhr_analytics import schema
from dhr_analytics.package import Plans
from dhr_analytics.reporting.explorer import make_explorer
from dhr_analytics.statistics import parse_quarter
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.model import read_training

TYPED = "information sharing"
# From the moment that the search changes the address until the page has followed it, scripts and layout.
FOLLOW = """words => new Promise(done => {
  const began = performance.now();
  addEventListener("hashchange", () => { document.body.offsetHeight; done(performance.now() - began) }, {once: true});
  location.hash = new URLSearchParams({q: words});
})"""


def generated(rows: int) -> tuple[Plans, pd.DataFrame]:
    """Plans of 20 recommendations each, wordings of the training texts with a number in each, 1 to 2 actions."""
    chance, wordings = random.Random(1), [row["text"] for row in read_training()]
    themes = Codebook.load().ids
    reviews, recommendations, actions, coded, groups = [], [], [], [], []
    for n in range(rows):
        review, key = f"REV{n // 20:04d}", f"REV{n // 20:04d}-R{n % 20 + 1:03d}"
        if n % 20 == 0:
            day = date(2018, 1, 1) + timedelta(days=chance.randrange(2500))
            reviews.append({"review_id": review, "title": f"Review {n // 20}", "area": f"Area {n // 20 % 90}",
                            "document": f"plan{n // 20}.docx", "published_on": day})  # fmt: skip
        wording = f"{chance.choice(wordings)} Reference {n}."
        recommendations.append({"recommendation_id": key, "review_id": review, "position": n % 20 + 1, "text": wording,
                                "location": f"plan{n // 20}.docx, table 1, row {n % 20}"})  # fmt: skip
        coded += [{"recommendation_id": key, "theme": theme, "source": "rule", "evidence": wording[:8], "start": 0,
                   "end": 8} for theme in chance.sample(themes, 2)]  # fmt: skip
        if chance.random() < 0.3:
            groups.append({"group_id": f"G{chance.randrange(rows // 20)}", "recommendation_id": key})
        for a in range(1 + (chance.random() < 0.4)):
            due = date(2022, 1, 1) + timedelta(days=chance.randrange(1500))
            actions.append({"action_id": f"{key}-A{a + 1:02d}", "recommendation_id": key, "review_id": review,
                            "position": a + 1, "text": f"{chance.choice(wordings)} Step {n}.{a}",
                            "agency": f"Agency {chance.randrange(400)}", "sector": chance.choice(schema.SECTORS),
                            "target_on": due, "target_basis": "absolute", "status": chance.choice(schema.STATUSES),
                            "progress": f"{chance.choice(wordings)} Done {n}.{a}",
                            "location": f"plan{n // 20}.docx, table 1, row {n % 20}"})  # fmt: skip
    tables = {"reviews": reviews, "recommendations": recommendations, "actions": actions, "themes": coded}
    frames = {name: schema.typed(name, pd.DataFrame(each)) for name, each in tables.items()}
    return Plans(**frames, rejected=schema.empty("rejected")), pd.DataFrame(groups)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    args = parser.parse_args()
    plans, groups = generated(args.rows)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        began = time.perf_counter()
        file = make_explorer(
            plans, parse_quarter("2025Q1"), Path(folder) / "explore.html", codebook=Codebook.load(), groups=groups
        )
        print(f"made in {time.perf_counter() - began:.1f} s: {file.stat().st_size / 1e6:.1f} MB, {args.rows:,} "
              f"recommendations, {len(plans.actions):,} actions")  # fmt: skip
        browser = playwright.chromium.launch(executable_path=args.chromium)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        loads = []
        for _ in range(3):
            page.goto("about:blank")
            began = time.perf_counter()
            page.goto(file.as_uri())
            page.locator("#list > li").first.wait_for()
            loads.append(time.perf_counter() - began)
        print(f"load to first recommendations shown: {statistics.median(loads):.2f} s (median of 3)")
        page.wait_for_timeout(1500)  # the search index is made while nobody types
        taken = [page.evaluate(FOLLOW, TYPED[:n]) for n in range(1, len(TYPED) + 1) if not TYPED[:n].endswith(" ")]
        print(f"a letter of the search: median {statistics.median(taken):.0f} ms, longest {max(taken):.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
