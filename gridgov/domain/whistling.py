"""What happens to the calls of a case: blown, answered, arrived, finished, refused, changed, called off, rated.

Facts in, facts out, like every effect. Each refusal names the field or the call that it is about.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from gridgov.domain.actors import Signature
from gridgov.domain.calls import AWAITED, OPEN, RATED, UNANSWERED, Call, CallState
from gridgov.domain.case import Facts
from gridgov.domain.errors import Invalid, Text, TransitionNotAllowed
from gridgov.domain.inputs import Inputs
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.whistles import lead_call, open_helpers
from gridgov.domain.workflow import Definition

LEADING = frozenset({UnitKind.DEPARTMENT, UnitKind.UTILITY})
CALLABLE = LEADING | {UnitKind.EMERGENCY_PROPERTY, UnitKind.PROPERTY, UnitKind.TEAM, UnitKind.STATION}
"""Whom a whistle may call, as helper; a lead has powers of its own. Branches and committees are not whistled for."""

Fields = dict[str, list[Text]]


def blown(facts: Facts, inputs: Inputs, signature: Signature, definition: Definition, tree: Tree) -> Facts:
    """A whistle: a call for the lead and one for each helper. Raises Invalid on `whistle.*`."""
    given = inputs["whistle"]
    lead, helpers, kind = given["lead_id"], tuple(given.get("helper_ids") or ()), given["kind"]
    _require({"whistle.kind": _wrong_kind(kind, facts, definition),
              "whistle.lead_id": _wrong_unit(lead, facts, tree, LEADING, ()),
              "whistle.helper_ids": _wrong_helpers(helpers, lead, facts, tree)})  # fmt: skip
    whistle = max((call.whistle for call in facts.calls), default=0) + 1
    blower, place = _blower(facts, inputs, signature), given.get("place")
    for unit in (lead, *helpers):
        fresh = Call(len(facts.calls) + 1, whistle, facts.round, unit, kind, unit == lead, CallState.CALLED, blower)
        facts = _called(facts, replace(fresh, place=place))
    return replace(facts, contacted=False)


def _blower(facts: Facts, inputs: Inputs, signature: Signature) -> int:
    """Who blew, or granted the whistle that was asked for and that the system blows for them."""
    return int(signature.unit_id or inputs.get("blown_by") or facts.subdistrict_id)


def lead_changed(facts: Facts, inputs: Inputs, tree: Tree) -> Facts:
    """Another lead is called in place of the one that does not come. Raises Invalid on `lead_id`."""
    unit, old = inputs["lead_id"], _lead(facts)
    same = Text("This unit leads already.", "该单位已是牵头单位。") if unit == old.unit_id else None
    _require({"lead_id": same or _wrong_unit(unit, facts, tree, LEADING, ())})
    facts = _with(facts, replace(old, state=CallState.REPLACED))
    fresh = replace(old, number=len(facts.calls) + 1, unit_id=unit, state=CallState.CALLED)
    return replace(_called(facts, fresh), contacted=False)


def answered(facts: Facts, inputs: Inputs, signature: Signature) -> Facts:
    """The unit says that it comes, perhaps after it had refused."""
    return _with(facts, replace(_own(facts, inputs, signature, UNANSWERED), state=CallState.ANSWERED))


def refused(facts: Facts, inputs: Inputs, signature: Signature) -> Facts:
    """The unit says why it does not come; its clocks run on."""
    standing = AWAITED - {CallState.REFUSED}
    return _with(facts, replace(_own(facts, inputs, signature, standing), state=CallState.REFUSED))


def lead_arrived(facts: Facts, signature: Signature) -> Facts:
    """The lead is there and handles from now on; whoever handled before stays to help."""
    lead, former = _lead(facts), facts.handler_id
    if signature.unit_id != lead.unit_id:
        raise TransitionNotAllowed("Only the lead itself takes the lead.", "只能由牵头单位自己报到。")
    facts = _with(facts, replace(lead, state=CallState.ARRIVED))
    if former is not None:
        facts = _stays(facts, former, lead)
    handlers = tuple(sorted({*facts.handlers, lead.unit_id}))
    return replace(
        facts, handler_id=lead.unit_id, handlers=handlers, designated=False, assignee_id=None, left_by=None
    )  # fmt: skip


def joined(facts: Facts, inputs: Inputs, signature: Signature) -> Facts:
    """A helper is there."""
    call = _own(facts, inputs, signature, AWAITED, _helps)
    return _with(facts, replace(call, state=CallState.ARRIVED))


def finished(facts: Facts, inputs: Inputs, signature: Signature) -> Facts:
    """A helper has done its part; the lead's part ends when it resolves the case."""
    here = frozenset({CallState.ARRIVED})
    call = _own(facts, inputs, signature, here, lambda each: each.unit_id != facts.handler_id)
    return _with(facts, replace(call, state=CallState.FINISHED))


