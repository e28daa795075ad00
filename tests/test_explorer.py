"""explore.html: what it holds, and that search, filters, chart, download and address work in a browser."""

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from browser import chromium, violations, watch
from bs4 import BeautifulSoup
from frames import build, empty
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics import schema
from dhr_analytics.errors import UsageError
from dhr_analytics.reporting import explorer
from dhr_analytics.statistics import parse_quarter
from dhr_analytics.themes.codebook import Codebook

QUARTER, CODEBOOK = parse_quarter("2025Q1"), Codebook.load()
HOSTILE = (
    "</script><script>alert(1)</script><!-- <b onclick=alert(2)>x</b> [go](javascript:alert(3)) {{ 7*7 }} "
    "\u202eevil\u202c \u2028\u2029 \x00 \U0001f600 & &amp; "
)


def plans():
    """Three reviews: a local training plan, a hostile one, and one without actions or dates."""
    reviews = [
        {"review_id": "A", "title": "Review Alder", "area": "Alderton", "published_on": "2023-05-01", "document": "a.docx"},
        {"review_id": "B", "title": HOSTILE, "area": "=HYPERLINK(1)", "published_on": "2024-02-01"},
        {"review_id": "C", "title": "Review Cedar", "area": ""},
    ]  # fmt: skip
    recommendations = [
        {"recommendation_id": "A-R001", "number": "1)", "text": "\U0001f600 The Trust\u2019s staff need training.",
         "scope": "local", "location": "a.docx, table 1, row 2", "section": "Health"},
        {"recommendation_id": "A-R002", "position": 2, "text": "Share information of anti-violence work before updates and dates."},
        {"recommendation_id": "B-R001", "text": HOSTILE + "long " * 4000, "section": HOSTILE},
        {"recommendation_id": "C-R001", "text": "Staff in housing need training."},
    ]  # fmt: skip
    actions = [
        {"recommendation_id": "A-R001", "text": "Write a course.", "agency": "Alder NHS Trust", "sector": "health",
         "status": "completed", "target_on": "2024-01-31", "evidence_recorded": "true", "progress": "Course held in May."},
        {"recommendation_id": "A-R001", "text": "Audit the course.", "agency": "Alder Police", "sector": "police",
         "status": "in_progress", "target_on": "2024-12-31"},
        {"recommendation_id": "A-R002", "text": "Agree a protocol.", "agency": "Alder Police", "sector": "police",
         "status": "no_update", "target_on": "2026-12-31"},
        {"recommendation_id": "B-R001", "text": '=HYPERLINK("x")', "lead_agency": "+" + HOSTILE, "status": "no_update",
         "target_on": "2025-03-01", "progress": HOSTILE},
    ]  # fmt: skip
    made = build(actions, recommendations=recommendations, reviews=reviews)
    rows = [
        {"recommendation_id": "A-R001", "theme": "training", "source": "rule", "evidence": "training", "start": "25", "end": "33"},
        {"recommendation_id": "A-R002", "theme": "information_sharing", "source": "model", "evidence": "Share information", "start": "0", "end": "17"},
        {"recommendation_id": "B-R001", "theme": "an_older_theme", "source": "human"},
        {"recommendation_id": "C-R001", "theme": "training", "source": "rule", "evidence": "training", "start": "22", "end": "30"},
    ]  # fmt: skip
    return made.with_themes(pd.DataFrame(rows).fillna(""))


GROUPS = pd.DataFrame({"group_id": ["g7", "g7"], "recommendation_id": ["A-R001", "C-R001"]})


def data_of(path):
    return json.loads(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find(id="data").string)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "explore.html"
    return explorer.make_explorer(plans(), QUARTER, path, codebook=CODEBOOK, groups=GROUPS)


# ------------------------------------------------------------------------------------------------- the file


def test_same_input_same_bytes_and_nothing_else_in_the_folder(file, tmp_path):
    again = explorer.make_explorer(plans(), QUARTER, tmp_path / "x.html", codebook=CODEBOOK, groups=GROUPS)
    assert again.read_bytes() == file.read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == ["x.html"]


