"""Reads of the room: what could be frozen, frozen frames, who must not be called."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, func, or_, select

from callcenter.errors import NotFound
from callcenter.frame import strata
from callcenter.frame.duplicates import ReportedRow, Unit, known_codes, merge, merge_persons
from callcenter.frame.search import Wanted
from callcenter.frame.tables import DoNotCall, Frame, FrameUnit
from callcenter.studies import queries as studies

_FIND = """
SELECT u.id, u.name, u.district, u.reported_by, f.number AS frame_number, t.name || '/' || p.code AS population, p.title
FROM frame_units u JOIN frames f ON f.id = u.frame_id JOIN populations p ON p.id = f.population_id JOIN stages t ON t.id = p.stage_id
WHERE {} ORDER BY u.name, u.id DESC LIMIT :limit
"""
_FITS = {
    "code": "u.uscc = :value",
    "phone": "u.phones @> CAST(:value AS jsonb)",
    "name": r"regexp_replace(normalize(u.name, NFKC), '\s', '', 'g') ILIKE :value",
}


@dataclass(frozen=True)
class FoundUnit:
    """A frame unit that a search found."""

    id: int
    name: str
    district: str
    reported_by: list[str]
    frame_number: int
    population: str
    title: str


@dataclass(frozen=True)
class Preview:
    """What freezing now would make of the lists that came in."""

    units: list[Unit]
    rows: int
    submissions: int
    by_department: dict[str, dict[str, int]]
    """Department → rows used, units it reported, units that only it reported."""
    counts: dict[str, Any]


_ROWS = """
SELECT r.id, r.submission_id, s.department, coalesce(r.duplicate_of, r.number) AS first_number, r.enterprise_name, r.uscc, r.district,
       r.sub_area, r.contact, r.phones, r.matter, r.happened_on
FROM submission_rows r JOIN submissions s ON s.id = r.submission_id
WHERE s.population_id = :population AND s.state = 'judged' AND r.verdict IN ('accepted', 'duplicate')
ORDER BY coalesce(array_position(CAST(:departments AS text[]), s.department), 1000), s.id, r.number
"""
_CODES = """
SELECT DISTINCT r.enterprise_name, r.district, r.uscc
FROM submission_rows r JOIN submissions s ON s.id = r.submission_id JOIN populations p ON p.id = s.population_id
JOIN stages g ON g.id = p.stage_id
WHERE g.study_id = :study AND s.state = 'judged' AND r.verdict IN ('accepted', 'duplicate') AND r.uscc <> ''
"""


def reported_rows(session: Session, population_id: int) -> list[ReportedRow]:
    """The usable rows of a population: reporting units in the order of the checklist item, then as the lists came."""
    item = studies.item(session, studies.population(session, population_id).item_id)
    order = [*item.lead_departments, *item.responsible_units]
    found = session.connection().execute(text(_ROWS), {"population": population_id, "departments": order})
    return [ReportedRow(row[0], row[2], (row[1], row[3]), *row[4:]) for row in found]


def merged(session: Session, population_id: int, *, leaving_out: frozenset[str] = frozenset()) -> tuple[list[Unit], int]:
    """The population's units as its lists stand now, without those whose key is in `leaving_out`, and the rows they come from."""
    population = studies.population(session, population_id)
    study = studies.study_of_population(session, population_id)
    rows = reported_rows(session, population_id)
    if population.respondents == "persons":
        units = merge_persons(rows, study.salt)
    else:
        codes = session.connection().execute(text(_CODES), {"study": study.id})
        units = merge(rows, known_codes((name, district, code) for name, district, code in codes))
    return [unit for unit in units if unit.key not in leaving_out], len(rows)


def frozen_keys(session: Session, population_id: int) -> frozenset[str]:
    """The keys of all units in frozen frames of a population."""
    keys = select(FrameUnit.unit_key).join(Frame, col(Frame.id) == col(FrameUnit.frame_id)).where(Frame.population_id == population_id)
    return frozenset(session.exec(keys))


def preview(session: Session, population_id: int, *, supplement: bool = False) -> Preview:
    """What `freeze` would write, by district and department."""
    left_out = frozen_keys(session, population_id) if supplement else frozenset()
    units, rows = merged(session, population_id, leaving_out=left_out)
    submissions = session.connection().execute(
        text("SELECT count(*) FROM submissions WHERE population_id = :population AND state = 'judged'"), {"population": population_id}
    )
    return Preview(units, rows, submissions.scalar_one(), _by_department(units), counts(session, units, rows))


