"""The sample that people code in full: the draw, the sheet that carries it, its store, and what the figures gain."""

from datetime import date

import frames
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from packs import inline

from dhr_analytics import cli
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import read_package, write_package
from dhr_analytics.reporting import tables
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import Quarter, is_corrected, remake, select, theme_prevalence, theme_shares
from dhr_analytics.themes import Codebook, coding
from dhr_analytics.themes.decisions import empty_decisions, text_keys
from dhr_analytics.themes.plans import code_plans
from dhr_analytics.themes.sample import (
    COLUMNS,
    add_sample,
    draw_reviews,
    full_codings,
    held_against,
    read_sample,
    to_code,
    write_sample,
)
from dhr_analytics.themes.sheet import export_settlement, export_sheet, import_sheet, layout, read_codings

BOOK = Codebook.load()
QUARTER = Quarter(2025, 1)
REVIEWS = [f"{letter}-2024" for letter in "ABCDEFGHIJKL"]
# What each wording asks for, and what the machine of these tests takes it to ask for: it misses every other tenancy.
ASKED = {
    "Train every ward sister to ask patients about home.": ("training", "training"),
    "Keep the tenancy of a tenant who had to flee.": ("housing", "housing"),
    "Offer a tenant who fled another tenancy nearby.": ("housing", "other"),
    "Lock the archive when the last clerk leaves.": ("other", "other"),
}


def plans(reviews=REVIEWS, *, snapshots=()):
    recommendations = [
        {"recommendation_id": f"{review}-R{n:03d}", "text": text, "position": n}
        for review in (*reviews, *snapshots)
        for n, text in enumerate(ASKED, start=1)
    ]
    return frames.build(recommendations=recommendations)


def machine(recommendations, codebook=None):
    given_themes = [ASKED[text][1] for text in recommendations["text"]]
    rows = recommendations[["recommendation_id"]].assign(theme=given_themes, source="model", probability=0.9)
    return rows.assign(evidence="", start=pd.NA, end=pd.NA, codebook_version=BOOK.version)


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(coding, "code_recommendations", machine)
    write_package(plans(), tmp_path / "package")
    assert dhr("classify", tmp_path / "package", decisions=tmp_path) == 0
    return tmp_path


def dhr(*words, decisions):
    return cli.main([*map(str, words), "--decisions", str(decisions / "decisions.csv")])


def fill(path, *, rows=None, coder="AB"):
    """Write the themes that are asked for into a sheet, and save it as another program would."""
    book = load_workbook(path)
    page = book[layout.CODING]
    place = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1 if rows is None else rows + 2):
        theme = ASKED[page.cell(row, place[layout.WORDING]).value][0]
        values = {layout.THEMES[0]: BOOK.theme(theme).name, layout.CODER: coder, layout.DATE: date(2025, 3, 31)}
        for name, value in values.items():
            page.cell(row, place[name]).value = value
    book.save(path)
    return path


def coded(folder):
    found = read_package(folder / "package")
    return found, [] if found.coded_sample is None else sorted(
        found.coded_sample.loc[found.coded_sample["human"] == "true", "recommendation_id"]
    )


def housing(found, over="recommendations"):
    return next(
        each for each in theme_prevalence(found, QUARTER, over=over, include=BOOK.ids) if each.group == "housing"
    )


@given(st.lists(st.sampled_from(REVIEWS), unique=True, min_size=2), st.integers(1, 12), st.integers(), st.randoms())
def test_a_larger_draw_extends_a_smaller_one_and_new_plans_keep_its_order(names, count, seed, random):
    whole = draw_reviews(REVIEWS, len(REVIEWS), seed=seed)
    assert sorted(whole) == sorted(REVIEWS)
    assert draw_reviews(REVIEWS, count, seed=seed) == whole[:count]
    shuffled = random.sample(names, len(names))
    some = draw_reviews(shuffled, len(REVIEWS), seed=seed)
    assert some == [name for name in whole if name in names]


