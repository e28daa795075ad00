"""Checking a codebook."""

from pathlib import Path

import pandas as pd
import pytest

from dhr_analytics.errors import InputError
from dhr_analytics.themes.check import check_codebook, told, written
from dhr_analytics.themes.codebook import Codebook, parse_phrase


def book(tmp_path: Path, **themes: str) -> Codebook:
    file = tmp_path / "codebook.toml"
    head = 'version = "1.0.0"\nhome_office_tags = ["other"]\n[[domain]]\nid = "d"\nname = "D"\n'
    entries = [
        f'[[domain.theme]]\nid = "{name}"\nname = "{name.title()}"\nhome_office = "other"\n'
        + (lines if "definition" in lines else f'definition = "What to do about it."\n{lines}')
        for name, lines in {**themes, "other": ""}.items()
    ]
    file.write_text(head + "\n".join(entries), encoding="utf-8")
    return Codebook.load(file)


def texts(*wording: str, **columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"text": list(wording), **columns})


def test_a_good_codebook_has_no_findings(tmp_path: Path) -> None:
    assert check_codebook(book(tmp_path, sea='phrases = ["boat"]'), texts("The boat.", "The gate.")).empty


def test_phrases_that_fire_on_nothing_or_nearly_everything(tmp_path: Path) -> None:
    codebook = book(tmp_path, sea='phrases = ["boat", "(rare|odd) ... comet", "the"]')
    found = check_codebook(codebook, texts("The boat.", *(f"Shut the gate {n}." for n in range(9))))
    assert found[["problem", "theme"]].values.tolist() == [
        ["fires on nothing", "sea"],
        ["fires on nearly everything", "sea"],
    ]
    assert "'(rare|odd) ... comet'" in found["detail"].iloc[0]
    assert "'the' is in 10 of 10" in found["detail"].iloc[1]


def test_people_are_told_in_few_short_lines(tmp_path: Path) -> None:
    many = ", ".join(f'"comet{n} (red|blue|green) ... (sky|night|morning|evening|afternoon)"' for n in range(9))
    found = check_codebook(
        book(tmp_path, sea=f'phrases = ["boat", {many}]', air='phrases = ["kite"]'), texts("The boat.")
    )
    lines = told(found)
    assert len(lines) == 3 and max(map(len, lines)) < 300
    assert lines[0].startswith("sea: 9 ") and "comet0" in lines[0] and "kite" in lines[1]
    assert "10 phrases of 2 themes" in lines[-1] and "0 other" in lines[-1]


def test_unknown_ids_and_definitions_that_say_nothing(tmp_path: Path) -> None:
    codebook = book(tmp_path, sea='definition = "Sea."\nphrases = ["boat"]')
    found = check_codebook(codebook, texts("The boat.", "Gate.", themes=["sea;see", "other"]))
    assert found[["problem", "theme"]].values.tolist() == [["unknown id", "see"], ["empty definition", "sea"]]


def test_themes_nearly_always_together(tmp_path: Path) -> None:
    codebook = book(tmp_path, sea='phrases = ["boat"]', air='phrases = ["kite"]')
    wording = texts(*(f"Boat {n} and kite." for n in range(10)), *(f"Kite {n}." for n in range(30)))
    found = check_codebook(codebook, wording).query("problem == 'nearly always together'")
    assert found["theme"].tolist() == ["sea"]
    assert "10 of its 10 texts have 'air' too" in found["detail"].iloc[0]


def test_what_the_codebook_implies_is_no_finding() -> None:
    wording = texts(*(f"Complete the DASH form {n}." for n in range(12)))
    found = check_codebook(Codebook.load(), wording).query("problem == 'nearly always together'")
    assert not found[(found["theme"] == "dash") & found["detail"].str.contains("risk_assessment")].shape[0]


def test_phrases_are_written_as_they_are_read() -> None:
    for line in ("safety plan", "(review|check) ... policy", "alone + enquire ... home"):
        assert parse_phrase(written(parse_phrase(line))) == parse_phrase(line)


def test_texts_without_wording_are_refused() -> None:
    with pytest.raises(InputError, match="'text'"):
        check_codebook(Codebook.load(), pd.DataFrame({"words": ["x"]}))
