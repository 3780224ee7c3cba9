"""A mapping file says all or is refused: gridgov.domain.mapping_file and the mappings that come with gridgov."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gridgov.domain.errors import DefinitionError
from gridgov.domain.mapping_file import built_in_mappings, find_mapping, parse_mapping

GOOD = """
source = "town"
[times]
zone = "Asia/Shanghai"
[columns]
number = "no"
title = ["title", "Subject"]
reported_at = "reported"
closed_at = { headers = "closed", zone = "UTC" }
[on_time]
headers = ["state"]
yes = ["Good"]
no = ["late"]
[category]
default = "9999"
words = { 0202 = ["Lift"] }
[channel]
default = "web"
"""


def refusal(text: str) -> DefinitionError:
    """The refusal of a mapping file."""
    with pytest.raises(DefinitionError) as refused:
        parse_mapping(text, "my.toml")
    return refused.value


def test_a_good_file_becomes_a_mapping() -> None:
    mapping = parse_mapping(GOOD, "my.toml")
    assert mapping.source == "town"
    assert mapping.columns["title"] == ("title", "subject")
    assert mapping.on_time_words == {"good": True, "late": False}
    assert mapping.category_words == (("0202", ("lift",)),)


def test_a_column_may_state_a_zone_of_its_own() -> None:
    clocks = parse_mapping(GOOD, "my.toml").clocks
    assert (clocks["reported_at"].zone, clocks["closed_at"].zone) == (ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC"))


def test_a_column_with_its_own_zone_does_not_inherit_the_shift_of_the_others() -> None:
    clocks = parse_mapping(GOOD.replace("[columns]", 'misread_as = "UTC"\n[columns]'), "my.toml").clocks
    assert (clocks["reported_at"].misread_as, clocks["closed_at"].misread_as) == (ZoneInfo("UTC"), None)


def test_a_file_that_does_not_parse_is_refused_with_line_and_column() -> None:
    refused = refusal('source = "town"\n[times\nzone = "UTC"\n')
    assert "Mapping my.toml: line 2, column 7:" in str(refused)
    assert "第 2 行第 7 列" in refused.sentence.zh
    assert refused.facts == {"line": 2, "column": 7}


def test_a_file_that_ends_too_early_is_refused_with_its_last_place() -> None:
    assert refusal("source =").facts == {"line": 1, "column": 9}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('zone = "Asia/Shanghai"', "", "times.zone is missing"),
        ('[times]\nzone = "Asia/Shanghai"', "", "times.zone is missing"),
        ('"Asia/Shanghai"', '"Asia/Peking"', "times.zone 'Asia/Peking' is not a time zone"),
        ('"Asia/Shanghai"', '"../etc"', "times.zone '../etc' is not a time zone"),
        ('source = "town"', "", "source is missing"),
        ('number = "no"', "", "columns.number is missing"),
        ('reported_at = "reported"', "", "columns.reported_at is missing"),
        ('title = ["title", "Subject"]', "", "columns.title is missing"),
        ('number = "no"', 'number = "no"\ntitel = "x"', "columns.titel is not known here"),
        ('number = "no"', "number = 5", "columns.number must be text"),
        ('number = "no"', "number = []", "columns.number must not be empty"),
        ('number = "no"', 'number = { headers = "no", zone = "UTC" }', "columns.number.zone is not known here"),
        ('source = "town"', 'source = "town"\nauthor = "x"', "author is not known here"),
        ('default = "9999"', 'default = "other"', "category 'other' is not a code of four digits"),
        ("0202 =", "202 =", "category.words.202 is not a code of four digits"),
        ('default = "web"', "", "channel.default is missing"),
        ('[category]\ndefault = "9999"\nwords = { 0202 = ["Lift"] }', "", "category is missing"),
        ('yes = ["Good"]', "", "on_time.yes is missing"),
    ],
)
def test_what_a_file_leaves_out_or_says_wrong_is_named_by_its_key(old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert f"Mapping my.toml: {said}" in str(refusal(GOOD.replace(old, new)))


def test_a_table_that_is_no_table_is_refused() -> None:
    assert "times must be a table" in str(refusal('source = "x"\ntimes = "UTC"'))


def test_both_mappings_of_the_package_are_good_and_state_their_zone() -> None:
    assert built_in_mappings() == ("boston311", "messages")
    boston, messages = find_mapping("boston311"), find_mapping("messages")
    assert {clock.zone.key for clock in boston.clocks.values()} == {"America/New_York"}
    assert {clock.zone.key for clock in messages.clocks.values()} == {"Asia/Shanghai"}


def test_the_writers_name_is_in_no_mapping() -> None:
    assert "留言用户" not in {name for names in find_mapping("messages").columns.values() for name in names}


def test_a_mapping_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert find_mapping(tmp_path / "my.toml").source == "town"


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DefinitionError, match=r"nowhere311.*boston311, messages"):
        find_mapping("nowhere311")


def test_a_mapping_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DefinitionError, match="not UTF-8"):
        find_mapping(tmp_path / "my.toml")
