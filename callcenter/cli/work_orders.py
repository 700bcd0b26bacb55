"""Work orders: what is wrong in a sheet's stages, and how long the matters of a population took."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from callcenter import clock, wiring
from callcenter.cli.places import check_place, read_list
from callcenter.cli.populations import population_named
from callcenter.db.engine import transaction
from callcenter.errors import Refused
from callcenter.frame.reporting_order import reporting_order
from callcenter.lists import queries
from callcenter.lists.orders import report
from callcenter.lists.orders.durations import MEASURES, as_document, concerning, limits_of, results
from callcenter.lists.orders.findings import NAMES, NOTICES, Examiner
from callcenter.lists.orders.lengths import CALENDAR, WORKING
from callcenter.lists.orders.reading import orders_of
from callcenter.lists.reading import better_told
from callcenter.lists.refusals import ListRefused
from callcenter.settings import Settings
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.studies.work_calendar import OFFICIAL

SHOWN = 20
Study = Annotated[str, typer.Option(help="The study's name.")]
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


def population_days(
    study: Study,
    population: Annotated[str, typer.Option("--population", help="<item>-<position>, or <stage>/<item>-<position>.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, with every group.")] = False,
) -> None:
    """How long the matters of a population took by their work orders, as written and by the dates, against the item's promises.

    Accepted rows and duplicates count, an order number of an enterprise once; what two units reported is in the lines of both.

    Example: callcenter lists order-days --study tianjin-2022 --population 28-1
    """
    wiring.start(Settings())
    with transaction() as session:
        meant = population_named(session, study, population)
        orders = queries.timed_orders(session, meant.id)
        if not orders:
            raise Refused("no_work_orders_yet", "样本总体 {population} 还没有收到工单。", population=population)
        item = studies.item(session, meant.item_id)
        promised = limits_of(studies.item_standards(session, item))
        reporters = reporting_order((order.department for order in orders), [*item.lead_departments, *item.responsible_units])
        found = results(orders, studies.work_calendar(session), concerning(promised, meant.title), reporters)
    document = {"population": meant.code, "title": meant.title, **as_document(found)}
    print(json.dumps(document, ensure_ascii=False, indent=1) if as_json else _days(document))


def _days(document: dict[str, Any]) -> str:
    lines = [f"{document['population']} {document['title']}：{document['orders']:,} 个工单、{document['stages']:,} 个环节。"]
    if document["repeated"]:
        lines.append(f"重复的工单 {document['repeated']:,} 个不计（同一企业的同一工单号只算一次，以报送单位固定顺序中在前的为准）。")
    if len(document["by_department"]) > 1:
        lines.append("按单位各算自己报送的工单：几个单位都报送的工单在各单位都算，各单位之和可以大于全部。")
    lines.append("\t".join(("", "工单", "平均", "中位数", "下四分位", "上四分位", "最短", "最长", "承诺之内")))
    groups = [("全部", document["overall"])]
    groups += [(f"单位 {name}", row) for name, row in document["by_department"].items()]
    groups += [(f"区域 {name}", row) for name, row in document["by_district"].items()]
    for name, row in groups:
        for measure, one in row.items():
            numbers = [f"{one[key]:.2f}" for key in ("mean", "median", "q1", "q3", "low", "high")]
            within = "；".join(f"{told['promise']} {told['share']:.1%}" for told in one["within"])
            lines.append("\t".join((f"{name} {MEASURES[measure]}", str(one["n"]), *numbers, within)))
    return "\n".join(lines)


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
