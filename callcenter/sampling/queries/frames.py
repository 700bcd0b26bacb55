"""Reads of what is drawn from: the population's name, frozen frames, their units."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.frame.tables import Frame
from callcenter.studies.tables import Population, Stage, Study


@dataclass(frozen=True)
class FrameUnitRow:
    """A frame unit as a draw sees it."""

    id: int
    unit_key: str
    district: str


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


def district_sizes(session: Session, frame_id: int) -> dict[str, int]:
    """N by district, as the rows stand now."""
    rows = session.execute(
        text('SELECT district, count(*) FROM frame_units WHERE frame_id = :frame GROUP BY district ORDER BY district COLLATE "C"'),
        {"frame": frame_id},
    )
    return {row[0]: row[1] for row in rows}
