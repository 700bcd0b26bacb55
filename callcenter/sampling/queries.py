"""Reads of the room: draws, designs, strata, releases, certificates, weights."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.frame.tables import Frame
from callcenter.sampling import base_weights as weights
from callcenter.sampling.design import stratum_of
from callcenter.sampling.releases import Pointer
from callcenter.sampling.steps import Steps
from callcenter.sampling.tables import Design, Draw, Release, Stratum
from callcenter.studies.tables import Population, Stage, Study


@dataclass(frozen=True)
class FrameUnitRow:
    """A frame unit as a draw sees it."""

    id: int
    unit_key: str
    district: str


@dataclass(frozen=True)
class ReleasedUnit:
    """All that a case is made from."""

    draw_unit_id: int
    stratum_id: int
    stratum: str
    unit_key: str
    prn: str
    position: int
    frame_unit_id: int
    district: str
    name: str
    uscc: str
    contact: str
    phones: list[dict[str, Any]]
    matters: list[dict[str, Any]]


@dataclass(frozen=True)
class ReleaseRow:
    """A release as a page shows it."""

    id: int
    stratum: str
    kind: str
    first_position: int
    count: int
    at: datetime
    by: str | None
    why: str


@dataclass(frozen=True)
class OverviewRow:
    """A population with its newest frame and the state of its newest draw."""

    population_id: int
    stage: str
    code: str
    title: str
    frame_number: int | None
    frame_size: int | None
    frozen_at: datetime | None
    draw_id: int | None
    draw_no: int | None
    steps: Steps | None


@dataclass(frozen=True)
class FinishedRow:
    """A finished draw as an auditor looks for it."""

    draw_id: int
    study: str
    code: str
    title: str
    draw_no: int
    drawn_at: datetime
    drawn_by: str | None
    certificate: dict[str, Any]


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


def design(session: Session, design_id: int) -> Design:
    """The fixed design with that id."""
    found = session.get(Design, design_id)
    if found is None:
        raise NotFound("no_design", "没有这个抽样方案，请重新选择。")
    return found


def draw(session: Session, draw_id: int) -> Draw:
    """The draw with that id."""
    found = session.get(Draw, draw_id)
    if found is None:
        raise NotFound("no_draw", "没有这次抽样，请重新选择。")
    return found


def draws(session: Session, population_id: int) -> list[Draw]:
    """Every draw of a population, in their order; none is ever left out."""
    return list(session.exec(select(Draw).where(Draw.population_id == population_id).order_by(col(Draw.draw_no))))


def open_draw(session: Session, population_id: int) -> Draw | None:
    """The draw that is still to be made, where one was committed to."""
    last = session.exec(select(Draw).where(Draw.population_id == population_id).order_by(col(Draw.draw_no).desc())).first()
    return last if last is not None and last.drawn_at is None else None


def latest_draw(session: Session, population_id: int) -> Draw | None:
    """The newest finished draw of a population."""
    finished = select(Draw).where(Draw.population_id == population_id, col(Draw.drawn_at).is_not(None))
    return session.exec(finished.order_by(col(Draw.draw_no).desc())).first()


def finished_draws(session: Session) -> list[Draw]:
    """Every finished draw of every study."""
    return list(session.exec(select(Draw).where(col(Draw.drawn_at).is_not(None)).order_by(col(Draw.id))))


def steps(session: Session, draw: Draw) -> Steps:
    """When each step of the draw was made."""
    fixed = None if draw.design_id is None else design(session, draw.design_id).fixed_at
    return Steps(draw.committed_at, draw.public_due, fixed, draw.public_entered_at, draw.drawn_at)


def strata(session: Session, draw_id: int) -> list[Stratum]:
    """The strata of a draw's design, by name; empty before a design is fixed."""
    belonging = select(Stratum).join(Draw, col(Draw.design_id) == col(Stratum.design_id)).where(Draw.id == draw_id)
    return sorted(session.exec(belonging), key=lambda stratum: stratum.name)


def pointer(stratum: Stratum) -> Pointer:
    """Where a stratum stands."""
    return Pointer(stratum.name, stratum.size, stratum.main_size, stratum.released)


def releases(session: Session, draw_id: int) -> list[ReleaseRow]:
    """Every release of a draw, newest first, with the name of who released (none: the study's automatic mode)."""
    rows = session.execute(
        text("""SELECT r.id, s.name, r.kind, r.first_position, r.count, r.at, u.name, r.why
                FROM releases r JOIN strata s ON s.id = r.stratum_id LEFT JOIN users u ON u.id = r.by
                WHERE r.draw_id = :draw ORDER BY r.id DESC"""),
        {"draw": draw_id},
    )
    return [ReleaseRow(*row) for row in rows]


def release(session: Session, release_id: int) -> Release:
    """The release with that id."""
    found = session.get(Release, release_id)
    if found is None:
        raise NotFound("no_release", "没有这次释放，请重新选择。")
    return found


