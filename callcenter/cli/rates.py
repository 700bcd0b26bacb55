"""Response rates of a file of counts or cases, or of a stored study."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from callcenter import wiring
from callcenter.cli import csv_input
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput
from callcenter.response_rates import cohorts, counters
from callcenter.response_rates.queries import study_counts
from callcenter.settings import Settings
from callcenter.studies.queries import study_by_name

app = typer.Typer(help="Response rates after AAPOR. Example: callcenter rates counts.csv --e 0.9")


@app.command()
def rates(
    file: Annotated[
        Path | None, typer.Argument(metavar="COUNTS_OR_CASES.csv", help="Columns category,n[,weight] or code[,weight,…].")
    ] = None,
    e: Annotated[float | None, typer.Option("--e", min=0, max=1, help="Eligible share of the unknown; else E/(E+NE).")] = None,
    study: Annotated[str | None, typer.Option(help="A stored study instead of a file; cut by population and stratum.")] = None,
    by: Annotated[str | None, typer.Option(help="A column to cut by; the total comes last.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Always so: one JSON document on stdout.")] = False,  # noqa: ARG001
) -> None:
    """Print every rate with e, its method and its bounds; a rate that is not defined is null.

    Example: callcenter rates cases.csv --by district
    """
    if (file is None) == (study is None):
        raise InvalidInput("wrong_use", "请给出一个计数文件或个案文件，或者 --study，例如：callcenter rates counts.csv")
    if e is not None and not 0 <= e <= 1:  # nan passes the option's own limits
        raise InvalidInput("wrong_use", "--e 应在 0 和 1 之间。")
    print(json.dumps(_of_study(study, e) if file is None else _of_file(file, e, by), ensure_ascii=False, indent=1))


def _of_study(name: str | None, e: float | None) -> Any:
    wiring.start(Settings())
    with transaction() as session:
        populations = study_counts(session, study_by_name(session, name or "").id or 0)
    strata = [(population.code, stratum) for population in populations for stratum in population.strata]
    rows = [{"by": f"{code} {stratum.name}", **cohorts.report([stratum], e)} for code, stratum in strata]
    return [*rows, {"by": None, **cohorts.report([stratum for _, stratum in strata], e)}]


def _of_file(file: Path, e: float | None, by: str | None) -> Any:
    header, rows = csv_input.read(file)
    if not {"category", "n"} <= set(header):
        csv_input.require(file, header, ["category", "n"] if "category" in header else ["code"])
    csv_input.require(file, header, [by] if by else [])
    groups = counters.tally(rows, by=by)
    make = counters.report_by if by else counters.report
    return make(groups, e, weighted="weight" in header)
