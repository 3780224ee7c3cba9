"""The conditions a way may carry (`when`), each with the sentence that a refusal shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridgov.domain.actors import Actor
from gridgov.domain.calendar import Calendar
from gridgov.domain.calls import RATED, UNANSWERED, Call, CallState
from gridgov.domain.case import Facts
from gridgov.domain.durations import Span
from gridgov.domain.errors import Text
from gridgov.domain.org import Level, Tree
from gridgov.domain.whistles import lead_call, open_helpers
from gridgov.domain.workflow import Definition
from gridgov.domain.working_time import add_span

URGENT = frozenset({"P1", "P2"})
FIVE_WORK_DAYS = Span.parse("5 wd")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a guard may look at: the case, who asks, when, since when the present state stands,
    which day it is in the city (ISO date), and when the present clock is due (None: not known)."""

    definition: Definition
    facts: Facts
    tree: Tree
    actor: Actor
    now: datetime
    since: datetime
    today: str
    calendar: Calendar
    due_at: datetime | None = None

    def spent(self, counter: str) -> bool:
        """True when the counter is used up."""
        return self.facts.count(counter) >= self.definition.counters[counter].most


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition and the sentence for when it does not hold."""

    holds: Callable[[Moment], bool]
    why: Text


def _named(moment: Moment) -> bool:
    """True for whoever has a post in a unit that the case is about."""
    kinds = set(moment.facts.about)
    return any(moment.tree.units[post.unit_id].kind.value in kinds for post in moment.actor.posts)


def _level(moment: Moment) -> int:
    """The highest rung that the actor acts for; a branch stands on the lowest."""
    tree = moment.tree
    return max((int(tree.level_of(post.unit_id)) for post in moment.actor.posts), default=int(Level.OWNER))


def _handles(moment: Moment) -> bool:
    return any(post.unit_id == moment.facts.handler_id for post in moment.actor.posts)


def _closed_by_force(moment: Moment) -> bool:
    """The present closing counts: `forced` itself stays for ever, also when the case was closed anew since."""
    return moment.facts.outcome == "forced"


def _own_calls(moment: Moment) -> tuple[Call, ...]:
    """The calls for units in which the actor has a post."""
    own = {post.unit_id for post in moment.actor.posts}
    return tuple(call for call in moment.facts.calls if call.unit_id in own)


def _call_to_rate(moment: Moment) -> bool:
    own, facts = {post.unit_id for post in moment.actor.posts}, moment.facts
    rated = [call for call in facts.calls if call.state in RATED and call.unit_id != call.blown_by]
    by_unit = any(call.unit_id in own and call.blower_score is None for call in rated)
    return by_unit or any(own & {call.blown_by, facts.subdistrict_id} and call.score is None for call in rated)


GUARDS: Mapping[str, Guard] = {
    "accepted_by_system": Guard(
        lambda m: m.facts.accepted_by_system,
        Text("Only a case that the system accepted can still be rejected.", "只有系统自动立案的案件才能再不予受理。"),
    ),
    "before_due": Guard(
        lambda m: m.due_at is None or m.now < m.due_at,
        Text("Only before the case is due.", "只能在到期前申请。"),
    ),
    "below_city": Guard(
        lambda m: m.facts.level < Level.CITY,
        Text("The city knows already; it can supervise.", "已到市级，可以督办。"),
    ),
    "call_not_refused": Guard(
        lambda m: any(call.awaited and call.state is not CallState.REFUSED for call in _own_calls(m)),
        Text("No call of your unit can be refused now.", "本单位没有可以说明不能到场的吹哨。"),
    ),
    "call_to_rate": Guard(_call_to_rate, Text("There is nothing for you to rate.", "没有待您评价的吹哨。")),
    "call_unanswered": Guard(
        lambda m: any(call.state in UNANSWERED for call in _own_calls(m)),
        Text("No call waits for your unit's answer.", "没有待本单位应哨的吹哨。"),
    ),
    "forced": Guard(_closed_by_force, Text("This case was not closed by force.", "本案不是强制结案。")),
    "hand_offs_spent": Guard(
        lambda m: m.spent("hand_offs"),
        Text(
            "The subdistrict designates after the third hand-off; the city may at any time.",
            "第三次改派后由街道指定；市级可随时指定。",
        ),
    ),
    "helper_at_work": Guard(
        lambda m: any(call.state is CallState.ARRIVED and call.unit_id != m.facts.handler_id for call in _own_calls(m)),
        Text("A helper who is there finishes; the lead resolves the case.", "由已到场的协办单位办理；牵头单位请办结。"),
    ),
    "helper_awaited": Guard(
        lambda m: any(call.awaited and not call.lead for call in _own_calls(m)),
        Text("No call waits for your unit's arrival as a helper.", "没有待本单位到场的协办吹哨。"),
    ),
    "helpers_open": Guard(
        lambda m: any(call != lead_call(m.facts) for call in open_helpers(m.facts)),
        Text("No helper's call is open.", "没有尚未结束的协办吹哨。"),
    ),
    "level_reached": Guard(
        lambda m: _level(m) >= m.facts.level,
        Text("A unit at or above the present level supervises.", "由当前层级或以上的单位督办。"),
    ),
    "no_co_reporters": Guard(
        lambda m: m.facts.co_reporters == 0,
        Text("Others reported this too, so it cannot be withdrawn.", "还有其他人上报，不能撤回。"),
    ),
    "not_designated": Guard(
        lambda m: not m.facts.designated,
        Text("A designated handler cannot decline.", "指定承办单位不能退回。"),
    ),
    "not_forced": Guard(
        lambda m: not _closed_by_force(m),
        Text("A case closed by force is reopened by the city only.", "强制结案的案件只能由市级重开。"),
    ),
    "not_lifted_by_the_handler": Guard(
        lambda m: not _handles(m),
        Text(
            "A handler asks for help; it cannot lift a case over its own clock.",
            "承办单位可以求助，不能自行上报以避开时限。",
        ),
    ),
    "not_p1": Guard(
        lambda m: m.facts.priority != "P1",
        Text("Not for a case of the first priority.", "特急件不能这样办理。"),
    ),
    "not_named": Guard(
        lambda m: not _named(m),
        Text("Whom the report is about cannot reject it; the community can.", "被反映的单位不能不予受理，由社区决定。"),
    ),
    "not_rejection_upheld": Guard(
        lambda m: m.facts.outcome != "rejection_upheld",
        Text("The rejection was upheld and stands.", "不予受理的决定已维持，不能重开。"),
    ),
    "not_the_handler": Guard(
        lambda m: not _handles(m),
        Text("The handler cannot change priority or category.", "承办单位不能调整等级或类别。"),
    ),
    "not_urged_today": Guard(
        lambda m: m.facts.urged_on != m.today,
        Text("You urged today already; tomorrow again.", "今天已经催办，请明天再试。"),
    ),
    "not_urgent": Guard(
        lambda m: m.facts.priority not in URGENT,
        Text("Not for an urgent case (P1, P2).", "特急、急件不能这样办理。"),
    ),
    "reporter_can_answer": Guard(
        lambda m: m.facts.answerable,
        Text("The reporter left no way to answer.", "上报人没有留下联系方式，无法补充。"),
    ),
    "rounds_left": Guard(
        lambda m: not m.spent("rounds"),
        Text("After the third round only the city upholds.", "第三轮后只能由市级维持。"),
    ),
    "rounds_spent": Guard(lambda m: m.spent("rounds"), Text("There are rounds left.", "还有重办次数。")),
    "send_backs_spent": Guard(
        lambda m: m.spent("send_backs"),
        Text("A dispute from here needs three send-backs first.", "返工三次后才能提出异议。"),
    ),
    "suspensions_left": Guard(
        lambda m: not m.spent("suspensions"),
        Text("A case is suspended once only.", "每个案件只能挂账一次。"),
    ),
    "whistles_left": Guard(
        lambda m: not m.spent("whistles"),
        Text("The whistles of this round are used up.", "本轮吹哨次数已用完。"),
    ),
    "within_30_days": Guard(
        lambda m: m.now - m.since <= timedelta(days=30), Text("The 30 days are over.", "已超过 30 天。")
    ),
    "within_5_work_days": Guard(
        lambda m: m.now <= add_span(m.since, FIVE_WORK_DAYS, m.calendar),
        Text("The five working days are over.", "已超过 5 个工作日。"),
    ),
    "within_7_days": Guard(
        lambda m: m.now - m.since <= timedelta(days=7), Text("The 7 days are over.", "已超过 7 天。")
    ),
}
