"""Spans are read, written, compared and scaled."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.domain.durations import CountedIn, Span, longer, shorter, total
from gridgov.domain.errors import DefinitionError
from tests.unit.time_world import CALENDAR, PROPERTY

SPANS = st.builds(Span, st.fractions(min_value=0, max_value=1000), st.sampled_from(CountedIn))


@pytest.mark.parametrize(
    ("text", "zh", "en", "seconds"),
    [
        ("15 min u", "15分钟", "15 minutes round the clock", 900),
        ("2 h u", "2紧急工作时", "2 hours round the clock", 7_200),
        ("24 h u", "24紧急工作时", "24 hours round the clock", 86_400),
        ("1 h w", "1工作时", "1 working hour", 3_600),
        ("4 h w", "4工作时", "4 working hours", 14_400),
        ("30 min w", "工作时间30分钟", "30 working minutes", 1_800),
        ("90 s u", "90秒", "90 seconds round the clock", 90),
        ("1 wd", "1个工作日", "1 working day", 28_800),
        ("7 wd", "7个工作日", "7 working days", 201_600),
        ("0.5 wd", "0.5个工作日", "0.5 working days", 14_400),
        ("3 nd", "3个自然日", "3 calendar days", 259_200),
        ("30 nd", "30个自然日", "30 calendar days", 2_592_000),
    ],
)
def test_every_written_form_reads_prints_and_has_a_length(text: str, zh: str, en: str, seconds: int) -> None:
    span = Span.parse(text)
    assert str(span) == text
    assert (span.text, span.text.zh) == (en, zh)
    assert span.seconds(CALENDAR) == seconds


def test_sixty_minutes_are_written_as_one_hour() -> None:
    assert str(Span.parse("60 min u")) == "1 h u"
    assert str(Span.parse("1/3 wd")) == "1/3 wd"


@PROPERTY
@given(SPANS)
def test_what_is_printed_reads_back_as_the_same_span(span: Span) -> None:
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize(
    "text", ["", "4 h", "4", "wd", "4 hours w", "-1 wd", "1 d u", "2 h wd", "1/0 wd", "١ wd", "4h w"]
)
def test_text_that_is_no_span_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(DefinitionError, match="write it like '15 min u'") as refused:
        Span.parse(text)
    assert "请写成" in refused.value.sentence.zh


def test_a_span_cannot_be_negative() -> None:
    with pytest.raises(DefinitionError, match="negative"):
        Span.parse("1 wd").scaled(-1)


def test_half_a_limit_is_counted_as_the_limit_is() -> None:
    assert Span.parse("7 wd").scaled(Fraction(1, 2)) == Span.parse("3.5 wd")
    assert str(Span.parse("1 h u").scaled(Fraction(8, 10))) == "48 min u"


def test_urgent_hours_and_natural_days_run_without_a_stop() -> None:
    assert [kind for kind in CountedIn if kind.is_continuous] == [CountedIn.URGENT_HOUR, CountedIn.NATURAL_DAY]
    assert Span.parse("3 nd").is_continuous
    assert not Span.parse("3 wd").is_continuous


def test_the_shorter_and_the_longer_of_one_clock() -> None:
    day, hours = Span.parse("1 wd"), Span.parse("10 h w")
    assert shorter(day, hours, CALENDAR) is shorter(hours, day, CALENDAR) is day
    assert longer(day, hours, CALENDAR) is longer(hours, day, CALENDAR) is hours
    assert shorter(day, eight := Span.parse("8 h w"), CALENDAR) is day
    assert longer(eight, day, CALENDAR) is eight


def test_spans_of_different_clocks_are_not_compared() -> None:
    with pytest.raises(DefinitionError, match=r"one clock.*24 h u, 1 wd"):
        shorter(Span.parse("24 h u"), Span.parse("1 wd"), CALENDAR)
    with pytest.raises(DefinitionError, match="one clock"):
        total([], CALENDAR)


def test_a_promise_is_the_sum_of_its_stages() -> None:
    stages = [Span.parse(text) for text in ("2 h w", "2 h w", "7 wd", "1 wd")]
    assert total(stages, CALENDAR) == Span.parse("68 h w")


def test_seconds_become_hours_of_the_same_clock() -> None:
    assert Span.of_seconds(4 * 3600, CountedIn.WORK_DAY) == Span.parse("4 h w")
    assert Span.of_seconds(900.0, CountedIn.NATURAL_DAY) == Span.parse("15 min u")