def dismissed(facts: Facts, inputs: Inputs) -> Facts:
    """One helper is not needed any more. Raises TransitionNotAllowed for the lead and for what is over."""
    call = _numbered(inputs["call"], facts)
    if call not in open_helpers(facts) or call == lead_call(facts):
        raise TransitionNotAllowed(
            "Only the open call of a helper can be called off alone.", "只能单独撤销尚未结束的协办吹哨。"
        )
    return _with(facts, _over(call, CallState.CALLED_OFF))


def called_off(facts: Facts) -> Facts:
    """The whole whistle is over; helpers of an earlier one go on."""
    present = _lead(facts).whistle
    for call in facts.calls:
        if call.open and call.whistle == present:
            facts = _with(facts, _over(call, CallState.CALLED_OFF))
    return replace(facts, contacted=False)


def rated(facts: Facts, inputs: Inputs, signature: Signature) -> Facts:
    """Each side rates the other once (一事双评). Raises TransitionNotAllowed for a second time, Invalid on `call`."""
    call, score = _rated_call(facts, inputs, signature), inputs["score"]
    if call.state not in RATED or call.unit_id == call.blown_by:
        raise TransitionNotAllowed("There is nothing to rate.", "没有可评价的内容。")
    by_unit = signature.unit_id == call.unit_id
    if (call.blower_score if by_unit else call.score) is not None:
        raise TransitionNotAllowed("This side has rated already.", "本方已评价。")
    return _with(facts, replace(call, blower_score=score) if by_unit else replace(call, score=score))


def helpers_done(facts: Facts, inputs: Inputs) -> Facts:
    """The work is handed in: nobody is still on the way or at work, unless the lead writes why it ends all the same."""
    despite = inputs.get("despite")
    if open_helpers(facts) and not (isinstance(despite, str) and despite.strip()):
        sentence = Text(
            "Units that were called are still at work: write why it ends without them.",
            "仍有被吹哨单位未完成，请说明为何先行办结。",
        )
        raise Invalid({"despite": [sentence]})
    for call in facts.calls:
        if call.lead and call.unit_id == facts.handler_id and call.state is CallState.ARRIVED:
            facts = _with(facts, replace(call, state=CallState.FINISHED))
    return facts


def tidied(before: Facts, after: Facts, final: bool) -> Facts:
    """The calls after a step: with the round or the case they are over.

    A lead that hands on is done, and a helper to whom the case is dispatched handles instead.
    """
    over = final or after.round != before.round
    for call in after.calls:
        handles = call.unit_id == after.handler_id
        left = call.lead and call.state is CallState.ARRIVED and not handles
        if call.open and (over or left or (handles and not call.lead)):
            after = _with(after, _over(call, CallState.MOOT))
    return after


def _over(call: Call, state: CallState) -> Call:
    """Ended as `state`; whoever was there is done, so that it stays known who took part in the work."""
    return replace(call, state=CallState.FINISHED if call.state is CallState.ARRIVED else state)


def _lead(facts: Facts) -> Call:
    call = lead_call(facts)
    if call is None:
        raise TransitionNotAllowed("No lead is waited for.", "没有待报到的牵头单位。")
    return call


def _helps(call: Call) -> bool:
    return not call.lead


def _with(facts: Facts, call: Call) -> Facts:
    return replace(facts, calls=tuple(call if each.number == call.number else each for each in facts.calls))


def _called(facts: Facts, fresh: Call) -> Facts:
    """One call more; a helper that is called to lead has its older call replaced."""
    for call in facts.calls:
        if call.open and call.unit_id == fresh.unit_id:
            facts = _with(facts, _over(call, CallState.REPLACED))
    return replace(facts, calls=(*facts.calls, fresh))


