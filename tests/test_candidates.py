"""What has no theme, grouped."""

import pandas as pd

from dhr_analytics.themes.candidates import COLUMNS, candidate_themes

TEXTS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d", "e"],
        "text": [
            "Improve street lighting on the estate.",
            "Train staff.",
            "Street lighting near the estate shops to be repaired.",
            "Coroner to speed up toxicology results.",
            "Better street lighting for the estate car park.",
        ],
    }
)
THEMES = pd.DataFrame({"id": ["a", "b", "c", "d"], "theme": ["other", "training", "other", "other"]})


def test_similar_wordings_stand_together_the_largest_group_first() -> None:
    found = candidate_themes(TEXTS, THEMES)
    assert tuple(found.columns) == COLUMNS
    assert found["id"].tolist() == ["a", "c", "e", "d"]
    assert found["group"].tolist() == [1, 1, 1, 2]
    assert found["size"].tolist() == [3, 3, 3, 1]
    assert {"street", "lighting", "estate"} <= set(found["words"].iloc[0].split(", "))


def test_recommendations_of_a_package_are_known_by_their_own_key() -> None:
    renamed = {"id": "recommendation_id"}
    found = candidate_themes(TEXTS.rename(columns=renamed), THEMES.rename(columns=renamed))
    pd.testing.assert_frame_equal(found, candidate_themes(TEXTS, THEMES))


def test_nothing_left_one_left_or_no_words() -> None:
    assert candidate_themes(TEXTS, THEMES.assign(theme="training").query("id != 'e'")).shape == (1, 5)
    everything = pd.DataFrame({"id": TEXTS["id"], "theme": "training"})
    assert candidate_themes(TEXTS, everything).empty
    for text in ("", "1 2", "the and of"):
        found = candidate_themes(TEXTS.assign(text=text), THEMES.head(0))
        assert found["size"].tolist() == [1] * 5
