"""Frozen frames, their units, and who must not be called."""

import json
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session, col, func, or_, select

from callcenter.errors import NotFound
from callcenter.frame import strata
from callcenter.frame.search import Wanted
from callcenter.frame.tables import DoNotCall, Frame, FrameUnit

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
