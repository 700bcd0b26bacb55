"""The command `lists due`: which lists are still open, from whom, until when."""

import json
from typing import Annotated, Any

import typer
from sqlmodel import Session

from callcenter import clock, wiring
from callcenter.cli.populations import unknown_unit
from callcenter.db.engine import transaction
from callcenter.errors import NotFound
from callcenter.lists import due, queries
from callcenter.lists.due import Cell
from callcenter.settings import Settings
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.studies.units import unit_names

STATES = {
    due.OVERDUE: "逾期未报",
    due.NOT_SENT: "尚未报送",
    due.ONLY_REFUSED: "没有可用的行",
    due.WAITING: "正在核对",
    due.LATE: "迟到",
    due.SENT: "已报送",
}


def list_due(
    study: Annotated[str, typer.Option(help="The study's name.")],
    stage: Annotated[str, typer.Option(help="Only this stage, such as 2021.")] = "",
    unit: Annotated[str, typer.Option(help="Only this unit; a district's department stands for its district.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also what has arrived and what is optional.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Print the deliveries that are still open: due and nothing usable here, one a line. An unknown unit is refused.

    Example: callcenter lists due --study tianjin-2022 --unit 市市场监管委
    """
    wiring.start(Settings())
    with transaction() as session:
        found = studies.study_by_name(session, study)
        stages = [each for each in studies.stages(session, found.id or 0) if not stage or each.name == stage]
        if not stages:
            raise NotFound("no_stage_named", "研究 {study} 没有名为 {stage} 的阶段，请用 study show 查看。", study=study, stage=stage)
        hotlines = {topic.number: topic.hotline for topic in studies.topics(session, found.id or 0)}
        cells = [(each.name, cell) for each in stages for cell in queries.deliveries(session, each.id or 0, field_day(clock.now()))]
        wanted = _meant(session, found, unit, {cell.unit for _, cell in cells}) if unit else ""
        lines = [
            _line(name, cell, hotlines.get(cell.expected.topic_number, ""))
            for name, cell in cells
            if wanted in ("", cell.unit) and (cell.open or everything)
        ]
    if as_json:
        print(json.dumps(lines, ensure_ascii=False, indent=1))
        return
    for line in lines:
        print("\t".join(str(line[key]) for key in ("stage", "population", "unit", "until", "told", "item", "hotline")))
    if not lines:
        print("没有未到的报送。")


def _meant(session: Session, study: Any, unit: str, delivering: set[str]) -> str:
    """The unit in whose place `unit` delivers; refused where nobody of that name is asked for a list or has sent one."""
    name = unit_names(study.settings).answers_for(unit)
    if name not in delivering and (said := unknown_unit(session, study.name, unit)):
        raise NotFound("no_unit_named", "{said}，也没有收到过它的名单：请改用清单上的单位名称。", said=said)
    return name


def _line(stage: str, cell: Cell, hotline: str) -> dict[str, Any]:
    return {
        "stage": stage,
        "population": cell.expected.code,
        "title": cell.expected.title,
        "item": f"{cell.expected.item_number}. {cell.expected.item_title}",
        "unit": cell.unit,
        "part": cell.part,
        "owed": cell.owed,
        "open": cell.open,
        "state": cell.state,
        "told": STATES[cell.state] if cell.owed or cell.arrivals else "可以不报",
        "until": cell.window.last_day.isoformat() if cell.window.last_day else "",
        "planned": cell.window.scheduled_last_day.isoformat() if cell.window.scheduled_last_day else "",
        "hotline": hotline,
        "submissions": [arrival.submission_id for arrival in cell.arrivals],
        "accepted": cell.accepted,
    }
