"""The order of a draw computed again inside PostgreSQL, where a frame of millions need not leave the database."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

# Hex digits sort as their numbers do. A rotated order starts at the rotation and wraps, so that what stands below it comes last.
_ORDER = """
SELECT id, stratum_id, unit_key, prn, position, number,
       row_number() OVER (
           PARTITION BY stratum_id ORDER BY number COLLATE "C" < :rotation, number COLLATE "C", unit_key COLLATE "C"
       ) AS place
FROM (SELECT u.*, substr(encode(sha256(convert_to(d.seed || '|' || u.unit_key, 'UTF8')), 'hex'), 1, 16) AS number
      FROM draw_units u JOIN draws d ON d.id = u.draw_id WHERE u.draw_id = :draw) numbered
"""


@dataclass(frozen=True)
class Recomputed:
    """A unit's stratum, its number before any rotation (16 hex digits) and its place, as PostgreSQL computes them."""

    stratum_id: int
    unit_key: str
    number: str
    place: int


def recomputed(session: Session, draw_id: int, rotation: str = "0" * 16) -> list[Recomputed]:
    """Every unit of a draw with number and place computed from seed and key alone, by stratum and place."""
    rows = session.execute(
        text(f"SELECT stratum_id, unit_key, number, place FROM ({_ORDER}) o ORDER BY stratum_id, place"),  # our own text
        {"draw": draw_id, "rotation": rotation},
    )
    return [Recomputed(*row) for row in rows]


def misplaced(session: Session, draw_id: int, rotation: str = "0" * 16) -> list[str]:
    """Keys of units that do not stand where seed and key put them: somebody moved them after the draw."""
    rows = session.execute(
        text(f'SELECT unit_key FROM ({_ORDER}) o WHERE place <> position ORDER BY unit_key COLLATE "C"'),  # our own text
        {"draw": draw_id, "rotation": rotation},
    )
    return [row[0] for row in rows]
