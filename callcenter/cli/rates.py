"""Response rates of a file of counts or cases, or of a stored study."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from callcenter import wiring
from callcenter.cli import csv_input
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput
from callcenter.response_rates import counters, cuts
from callcenter.response_rates.cuts import Attempts, Scope
from callcenter.response_rates.queries import attempts_by, cases_by
from callcenter.settings import Settings
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.queries import study_by_name

app = typer.Typer(help="Response rates after AAPOR. Example: callcenter rates counts.csv --e 0.9")


@app.command()
def rates(  # noqa: PLR0917  # one parameter an option
    file: Annotated[
        Path | None, typer.Argument(metavar="COUNTS_OR_CASES.csv", help="Columns category,n[,weight] or code[,weight,…].")
    ] = None,
    e: Annotated[float | None, typer.Option("--e", help="Eligible share of the unknown, from 0 to 1; else E/(E+NE).")] = None,
    study: Annotated[str | None, typer.Option(help="A stored study instead of a file; cut by stratum unless told.")] = None,
    by: Annotated[
        str | None,
        typer.Option(help=f"A column to cut by; the total comes last. Of a study: {' '.join((*cuts.CASES, *cuts.FINAL, *cuts.ATTEMPTS))}."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Of a study: as it stood then, field time, such as '2022-06-10 17:30'.")] = None,
    sample: Annotated[str | None, typer.Option(help="Of a study: main or top_up alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Always so: one JSON document on stdout.")] = False,  # noqa: ARG001
) -> None:
    """Print every rate with e, its method and its bounds; a rate that is not defined is null.

    Codes are ours or those that AAPOR publishes for telephone and in-person surveys (4.30, a dead number, is not eligible there).
    With --by each group of a file has its own e, and the total adds up their denominators; of a study e is that of the strata.

    Example: callcenter rates cases.csv --by district
    """
    if (file is None) == (study is None):
        raise InvalidInput("wrong_use", "请给出一个计数文件或个案文件，或者 --study，例如：callcenter rates counts.csv")
    if e is not None and not 0 <= e <= 1:
        raise InvalidInput("wrong_use", "--e 应在 0 和 1 之间。")
    if file is not None and (as_of or sample):
        raise InvalidInput("wrong_use", "--as-of 和 --sample 只能与 --study 一起用。")
    found = _of_study(study or "", e, by, _moment(as_of), _sample(sample)) if file is None else _of_file(file, e, by)
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _of_study(name: str, e: float | None, by: str | None, until: datetime | None, kind: str | None) -> Any:
    wiring.start(Settings())
    with transaction() as session:
        scope = Scope(study_by_name(session, name).id or 0, until, kind)
        if by in cuts.ATTEMPTS:
            return [_of_attempts(row) for row in attempts_by(session, scope, by)]
        found = cases_by(session, scope, *dict.fromkeys((by or "stratum", "stratum")))
    strata = found["stratum"]
    rows = [{"by": group.key, **cuts.rates_of([group], strata, e)} for group in found[by or "stratum"]]
    return [*rows, {"by": None, **cuts.rates_of(strata, strata, e)}]


def _of_attempts(row: Attempts) -> dict[str, Any]:
    counts = {"dialled": row.dialled, "answered": row.answered, "reached": row.reached, "complete": row.complete, "refused": row.refused}
    return {"by": row.key, "attempts": counts, "talk_seconds": round(row.talk_seconds), "rates": {"answered": row.answer_rate}}


def _moment(typed: str | None) -> datetime | None:
    """Field time as typed; a day alone is its end."""
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("wrong_use", "--as-of 看不懂：请写成 2022-06-10 或 '2022-06-10 17:30'。") from None
    if len(typed.strip()) <= 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=FIELD_ZONE)


def _sample(typed: str | None) -> str | None:
    if typed is not None and typed not in cuts.KINDS:
        raise InvalidInput("wrong_use", "--sample 只能是 main（主样本）或 top_up（补充样本）。")
    return typed


def _of_file(file: Path, e: float | None, by: str | None) -> Any:
    header, rows, _lacking = csv_input.read(file)
    names = [counters.meant(column) for column in header]
    _require(file, header, names, by)
    read = [(line, {**row, **{meant: row[column] for column, meant in zip(header, names, strict=True)}}) for line, row in rows]
    groups = counters.tally(read, by=by)
    make = counters.report_by if by else counters.report
    return make(groups, e, weighted="weight" in names)


def _require(file: Path, header: list[str], names: list[str], by: str | None) -> None:
    """All that the columns lack, or have twice, in one sentence with what to do."""
    by_there = by is None or by in header or by in names
    if not ({"category", "n"} <= set(names) or "code" in names) or not by_there:
        missing = [name for name in (["n"] if "category" in names else ["category"] if "n" in names else ["code"]) if "code" not in names]
        raise InvalidInput(
            "missing_column",
            "{file} 缺少 {missing}：计数文件要有 category 和 n（类别、数量）两列，个案文件要有 code（结果代码）一列，"
            "--by 写文件中的列名。现有的列是 {header}。",
            file=file,
            missing="、".join(f"“{name}”" for name in [*missing, *([] if by_there else [by])]),
            header="、".join(header) or "（空文件）",
        )
    csv_input.require(file, names, [name for name in counters.MEANT if name in names])
    csv_input.require(file, [*header, *(name for name in names if name not in header)], [by] if by else [])
