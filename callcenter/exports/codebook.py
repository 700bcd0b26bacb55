"""The codebook: every column of the data, what it means, and how often each code was given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment

from callcenter.estimates.questions import Question
from callcenter.exports.sheets import Sheet

HEADER = ("variable", "question", "kind", "label", "code", "code_label", "n")

FIXED = (
    ("case", "企业的研究代号（同一研究内相同，不含身份信息）"),
    ("stratum", "抽样层（冻结的区）"),
    ("release", "释放批次：main 主样本，top_up 补充样本"),
    ("code", "处置代码（AAPOR）"),
    ("category", "类别：I 完成 P 部分 R 拒访 NC 未接触 O 其他合格未访 UH UO 未知 NE 不合格"),
    ("valid", "1 有效样本，0 不是"),
    ("base_weight", "基础权数：层内总体数/已释放数"),
    ("weight", "最终权数；0 表示没有作答"),
)

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>body{font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;color:#1f2933}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{border-bottom:1px solid #d5dbe1;padding:.25rem .75rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}</style></head><body>
<h1>{{ title }}</h1>
<h2>每个个案都有的列</h2>
<table>{% for name, meaning in fixed %}<tr><td><code>{{ name }}</code></td><td>{{ meaning }}</td></tr>{% endfor %}</table>
{% for question, codes, given, missing in asked %}
<h2><code>{{ question.name }}</code> {{ question.label }}</h2>
<p>{{ question.kind }}；有回答 {{ given }}，未答或无答案 {{ missing }}</p>
{% if codes %}<table><tr><th>代码</th><th>含义</th><th>次数</th></tr>
{% for code, label, n in codes %}<tr><td><code>{{ code }}</code></td><td>{{ label }}</td><td class="n">{{ n }}</td></tr>{% endfor %}
</table>{% endif %}
{% endfor %}
</body></html>
"""


def variables(question: Question) -> list[tuple[str, str, str]]:
    """The columns of a question in the wide table: name, code and its label (one column a code where several may be chosen)."""
    if question.kind != "select_multiple":
        return [(question.name, "", "")]
    return [(f"{question.name}__{code}", code, label) for code, label in question.choices]


def sheet(asked: Sequence[Question], given: Mapping[str, Sequence[Any]]) -> Sheet:
    """The codebook as a table; `given` holds the answers by question."""
    rows: list[tuple[Any, ...]] = [(name, "", "", meaning, "", "", "") for name, meaning in FIXED]
    for question in asked:
        counts = frequencies(given.get(question.name, ()))
        several = question.kind == "select_multiple"
        if not question.choices:
            rows.append((question.name, question.name, question.kind, question.label, "", "", len(given.get(question.name, ()))))
        for code, label in question.choices:
            variable = f"{question.name}__{code}" if several else question.name
            rows.append((variable, question.name, question.kind, question.label, code, label, counts[code]))
    return Sheet("codebook", HEADER, rows)


def page(title: str, asked: Sequence[Question], given: Mapping[str, Sequence[Any]], cases: int) -> bytes:
    """The codebook as a page of its own."""
    described = []
    for question in asked:
        answers = given.get(question.name, ())
        counts = frequencies(answers)
        codes = [(code, label, counts[code]) for code, label in question.choices]
        described.append((question, codes, len(answers), max(cases - len(answers), 0)))
    template = Environment(autoescape=True).from_string(PAGE)
    return template.render(title=title, fixed=FIXED, asked=described).encode()


def frequencies(answers: Sequence[Any]) -> Counter[str]:
    """How often each code was given."""
    return Counter(str(code) for answer in answers for code in (answer if isinstance(answer, list) else [answer]))
