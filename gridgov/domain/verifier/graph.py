"""The definition as a graph: states are nodes, ways are edges. Shortest paths and cycles; no proof of its own."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from gridgov.domain.workflow import SAME, Definition, Way

Path = tuple[str, ...]
CITY_ONLY = ("city",)
MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Edge:
    """One way of an action out of one state. It moves unless the way says `same`: entering a state anew moves too."""

    origin: str
    action: str
    target: str
    way: Way

    @property
    def moves(self) -> bool:
        """True when a state begins."""
        return self.way.target != SAME


def edges_of(definition: Definition) -> tuple[Edge, ...]:
    """Every way out of every state, in the order of the file; the start action's origin is "start"."""
    return tuple(
        Edge(origin, action.code, way.target_from(origin), way)
        for action in definition.actions.values()
        for way in action.ways
        for origin in way.origins
    )


def forcing(definition: Definition) -> frozenset[str]:
    """The actions that are the city's alone, like force_close: no proof may lean on them."""
    return frozenset(
        code for code, action in definition.actions.items() if all(way.by == CITY_ONLY for way in action.ways)
    )


def unforced(definition: Definition) -> tuple[Edge, ...]:
    """The edges that move the case and do not belong to an action of the city alone."""
    forced = forcing(definition)
    return tuple(edge for edge in edges_of(definition) if edge.moves and edge.action not in forced)


def alone(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Those of the edges that need no other case: no proof may lean on a duplicate that happens to be there."""
    return tuple(edge for edge in edges if MERGED not in edge.way.effects)


def shortest_path(edges: Iterable[Edge], origin: str, goals: Collection[str]) -> Path | None:
    """States and actions in turn from `origin` to the nearest of `goals`; None when none can be reached."""
    out: dict[str, list[Edge]] = {}
    for edge in edges:
        out.setdefault(edge.origin, []).append(edge)
    paths: dict[str, Path] = {origin: (origin,)}
    queue = deque([origin])
    while queue:
        here = queue.popleft()
        if here in goals:
            return paths[here]
        for edge in out.get(here, ()):
            if edge.target not in paths:
                paths[edge.target] = (*paths[here], edge.action, edge.target)
                queue.append(edge.target)
    return None


def shortest_cycle(edges: Collection[Edge]) -> Path | None:
    """The shortest way from a state back to itself, None when there is none."""
    found = []
    for edge in edges:
        back = shortest_path(edges, edge.target, {edge.origin})
        if back is not None:
            found.append((edge.origin, edge.action, *back))
    return min(found, key=len, default=None)
