"""Estimates of the columns of a table of text, such as a CSV that people bring."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from callcenter.errors import InvalidInput
from callcenter.estimates import figures, proportions
from callcenter.estimates.variance import Codes, Floats, Mask, Sample

MISSING = frozenset({"", "NA", "NaN", "nan", "N/A", "#N/A", "<NA>", "NULL", "null"})
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

Column = Sequence[str]


@dataclass(frozen=True)
class Wanted:
    """Which figures of which columns; a ratio is `above/below`."""

    means: Sequence[str] = ()
    totals: Sequence[str] = ()
    proportions: Sequence[str] = ()
    ratios: Sequence[str] = ()
    medians: Sequence[str] = ()


@dataclass
class Table:
    """Columns of text with the line of each row."""

    columns: Mapping[str, Column]
    lines: Sequence[int]
    _numbers: dict[str, Floats] = field(default_factory=dict)

    def numbers(self, name: str, *, needed: bool = False) -> Floats:
        """A column of numbers, NaN where missing; where `needed`, a missing or negative one is refused."""
        if name not in self._numbers:
            self._numbers[name] = np.array([self._number(name, place) for place in range(len(self.lines))], dtype=np.float64)
        values = self._numbers[name]
        if needed:
            bad = np.flatnonzero(np.isnan(values) | (values < 0))
            if bad.size:
                sentence = "第 {line} 行：{column} 缺失或为负数：权数、总体数不能缺。"
                raise InvalidInput("bad_number", sentence, line=self.lines[int(bad[0])], column=name)
        return values

    def _number(self, name: str, place: int) -> float:
        written = self.columns[name][place].strip()
        if written in MISSING:
            return math.nan
        value = float(written) if NUMBER.fullmatch(written) else math.inf
        if not math.isfinite(value):
            sentence = "第 {line} 行：{column} 是“{value}”，不是数：均值、合计、比率和中位数只能用数值列；各类的比例请用 --prop。"
            raise InvalidInput("not_a_number", sentence, line=self.lines[place], column=name, value=written)
        return value

    def codes(self, name: str) -> Codes:
        """A column as codes from 0; a missing value is refused."""
        for line, cell in zip(self.lines, self.columns[name], strict=True):
            if cell.strip() in MISSING:
                raise InvalidInput("missing_value", "第 {line} 行：{column} 缺失：层和群不能缺。", line=line, column=name)
        return np.unique([cell.strip() for cell in self.columns[name]], return_inverse=True)[1].astype(np.intp)

    def levels(self, name: str) -> tuple[list[str], dict[str, Mask], Mask]:
        """The values of a column in order (of size where all are numbers), the rows of each, and the rows that have one."""
        cells = np.array([cell.strip() for cell in self.columns[name]], dtype=object)
        present = np.array([cell not in MISSING for cell in cells], dtype=np.bool_)
        names = _in_order({str(cell) for cell in cells[present]})
        return names, {level: np.asarray(cells == level, dtype=np.bool_) for level in names}, present


def _in_order(names: set[str]) -> list[str]:
    if all(NUMBER.fullmatch(name) for name in names):
        return sorted(names, key=lambda name: (float(name), name))
    return sorted(names)


def sample_of(table: Table, strata: str | None, fpc: str | None, weights: str | None, cluster: str | None) -> Sample:
    """The sample that the named columns describe; without weights N_h/n_h. `fpc` holds N_h, or n_h/N_h where nowhere above 1."""
    if not table.lines:
        raise InvalidInput("no_rows", "文件里没有数据行。")
    made = _sample(table, strata, fpc, weights, cluster)
    if len(made.stratum_of_unit) == 1 and not (made.scale == 0).all():
        sentence = "全部数据只有一个抽样单位（{unit}），又不是总体的全部：抽样误差无法估计。"
        raise InvalidInput("one_unit", sentence, unit=f"{cluster} 只有一个值" if cluster else "一行")
    return made


def _sample(table: Table, strata: str | None, fpc: str | None, weights: str | None, cluster: str | None) -> Sample:
    stratum = table.codes(strata) if strata else np.zeros(len(table.lines), dtype=np.intp)
    clusters = table.codes(cluster) if cluster else None
    sizes = _sizes(table, stratum, fpc) if fpc else None
    bare = Sample.of(stratum, np.ones(len(stratum)), sizes, clusters)
    if sizes is not None and (sizes <= 1).all() and (sizes % 1 > 0).any():  # sampling fractions, as R reads what is nowhere above 1
        sizes = np.divide(bare.units_by_stratum, sizes, out=np.full_like(sizes, np.inf), where=sizes > 0)
    if sizes is not None and ((sizes > 0) & (sizes < 1)).any():
        sentence = "{column} 里既有抽样比（小于 1）又有总体数（大于 1）：请只用一种写法。"
        raise InvalidInput("wrong_use", sentence, column=fpc)
    if sizes is not None and np.any(short := sizes < bare.units_by_stratum):
        row = int(np.flatnonzero(short[stratum])[0])
        sentence = "第 {line} 行所在的层：样本 {n} 个单位多于 {column} 所写的总体 {size} 个。"
        where = {"n": int(bare.units_by_stratum[stratum[row]]), "size": f"{sizes[stratum[row]]:g}"}
        raise InvalidInput("sample_exceeds_population", sentence, line=table.lines[row], column=fpc, **where)
    if weights:
        return Sample.of(stratum, table.numbers(weights, needed=True), sizes, clusters)
    if sizes is None:
        raise InvalidInput("wrong_use", "没有权数：请给出 --weights，或给出 --fpc（各层总体数）以便计算 N_h/n_h。")
    if np.isinf(sizes).any():
        raise InvalidInput("wrong_use", "抽样比 {column} 有 0，不能由它得出权数：请给出 --weights。", column=fpc)
    return Sample.of(stratum, (sizes / bare.units_by_stratum)[stratum], sizes, clusters)


def lonely(table: Table, sample: Sample, strata: str | None) -> list[str]:
    """The strata with a single unit that is not all of them, by name: their own part of the variance cannot be known."""
    names = {int(code): table.columns[strata][row].strip() for row, code in enumerate(sample.strata)} if strata else {}
    sizes = np.full(len(sample.units_by_stratum), np.inf) if sample.sizes is None else sample.sizes
    single = np.flatnonzero((sample.units_by_stratum == 1) & (sizes > 1))
    return [names.get(int(code), "–") for code in single]


def in_several_strata(table: Table, strata: str | None, cluster: str | None) -> list[str]:
    """Clusters whose name stands in more than one stratum: they are taken for different ones."""
    if strata is None or cluster is None:
        return []
    where: dict[str, set[str]] = {}
    for name, stratum in zip(table.columns[cluster], table.columns[strata], strict=True):
        where.setdefault(name.strip(), set()).add(stratum.strip())
    return [name for name, found in where.items() if len(found) > 1]


def without_value(table: Table, name: str) -> list[int]:
    """The lines whose value of a column is missing."""
    return [line for line, cell in zip(table.lines, table.columns[name], strict=True) if cell.strip() in MISSING]


def estimates(table: Table, sample: Sample, wanted: Wanted, *by: str) -> list[dict[str, Any]]:
    """Every wanted figure; where columns of domains are given, in each domain: of several, in each combination that has rows."""
    everything = np.ones(len(table.lines), dtype=np.bool_)
    domains: list[tuple[str | None, Mask]] = [(None, everything)]
    for column in by:
        masks = table.levels(column)[1].items()
        crossed = ((level if name is None else f"{name}.{level}", rows & mask) for name, rows in domains for level, mask in masks)
        domains = [(name, rows) for name, rows in crossed if rows.any()]
    return [row for name, domain in domains for row in _in_domain(table, sample, wanted, name, domain)]


def _finite(variable: str, make: Callable[[], figures.Figure]) -> figures.Figure:
    """A figure, refused where numbers are so large that their squares or sums have no finite value."""
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            found = make()
        except OverflowError:
            found = figures.Figure(math.inf, None, None, None, None, 0)
    if not all(value is None or math.isfinite(value) for value in vars(found).values()):
        sentence = "{column} 的数值（或权数、总体数）太大，标准误无法计算：请换成较大的单位（例如万元）再试。"
        raise InvalidInput("number_too_large", sentence, column=variable)
    return found


def _in_domain(table: Table, sample: Sample, wanted: Wanted, by: str | None, domain: Mask) -> list[dict[str, Any]]:
    def of_column(statistic: str, make: Callable[[Sample, Floats, Mask], figures.Figure], name: str) -> dict[str, Any]:
        return _row(statistic, name, None, by, _finite(name, partial(make, sample, table.numbers(name), domain)))

    rows = [of_column("mean", figures.mean, name) for name in wanted.means]
    rows += [of_column("total", figures.total, name) for name in wanted.totals]
    for name in wanted.proportions:
        levels, hits, present = table.levels(name)
        for level in levels:
            share = partial(proportions.proportion, sample, hits[level], domain & present)
            rows.append(_row("prop", name, level, by, _finite(name, share)))
    for name in wanted.ratios:
        above, below = (table.numbers(part) for part in name.split("/"))
        rows.append(_row("ratio", name, None, by, _finite(name, partial(figures.ratio, sample, above, below, domain))))
    rows += [of_column("median", figures.median, name) for name in wanted.medians]
    return rows


def _row(statistic: str, variable: str, level: str | None, by: str | None, figure: figures.Figure) -> dict[str, Any]:
    return {"statistic": statistic, "variable": variable, "level": level, "by": by, **vars(figure)}


def _sizes(table: Table, stratum: Codes, fpc: str) -> Floats:
    """N_h of each stratum: one number for all its rows."""
    written = table.numbers(fpc, needed=True)
    sizes = np.zeros(int(stratum.max()) + 1)
    sizes[stratum] = written
    different = np.flatnonzero(sizes[stratum] != written)
    if different.size:
        sentence = "第 {line} 行：同一层里 {column} 有不同的总体数。"
        raise InvalidInput("fpc_differs", sentence, line=table.lines[int(different[0])], column=fpc)
    return sizes
