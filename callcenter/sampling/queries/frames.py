"""Reads of what is drawn from: the population's name, frozen frames, their units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.frame.tables import Frame
from callcenter.sampling.cells import cell_of
from callcenter.studies.tables import Population, Stage, Study


@dataclass(frozen=True)
class FrameUnitRow:
    """A frame unit as a draw sees it."""

    id: int
    unit_key: str
    district: str


class CellUnit(NamedTuple):
    """A frame unit with the cell it stands in."""

    id: int
    unit_key: str
    cell: str


def population_name(session: Session, population_id: int) -> tuple[str, str]:
    """(study, population) as they stand in a certificate: `tianjin-2022` and `2021/4-1`."""
    found = session.exec(
        select(Study.name, Stage.name, Population.code)
        .join(Stage, col(Stage.study_id) == col(Study.id))
        .join(Population, col(Population.stage_id) == col(Stage.id))
        .where(Population.id == population_id)
    ).first()
    if found is None:
        raise NotFound("no_population", "没有这个样本总体，请从清单重新选择。")
    return found[0], f"{found[1]}/{found[2]}"


def frame(session: Session, frame_id: int) -> Frame:
    """The frozen frame with that id."""
    found = session.get(Frame, frame_id)
    if found is None:
        raise NotFound("no_frame", "没有这个抽样框，请重新选择。")
    return found


def frames(session: Session, population_id: int) -> list[Frame]:
    """The frames of a population, newest first."""
    return list(session.exec(select(Frame).where(Frame.population_id == population_id).order_by(col(Frame.number).desc())))


def frame_units(session: Session, frame_id: int) -> list[FrameUnitRow]:
    """Every unit of a frame, without its personal data."""
    rows = session.execute(text("SELECT id, unit_key, district FROM frame_units WHERE frame_id = :frame"), {"frame": frame_id})
    return [FrameUnitRow(*row) for row in rows]


_ALL_OF = {"district": "district", "reporting_unit": "reported_by", "sub_area": "sub_area"}


def cell_sizes(session: Session, frame_id: int, fields: Sequence[str]) -> dict[str, int]:
    """N by cell (see `cells`), by name. Counted by the database: a frame may hold millions of units, its cells are few."""
    order = frame(session, frame_id).reporting_order
    wanted = [column if field in fields else f"NULL AS {column}" for field, column in _ALL_OF.items()]
    grouped = ", ".join(column for field, column in _ALL_OF.items() if field in fields)
    columns = ", ".join(wanted)
    counted = text(f"SELECT {columns}, count(*) FROM frame_units WHERE frame_id = :frame GROUP BY {grouped}")  # our own words
    sizes: dict[str, int] = {}
    for district, reported_by, sub_area, count in session.execute(counted, {"frame": frame_id}):
        cell = cell_of(fields, district=district or "", reported_by=reported_by or [], sub_area=sub_area or "", reporting_order=order)
        sizes[cell] = sizes.get(cell, 0) + count
    return dict(sorted(sizes.items()))


def units_in_cells(session: Session, frame_id: int, fields: Sequence[str]) -> list[CellUnit]:
    """Every unit of a frame with its cell."""
    order = frame(session, frame_id).reporting_order
    rows = session.execute(
        text("SELECT id, unit_key, district, reported_by, sub_area FROM frame_units WHERE frame_id = :frame"), {"frame": frame_id}
    )
    named: dict[tuple[str, tuple[str, ...], str], str] = {}
    units = []
    for unit, key, district, reported_by, sub_area in rows:
        about = (district, tuple(reported_by), sub_area)
        if (cell := named.get(about)) is None:
            cell = named[about] = cell_of(fields, district=district, reported_by=reported_by, sub_area=sub_area, reporting_order=order)
        units.append(CellUnit(unit, key, cell))
    return units
