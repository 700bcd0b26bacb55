"""Estimates of any CSV of a stratified sample."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from callcenter.cli import csv_input
from callcenter.errors import InvalidInput
from callcenter.estimates.table import Table, Wanted, estimates, in_several_strata, lonely, sample_of, without_value

app = typer.Typer(help="Weighted figures with standard errors. Example: callcenter estimate data.csv --strata stype --fpc N --mean score")

LONELY = ("adjust", "fail")
SHOWN = 10
"""Strata, clusters or lines that a note names."""

Columns = Annotated[list[str] | None, typer.Option(help="A column; may be given again.")]


@app.command()
def estimate(  # noqa: PLR0917  # one parameter an option
    file: Annotated[Path, typer.Argument(metavar="DATA.csv", help="One row a case, with a header.")],
    strata: Annotated[list[str] | None, typer.Option(help="The column of strata.")] = None,
    fpc: Annotated[
        list[str] | None,
        typer.Option(help="The column of N_h, the units of the stratum in the population; or of the sampling fractions n_h/N_h."),
    ] = None,
    weights: Annotated[list[str] | None, typer.Option(help="The column of weights; without it N_h/n_h.")] = None,
    cluster: Annotated[list[str] | None, typer.Option(help="The column of clusters, of one stage; N_h then counts clusters.")] = None,
    mean: Columns = None,
    total: Columns = None,
    prop: Columns = None,
    ratio: Annotated[list[str] | None, typer.Option(metavar="A/B", help="Two columns; may be given again.")] = None,
    median: Columns = None,
    by: Annotated[list[str] | None, typer.Option(help="A column of domains; given again, every combination is one: a.b")] = None,
    lonely_psu: Annotated[
        str,
        typer.Option(help="A stratum with a single unit: adjust (R's way of that name, with a warning) or fail (as R does unless told)."),
    ] = "adjust",
    as_json: Annotated[bool, typer.Option("--json", help="Always so: one JSON document on stdout.")] = False,  # noqa: ARG001
) -> None:
    """Print figures with standard error, 95 % interval (t), design effect and n, as R's survey package gives them.

    Example: callcenter estimate apistrat.csv --strata stype --fpc fpc --mean api00 --by awards
    """
    wanted = Wanted(mean or [], total or [], prop or [], ratio or [], median or [])
    named = _named(wanted)
    described = {"strata": strata, "fpc": fpc, "weights": weights, "cluster": cluster}
    design = {option: _one(option, columns or []) for option, columns in described.items()}
    used = [name for name in (*design.values(), *(by or []), *named) if name is not None]
    header, rows, lacking = csv_input.read(file, used)
    table = Table({name: [row[name] for _, row in rows] for name in header}, [line for line, _ in rows])
    sample = sample_of(table, **design)
    _tell_of_short_rows([line for line, names in lacking.items() if set(names) & set(used)])
    _tell_of_clusters(in_several_strata(table, design["strata"], design["cluster"]))
    for column in by or []:
        _tell_of_missing_domains(column, without_value(table, column))
    warning = _about_lonely(lonely(table, sample, design["strata"]), lonely_psu)
    found = [row | warning for row in estimates(table, sample, wanted, *(by or []))]
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _one(option: str, columns: list[str]) -> str | None:
    """The column of an option that describes the sample."""
    if len(columns) > 1 and option == "cluster":
        sentence = "只支持一级群：多级抽样请只给出第一级的 --cluster（没有 --fpc 时，R 也只按第一级计算方差）。"
        raise InvalidInput("wrong_use", sentence)
    if len(columns) > 1:
        raise InvalidInput("wrong_use", "--{option} 只能给一次：几列合起来划分的，请先合成一列。", option=option)
    return columns[0] if columns else None


def _about_lonely(strata: list[str], how: str) -> dict[str, str]:
    """What is to be known of every figure where a stratum has a single unit; told on stderr too."""
    if how not in LONELY:
        raise InvalidInput("wrong_use", "--lonely-psu 只能是 adjust 或 fail。")
    if not strata:
        return {}
    named = _shown(strata)
    if how == "fail":
        sentence = "{count} 个层只有一个单位（{strata}），层内方差无法估计：请与相近的层合并，或用 --lonely-psu adjust。"
        raise InvalidInput("lonely_stratum", sentence, count=len(strata), strata=named)
    text = (
        f"{len(strata)} 个层只有一个单位（{named}），层内方差无法估计："
        '其标准误按 R survey.lonely.psu="adjust" 以偏离总体均值计算，只供参考；R 默认拒绝，要同样拒绝请用 --lonely-psu fail。'
    )
    english = (
        f"strata with a single unit: {len(strata)} ({_shown(strata, ', ')}). They have no variance of their own and are taken as R's "
        'survey.lonely.psu="adjust" does, from the mean of all; --lonely-psu fail refuses them, as R does unless told.'
    )
    _note(text, english)
    return {"warning": text}


def _tell_of_short_rows(lines: list[int]) -> None:
    if lines:
        _note(
            f"{len(lines)} 行的格数比表头少（第 {_shown(lines)} 行）：缺的格按缺失处理。",
            f"rows with fewer cells than the header: {len(lines)} (lines {_shown(lines, ', ')}). What they lack is taken as missing.",
        )


def _tell_of_clusters(names: list[str]) -> None:
    if names:
        _note(
            f"{len(names)} 个群的编号在几个层里都有（{_shown(names)}）：各层里的按不同的群计算，等于 R 的 nest=TRUE。",
            f"clusters that stand in several strata under one name: {len(names)} ({_shown(names, ', ')}). Each stratum's is taken as "
            "another cluster, as R does with nest=TRUE (without it R refuses).",
        )


def _tell_of_missing_domains(column: str, lines: list[int]) -> None:
    if lines:
        _note(
            f"{len(lines)} 行的 {column} 缺失（第 {_shown(lines)} 行）：它们不在任何一个域里，样本仍包括它们。",
            f"rows without {column}: {len(lines)} (lines {_shown(lines, ', ')}). They are in no domain and stay in the sample.",
        )


def _note(chinese: str, english: str) -> None:
    print(f"注意：{chinese}\nNote: {english}", file=sys.stderr)


def _shown(names: Sequence[object], between: str = "、") -> str:
    return between.join(map(str, names[:SHOWN])) + ("…" if len(names) > SHOWN else "")


def _named(wanted: Wanted) -> list[str]:
    """Every column that a figure needs."""
    parts = [part for pair in wanted.ratios for part in pair.split("/")]
    if any(pair.count("/") != 1 for pair in wanted.ratios):
        raise InvalidInput("wrong_use", "--ratio 应写成 分子列/分母列，例如 --ratio api_stu/enroll")
    named = [*wanted.means, *wanted.totals, *wanted.proportions, *parts, *wanted.medians]
    if not named:
        raise InvalidInput("wrong_use", "请至少给出一个 --mean、--total、--prop、--ratio 或 --median。")
    return named
