"""Stored decisions: their history, and how they win over the machine."""

import pandas as pd
import pytest
from frames import build
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics import schema
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.themes.codebook import OTHER, Codebook
from dhr_analytics.themes.coding import code_recommendations
from dhr_analytics.themes.decisions import (
    COLUMNS,
    add_decisions,
    apply_decisions,
    empty_decisions,
    read_decisions,
    text_key,
    text_keys,
    unapplied_decisions,
    write_decisions,
)

BOOK = Codebook.load()
RECS = build(
    recommendations=[
        {
            "recommendation_id": "A-R001",
            "text": "The Trust to train all of its staff in the use of the DASH checklist.",
        },
        {"recommendation_id": "A-R002", "text": "Audit of case files to be carried out each year."},
    ]
).recommendations
KEYS = dict(zip(RECS["recommendation_id"], text_keys(RECS), strict=True))


def decided(theme, verdict="present", *, of="A-R001", on="2025-03-31", coder="AB", reason=""):
    row = dict.fromkeys(COLUMNS, "")
    row |= {"text_key": KEYS[of], "recommendation_id": of, "theme": theme, "verdict": verdict, "coder": coder}
    return row | {"decided_on": on, "reason": reason, "codebook_version": BOOK.version}


def table(*rows):
    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype=str)


def store(*rows):
    """Add one after the other."""
    found = empty_decisions()
    for row in rows:
        found = add_decisions(found, table(row))
    return found


def machine(**themes):
    rows = [
        {"recommendation_id": of, "theme": theme, "source": "model", "probability": "0.7", "evidence": "the words"}
        | {"start": "1", "end": "10", "codebook_version": "1.0.0+old"}
        for of, names in {f"A-R00{key[1:]}": names for key, names in themes.items()}.items()
        for theme in names
    ]
    return schema.typed("themes", pd.DataFrame(rows, columns=schema.TABLES["themes"].names, dtype=str))


def given_themes(frame, of="A-R001"):
    return frame.loc[frame["recommendation_id"] == of, "theme"].tolist()


def laid(themes, *rows):
    return apply_decisions(themes, RECS, store(*rows), codebook=BOOK)


def test_the_key_is_of_the_words_and_the_review():
    key = text_key("A", "Train all  staff, the Board's included: now.")
    assert key == text_key("A", "TRAIN ALL STAFF the Board’s included now", "Any heading")
    assert key != text_key("B", "Train all staff the Board's included now")
    assert key != text_key("A", "Train all staff, the Board included, now")
    assert text_key("A", "Training", "Police") != text_key("A", "Training", "Health")


def test_the_key_does_not_change_between_versions():
    # Stored decisions of earlier years would lose their recommendation.
    assert text_key("A-2024", "Train all staff in the use of DASH.") == "403efda9a235b970"


def test_a_later_decision_supersedes_and_both_are_kept():
    found = store(decided("marac"), decided("marac", "absent", on="2025-04-01"))
    assert len(found) == 2
    assert found["superseded_by"].tolist() == [found["decision_id"][1], ""]


def test_an_earlier_decision_that_comes_late_is_history_at_once():
    found = store(decided("marac", on="2025-04-01"), decided("marac", "absent", on="2025-03-01"))
    assert found["superseded_by"].tolist() == ["", found["decision_id"][0]]


def test_of_one_day_the_decision_added_later_holds_also_where_it_goes_back():
    found = store(decided("marac"), decided("marac", "absent"), decided("marac"))
    assert found["decision_id"].is_unique
    assert found.loc[found["superseded_by"] == "", "verdict"].tolist() == ["present"]
    assert len(found) == 3


def test_decisions_do_not_supersede_those_on_other_themes_or_recommendations():
    found = store(decided("marac"), decided("dash"), decided("marac", "absent", of="A-R002"))
    assert set(found["superseded_by"]) == {""}


DECISIONS = st.lists(
    st.builds(
        decided,
        st.sampled_from(["marac", "dash", OTHER]),
        st.sampled_from(["present", "absent"]),
        of=st.sampled_from(["A-R001", "A-R002"]),
        on=st.sampled_from(["2025-03-30", "2025-03-31", "2025-04-01"]),
        coder=st.sampled_from(["AB", "CD"]),
        reason=st.text(max_size=5),
    ),
    max_size=12,
)


