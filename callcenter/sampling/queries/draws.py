"""Reads of designs, draws, strata and certificates."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.sampling.coordination import Neighbour
from callcenter.sampling.design import fields_of, stratum_of
from callcenter.sampling.queries.frames import units_in_cells
from callcenter.sampling.steps import Steps
from callcenter.sampling.tables import Design, DesignDraft, Draw, Stratum


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


def shareable(session: Session, population_id: int, now: datetime) -> list[tuple[int, str, str, datetime]]:
    """Open commitments of the study's other populations that this one may share: population, its name, public source, moment."""
    rows = session.execute(
        text("""SELECT d.population_id, t.name || '/' || p.code || ' ' || p.title, d.public_source, d.public_due
                FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages t ON t.id = p.stage_id
                WHERE d.drawn_at IS NULL AND d.public_entered_at IS NULL AND d.public_due > :now AND d.population_id <> :population
                  AND t.study_id = (SELECT s.study_id FROM populations o JOIN stages s ON s.id = o.stage_id WHERE o.id = :population)
                  AND d.seed_commitment NOT IN (SELECT seed_commitment FROM draws WHERE population_id = :population)
                ORDER BY t.name, p.code"""),
        {"population": population_id, "now": now},
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def words(session: Session, population_id: int) -> dict[int, str]:
    """The commissioning office's recorded word by draw number, where one was needed."""
    told = session.execute(
        text("""SELECT d.draw_no, a.reason FROM audit_trail a JOIN draws d ON d.id::text = a.subject_id
                WHERE a.action = 'draw_committed' AND a.subject_kind = 'draw' AND d.population_id = :population AND a.reason <> ''"""),
        {"population": population_id},
    )
    return {row[0]: row[1] for row in told}


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


def shared_public_values(session: Session, draw: Draw) -> list[str]:
    """What was entered for the other draws of the same commitment."""
    others = select(Draw.public_value).where(Draw.seed_commitment == draw.seed_commitment, Draw.id != draw.id)
    return [value for value in session.exec(others.where(col(Draw.public_value).is_not(None))) if value is not None]


def neighbours_before(session: Session, draw: Draw) -> list[Neighbour]:
    """The populations that share the draw's commitment and stand before its own in declared order: by stage, item and position."""
    rows = session.execute(
        text("""SELECT t.name || '/' || p.code, g.document
                FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages t ON t.id = p.stage_id
                JOIN checklist_items i ON i.id = p.item_id LEFT JOIN designs g ON g.id = d.design_id
                CROSS JOIN (SELECT p.stage_id, i.number, p.position FROM populations p JOIN checklist_items i ON i.id = p.item_id
                            WHERE p.id = :population) own
                WHERE d.seed_commitment = :commitment AND (p.stage_id, i.number, p.position) < (own.stage_id, own.number, own.position)
                      AND (g.id IS NULL OR g.document ->> 'coordination' = 'negative')
                ORDER BY p.stage_id, i.number, p.position"""),
        {"population": draw.population_id, "commitment": draw.seed_commitment},
    )
    return [Neighbour(name, None if document is None else document["planned_share"]) for name, document in rows]


def steps(session: Session, draw: Draw) -> Steps:
    """When each step of the draw was made."""
    fixed = None if draw.design_id is None else design(session, draw.design_id).fixed_at
    return Steps(draw.committed_at, draw.public_due, fixed, draw.public_entered_at, draw.drawn_at)


def strata(session: Session, draw_id: int) -> list[Stratum]:
    """The strata of a draw's design, by name; empty before a design is fixed."""
    belonging = select(Stratum).join(Draw, col(Draw.design_id) == col(Stratum.design_id)).where(Draw.id == draw_id)
    return sorted(session.exec(belonging), key=lambda stratum: stratum.name)


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
    units = units_in_cells(session, plan.frame_id, fields_of(plan.document))
    stratum = {cell: stratum_of(cell, merges) for cell in {unit.cell for unit in units}}
    return sorted((unit.unit_key, stratum[unit.cell]) for unit in units)


def drafts(session: Session, population_id: int) -> list[DesignDraft]:
    """The designs kept for comparison, oldest first."""
    return list(session.exec(select(DesignDraft).where(DesignDraft.population_id == population_id).order_by(col(DesignDraft.id))))


def draft(session: Session, population_id: int, draft_id: int) -> DesignDraft:
    """One of them."""
    found = session.get(DesignDraft, draft_id)
    if found is None or found.population_id != population_id:
        raise NotFound("no_draft", "没有这个备选方案：可能已被删除，请刷新页面。")
    return found


def designs(session: Session, frame_id: int) -> list[Design]:
    """Every design that was ever fixed for a frame, in their order."""
    return list(session.exec(select(Design).where(Design.frame_id == frame_id).order_by(col(Design.number))))


def rules_stand(session: Session, population_id: int, now: datetime) -> str:
    """Whether screening rules may still be changed: `free`, `seed_known` (not any more), or `drawn` (for supplements only)."""
    found = draws(session, population_id)
    if found and steps(session, found[-1]).next(now) in ("public_value", "draw"):
        return "seed_known"
    return "drawn" if any(draw.drawn_at for draw in found) else "free"
