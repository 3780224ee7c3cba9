"""What the people of the demonstration would do next to a case, and when; nobody here changes anything.

Each state has its own few lines: they want something by the case's fate, and the scene asks the rules who may.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from gridgov.demo.calls import called_units, whistling
from gridgov.demo.scene import Act, Scene
from gridgov.demo.script import Twist
from gridgov.domain.actors import Actor
from gridgov.domain.clock import ClockKind
from gridgov.domain.requests import open_requests
from gridgov.domain.whistles import open_helpers

HAPPY = ({"satisfaction": "satisfied"}, {"satisfaction": "mostly"}, {"satisfaction": "fair"})
ASKS = {
    Twist.SUSPENDED: "suspension", Twist.SUSPENSION_REFUSED: "suspension", Twist.EXTENDED: "extension",
    Twist.EXTENSION_REFUSED: "extension", Twist.UNDECIDED: "extension", Twist.HELPED: "help",
}  # fmt: skip
REFUSED = frozenset({Twist.SUSPENSION_REFUSED, Twist.EXTENSION_REFUSED})
REJECTING = frozenset({Twist.REJECTED, Twist.APPEALED})
DISPUTING = frozenset({Twist.DISPUTED, Twist.UPHELD})
QUICK, SLOW = 0.75, 0.92
"""Of all handlers so many are done within a third of their time; up to the second number within it; the rest late."""


def next_acts(scene: Scene) -> list[Act]:
    """What is wanted of the case as it stands; whatever comes first is done, and then the case is looked at anew."""
    wish = WISHES.get(scene.facts.state)
    return [*(wish(scene) if wish else ()), *_urged(scene), *_ordered(scene)]


def _urged(scene: Scene) -> list[Act]:
    if not scene.fate.urged or scene.facts.urged_on or scene.clock is None:
        return []
    return scene.act("urge", scene.share(scene.clock, scene.drawn("urge", 60, 95)), [scene.reporter])


def _ordered(scene: Scene) -> list[Act]:
    """Some of those who hear of an escalation order that it is done."""
    if not (scene.fate.ordered and scene.lifted) or scene.clock_of(ClockKind.SUPERVISION):
        return []
    return scene.act("supervise", scene.soon(10, 60), scene.people("supervisor"), note="请尽快办理并回复。")


def _reported(scene: Scene) -> Iterator[Act]:
    facts, fate, clock = scene.facts, scene.fate, scene.clock
    early = scene.share(clock, scene.drawn("early", 5, 25))
    if facts.round == 1 and facts.floor < 2:
        yield from _first_round(scene)
    if facts.count("hand_offs") >= scene.rules.definition.counters["hand_offs"].most:
        order = {"note": "指定承办。", "handler_id": facts.community_id}
        yield from scene.act("designate", early, scene.people("subdistrict", "city"), **order)
    known = {} if fate.knows_category else {"category": fate.category}
    # Whom the community gives a case back to has nobody left below.
    desks = ("subdistrict", "city") if facts.left_by == facts.community_id else ("owner", "supervisor")
    yield from _paced(scene, "accept", "owner", desks, **known)


def _first_round(scene: Scene) -> Iterator[Act]:
    """What can become of a report before it is accepted."""
    facts, fate = scene.facts, scene.fate
    early = scene.share(scene.clock, scene.drawn("early", 2, 9))
    if fate.twist is Twist.SELF_HANDLED:
        yield from scene.act("self_handle", early, scene.people("grid_worker", "building_leader"), note="现场已处理。")
    if fate.twist is Twist.MERGED and fate.twin_of is not None:
        yield from scene.act("merge", early, scene.people("owner", "supervisor"), into=fate.twin_of, note="同一事项。")
    if fate.twist is Twist.WITHDRAWN:
        yield from scene.act("withdraw", early, [scene.reporter], note="已自行解决。")
    if fate.twist in {Twist.ASKED_INFO, Twist.INFO_UNANSWERED} and not facts.count("infos"):
        yield from scene.act("ask_info", early, scene.people("owner"), note="请补充具体位置。")
    if fate.twist in REJECTING and not facts.appealed:
        told = {"reason": "not_ours", "note": "请向12345反映。"}
        yield from scene.act("reject", early, scene.people("owner", "supervisor"), **told)


def _needs_info(scene: Scene) -> list[Act]:
    if scene.fate.twist is Twist.INFO_UNANSWERED:
        return []
    at = scene.share(scene.clock, scene.drawn("supply", 2, 30))
    return scene.act("supply_info", at, [scene.reporter, *scene.people("owner")], note="在三单元门口。")


def _dispatched(scene: Scene) -> Iterator[Act]:
    facts = scene.facts
    if scene.fate.twist is Twist.DECLINED and not facts.count("hand_offs"):
        at = scene.share(scene.clock, scene.drawn("decline", 10, 60))
        yield from scene.act("decline", at, scene.people("handler"), note="不在我单位管理范围。")
    if _gives_way(scene):
        moved = {"note": "原承办单位未签收。", "handler_id": facts.community_id}
        yield from scene.act("redispatch", scene.soon(), scene.people("supervisor"), **moved)
    yield from _paced(scene, "acknowledge", "handler", ("handler", "committee"))


def _gives_way(scene: Scene) -> bool:
    """True where a handler stayed silent so long that the case goes to another."""
    facts = scene.facts
    silent = "handler" in scene.fate.silent and scene.lifted and facts.handler_id != facts.community_id
    return silent and scene.drawn("gives way", 0, 1) < 0.4


def _handling(scene: Scene) -> Iterator[Act]:
    yield from _contact(scene)
    yield from _requests(scene)
    yield from called_units(scene)
    yield from whistling(scene)
    waits = open_requests(scene.facts.requests) and scene.fate.twist is not Twist.UNDECIDED
    if not waits or scene.lifted:
        despite = {"despite": "其余工作另行安排。"} if open_helpers(scene.facts) else {}
        at = scene.share(scene.clock, _effort(scene))
        yield from scene.act("resolve", at, scene.people("handler"), note="已处理完毕，现场恢复。", **despite)


def _effort(scene: Scene) -> float:
    """How much of its time the work takes, in per cent."""
    pace = scene.drawn("pace", 0, 1)
    if scene.fate.late or pace > SLOW:
        return scene.drawn("late", 102, 125)
    return scene.drawn("effort", 4, 33) if pace < QUICK else scene.drawn("effort", 33, 90)


def _contact(scene: Scene) -> list[Act]:
    if scene.facts.contacted:
        return []
    clock = scene.clock_of(ClockKind.CONTACT)
    at, there = scene.share(clock, scene.drawn("contact", 5, 60)), {"kind": "on_site", "made_safe": True}
    return scene.act("contact", at, scene.people("handler"), contact=there)


def _requests(scene: Scene) -> Iterator[Act]:
    """The handler asks what its fate says, once; whoever decides, answers."""
    kind, facts = ASKS.get(scene.fate.twist), scene.facts
    if kind is not None and not any(each.kind == kind for each in facts.requests):
        at = scene.share(scene.clock, scene.drawn("ask", 1, 3.5))
        until = {"until": at + timedelta(hours=scene.drawn("until", 5, 20))} if kind == "suspension" else {}
        yield from scene.act(f"ask_{kind}", at, scene.people("handler"), note="等待配件到货。", **until)
    yield from _decisions(scene)


def _decisions(scene: Scene) -> Iterator[Act]:
    if "decider" in scene.fate.silent or scene.fate.twist is Twist.UNDECIDED:
        return
    for request in open_requests(scene.facts.requests):
        clocks = (clock for clock in scene.situation.clocks if clock.key.startswith(f"request:{request.number}:"))
        at = scene.share(next((clock for clock in clocks if clock.running), None), scene.drawn("decide", 10, 60))
        verdict = "refuse" if scene.fate.twist in REFUSED else "grant"
        yield from scene.act(verdict, at, scene.people("decider"), request=request.number, note="已研究。")


def _resolved(scene: Scene) -> Iterator[Act]:
    if scene.fate.twist is Twist.SENT_BACK and not scene.facts.count("send_backs"):
        at = scene.share(scene.clock, scene.drawn("send back", 10, 60))
        yield from scene.act("send_back", at, scene.people("verifier"), note="现场仍未清理干净。")
    yield from _paced(scene, "confirm", "verifier", ("verifier", "supervisor"))


def _awaiting_rating(scene: Scene) -> Iterator[Act]:
    facts, fate = scene.facts, scene.fate
    at = scene.share(scene.clock, scene.drawn("rate", 0.5, 8))
    voices = [scene.reporter, *scene.people("caller")]
    if fate.twist in DISPUTING and facts.round == 1 and not facts.judges:
        yield from scene.act("dispute", at, voices, rating={"satisfaction": "dissatisfied", "solved": False})
    elif fate.ending == "visited":
        yield from scene.act("close", at, scene.people("owner", "community"), visit={"by": "支部", "said": "满意"})
    elif fate.ending in {"rated", "called"}:
        happy = HAPPY[int(scene.drawn("happy", 0, 2.99))]
        rating = {"contacted": True, "solved": True, **happy}
        yield from scene.act("rate", at, voices[fate.ending == "called" :], rating=rating)


def _disputed(scene: Scene) -> Iterator[Act]:
    again = scene.facts.round == 1 and scene.fate.twist is Twist.DISPUTED
    if again:
        yield from _paced(scene, "redo", "judge", ("judge",), note="请重新办理。")
    yield from _paced(scene, "uphold", "judge", ("judge", "city"), note="已核实，维持原处理。")


def _rejected(scene: Scene) -> list[Act]:
    if scene.fate.twist is not Twist.APPEALED or scene.facts.appealed:
        return []
    return scene.act("appeal", scene.soon(60, 300), [scene.reporter], note="就在本小区内。")


def _closed(scene: Scene) -> Iterator[Act]:
    facts = scene.facts
    yield from called_units(scene)
    yield from _decisions(scene)
    if scene.fate.twist is Twist.REOPENED and not facts.count("reopens"):
        voices = [scene.reporter, *scene.people("community")]
        yield from scene.act("reopen", scene.soon(60, 400), voices, note="问题又出现了。")
    if scene.fate.late and not any(each.kind == "timeout_appeal" for each in facts.requests):
        yield from scene.act("ask_timeout_appeal", scene.soon(60, 300), scene.people("handler"), note="当日停电。")


def _paced(scene: Scene, action: str, side: str, words: tuple[str, ...], **inputs: object) -> list[Act]:
    """The act by which a side moves the case on: in its time, late, or not before it was passed over."""
    if side in scene.fate.silent:
        if not scene.lifted:
            return []
        return scene.act(action, scene.soon(), _passed_over(scene, words), **inputs)
    late = scene.fate.late and side == "handler"
    percent = scene.drawn(f"{action} late", 102, 130) if late else scene.drawn(action, 8, 75)
    return scene.act(action, scene.share(scene.clock, percent), scene.people(*words), **inputs)


def _passed_over(scene: Scene, words: tuple[str, ...]) -> list[Actor]:
    """Those who may do it, whoever let the time pass last."""
    holders = set(scene.tree.acting.get(scene.facts.holder_id or 0, ()))
    return sorted(scene.people(*words), key=lambda actor: actor.person_id in holders)


WISHES: Mapping[str, Callable[[Scene], Iterator[Act] | list[Act]]] = {
    "reported": _reported,
    "needs_info": _needs_info,
    "dispatched": _dispatched,
    "handling": _handling,
    "whistled": called_units,
    "resolved": _resolved,
    "awaiting_rating": _awaiting_rating,
    "disputed": _disputed,
    "rejected": _rejected,
    "closed": _closed,
}