def _by_department(units: list[Unit]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for unit in units:
        for department in unit.reported_by:
            counted = found.setdefault(department, {"rows": 0, "units": 0, "alone": 0})
            counted["units"] += 1
            counted["alone"] += len(unit.reported_by) == 1
            counted["rows"] += sum(matter["department"] == department for matter in unit.matters)
    return found


def counts(session: Session, units: list[Unit], rows: int) -> dict[str, Any]:
    """The numbers of a frame: rows in, merged, units out, and what is remarkable about them."""
    barred = _barred_keys(session, units)
    return {
        "rows": rows,
        "units": len(units),
        "merged": sum(unit.rows for unit in units) - len(units),
        "reported_by_several": sum(len(unit.reported_by) > 1 for unit in units),
        "conflicts": sum(unit.conflicting for unit in units),
        "phone_shared": sum(any(phone["shared"] for phone in unit.phones) for unit in units),
        "without_code": sum(not unit.uscc for unit in units),
        "do_not_call": barred,
        "by_district": strata.sizes(units),
    }


def _barred_keys(session: Session, units: list[Unit]) -> int:
    wishes = session.exec(select(DoNotCall.scope, DoNotCall.value)).all()
    numbers = {value for scope, value in wishes if scope == "number"}
    keys = {value for scope, value in wishes if scope == "enterprise"}
    return sum(unit.key in keys or all(phone["number"] in numbers for phone in unit.phones) for unit in units) if wishes else 0


def frame(session: Session, frame_id: int) -> Frame:
    """The frame with that id."""
    found = session.get(Frame, frame_id)
    if found is None:
        raise NotFound("no_frame", "没有这个抽样框，请从名单与抽样框页面重新选择。")
    return found


def frames(session: Session, population_id: int) -> list[Frame]:
    """The frozen frames of a population, by number."""
    return list(session.exec(select(Frame).where(Frame.population_id == population_id).order_by(col(Frame.number))))


def newest_frame(session: Session, population_id: int) -> Frame | None:
    """The frame of a population that was frozen last."""
    newest = select(Frame).where(Frame.population_id == population_id).order_by(col(Frame.number).desc())
    return session.exec(newest.limit(1)).first()


def units(session: Session, frame_id: int) -> list[FrameUnit]:
    """The units of a frame, by key as bytes."""
    found = session.exec(select(FrameUnit).where(FrameUnit.frame_id == frame_id))
    return sorted(found, key=lambda unit: unit.unit_key.encode())


def strata_sizes(session: Session, frame_id: int) -> dict[str, int]:
    """N by district, in the order of the district codes."""
    counted = session.exec(select(FrameUnit.district, func.count()).where(FrameUnit.frame_id == frame_id).group_by(FrameUnit.district))
    found = dict(counted.all())
    return {name: found[name] for name in sorted(found, key=strata.in_order)}


def is_barred(session: Session, phone: str | None, unit_key: str | None) -> bool:
    """Whether the number or the unit asked not to be called."""
    wishes = [(DoNotCall.scope == "number") & (DoNotCall.value == phone), (DoNotCall.scope == "enterprise") & (DoNotCall.value == unit_key)]
    return session.exec(select(DoNotCall.id).where(or_(*wishes)).limit(1)).first() is not None


def do_not_call(session: Session) -> list[DoNotCall]:
    """Every wish not to be called, newest first."""
    return list(session.exec(select(DoNotCall).order_by(col(DoNotCall.at).desc(), col(DoNotCall.id).desc())))


def find(session: Session, wanted: Wanted, limit: int = 200) -> list[FoundUnit]:
    """The units of all frames that fit: by credit code, by number, or by a part of the name."""
    if wanted.kind not in _FITS:
        return []
    value = wanted.value
    if wanted.kind == "phone":
        value = json.dumps([{"number": value}])
    elif wanted.kind == "name":
        escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        value = f"%{escaped}%"
    rows = session.connection().execute(text(_FIND.format(_FITS[wanted.kind])), {"value": value, "limit": limit})
    return [FoundUnit(**row) for row in rows.mappings()]


def unit(session: Session, unit_id: int) -> FrameUnit:
    """The frame unit with that id."""
    found = session.get(FrameUnit, unit_id)
    if found is None:
        raise NotFound("no_such_unit", "名录中没有这个单位：可能地址有误，请重新查询。")
    return found
