"""A definition for people: tables in Markdown and a Mermaid diagram. The drawn picture is drawing_svg's.

Everything is printed from the definition itself, so that no page can say anything else than the rules do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridgov.domain.errors import Text
from gridgov.domain.verifier.graph import Edge, edges_of, forcing
from gridgov.domain.whistles import ARRIVE
from gridgov.domain.workflow import SAME, START, Action, Definition, State, Way, WhistleKind

HEADS: Mapping[str, tuple[Text, ...]] = {
    "states": (
        Text("state", "状态"),
        Text("code", "代码"),
        Text("stage", "阶段"),
        Text("holder", "当前责任方"),
        Text("limit", "时限"),
        Text("at the limit", "到期"),
        Text("forward", "前进操作"),
        Text("Open311", "Open311"),
    ),
    "actions": (
        Text("action", "操作"),
        Text("code", "代码"),
        Text("who", "办理人"),
        Text("from", "从"),
        Text("to", "到"),
        Text("needs", "需填写"),
        Text("when", "条件"),
        Text("counted", "次数"),
    ),
    "whistles": (
        Text("whistle", "吹哨类别"),
        Text("code", "代码"),
        Text("answer within", "应哨时限"),
        Text("on site within", "到场时限"),
        Text("progress every", "进展公开"),
        Text("priorities", "适用等级"),
    ),
}
STATES, ACTIONS, LIMITS = Text("States", "状态"), Text("Actions", "操作"), Text("Limits", "时限")
WHISTLES = Text("Whistles", "吹哨")
ANY_WAITING, STAYS, BEGINNING = Text("any waiting state", "任一等待状态"), Text("stays", "不变"), Text("–", "–")
FROM_ANYWHERE = Text("from any waiting state", "可从任一等待状态")
LIMIT, AFTER_LIMIT = Text("limit", "时限"), Text("after the limit", "到期后")


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two states, with every action that takes it."""

    origin: str
    target: str
    label: str


def as_markdown(definition: Definition, language: str = "zh") -> str:
    """The tables of the states, the actions and the limits, in "zh" or "en"."""
    title = f"# {said(definition.title, language)} ({definition.name} {definition.version})"
    states = (_state_row(definition, state, language) for state in definition.states.values())
    ways = (
        _way_row(definition, action, way, language) for action in definition.actions.values() for way in action.ways
    )
    parts = [title, f"## {said(STATES, language)}", _table(_heads("states", language), states)]
    parts += [f"## {said(ACTIONS, language)}", _table(_heads("actions", language), ways)]
    parts += [f"## {said(LIMITS, language)}", _limits(definition, language)]
    if definition.whistles:
        kinds = (_whistle_row(kind, language) for kind in definition.whistles.values())
        parts += [f"## {said(WHISTLES, language)}", _table(_heads("whistles", language), kinds)]
    return "\n\n".join(parts) + "\n"


def as_mermaid(definition: Definition, language: str = "zh") -> str:
    """The moves of a case as a Mermaid stateDiagram-v2; what the city alone may do is a note beside its target."""
    lines = ["stateDiagram-v2", "    direction LR"]
    for code, state in definition.states.items():
        lines.append(f'    state "{_plain(said(state.title, language))}" as {code}')
    for link in links(definition, language):
        origin = "[*]" if link.origin == START else link.origin
        lines.append(f"    {origin} --> {link.target}: {_plain(link.label)}")
    lines += [f"    {code} --> [*]" for code, state in definition.states.items() if state.final]
    for code, words in forced_notes(definition, language).items():
        lines.append(f"    note right of {code}: {_plain(words)}")
    return "\n".join(lines) + "\n"


def links(definition: Definition, language: str) -> tuple[Link, ...]:
    """Every arrow of the picture in the order of the file, those between the same two states made one."""
    forced = forcing(definition)
    found: dict[tuple[str, str], dict[str, None]] = {}
    for edge in edges_of(definition):
        if edge.moves and edge.action not in forced:
            title = said(definition.actions[edge.action].title, language)
            found.setdefault((edge.origin, edge.target), {})[title] = None
    joint = "、" if language == "zh" else ", "
    return tuple(Link(origin, target, joint.join(titles)) for (origin, target), titles in found.items())


