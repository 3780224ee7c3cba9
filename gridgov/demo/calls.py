"""The whistle in the demonstration: who blows, who comes, who stays away, who is changed or called off, who rates."""

from collections.abc import Iterator

from gridgov.demo.scene import Act, Scene
from gridgov.demo.script import SILENT, Twist
from gridgov.domain.calls import RATED, UNANSWERED, Call, CallState
from gridgov.domain.clock import ClockKind
from gridgov.domain.org import UnitKind
from gridgov.domain.whistles import lead_call

BLOWN = frozenset({Twist.WHISTLED, Twist.LEAD_CHANGED, Twist.CALLED_OFF})
LEADS = (UnitKind.DEPARTMENT, UnitKind.UTILITY)


def whistling(scene: Scene) -> Iterator[Act]:
    """Community or subdistrict blows once where the fate says so."""
    if scene.fate.twist not in BLOWN or scene.facts.count("whistles") or scene.facts.calls:
        return
    lead, helper = _departments(scene)[:2]
    urgent = scene.facts.priority in {"P1", "P2"} or scene.drawn("kind", 0, 1) < 0.5
    kind = "emergency" if urgent else "enforcement"
    whistle = {"kind": kind, "lead_id": lead, "helper_ids": [helper], "place": "小区东门"}
    desks = ("community", "subdistrict") if scene.drawn("desk", 0, 1) < 0.6 else ("subdistrict",)
    at = scene.share(scene.clock, scene.drawn("whistle", 0.8, 3))
    yield from scene.act("whistle", at, scene.people(*desks), whistle=whistle)


def called_units(scene: Scene) -> Iterator[Act]:
    """What the called units do, and what becomes of those that do not come; afterwards both sides rate each other."""
    for call in scene.facts.calls:
        if call.awaited:
            yield from _awaited(scene, call)
        elif call.state is CallState.ARRIVED:
            own = scene.of_units([call.unit_id])
            yield from scene.act("finish", scene.soon(30, 200), own, call=call.number, note="协办完成。")
        elif call.state in RATED and call.unit_id != call.blown_by:
            yield from _ratings(scene, call)


def _awaited(scene: Scene, call: Call) -> Iterator[Act]:
    own, leads = scene.of_units([call.unit_id]), call == lead_call(scene.facts)
    if leads:
        yield from _unwanted(scene, call)
    if _stays_away(scene, call):
        return
    answer = scene.share(scene.call_clock(ClockKind.ANSWER, call), scene.drawn(f"answer{call.number}", 10, 80))
    arrive = scene.share(scene.call_clock(ClockKind.ARRIVAL, call), scene.drawn(f"arrive{call.number}", 25, 90))
    if call.state in UNANSWERED:
        yield from scene.act("answer", answer, own, call=call.number)
    elif leads:
        yield from scene.act("arrive", arrive, own, place="小区东门")
    else:
        yield from scene.act("join", arrive, own, call=call.number, place="小区东门")


def _stays_away(scene: Scene, call: Call) -> bool:
    """A lead that is to be changed or called off never comes; others that stay silent come once it was escalated."""
    if call.lead and scene.fate.twist is Twist.CALLED_OFF and call.whistle == 1:
        return True
    if call.lead and scene.fate.twist is Twist.LEAD_CHANGED and call.number == 1:
        return True
    return scene.drawn(f"silent{call.number}", 0, 1) < SILENT["called"] and not (call.lead and scene.lifted)


def _unwanted(scene: Scene, call: Call) -> Iterator[Act]:
    above = scene.people("subdistrict", "city")
    if scene.fate.twist is Twist.CALLED_OFF:
        at = scene.share(scene.clock, scene.drawn("call off", 30, 90))
        yield from scene.act("call_off", at, scene.people("blower", "subdistrict"), note="情况已缓解。")
    if scene.fate.twist is not Twist.LEAD_CHANGED or call.number != 1:
        return
    if call.state is CallState.CALLED and scene.drawn("says why", 0, 1) < 0.5:
        at = scene.share(scene.call_clock(ClockKind.ANSWER, call), scene.drawn("refuse", 20, 90))
        yield from scene.act(
            "refuse_call", at, scene.of_units([call.unit_id]), call=call.number, note="不属我单位职责。"
        )
    at = scene.share(scene.clock, scene.drawn("change", 40, 110))
    yield from scene.act("change_lead", at, above, lead_id=_departments(scene)[2], note="改由其他部门牵头。")


def _ratings(scene: Scene, call: Call) -> Iterator[Act]:
    score = round(scene.drawn(f"score{call.number}", 2, 5))
    if call.blower_score is None:
        yield from scene.act("rate_call", scene.soon(20, 200), scene.of_units([call.unit_id]), call=call.number,
                             score=score)  # fmt: skip
    if call.score is None:
        blower = scene.of_units([call.blown_by])
        yield from scene.act("rate_call", scene.soon(20, 200), blower, call=call.number, score=score)


def _departments(scene: Scene) -> list[int]:
    """The city's departments and utilities with somebody in office, in this case's own order, without the handler."""
    units = scene.tree.units.values()
    found = [each.id for each in units if each.kind in LEADS and each.id in scene.tree.acting]
    order = sorted(found, key=lambda unit: scene.fate.drawn(f"department {scene.tree.units[unit].code}", 0, 1))
    return [unit for unit in order if unit != scene.facts.handler_id]
