"""What an action needs from whoever does it (`needs`), checked against its meaning. Types were checked at the edge."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.workflow import Action

Inputs = Mapping[str, Any]

REASONS: Mapping[str, Text] = {
    "not_ours": Text("Not ours; the note says where to go", "不属于受理范围（说明应向何处反映）"),
    "emergency_line": Text("For an emergency line (110, 119, 120, 122)", "应拨打紧急电话（110/119/120/122）"),
    "in_litigation": Text("Before a court, an arbitrator or a petition office", "已进入诉讼、仲裁、复议或信访"),
    "repeated": Text("Repeated without new facts", "重复反映且无新事实"),
    "no_information": Text("Not enough information", "信息不足"),
    "spam": Text("Not a report", "非有效上报"),
}
"""Why a report may be rejected (workflow.md §3)."""

SATISFACTION = ("satisfied", "mostly", "fair", "dissatisfied")
CONTACTS = ("call", "visit", "on_site")
BEST_SCORE = 5
MISSING = Text("This is needed.", "此项必填。")


def require_inputs(action: Action, inputs: Inputs, rules: Rules, tree: Tree, now: datetime) -> None:
    """Nothing when everything the action needs is there and means something.

    Raises Invalid with a sentence per field; a field that the action does not know is refused too.
    """
    wanted = [(need.removesuffix("?").split("|"), need.endswith("?")) for need in action.needs]
    known = {name for names, _ in wanted for name in names}
    fields = {name: [Text("This action does not take it.", "该操作没有此项。")] for name in inputs if name not in known}
    for names, optional in wanted:
        given = [name for name in names if not _blank(inputs.get(name))]
        if not given and not optional:
            fields[names[0]] = [_choice(names)]
        for name in given:
            if (sentence := _check(name, inputs[name], rules, tree, now)) is not None:
                fields[name] = [sentence]
    if fields:
        raise Invalid(fields)


def _choice(names: list[str]) -> Text:
    return (
        MISSING
        if len(names) == 1
        else Text(f"One of {', '.join(names)} is needed.", f"须填写其一：{'、'.join(names)}。")
    )


def _blank(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str) and not value.strip())


def _check(name: str, value: Any, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    check = CHECKS.get(name)
    return check(value, rules, tree, now) if check else None


def _category(value: str, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    try:
        rules.catalogue.get(value)
    except NotFound as error:
        return error.sentence
    return None


def _priority(value: str, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    known = rules.definition.priorities
    return None if value in known else Text(f"One of {', '.join(known)}.", f"只能是 {'、'.join(known)}。")


def _reason(value: str, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    return None if value in REASONS else Text(f"One of {', '.join(REASONS)}.", f"只能是 {'、'.join(REASONS)}。")


def _person(value: int, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    return None if value in tree.posts_of else Text("There is no such person in office.", "没有这名在岗人员。")


def _until(value: datetime, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    return None if value > now else Text("This has to lie in the future.", "须晚于当前时间。")


def _contact(value: Mapping[str, Any], rules: Rules, tree: Tree, now: datetime) -> Text | None:
    known = value.get("kind") in CONTACTS
    return None if known else Text(f"kind is one of {', '.join(CONTACTS)}.", f"kind 只能是 {'、'.join(CONTACTS)}。")


def _rating(value: Mapping[str, Any], rules: Rules, tree: Tree, now: datetime) -> Text | None:
    known = value.get("satisfaction") in SATISFACTION
    names = ", ".join(SATISFACTION)
    return None if known else Text(f"satisfaction is one of {names}.", f"satisfaction 只能是 {names}。")


def _whistle(value: Mapping[str, Any], rules: Rules, tree: Tree, now: datetime) -> Text | None:
    known = rules.definition.whistles
    if value.get("kind") not in known:
        return Text(f"kind is one of {', '.join(known)}.", f"kind 只能是 {'、'.join(known)}。")
    led = value.get("lead_id") is not None
    return None if led else Text("A whistle calls a lead: lead_id.", "吹哨须指定牵头单位（lead_id）。")


def _score(value: int, rules: Rules, tree: Tree, now: datetime) -> Text | None:
    return None if 1 <= value <= BEST_SCORE else Text(f"1 to {BEST_SCORE}.", f"1 至 {BEST_SCORE} 分。")


CHECKS: Mapping[str, Callable[[Any, Rules, Tree, datetime], Text | None]] = {
    "category": _category,
    "contact": _contact,
    "person_id": _person,
    "priority": _priority,
    "rating": _rating,
    "reason": _reason,
    "score": _score,
    "until": _until,
    "whistle": _whistle,
}
