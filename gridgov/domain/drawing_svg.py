"""A definition as a picture (SVG): one column for each stage, a box for each state, arrows in the gutters between.

The layout is by rule, not by chance: the same definition gives the same bytes. Nothing is loaded from elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from gridgov.domain.drawing import Link, forced_notes, links, said
from gridgov.domain.errors import Text
from gridgov.domain.workflow import START, Definition, State

BOX, SLOT, LANE, GAP, MARGIN, HEAD = 150, 22, 24, 34, 20, 40
TRACK, ROOM = 12, 26
STYLE = (
    ".s{fill:#f5f7fa;stroke:#5b6b7f}.f{fill:#e9eef3;stroke:#5b6b7f;stroke-dasharray:4 3}"
    ".now{fill:#fdecc8;stroke:#b45309;stroke-width:3}.l{fill:none;stroke:#6b7a8d}.t{fill:#1f2933;font-size:14px}"
    ".e{fill:#33475b;font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px}.h{fill:#5b6b7f;font-size:12px}"
    "text{font-family:system-ui,'Noto Sans SC','Microsoft YaHei',sans-serif}"
)
DESCRIPTION = Text(
    "Each box is a state, each column a stage; arrows are the actions that move a case.",
    "每个方框是一个状态，每列是一个阶段，箭头是推动案件的操作。",
)
NOW = Text("the present state is {}", "当前状态是“{}”")


@dataclass
class Box:
    """A state's place; `left` and `right` are the links that touch its sides, in slots from the top."""

    state: State
    column: int
    x: float = 0
    y: float = 0
    left: list[Link] = field(default_factory=list)
    right: list[Link] = field(default_factory=list)

    @property
    def height(self) -> float:
        """Tall enough for a slot to each link."""
        return max(2, len(self.left), len(self.right)) * SLOT + 12

    def slot(self, link: Link, left: bool, arrives: bool) -> float:
        """The height at which a link touches a side; one that returns to its own state arrives below where it left."""
        side = self.left if left else self.right
        place = len(side) - 1 - side[::-1].index(link) if arrives else side.index(link)
        return self.y + (place + 0.5) * self.height / len(side)


@dataclass
class Sheet:
    """The whole layout: boxes, the links that use each gutter (0 lies left of the first column), and the lanes."""

    boxes: dict[str, Box]
    heads: list[tuple[int, str]]
    gutters: dict[int, list[Link]] = field(default_factory=lambda: defaultdict(list))
    above: list[Link] = field(default_factory=list)
    below: list[Link] = field(default_factory=list)
    edges_of_gutters: dict[int, float] = field(default_factory=dict)
    top: float = 0.0
    bottom: float = 0.0
    width: float = 0

    def exit_left(self, link: Link) -> bool:
        """True where a link leaves its origin to the left: it leads back."""
        return self.boxes[link.origin].column > self.boxes[link.target].column

    def enter_left(self, link: Link) -> bool:
        """True where a link reaches its target from the left: it leads on."""
        return self.boxes[link.origin].column < self.boxes[link.target].column

    def track(self, gutter: int, link: Link) -> float:
        """The x of a link's upright line in a gutter."""
        return self.edges_of_gutters[gutter] + TRACK * (self.gutters[gutter].index(link) + 1)


def as_svg(definition: Definition, language: str = "zh", current: str | None = None) -> str:
    """The picture in "zh" or "en", as one self-contained SVG; `current` is the state that stands out."""
    sheet = _lay_out(definition, language)
    title = said(definition.title, language)
    description = said(DESCRIPTION, language)
    if current is not None:
        now = said(definition.state(current).title, language)
        description += f" {said(NOW, language).format(now)}"
    height = sheet.bottom + LANE * (len(sheet.below) + 1) + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="wt wd" lang="{language}" '
        f'viewBox="0 0 {sheet.width:g} {height:g}" width="{sheet.width:g}" height="{height:g}">'
    )
    marker = '<marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    defs = f'<defs>{marker}<path d="M0 0L8 4L0 8z" fill="#6b7a8d"/></marker></defs><style>{STYLE}</style>'
    words = f'<title id="wt">{escape(title)}</title><desc id="wd">{escape(description)}</desc>'
    body = [*_headings(sheet), *_arrows(sheet), *_boxes(definition, sheet, language, current)]
    return "\n".join([head, words, defs, *body, "</svg>"]) + "\n"


def _lay_out(definition: Definition, language: str) -> Sheet:
    stages = [stage for stage in definition.stages if any(s.stage == stage for s in definition.states.values())]
    boxes = {code: Box(state, stages.index(state.stage)) for code, state in definition.states.items()}
    heads = [(number, said(definition.stages[stage], language)) for number, stage in enumerate(stages)]
    sheet = Sheet(boxes, heads)
    for link in links(definition, language):
        if link.origin != START:
            _place(sheet, link)
    sheet.above.sort(key=lambda link: _distance(sheet, link))
    sheet.below.sort(key=lambda link: _distance(sheet, link))
    _measure(sheet, len(stages))
    return sheet


def _distance(sheet: Sheet, link: Link) -> int:
    return abs(sheet.boxes[link.origin].column - sheet.boxes[link.target].column)


