"""Reads for pages: every population's state, and the finished draws."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.sampling.steps import Steps


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
