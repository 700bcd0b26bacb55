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


def with_lists(session: Session, stage_id: int) -> list[int]:
    """The populations of a stage of whose lists a row can be used, merged or not."""
    wanted = text("""SELECT DISTINCT s.population_id FROM submissions s JOIN populations p ON p.id = s.population_id
                     WHERE p.stage_id = :stage AND s.state = 'judged' AND (s.totals->>'accepted')::bigint > 0 ORDER BY 1""")
    return list(session.connection().execute(wanted, {"stage": stage_id}).scalars())
