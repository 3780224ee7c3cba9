"""Two reports look alike by place, words, category and time; every part lies between 0 and 1."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridgov.domain.similarity import NEAR_M, Sketch, box, likeness, words_in

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
POINT = (104.1, 26.2)


def sketch(
    text: str = "垃圾满溢", building: int | None = 6, compound: int = 5, days: float = 0, **given: object
) -> Sketch:
    """A report of garbage at the model building."""
    words, at = words_in(text), NOW - timedelta(days=days)
    category, point = given.get("category", "0401"), given.get("point")
    return Sketch(building, compound, point, category, words, at)  # type: ignore[arg-type]


def test_the_same_report_at_the_same_moment_scores_one() -> None:
    assert likeness(sketch(), sketch()).score == 1


def test_the_building_counts_more_than_the_compound_and_this_more_than_elsewhere() -> None:
    here, compound, elsewhere = (
        likeness(sketch(), sketch(building=b, compound=c)) for b, c in ((6, 5), (7, 5), (8, 9))
    )
    assert here.score > compound.score > elsewhere.score
    assert (here.place, compound.place, elsewhere.place) == (1.0, 0.6, 0.0)


def test_distance_counts_across_compounds_up_to_three_hundred_metres() -> None:
    asked = sketch(building=None, point=POINT)
    near = likeness(asked, sketch(building=None, compound=9, point=(POINT[0], POINT[1] + 0.0005)))
    far = likeness(asked, sketch(building=None, compound=9, point=(POINT[0], POINT[1] + 0.01)))
    assert 0.6 < near.place < 0.9
    assert far.place == 0


def test_older_reports_and_other_words_score_less() -> None:
    assert likeness(sketch(), sketch(days=20)).score < likeness(sketch(), sketch(days=1)).score
    assert likeness(sketch(), sketch("路灯不亮")).text == 0
    assert likeness(sketch(), sketch(days=31)).time == 0


def test_an_unknown_category_leaves_its_weight_to_the_rest() -> None:
    alike = likeness(sketch(category=None), sketch())
    assert (alike.category, alike.score) == (None, 1)


def test_the_place_alone_is_not_worth_showing() -> None:
    assert not likeness(sketch(), sketch("路灯不亮", category="0203")).worth_showing
    assert likeness(sketch(), sketch("路灯不亮")).worth_showing


def test_the_box_holds_everything_within_the_radius() -> None:
    west, east, south, north = box(POINT)
    assert west < POINT[0] < east and south < POINT[1] < north
    assert 111_320 * (north - south) / 2 == NEAR_M or abs(111_320 * (north - south) / 2 - NEAR_M) < 0.01


TEXTS = st.text(st.sampled_from("垃圾满溢路灯不亮ab 1"), max_size=30)
SKETCHES = st.builds(
    Sketch,
    building_id=st.sampled_from([None, 6, 7]),
    compound_id=st.sampled_from([5, 9]),
    point=st.sampled_from([None, POINT, (104.1, 26.2005)]),
    category=st.sampled_from([None, "0401", "0203"]),
    words=TEXTS.map(words_in),
    at=st.integers(0, 90).map(lambda days: NOW - timedelta(days=days)),
)


@given(SKETCHES, SKETCHES)
def test_a_score_and_its_parts_lie_between_zero_and_one(one: Sketch, other: Sketch) -> None:
    alike = likeness(one, other)
    parts = (alike.score, alike.place, alike.text, alike.category or 0, alike.time)
    assert all(0 <= part <= 1 + 1e-9 for part in parts)
    assert alike.text == likeness(other, one).text
