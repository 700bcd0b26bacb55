"""落实明细表: one row for each checklist item, from a stage's state; both stages side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from callcenter.exports.sheets import NO_MOMENT, fitting_cell, one_line_end, plain
from callcenter.exports.stage import in_force, side_by_side, waiting

COLUMNS: dict[str, int] = {
    "序号": 6,
    "专题": 16,
    "任务": 36,
    "牵头单位": 16,
    "责任单位": 18,
    "承诺标准": 30,
    "名单报送": 18,
    "抽样框": 9,
    "抽取": 9,
    "已释放": 9,
    "接触到": 9,
    "有效样本": 9,
    "有效回收率": 11,
    "工单情况": 30,
    "企业回答": 44,
    "对照承诺": 44,
    "结论": 10,
    "理由": 30,
    "佐证": 24,
    "签字一": 16,
    "签字二": 16,
    "待复核": 30,
    "历次结论": 30,
}
BOTH = (
    "任务（前一阶段）",
    "结论（前一阶段）",
    "有效样本（前一阶段）",
    "企业回答（前一阶段）",
    "任务（本阶段）",
    "结论（本阶段）",
    "有效样本（本阶段）",
    "企业回答（本阶段）",
)


def columns(state: Mapping[str, Any]) -> list[str]:
    """The columns of the table; a score has one only where the study gives scores."""
    named = list(COLUMNS)
    if scored(state):
        named.insert(named.index("结论") + 1, "得分")
    return named


def scored(state: Mapping[str, Any]) -> bool:
    """Whether the study defines a score."""
    return bool((state.get("layout") or {}).get("scores"))


def rows(state: Mapping[str, Any]) -> list[list[Any]]:
    """One row for each item, in the order of the checklist."""
    topics = {topic["number"]: topic["title"] for topic in state["topics"]}
    return [_row(item, topics.get(item["topic"], ""), state) for item in state["items"]]


def _row(item: Mapping[str, Any], topic: str, state: Mapping[str, Any]) -> list[Any]:
    said, newer = in_force(item["history"]) or {}, waiting(item["history"])
    earlier = [each for each in item["history"] if each is not newer and each is not said]
    return [
        *(item["number"], topic, item["title"], "、".join(item["lead"]), "、".join(item["responsible"])),
        *("\n".join(item["promises"]), _lists(item)),
        *(_or_none(item, word) for word in ("frame", "drawn", "released", "reached", "valid")),
        item["valid"] / item["released"] if item["released"] else None,
        *("\n".join(item["orders"]), "\n".join(item["survey"]), "\n".join(item.get("held", ())), said.get("label", "")),
        *([said.get("score")] if scored(state) else []),
        *(said.get("reason", ""), said.get("evidence", "")),
        f"{said['written_by']} {said['written_at'][:10]}" if said else "",
        f"{said['confirmed_by']} {said['confirmed_at'][:10]}" if said else "",
        _version(newer) if newer else "",
        "\n".join(_version(each) for each in earlier),
    ]


def _lists(item: Mapping[str, Any]) -> str:
    if item["lists"]["units"]:
        return f"{'、'.join(item['lists']['units'])}：采用 {item['lists']['rows']} 行"
    return "未收到" if item["needs_list"] else "不要求"


def _or_none(item: Mapping[str, Any], word: str) -> Any:
    """Nothing where nobody was to be asked, so that an empty cell and a nought differ."""
    return item[word] if item["frame"] or item["released"] else None


def _version(each: Mapping[str, Any]) -> str:
    return f"第 {each['version']} 版 {each['label']}（{each['written_by']} {each['written_at'][:10]}）：{each['reason']}"


def workbook(
    state: Mapping[str, Any], file: Path, earlier: Mapping[str, Any] | None = None, continues: Mapping[str, Any] | None = None
) -> None:
    """The table as a workbook that can be printed; a second sheet sets an earlier stage beside it."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(file), options) as book:
        book.set_properties({"created": NO_MOMENT.replace(tzinfo=None), "title": "落实明细表"})
        title = f"{state['study']['title']} {state['stage']['title']} 落实明细表"
        named = columns(state)
        _sheet(book, "落实明细表", title, {name: COLUMNS.get(name, 8) for name in named}, rows(state), foot=_foot(state))
        if earlier is not None:
            pairs = [_both(*pair) for pair in side_by_side(earlier, state, continues or {})]
            about = f"{earlier['stage']['title']} 与 {state['stage']['title']} 对照"
            _sheet(
                book, "两阶段对照", about, dict.fromkeys(BOTH, 28), pairs, foot="只列两个阶段延续的任务；两个阶段的样本各自独立，不得相加。"
            )


def _both(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Any]:
    return [
        cell
        for item in (before, now)
        for cell in (f"{item['number']}. {item['title']}", _concluded(item), item["valid"], "\n".join(item["survey"]))
    ]


def _concluded(item: Mapping[str, Any]) -> str:
    said = in_force(item["history"])  # of an older freeze too, whose `conclusion` was the newest version, signed or not
    return str(said["label"]) if said else ""


def _foot(state: Mapping[str, Any]) -> str:
    as_of = (state["as_of"] or "")[:10] or "尚无访问"
    how = "估计为按企业加权的分层抽样估计，附 95% 区间和基数；抽样框、释放与接触按企业计。结论经两人签字后生效。"
    how += "新的一版在两人签字之前列为待复核，不改变已生效的结论。"
    return f"数据截至 {as_of}。{how}{state['software']}"


def _sheet(book: Any, name: str, title: str, widths: Mapping[str, int], lines: Sequence[Sequence[Any]], *, foot: str) -> None:
    page = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#eef2f6"})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    share = book.add_format({"num_format": "0.0%", "valign": "top", "border": 1})
    page.set_landscape()
    page.set_paper(8)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, 1)
    page.freeze_panes(2, 3)
    _cell(page, 0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for place, (head, width) in enumerate(widths.items()):
        page.set_column(place, place, width)
        page.write_string(1, place, head, bold)
    for line, row in enumerate(lines, start=2):
        for place, value in enumerate(row):
            _cell(page, line, place, value, share if isinstance(value, float) and list(widths)[place] == "有效回收率" else cell)
    page.write_string(len(lines) + 3, 0, foot)


def _cell(page: Any, line: int, place: int, value: Any, looks: Any) -> None:
    told = plain(value)
    if isinstance(told, str):
        page.write_string(line, place, fitting_cell(one_line_end(told)), looks)
    elif told is None:
        page.write_blank(line, place, None, looks)
    else:
        page.write_number(line, place, told, looks)
