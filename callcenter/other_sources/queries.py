"""Reads of other sources: the records of a stage, how many of each kind, and what they say of an item."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.other_sources.kinds import KINDS

LISTED = """
SELECT o.id, o.kind, o.channel, o.speaker, o.day, o.subject, o.opened_at, u.name AS opened_by, o.finding, o.handling, o.done_at,
    d.name AS done_by, o.case_id, i.number AS item, i.title
FROM other_records o JOIN users u ON u.id = o.opened_by LEFT JOIN users d ON d.id = o.done_by
LEFT JOIN checklist_items i ON i.id = o.item_id
WHERE o.stage_id = :stage AND (:kind = '' OR o.kind = :kind) AND (:item = 0 OR i.number = :item)
ORDER BY o.done_at IS NOT NULL, o.day DESC, o.id DESC LIMIT 300
"""
COUNTED = """
SELECT kind, count(*) AS received, count(done_at) AS done FROM other_records WHERE stage_id = :stage GROUP BY kind
"""


@dataclass(frozen=True)
class Counted:
    """How many of one kind came in, and how many are dealt with; also where there were none."""

    kind: str
    received: int = 0
    done: int = 0


def records(session: Session, stage_id: int, kind: str = "", item: int = 0) -> list[dict[str, Any]]:
    """The records of a stage (of one kind, of one item), open ones first."""
    return [dict(row) for row in session.execute(text(LISTED), {"stage": stage_id, "kind": kind, "item": item}).mappings()]


def counts(session: Session, stage_id: int) -> list[Counted]:
    """How many of every kind: nought is reported, too."""
    found = {row["kind"]: Counted(**row) for row in session.execute(text(COUNTED), {"stage": stage_id}).mappings()}
    return [found.get(kind, Counted(kind)) for kind in KINDS]