@given(DECISIONS)
def test_one_decision_holds_for_each_recommendation_and_theme(rows):
    found = add_decisions(empty_decisions(), table(*rows))
    holds = found[found["superseded_by"] == ""]
    assert not holds.duplicated(["text_key", "theme"]).any()
    assert len(holds) == len({(row["text_key"], row["theme"]) for row in rows})
    latest = {}
    for row in sorted(rows, key=lambda row: row["decided_on"]):
        latest[row["text_key"], row["theme"]] = row["decided_on"]
    assert {(k, t): d for k, t, d in holds[["text_key", "theme", "decided_on"]].itertuples(index=False)} == latest
    assert found["decision_id"].is_unique
    assert set(found["superseded_by"]) - {""} <= set(found["decision_id"])


@given(DECISIONS, DECISIONS)
def test_history_is_only_ever_added_to(first, second):
    before = add_decisions(empty_decisions(), table(*first))
    after = add_decisions(before, table(*second))
    same = [column for column in COLUMNS if column != "superseded_by"]
    pd.testing.assert_frame_equal(after.iloc[: len(before)][same], before[same])


@given(st.lists(st.sampled_from(["marac", "dash", "training", OTHER]), unique=True))
def test_adding_the_same_sheet_again_changes_nothing(themes):
    new = table(*(decided(theme) for theme in themes))
    once = add_decisions(empty_decisions(), new)
    pd.testing.assert_frame_equal(add_decisions(once, new), once)


def test_written_and_read_back(tmp_path):
    found = store(decided("marac", reason='Said "no",\nthen =yes'), decided("marac", "absent", on="2025-05-01"))
    path = write_decisions(found, tmp_path / "new" / "decisions.csv")
    pd.testing.assert_frame_equal(read_decisions(path), found)
    assert [each.name for each in path.parent.iterdir()] == ["decisions.csv"]
    assert read_decisions(tmp_path / "none.csv").columns.tolist() == list(COLUMNS)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("verdict", "maybe", "maybe"),
        ("decided_on", "31/3/25", "31/3/25"),
        ("theme", "", "line 2"),
        ("text_key", "", "line 2"),
    ],
)
def test_a_file_at_fault_is_refused(tmp_path, column, value, said):
    write_decisions(store(decided("marac")).assign(**{column: value}), tmp_path / "d.csv")
    with pytest.raises(InputError, match=said):
        read_decisions(tmp_path / "d.csv")


