"""Estimates of any CSV of a stratified sample."""

import json
from pathlib import Path
from typing import Annotated

import typer

from callcenter.cli import csv_input
from callcenter.errors import InvalidInput
from callcenter.estimates.table import Table, Wanted, estimates, sample_of

app = typer.Typer(help="Weighted figures with standard errors. Example: callcenter estimate data.csv --strata stype --fpc N --mean score")

Columns = Annotated[list[str] | None, typer.Option(help="A column; may be given again.")]


@app.command()
def estimate(  # noqa: PLR0917  # one parameter an option
    file: Annotated[Path, typer.Argument(metavar="DATA.csv", help="One row a case, with a header.")],
    strata: Annotated[str | None, typer.Option(help="The column of strata.")] = None,
    fpc: Annotated[
        str | None,
        typer.Option(help="The column of N_h, the units of the stratum in the population; or of the sampling fractions n_h/N_h."),
    ] = None,
    weights: Annotated[str | None, typer.Option(help="The column of weights; without it N_h/n_h.")] = None,
    cluster: Annotated[str | None, typer.Option(help="The column of clusters; N_h then counts clusters.")] = None,
    mean: Columns = None,
    total: Columns = None,
    prop: Columns = None,
    ratio: Annotated[list[str] | None, typer.Option(metavar="A/B", help="Two columns; may be given again.")] = None,
    median: Columns = None,
    by: Annotated[str | None, typer.Option(help="A column of domains.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Always so: one JSON document on stdout.")] = False,  # noqa: ARG001
) -> None:
    """Print figures with standard error, 95 % interval (t), design effect and n, as R's survey package gives them.

    Example: callcenter estimate apistrat.csv --strata stype --fpc fpc --mean api00 --by awards
    """
    wanted = Wanted(mean or [], total or [], prop or [], ratio or [], median or [])
    named = _named(wanted)
    header, rows = csv_input.read(file, [name for name in (strata, fpc, weights, cluster, by, *named) if name])
    table = Table({name: [row[name] for _, row in rows] for name in header}, [line for line, _ in rows])
    found = estimates(table, sample_of(table, strata, fpc, weights, cluster), wanted, by)
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _named(wanted: Wanted) -> list[str]:
    """Every column that a figure needs."""
    parts = [part for pair in wanted.ratios for part in pair.split("/")]
    if any(pair.count("/") != 1 for pair in wanted.ratios):
        raise InvalidInput("wrong_use", "--ratio 应写成 分子列/分母列，例如 --ratio api_stu/enroll")
    named = [*wanted.means, *wanted.totals, *wanted.proportions, *parts, *wanted.medians]
    if not named:
        raise InvalidInput("wrong_use", "请至少给出一个 --mean、--total、--prop、--ratio 或 --median。")
    return named
