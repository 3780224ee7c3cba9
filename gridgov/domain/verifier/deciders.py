"""Proofs 3 and 8 on the definition itself: who is charged may act, and nobody decides about their own work."""

from collections.abc import Iterator

from gridgov.domain.errors import Text
from gridgov.domain.holders import CANDIDATES, candidates
from gridgov.domain.life import facts_for
from gridgov.domain.model_city import BUILDING, COMPOUND, GRID, PROPERTY, SUBDISTRICT, model_city
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.calling import waiting_for_lead
from gridgov.domain.verifier.graph import Edge, edges_of, forcing
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import Definition, HolderRule, State

UPWARDS = ("community", "subdistrict", "city")
FALLBACK = ("handler_fallback",)
REPORTER, SYSTEM = ("reporter",), ("system",)
HANDLER, LEAD = ("handler",), ("lead",)
DECIDING = {"grant", "refuse"}
OWN_WORK, WORK, JUDGED = "take_oneself", "work_done", "judged"


def chains_end_in_somebody(rules: Rules) -> Iterator[Answer]:
    """Proof 3: a chain leaves out no level on its way up, and begins with those whom its own word stands for.

    Else somebody would be charged who may not act, or the chain could end in nobody. Departments hang on the
    subdistrict, so whoever stands in for a lead begins there.
    """
    for name, rule in rules.definition.holders.items():
        if rule.chain == REPORTER:
            continue
        called = rule.chain[:1] == LEAD and rule.chain[-2:] == UPWARDS[1:]
        ends = rule.chain[-3:] == UPWARDS or rule.chain[-1:] == FALLBACK or called
        sentence = Text(f"The holders {name} can end in nobody.", f"责任链“{name}”可能落空。")
        yield None if ends else Finding(3, sentence, rule.chain)
        sentence = Text(f"The holders {name} do not begin with the {name}.", f"责任链“{name}”的起点与其名称不符。")
        yield None if _begins_with(name, rule, rules) else Finding(3, sentence, rule.chain)


def _begins_with(name: str, rule: HolderRule, rules: Rules) -> bool:
    if name not in CANDIDATES:
        return True
    tree, category = model_city(), rules.catalogue.categories[0].code
    place = {"building_id": BUILDING, "grid_id": GRID, "handler_id": PROPERTY, "granter_id": SUBDISTRICT}
    facts = facts_for(rules, tree, category, COMPOUND, **place)
    facts = waiting_for_lead(facts, rules.definition, tree)
    units = tuple(unit for word in rule.chain for unit in candidates(word, facts, tree))
    wanted = candidates(name, facts, tree)
    return units[: len(wanted)] == wanted


def nobody_decides_about_their_own_work(rules: Rules) -> Iterator[Answer]:
    """Proof 8 before any city: where the holder has to be free of the work, so has everybody who moves the case on.

    The work that is looked at was signed, and where judges change, each judgement is remembered.
    """
    definition = rules.definition
    edges = [edge for edge in edges_of(definition) if edge.moves and edge.way.by != SYSTEM]
    for edge in (edge for edge in edges if edge.action not in forcing(definition)):
        origin, target = definition.states.get(edge.origin), definition.states[edge.target]
        path = (edge.origin, edge.action, edge.target)
        free = _rule(definition, origin)
        wanted = free.impartial if free else False
        sentence = Text(f"{edge.action} may be done by whoever did the work.", f"“{edge.action}”可能由办理者本人作出。")
        yield Finding(8, sentence, path) if wanted and not edge.way.impartial else None
        sentence = Text(
            f"{edge.action} is decided by a holder who did the work.", f"“{edge.action}”的责任方可能是办理者本人。"
        )
        yield Finding(8, sentence, path) if free and edge.way.impartial and not wanted else None
        yield _signed(definition, edge, free, _rule(definition, target), path)
        yield _remembered(edge, free, path)
    for edge in edges_of(definition):
        sentence = Text(f"{edge.action} may be done by whoever asked.", f"“{edge.action}”可能由申请人自己作出。")
        held = edge.way.impartial or not DECIDING & set(edge.way.effects)
        yield None if held else Finding(8, sentence, (edge.origin, edge.action, edge.target))


def _rule(definition: Definition, state: State | None) -> HolderRule | None:
    return definition.holders[state.holder] if state is not None and state.holder else None


def _signed(
    definition: Definition, edge: Edge, before: HolderRule | None, after: HolderRule | None, path: tuple[str, ...]
) -> Finding | None:
    handed_in = before is not None and not before.impartial and after is not None and after.impartial
    handled = before is not None and before.chain[:1] == HANDLER
    signed = WORK in edge.way.effects and (handled or OWN_WORK in edge.way.effects)
    sentence = Text(f"Nobody signs the work that {edge.action} hands in.", f"“{edge.action}”没有记录办理人。")
    return Finding(8, sentence, path) if handed_in and not signed else None


def _remembered(edge: Edge, rule: HolderRule | None, path: tuple[str, ...]) -> Finding | None:
    if rule is None or not rule.impartial or rule.unused == (JUDGED in edge.way.effects):
        return None
    sentence = Text(
        f"{edge.action} could be judged twice by the same unit.", f"“{edge.action}”可能由同一单位两次裁定。"
    )
    return Finding(8, sentence, path)
