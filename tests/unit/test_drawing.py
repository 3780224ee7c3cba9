"""What people see of a definition: tables, a Mermaid text and a picture that is laid out by rule."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from gridgov.domain.drawing import as_markdown, as_mermaid, links
from gridgov.domain.drawing_svg import BOX, as_svg
from gridgov.domain.errors import NotFound
from gridgov.domain.workflow import START
from tests.unit.verified import shipped

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ("zh", "en")


def picture(language: str, current: str | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(shipped(), language, current))


def rectangles(root: ElementTree.Element) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for group in root.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        x, y, width, height = (float(rect.get(key) or 0) for key in ("x", "y", "width", "height"))
        found[group.get("id") or ""] = (x, y, x + width, y + height)
    return found


def lines(root: ElementTree.Element) -> list[list[tuple[float, float]]]:
    paths = [path.get("d") or "" for path in root.iter(f"{SVG}path") if path.get("class") == "l"]
    return [[(float(x), float(y)) for x, y in (point.split() for point in path[1:].split("L"))] for path in paths]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_name_every_state_action_and_limit(language: str) -> None:
    text = as_markdown(shipped(), language)
    for code in (*shipped().states, *shipped().actions, *shipped().limits, *shipped().whistles):
        assert f"`{code}`" in text
    widths = {len(re.split(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("| ")}
    assert widths == {10, 8, 7}


def test_the_tables_say_who_may_do_what_and_how_often() -> None:
    english, chinese = as_markdown(shipped(), "en"), as_markdown(shipped(), "zh")
    row = "| Not ours | `decline` | the handler | Waiting for acknowledgement, Being handled | Reported | `note` |"
    assert f"{row} `not_designated` | ≤ 3 per round, then Designate the handler |" in english
    chinese_row = "| 不属于我们 | `decline` | 承办单位 | 待签收、处置中 | 已上报 | `note` | `not_designated` |"
    assert f"{chinese_row} 每轮 ≤ 3，之后指定承办 |" in chinese
    assert "| 强制结案 | `force_close` | 市级督办 | 任一等待状态 | 已结案 |" in chinese
    assert r"`visit\|no_resident`" in english


def test_the_mermaid_diagram_has_each_move_once() -> None:
    text = as_mermaid(shipped(), "en")
    assert text.startswith("stateDiagram-v2\n")
    assert "    [*] --> reported: Report\n" in text
    assert "    dispatched --> reported: Not ours\n" in text
    assert "    closed --> [*]\n" in text
    assert "    note right of closed: Force close (from any waiting state)\n" in text
    moves = re.findall(r"^    (\S+) --> (\S+):", text, re.MULTILINE)
    assert len(moves) == len(set(moves)) == len(links(shipped(), "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_has_a_box_for_each_state_and_an_arrow_for_each_move(language: str) -> None:
    root = picture(language)
    assert set(rectangles(root)) == {f"state-{code}" for code in shipped().states}
    assert len(lines(root)) == len([link for link in links(shipped(), language) if link.origin != START])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_arrow_runs_through_a_box_and_no_boxes_overlap(language: str) -> None:
    root = picture(language)
    boxes = list(rectangles(root).values())
    for left, top, right, bottom in boxes:
        for begin, end in (pair for line in lines(root) for pair in pairwise(line)):
            (x1, x2), (y1, y2) = sorted((begin[0], end[0])), sorted((begin[1], end[1]))
            assert x2 <= left or x1 >= right or y2 <= top or y1 >= bottom
        others = [box for box in boxes if box != (left, top, right, bottom)]
        assert all(x2 <= left or x1 >= right or y2 <= top or y1 >= bottom for x1, y1, x2, y2 in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_arrows_lie_on_each_other(language: str) -> None:
    uprights = [
        (begin[0], *sorted((begin[1], end[1])), number)
        for number, line in enumerate(lines(picture(language)))
        for begin, end in pairwise(line)
        if begin[0] == end[0]
    ]
    for x, top, bottom, number in uprights:
        same = [each for each in uprights if each[0] == x and each[3] != number]
        assert all(other[2] <= top or other[1] >= bottom for other in same)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_lies_within_the_picture(language: str) -> None:
    root = picture(language)
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    points = [point for line in lines(root) for point in line]
    points += [(float(text.get("x") or 0), float(text.get("y") or 0)) for text in root.iter(f"{SVG}text")]
    assert all(0 < x < width and 0 < y < height for x, y in points)
    assert max(box[2] for box in rectangles(root).values()) - BOX > 0


def test_the_present_state_stands_out_in_colour_and_in_words() -> None:
    root = picture("zh", "handling")
    marked = [group.get("id") for group in root.iter(f"{SVG}g") if group.get("aria-current") == "step"]
    description = root.find(f"{SVG}desc")
    assert marked == ["state-handling"]
    assert description is not None
    assert "当前状态是“处置中”" in (description.text or "")
    assert root.get("role") == "img"


def test_a_picture_of_an_unknown_state_is_refused() -> None:
    with pytest.raises(NotFound):
        as_svg(shipped(), "zh", "nowhere")


def test_the_picture_is_the_same_every_time_and_needs_nothing_from_elsewhere() -> None:
    text = as_svg(shipped(), "en", "closed")
    assert text == as_svg(shipped(), "en", "closed")
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in text
    assert not re.search(r"(href|src|@import|url\((?!#))", text)
