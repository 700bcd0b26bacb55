"""Units that stand in several populations of a stage."""

from sqlalchemy import text
from sqlmodel import Session

from callcenter.frame.overlap import Overlap, overlap
from callcenter.frame.queries.listing import KEYS

_TOGETHER = f"""
SELECT populations, count(*) FROM (
  SELECT array_agg(DISTINCT keys.population_id) AS populations
  FROM {KEYS} JOIN populations p ON p.id = keys.population_id WHERE p.stage_id = :stage GROUP BY keys.unit_key) units
GROUP BY populations
"""


def overlap_of_stage(session: Session, stage_id: int) -> Overlap:
    """How the populations of a stage overlap: by their frozen frames, by the kept preview where nothing is frozen."""
    rows = session.connection().execute(text(_TOGETHER), {"stage": stage_id})
    return overlap({tuple(row[0]): int(row[1]) for row in rows})