def forced_notes(definition: Definition, language: str) -> dict[str, str]:
    """What the city alone may do, by the state that it leads to."""
    edges: Iterable[Edge] = (edge for edge in edges_of(definition) if edge.action in forcing(definition) and edge.moves)
    return {
        edge.target: f"{said(definition.actions[edge.action].title, language)} ({said(FROM_ANYWHERE, language)})"
        for edge in edges
    }


def said(text: Text, language: str) -> str:
    """The text in "zh" or "en"."""
    return text.zh if language == "zh" else str(text)


def _state_row(definition: Definition, state: State, language: str) -> list[str]:
    holder = definition.who.get(state.holder or "")
    stage = said(definition.stages[state.stage], language)
    limit = _spans(definition.limits.get(state.limit or "", {}))
    if state.limit == ARRIVE:
        limit = " · ".join(f"{said(kind.title, language)} {kind.arrive}" for kind in definition.whistles.values())
    actions = [
        said(definition.actions[code].title, language) if code else "–" for code in (state.at_limit, state.forward)
    ]
    held = said(holder, language) if holder is not None else "–"
    return [said(state.title, language), f"`{state.code}`", stage, held, limit, *actions, state.open311]


def _way_row(definition: Definition, action: Action, way: Way, language: str) -> list[str]:
    joint = "、" if language == "zh" else ", "
    who = joint.join(said(definition.who[word], language) for word in way.by)
    target = said(STAYS, language) if way.target == SAME else said(definition.states[way.target].title, language)
    needs, when = " ".join(f"`{need}`" for need in action.needs), " ".join(f"`{guard}`" for guard in way.when)
    title, origins = said(action.title, language), _origins(definition, way, language)
    return [title, f"`{action.code}`", who, origins, target, needs, when, _counted(definition, way, language)]


def _origins(definition: Definition, way: Way, language: str) -> str:
    if way.origins == (START,):
        return said(BEGINNING, language)
    titles = [said(definition.states[code].title, language) for code in way.origins]
    if set(definition.waiting) <= set(way.origins):
        others = [
            said(definition.states[code].title, language) for code in way.origins if code not in definition.waiting
        ]
        titles = [said(ANY_WAITING, language), *others]
    return ("、" if language == "zh" else ", ").join(titles)


def _counted(definition: Definition, way: Way, language: str) -> str:
    if way.counts is None:
        return ""
    counter = definition.counters[way.counts]
    per = Text(counter.per, "每轮" if counter.per == "round" else "每案")
    then = definition.actions[counter.then].title if counter.then else None
    if language == "zh":
        return f"{per.zh} ≤ {counter.most}" + (f"，之后{then.zh}" if then is not None else "")
    return f"≤ {counter.most} per {per}" + (f", then {then}" if then is not None else "")


def _whistle_row(kind: WhistleKind, language: str) -> list[str]:
    spans = (str(kind.answer), str(kind.arrive), str(kind.progress or "–"))
    return [said(kind.title, language), f"`{kind.code}`", *spans, " ".join(kind.priorities)]


def _limits(definition: Definition, language: str) -> str:
    rows = [[f"`{name}`", *_cells(definition, row)] for name, row in definition.limits.items()]
    after = said(AFTER_LIMIT, language)
    rows += [[f"`{name}` ({after})", *_cells(definition, row)] for name, row in definition.ladder.items()]
    return _table([said(LIMIT, language), *definition.priorities], rows)


def _cells(definition: Definition, row: Mapping[str, object]) -> list[str]:
    return [str(row.get(priority, "–")) for priority in definition.priorities]


def _spans(row: Mapping[str, object]) -> str:
    return " · ".join(f"{priority} {span}" for priority, span in row.items()) or "–"


def _heads(table: str, language: str) -> list[str]:
    return [said(head, language) for head in HEADS[table]]


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    return "\n".join(_line(cells) for cells in (heads, ["---"] * len(heads), *rows))


def _line(cells: list[str]) -> str:
    written = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(written)} |"


def _plain(words: str) -> str:
    """Without the signs that mean something to Mermaid."""
    return words.replace('"', "'").replace(":", "：").replace(";", "，")