def test_another_seed_gives_another_draw_and_no_review_none():
    assert draw_reviews(REVIEWS, 6, seed=1) != draw_reviews(REVIEWS, 6, seed=2)
    with pytest.raises(UsageError, match="--sample 10"):
        draw_reviews(REVIEWS, 0)


def test_a_review_with_snapshots_is_drawn_once_and_each_wording_coded_once():
    both = plans(["A-2024", "B-2024"], snapshots=["A-2024@2025-03-31"])
    drawn = draw_reviews(both.reviews["review_id"], 10)
    assert sorted(drawn) == ["A-2024", "B-2024"]
    nothing = pd.DataFrame(columns=list(COLUMNS), dtype=str)
    asked = to_code(both, drawn, nothing)
    assert asked == [f"{review}-R{n:03d}" for review in ("A-2024", "B-2024") for n in (1, 2, 3, 4)]
    done = pd.DataFrame({"text_key": text_keys(both.recommendations)[:3]}).reindex(columns=list(COLUMNS))
    assert to_code(both, drawn, done) == asked[3:]


def test_a_sample_corrects_the_shares(package, capsys):
    before, _ = coded(package)
    assert housing(before).value == 0.25 and not is_corrected(housing(before))
    sheet = package / "sheet.xlsx"
    assert dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package) == 0
    drawn = draw_reviews(REVIEWS, 6)
    assert f"24 recommendations to code; 6 reviews drawn with seed 0: {', '.join(drawn)}" in capsys.readouterr().out
    assert dhr("coding", "import", package / "package", fill(sheet), decisions=package) == 0
    after, sampled = coded(package)
    assert sampled == sorted(f"{review}-R{n:03d}" for review in drawn for n in (1, 2, 3, 4))
    # Half of all recommendations ask for it; the machine found a quarter, and a person put right half of the reviews.
    for over, counted, true in (("recommendations", 18 / 48, 0.5), ("reviews", 1.0, 1.0)):
        found = housing(after, over)
        assert is_corrected(found) and found.n / found.N == counted
        assert found.value == pytest.approx(true) and found.low <= true <= found.high
        assert remake(after, found.id) == found
    assert dhr("coding", "import", package / "package", sheet, decisions=package) == 0
    assert len(read_sample(package / "coded_sample.csv")) == 24
    assert dhr("classify", package / "package", decisions=package) == 0
    pd.testing.assert_frame_equal(coded(package)[0].coded_sample, after.coded_sample)


def test_a_plan_that_is_added_leaves_the_sample_as_it_was(package):
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package)
    dhr("coding", "import", package / "package", fill(sheet), decisions=package)
    earlier, _ = coded(package)
    more, store = plans(["0-2025", *REVIEWS]), package / "decisions.csv"
    some, _, new = code_plans(more, BOOK, store, earlier=earlier)
    whole, _, every = code_plans(more, BOOK, store)
    assert (new, every) == (4, 52)
    pd.testing.assert_frame_equal(some.coded_sample, whole.coded_sample)
    pd.testing.assert_frame_equal(some.coded_sample, earlier.coded_sample)


@pytest.mark.slow
def test_the_page_shows_the_corrected_share_beside_the_one_as_counted(package):
    found, _ = coded(package)
    assert "--sample 10" in tables.corrected(View(found, QUARTER))
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package)
    dhr("coding", "import", package / "package", fill(sheet), decisions=package)
    found, _ = coded(package)
    tree = inline("02_themes", found, package / "page")
    table = next(each for each in tree.find_all("table") if "corrected for errors" in each.caption.text)
    rows = {row.th.text: [cell.text for cell in row.find_all("td")] for row in table.tbody.find_all("tr")}
    assert rows[BOOK.theme("housing").name][:3] == ["18", "38%", "50%"]
    told = {each["data-estimate"] for each in table.find_all(attrs={"data-estimate": True})}
    assert "theme_prevalence.reviews.2025Q1.theme=housing" in told
    assert "chosen by theme" in tables.corrected(View(select(found, themes="housing"), QUARTER))
    assert "rounded" in tables.corrected(View(found, QUARTER, disclosed={}))


