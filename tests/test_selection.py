from dataclasses import replace

import frames
import pandas as pd
import pytest

from dhr_analytics import schema
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.statistics import Quarter, counted, known_at, rates, select, theme_shares, ungraded

QUARTER = Quarter(2025, 1)


def reviews_known(*reviews):
    plans = frames.build([{"recommendation_id": f"{review['review_id']}-R001"} for review in reviews], reviews=reviews)
    known = known_at(plans, QUARTER)
    assert set(known.actions["review_id"]) == set(known.recommendations["review_id"]) == set(known.reviews["review_id"])
    return known.reviews["review_id"].tolist()


def test_reviews_published_or_snapshotted_later_are_not_known_yet():
    assert reviews_known(
        {"review_id": "A", "published_on": "2025-03-31"},
        {"review_id": "B", "published_on": "2025-04-01"},
        {"review_id": "C", "snapshot_on": "2025-03-31"},
        {"review_id": "D", "snapshot_on": "2025-04-01"},
        {"review_id": "E", "published_on": "2024-01-01", "snapshot_on": "2025-06-30"},
        {"review_id": "F"},
    ) == ["A", "C", "F"]


def test_of_several_snapshots_the_latest_known_is_kept():
    same = {"title": "Review 7", "area": "North", "published_on": "2024-01-01"}
    assert reviews_known(
        {"review_id": "A", **same, "snapshot_on": "2024-06-30"},
        {"review_id": "B", **same, "snapshot_on": "2024-12-31"},
        {"review_id": "C", **same, "snapshot_on": "2025-06-30"},
        {"review_id": "D", **same},
        {"review_id": "E", "title": "Review 7", "snapshot_on": "2024-06-30"},
        {"review_id": "F", "title": "Review 7", "snapshot_on": "2024-12-31"},
        {"review_id": "G", "title": "Review 7", "area": "North", "snapshot_on": "2024-06-30"},
        {"review_id": "H", "title": "Review 7", "area": "North", "snapshot_on": "2024-12-31"},
        {"review_id": "I", "title": "Review 7", "published_on": "2024-01-01", "snapshot_on": "2024-06-30"},
        {"review_id": "J", "title": "Review 7", "published_on": "2024-01-01", "snapshot_on": "2024-12-31"},
    ) == ["B", "D", "E", "F", "G", "H", "I", "J"]


def test_of_one_key_the_latest_snapshot_known_is_counted_whatever_its_title():
    assert reviews_known(
        {"review_id": "A", "snapshot_on": "2024-06-30"},
        {"review_id": "A@2024-12-31", "snapshot_on": "2024-12-31", "title": "Another title"},
        {"review_id": "A@2025-06-30", "snapshot_on": "2025-06-30"},
        {"review_id": "B"},
        {"review_id": "B@2025-01-31", "snapshot_on": "2025-01-31"},
        {"review_id": "C", "snapshot_on": "2025-06-30"},
    ) == ["A@2024-12-31", "B@2025-01-31"]


def test_what_was_read_from_documents_without_a_review_stays_known():
    plans = frames.build(
        [{"recommendation_id": "A-R001"}, {"recommendation_id": "B-R001"}],
        reviews=[{"review_id": "A", "area": "North"}, {"review_id": "B", "published_on": "2026-01-01"}],
    )
    gone = [{"document": name, "text": "x", "reason": "noise"} for name in ("A.docx", "B.docx", "lost.pdf")]
    listed = [{"row_id": key, "confidence": "0.5"} for key in ("A-R001-A01", "B-R001")]
    tables = {"rejected": gone, "needs_review": listed}
    plans = replace(
        plans, **{name: schema.typed(name, pd.DataFrame(rows, dtype="str")) for name, rows in tables.items()}
    )
    known = known_at(known_at(plans, QUARTER), QUARTER)
    assert known.rejected["document"].tolist() == ["A.docx", "lost.pdf"]
    assert known.needs_review["row_id"].tolist() == ["A-R001-A01"]
    assert select(known, areas="North").rejected["document"].tolist() == ["A.docx"], "of an area only what is of it"


