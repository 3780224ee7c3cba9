"""What changes between two definitions is said in plain words, the same way each time, and silence means the same."""

import pytest

from gridgov.domain.definition_diff import differences
from gridgov.domain.definition_file import load_definition
from gridgov.workflows import read_text

SHIPPED = read_text("one_compound_one_branch.toml")
OURS = load_definition(SHIPPED).version


def said(*changes: tuple[str, str]) -> list[str]:
    """The English sentences of what these replacements change."""
    body = SHIPPED
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    return [str(each.sentence) for each in differences(load_definition(SHIPPED), load_definition(body))]


def test_equal_meaning_gives_nothing() -> None:
    assert said() == []
    assert said((f"\nversion = {OURS}\n", f"\n# a remark\nversion = {OURS + 1}\n")) == []
    assert said(('by = ["handler", "committee"]', 'by = ["committee", "handler"]')) == []
    assert said(('from = ["dispatched", "handling"]', 'from = ["handling", "dispatched"]')) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('P3 = "7 wd"', 'P3 = "5 wd"', "handle P3: 7 wd → 5 wd"),
        ('city = { P1 = "4 h u"', 'city = { P1 = "3 h u"', "city P1: 4 h u → 3 h u"),
        ('most = 3, per = "round", then = "dispute"', 'most = 2, per = "round", then = "dispute"',
         "counter send_backs: at most: 3 → 2"),
        ('chain = ["caller_"]'.replace("caller_", "reporter"), 'chain = ["reporter", "owner"]',
         "holder reporter: asked in turn: reporter → reporter, owner"),
        ('needs = ["note?"]\ntell = ["holder", "owner"]', 'needs = ["note"]\ntell = ["holder", "owner"]',
         "action Acknowledge (acknowledge): needs: note? → note"),
        ('needs = ["note?"]\ntell = ["holder", "owner"]', 'needs = ["note?"]\ntell = ["holder"]',
         "action Acknowledge (acknowledge): tells: holder, owner → holder"),
        ('by = ["handler", "committee"]\nneeds = ["note?"]', 'by = ["handler"]\nneeds = ["note?"]',
         "action Acknowledge (acknowledge): who may: committee, handler → handler"),
        ('from = ["dispatched"]\nto = "handling"', 'from = ["dispatched", "reported"]\nto = "handling"',
         "action Acknowledge (acknowledge): from: dispatched → dispatched, reported"),
        ('tell = ["owner", "community", "reporter"]', 'tell = ["owner", "community"]',
         "clock promise: tells: community, owner, reporter → community, owner"),
        ('en = "Being handled"', 'en = "At work"', "handling: title: Being handled → At work"),
    ],
)  # fmt: skip
def test_a_difference_is_one_plain_sentence(old: str, new: str, sentence: str) -> None:
    assert said((old, new)) == [sentence]


def test_states_and_actions_that_come_and_go_are_named_and_the_order_is_that_of_the_parts() -> None:
    found = said(
        ("[states.withdrawn]", "[states.taken_back]"), ('to = "withdrawn"', 'to = "taken_back"'),
        ("[actions.remind]", "[actions.nudge]"), ('quiet = { P3 = "5 wd"', 'quiet = { P3 = "4 wd"'),
    )  # fmt: skip
    assert found == [
        "state added: Withdrawn (taken_back)",
        "state removed: Withdrawn (withdrawn)",
        "action added: Remind (nudge)",
        "action removed: Remind (remind)",
        "action Withdraw (withdraw): to: withdrawn → taken_back",
        "quiet P3: 5 wd → 4 wd",
    ]


def test_a_way_that_goes_and_one_that_comes_say_from_where_to_where_by_whom() -> None:
    way = '[[actions.lapse.ways]]\nfrom = ["awaiting_rating"]\nto = "closed"\nby = ["system"]\n'
    way += 'effects = ["outcome_unvisited"]\n'
    assert said((way, "")) == ["action Lapse (lapse): no longer awaiting_rating → closed by system"]
    both = differences(load_definition(SHIPPED.replace(way, "")), load_definition(SHIPPED))
    assert [str(each.sentence) for each in both] == [
        "action Lapse (lapse): now also awaiting_rating → closed by system"
    ]


def test_every_sentence_is_said_in_chinese_too() -> None:
    body = SHIPPED.replace('P3 = "7 wd"', 'P3 = "5 wd"').replace('by = ["handler", "committee"]', 'by = ["handler"]')
    found = differences(load_definition(SHIPPED), load_definition(body))
    chinese = [each.sentence.zh for each in found]
    assert "handle P3：7个工作日 → 5个工作日" in chinese
    assert any("办理人：本小区业委会/物管会、承办单位 → 承办单位" in each for each in chinese)


def test_the_same_two_files_give_the_same_answer_in_the_same_order() -> None:
    body = SHIPPED.replace('"needs_info"', '"asked"').replace("[states.needs_info]", "[states.asked]")
    first = differences(load_definition(SHIPPED), load_definition(body))
    assert first == differences(load_definition(SHIPPED), load_definition(body))
    subjects = [(each.part, each.subject) for each in first if each.part == "actions"]
    assert subjects == sorted(subjects)
