"""Reads for those who witness a draw without learning who was drawn: its steps, its hashes, how long it is sealed, who opened it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.sampling.seal import SealedDraw, may_open, sealed_until
from callcenter.sampling.steps import Steps
from callcenter.studies.queries import calling_window


@dataclass(frozen=True)
class WitnessedDraw:
    """A draw as departments and the commissioning office may see it. Nothing in it tells a drawn unit."""

    draw_id: int
    population_id: int
    study: str
    stage: str
    code: str
    title: str
    draw_no: int
    steps: Steps
    public_source: str
    seed_commitment: str
    frame_sha256: str | None
    design_sha256: str | None
    size: int
    main_size: int
    strata: int
    sealed_until: date | None
    open: bool
    """Whether the seal is off: the certificate may be handed out with its seed."""


@dataclass(frozen=True)
class Opening:
    """That somebody of the house took a certificate or frame of a draw."""

    action: str
    at: datetime
    by: str | None


_DRAWS = """
SELECT d.id, d.population_id, s.id AS study_id, s.title AS study, t.id AS stage_id, t.title AS stage, p.code, p.title, d.draw_no,
       d.committed_at, d.public_due, g.fixed_at, d.public_entered_at, d.drawn_at, d.public_source, d.seed_commitment,
       g.document #>> '{frame,sha256}' AS frame_sha256, g.sha256 AS design_sha256,
       coalesce(g.document ->> 'coordination', 'independent') AS coordination,
       (SELECT coalesce(sum(size), 0) FROM strata WHERE design_id = g.id) AS size,
       (SELECT coalesce(sum(main_size), 0) FROM strata WHERE design_id = g.id) AS main_size,
       (SELECT count(*) FROM strata WHERE design_id = g.id) AS strata
FROM draws d JOIN populations p ON p.id = d.population_id JOIN checklist_items i ON i.id = p.item_id
JOIN stages t ON t.id = p.stage_id JOIN studies s ON s.id = t.study_id LEFT JOIN designs g ON g.id = d.design_id
ORDER BY s.name, t.name, i.number, p.position, d.draw_no
"""


def witnessed(session: Session, today: date, population_ids: Collection[int] | None = None) -> list[WitnessedDraw]:
    """Every draw of these populations (none named: of all), by population and number; none is left out, finished or not."""
    rows = session.execute(text(_DRAWS)).mappings().all()
    windows = {stage: calling_window(session, stage) for stage in {row["stage_id"] for row in rows}}
    seals = [SealedDraw(row["id"], row["study_id"], row["coordination"], row["seed_commitment"], windows[row["stage_id"]]) for row in rows]
    found = []
    for row, seal in zip(rows, seals, strict=True):
        if population_ids is not None and row["population_id"] not in population_ids:
            continue
        last_day = sealed_until(seal, (other for other in seals if other.draw_id != seal.draw_id))
        found.append(_draw(dict(row), last_day, today))
    return found


def _draw(row: dict[str, Any], last_day: date | None, today: date) -> WitnessedDraw:
    steps = Steps(row["committed_at"], row["public_due"], row["fixed_at"], row["public_entered_at"], row["drawn_at"])
    plain = ("population_id", "study", "stage", "code", "title", "draw_no", "public_source", "seed_commitment", "frame_sha256")
    counts = {name: int(row[name]) for name in ("size", "main_size", "strata")}
    shown = {name: row[name] for name in (*plain, "design_sha256")} | counts
    return WitnessedDraw(draw_id=row["id"], steps=steps, sealed_until=last_day, open=may_open(last_day, today), **shown)


def openings(session: Session) -> dict[int, list[Opening]]:
    """Who took a certificate or frame, newest first, by draw."""
    rows = session.execute(
        text("""SELECT CAST(a.subject_id AS bigint), a.action, a.at, u.name FROM audit_trail a LEFT JOIN users u ON u.id = a.actor_id
                WHERE a.subject_kind = 'draw' AND a.action IN ('certificate_opened', 'frame_exported') ORDER BY a.id DESC""")
    )
    found: dict[int, list[Opening]] = {}
    for draw_id, action, at, by in rows:
        found.setdefault(draw_id, []).append(Opening(action, at, by))
    return found
