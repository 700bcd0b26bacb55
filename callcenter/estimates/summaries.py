"""All figures of a question as rows of a table: over everybody and in each district, those that too few stand behind suppressed.

Shares and means as on the pages; beside them the median, and totals (of a number; of how many gave a code). What is hidden of a
district to people outside the house is hidden here too: `suppressed` is 1, and no figure stands there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from callcenter.estimates import figures
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import QuestionTable, chose, numbers, question_table, said
from callcenter.estimates.suppression import hidden
from callcenter.estimates.variance import Floats, Mask

COLUMNS = (
    *("question", "label", "statistic", "level", "level_label", "per", "district"),
    *("estimate", "se", "low", "high", "deff", "n", "effective_n", "suppressed"),
)


def summary(
    of: Respondents, question: Question, districts: Sequence[str], fewest: int, also: Collection[str] = ()
) -> list[Mapping[str, Any]]:
    """The rows of a question that is counted; none of a text. `also`: districts that are hidden for other reasons."""
    table = question_table(of, question, districts)
    if table is None:
        return []
    place = {name: number for number, name in enumerate(table.domains)}
    places = np.array([place[district] for district in districts], dtype=np.intp)
    bases = {name: table.figure(name).n for name in table.domains}
    small = hidden(bases, fewest).union(also)
    columns, rows = _columns(of, table), []
    for district in (None, *table.domains):
        inside = np.ones(len(places), dtype=np.bool_) if district is None else places == place[district]
        shown = district not in small and (district is not None or not 0 < table.figure().n < fewest)
        rows += [_row(question, table, district, *each, shown=shown) for each in _figures(of, table, columns, district, inside)]
    return rows


Columns = tuple[list[tuple[str | None, str, Floats]], Mask]
"""What totals are made of: the numbers, or who gave each code (level, label, one value a case), and whose answers count."""


def _columns(of: Respondents, table: QuestionTable) -> Columns:
    if table.question.repeated:
        return [], of.valid
    if table.statistic == "mean":
        return [(None, "", numbers(of, table.question))], of.valid
    given, counting = said(of, table.question)
    return [(level, label, _hits(given, level)) for level, label in table.levels], counting


def _figures(
    of: Respondents, table: QuestionTable, columns: Columns, district: str | None, inside: Mask
) -> Iterator[tuple[str, str | None, str, Figure]]:
    """Statistic, level, its label and the figure."""
    for result in table.results(district):
        yield result.statistic, result.level, result.level_label, result.figure
    counted, counting = columns
    for level, label, values in counted:
        if table.statistic == "mean":
            yield "median", None, "", figures.median(of.sample, values, counting & inside)
        yield "total", level, label, figures.total(of.sample, values, counting & inside)


def _hits(given: Sequence[Any], level: str) -> Floats:
    return np.array([np.nan if value is None else float(chose(value, level)) for value in given], dtype=np.float64)


def _row(  # noqa: PLR0917  # the columns of a row, from left to right
    question: Question,
    table: QuestionTable,
    district: str | None,
    statistic: str,
    level: str | None,
    label: str,
    figure: Figure,
    *,
    shown: bool,
) -> Mapping[str, Any]:
    about = (question.name, question.label, statistic, level, label, table.per, district)
    if not shown:
        return dict(zip(COLUMNS, (*about, *[None] * 7, 1), strict=True))
    told = (figure.estimate, figure.se, figure.low, figure.high, figure.deff, figure.n, figure.n / figure.deff if figure.deff else None)
    return dict(zip(COLUMNS, (*about, *told, 0), strict=True))
