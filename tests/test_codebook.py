"""The codebook: reading, checking, implication, and its phrase notation."""

import subprocess
import sys
from pathlib import Path

import pytest

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.themes import Codebook
from dhr_analytics.themes.codebook import GAP, parse_phrase

SMALL = """
version = "0.1.0"
home_office_tags = ["training", "other"]
[implies]
dash = ["risk"]
[[domain]]
id = "all"
name = "All"
[[domain.theme]]
id = "risk"
name = "Risk"
definition = "Risk."
home_office = "other"
phrases = ["risk assessment"]
[[domain.theme]]
id = "dash"
name = "DASH"
definition = "The checklist."
home_office = "training"
phrases = ["dash"]
[[domain.theme]]
id = "other"
name = "Other"
definition = "Nothing else."
home_office = "other"
"""


def load(folder: Path, text: str) -> Codebook:
    file = folder / "codebook.toml"
    file.write_text(text, encoding="utf-8")
    return Codebook.load(file)


def test_bundled_codebook_has_the_agreed_themes_with_phrases() -> None:
    codebook = Codebook.load()
    assert len(codebook.ids) == 29
    assert codebook.ids[-1] == "other"
    assert all(theme.phrases for theme in codebook.themes if theme.id != "other")
    assert codebook.theme("dash").implies == ("risk_assessment",)


def test_version_changes_with_the_content_and_not_with_comments(tmp_path: Path) -> None:
    plain = load(tmp_path, SMALL).version
    assert plain.startswith("0.1.0+")
    assert load(tmp_path, "# a remark\n" + SMALL).version == plain
    assert load(tmp_path, SMALL.replace('"dash"]', '"dash", "dara"]')).version != plain


def test_close_adds_what_is_implied_in_codebook_order(tmp_path: Path) -> None:
    codebook = load(tmp_path, SMALL)
    assert codebook.close(["dash"]) == ["risk", "dash"]
    assert codebook.close(["risk"]) == ["risk"]
    assert codebook.close([]) == []


def test_close_keeps_other_only_where_it_stands_alone(tmp_path: Path) -> None:
    codebook = load(tmp_path, SMALL)
    assert codebook.close(["other"]) == ["other"]
    assert codebook.close(["other", "risk"]) == ["risk"]


def test_implication_is_followed_over_several_steps_and_circles_end(tmp_path: Path) -> None:
    codebook = load(tmp_path, SMALL.replace('dash = ["risk"]', 'dash = ["risk"]\nrisk = ["dash"]'))
    assert codebook.close(["risk"]) == ["risk", "dash"]


def test_home_office_gives_the_tag_and_rejects_unknown_themes(tmp_path: Path) -> None:
    codebook = load(tmp_path, SMALL)
    assert codebook.home_office("dash") == "training"
    with pytest.raises(UsageError, match="'dsah'.*dash"):
        codebook.home_office("dsah")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('phrases = ["dash"]', 'phrase = ["dash"]', "'dash' has an unknown entry 'phrase'"),
        ('phrases = ["dash"]', "phrases = []", "'dash' has no phrases"),
        ('phrases = ["dash"]', 'phrases = "dash"', "'dash', phrases must be a list"),
        ('phrases = ["dash"]', 'phrases = ["(dash|dara"]', "'dash'.*bracket"),
        ('phrases = ["dash"]', 'phrases = ["dash ..."]', "'dash'.*without words"),
        ('phrases = ["dash"]', 'phrases = ["dash"]\nprecision = 2', "'dash': precision"),
        ('phrases = ["dash"]', 'phrases = ["dash"]\naddressee = "no"', "'dash': addressee"),
        ('definition = "The checklist."\n', "", "'dash' has no definition"),
        ('home_office = "training"', 'home_office = "schooling"', "'dash': home_office 'schooling'.*training"),
        ('id = "dash"', 'id = "risk"', "'risk' stands there more than once"),
        ('dash = ["risk"]', 'dash = ["rsik"]', "'dash' names 'rsik'"),
        ('id = "other"\nname', 'id = "rest"\nphrases = ["x"]\nname', "no theme 'other'"),
        ("[implies]", '[same_word]\na = ["c"]\nb = ["c"]\n[implies]', "'c' under 'a' and 'b'"),
        ("[implies]", '[same_word]\n"" = ["c"]\n[implies]', "empty word"),
        ('version = "0.1.0"', "", "no version"),
        ('version = "0.1.0"', "version = 0.1.0", "not valid TOML"),
    ],
)
def test_a_malformed_codebook_names_the_theme_and_what_is_wrong(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SMALL
    with pytest.raises(InputError, match=message) as caught:
        load(tmp_path, SMALL.replace(old, new))
    assert "codebook.toml" in str(caught.value)


def test_a_missing_codebook_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Codebook.load(tmp_path / "none.toml")


def test_phrase_notation_alternatives_and_joints() -> None:
    assert parse_phrase("(risk|) checklist").parts == (("risk checklist", "checklist"),)
    assert parse_phrase("review ... policy").gaps == (GAP,)
    assert parse_phrase("alone + ask").gaps == (None,)
    assert parse_phrase("raise ... aware + staff").gaps == (GAP, None)


def test_importing_the_package_loads_neither_spacy_nor_pandas() -> None:
    check = "import sys, dhr_analytics.themes; sys.exit(any(name in sys.modules for name in ('spacy', 'pandas')))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