def test_a_file_with_rows_or_columns_amiss_is_refused(tmp_path):
    row = store(decided("marac"))
    write_decisions(pd.concat([row, row]), tmp_path / "d.csv")
    with pytest.raises(InputError, match="twice"):
        read_decisions(tmp_path / "d.csv")
    row.drop(columns="verdict").to_csv(tmp_path / "d.csv", index=False)
    with pytest.raises(InputError, match="verdict"):
        read_decisions(tmp_path / "d.csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="Cannot write"):
        write_decisions(row, tmp_path / "file" / "d.csv")


def test_without_decisions_the_coding_stays_as_it_is():
    themes = machine(r1=["dash", "training"], r2=["audit_assurance"])
    pd.testing.assert_frame_equal(laid(themes), themes)
    other = decided("marac") | {"text_key": "of another review"}
    pd.testing.assert_frame_equal(laid(themes, other), themes)


def test_people_win_and_the_evidence_of_the_machine_is_kept():
    themes = machine(r1=["training", "housing"], r2=["audit_assurance"])
    found = laid(themes, decided("training"), decided("housing", "absent"), decided("marac"))
    first = found[found["recommendation_id"] == "A-R001"].set_index("theme")
    assert first.index.tolist() == ["marac", "training"]
    assert first["source"].tolist() == ["human", "human"]
    assert first["probability"].tolist() == [1.0, 1.0]
    assert first["evidence"].tolist() == ["", "the words"]
    assert first["start"].isna().tolist() == [True, False]
    assert set(first["codebook_version"]) == {BOOK.version}
    untouched = found[found["recommendation_id"] == "A-R002"].reset_index(drop=True)
    pd.testing.assert_frame_equal(untouched, themes.iloc[[2]].reset_index(drop=True))


def test_machine_themes_that_nobody_decided_on_stay_the_machines():
    found = laid(machine(r1=["training", "housing"]), decided("training"))
    assert found.set_index("theme")["source"].to_dict() == {"training": "human", "housing": "model"}


def test_what_a_theme_implies_is_given_with_it():
    found = laid(machine(r1=["training"]), decided("dash"))
    assert given_themes(found) == ["dash", "risk_assessment", "training"]
    assert found.set_index("theme")["source"]["risk_assessment"] == "human"


def test_who_denies_a_theme_denies_what_the_machine_implies_it_by():
    assert given_themes(
        laid(machine(r1=["dash", "risk_assessment", "training"]), decided("risk_assessment", "absent"))
    ) == ["training"]


def test_a_theme_given_by_people_outweighs_an_implied_one_that_they_denied():
    found = laid(machine(r1=["training"]), decided("risk_assessment", "absent"), decided("dash"))
    assert given_themes(found) == ["dash", "risk_assessment", "training"]


@pytest.mark.parametrize(
    ("coded", "rows", "left"),
    [
        (["training"], [("training", "absent")], [(OTHER, "human")]),
        ([OTHER], [("marac", "present")], [("marac", "human")]),
        (["training"], [(OTHER, "present")], [(OTHER, "human")]),
        (["training"], [(OTHER, "present"), ("marac", "present")], [("marac", "human"), ("training", "model")]),
        ([OTHER], [("marac", "absent")], [(OTHER, "model")]),
        ([], [("marac", "present")], [("marac", "human")]),
    ],
)
def test_other_stands_only_alone(coded, rows, left):
    found = laid(machine(r1=coded), *(decided(*row) for row in rows))
    assert list(zip(found["theme"], found["source"], strict=True)) == left


def test_a_superseded_decision_has_no_effect():
    found = laid(machine(r1=["training"]), decided("marac"), decided("marac", "absent", on="2025-04-01"))
    assert given_themes(found) == ["training"]


def test_decisions_survive_renumbering_and_a_new_codebook():
    stored = store(
        decided("marac"), decided("training", "absent"), decided("gone_theme"), decided("gone_theme", of="A-R002")
    )
    moved = RECS.assign(recommendation_id=["A-R011", "A-R012"], text=RECS["text"].str.upper())
    themes = code_recommendations(moved, BOOK)
    found = apply_decisions(themes, moved, stored, codebook=BOOK)
    assert given_themes(found, "A-R011") == ["dash", "risk_assessment", "marac"]
    assert given_themes(found, "A-R012") == given_themes(themes, "A-R012")
    reported = unapplied_decisions(moved, stored, codebook=BOOK)
    assert reported["theme"].tolist() == ["gone_theme", "gone_theme"]
    assert reported["why"].str.contains("not in codebook").all()


def test_decisions_on_wording_that_is_gone_are_reported():
    stored = store(decided("marac"), decided("marac", of="A-R002"))
    changed = RECS.assign(text=["Something else is asked for here.", RECS["text"][1]])
    reported = unapplied_decisions(changed, stored, codebook=BOOK)
    assert reported["recommendation_id"].tolist() == ["A-R001"]
    assert "wording" in reported["why"][0]
    assert unapplied_decisions(RECS.assign(review_id="Z")[:0], stored, codebook=BOOK).empty
    later = changed.assign(review_id="A@2025-01-01", recommendation_id=["A@2025-01-01-R001", "A@2025-01-01-R002"])
    assert unapplied_decisions(later, stored, codebook=BOOK)["recommendation_id"].tolist() == ["A-R001"]


def test_the_result_is_a_themes_table_in_order_and_the_input_is_left_alone():
    themes = machine(r2=["training"], r1=["training"])
    before = themes.copy()
    found = laid(themes, decided("marac"), decided("dash", of="A-R002"))
    pd.testing.assert_frame_equal(themes, before)
    pd.testing.assert_frame_equal(schema.typed("themes", found), found)
    order = {theme: place for place, theme in enumerate(BOOK.ids)}
    ranks = [(of, order[theme]) for of, theme in zip(found["recommendation_id"], found["theme"], strict=True)]
    assert ranks == sorted(ranks)


def test_a_coding_that_holds_decisions_is_not_laid_over_again():
    found = laid(machine(r1=["training"]), decided("marac"))
    with pytest.raises(InputError, match="again"):
        laid(found, decided("marac", "absent"))
