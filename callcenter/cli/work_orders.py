"""Work orders: what is wrong in a sheet's stages, and how long the matters of a population took."""

import json
from pathlib import Path
from typing import Annotated

import typer

from callcenter import clock
from callcenter.cli.list_files import check_place, read_list
from callcenter.errors import Refused
from callcenter.lists.orders import report
from callcenter.lists.orders.findings import NAMES, NOTICES, Examiner
from callcenter.lists.orders.lengths import CALENDAR, WORKING
from callcenter.lists.orders.reading import orders_of
from callcenter.lists.reading import better_told
from callcenter.lists.refusals import ListRefused
from callcenter.studies.phases import field_day
from callcenter.studies.work_calendar import OFFICIAL

SHOWN = 20
_WAYS = {CALENDAR: "自然日", WORKING: "工作日"}


def examine_file(
    file: Annotated[Path, typer.Argument(help="A work-order sheet (Annex 5): xlsx, xls, ods or delimited text.")],
    rows: Annotated[Path | None, typer.Option(help="Write one CSV line for each stage and each total.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, with every finding.")] = False,
    *,
    persons: Annotated[bool, typer.Option("--persons", help="The list is of persons.")] = False,
) -> None:
    """Examine the stages of work orders: dates, lengths, totals, overlaps; needs no database and knows the official calendar only.

    Exit 0 where the file could be read, whatever was found. Example: callcenter lists orders 工单.xlsx --rows stages.csv
    """
    check_place(rows)
    data = read_list(file)
    try:
        found = report.examine(orders_of(data, persons=persons), Examiner(OFFICIAL, field_day(clock.now())))
    except ListRefused as refusal:
        raise better_told(refusal, data, file.name) from refusal
    if not found.orders:
        raise Refused("no_work_orders", "文件里没有工单：表头要有“工单号”和各环节的“开始时间、完成时间、总时长”。")
    if rows:
        with rows.open("w", encoding="utf-8", newline="") as table:
            report.write(found, table)
    if as_json:
        print(json.dumps({**found.totals, "rows": list(report.found(found))}, ensure_ascii=False, indent=1))
    else:
        print(_summary(found))


def _summary(found: report.Report) -> str:
    totals = found.totals
    lines = [f"共 {totals['orders']:,} 个工单、{totals['stages']:,} 个环节；{totals['orders_with_findings']:,} 个工单有疑点。"]
    counts = sorted(totals["findings"].items(), key=lambda one: one[0] in NOTICES)
    lines += [f"  {count:>8,}  {NAMES[code]}（{code}）{'，提示' if code in NOTICES else ''}" for code, count in counts]
    if totals["counts_in"]:
        lines.append(f"能区分的环节多数按{_WAYS[totals['counts_in']]}填写（{_told(found)}）。")
    told = sorted(report.found(found), key=lambda one: one["finding"] in NOTICES)  # contradictions first
    lines += [f"{one['sheet']} 第 {one['source_row']} 行 {one['order']}：{one['text']}" for one in told[:SHOWN]]
    if len(told) > SHOWN:
        lines.append(f"…… 还有 {len(told) - SHOWN:,} 处，用 --rows 或 --json 查看全部。")
    return "\n".join(lines)


def _told(found: report.Report) -> str:
    return "，".join(f"{word}相符 {found.fits[way]:,}" for way, word in _WAYS.items())