def test_a_filter_is_sought_in_all_snapshots_and_applied_to_the_latest():
    rows = [
        {"recommendation_id": "A-R001", "agency": "North Police"},
        {"recommendation_id": "A@2025-01-31-R001", "agency": "North Council"},
        {"recommendation_id": "B-R001", "agency": "North Police"},
    ]
    reviews = [
        {"review_id": "A", "snapshot_on": "2024-01-31"},
        {"review_id": "A@2025-01-31", "snapshot_on": "2025-01-31"},
        {"review_id": "B", "published_on": "2025-06-01"},
    ]
    plans = frames.build(rows, reviews=reviews)
    police = {"agencies": "North Police"}
    assert select(plans, quarter=QUARTER, **police).actions.empty, "a snapshot that was replaced does not come back"
    assert select(plans, quarter=Quarter(2024, 2), **police).actions["action_id"].tolist() == ["A-R001-A01"]
    assert select(plans, quarter=Quarter(2025, 2), **police).actions["action_id"].tolist() == ["B-R001-A01"]
    assert rates(select(plans, quarter=QUARTER, **police), QUARTER)[0].value is None


def test_sectors_can_be_chosen_also_where_none_is_stated():
    plans = frames.build([{"sector": "police"}, {"recommendation_id": "A-R002"}, {"sector": "police"}])
    assert len(select(plans, sectors="police").actions) == 2
    assert select(plans, sectors="not stated").recommendations["recommendation_id"].tolist() == ["A-R002"]


def test_knowing_twice_changes_nothing_and_the_package_stays_as_it_was():
    plans = frames.build(
        [{"recommendation_id": "A-R001"}, {"recommendation_id": "B-R001"}],
        reviews=[{"review_id": "B", "published_on": "2026-01-01"}],
        themes={"B-R001": ["training"]},
    )
    before = {name: frame.copy() for name, frame in plans.tables().items()}
    once = known_at(plans, QUARTER)
    assert once.themes.empty
    for name, frame in known_at(once, QUARTER).tables().items():
        pd.testing.assert_frame_equal(frame, once.tables()[name])
    for name, frame in plans.tables().items():
        pd.testing.assert_frame_equal(frame, before[name])


PLANS = frames.build(
    [
        {"recommendation_id": "A-R001", "agency": "North Police", "status": "completed"},
        {"recommendation_id": "A-R001", "agency": "North Council"},
        {"recommendation_id": "A-R002", "lead_agency": "A small charity"},
        {"recommendation_id": "B-R001", "agency": "North Police", "lead_agency": "NP"},
        {"recommendation_id": "C-R001", "agency": "South Health"},
    ],
    reviews=[
        {"review_id": "A", "area": "North"},
        {"review_id": "B", "area": "Bath, Wells and Frome"},
        {"review_id": "C", "area": "South"},
        {"review_id": "D", "area": "South"},
    ],
    themes={"A-R001": ["training", "risk_assessment"], "B-R001": ["training"], "C-R001": ["risk_assessment"]},
)


@pytest.mark.parametrize(
    ("asked", "actions", "reviews"),
    [
        ({"areas": ["NORTH"]}, ["A-R001-A01", "A-R001-A02", "A-R002-A01"], "A"),
        ({"areas": "south"}, ["C-R001-A01"], "CD"),
        ({"areas": "Bath, Wells and Frome"}, ["B-R001-A01"], "B"),
        ({"areas": "North, south"}, ["A-R001-A01", "A-R001-A02", "A-R002-A01", "C-R001-A01"], "ACD"),
        ({"areas": "Bath, Wells and Frome; South"}, ["B-R001-A01", "C-R001-A01"], "BCD"),
        ({"agencies": ["north police"]}, ["A-R001-A01", "B-R001-A01"], "AB"),
        ({"agencies": "A Small  Charity"}, ["A-R002-A01"], "A"),
        ({"themes": "Risk Assessment"}, ["A-R001-A01", "A-R001-A02", "C-R001-A01"], "AC"),
        ({"themes": ["training"], "agencies": ["North Police"], "areas": ["North"]}, ["A-R001-A01"], "A"),
    ],
)
def test_a_selection_keeps_what_was_asked_for(asked, actions, reviews):
    chosen = select(PLANS, **asked)
    assert chosen.actions["action_id"].tolist() == actions
    assert "".join(chosen.reviews["review_id"]) == reviews
    assert set(chosen.recommendations["recommendation_id"]) == set(chosen.actions["recommendation_id"])
    schema.check(chosen.tables())