def test_the_policy_allows_only_our_script_and_style(file):
    tree = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    policy = tree.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "://" not in policy
    assert {each.get("type") for each in tree.find_all("script")} == {"application/json", None}
    for kind, part in (("style", tree.style), ("script", tree.find_all("script")[-1])):
        digest = base64.b64encode(hashlib.sha256(part.string.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not tree.find_all(["img", "link", "iframe"]) and not tree.find_all(style=True)


@given(st.text())
def test_json_can_stand_in_a_page(words):
    written = explorer._json({"x": words})
    assert json.loads(written) == {"x": words}
    assert not set("<>&\u2028\u2029") & set(written)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 50))
def test_offsets_are_counted_as_browsers_do(words, place):
    units = words.encode("utf-16-le")
    assert units[: 2 * explorer._utf16(words, place)].decode("utf-16-le") == words[:place]


def test_what_was_not_known_yet_is_left_out(tmp_path):
    later = build(
        [{"recommendation_id": "A-R001"}, {"recommendation_id": "B-R001"}],
        reviews=[{"review_id": "A", "published_on": "2025-04-01"}, {"review_id": "B"}],
    )
    path = explorer.make_explorer(later, QUARTER, tmp_path / "x.html", codebook=CODEBOOK)
    assert data_of(path)["recommendations"]["id"]["words"] == ["B-R001"]


def test_rows_belong_together_whatever_their_order(tmp_path):
    shuffled = plans()
    shuffled = replace(
        shuffled, actions=shuffled.actions[::-1].reset_index(drop=True),
        recommendations=shuffled.recommendations[::-1].reset_index(drop=True),
    )  # fmt: skip
    data = data_of(explorer.make_explorer(shuffled, QUARTER, tmp_path / "x.html", codebook=CODEBOOK))
    assert data["recommendations"]["id"]["words"] == ["A-R001", "A-R002", "B-R001", "C-R001"]
    assert data["actions"]["id"]["words"] == ["A-R001-A01", "A-R001-A02", "A-R002-A01", "B-R001-A01"]
    assert data["actions"]["recommendation"] == [0, 0, 1, 2]


def test_a_package_with_names_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--keep-names"):
        explorer.make_explorer(replace(plans(), about={"restricted": True}), QUARTER, tmp_path / "x.html", codebook=CODEBOOK)  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "x.html").mkdir()
    with pytest.raises(UsageError, match=r"Cannot write .*x\.html"):
        explorer.make_explorer(plans(), QUARTER, tmp_path / "x.html", codebook=CODEBOOK)
    assert [each.name for each in tmp_path.iterdir()] == ["x.html"]


# ------------------------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def watched(browser, file):
    page = browser.new_page(accept_downloads=True)
    yield page, watch(page, file)
    page.close()


@pytest.fixture
def tab(watched, file):
    """The page, freshly opened; nothing may go wrong on it, and nothing may be asked of the network."""
    page, faults = watched
    # A window of its own for each test would start a process each time.
    page.goto("about:blank")
    page.set_viewport_size({"width": 1300, "height": 900})
    page.emulate_media(media="screen")
    faults.clear()
    page.goto(file.as_uri())
    yield page
    assert faults == []


def found(tab):
    """Return the wordings that are listed."""
    return [each[:12].strip() for each in tab.locator("#list .card-text").all_text_contents()]


def tick(tab, facet, option):
    part = tab.locator(".facet").filter(has=tab.locator("summary", has_text=re.compile(f"^{facet}( \\(|$)")))
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    part.get_by_label(re.compile(f"^{re.escape(option)}")).click()


def wait_for_count(tab, words):
    tab.locator("#count", has_text=words).wait_for(timeout=5000)


TRAINING, SHARING, ODD, HOUSING = "\U0001f600 The Trust", "Share inform", HOSTILE[:12].strip(), "Staff in hou"


def test_all_are_shown_at_first_with_figures(tab):
    assert tab.locator("#count").inner_text() == "4 of 4 recommendations, with 4 actions"
    assert [each[:11] for each in found(tab)] == [each[:11] for each in (TRAINING, SHARING, ODD, HOUSING)]
    figures = dict(
        zip(tab.locator("#numbers dt").all_inner_texts(), tab.locator("#numbers dd").all_inner_texts(), strict=True)
    )
    assert figures == {
        "Recommendations": "4", "Reviews": "3", "Actions of these recommendations": "4", "Completed": "1 (25%)",
        "Completed, evidence recorded": "1 (25%)", "No update in the plan": "2 (50%)", "Overdue": "2 (50%)",
    }  # fmt: skip
    assert "As known on 31 March 2025" in tab.locator("header").inner_text()
    assert "Made by dhr_analytics" in tab.locator("footer").inner_text()


