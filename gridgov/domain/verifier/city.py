"""Proof 8 and what else needs the tree: on this city, for every compound, somebody is there and free of the work.

A place without a building is the harder one (it has no building leader), so it stands for all; each building is
looked at as its own group's work.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gridgov.domain.case import Facts
from gridgov.domain.catalogue import URGENT, Category
from gridgov.domain.dispatch import default_handler, may_dispatch
from gridgov.domain.errors import NoHolder, Text
from gridgov.domain.holders import candidates, holder_of, in_conflict, owner_decides
from gridgov.domain.life import facts_for
from gridgov.domain.org import ACTING_ROLE, Level, Tree, Unit, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.calling import with_former_handler
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.whistles import helpers_of
from gridgov.domain.workflow import HolderRule

PROOF, SILENT = 8, 13
RESIDENT = "resident"
DECIDERS = ("owner", "community", "subdistrict", "city")
ABOVE = (UnitKind.COMMUNITY, UnitKind.SUBDISTRICT, UnitKind.CITY)
SERVING = (UnitKind.BRANCH, UnitKind.PROPERTY, UnitKind.EMERGENCY_PROPERTY, UnitKind.COMMITTEE)
OWN_WORK = "take_oneself"


@dataclass
class Place:
    """A compound, perhaps one of its buildings, and what was found out there: equal questions are asked once."""

    rules: Rules
    tree: Tree
    compound: Unit
    building: Unit | None = None
    handlers: dict[tuple[object, ...], int | None] = field(default_factory=dict)
    missing: dict[tuple[object, ...], str | None] = field(default_factory=dict)

    def facts(self, category: Category) -> Facts:
        """A fresh report of `category` here."""
        place = {"building_id": self.building.id, "grid_id": self.building.grid_id} if self.building else {}
        return facts_for(self.rules, self.tree, category.code, self.compound.id, **place)


def territory_is_complete(rules: Rules, tree: Tree) -> Iterator[Answer]:
    """Each compound has exactly one branch, each community a public area, each level above somebody who can be told.

    The city has two people at least: they take turns where the one has judged before or is silent.
    """
    public = {unit.parent_id for unit in tree.units.values() if unit.public_area}
    for unit in tree.units.values():
        staff = len(tree.acting.get(unit.id, ()))
        if unit.kind is UnitKind.COMPOUND:
            branches = len(tree.served_by(unit.id, UnitKind.BRANCH))
            yield (
                None
                if branches == 1
                else _refused("A compound needs exactly one branch", "小区须有且只有一个支部", unit.code)
            )
        if unit.kind is UnitKind.COMMUNITY:
            held = unit.id in public
            yield None if held else _refused("A community needs a public area", "社区须有公共区域", unit.code)
        if unit.kind in ABOVE:
            held = staff > 0
            yield None if held else _refused("An escalation would reach nobody", "升级后无人得知", unit.code)
    staff = len(tree.acting.get(tree.city.id, ()))
    sentence = Text("The city needs two supervisors at least.", "市级至少需要两名督办人员。")
    yield None if staff > 1 else Finding(SILENT, sentence, (tree.city.code,))


def _refused(en: str, zh: str, *path: str) -> Finding:
    return Finding(PROOF, Text(f"{en}.", f"{zh}。"), path)


def somebody_is_free(rules: Rules, tree: Tree) -> Iterator[Answer]:
    """Proof 8: compound × category × kind of reporter. Every role that a state waits on resolves, too."""
    groups: dict[int | None, list[Unit]] = {}
    for unit in tree.units.values():
        if unit.kind is UnitKind.BUILDING and tree.served_by(unit.id, UnitKind.BUILDING_GROUP):
            groups.setdefault(unit.parent_id, []).append(unit)
    for compound in tree.units.values():
        if compound.kind is not UnitKind.COMPOUND or len(tree.served_by(compound.id, UnitKind.BRANCH)) != 1:
            continue
        place = Place(rules, tree, compound)
        yield from _reports(place)
        yield from _serving(place)
        for building in groups.get(compound.id, ()):
            yield from _own_work(replace(place, building=building, missing={}, handlers={}))


def _reports(place: Place) -> Iterator[Answer]:
    """Every category, handled by whom the owner names, reported by everybody who might."""
    reporters = _reporters(place, place.facts(place.rules.catalogue.categories[0]))
    for category in place.rules.catalogue:
        facts = place.facts(category)
        handler = _handler(place, category, facts)
        path = (place.compound.code, category.code)
        if handler is None:
            yield _refused("The owner may name no handler", "支部没有可以派遣的承办单位", *path)
            continue
        facts = replace(facts, handler_id=handler, handlers=(handler,))
        for word, person in reporters.items():
            yield _answer(place, facts, person, (*path, word))


def _serving(place: Place) -> Iterator[Answer]:
    """Every organisation that serves the compound as handler, also one that nobody is left in."""
    facts = place.facts(place.rules.catalogue.categories[0])
    units = [unit for kind in SERVING for unit in place.tree.served_by(place.compound.id, kind)]
    for unit in (*units, facts.community_id, facts.subdistrict_id):
        for priority in place.rules.definition.priorities:
            handled = replace(facts, handler_id=unit, handlers=(unit,), priority=priority)
            yield _answer(place, handled, None, (place.compound.code, place.tree.units[unit].code))
        for helped in with_former_handler(facts, unit, place.rules.definition, place.tree):
            yield _answer(place, helped, None, (place.compound.code, place.tree.units[unit].code))


def _own_work(place: Place) -> Iterator[Answer]:
    """Whoever handles what they reported themselves does not check it."""
    facts = place.facts(place.rules.catalogue.categories[0])
    ways = [way for action in place.rules.definition.actions.values() for way in action.ways]
    words = dict.fromkeys(word for way in ways if OWN_WORK in way.effects for word in way.by)
    for unit in (unit for word in words for unit in candidates(word, facts, place.tree)):
        for person in place.tree.acting.get(unit, ()):
            handled = replace(facts, handler_id=unit, handlers=(unit,), workers=(person,), reporter_id=person)
            yield _answer(place, handled, person, (place.compound.code, place.tree.units[unit].code))


def _reporters(place: Place, facts: Facts) -> dict[str, int | None]:
    """One person of each kind who may report here, by their role; a resident has no account."""
    tree = place.tree
    serving = [unit for kind in SERVING for unit in tree.served_by(place.compound.id, kind)]
    units = (*serving, *tree.grids_of.get(place.compound.id, ()), facts.community_id, facts.subdistrict_id)
    found: dict[str, int | None] = {RESIDENT: None}
    for unit in units:
        for person in tree.acting.get(unit, ())[:1]:
            found.setdefault(ACTING_ROLE[tree.units[unit].kind], person)
    return found


def _handler(place: Place, category: Category, facts: Facts) -> int | None:
    """Whom the owner names when it follows the catalogue, None where it may name nobody."""
    key = (category.chain, category.priority in URGENT, category.about)
    if key not in place.handlers:
        level = place.tree.level_of(owner_decides(facts, place.tree))
        place.handlers[key] = _named(category, facts, place.tree, level)
    return place.handlers[key]


def _named(category: Category, facts: Facts, tree: Tree, level: Level) -> int | None:
    first = next((unit for unit in _firsts(category, facts, tree) if tree.acting.get(unit)), None)
    if first is not None and not may_dispatch(level, category, first, facts, tree):
        return None
    try:
        # A P1 is dispatched by the system, which stands on the owner's rung.
        default_handler(category, facts, tree, Level.OWNER)
        return default_handler(category, facts, tree, level)
    except NoHolder:
        return None


def _firsts(category: Category, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """The units that the first word of the chain means here, as the tree has them."""
    kind, _, trade = category.chain[0].partition(":")
    served = tree.served_by(facts.city_id if trade else facts.compound_id, UnitKind(kind))
    return tuple(unit for unit in served if not trade or tree.units[unit].trade == trade)


def _answer(place: Place, facts: Facts, reporter: int | None, path: tuple[str, ...]) -> Answer:
    key = (facts.handler_id, facts.about, facts.workers, reporter, facts.priority in URGENT, helpers_of(facts))
    if key not in place.missing:
        place.missing[key] = _missing(place, facts, reporter)
    word = place.missing[key]
    return (
        None if word is None else _refused(f"Nobody free is left as {word}", f"没有无利害关系的人可任“{word}”", *path)
    )


def _missing(place: Place, facts: Facts, reporter: int | None) -> str | None:
    """The first role that nobody can fill: free of the work where it asks for that, and not the reporter."""
    for name, rule in place.rules.definition.holders.items():
        if rule.chain != ("reporter",) and not _filled(rule, facts, reporter, place.tree):
            return name
    return None if _free(DECIDERS, facts, reporter, place.tree) else "decider"


def _filled(rule: HolderRule, facts: Facts, reporter: int | None, tree: Tree) -> bool:
    try:
        holder_of(rule, facts, tree)
        if rule.unused:
            holder_of(rule, _after_all_judged(facts, tree), tree)
    except NoHolder:
        return False
    return not rule.impartial or _free(rule.chain, facts, reporter, tree)


def _after_all_judged(facts: Facts, tree: Tree) -> Facts:
    last = tree.acting.get(facts.city_id, (None,))[0]
    return replace(facts, judges=(facts.community_id, facts.subdistrict_id), last_judge_id=last)


def _free(words: tuple[str, ...], facts: Facts, reporter: int | None, tree: Tree) -> bool:
    return any(
        person != reporter and not in_conflict(person, facts, tree)
        for word in words
        for unit in candidates(word, facts, tree)
        for person in tree.acting.get(unit, ())
    )
