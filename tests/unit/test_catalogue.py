"""The shipped catalogue says what workflow.md says; a broken one is refused by category and column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.domain.catalogue import URGENT, About, Category, Check, Evidence, LimitKind, limit_for
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.durations import Span
from gridgov.domain.errors import DefinitionError, NotFound
from gridgov.workflows import read_text

TEXT = read_text("catalogue.toml")
CATALOGUE = load_catalogue(TEXT)
ACKNOWLEDGE, CONTACT, HANDLE = LimitKind.ACKNOWLEDGE, LimitKind.CONTACT, LimitKind.HANDLE
ROWS = {"P1": "2 h u", "P2": "24 h u", "P3": "7 wd", "P4": "15 wd"}
HANDLE_ROWS = {priority: Span.parse(text) for priority, text in ROWS.items()}
P1 = {"0101", "0105", "0106", "0107", "0201", "0206"}
P2 = {"0102", "0202", "0301", "0303", "0304", "0305", "0701", "1001"}
P4 = {"0302", "0603", "0702", "0901", "0902", "0903", "0904", "1002", "1102"}


def handle_of(code: str, priority: str) -> str:
    return str(limit_for(HANDLE, CATALOGUE.get(code), priority, HANDLE_ROWS[priority]))


def test_the_catalogue_holds_the_forty_seven_categories() -> None:
    assert len(CATALOGUE.categories) == len({category.code for category in CATALOGUE}) == 47


def test_priorities_are_those_of_the_workflow_and_the_rest_is_p3() -> None:
    named = {"P1": P1, "P2": P2, "P4": P4}
    for priority, codes in named.items():
        assert {category.code for category in CATALOGUE if category.priority == priority} == codes
    assert {category.priority for category in CATALOGUE} == {"P1", "P2", "P3", "P4"}


@pytest.mark.parametrize(
    ("limit", "codes"),
    [
        ("1 h u", {"0105"}),
        ("2 h u", {"0101", "0106", "0107", "0201", "0206", "0102", "0304"}),
        ("4 h u", {"0303"}),
        ("24 h u", {"0202", "0301", "0305", "0701", "1001"}),
    ],
)
def test_urgent_categories_have_the_hours_of_the_making_safe(limit: str, codes: set[str]) -> None:
    urgent = [category for category in CATALOGUE if category.priority in URGENT]
    assert {category.code for category in urgent if category.limits[HANDLE] == Span.parse(limit)} == codes


def test_every_category_has_a_handle_limit_a_source_for_each_limit_and_words_in_both_languages() -> None:
    for category in CATALOGUE:
        assert HANDLE in category.limits
        assert category.limits.keys() <= category.sources.keys()
        assert category.title.zh and category.title and category.closing.zh and category.closing
        assert CATALOGUE.group_of(category).zh


def test_no_urgent_category_counts_working_time() -> None:
    spans = [span for category in CATALOGUE if category.priority in URGENT for span in category.limits.values()]
    assert spans and all(span.is_continuous for span in spans)


def test_a_property_complaint_is_about_the_property_and_never_handled_by_it() -> None:
    complaint = CATALOGUE.get("0902")
    assert complaint.about is About.PROPERTY
    assert "property" not in complaint.chain
    assert CATALOGUE.get("0903").about is About.COMMITTEE


def test_enquiries_and_praise_need_no_check_and_a_lamp_no_photo() -> None:
    assert {category.code for category in CATALOGUE if category.check is Check.NONE} == {"1101", "1102"}
    assert CATALOGUE.get("0203").evidence is Evidence.NONE


def test_help_for_the_elderly_is_sensitive_and_nothing_sensitive_is_public() -> None:
    assert CATALOGUE.get("1001").sensitive
    assert not any(category.sensitive and category.public for category in CATALOGUE)


def test_first_then_is_a_contact_that_makes_safe_and_then_the_handling() -> None:
    burst = CATALOGUE.get("0301")
    assert (burst.limits[CONTACT], burst.limits[HANDLE]) == (Span.parse("1 h u"), Span.parse("24 h u"))
    assert burst.made_safe is not None and burst.made_safe.zh
    noise = CATALOGUE.get("0501")
    assert (noise.limits[CONTACT], noise.limits[HANDLE]) == (Span.parse("2 h u"), Span.parse("3 wd"))


def test_who_comes_after_a_plus_is_told_and_does_not_handle() -> None:
    assert (CATALOGUE.get("0301").chain, CATALOGUE.get("0301").told) == (("property",), ("utility:water",))
    assert (CATALOGUE.get("0304").chain, CATALOGUE.get("0304").told) == (("utility:power",), ("property",))


def test_an_unknown_code_is_not_found_in_both_languages() -> None:
    with pytest.raises(NotFound, match="1234") as refusal:
        CATALOGUE.get("1234")
    assert "1234" in refusal.value.sentence.zh


@pytest.mark.parametrize(
    ("code", "priority", "limit"),
    [
        ("0203", "P3", "2 wd"),  # the category's number wins over the row
        ("0203", "P4", "2 wd"),
        ("0203", "P2", "24 h u"),  # no working time for P2
        ("0105", "P1", "1 h u"),  # the shorter of both
        ("0304", "P2", "2 h u"),
        ("0301", "P1", "2 h u"),
        ("0702", "P4", "15 wd"),
        ("0702", "P3", "7 wd"),  # the cap of the row
        ("1002", "P4", "30 wd"),  # the catalogue says so
        ("1002", "P3", "7 wd"),
        ("0301", "P3", "24 h u"),
        ("0502", "P3", "2 h u"),
    ],
)
def test_the_handle_limit_of_a_category_at_a_priority(code: str, priority: str, limit: str) -> None:
    assert handle_of(code, priority) == limit


def test_a_category_without_a_number_takes_the_row() -> None:
    row = Span.parse("2 h w")
    assert limit_for(ACKNOWLEDGE, CATALOGUE.get("0501"), "P3", row) == row


def test_the_cap_binds_handling_only() -> None:
    assert limit_for(CONTACT, CATALOGUE.get("0901"), "P4", Span.parse("1 wd")) == Span.parse("3 wd")


@given(st.sampled_from(CATALOGUE.categories), st.sampled_from(sorted(URGENT)))
def test_an_urgent_case_never_has_longer_than_its_row_nor_working_time(category: Category, priority: str) -> None:
    row = HANDLE_ROWS[priority]
    limit = limit_for(HANDLE, category, priority, row)
    assert limit.is_continuous
    assert limit.amount <= row.amount


ONE = """
version = 1
[legal]
L1 = "消防法"
[groups]
02 = { zh = "设施", en = "Facilities" }
10 = { zh = "帮扶", en = "Help" }
[[categories]]
code = "0203"
kind = "P"
zh = "楼道灯不亮"
en = "Lighting out"
priority = "P3"
chain = ["property"]
handle = "2 wd"
sources = { handle = "proposal" }
evidence = "none"
check = "site"
sensitive = false
public = true
closing = { zh = "已恢复", en = "Lit again" }
"""


def test_a_small_catalogue_loads() -> None:
    (category,) = load_catalogue(ONE)
    assert (category.code, category.group, category.about, category.told) == ("0203", "02", None, ())


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("version = 1", "version = true", "version"),
        ("version = 1", "version = 0", "version"),
        ("[[categories]]", "[categories]", "categories"),
        ('code = "0203"', 'code = "203"', "code"),
        ('code = "0203"', "code = 2030", "code"),
        ('code = "0203"', 'code = "0303"', "code"),
        ('kind = "P"', 'kind = "X"', "kind"),
        ('zh = "楼道灯不亮"', 'zh = " "', "zh"),
        ('en = "Lighting out"', "", "en"),
        ('priority = "P3"', 'priority = "P5"', "priority"),
        ('priority = "P3"', 'priority = "P2"', "handle"),
        ('chain = ["property"]', "chain = []", "chain"),
        ('chain = ["property"]', 'chain = ["landlord"]', "chain"),
        ('chain = ["property"]', 'chain = ["department"]', "chain"),
        ('chain = ["property"]', 'chain = ["property:x"]', "chain"),
        ('handle = "2 wd"', 'handle = "2 days"', "handle"),
        ('handle = "2 wd"', 'handle = "0 wd"', "handle"),
        ('handle = "2 wd"', 'handle = "2 wd"\nhandle_cap = "9 wd"', "handle_cap"),
        ('handle = "2 wd"', 'handle = "2 wd"\nacknowledge = "2 h w"', "sources.acknowledge"),
        ('{ handle = "proposal" }', '{ handle = "somebody" }', "sources.handle"),
        ('{ handle = "proposal" }', '{ handle = "proposal", verify = "proposal" }', "sources.verify"),
        ('{ handle = "proposal" }', '{ handle = "proposal", contact = "proposal" }\ncontact = "2 h w"', "made_safe"),
        ('evidence = "none"', 'evidence = "video"', "evidence"),
        ('check = "site"', 'check = "phone"', "check"),
        ('check = "site"', 'check = "desk"', "check"),
        ('check = "site"', 'check = "site"\nabout = "mayor"', "about"),
        ("sensitive = false", "sensitive = true", "public"),
        ("public = true", 'public = "yes"', "public"),
        ('closing = { zh = "已恢复", en = "Lit again" }', 'closing = { zh = "已恢复" }', "closing"),
        ("public = true", 'public = true\nlegal = ["L9"]', "legal"),
        ("public = true", "public = true\ncolour = 1", "colour"),
    ],
)
def test_a_column_that_cannot_be_is_named(old: str, new: str, column: str) -> None:
    assert old in ONE
    with pytest.raises(DefinitionError, match=column) as refusal:
        load_catalogue(ONE.replace(old, new))
    assert column in refusal.value.sentence.zh


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"0203: code stands 2 times"):
        load_catalogue(ONE + ONE[ONE.index("[[categories]]") :])


def test_a_file_that_does_not_parse_is_refused_with_line_and_column() -> None:
    with pytest.raises(DefinitionError, match=r"line 3, column 6"):
        load_catalogue("version = 1\n[groups]\n02 = \n")


def test_a_file_that_is_not_shipped_is_not_read() -> None:
    with pytest.raises(FileNotFoundError):
        read_text("another.toml")