@pytest.mark.parametrize(
    "search, count",
    [
        ("TRAINING", 2),
        ("training housing", 1),
        ("trust's", 1),  # the plan prints a curly apostrophe
        ('"need training"', 2),
        ('"training need"', 0),
        ("course held", 1),  # in the progress of an action
        ("cedar", 1),  # in the name of the review
        ("alder nhs", 1),
        ("alert(1)", 1),
        ("[.*", 0),
        ("\u201cneed training\u201d", 2),
        ("raining", 0),  # only from the beginning of a word
        ('"eed training"', 0),
        ('"need train"', 2),
        ("need-training", 2),  # hyphens and spaces are alike, both ways
        ("anti violence", 1),
        ('"anti violence"', 1),
        ("da", 1),
        ("DA", 0),  # an abbreviation is not found in "dates"
        ("NHS", 1),
        ("nhs", 1),
    ],
)
def test_search_looks_for_all_the_words(tab, search, count):
    tab.fill("#search", search)
    wait_for_count(tab, f"{count} of 4" if count else "No recommendation fits")
    assert len(found(tab)) == count


def test_marks_follow_the_rule_that_finds(tab):
    tab.fill("#search", '"anti violence" da')
    wait_for_count(tab, "1 of 4")
    assert tab.locator("#list .card-text mark.hit").all_inner_texts() == ["anti-violence", "da"]


@pytest.mark.parametrize(
    "facet, option, listed",
    [
        ("Theme", "Training", [TRAINING, HOUSING]),
        ("Theme", "An older theme", [ODD]),
        ("Lead agency", "Alder NHS Trust", [TRAINING]),
        ("Lead agency", "+<", [ODD]),
        ("Sector", "Police", [TRAINING, SHARING]),
        ("Area", "Alderton", [TRAINING, SHARING]),
        ("Area", "Not stated", [HOUSING]),
        ("Status", "No update in the plan", [SHARING, ODD]),
        ("Overdue", "Overdue", [TRAINING, ODD]),
        ("Year due", "2026", [SHARING]),
        ("Year the review was published", "2024", [ODD]),
        ("Similar elsewhere", "In more than one review", [TRAINING, HOUSING]),
    ],
)
def test_each_filter_keeps_what_its_number_says(tab, facet, option, listed):
    option = "+" + HOSTILE[:9] if option == "+<" else option
    tick(tab, facet, option)
    wait_for_count(tab, f"{len(listed)} of 4")
    assert [each[:10] for each in found(tab)] == [each[:10] for each in listed]
    part = tab.locator(".facet[open] label").filter(has=tab.locator("input:checked"))
    assert part.locator(".many-of").inner_text() == str(len(listed))


def test_filters_on_actions_must_fit_one_and_the_same_action(tab):
    tick(tab, "Sector", "Police")
    tick(tab, "Status", "Completed")
    wait_for_count(tab, "No recommendation fits")
    assert tab.locator("#list > li").count() == 0 and tab.locator("#download").is_disabled()
    tick(tab, "Status", "In progress")  # an alternative within the filter
    wait_for_count(tab, "1 of 4 recommendations, with 1 action that fits the filters")
    assert tab.get_by_text("1 action that does not fit the filters").is_visible()
    figures = tab.locator("#numbers div").all_inner_texts()
    assert ["Actions that fit the filters", "1"] in [sorted(each.split("\n"), reverse=True) for each in figures]
    assert "Completed\n0 (0%)" in figures or "0 (0%)\nCompleted" in figures