def last_release(session: Session, draw_id: int, stratum_id: int) -> Release | None:
    """The newest release of a stratum: the step that the next one waits for."""
    own = select(Release).where(Release.draw_id == draw_id, Release.stratum_id == stratum_id)
    return session.exec(own.order_by(col(Release.id).desc())).first()


def release_step(session: Session, draw_id: int) -> int:
    """The whole step in which the draw's reserves are released."""
    found = draw(session, draw_id)
    rule = design(session, found.design_id).document.get("release", {}) if found.design_id is not None else {}
    return int(rule.get("step", 1))


def released_units(session: Session, release_id: int) -> list[ReleasedUnit]:
    """The units of one release, in their order; reads only those rows."""
    rows = session.execute(
        text("""SELECT d.id, d.stratum_id, s.name, d.unit_key, d.prn, d.position, f.id, f.district, f.name, f.uscc,
                       f.contact, f.phones, f.matters
                FROM releases r
                JOIN draw_units d ON d.draw_id = r.draw_id AND d.stratum_id = r.stratum_id
                                 AND d.position >= r.first_position AND d.position < r.first_position + r.count
                JOIN strata s ON s.id = d.stratum_id
                JOIN frame_units f ON f.id = d.frame_unit_id
                WHERE r.id = :release ORDER BY d.position"""),
        {"release": release_id},
    )
    return [ReleasedUnit(*row) for row in rows]


def certificate(session: Session, draw_id: int) -> dict[str, Any]:
    """The opened certificate, as written when the draw was made."""
    found = draw(session, draw_id)
    if found.certificate is None:
        raise NotFound("no_certificate", "这次抽样还没有完成，没有证书。")
    return found.certificate


def frame_of_draw(session: Session, draw_id: int) -> list[tuple[str, str]]:
    """(unit key, stratum) of every unit of the draw's frame: what an auditor needs beside the certificate."""
    drawn = draw(session, draw_id)
    if drawn.design_id is None:
        raise NotFound("no_design", "这次抽样还没有方案。")
    plan = design(session, drawn.design_id)
    merges = plan.document.get("merges", {})
    return sorted((unit.unit_key, stratum_of(unit.district, merges)) for unit in frame_units(session, plan.frame_id))


def base_weights(session: Session, draw_id: int) -> dict[str, float]:
    """N / released by stratum name; strata without a released unit are left out."""
    return weights.base_weights({stratum.name: (stratum.size, stratum.released) for stratum in strata(session, draw_id)})


def released_counts(session: Session, draw_id: int) -> dict[str, dict[str, int]]:
    """Released units by stratum name and kind (main, top_up)."""
    counted = (
        select(Stratum.name, Release.kind, func.sum(Release.count))
        .join(Stratum, col(Stratum.id) == col(Release.stratum_id))
        .where(Release.draw_id == draw_id)
        .group_by(Stratum.name, Release.kind)
    )
    counts: dict[str, dict[str, int]] = {}
    for name, kind, count in session.exec(counted):
        counts.setdefault(name, {})[kind] = int(count)
    return counts


def overview(session: Session) -> list[OverviewRow]:
    """Every population with its newest frame and draw: those begun first, then those with lists, then by stage and code."""
    rows = session.execute(
        text("""SELECT p.id, t.name, p.code, p.title, f.number, f.size, f.frozen_at,
                       d.id, d.draw_no, d.committed_at, d.public_due, g.fixed_at,
                       d.public_entered_at, d.drawn_at
                FROM populations p JOIN stages t ON t.id = p.stage_id JOIN checklist_items i ON i.id = p.item_id
                LEFT JOIN LATERAL (SELECT * FROM frames WHERE population_id = p.id ORDER BY number DESC LIMIT 1) f ON true
                LEFT JOIN LATERAL (SELECT * FROM draws WHERE population_id = p.id ORDER BY draw_no DESC LIMIT 1) d ON true
                LEFT JOIN designs g ON g.id = d.design_id
                ORDER BY f.id IS NULL AND d.id IS NULL,
                         NOT EXISTS (SELECT 1 FROM submissions l WHERE l.population_id = p.id), t.name, i.number, p.position""")
    )
    made: list[OverviewRow] = []
    for row in rows:
        steps_so_far = None if row[7] is None else Steps(row[9], row[10], row[11], row[12], row[13])
        made.append(OverviewRow(*[*row[:9], steps_so_far]))
    return made


def finished(session: Session) -> list[FinishedRow]:
    """Every finished draw, newest first, for who verifies it."""
    rows = session.execute(
        text("""SELECT d.id, s.title, t.name || '/' || p.code, p.title, d.draw_no, d.drawn_at, u.name, d.certificate
                FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages t ON t.id = p.stage_id
                JOIN studies s ON s.id = t.study_id LEFT JOIN users u ON u.id = d.drawn_by
                WHERE d.drawn_at IS NOT NULL ORDER BY d.drawn_at DESC, d.id DESC""")
    )
    return [FinishedRow(*row) for row in rows]
