"""Figures in a pack's data package, and how they are cited and made again."""

import csv
import json
import re
from dataclasses import replace

import frames
import frictionless
import pandas as pd
import pytest

from dhr_analytics.cli import main
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import read_package, write_package
from dhr_analytics.reporting.citation import check, citation, find_figure
from dhr_analytics.reporting.estimates import read_estimates, write_estimates
from dhr_analytics.statistics import counts, overdue_days, parse_quarter, rates, select
from dhr_analytics.statistics.disclosure import disclose, load_profile
from dhr_analytics.statistics.estimate import WITHHELD

QUARTER = parse_quarter("2025Q1")
RATE = "completion_rate.actions.2025Q1"


def plans():
    actions = [
        {
            "recommendation_id": f"{'AB'[k % 2]}-R{k % 3 + 1:03d}",
            "sector": ["police", "health", ""][k % 3],
            "status": "completed" if k % 4 == 0 else "in_progress",
            "target_on": f"2024-0{k % 9 + 1}-28",
        }
        for k in range(24)
    ]
    reviews = [{"review_id": key, "area": "East_end & Co", "sha256": key.lower() * 64} for key in "AB"]
    return frames.build(actions, reviews=reviews)


def made(package):
    return [
        *rates(package, QUARTER),
        *rates(package, QUARTER, by="sector"),
        *counts(package, QUARTER, "read", over="actions"),
        *overdue_days(package, QUARTER),
    ]


def pack(folder, package, *, profile="national", day="2025-03-31"):
    leaving = load_profile(profile)
    folder.mkdir(parents=True)
    if not leaving.suppresses:
        write_package(package, folder / "data")
    write_estimates(disclose(made(package), leaving), folder / "data", rows=not leaving.suppresses)
    documents = (
        {} if leaving.suppresses else dict(zip(package.reviews["document"], package.reviews["sha256"], strict=True))
    )
    about = {"as_known_on": day, "documents": documents, "made_from": "ab" * 32}
    about["parameters"] = {"profile": {"threshold": leaving.threshold}}
    (folder / "manifest.json").write_text(json.dumps(about))
    return folder


@pytest.fixture
def national(tmp_path):
    return pack(tmp_path / "reports" / "2025Q1", plans())


@pytest.fixture
def local(tmp_path):
    return pack(tmp_path / "reports" / "2025Q1", plans(), profile="local")


@pytest.mark.parametrize("kind", ["national", "local"])
def test_the_figures_are_a_valid_data_package(kind, request):
    folder = request.getfixturevalue(kind)
    found = frictionless.validate(str(folder / "data" / "datapackage.json"))
    assert found.valid, found.flatten(["title", "note"])
    resources = {
        each["name"]: each for each in json.loads((folder / "data" / "datapackage.json").read_text())["resources"]
    }
    assert ("estimate_rows" in resources) == (kind == "national") == ("actions" in resources)
    for name, each in resources.items():
        with (folder / "data" / each["path"]).open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == [field["name"] for field in each["schema"]["fields"]], name
    assert all(field["description"] for each in resources.values() for field in each["schema"]["fields"])


def test_figures_are_read_as_they_were_written(national):
    found = read_estimates(national / "data" / "estimates.csv")
    for then, now in zip(made(plans()), found, strict=True):
        assert (then.id, then.n, then.N, then.method, then.as_of) == (now.id, now.n, now.N, now.method, now.as_of)
        assert now.value == pytest.approx(then.value, rel=1e-5)
        assert set(now.rows_n) == set(then.rows_n) and set(now.rows_N) == set(then.rows_N)


def test_what_is_withheld_is_read_as_withheld(local):
    told = disclose(made(plans()), load_profile("local"))
    found = read_estimates(local / "data" / "estimates.csv")
    assert [(each.n, each.N, each.value) for each in found] == [(each.n, each.N, each.value) for each in told]
    assert any(each.n is WITHHELD for each in found)
    assert not re.search("[AB]-R00", (local / "data" / "estimates.csv").read_text())


def test_a_figure_is_cited_in_words_with_all_it_stands_on(national):
    words = citation(find_figure(RATE, national))
    first = made(plans())[0]
    assert words.startswith(
        f"Completion rate: 6 of 24 actions (25%, 95% interval {first.low:.0%} to {first.high:.0%})."
    )
    for part in ("As known on: 31 March 2025", "dhr_analytics 0", "a" * 64, "b" * 64, "ab" * 32, f"Id: {RATE}"):
        assert part in words
    days = citation(find_figure("days_overdue.actions.2025Q1", national)).splitlines()[0]
    assert re.fullmatch(r"Days overdue: \d+ days, \d+ to \d+ \(18 of 18 actions\)\.", days), days
    assert citation(find_figure("read.actions.2025Q1", national)).splitlines()[0].endswith(": 24 actions.")


