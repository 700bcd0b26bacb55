"""Routing as a picture: every question in its place, blocks as frames, a line from each question to those that hang on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from unicodedata import east_asian_width
from xml.etree import ElementTree

from callcenter.questionnaire.definition import Block, Definition, Question, in_order
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.words import block_in_words, condition_in_words, own_conditions, title

STEP, HIGH, LANE, INDENT, LEFT, BOX, BESIDE = 46, 34, 12, 16, 24, 430, 470
"""Pixels: from row to row, height of a box, between lanes, for each block, margin, width of a box, width of a condition."""
TEXT, FAINT, LINE, ACCENT, PALE, SHADE = "#1f2933", "#5a6772", "#b3bcc5", "#0b5cad", "#e8f1fa", "#f4f6f8"
FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif'
LETTER = 14
BLOCKS = frozenset({"group", "repeat"})
_SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Line:
    """One row of the picture."""

    name: str
    text: str
    kind: str
    depth: int
    condition: str
    reads: tuple[str, ...]
    row: int
    last: int = 0
    """For a block: the number of its last line."""


def lines(definition: Definition, language: str = "zh") -> list[Line]:
    """The rows of the picture, blocks with a head of their own; what is hidden without a value is left out."""
    found = [
        _head(part, around, depth, definition, language) if isinstance(part, Block) else _row(part, depth, definition, language)
        for part, around, depth in in_order(definition.body)
        if isinstance(part, Block) or part.type != "hidden"
    ]
    return [replace(line, last=_last(found, at)) if line.kind in BLOCKS else line for at, line in enumerate(found)]


def _last(found: list[Line], at: int) -> int:
    """The last line of a block."""
    return at + sum(1 for _ in takewhile(lambda line: line.depth > found[at].depth, found[at + 1 :]))


def _row(question: Question, depth: int, definition: Definition, language: str) -> Line:
    worked_out = (question.calculation,) if question.calculation is not None else ()
    filtered = (question.choice_filter,) if question.choice_filter is not None else ()
    names = _named((*own_conditions(question), *worked_out, *filtered), definition)
    condition = condition_in_words(question, definition, language)
    return Line(question.name, title(question, language), question.type, depth, condition, names, question.row)


def _head(block: Block, around: Block | None, depth: int, definition: Definition, language: str) -> Line:
    own = block.conditions[len(around.conditions if around else ()) :]
    counts = (block.count,) if block.count is not None else ()
    condition = block_in_words(block, around, definition, language)
    return Line(
        block.name,
        in_language(block.label, language) or block.name,
        "repeat" if block.repeats else "group",
        depth,
        condition,
        _named((*own, *counts), definition),
        block.row,
    )


def _named(expressions: tuple[Expression, ...], definition: Definition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in expressions for name in each.names if name in definition.by_name))


def lanes(rows: list[Line]) -> list[tuple[int, list[int], int]]:
    """From which line to which lines a bus runs, and in which lane; a bus for each question that others hang on."""
    place = {line.name: at for at, line in enumerate(rows) if line.kind not in BLOCKS}
    targets: dict[int, list[int]] = {}
    for at, line in enumerate(rows):
        for name in line.reads:
            if name in place and place[name] != at:
                targets.setdefault(place[name], []).append(at)
    taken: list[list[tuple[int, int]]] = []
    found = []
    for source, ends in sorted(targets.items(), key=lambda each: (max(*each[1], each[0]) - min(*each[1], each[0]), each[0])):
        top, bottom = min(source, *ends), max(source, *ends)
        lane = next((number for number, spans in enumerate(taken) if all(bottom < a or b < top for a, b in spans)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((top, bottom))
        found.append((source, ends, lane))
    return found


def picture(definition: Definition, language: str = "zh") -> str:
    """The picture as SVG."""
    rows = lines(definition, language)
    buses = lanes(rows)
    gutter = LEFT + (max((lane for _, _, lane in buses), default=-1) + 2) * LANE
    deepest = max((line.depth for line in rows), default=0)
    width, height = gutter + BOX + deepest * INDENT + BESIDE + LEFT, len(rows) * STEP + 2 * LEFT
    ElementTree.register_namespace("", _SVG)
    sizes = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
    root = ElementTree.Element(f"{{{_SVG}}}svg", {**sizes, "font-family": FONT, "font-size": str(LETTER), "role": "img"})
    _add(root, "title", {}, definition.title)
    for at, line in enumerate(rows):
        if line.kind in BLOCKS:
            _frame(root, line, at, gutter, deepest)
    for source, ends, lane in buses:
        _bus(root, rows, (source, ends), gutter - (lane + 1) * LANE, gutter)
    for at, line in enumerate(rows):
        _box(root, line, at, gutter, deepest)
    return ElementTree.tostring(root, encoding="unicode")


def _frame(root: ElementTree.Element, line: Line, at: int, gutter: int, deepest: int) -> None:
    x, y = gutter + line.depth * INDENT, LEFT + at * STEP
    width, high = BOX + (deepest - line.depth) * INDENT, (line.last - at) * STEP + HIGH + 6
    dashes = {"stroke-dasharray": "6 4"} if line.kind == "repeat" else {}
    _add(
        root,
        "rect",
        _numbers(x=x, y=y - 3, width=width, height=high, rx=6) | {"fill": SHADE, "fill-opacity": "0.6", "stroke": LINE} | dashes,
    )


def _bus(root: ElementTree.Element, rows: list[Line], ends: tuple[int, list[int]], x: int, gutter: int) -> None:
    source, targets = ends
    middle = {at: LEFT + at * STEP + HIGH // 2 for at in (source, *targets)}
    way = f"M{gutter + rows[source].depth * INDENT} {middle[source] + 6}H{x}"
    for target in targets:
        way += f"M{x} {middle[source] + 6}V{middle[target] - 4}H{gutter + rows[target].depth * INDENT - 2}"
    _add(root, "path", {"d": way, "fill": "none", "stroke": ACCENT, "stroke-width": "1.3", "stroke-opacity": "0.75"})
    _add(root, "circle", _numbers(cx=gutter + rows[source].depth * INDENT, cy=middle[source] + 6, r=3) | {"fill": ACCENT})
    for target in targets:
        tip, y = gutter + rows[target].depth * INDENT, middle[target] - 4
        _add(root, "path", {"d": f"M{tip} {y}l-7 -4v8z", "fill": ACCENT})


def _box(root: ElementTree.Element, line: Line, at: int, gutter: int, deepest: int) -> None:
    x, y = gutter + line.depth * INDENT, LEFT + at * STEP
    width = BOX + (deepest - line.depth) * INDENT
    group = _add(root, "g", {})
    _add(group, "title", {}, f"{line.row} · {line.name} · {line.text}" + (f" · {line.condition}" if line.condition else ""))
    if line.kind in BLOCKS:
        sign = "⟳ " if line.kind == "repeat" else "▾ "
        _text(group, sign + line.text, (x + 10, y + 22), width - 20, {"font-weight": "600", "fill": FAINT})
    else:
        drawn = {"fill": SHADE, "stroke-dasharray": "3 3"} if line.kind == "calculate" else {"fill": PALE if line.condition else "#ffffff"}
        _add(group, "rect", _numbers(x=x, y=y, width=width - 8, height=HIGH, rx=4) | {"stroke": ACCENT if line.condition else LINE} | drawn)
        _text(group, str(line.row), (x + 10, y + 22), 30, {"fill": FAINT, "font-size": "12"})
        _text(group, line.text, (x + 40, y + 22), width - 160, {"fill": TEXT})
        _add(group, "text", _numbers(x=x + width - 18, y=y + 22) | {"fill": FAINT, "font-size": "12", "text-anchor": "end"}, line.kind)
    beside = gutter + BOX + deepest * INDENT + 8
    for number, part in enumerate(wrapped(line.condition, BESIDE - 20, 13)[:3]):
        _add(group, "text", _numbers(x=beside, y=y + 8 + number * 14) | {"fill": FAINT, "font-size": "12"}, part)


def _text(parent: ElementTree.Element, text: str, at: tuple[int, int], width: int, more: dict[str, str]) -> None:
    parts = wrapped(text, width, LETTER)
    shown = parts[0] + ("…" if len(parts) > 1 else "") if parts else ""
    _add(parent, "text", _numbers(x=at[0], y=at[1]) | {"xml:space": "preserve"} | more, shown)


def wrapped(text: str, width: int, size: int) -> list[str]:
    """The text in lines that fit into `width` pixels, as far as widths can be told without a font."""
    found, line, taken = [], "", 0.0
    for letter in text:
        wide = size if east_asian_width(letter) in "WFA" else size * 0.58
        if taken + wide > width and line:
            found.append(line)
            line, taken = "", 0.0
        line, taken = line + letter, taken + wide
    return [*found, line] if line else found


def _add(parent: ElementTree.Element, name: str, attributes: dict[str, str], text: str = "") -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{_SVG}}}{name}", attributes)
    made.text = "".join(_drawable(text)) or None
    return made


def _drawable(text: str) -> Iterator[str]:
    """What XML can hold of a text."""
    return (letter for letter in text if letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff")


def _numbers(**values: float) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in values.items()}