def test_themes_show_their_words_and_the_chart_follows(tab):
    tab.fill("#search", "trust")
    wait_for_count(tab, "1 of 4")
    assert tab.locator("#list mark.evidence").all_inner_texts() == ["training"]
    assert tab.locator("#list mark.hit").first.inner_text() == "Trust"
    assert "given by a rule, from" in tab.locator(".themes li").inner_text()
    assert (
        tab.locator("#chart svg").get_attribute("aria-label").startswith("Bar chart: Recommendations found, by theme")
    )
    tab.select_option("#chart-by", "status")
    tab.locator("#chart figcaption", has_text="Actions found, by status").wait_for()
    tab.get_by_text("The chart\u2019s numbers as a table").click()
    rows = [row.inner_text().split("\t") for row in tab.locator("#chart-table tbody tr").all()]
    assert ["Completed", "1", "50%"] in rows and ["No update in the plan", "0", "0%"] in rows
    assert tab.locator("#list h3").inner_text() == "Review Alder, recommendation 1"  # the plan prints "1)"
    assert "Alderton" in tab.locator(".meta").first.inner_text()
    assert "Source: a.docx, table 1, row 2" in tab.locator("#list").inner_text()
    assert "Overdue by 90 days" in tab.locator("#list").inner_text()


@pytest.mark.parametrize(
    "sort, first",
    [("late", TRAINING), ("due", TRAINING), ("published", ODD), ("similar", TRAINING), ("plan", TRAINING)],
)
def test_order(tab, sort, first):
    tab.select_option("#sort", sort)
    tab.wait_for_function("sort => sort === 'plan' || location.hash.includes('sort=' + sort)", arg=sort)
    tab.wait_for_timeout(0)
    assert found(tab)[0][:10] == first[:10]
    assert len(found(tab)) == 4


def test_similar_recommendations_are_listed_and_shown_together(tab):
    card = tab.locator("#list > li").first
    card.get_by_text("1 similar recommendation, in 1 other review").click()
    assert "Staff in housing need training." in card.locator(".similar").inner_text()
    card.get_by_role("link", name="Show these 2 together").click()
    wait_for_count(tab, "2 of 4")
    tab.get_by_role("button", name="Remove Only recommendations similar to one another").click()
    wait_for_count(tab, "4 of 4")


def test_download_holds_what_is_found_without_a_live_formula(tab):
    tick(tab, "Status", "No update in the plan")
    wait_for_count(tab, "2 of 4")
    with tab.expect_download() as waiting:
        tab.click("#download")
    assert waiting.value.suggested_filename == "recommendations-2025Q1.csv"
    raw = Path(waiting.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["action_id"] for row in rows] == ["A-R002-A01", "B-R001-A01"]
    shared, odd = rows
    assert shared["Target date"] == "2026-12-31" and shared["Themes"] == CODEBOOK.theme("information_sharing").name
    assert odd["Action"] == '\'=HYPERLINK("x")' and odd["Area"] == "'=HYPERLINK(1)"
    assert odd["Lead agency as printed"].startswith("'+</script>")
    assert odd["Recommendation"].startswith(HOSTILE[:60]) and len(odd["Recommendation"]) > 20_000
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_download_has_a_row_for_a_recommendation_without_actions(tab):
    tab.fill("#search", "housing")
    wait_for_count(tab, "1 of 4")
    with tab.expect_download() as waiting:
        tab.click("#download")
    (row,) = csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"), newline=""))
    assert row["recommendation_id"] == "C-R001"
    assert row["action_id"] == row["Status"] == row["Evidence recorded"] == ""


def test_the_address_can_be_sent_and_gone_back_from(tab, browser, file):
    tick(tab, "Sector", "Police")
    wait_for_count(tab, "2 of 4")
    tab.type("#search", "protocol", delay=5)
    wait_for_count(tab, "1 of 4")
    tab.select_option("#sort", "due")
    tab.wait_for_function("location.hash.includes('sort=due')")
    other = browser.new_page()
    faults = watch(other, file)
    other.goto(tab.url)
    wait_for_count(other, "1 of 4")
    assert other.input_value("#search") == "protocol" and other.input_value("#sort") == "due"
    assert "Sector: Police" in other.locator(".chosen").inner_text()
    other.close()
    tab.go_back()
    tab.go_back()  # the search is one step, however many letters
    wait_for_count(tab, "2 of 4")
    assert tab.input_value("#search") == ""
    tab.go_back()
    wait_for_count(tab, "4 of 4")
    assert faults == [] and tab.locator("input:checked").count() == 0


def test_an_address_that_asks_for_what_is_not_there_says_so(tab, file):
    tab.goto(file.as_uri() + "#theme=training&theme=%3Cb%3Enone&group=zz&sort=up&chart=x&%%%")
    wait_for_count(tab, "2 of 4")
    assert "does not hold, and it was left out: Theme: <b>none" in tab.locator("#chosen").inner_text()