def test_bibtex_is_escaped_and_balanced(national):
    manifest = national / "manifest.json"
    manifest.write_text(manifest.read_text().replace("A.docx", "50% {of} A&B_$1#~^\\\\.docx"))
    entry = citation(find_figure(RATE, national), style="bibtex")
    assert entry.startswith("@misc{dhr-completion-rate-actions-2025Q1,\n") and entry.endswith("\n}")
    assert r"50\% \{of\} A\&B\_\$1\#\textasciitilde{}\textasciicircum{}\textbackslash{}.docx" in entry
    bare = re.sub(r"\\[%&$#_{}]", "", entry)
    assert bare.count("{") == bare.count("}") and not re.search(r"(?<!\\)[%&$#_]", bare)
    assert re.findall(r"^  (\w+) = \{", entry, re.MULTILINE) == ["title", "author", "year", "month", "version", "note"]


def test_csl_holds_what_citation_programs_ask_for(national):
    [item] = json.loads(citation(find_figure(RATE, national), style="csl"))
    assert item["type"] == "dataset" and item["issued"] == {"date-parts": [[2025, 3, 31]]} and item["number"] == RATE
    known = {"id", "type", "title", "author", "issued", "version", "number", "language", "note"}
    assert set(item) == known and item["author"] == [{"literal": "The dhr_analytics contributors"}]
    with pytest.raises(UsageError, match="not as 'word'"):
        citation(find_figure(RATE, national), style="word")


def test_a_figure_is_made_again_and_found_changed_when_the_plans_are(national, capsys):
    assert main(["cite", RATE, "--report", str(national.parent), "--check"]) == 0
    assert "It holds" in capsys.readouterr().out
    assert main(["cite", RATE, "--report", str(national), "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["holds"] is True
    package = read_package(national / "data")
    later = package.actions.assign(status="completed")
    later.assign(evidence_recorded="false").to_csv(national / "data" / "actions.csv", index=False)
    assert main(["cite", RATE, "--report", str(national.parent), "--check"]) == 1
    said = capsys.readouterr().out
    assert "no longer holds" in said and "6 of 24" in said and "24 of 24" in said


def test_a_filtered_figure_is_made_again_from_a_filtered_package(tmp_path):
    folder = pack(tmp_path / "2025Q1", select(plans(), sectors=["police"]))
    [key] = [
        each.id for each in read_estimates(folder / "data" / "estimates.csv") if each.id.startswith(f"{RATE}.where")
    ]
    assert check(find_figure(key, folder))[0]


def test_the_newest_report_that_prints_the_figure_is_cited(national):
    pack(national.parent / "2025Q2", select(plans(), sectors=["police"]), day="2025-06-30")
    assert find_figure(RATE, national.parent).pack == national
    older = pack(national.parent / "2024Q4", plans(), day="2024-12-31")
    assert find_figure(RATE, national.parent).pack == national
    assert find_figure(RATE, older).pack == older


def test_an_unknown_id_is_refused_with_the_nearest(national, tmp_path, capsys):
    assert main(["cite", "completion_rat.actions.2025Q1", "--report", str(national)]) == 2
    assert f"Did you mean '{RATE}'?" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no report with figures"):
        find_figure(RATE, tmp_path / "nowhere")
    (national / "data" / "estimates.csv").write_text("id,n\nx,1\n")
    with pytest.raises(InputError, match="estimates.csv"):
        find_figure(RATE, national)


def test_only_what_may_leave_is_cited_from_a_local_report(local):
    words = citation(find_figure(f"{RATE}.sector=police", local))
    assert words.startswith("Completion rate, Police: [c] of 10 actions.") and "[c] stands for one" in words
    assert "Documents" not in words and not pd.Series([words]).str.contains("DHR|docx").any()
    with pytest.raises(UsageError, match="keeps no plans"):
        check(find_figure(RATE, local))


def test_a_revised_figure_says_so(national):
    found = find_figure(RATE, national)
    assert "Revision" not in citation(found)
    changed = replace(found, estimate=replace(found.estimate, revision="revised: was 5 of 24"))
    assert "Revision: revised: was 5 of 24" in citation(changed)


def test_packs_with_the_rows_of_each_figure_one_after_the_other_are_read(national, tmp_path):
    now = read_estimates(national / "data" / "estimates.csv")
    frame = pd.read_csv(national / "data" / "estimates.csv", dtype=str, keep_default_na=False)
    frame.drop(columns=["rows_n", "rows_N"]).to_csv(tmp_path / "estimates.csv", index=False)
    lines = [(one.id, "n" if row in one.rows_n else "N", row) for one in now for row in one.rows_N]
    pd.DataFrame(lines, columns=["id", "role", "row"]).to_csv(tmp_path / "estimate_rows.csv", index=False)
    then = read_estimates(tmp_path / "estimates.csv")
    assert then == now
    assert [(set(one.rows_n), set(one.rows_N)) for one in then] == [(set(one.rows_n), set(one.rows_N)) for one in now]


def test_a_citation_says_where_its_rows_are_and_what_a_theme_covers(national):
    words = citation(find_figure(RATE, national))
    assert "Rows behind it: data/estimate_rows.csv" in words and "\nTheme:" not in words
    themed = replace(find_figure(RATE, national), estimate=replace(made(plans())[0], dimension="theme", group="dash"))
    assert "\nTheme: " in citation(themed) and "DASH" in citation(themed)
