"""Reads of releases: the pointer, its steps, the released units, base weights."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.sampling import base_weights as weights
from callcenter.sampling.queries.draws import design, draw, strata
from callcenter.sampling.releases import Pointer
from callcenter.sampling.tables import Release, Stratum


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
