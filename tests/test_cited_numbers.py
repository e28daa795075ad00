"""Every number that a page prints as a figure names its estimate, and is the one that is made again from the id."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from packs import inline, some_plans

from dhr_analytics.reporting.cited import PARTS, Cited, Measured, Sentence, ids, joined, listed, marked, say
from dhr_analytics.reporting.report import PAGES
from dhr_analytics.reporting.view import remade
from dhr_analytics.statistics import CATALOGUE, known_at, parse_id, parse_quarter, share
from dhr_analytics.themes.coding import code_recommendations

QUARTER = "2025Q1"
# Digits, but for those of the words "95% interval", which are no figure.
_NUMBER = re.compile(r"(?!95% interval)(?<!\d)\d")


def cited(tree):
    return [
        (each["data-estimate"], each["data-part"], each.text) for each in tree.find_all(attrs={"data-estimate": True})
    ]


def uncited(tree):
    """Return the numbers in tables, findings, large figures and titles that name no estimate and are declared nothing else."""
    out = []
    for table in tree.find_all("table"):
        if table.get("data-numbers") in ("rows", "measured"):
            continue
        cells = table.find_all("td", class_="number")
        out += [(table.caption.text, cell.text) for cell in cells if not cell.get("data-estimate")]
    for place in tree.select("ol.findings li, dl.numbers dd, main h3:not(.quoted)"):
        for each in place.find_all(attrs={"data-estimate": True}) + place.find_all(attrs={"data-measured": True}):
            each.extract()
        if _NUMBER.search(place.text):
            out.append((place.name, place.text))
    return out


@pytest.fixture(scope="module")
def pages(tmp_path_factory, sample_plans):
    coded = sample_plans.with_themes(code_recommendations(sample_plans.recommendations))
    return coded, {name: inline(name, coded, tmp_path_factory.mktemp(name), files=False) for name in PAGES}


@pytest.mark.slow
def test_every_figure_of_the_pack_is_made_again_from_its_id(pages):
    plans, trees = pages
    printed = [each for tree in trees.values() for each in cited(tree)]
    assert len(printed) > 300
    again = remade(plans, [key for key, _, _ in printed])
    for key, part, words in printed:
        assert PARTS[part](again[key]) == words, (key, part)
        assert again[key].id == key
    assert {each.measure for each in again.values()} <= set(CATALOGUE)


@pytest.mark.slow
def test_no_figure_is_printed_without_its_id(pages):
    for name, tree in pages[1].items():
        assert uncited(tree) == [], name


@pytest.mark.slow
@pytest.mark.parametrize("filters", [{"areas": "southam"}, {"agencies": "police of Northshire", "themes": "training"}])
def test_a_filtered_page_cites_the_filter(filters, tmp_path):
    plans = some_plans()
    for name in ("00_summary", "01_data_quality", "02_themes", "03_trends", "04_completion"):
        printed = cited(inline(name, plans, tmp_path / name, files=False, **filters))
        again = remade(plans, [key for key, _, _ in printed])
        assert printed and all(parse_id(key).selection for key in again)
        assert all(PARTS[part](again[key]) == words for key, part, words in printed)


def test_a_number_without_an_id_is_found():
    html = '<main><h3>12 of 48</h3><table><caption>T</caption><tr><td class="number">3</td></tr></table></main>'
    assert uncited(BeautifulSoup(html, "html.parser")) == [("T", "3"), ("h3", "12 of 48")]


def test_sentences_know_their_figures():
    rate = share("completion_rate", 12, 48, quarter=parse_quarter(QUARTER))
    sentence = say("Of {}, {} are done ({}).", "{} <b>", Cited(rate, "N counted"), listed(["a", Cited(rate, "n")]))
    assert str(sentence) == "Of {} <b>, 48 actions are done (a and 12)."
    assert marked(sentence)[3] == {"text": "48 actions", "value": 48, "estimate": rate.id, "part": "N counted"}
    assert ids([{"words": marked(joined([sentence, Measured("1 of 2")]))}, "x"]) == [rate.id]
    assert marked("plain") == ["plain"] and str(Sentence(())) == ""


def test_a_quarter_made_again_after_a_later_snapshot_is_unchanged(pages):
    plans, trees = pages
    keys = list(dict.fromkeys(key for key, _, _ in cited(trees["00_summary"])))
    later = plans.reviews.head(1).assign(review_id=lambda frame: frame["review_id"] + "@2025-06-30")
    later["snapshot_on"] = plans.reviews["snapshot_on"].max() + pd.Timedelta(days=91)
    more = replace(plans, reviews=pd.concat([plans.reviews, later], ignore_index=True))
    assert remade(more, keys) == remade(plans, keys)
    assert len(known_at(more, parse_quarter("2025Q2")).reviews) == len(plans.reviews)
