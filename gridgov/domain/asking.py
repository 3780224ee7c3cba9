"""What asking, answering and silence do to the requests of a case: the effects behind domain.requests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gridgov.domain.case import Facts
from gridgov.domain.deed import Deed, Effect
from gridgov.domain.errors import Forbidden, Invalid, Text, TransitionNotAllowed
from gridgov.domain.holders import answering, candidates, in_conflict
from gridgov.domain.org import Tree
from gridgov.domain.requests import (
    GRANTED,
    LAPSED,
    MOOT,
    REFUSED,
    WHISTLE,
    Request,
    RequestRule,
    of_kind,
    open_requests,
    replaced,
    rung_for,
)
from gridgov.domain.whistling import blown

LADDER = ("owner", "community", "subdistrict", "city")


def _ask(kind: str) -> Effect:
    def ask(facts: Facts, deed: Deed) -> Facts:
        rule, until = deed.rules.definition.requests[kind], deed.inputs.get("until")
        before = of_kind(facts.requests, kind)
        if open_requests(before):
            raise TransitionNotAllowed("This was asked already and waits for an answer.", "该申请正在等待答复。")
        rung = rung_for(rule, until, deed.now, len(before))
        if rung is None:
            raise _too_long(rule)
        unit = decider_from(rule.deciders[rung], facts, deed.tree)
        asker, person = deed.signature.unit_id or facts.owner_id, deed.signature.person_id
        written = until.isoformat() if isinstance(until, datetime) else None
        wanted = deed.inputs.get(WHISTLE)
        if wanted is not None:  # what nobody could blow is not asked for
            blown(facts, deed.inputs, deed.signature, deed.rules.definition, deed.tree)
        fresh = Request(len(facts.requests) + 1, kind, asker, person, unit, until=written, wanted=wanted)
        return replace(facts, requests=(*facts.requests, fresh))

    return ask


def decider_from(word: str, facts: Facts, tree: Tree) -> int:
    """The unit that decides: the one `word` stands for, or the next above with somebody who is free of the work."""
    above = [unit for each in LADDER[LADDER.index(word) :] for unit in candidates(each, facts, tree)]
    free = (unit for unit in above if any(not in_conflict(one, facts, tree) for one in tree.acting.get(unit, ())))
    return next(free, facts.city_id)


def _grant(facts: Facts, deed: Deed) -> Facts:
    request = _answered(facts, deed)
    rule, unit = deed.rules.definition.requests[request.kind], deed.signature.unit_id or request.decider_id
    reviews = request.reviews + 1
    if rule.chosen == "turn" and reviews < len(rule.deciders):
        following = decider_from(rule.deciders[reviews], facts, deed.tree)
        return _with(facts, replace(request, decider_id=following, reviews=reviews))
    until = _until_granted(rule, request, deed)
    granted = replace(request, state=GRANTED, decider_id=unit, reviews=reviews, until=until)
    return replace(_with(facts, granted), granter_id=unit if rule.grants else facts.granter_id)


def _until_granted(rule: RequestRule, request: Request, deed: Deed) -> str | None:
    """The moment that is granted: the one asked for, or an earlier one that the decider names."""
    named: datetime | None = deed.inputs.get("until")
    if named is None or rule.chosen != "length":
        return request.until
    if (asked := request.until_moment()) is not None and named > asked:
        raise Invalid({"until": [Text("Not later than what was asked for.", "不能晚于申请的日期。")]})
    return named.isoformat()


def _refuse(facts: Facts, deed: Deed) -> Facts:
    request = _answered(facts, deed)
    return _with(facts, replace(request, state=REFUSED, decider_id=deed.signature.unit_id or request.decider_id))


def _answered(facts: Facts, deed: Deed) -> Request:
    """The request that is decided. Raises Invalid for one that is none, a Conflict for one that is over."""
    wanted = deed.inputs["request"]
    request = next((each for each in facts.requests if each.number == wanted), None)
    if request is None:
        raise Invalid({"request": [Text("This case has no such request.", "本案没有该申请。")]})
    if not request.open:
        sentence = ENDED[request.state]
        raise TransitionNotAllowed(str(sentence), sentence.zh, request=request.state)
    if deed.signature.unit_id not in answering(request, facts):
        raise Forbidden("This request is for another unit to decide.", "该申请由其他单位决定。")
    return request


ENDED: Mapping[str, Text] = {
    GRANTED: Text("This request was granted already.", "该申请已被批准。"),
    REFUSED: Text("This request was refused already.", "该申请已被驳回。"),
    LAPSED: Text("This request was not answered in time and has lapsed.", "该申请逾期未答复，已失效。"),
    MOOT: Text("This request has become moot: the case has moved on.", "案件状态已改变，该申请不再需要答复。"),
}


def _unanswered(facts: Facts, deed: Deed) -> Facts:
    """Silence moves a request up one level, as often as its rule says; then it is refused by the silence itself."""
    request = next(each for each in facts.requests if each.number == deed.inputs["request"])
    rule = deed.rules.definition.requests[request.kind]
    above = answering(request, facts)[1:]
    if rule.unanswered == "up" and above and (rule.ups is None or request.ups < rule.ups):
        return _with(facts, replace(request, decider_id=above[0], ups=request.ups + 1))
    return _with(facts, replace(request, state=LAPSED, silent=True))


def ended(before: Facts, after: Facts, at_limit: bool) -> Facts:
    """The requests after the case itself went on: moot where it left the state; an extension lapses at the due time.

    Then the breach is the silent decider's, and the handler is exempt (workflow.md §3).
    """
    if not open_requests(after.requests):
        return after
    if (before.state, before.handler_id) != (after.state, after.handler_id):
        return replace(after, requests=tuple(_moot(each) for each in after.requests))
    if at_limit:
        return replace(after, requests=tuple(_too_late(each) for each in after.requests))
    return after


def _moot(request: Request) -> Request:
    return replace(request, state=MOOT) if request.open else request


def _too_late(request: Request) -> Request:
    return replace(request, state=LAPSED, silent=True) if request.open and request.kind == "extension" else request


def _with(facts: Facts, request: Request) -> Facts:
    return replace(facts, requests=replaced(facts.requests, request))


def _too_long(rule: RequestRule) -> Invalid:
    most = max(rule.days, default=0)
    return Invalid({"until": [Text(f"At most {most} days.", f"最长 {most} 天。")]})


ASKING: Mapping[str, Effect] = {
    "ask_extension": _ask("extension"),
    "ask_help": _ask("help"),
    "ask_suspension": _ask("suspension"),
    "ask_timeout_appeal": _ask("timeout_appeal"),
    "ask_whistle": _ask(WHISTLE),
    "grant": _grant,
    "refuse": _refuse,
    "resumed": lambda facts, deed: replace(facts, granter_id=None),
    "suspended": lambda facts, deed: facts,
    "unanswered": _unanswered,
}
