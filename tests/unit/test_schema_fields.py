"""What a field lets in: moments with a zone, texts without control characters, numbers that are numbers."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from gridgov.domain.errors import Text
from gridgov.schemas.fields import (
    NOT_A_TIME,
    OUT_OF_RANGE,
    ZONELESS,
    Flag,
    Line,
    Moment,
    Prose,
    RealNumber,
    WholeNumber,
    rfc3339,
)


def sentence_of(field: fields.Field[Any], value: Any) -> Any:
    """The sentence with which `field` refuses `value`."""
    with pytest.raises(ValidationError) as refusal:
        field.deserialize(value)
    return refusal.value.messages[0]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T08:00:00+08:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T00:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01t00:00:00z", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-02-28T20:30:00.25-03:30", datetime(2026, 3, 1, 0, 0, 0, 250_000, UTC)),
        ("2026-03-01T00:00:00.123456789Z", datetime(2026, 3, 1, 0, 0, 0, 123_456, UTC)),
    ],
)
def test_a_moment_is_read_into_utc(text: str, moment: datetime) -> None:
    read = Moment().deserialize(text)
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-03-01T08:00:00", "2026-03-01T08:00:00.5"])
def test_a_moment_without_a_zone_is_refused_with_a_sentence_that_shows_how(text: str) -> None:
    assert sentence_of(Moment(), text) is ZONELESS


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01",
        "2026-03-01 08:00:00Z",
        "2026-03-01T08:00Z",
        "20260301T080000Z",
        "2026-W09-7T08:00:00Z",
        "2026-02-30T08:00:00Z",
        "2026-03-01T24:00:01Z",
        "2026-03-01T08:00:60Z",
        "2026-03-01T08:00:00+24:00",
        "２026-03-01T08:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-03-01T08:00:00Z\n",
        "",
        1_772_323_200,
        True,
        {},
    ],
)
def test_what_is_no_moment_is_refused(value: Any) -> None:
    assert sentence_of(Moment(), value) is NOT_A_TIME


@pytest.mark.parametrize("year", ["1899", "2200", "9999"])
def test_a_moment_far_from_our_time_is_refused_before_sums_overflow(year: str) -> None:
    assert sentence_of(Moment(), f"{year}-06-01T00:00:00Z") is OUT_OF_RANGE


@given(
    st.datetimes(datetime(1901, 1, 1), datetime(2198, 1, 1)),  # noqa: DTZ001 hypothesis adds the zone
    st.integers(-23 * 60, 23 * 60),
)
def test_a_moment_survives_going_out_and_coming_in(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    printed = rfc3339(moment)
    assert printed.endswith("Z")
    assert Moment().deserialize(printed) == moment


def test_a_naive_time_never_goes_out() -> None:
    with pytest.raises(ValueError, match="no zone"):
        rfc3339(datetime(2026, 3, 1))  # noqa: DTZ001 the point of the test


def test_a_line_is_trimmed_and_measured_afterwards() -> None:
    assert Line(3).deserialize(" \u3000路灯坏\t") == "路灯坏"
    assert "between 1 and 3" in sentence_of(Line(3), "路灯坏了")


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b", "a\rb"])
def test_a_line_has_no_control_characters(text: str) -> None:
    assert isinstance(sentence_of(Line(9), text), Text)


def test_an_empty_line_is_refused_unless_it_may_be_blank() -> None:
    assert isinstance(sentence_of(Line(9), "  "), Text)
    assert Line(9, blank=True).deserialize("  ") == ""


def test_prose_keeps_its_lines_with_one_kind_of_line_break() -> None:
    assert Prose(99).deserialize("\r\n a\r\nb\rc\td\n\n") == "a\nb\nc\td"
    for text in ("a\x00b", "a\x0bb", "a\x1bb"):
        assert isinstance(sentence_of(Prose(9), text), Text)


@pytest.mark.parametrize("value", [5, True, None, [], {}, b"bytes"])
def test_a_text_is_never_made_of_something_else(value: Any) -> None:
    sentence_of(Line(9), value)


@given(st.text(max_size=30))
def test_whatever_a_line_lets_in_can_be_stored(text: str) -> None:
    try:
        kept = Line(20).deserialize(text)
    except ValidationError:
        return
    assert kept.encode()
    assert "\x00" not in kept
    assert kept == kept.strip(" ")


@pytest.mark.parametrize("value", ["5", 5.0, 5.5, True, None, [], "x"])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    sentence_of(WholeNumber(0, 9), value)


def test_a_whole_number_stays_within_its_bounds() -> None:
    assert WholeNumber(0, 9).deserialize(9) == 9
    for value in (-1, 10, 10**400):
        sentence_of(WholeNumber(0, 9), value)


def test_digits_are_a_number_in_a_query_only() -> None:
    assert WholeNumber(0, 9, in_query=True).deserialize("7") == 7
    for value in ("７", "7.0", "+7", " 7", "7" * 5000):
        sentence_of(WholeNumber(0, 9, in_query=True), value)


@pytest.mark.parametrize("value", ["5.2", True, float("nan"), float("inf"), 10**400, 91])
def test_a_real_number_is_finite_and_within_its_bounds(value: Any) -> None:
    assert RealNumber(-90, 90).deserialize(26) == 26.0
    sentence_of(RealNumber(-90, 90), value)


@pytest.mark.parametrize("value", [1, 0, "yes", "on", "TRUE", None, []])
def test_a_flag_is_true_or_false(value: Any) -> None:
    assert Flag().deserialize(False) is False
    assert Flag(in_query=True).deserialize("true") is True
    sentence_of(Flag(), value)
    sentence_of(Flag(in_query=True), value)