def test_more_reviews_are_asked_for_without_those_that_are_coded(package, capsys):
    for count, rows in ((5, 20), (7, 8)):
        sheet = package / f"sheet{count}.xlsx"
        dhr("coding", "export", package / "package", sheet, "--sample", count, decisions=package)
        assert f"{rows} recommendations to code; {count} reviews" in capsys.readouterr().out
        dhr("coding", "import", package / "package", fill(sheet), decisions=package)
    assert len(coded(package)[1]) == 28
    again = ("coding", "export", package / "package", package / "none.xlsx", "--sample", 7)
    assert dhr(*again, decisions=package) == 2
    assert "coded already" in capsys.readouterr().err and not (package / "none.xlsx").exists()


def test_rows_left_open_are_told_and_are_no_part_of_the_sample(package, capsys):
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package)
    assert dhr("coding", "import", package / "package", fill(sheet, rows=22), decisions=package) == 0
    assert "2 recommendations of the sample are left open" in capsys.readouterr().err
    found, sampled = coded(package)
    assert len(sampled) == 22
    assert is_corrected(housing(found)) and is_corrected(housing(found, "reviews"))  # five reviews are whole


def test_too_small_a_sample_is_said_to_be_so(package, capsys):
    dhr("coding", "export", package / "package", package / "sheet.xlsx", "--sample", 4, decisions=package)
    assert "at least 5 reviews" in capsys.readouterr().err
    dhr("coding", "import", package / "package", fill(package / "sheet.xlsx"), decisions=package)
    assert not is_corrected(housing(coded(package)[0]))
    dhr("coding", "export", package / "package", package / "more.xlsx", "--sample", 5, decisions=package)
    assert "at least 5 reviews" not in capsys.readouterr().err


def test_a_sheet_with_a_fault_changes_neither_store(package, capsys):
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package)
    assert dhr("coding", "import", package / "package", fill(sheet, coder=""), decisions=package) == 3
    assert "Say who decided" in capsys.readouterr().err
    assert not (package / "coded_sample.csv").exists() and not (package / "decisions.csv").exists()


def test_a_blind_sheet_of_everything_is_no_sample(package):
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--blind", decisions=package)
    dhr("coding", "import", package / "package", fill(sheet), decisions=package)
    found, sampled = coded(package)
    assert not (package / "coded_sample.csv").exists() and sampled == []
    assert not is_corrected(housing(found)) and housing(found).value == 0.5
    # What the machine had given stays known: a sample that is coded later is held against it.
    assert set(found.coded_sample["human"]) == {""} and found.coded_sample["machine"].all()


def test_the_sample_survives_another_reading_another_order_and_a_new_snapshot(package):
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package)
    dhr("coding", "import", package / "package", fill(sheet), decisions=package)
    drawn = draw_reviews(REVIEWS, 6)
    later = plans(snapshots=[f"{drawn[0]}@2025-03-31"])
    wording = later.recommendations.iloc[::-1].reset_index(drop=True)
    place = wording.groupby("review_id").cumcount() + 1
    wording["recommendation_id"] = wording["review_id"] + "-R" + place.astype(str).str.zfill(3)
    write_package(type(later)(later.reviews, wording, later.actions, later.rejected), package / "package")
    dhr("classify", package / "package", decisions=package)
    found, sampled = coded(package)
    texts = found.recommendations.set_index("recommendation_id")["text"]
    said = found.coded_sample[found.coded_sample["human"] == "true"]
    assert len(sampled) == 28 and {each.partition("-R")[0] for each in sampled} == {*drawn, f"{drawn[0]}@2025-03-31"}
    assert all(
        ASKED[texts[owner]][0] == theme for owner, theme in zip(said["recommendation_id"], said["theme"], strict=True)
    )
    assert housing(found).value == pytest.approx(0.5)