def _place(sheet: Sheet, link: Link) -> None:
    """Give a link its sides, its gutters, and a lane where it passes other columns."""
    origin, target = sheet.boxes[link.origin], sheet.boxes[link.target]
    (origin.left if sheet.exit_left(link) else origin.right).append(link)
    (target.left if sheet.enter_left(link) else target.right).append(link)
    first = origin.column if sheet.exit_left(link) else origin.column + 1
    last = target.column if sheet.enter_left(link) else target.column + 1
    for gutter in dict.fromkeys((first, last)):
        sheet.gutters[gutter].append(link)
    if first != last:
        (sheet.above if sheet.enter_left(link) else sheet.below).append(link)


def _measure(sheet: Sheet, columns: int) -> None:
    sheet.top = float(HEAD + LANE * (len(sheet.above) + 1))
    x = float(MARGIN)
    for column in range(columns + 1):
        sheet.edges_of_gutters[column] = x
        inside = [link for link in sheet.gutters[column] if link not in sheet.above and link not in sheet.below]
        labels = max((_width(link.label) for link in inside), default=0)
        x += TRACK * (len(sheet.gutters[column]) + 1) + labels + (ROOM if column else 0)
        y: float = sheet.top
        for box in (box for box in sheet.boxes.values() if box.column == column):
            box.x, box.y = x, y
            y += box.height + GAP
            sheet.bottom = max(sheet.bottom, y)
        x += BOX if column < columns else 0
    sheet.width = x + MARGIN


def _width(words: str) -> float:
    """About how wide a label is at eleven pixels: a Chinese sign is twice a Latin one."""
    return sum(11.5 if ord(sign) > 0x2E80 else 6.2 for sign in words) + 8


def _headings(sheet: Sheet) -> Iterator[str]:
    for column, words in sheet.heads:
        x = next(box.x for box in sheet.boxes.values() if box.column == column) + BOX / 2
        yield f'<text class="h" x="{x:g}" y="{HEAD / 2:g}" text-anchor="middle">{escape(words)}</text>'


def _boxes(definition: Definition, sheet: Sheet, language: str, current: str | None) -> Iterator[str]:
    notes = forced_notes(definition, language)
    for code, box in sheet.boxes.items():
        kind = "now" if code == current else "f" if box.state.final else "s"
        place = f'x="{box.x:g}" y="{box.y:g}" width="{BOX}" height="{box.height:g}" rx="6"'
        middle, label = box.x + BOX / 2, escape(said(box.state.title, language))
        note = f"<title>{escape(notes[code])}</title>" if code in notes else ""
        mark = ' aria-current="step"' if code == current else ""
        yield f'<g id="state-{code}"{mark}>{note}<rect class="{kind}" {place}/>'
        yield from _lines(label, middle, box.y + box.height / 2)
        yield "</g>"


def _lines(label: str, x: float, y: float) -> Iterator[str]:
    """A title in one line, or in two where it is long."""
    words = label.split()
    half = (len(words) + 1) // 2
    parts = [" ".join(words[:half]), " ".join(words[half:])] if _width(label) > BOX * 0.8 else [label]
    for number, part in enumerate(parts):
        at = y + 5 + (number - (len(parts) - 1) / 2) * 17
        yield f'<text class="t" x="{x:g}" y="{at:g}" text-anchor="middle">{part}</text>'


def _arrows(sheet: Sheet) -> Iterator[str]:
    drawn = {link: None for box in sheet.boxes.values() for link in (*box.left, *box.right)}
    labels = []
    for link in drawn:
        points, label = _route(sheet, link)
        path = "L".join(f"{x:g} {y:g}" for x, y in points)
        yield f'<path class="l" d="M{path}" marker-end="url(#a)"/>'
        labels.append(label)
    yield from labels


def _route(sheet: Sheet, link: Link) -> tuple[list[tuple[float, float]], str]:
    origin, target = sheet.boxes[link.origin], sheet.boxes[link.target]
    back, on = sheet.exit_left(link), sheet.enter_left(link)
    begin = (origin.x if back else origin.x + BOX, origin.slot(link, back, arrives=False))
    end = (target.x if on else target.x + BOX, target.slot(link, on, arrives=True))
    out = sheet.track(origin.column if back else origin.column + 1, link)
    into = sheet.track(target.column if on else target.column + 1, link)
    if link not in sheet.above and link not in sheet.below:
        points = [begin, (out, begin[1]), (out, end[1]), end]
        return points, _label(link, out + 5, end[1] - 4 if on else (begin[1] + end[1]) / 2 + 4)
    lanes, base, step = (sheet.above, sheet.top, -LANE) if on else (sheet.below, sheet.bottom - GAP, LANE)
    lane = base + step * (lanes.index(link) + 0.8)
    points = [begin, (out, begin[1]), (out, lane), (into, lane), (into, end[1]), end]
    return points, _label(link, min(out, into) + 8, lane - 4)


def _label(link: Link, x: float, y: float) -> str:
    return f'<text class="e" x="{x:g}" y="{y:g}">{escape(link.label)}</text>'
