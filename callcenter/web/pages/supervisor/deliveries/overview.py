"""Deliveries that are still open: by item, by unit, as a matrix, as a table to download, and the lists behind each cell."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.exports.sheets import Sheet, as_csv
from callcenter.lists import due, queries
from callcenter.lists.due import Cell, Chosen
from callcenter.operations.actions import record
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.studies.queries import KnownStage
from callcenter.studies.units import UnitNames
from callcenter.web.deps import Work
from callcenter.web.pages.stages import chosen
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

router = APIRouter(prefix="/supervisor/deliveries")
Supervisor = Annotated[Person, allow("supervisor")]
VIEWS = ("items", "units", "matrix")
STATES = {
    due.OVERDUE: noted("逾期未报"),
    due.NOT_SENT: noted("尚未报送"),
    due.ONLY_REFUSED: noted("没有可用的行"),
    due.WAITING: noted("正在核对"),
    due.LATE: noted("迟到"),
    due.SENT: noted("已报送"),
}
PARTS = {"lead": noted("牵头"), "responsible": noted("配合"), "": noted("未列名")}
COLUMNS = (
    noted("评估阶段"),
    noted("主题"),
    noted("任务号"),
    noted("清单任务"),
    noted("样本总体"),
    noted("名称"),
    noted("单位"),
    noted("牵头或配合"),
    noted("应报"),
    noted("状态"),
    noted("截止"),
    noted("收到时间"),
    noted("行"),
    noted("采用"),
)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: stage, view and filters. An unknown word counts as none."""

    stage: str = ""
    view: str = "items"
    topic: str = ""
    item: str = ""
    unit: str = ""
    state: str = ""
    open: str = ""

    @property
    def chosen(self) -> Chosen:
        """The filters."""
        return Chosen(_number(self.topic), _number(self.item), self.unit, self.state if self.state in STATES else "", self.open == "1")

    def address(self, **changes: object) -> str:
        """The same question with some of it changed, as the query of an address."""
        return urlencode({name: value for name, value in {**vars(self), **changes}.items() if value not in ("", None)})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _asked(request: Request) -> Asked:
    given = {name: value.strip() for name, value in request.query_params.items() if name in Asked.__dataclass_fields__}
    return Asked(**given | {"view": given["view"] if given.get("view") in VIEWS else VIEWS[0]})


@router.get("")
def overview(request: Request, person: Supervisor, session: Work, asked: Annotated[Asked, Depends(_asked)]) -> Response:
    """What is owed and what is at, in one of three views."""
    known = studies.known_stages(session)
    at = chosen(session, known, asked.stage)
    cells = _cells(session, at)
    shown = [cell for cell in cells if asked.chosen.holds(cell)]
    values: dict[str, Any] = {
        "asked": asked,
        "known": known,
        "at": at,
        "units": sorted({cell.unit for cell in cells}),
        "items": list({cell.expected.item_number: cell.expected.item_title for cell in cells}.items()),
        "topics": studies.topics(session, at.study.id or 0) if at else [],
        "any": bool(cells),
        "total": due.tally(shown),
        "rows": due.by_population(shown),
        "by_unit": due.by_unit(shown),
        "columns": _columns(shown, studies.unit_names(session, at.id) if at else None),
        "cell_at": {(cell.expected.population_id, cell.unit): cell for cell in shown},
        "window": studies.intake(session, at.id).window(field_day(clock.now())) if at else None,
        "states": STATES,
        "parts": PARTS,
    }
    return page(request, person, "supervisor/deliveries/overview.html", **values)


def _cells(session: Session, at: KnownStage | None) -> list[Cell]:
    return queries.deliveries(session, at.id, field_day(clock.now())) if at else []


def _columns(shown: list[Cell], names: UnitNames | None) -> list[str]:
    """The units of the matrix: those that owe most first, then the districts in their order."""
    districts = list(names.districts) if names else []
    place = {district: number for number, district in enumerate(districts, 1)}
    return [unit for unit, _counted in sorted(due.by_unit(shown), key=lambda each: (place.get(each[0], 0), -each[1].owed, each[0]))]


@router.get("/table")
def table(person: Supervisor, session: Work, asked: Annotated[Asked, Depends(_asked)]) -> Response:
    """The chosen cells as CSV, one a line."""
    at = chosen(session, studies.known_stages(session), asked.stage)
    lines = [_line(at, cell) for cell in _cells(session, at) if at and asked.chosen.holds(cell)]
    record(session, person.id, "deliveries_fetched", "stage", at.id if at else 0)
    data = as_csv(Sheet("deliveries", [_(name) for name in COLUMNS], lines))
    name = f"deliveries-{at.stage.name if at else 'none'}.csv".encode("ascii", "ignore").decode()
    return Response(data, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _line(at: KnownStage, cell: Cell) -> list[object]:
    newest = cell.arrivals[0] if cell.arrivals else None
    return [
        at.stage.name,
        cell.expected.topic_number,
        cell.expected.item_number,
        cell.expected.item_title,
        cell.expected.code,
        cell.expected.title,
        cell.unit,
        _(PARTS[cell.part]),
        cell.owed,
        _(STATES[cell.state]) if cell.owed or cell.arrivals else "",
        cell.window.last_day.isoformat() if cell.window.last_day else "",
        newest.received_at if newest else "",
        sum(arrival.rows for arrival in cell.arrivals if arrival.state == "judged"),
        cell.accepted,
    ]


@router.get("/cell")
def cell(request: Request, person: Supervisor, session: Work, population: int, unit: str) -> Response:
    """The lists that one unit sent for one population, those of a district's departments together."""
    found = studies.population(session, population)
    at = next(each for each in studies.known_stages(session) if each.id == found.stage_id)
    names = studies.unit_names(session, at.id)
    name = names.answers_for(unit)
    wanted = next((each for each in _cells(session, at) if (each.expected.population_id, each.unit) == (population, name)), None)
    numbers = {arrival.submission_id for arrival in wanted.arrivals} if wanted else set()
    sent = [receipt for receipt in queries.receipts(session, population_id=population) if receipt.id in numbers]
    named = queries.liaisons(session, at.id)
    senders = dict.fromkeys([name, *(names.normal(receipt.department) for receipt in sent)])
    item = studies.item(session, found.item_id)
    topic = next((each for each in studies.topics(session, at.study.id or 0) if each.number == item.topic_number), None)
    values: dict[str, Any] = {"population": found, "item": item, "topic": topic, "at": at, "cell": wanted, "unit": name}
    values["contacts"] = [(each, named.get(each)) for each in senders]
    return page(request, person, "supervisor/deliveries/cell.html", **values, sent=sent, states=STATES, parts=PARTS)
