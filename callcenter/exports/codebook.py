"""The codebook: every column of the data, what it means, and how often each code was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment

from callcenter.exports.dataset import Dataset
from callcenter.exports.names import SPSS, STATA, fitting
from callcenter.exports.sheets import Sheet
from callcenter.exports.variables import Variable
from callcenter.questionnaire.nonanswers import NONANSWERS

HEADER = (
    "variable",
    "question",
    "kind",
    "label",
    "code",
    "code_label",
    "n",
    "spss_name",
    "stata_name",
    "number",
    "unit",
    "items",
    "read_aloud",
    "shared",
    "standard",
    "keeps",
)

FIXED = {
    "case": "企业的研究代号（同一研究内相同，不含身份信息）",
    "stratum": "抽样层（冻结的区）",
    "district": "企业所在区",
    "release": "释放批次：main 主样本，top_up 补充样本",
    "code": "处置代码（AAPOR）",
    "category": "类别：I 完成 P 部分 R 拒访 NC 未接触 O 其他合格未访 UH UO 未知 NE 不合格",
    "valid": "1 有效样本，0 不是",
    "attempts": "拨打次数",
    "questionnaire": "问卷及其版本",
    "started_at": "访问开始（东八区）",
    "ended_at": "访问结束（东八区）",
    "seconds": "访问用时（秒）：每次通话从显示第一题到最后一个回答的时间之和，不含两次通话之间的间隔",
    "base_weight": "基础权数：层内总体数/已释放数",
    "weight": "最终权数；0 表示没有作答",
}

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>body{font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;color:#1f2933}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{border-bottom:1px solid #d5dbe1;padding:.25rem .75rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}</style></head><body>
<h1>{{ title }}</h1>
{% if warnings %}<h2>须知</h2><ul>{% for warning in warnings %}<li>{{ warning }}</li>{% endfor %}</ul>{% endif %}
<h2>每个个案都有的列</h2>
<table>{% for name, meaning in fixed.items() %}<tr><td><code>{{ name }}</code></td><td>{{ meaning }}</td></tr>{% endfor %}</table>
{% for each in asked %}
<h2><code>{{ each.name }}</code> {{ each.label }}</h2>
{% if each.standard %}<p>对照承诺“{{ each.standard }}”{% if each.keeps %}，算不算兑现见下表{% endif %}</p>
{% endif -%}
{% if each.said and each.said != each.label %}<blockquote>{{ each.said }}</blockquote>
{% endif %}<p>{{ each.kind }}{% if each.unit %}（{{ each.unit }}）{% endif %}；
有回答 {{ each.answered }}
{%- if each.shared %}（其中 {{ each.shared }} 个是同一通话里在该企业的另一个案上问到、共用到本案的：长表中 shared = 1）
{%- endif %}，没有问到或没有回答 {{ each.missing }}
{% if each.summary %}；{{ each.summary }}{% endif %}</p>
{% if each.codes %}<table><tr><th>代码</th><th>含义</th><th>次数</th>{% if each.keeps %}<th>承诺</th>{% endif %}</tr>
{% for code, label, n in each.codes %}<tr><td><code>{{ code }}</code></td><td>{{ label }}</td><td class="n">{{ n }}</td>
{%- if each.keeps %}<td>{{ {1: "兑现", 0: "未兑现"}.get(each.keeps.get(code), "不作数") }}</td>{% endif %}</tr>{% endfor %}
</table>{% endif %}
{% endfor %}
</body></html>
"""

COUNTS = """
SELECT a.question, a.instance, a.code, {n} FROM (
    SELECT a.question, a.instance, a.place, unnest(CASE q.kind WHEN 'select_one' THEN [a.value] ELSE string_split(a.value, ' ') END) AS code
    FROM answers a JOIN asked q ON q.name = a.question WHERE a.value IS NOT NULL AND q.choosing) a {with_weights} GROUP BY ALL
UNION ALL
SELECT a.question, a.instance, a.value, {n}
FROM answers a JOIN asked q ON q.name = a.question JOIN choices c ON c.question = a.question AND c.code = a.value {with_weights}
WHERE NOT q.choosing GROUP BY ALL
UNION ALL
SELECT a.question, a.instance, a.nonanswer, {n} FROM answers a {with_weights} WHERE a.nonanswer IS NOT NULL GROUP BY ALL
"""
"""How often each code and each non-answer was given, `n` of each."""
BARE = {"n": "count(*)", "with_weights": ""}
WEIGHTED = {"n": "sum(w.weight)", "with_weights": "JOIN cases w ON w.place = a.place"}
MEANS = """
SELECT question, instance, sum(weight), sum(weight * number) FILTER (isfinite(number)) / nullif(sum(weight) FILTER (isfinite(number)), 0)
FROM (SELECT a.question, a.instance, w.weight, try_cast(a.value AS DOUBLE) AS number
      FROM answers a JOIN cases w ON w.place = a.place WHERE a.value IS NOT NULL) GROUP BY ALL
"""
GIVEN = """
SELECT question, instance, count(value), min(try_cast(value AS DOUBLE)), max(try_cast(value AS DOUBLE)),
    avg(try_cast(value AS DOUBLE)) FILTER (isfinite(try_cast(value AS DOUBLE))), count(DISTINCT place),
    count(*) FILTER (shared = 1 AND value IS NOT NULL)
FROM answers GROUP BY ALL
"""


