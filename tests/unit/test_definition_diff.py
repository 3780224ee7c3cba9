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


@pytest.mark.parametrize(
    ("old", "new", "en", "zh"),
    [
        ('answer = "answer_help"', 'answer = "answer_appeal"',
         "request Help (help): limit of the answer: answer_help → answer_appeal",
         "申请“求助”（help）：答复时限：answer_help → answer_appeal"),
        ('answer = "whistle"', 'answer = "answer_help"',
         "request Whistle (whistle): limit of the answer: the time of the whistle → answer_help",
         "申请“申请吹哨”（whistle）：答复时限：按所吹的哨 → answer_help"),
        ('deciders = ["owner", "community"]', 'deciders = ["community", "owner"]',
         "request Extension (extension): who decides: owner, community → community, owner",
         "申请“延期”（extension）：审批单位：主责支部、社区 → 社区、主责支部"),
        ('chosen = "turn"', 'chosen = "first"',
         "request Appeal against the overrun (timeout_appeal): who of them is asked: one after the other, each has to "
         "agree → the first of them, later the next",
         "申请“超时申诉”（timeout_appeal）：由谁审批：依次审批，均须同意 → 首次由第一个单位，以后由下一个"),
        ("days = [30, 180, 365]", "days = [30, 90, 365]",
         "request Suspension (suspension): days that each may grant: 30, 180, 365 → 30, 90, 365",
         "申请“挂账”（suspension）：各级可批天数：30、180、365 → 30、90、365"),
        ('unanswered = "escalate"', 'unanswered = "refuse"',
         "request Help (help): without an answer: it becomes an escalation → it is refused",
         "申请“求助”（help）：逾期未答复：转为上报上级 → 视为不同意"),
        ("ups = 1\n", "", "request Extension (extension): moves up at most: 1 → nothing",
         "申请“延期”（extension）：上转次数上限：1 → 无"),
        ('grants = "suspend"\n', "", "request Suspension (suspension): a yes leads to: suspend → nothing",
         "申请“挂账”（suspension）：同意后执行：挂账（suspend） → 无"),
        ('arrive = "60 min u"', 'arrive = "90 min u"',
         "whistle Emergency whistle (emergency): time to be there: 1 h u → 90 min u",
         "哨“应急哨”（emergency）：到场时限：1紧急工作时 → 90分钟"),
        ('progress = "20 wd"\n', "", "whistle Hard case whistle (hard): says how it goes every: 20 wd → nothing",
         "哨“攻坚哨”（hard）：进展通报间隔：20个工作日 → 无"),
        ("until = true", "until = false",
         "state Suspended (suspended): lasts until the moment that was granted: yes → no",
         "状态“挂账中”（suspended）：以批准的时间为期：是 → 否"),
        ('paused_in = ["suspended"]\n', "", "clock promise: stands aside in: suspended → nothing",
         "计时 promise：暂停于：suspended → 无"),
        ("[requests.help]", "[requests.aid]", "request added: Help (aid)", "新增申请：求助（aid）"),
        ("[whistles.hard]", "[whistles.big]", "whistle added: Hard case whistle (big)", "新增哨：攻坚哨（big）"),
    ],
)  # fmt: skip
def test_what_units_ask_of_one_another_is_said_in_both_languages(old: str, new: str, en: str, zh: str) -> None:
    assert old in SHIPPED
    first = differences(load_definition(SHIPPED), load_definition(SHIPPED.replace(old, new)))[0]
    assert (str(first.sentence), first.sentence.zh) == (en, zh)


def test_the_order_of_what_is_a_set_is_no_difference_and_that_of_a_chain_is() -> None:
    assert said(('arrive = "1 wd"\npriorities = ["P3", "P4"]', 'arrive = "1 wd"\npriorities = ["P4", "P3"]')) == []
    assert len(said(('deciders = ["community", "subdistrict"]', 'deciders = ["subdistrict", "community"]'))) == 1


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