def _stays(facts: Facts, unit_id: int, lead: Call) -> Facts:
    """The handler of before as a helper who is there: its open call, or a call of its own."""
    for call in facts.calls:
        if call.open and call.unit_id == unit_id:
            return _with(facts, replace(call, lead=False, state=CallState.ARRIVED))
    own = replace(lead, number=len(facts.calls) + 1, unit_id=unit_id, lead=False, state=CallState.ARRIVED)
    return replace(facts, calls=(*facts.calls, own))


def _numbered(number: int, facts: Facts) -> Call:
    if not 1 <= number <= len(facts.calls):
        raise Invalid({"call": [Text("There is no such call.", "没有这次吹哨。")]})
    return facts.calls[number - 1]


def _own(
    facts: Facts,
    inputs: Inputs,
    signature: Signature,
    states: Collection[CallState],
    also: Callable[[Call], bool] = lambda call: True,
) -> Call:
    """The call that is meant: the numbered one, or the first of the unit's in one of the states."""
    number = inputs.get("call")
    named = (_numbered(number, facts),) if number is not None else facts.calls
    own = [call for call in named if call.unit_id == signature.unit_id]
    if not own:
        raise Invalid({"call": [Text("This call is for another unit.", "这次吹哨不是呼叫您的单位。")]})
    fitting = [call for call in own if call.state in states and also(call)]
    if not fitting:
        raise TransitionNotAllowed(
            f"This call is {own[-1].state.value}: that is not possible now.", "这次吹哨当前不能这样办理。"
        )
    return fitting[0]


def _rated_call(facts: Facts, inputs: Inputs, signature: Signature) -> Call:
    """The numbered call, else the unit's own last one that can be rated."""
    unit, number = signature.unit_id, inputs.get("call")
    if number is not None:
        call = _numbered(number, facts)
        if unit not in {call.unit_id, call.blown_by, facts.subdistrict_id}:
            raise Invalid({"call": [Text("This call is between others.", "这次吹哨与您的单位无关。")]})
        return call
    own = [call for call in facts.calls if call.unit_id == unit and call.state in RATED]
    if not own:
        raise Invalid({"call": [Text("Say which call is rated.", "请填写所评价的吹哨。")]})
    return own[-1]


def _require(found: Mapping[str, Text | None]) -> None:
    fields: Fields = {name: [sentence] for name, sentence in found.items() if sentence is not None}
    if fields:
        raise Invalid(fields)


def _wrong_kind(kind: str, facts: Facts, definition: Definition) -> Text | None:
    admitted = [each for each in definition.whistles.values() if facts.priority in each.priorities]
    if kind in {each.code for each in admitted}:
        return None
    names, names_zh = ", ".join(each.title for each in admitted), "、".join(each.title.zh for each in admitted)
    return Text(f"For {facts.priority} only: {names}.", f"{facts.priority} 案件只能吹：{names_zh}。")


def _wrong_helpers(helpers: tuple[int, ...], lead: int, facts: Facts, tree: Tree) -> Text | None:
    if len({*helpers, lead}) != len(helpers) + 1:
        return Text("Each unit is called once.", "同一单位只能呼叫一次。")
    called = [call.unit_id for call in facts.calls if call.state in OPEN]
    return next((why for unit in helpers if (why := _wrong_unit(unit, facts, tree, CALLABLE, called))), None)


def _wrong_unit(
    unit_id: int, facts: Facts, tree: Tree, kinds: Collection[UnitKind], called: Collection[int]
) -> Text | None:
    unit = tree.units.get(unit_id)
    if unit is None:
        return Text("There is no such unit.", "没有这个单位。")
    if unit_id == facts.handler_id:
        return Text(f"{unit.name_en} has the case already.", f"{unit.name_zh}已在承办本案。")
    if unit_id in called:
        return Text(f"{unit.name_en} is called already.", f"已向{unit.name_zh}吹哨。")
    near = any(each in tree.path(facts.compound_id) for each in tree.territories_of.get(unit_id, ()))
    if unit.kind not in kinds or not near:
        return Text(f"{unit.name_en} cannot be called for this.", f"不能为此向{unit.name_zh}吹哨。")
    if not tree.acting.get(unit_id):
        return Text(f"Nobody in {unit.name_en} can act now.", f"{unit.name_zh}目前没有在岗人员。")
    return None