@dataclass
class Described:
    """One question (in one instance of its repeat) with how often each code was given."""

    name: str
    question: str
    kind: str
    label: str
    unit: str
    items: tuple[int, ...]
    columns: list[Variable]
    said: str = ""
    answered: int = 0
    missing: int = 0
    shared: int = 0
    """So many of the answers were asked in another case of the enterprise in the same call, and hold for this one too."""
    summary: str = ""
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    codes: list[tuple[str, str, int]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    standard: str = ""
    keeps: dict[str, int] = field(default_factory=dict)
    """Code: 1 where it keeps the promise, 0 where it breaks it."""


def describe(data: Dataset) -> list[Described]:
    """Every question of the data set with its frequencies, counted without weights."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for question, instance, code, n in data.run(COUNTS.format_map(BARE)).fetchall():
        counts.setdefault((question, instance), {})[code] = n
    given = {(row[0], row[1]): row[2:] for row in data.run(GIVEN).fetchall()}
    cases = int(data.one("SELECT count(DISTINCT place) FROM answers") or 0)
    kinds = {each.name: each for each in data.asked}
    described: dict[tuple[str, str], Described] = {}
    for variable in data.variables:
        spot = (variable.question, variable.instance)
        if spot not in described:
            asked = kinds[variable.question]
            told = (variable.stem, variable.question, asked.kind, variable.asks, variable.unit)
            keeps = {**dict.fromkeys(asked.breaks, 0), **dict.fromkeys(asked.keeps, 1)}
            described[spot] = Described(*told, asked.items, [], asked.said, standard=asked.standard, keeps=keeps)
        described[spot].columns.append(variable)
    for spot, each in described.items():
        _count(each, counts.get(spot, {}), given.get(spot, (0, None, None, None, 0, 0)), cases, dict(kinds[spot[0]].choices))
    return list(described.values())


@dataclass
class Weighted:
    """A question (in one instance of its repeat) in weights: of everybody who answered, of each code; the mean of its numbers."""

    answered: float = 0.0
    mean: float | None = None
    counts: dict[str, float] = field(default_factory=dict)


def weighted(data: Dataset) -> dict[tuple[str, str], Weighted]:
    """What the column `weight` makes of every question: sums over the rows that have an answer; none where they weigh nothing."""
    found: dict[tuple[str, str], Weighted] = {}
    for question, instance, whole, mean in data.run(MEANS).fetchall():
        found[question, instance] = Weighted(whole, mean)
    for question, instance, code, n in data.run(COUNTS.format_map(WEIGHTED)).fetchall():
        found.setdefault((question, instance), Weighted()).counts[code] = n
    return found


def _count(each: Described, counts: Mapping[str, int], given: Sequence[Any], cases: int, labels: Mapping[str, str]) -> None:
    each.answered, each.missing, each.shared = given[0], max(0, cases - given[0]), given[5]
    each.counts = dict(counts)
    each.refused = {code: counts[code] for code in NONANSWERS if code in counts}
    if any(variable.kind == "number" for variable in each.columns) and given[0]:
        each.low, each.high, each.mean = given[1], given[2], given[3]
        each.summary = f"最小 {exact(given[1])}，最大 {exact(given[2])}，平均 {given[3]:.4g}（未加权）"
    known = dict(labels)
    if each.columns[0].kind == "chosen":
        known |= {variable.option: variable.option for variable in each.columns if variable.option not in known}
    elif each.columns[0].values:
        known |= {code: label for code, label in each.columns[0].values if code not in known}
    each.codes = [(code, label, counts.get(code, 0)) for code, label in known.items()]
    each.codes += [(code, NONANSWERS[code][1], n) for code, n in each.refused.items()]


def exact(value: float) -> str:
    """A number with all its digits, whole ones without a point."""
    return str(int(value)) if abs(value) < 1e15 and float(value).is_integer() else repr(float(value))


def sheet(data: Dataset, described: Sequence[Described]) -> Sheet:
    """The codebook as a table: a line for each column, and for each of its codes."""
    spss, stata = (fitting([column.name for column in data.wide_columns()], limits) for limits in (SPSS, STATA))
    rows: list[tuple[Any, ...]] = [
        (name, "", "", meaning, "", "", None, spss[name], stata[name], None, "", "", "", None, "", None) for name, meaning in FIXED.items()
    ]
    for each in described:
        last = (" ".join(map(str, each.items)), each.said, each.shared, each.standard)
        for variable in each.columns:
            start = (variable.name, each.question, each.kind, variable.label)
            end = (spss[variable.name], stata[variable.name])
            if variable.kind == "chosen":
                counted = (each_label(each, variable.option), each.counts.get(variable.option, 0), *end, 1, "")
                rows.append((*start, variable.option, *counted, *last, each.keeps.get(variable.option)))
                continue
            if not variable.values:
                rows.append((*start, "", "", each.answered, *end, None, variable.unit, *last, None))
            numbers = variable.number_of
            for code, label in variable.values:
                rows.append((*start, code, label, each.counts.get(code, 0), *end, numbers[code], "", *last, each.keeps.get(code)))
        for code, n in each.refused.items():
            name = each.columns[0].nonanswer_name
            own = (spss[name], stata[name]) if each.columns[0].kind == "text" else ("", "")
            rows.append(
                (
                    name,
                    each.question,
                    each.kind,
                    each.label,
                    code,
                    NONANSWERS[code][1],
                    n,
                    *own,
                    None,
                    "",
                    *last[:2],
                    None,
                    each.standard,
                    None,
                )
            )
    return Sheet("codebook", HEADER, rows)


def each_label(each: Described, code: str) -> str:
    """What a code of a question means."""
    return next((label for known, label, _ in each.codes if known == code), code)


def page(title: str, described: Sequence[Described], warnings: Sequence[str]) -> bytes:
    """The codebook as a page of its own."""
    template = Environment(autoescape=True).from_string(PAGE)
    return template.render(title=title, fixed=FIXED, asked=described, warnings=warnings).encode()
