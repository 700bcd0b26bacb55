"""The smaller tables of a package: strata with weights, rates, figures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from callcenter.estimates.codes import Progress
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.respondents import respondents
from callcenter.estimates.summaries import COLUMNS, summary
from callcenter.estimates.weights import Stratum, Weighting, status
from callcenter.exports.dataset import Dataset, quoted
from callcenter.exports.sheets import Sheet
from callcenter.exports.variables import CHOOSING, Asked
from callcenter.response_rates import cohorts
from callcenter.response_rates.cohorts import Cohort

ANSWERS_AT_ONCE = 200_000
"""Answers that are held while figures are made of them: with many interviews fewer questions at a time."""
SMALL = 5
"""Under so many a cell may tell of single enterprises."""


def strata(data: Dataset, released: Sequence[Stratum], weights: Weighting, capped: Mapping[str, int]) -> Sheet:
    """Strata with sizes, counts by status, base weight, the class they were adjusted in and its factors.

    `capped` of the unknown were not called because of the cap on contacts.
    """
    classes = {name: each for each in weights.classes for name in each.strata}
    counts: dict[tuple[str, str], int] = {}
    for name, code, category, valid, n in data.run("SELECT stratum, code, category, valid, count(*) FROM cases GROUP BY ALL").fetchall():
        kind = status(code, category, valid=bool(valid))
        counts[name, kind] = counts.get((name, kind), 0) + n
    rows = []
    for stratum in released:
        its = classes.get(stratum.name)
        base = stratum.size / stratum.released if stratum.released else None
        factors = [_finite(its.known_factor), _finite(its.response_factor), "+".join(its.strata)] if its else [None, None, ""]
        told = [counts.get((stratum.name, kind), 0) for kind in ("valid", "nonresponse", "ineligible", "unknown")]
        rows.append((stratum.name, stratum.size, stratum.released, *told, base, *factors, capped.get(stratum.name, 0)))
    header = ("stratum", "N", "released", "valid", "nonresponse", "ineligible", "unknown", "base_weight", "known_factor", "response_factor")
    return Sheet("strata_and_weights", (*header, "class", "capped"), rows)


def rates(groups: Sequence[Cohort]) -> tuple[bytes, Sheet]:
    """Response rates by stratum and in all: as the command `rates` writes them, and as a table with the formula beside each."""
    documents = [{**cohorts.report([group]), "by": group.name} for group in groups]
    documents.append({**cohorts.report(groups), "by": None})
    rows: list[tuple[Any, ...]] = []
    for group in [*groups, cohorts.together(groups, "合计")]:
        rows += [(group.name, rate.name, rate.formula, rate.numerator, rate.denominator, rate.value) for rate in cohorts.named_rates(group)]
    sheet = Sheet("response_rates", ("stratum", "rate", "formula", "numerator", "denominator", "value"), rows)
    return as_json(documents), sheet


class _Given(NamedTuple):
    case_id: int
    question: str
    value: Any


def figures(
    data: Dataset,
    released: Sequence[Stratum],
    weights: Weighting,
    denying: Mapping[str, str],
    fewest: int,
    *,
    coding: Mapping[str, Progress] | None = None,
) -> Sheet:
    """Weighted figures of every question, in all and by district; some questions at a time, so that answers need not all be held.

    Codes given by hand have figures where the `coding` of all answers is done.
    """
    bare = respondents(released, data.released("cases"), (), weights)
    districts = [case.district for case in bare.cases]
    step = max(1, ANSWERS_AT_ONCE // max(1, len(bare.cases)))
    rows: list[list[Any]] = []
    unfinished = {name for name, progress in (coding or {}).items() if not progress.complete}
    counted = [each for each in data.asked if (each.choices or each.kind in NUMBERS) and each.codes_of not in unfinished]
    for first in range(0, len(counted), step):
        some = counted[first : first + step]
        of = bare.with_answers(_answers(data, some))
        for each in some:
            question = Question(each.name, each.kind, each.label, each.choices, each.repeated, denies=denying.get(each.name, ""))
            rows += [[row[name] for name in COLUMNS] for row in summary(of, question, districts, fewest)]
    return Sheet("estimates", COLUMNS, rows)


def _answers(data: Dataset, asked: Sequence[Asked]) -> Iterator[_Given]:
    kinds = {each.name: each.kind for each in asked}
    listed = ", ".join(quoted(name) for name in kinds)
    sql = "SELECT c.case_id, a.question, a.value FROM answers a JOIN cases c USING (place) WHERE a.value IS NOT NULL"
    for case, question, value in data.rows_of(f"{sql} AND a.question IN ({listed})"):
        several = kinds[question] in CHOOSING and kinds[question] != "select_one"
        yield _Given(case, question, value.split(" ") if several else value)


def small_cells(strata_sheet: Sheet) -> list[str]:
    """Strata in which so few gave a valid interview that an answer may tell whose it is."""
    named = {name: at for at, name in enumerate(strata_sheet.header)}
    few = [f"{row[named['stratum']]}（{row[named['valid']]}）" for row in strata_sheet.rows if 0 < row[named["valid"]] < SMALL]
    return [f"有效样本不足 {SMALL} 个的层：{'、'.join(few)}。单个回答可能认得出是谁，公布前请合并。"] if few else []


def half_coded(data: Dataset, coding: Mapping[str, Progress]) -> list[str]:
    """Questions of which only some answers are coded: they have codes, and no figures."""
    found = [(each, coding[each.codes_of]) for each in data.asked if each.codes_of in coding]
    return [
        f"{each.name}：有效样本对 {each.codes_of} 的 {done.answers} 个回答里编码了 {done.coded} 个；"
        "全部编码之前，estimates.csv 没有它的比例。"
        for each, done in found
        if not done.complete
    ]


NOT_FINAL = """
SELECT c.code, count(*) FROM cases c LEFT JOIN (SELECT case_id, arg_max(final, rowid) AS final FROM dispositions GROUP BY case_id) d
USING (case_id) WHERE coalesce(d.final, 0) = 0 GROUP BY c.code ORDER BY c.code
"""


def not_final(data: Dataset) -> dict[str, int]:
    """How many cases still have no final code, by the code that they have."""
    return dict(data.run(NOT_FINAL).fetchall())


def open_cases(by_code: Mapping[str, int]) -> list[str]:
    """That fieldwork is not over for some cases."""
    if not by_code:
        return []
    told = "、".join(f"{code} 有 {n} 个" for code, n in by_code.items())
    return [f"还有 {sum(by_code.values())} 个个案没有最终处置代码（按现在的代码：{told}）：比率、权数和估计还会变。"]


def as_json(document: Any) -> bytes:
    """JSON in one fixed form."""
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _finite(factor: float) -> float | None:
    return factor if factor != float("inf") else None
