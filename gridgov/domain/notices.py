"""Who hears what (workflow.md §4): the file's `tell` words become people, with or without a ring.

Never the actor, never personal data; the reporter hears by the case's own link.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gridgov.domain.actors import Signature
from gridgov.domain.case import Facts
from gridgov.domain.dispatch import units_told
from gridgov.domain.duty import NIGHT_BEGINS, NIGHT_ENDS, is_duty_time
from gridgov.domain.holders import CANDIDATES
from gridgov.domain.org import Tree
from gridgov.domain.requests import open_requests
from gridgov.domain.rules import Rules

URGENT = frozenset({"P1", "P2"})


@dataclass(frozen=True, slots=True)
class Notice:
    """One person is to hear of one event; `rule` is the word of the file that says so; `rings` asks to make a noise."""

    person_id: int
    rule: str
    rings: bool


@dataclass(frozen=True, slots=True)
class News:
    """An event as the rules of telling see it; `extra` are the words that a clock adds.

    `at` is when it happened; without it nobody's duty hours are looked at.
    Of a clock `orderer_id` is who ordered or blew, `silent_id` whose time it was.
    """

    action: str
    before: Facts | None
    after: Facts
    signature: Signature
    extra: tuple[str, ...] = ()
    orderer_id: int | None = None
    at: datetime | None = None
    silent_id: int | None = None


def people_told(news: News, rules: Rules, tree: Tree) -> tuple[Notice, ...]:
    """Everybody who hears of the event, once each; who is named twice rings if either word rings.

    An urgent case rings in duty time whoever is on duty; their colleagues hear of it without a noise.
    """
    found: dict[int, Notice] = {}
    words = (*rules.definition.actions[news.action].tell, *news.extra)
    for word in words:
        name = word.removesuffix("!")
        for person, on_duty in _people(name, news, rules, tree):
            rings = word.endswith("!") and on_duty
            known = found.get(person)
            if person != news.signature.person_id and (known is None or (rings and not known.rings)):
                found[person] = Notice(person, known.rule if known else name, rings)
    return tuple(found.values())


def rings_at(now: datetime, priority: str, zone: ZoneInfo) -> datetime:
    """When a ringing notice may ring: at once, but P3 and P4 wait from 22:00 to 06:00 of the city's night."""
    local = now.astimezone(zone)
    if priority in URGENT or NIGHT_ENDS <= local.time() < NIGHT_BEGINS:
        return now
    day = local.date() + timedelta(days=1) if local.time() >= NIGHT_BEGINS else local.date()
    return datetime.combine(day, NIGHT_ENDS, zone).astimezone(now.tzinfo)


def _people(name: str, news: News, rules: Rules, tree: Tree) -> Iterable[tuple[int, bool]]:
    """Each person whom the word means, and whether a ring of it is theirs: only a roster takes it from somebody."""
    after = news.after
    if name in PEOPLE:
        people = (after.reporter_id, *after.co_reporter_ids) if name == "reporter" else (after.assignee_id,)
        return [(person, True) for person in people if person is not None]
    return [pair for unit in AUDIENCES[name](news, rules, tree) for pair in _of_unit(unit, news, rules, tree)]


def _of_unit(unit_id: int, news: News, rules: Rules, tree: Tree) -> list[tuple[int, bool]]:
    acting = tree.acting.get(unit_id, ())
    rung = _on_duty(unit_id, news, rules, tree) or acting
    return [(person, person in rung) for person in acting]


def _on_duty(unit_id: int, news: News, rules: Rules, tree: Tree) -> tuple[int, ...]:
    """Whom alone an urgent case rings now; empty in work time, and where no roster covers the moment."""
    if news.at is None or news.after.priority not in URGENT or unit_id not in tree.shifts_at:
        return ()
    return tree.on_duty(unit_id, news.at) if is_duty_time(news.at, rules.calendar) else ()


def _one(unit_id: int | None) -> tuple[int, ...]:
    return (unit_id,) if unit_id is not None else ()


def _danger(news: News, rules: Rules, tree: Tree) -> tuple[int, ...]:
    """P1 rings at the report: owner, grid worker, duty desks of community and subdistrict."""
    after = news.after
    if after.priority != "P1":
        return ()
    grids = _one(after.grid_id) or tree.grids_of.get(after.compound_id, ())
    return (after.owner_id, *grids, after.community_id, after.subdistrict_id)


def _told_level(news: News, rules: Rules, tree: Tree) -> tuple[int, ...]:
    after = news.after
    return _one((after.owner_id, after.community_id, after.subdistrict_id, after.city_id)[after.level])


def _committee(news: News, rules: Rules, tree: Tree) -> tuple[int, ...]:
    """The committee beside its property: both may acknowledge."""
    return CANDIDATES["committee"](news.after, tree)


def _called(news: News, rules: Rules, tree: Tree) -> tuple[int, ...]:
    """The units whose calls stand, and those whose call this event has made, changed or ended."""
    before = news.before.calls if news.before else ()
    return tuple(dict.fromkeys(call.unit_id for call in news.after.calls if call.open or call not in before))


def _owner(news: News, rules: Rules, tree: Tree) -> tuple[int, ...]:
    """The branch; what it holds itself is told to the community."""
    after = news.after
    own = news.action == "remind" and after.holder_id == after.owner_id
    return (after.community_id,) if own else (after.owner_id,)


Audience = Callable[[News, Rules, Tree], tuple[int, ...]]

AUDIENCES: Mapping[str, Audience] = {
    "blower": lambda news, rules, tree: CANDIDATES["blower"](news.after, tree),
    "called": _called,
    "clock": lambda news, rules, tree: (),
    "committee": _committee,
    "community": lambda news, rules, tree: (news.after.community_id,),
    "danger": _danger,
    "decider": lambda news, rules, tree: tuple({each.decider_id for each in open_requests(news.after.requests)}),
    "handler": lambda news, rules, tree: _one(news.after.handler_id),
    "handler_before": lambda news, rules, tree: _one(news.before.handler_id if news.before else None),
    "holder": lambda news, rules, tree: _one(news.after.holder_id),
    "holder_before": lambda news, rules, tree: _one(news.before.holder_id if news.before else None),
    "orderer": lambda news, rules, tree: _one(news.orderer_id),
    "owner": _owner,
    "silent": lambda news, rules, tree: _one(news.silent_id),
    "subdistrict": lambda news, rules, tree: (news.after.subdistrict_id,),
    "told": lambda news, rules, tree: units_told(rules.category(news.after), news.after, tree),
    "told_level": _told_level,
}
"""Every word of `tell` that stands for units; `reporter` and `assignee` are people."""

PEOPLE = frozenset({"reporter", "assignee"})
