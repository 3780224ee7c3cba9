"""Case numbers: written one way, read back forgivingly, and a slip of the finger is found."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.domain.case_number import CaseNumber, check_digit, format_case_number, parse_case_number
from gridgov.domain.errors import Invalid

NUMBERS = st.builds(CaseNumber, st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 10**9))


def test_a_number_is_the_day_the_sequence_and_a_check_digit() -> None:
    assert format_case_number(date(2026, 11, 23), 12) == "261123-0012-3"


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert check_digit("572") == "4"


def test_the_sequence_takes_more_than_four_digits_when_it_needs_them() -> None:
    assert format_case_number(date(2026, 1, 2), 1234567).startswith("260102-1234567-")


@pytest.mark.parametrize(("day", "sequence"), [(date(2026, 1, 2), 0), (date(1999, 12, 31), 1), (date(2100, 1, 1), 1)])
def test_a_number_that_could_not_be_read_back_is_never_made(day: date, sequence: int) -> None:
    with pytest.raises(ValueError, match="no case number"):
        format_case_number(day, sequence)


@given(NUMBERS)
def test_every_number_reads_back_with_and_without_hyphens(number: CaseNumber) -> None:
    assert parse_case_number(str(number)) == number
    assert parse_case_number(str(number).replace("-", "")) == number


@pytest.mark.parametrize(
    "text",
    [
        "２６１１２３－００１２－３",
        " 261123 0012 3 ",
        "2611230012-3",
        "261123—0012—3",
        "261123－0012-３\n",
        "26 11 23 0012 3",
    ],
)
def test_what_people_type_is_understood(text: str) -> None:
    assert parse_case_number(text) == CaseNumber(date(2026, 11, 23), 12)


@given(NUMBERS, st.data())
def test_one_wrong_digit_is_always_found(number: CaseNumber, data: st.DataObject) -> None:
    digits = str(number).replace("-", "")
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    with pytest.raises(Invalid):
        parse_case_number(digits[:place] + other + digits[place + 1 :])


@given(NUMBERS, st.data())
def test_two_neighbours_swapped_are_always_found(number: CaseNumber, data: st.DataObject) -> None:
    digits = str(number).replace("-", "")
    places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1]]
    place = data.draw(st.sampled_from(places))
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    with pytest.raises(Invalid):
        parse_case_number(swapped)


@pytest.mark.parametrize("text", ["", "261123", "261123-12-0", "261123-00012-3", "26112a-0012-3", "261123-0012-3-9"])
def test_another_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_case_number(text)
    (sentence,) = refusal.value.fields["number"]
    assert "261123-0012-3" in sentence
    assert "261123-0012-3" in refusal.value.sentence.zh


def test_a_wrong_digit_is_named_as_such() -> None:
    with pytest.raises(Invalid, match="wrong digit"):
        parse_case_number("261123-0012-4")


@pytest.mark.parametrize("stem", ["261323-0012", "261123-0000"])
def test_a_right_check_digit_does_not_excuse_an_impossible_day_or_sequence(stem: str) -> None:
    with pytest.raises(Invalid, match=r"are a day|count from"):
        parse_case_number(f"{stem}-{check_digit(stem.replace('-', ''))}")