def test_no_wish_keeps_everything():
    assert select(PLANS) is PLANS
    assert select(PLANS, areas="", agencies=["", " "], themes=()) is PLANS


def test_a_selection_is_named_in_the_ids_so_two_figures_never_share_one():
    chosen = select(select(PLANS, areas="north"), agencies="north police")
    rate, *_ = rates(chosen, QUARTER)
    assert (rate.n, rate.N) == (1, 1)
    assert rate.id == "completion_rate.actions.2025Q1.where.area=North,agency=North+Police"
    assert theme_shares(chosen, QUARTER)[0].id.endswith(".where.area=North,agency=North+Police")
    assert "selection" not in PLANS.about


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"areas": ["Nort"]}, "No area 'Nort' in the package. Did you mean 'North'?"),
        ({"agencies": "north polcie"}, "Did you mean 'North Police'?"),
        ({"themes": "traning"}, "Did you mean 'training'?"),
        ({"areas": "Xyzzy"}, "Known: Bath, Wells and Frome, North, South."),
        ({"areas": "South", "themes": "training"}, "fits area 'South' and theme 'training' together"),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_in_words(asked, words):
    with pytest.raises(UsageError) as error:
        select(PLANS, **asked)
    assert words in str(error.value)


def test_themes_cannot_be_chosen_before_they_are_given():
    with pytest.raises(UsageError, match="dhr classify DIR"):
        select(frames.build([{}]), themes="training")


def test_an_empty_package_knows_no_area():
    with pytest.raises(UsageError, match="Known: none"):
        select(frames.empty(), areas="North")


def graded(*grades):
    """A package with a review of two recommendations for each (grade, accepted)."""
    reviews = [
        {"review_id": key, "grade": grade, "accepted": accepted, "sha256": key.lower() * 64}
        for key, (grade, accepted) in zip("ABCDEF", grades, strict=False)
    ]
    keys = [f"{each['review_id']}-R00{n}" for each in reviews for n in (1, 2)]
    plans = frames.build(
        [{"recommendation_id": key} for key in keys], reviews=reviews, themes={key: ["training"] for key in keys}
    )
    rejected = [(name, words, why) for name in ("A.docx", "B.docx", "lost.pdf") for words, why in (("x", "noise"),)]
    rejected += [("B.docx", "table 2: Ref, Weather", "not understood")]
    frame = pd.DataFrame([{"document": name, "text": words, "reason": why} for name, words, why in rejected])
    return replace(plans, rejected=schema.typed("rejected", frame))


def test_what_is_to_be_checked_is_in_no_table_until_accepted():
    plans = counted(graded(("sure", ""), ("check", "false"), ("check", "true"), ("", "")))
    for frame in (plans.reviews, plans.recommendations, plans.actions):
        assert sorted(set(frame["review_id"])) == ["A", "C", "D"]
    assert sorted(set(plans.themes["recommendation_id"].str[0])) == ["A", "C", "D"]
    assert plans.rejected["document"].tolist() == ["A.docx", "lost.pdf"]
    assert plans.about["left_out"] == [
        {
            **{"document": "B.docx", "reviews": 1, "recommendations": 2, "actions": 2},
            **{"not_understood": ["table 2: Ref, Weather"], "accept": "sha256:bbbbbbbbbbbb"},
        }
    ]
    assert counted(plans) is plans, "what is left out is left out once"
    assert known_at(plans, QUARTER).about["left_out"] == plans.about["left_out"]


def test_where_every_document_is_left_out_the_way_on_is_said():
    with pytest.raises(InputError, match=r"accept.*A\.docx,sha256:aaaaaaaaaaaa; B\.docx,sha256:bbbbbbbbbbbb$"):
        counted(graded(("check", "false"), ("check", "false")))
    assert not len(counted(frames.empty()).reviews)


def test_plans_without_a_grade_are_said_once():
    assert ungraded(graded(("sure", ""), ("check", ""))) == "" == ungraded(frames.empty())
    assert "all of them count" in ungraded(graded(("sure", ""), ("", "")))