def test_keyboard_alone_is_enough(tab):
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to main content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    tab.keyboard.press("Tab")
    tab.keyboard.type("training")
    wait_for_count(tab, "2 of 4")
    for _ in range(2):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Tab") if tab.evaluate("document.activeElement.parentElement.id") == "facets" else None
    tab.keyboard.press("Enter")  # opens the filter on themes
    tab.locator(".facet[open]").wait_for()
    while tab.evaluate("document.activeElement.type") != "checkbox":
        tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.locator(".chosen", has_text="Theme: ").wait_for()
    assert tab.evaluate("document.activeElement.type") == "checkbox"  # the place is kept
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    button = tab.get_by_role("button", name="Remove all of these")
    button.focus()
    tab.keyboard.press("Enter")
    wait_for_count(tab, "4 of 4")
    assert tab.evaluate("document.activeElement.id") == "found" and tab.input_value("#search") == ""


def test_words_of_a_plan_are_text(tab):
    tab.fill("#search", "alert(1)")
    wait_for_count(tab, "1 of 4")
    wording = tab.locator("#list .card-text").text_content()
    assert wording == HOSTILE.replace("\x00", "\ufffd") + "long " * 4000
    assert tab.locator("#list :is(script,b,a[href^=javascript],[onclick])").count() == 0
    assert tab.evaluate("document.scripts.length") == 2
    assert tab.locator("#list").inner_text().count("{{ 7*7 }}") >= 3


STATES = [
    "#all",
    "#q=training&theme=training",
    "#q=nothing+of+this",
    "#sector=police&status=in_progress&sort=late&chart=agency",
    "#theme=none",
]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [320, 1300])
def test_access_and_reflow(tab, file, state, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto("about:blank")
    tab.goto(file.as_uri() + state)
    tab.locator("#count", has_text=re.compile("recommendation")).wait_for()
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_print_shows_what_is_folded_and_hides_the_controls(tab):
    tab.emulate_media(media="print")
    assert not tab.locator("#search").is_visible() and not tab.locator("#download").is_visible()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#list").get_by_text("Course held in May.").is_visible()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not tab.locator("#list").get_by_text("Course held in May.").is_visible()


def test_many_are_shown_page_by_page_and_long_lists_can_be_searched(browser, tmp_path):
    many = build({"recommendation_id": f"A-R{n:03d}", "agency": f"Agency {n:02d}"} for n in range(1, 61))
    path = explorer.make_explorer(many, QUARTER, tmp_path / "x.html", codebook=CODEBOOK)
    page = browser.new_page()
    faults = watch(page, path)
    page.goto(path.as_uri())
    assert page.locator("#shown").inner_text() == "25 of 60 are shown."
    page.click("#more")
    assert page.evaluate("document.activeElement.closest('li') === document.querySelector('#list').children[25]")
    assert page.locator("#more").inner_text() == "Show 10 more"
    page.click("#more")
    assert page.locator("#list > li").count() == 60 and not page.locator("#more").is_visible()
    page.locator("summary", has_text="Lead agency").click()
    page.get_by_label("Find in the list: Lead agency").fill("agency 4")
    assert page.locator(".facet[open] li:visible").count() == 10
    assert page.locator("summary", has_text="Similar").count() == 0 and violations(page) == []
    page.close()
    assert faults == []


@pytest.mark.parametrize("themes", [True, False])
def test_nothing_at_all_says_so(browser, tmp_path, themes):
    path = explorer.make_explorer(empty(themes=themes), QUARTER, tmp_path / "x.html", codebook=CODEBOOK, groups=GROUPS)
    page = browser.new_page()
    faults = watch(page, path)
    page.goto(path.as_uri())
    wait_for_count(page, "This file holds no recommendations")
    assert violations(page) == [] and faults == []
    page.close()


def test_every_status_and_sector_has_a_name_in_print(tmp_path):
    rows = [{"status": status, "sector": sector} for status in schema.STATUSES for sector in schema.SECTORS]
    data = data_of(explorer.make_explorer(build(rows), QUARTER, tmp_path / "x.html", codebook=CODEBOOK))
    labels = {facet["key"]: facet["labels"] for facet in data["facets"]}
    assert not [
        each for key in ("status", "sector", "overdue") for each in labels[key] if "_" in each or each[0].islower()
    ]
