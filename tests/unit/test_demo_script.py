"""The script of the demonstration: a seed says everything, and the shares are those of the tables."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gridgov.demo.script import DECK, LATE, OPENING, SILENT, TWISTS, Script, Twist
from gridgov.demo.tables import CATEGORIES, HOURS, WEEKDAYS
from tests.unit.lives import RULES

ZONE = ZoneInfo("Asia/Shanghai")
URGENT = frozenset({"0101", "0105", "0201"})
MONDAY = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
MANY = 4000


def script(seed: int = 1, rate: float = 240) -> Script:
    return Script(seed, rate, ZONE, URGENT)


def arrivals(one: Script, begin: datetime, days: int) -> list[datetime]:
    """The moments of the reports after the opening, of so many days."""
    found, last, number = list[datetime](), begin, OPENING
    while (last := one.next_at(number, last)) < begin + timedelta(days=days):
        found.append(last.astimezone(ZONE))
        number += 1
    return found


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first = [script().fate(f"1-{number}") for number in range(100)]
    assert first == [script().fate(f"1-{number}") for number in range(100)]
    assert first != [script().fate(f"2-{number}") for number in range(100)]
    assert arrivals(script(), MONDAY, 2) == arrivals(script(), MONDAY, 2) != arrivals(script(2), MONDAY, 2)


def test_the_fate_of_a_case_is_known_by_its_key_whatever_the_seed_of_the_player() -> None:
    assert script(seed=9).fate("1-17") == script(seed=1).fate("1-17")


def test_of_a_deck_of_cases_every_twist_comes_as_often_as_the_table_says() -> None:
    for turn in range(3):
        begin = turn * len(DECK)
        dealt = Counter(script().fate(f"5-{number}").twist for number in range(begin, begin + len(DECK)))
        assert dealt == Counter(TWISTS)


def test_categories_come_about_as_often_as_the_files_say() -> None:
    fates = [script().fate(f"3-{number}") for number in range(MANY)]
    found = Counter(fate.category for fate in fates)
    for category in ("1101", "0401", "0601", "0207"):
        expected = CATEGORIES[category] / sum(CATEGORIES.values())
        assert found[category] / MANY == pytest.approx(expected, abs=0.03)


def test_every_category_of_the_table_is_in_the_catalogue() -> None:
    assert CATEGORIES.keys() <= {category.code for category in RULES.catalogue}


def test_urgent_cases_have_no_twist_that_the_rules_refuse_them() -> None:
    urgent = [fate for number in range(MANY) if (fate := script().fate(f"4-{number}")).category in URGENT]
    leisure = {Twist.SUSPENDED, Twist.EXTENDED, Twist.ASKED_INFO, Twist.WITHDRAWN}
    assert urgent
    assert not leisure & {fate.twist for fate in urgent}


def test_so_many_are_silent_and_late_as_the_script_says() -> None:
    fates = [fate for number in range(MANY) if (fate := script().fate(f"6-{number}")).twin_of is None]
    for side, share in SILENT.items():
        assert sum(side in fate.silent for fate in fates) / len(fates) == pytest.approx(share, abs=0.03)
    assert sum(fate.late for fate in fates) / len(fates) == pytest.approx(LATE, abs=0.03)


def test_a_twin_is_the_same_trouble_at_the_same_place_as_the_case_before() -> None:
    twin = next(fate for number in range(1, 99) if (fate := script().fate(f"1-{number}")).twin_of)
    elder = script().fate(twin.twin_of or "")
    assert (twin.place, twin.category) == (elder.place, elder.category)


def test_reports_come_at_the_rate_and_the_hours_of_the_tables() -> None:
    weeks = 6
    moments = arrivals(script(rate=100), MONDAY, 7 * weeks)
    assert len(moments) == pytest.approx(700 * weeks, rel=0.05)
    hours, days = Counter(each.hour for each in moments), Counter(each.weekday() for each in moments)
    morning = sum(HOURS[8:12]) / sum(HOURS)
    assert sum(hours[hour] for hour in range(8, 12)) / len(moments) == pytest.approx(morning, abs=0.03)
    weekend = sum(WEEKDAYS[5:]) / sum(WEEKDAYS)
    assert (days[5] + days[6]) / len(moments) == pytest.approx(weekend, abs=0.03)


def test_the_opening_comes_at_once_also_at_night() -> None:
    last = MONDAY + timedelta(hours=3)
    for number in range(OPENING):
        here = script(rate=1).next_at(number, last)
        assert last < here <= last + timedelta(minutes=8)
        last = here


def test_an_early_hour_brings_fewer_reports_than_a_late_morning() -> None:
    one = script()
    assert one.per_hour(MONDAY + timedelta(hours=3)) < one.per_hour(MONDAY + timedelta(hours=10)) / 10
