"""From rows of a file, or of the database, to counts by category and group."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.errors import InvalidInput
from callcenter.response_rates import aapor

HEADERS = {
    "结果代码": "code", "代码": "code", "处置码": "code", "处置代码": "code", "类别": "category",
    "数量": "n", "个数": "n", "权数": "weight", "权重": "weight",
}  # fmt: skip
"""Chinese headers of the columns that have a meaning here."""
MEANT = ("code", "category", "n", "weight")
CASE_COLUMNS = ("case_id", "caseid", "case", "id", "个案编号", "个案号", "个案")
"""Columns that number the cases of a file: a case counts once."""
MOST = 10**15
"""Larger counts and weights would be rounded, or add up to no finite number."""
SHOWN = 10
"""Mistakes of a file that are named at once."""


def meant(column: str) -> str:
    """The column that a header means: in Chinese, or in capitals; any other stays as it is."""
    plain = column.strip().lower()
    return HEADERS.get(column.strip(), plain if plain in MEANT else column)


@dataclass
class Tally:
    """Counts by category of one group; weighted ones beside them where the rows have weights."""

    counts: dict[str, float] = field(default_factory=dict)
    weighted: dict[str, float] = field(default_factory=dict)

    def add(self, category: str, n: float, weight: float | None) -> None:
        """Count `n` cases of one category, each of this weight."""
        self.counts[category] = self.counts.get(category, 0) + n
        if weight is not None:
            self.weighted[category] = self.weighted.get(category, 0) + n * weight


def tally(rows: Iterable[tuple[int, Mapping[str, str]]], *, by: str | None = None) -> dict[str, Tally]:
    """Groups in order of appearance. Rows, each with its line, are counts (`category`, `n`) or cases (`code`, or `n` of them),
    perhaps with `weight`; all that is wrong in them is told at once.
    """
    groups: dict[str, Tally] = {}
    wrong: list[InvalidInput] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        try:
            n = _whole(row["n"], line) if "n" in row else 1
            category = _category(row, line) if "category" in row and "n" in row else _category_of_case(row, line, seen)
            weight = _number(row["weight"], "weight", line) if "weight" in row else None
        except InvalidInput as mistake:
            wrong.append(mistake)
            continue
        groups.setdefault(row[by].strip() if by else "", Tally()).add(category, n, weight)
    if not groups and not wrong:
        raise InvalidInput("no_rows", "文件里没有数据行。")
    if wrong:
        raise wrong[0] if len(wrong) == 1 else _together(wrong)
    return groups


def _together(wrong: Sequence[InvalidInput]) -> InvalidInput:
    told = " ".join(str(mistake) for mistake in wrong[:SHOWN])
    if len(wrong) > SHOWN:
        return InvalidInput("bad_rows", "有 {count} 行不能使用，前 {shown} 行：{told}", count=len(wrong), shown=SHOWN, told=told)
    return InvalidInput("bad_rows", "有 {count} 行不能使用：{told}", count=len(wrong), told=told)


def report(groups: Mapping[str, Tally], e: float | None, *, weighted: bool) -> dict[str, Any]:
    """The rates of the sum of `groups`."""
    result = aapor.report([group.counts for group in groups.values()], e)
    if weighted:
        result["weighted"] = aapor.report([group.weighted for group in groups.values()], e)
    return result


def report_by(groups: Mapping[str, Tally], e: float | None, *, weighted: bool) -> list[dict[str, Any]]:
    """The rates of each group, then of all together (`by` null) from summed denominators."""
    rows = [{"by": name, **report({name: group}, e, weighted=weighted)} for name, group in groups.items()]
    return [*rows, {"by": None, **report(groups, e, weighted=weighted)}]


def _category(row: Mapping[str, str], line: int) -> str:
    category = row["category"].strip().upper()
    if category not in aapor.CATEGORIES:
        raise InvalidInput(
            "unknown_category",
            "第 {line} 行：没有类别“{written}”，可用的是 {known}。",
            line=line,
            written=row["category"],
            known=" ".join(aapor.CATEGORIES),
        )
    return category


def _whole(written: str, line: int) -> int:
    n = _number(written, "n", line)
    if not n.is_integer():
        raise InvalidInput("not_whole", "第 {line} 行：n 是“{value}”，应为整数。", line=line, value=written)
    return int(n)


def _category_of_case(row: Mapping[str, str], line: int, seen: dict[str, int]) -> str:
    column = next((name for name in row if name.strip().lower() in CASE_COLUMNS), None)
    case = row[column].strip() if column else ""
    if case and (first := seen.setdefault(case, line)) != line:
        text = "第 {line} 行：{column}“{case}”在第 {first} 行已经有了，一个个案只算一次。请删去重复的行。"
        raise InvalidInput("case_twice", text, line=line, column=column, case=case, first=first)
    code = aapor.read_code(row["code"])
    if code is None:
        raise InvalidInput(
            "unknown_code",
            "第 {line} 行：没有结果代码“{written}”，可用的是 {known}，以及 AAPOR 公布的电话和入户调查的最终代码。",
            line=line,
            written=row["code"],
            known=" ".join(aapor.CODES),
        )
    return aapor.ACCEPTED[code]


def _number(written: str, column: str, line: int) -> float:
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise InvalidInput(
            "not_a_count", "第 {line} 行：{column} 是“{value}”，应为不小于 0 的数。", line=line, column=column, value=written
        )
    if number > MOST:
        sentence = "第 {line} 行：{column} 是“{value}”，太大了：超过 {most} 的数不能准确计算。"
        raise InvalidInput("count_too_large", sentence, line=line, column=column, value=written, most=MOST)
    return number
