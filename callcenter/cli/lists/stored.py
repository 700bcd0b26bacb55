"""Lists: write an empty form, send a file to a stored study, see what came in."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from callcenter import wiring
from callcenter.cli import list_deliveries, work_orders
from callcenter.cli.places import check_place, read_list
from callcenter.cli.populations import population_named, unknown_unit
from callcenter.db.engine import transaction
from callcenter.lists import actions, queries, stated, templates
from callcenter.lists.asks import Column, asks
from callcenter.sampling.queries import latest_draw
from callcenter.settings import Settings
from callcenter.studies import queries as studies

app = typer.Typer()
app.command("orders")(work_orders.examine_file)
app.command("order-days")(work_orders.population_days)
app.command("due")(list_deliveries.list_due)

File = Annotated[Path, typer.Argument(help="xlsx, xls, ods or delimited text; told by content.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Study = Annotated[str, typer.Option(help="The study's name.")]
PopulationCode = Annotated[str, typer.Option("--population", help="<item>-<position>, or <stage>/<item>-<position>.")]


@app.command()
def template(
    out: Annotated[Path, typer.Argument(help="The workbook to write.")],
    department: Annotated[str, typer.Option(help="The unit that will fill it in.")] = "",
    extra: Annotated[list[str] | None, typer.Option(help="A further column; may be repeated.")] = None,
    study: Annotated[str, typer.Option(help="Take item and extra columns from this study …")] = "",
    population: Annotated[str, typer.Option(help="… and this population, <item>-<position>.")] = "",
    *,
    work_orders: Annotated[bool, typer.Option("--work-orders", help="The form for work orders (Annex 5).")] = False,
    stages: Annotated[int, typer.Option(min=1, max=templates.MOST_STAGES, help="Stages of the work orders.")] = templates.STAGES,
) -> None:
    """Write an empty form to start from: the full list (Annex 4) or work orders (Annex 5).

    Example: callcenter lists template 空表.xlsx --department 市市场监管委
    """
    check_place(out)
    form = templates.Form(department, extra=[Column(name) for name in extra or []], stages=stages)
    if study or population:
        wiring.start(Settings())
        with transaction() as session:
            found = population_named(session, study, population)
            asked = asks(found)
        columns = [*asked.columns, *form.extra]
        form = replace(form, about=found.title, extra=columns, persons=asked.persons, dates=asked.dates)
        work_orders = work_orders or found.settings.get("source") == "work_orders"
    out.write_bytes(templates.workbook(form, work_orders=work_orders))
    print(f"已写入空表 {out}。")


@app.command()
def submit(
    file: File,
    study: Study,
    population: PopulationCode,
    department: Annotated[str, typer.Option(help="The unit that sends the list.")],
    *,
    adds: Annotated[bool, typer.Option("--adds", help="It adds to the unit's earlier lists and does not replace them.")] = False,
    stated_total: Annotated[int | None, typer.Option(help="How many the whole population has, as the unit states it.")] = None,
    new_unit: Annotated[bool, typer.Option("--new-unit", help="The checklist need not name the unit: no warning.")] = False,
    policy_month: Annotated[str, typer.Option(help="The month in which the policy was carried into effect, such as 2021-06.")] = "",
    as_json: Json = False,
) -> None:
    """Judge a list and keep it with its verdicts and what the unit states beside; the same bytes again change nothing.

    A unit that no checklist of the study names is warned of on stderr, with names that are alike, and its list is kept.

    Example: callcenter lists submit 名单.xlsx --study tianjin-2022 --population 4-1 --department 市市场监管委
    """
    data = read_list(file)
    wiring.start(Settings())
    with transaction() as session:
        found = population_named(session, study, population)
        assert found.id is not None  # noqa: S101  # read from the database
        before = {receipt.id for receipt in queries.receipts(session, department=department, population_id=found.id)}
        drawn = latest_draw(session, found.id) is not None
        actions.state(session, found.id, department, None, stated_total=stated_total, policy_month=policy_month)
        sent = actions.submit(
            session,
            population_id=found.id,
            department=department,
            user_id=None,
            file_name=file.name,
            data=data,
            drawn=drawn,
            adds=adds,
            by_worker=False,
        )
        findings, doubts = _beside(session, found, sent)
        stranger = None if new_unit else unknown_unit(session, study, department)
    if stranger:
        print(f"注意：{stranger}。名单已收下并记在这个名称下；名称没有写错时可加 --new-unit。", file=sys.stderr)
    again = sent.id in before
    if as_json:
        told = {"submission": sent.id, "role": sent.role, "state": sent.state, "again": again, **sent.totals, "findings": findings}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    print(
        f"{'这份文件以前报送过，没有改变什么' if again else '已收到'}：第 {sent.id} 号报送，{_ROLES[sent.role]}。{_rows_told(sent.totals)}"
    )
    for doubt in doubts:
        print(f"  {doubt}")


def _rows_told(totals: dict[str, Any]) -> str:
    counts = [
        f"{word} {totals[key]:,}" for key, word in (("accepted", "采用"), ("duplicate", "重复"), ("rejected", "退回")) if key in totals
    ]
    return f"共 {totals['rows']:,} 行：{'，'.join(counts)}。" if "rows" in totals else ""


def _beside(session: Any, population: Any, sent: Any) -> tuple[dict[str, Any], list[str]]:
    """What the list lacks of what its population asks, as stored and in words; dates outside the period counted."""
    asked, leads = asks(population), studies.item(session, population.item_id).lead_departments
    says = queries.statement(session, population.id, sent.department, leads)
    within = asked.within(says.policy_month)
    outside = queries.outside(session, sent.id, within) if within else 0
    received = queries.received(session, population.id).get(sent.department, stated.Received())
    told = [*stated.findings_told(asked, sent.findings), *stated.doubts(asked, says, received)]
    words = [doubt.text.format(**doubt.about) for doubt in told]
    findings = {key: value for key, value in sent.findings.items() if key != "rows"}
    return findings | {"outside_period": outside, "doubts": [doubt.code for doubt in told]}, words + (
        [f"有 {outside:,} 行的办理时间不在统计期间内。"] if outside else []
    )


@app.command("receipts")
def list_receipts(study: Study, as_json: Json = False) -> None:
    """What came in, newest first.

    Example: callcenter lists receipts --study tianjin-2022
    """
    wiring.start(Settings())
    with transaction() as session:
        found = studies.study_by_name(session, study)
        codes = {p.id: p.code for stage in studies.stages(session, found.id or 0) for p in studies.populations(session, stage.id or 0)}
        came = [receipt for receipt in queries.receipts(session) if receipt.population_id in codes]
    lines = [_receipt_line(receipt, codes[receipt.population_id]) for receipt in came]
    if as_json:
        print(json.dumps(lines, ensure_ascii=False, indent=1))
    for line in lines if not as_json else []:
        print("\t".join(_STATES.get(line[key], line[key]) if key == "state" else str(line[key]) for key in _SHOWN))
    if not lines and not as_json:
        print("还没有收到名单。")


_SHOWN = ("submission", "population", "department", "state", "rows", "accepted", "rejected", "file")
_STATES = {"judged": "有效", "waiting": "等待核对", "refused": "文件被退回", "replaced": "已被替换"}
_ROLES = {"first": "首次报送", "replacement": "替换本单位之前的名单", "supplement": "补充名单"}


def _receipt_line(receipt: queries.Receipt, code: str) -> dict[str, Any]:
    return {
        "submission": receipt.id,
        "population": code,
        "department": receipt.department,
        "received_at": receipt.received_at.isoformat(),
        "late": receipt.late,
        "state": receipt.state,
        "role": receipt.role,
        "rows": receipt.totals.get("rows", 0),
        "accepted": receipt.totals.get("accepted", 0),
        "rejected": receipt.totals.get("rejected", 0),
        "file": receipt.file_name,
        "sha256": receipt.file_sha256,
    }