def test_a_settled_sheet_is_a_sample_where_all_its_sheets_are(tmp_path):
    given_plans, drawn = plans(), draw_reviews(REVIEWS, 2)
    asked = to_code(given_plans, drawn, read_sample(tmp_path / "none.csv"))
    options = {"codebook": BOOK, "blind": True, "only": asked}
    sheets = []
    for name, sample in (("a", "drawn"), ("b", "drawn"), ("c", "")):
        path = export_sheet(given_plans, tmp_path / f"{name}.xlsx", coder=name, sample=sample, **options)
        sheets.append(read_codings(fill(path, coder=name), codebook=BOOK)[0])
    for pair, sample in ((sheets[:2], "drawn"), (sheets[1:], "")):
        path = export_settlement(pair, tmp_path / f"settled{len(sample)}.xlsx", codebook=BOOK)
        taken = import_sheet(path, given_plans, codebook=BOOK)
        assert not taken.problems and taken.sample == sample
        assert sorted(full_codings(taken.decisions)["themes"]) == sorted(
            ["training", "housing", "housing", "other"] * 2
        )


def stored(**cells):
    row = {
        "text_key": "",
        "themes": "",
        "absent": "",
        "coder": "AB",
        "decided_on": "2025-03-31",
        "codebook_version": "1",
    }
    return pd.DataFrame([{**row, **cells}])


def test_the_latest_full_coding_holds_closed_and_without_themes_it_did_not_know():
    one = plans(["A-2024"]).recommendations.head(1)
    key = text_keys(one)[0]
    known = ";".join(theme for theme in BOOK.ids if theme not in ("dash", "marac"))
    said = add_sample(
        stored(text_key=key, themes="housing", absent=known, decided_on="2025-04-01"),
        stored(text_key=key, themes="training", absent=known),
    )
    found = held_against(machine(one), one, empty_decisions(), said, codebook=BOOK).set_index("theme")
    assert found["human"].to_dict() == {"training": "false", "housing": "true", "dash": "", "marac": ""}
    assert found["machine"].to_dict() == {"training": True, "housing": False, "dash": False, "marac": False}
    dash = stored(text_key=key, themes="dash", absent="risk_assessment")
    found = held_against(machine(one), one, empty_decisions(), dash, codebook=BOOK).set_index("theme")
    assert found.loc["risk_assessment", "human"] == "true", "the codebook says that a DASH is a risk assessment"
    gone = stored(text_key=key, themes="a theme of another codebook")
    found = held_against(machine(one), one, empty_decisions(), gone, codebook=BOOK)
    assert found[["theme", "machine", "human"]].to_numpy().tolist() == [["training", True, ""]]


def test_the_store_is_read_as_written_and_faults_are_named(tmp_path):
    path = tmp_path / "kept" / "coded_sample.csv"
    frame = add_sample(read_sample(path), stored(text_key="k1", themes="housing", coder='A "B", C'))
    assert read_sample(write_sample(frame, path)).to_dict("records") == frame.to_dict("records")
    assert len(add_sample(frame, frame)) == 1
    for fault, words in ((stored(text_key="k1"), "line 2: text_key 'k1'"), (frame.drop(columns="absent"), "'absent'")):
        fault.to_csv(path, index=False)
        with pytest.raises(InputError, match=words):
            read_sample(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="Restore the file"):
        read_sample(path)


def test_what_people_decided_outside_the_sample_does_not_pass_for_the_machine(package):
    """The sample tells how often the machine is wrong; rows that people put right elsewhere do not change that."""
    sheet = package / "sheet.xlsx"
    dhr("coding", "export", package / "package", sheet, "--sample", 6, decisions=package)
    dhr("coding", "import", package / "package", fill(sheet), decisions=package)
    before = housing(coded(package)[0])
    rest = package / "rest.xlsx"
    dhr("coding", "export", package / "package", rest, "--blind", decisions=package)
    dhr("coding", "import", package / "package", fill(rest), decisions=package)
    found, sampled = coded(package)
    counted = next(each for each in theme_shares(found, QUARTER) if each.group == "housing")
    after = housing(found)
    assert len(sampled) == 24 and counted.value == 0.5
    assert (after.value, after.low, after.high) == (before.value, before.low, before.high)
