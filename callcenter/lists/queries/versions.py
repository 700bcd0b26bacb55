"""Versions of a unit's list: who sent which bytes when, what replaced what, and how a version differs from the one before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.lists.queries.submissions import Receipt

PAGE = 50
KINDS = ("added", "gone", "verdict", "changed")
_HISTORY = """
SELECT s.id, s.received_at, s.submitted_by, s.file_name, s.file_sha256, octet_length(s.file) AS bytes, s.role, s.state, s.replaces_id,
       s.late, coalesce((s.totals->>'rows')::int, 0) AS rows, coalesce((s.totals->>'accepted')::int, 0) AS accepted,
       (SELECT array_agg(n.id ORDER BY n.id) FROM submissions n WHERE n.replaces_id = s.id) AS replaced_by
FROM submissions s WHERE s.population_id = :population AND s.department = :department ORDER BY s.id DESC
"""
_BEFORE = """
SELECT max(o.id) FROM submissions s JOIN submissions o ON o.population_id = s.population_id AND o.department = s.department AND o.id < s.id
WHERE s.id = :id AND o.state IN ('judged', 'replaced')
"""
# A row of one version is that of the other with the same name, the first with the first where a name comes several times.
_COMPARED = """
WITH sides AS (
  SELECT submission_id, number, source_row, sheet, enterprise_name, uscc, district, verdict, reasons,
         md5(concat_ws('|', uscc, district, sub_area, contact, phones::text, matter, happened_on)) AS content,
         coalesce(nullif(enterprise_name, ''), '#' || number) AS called,
         row_number() OVER (PARTITION BY submission_id, coalesce(nullif(enterprise_name, ''), '#' || number) ORDER BY number) AS nth
  FROM submission_rows WHERE submission_id IN (:old, :new)),
compared AS (
  SELECT coalesce(n.enterprise_name, o.enterprise_name) AS name, coalesce(n.district, o.district) AS district,
         coalesce(n.source_row, o.source_row) AS source_row, o.verdict AS before, n.verdict AS after, o.reasons AS reasons_before,
         n.reasons AS reasons_after, coalesce(n.number, o.number) AS number,
         CASE WHEN o.number IS NULL THEN 'added' WHEN n.number IS NULL THEN 'gone' WHEN o.verdict <> n.verdict THEN 'verdict'
              WHEN o.content <> n.content OR o.reasons <> n.reasons THEN 'changed' ELSE 'same' END AS kind
  FROM (SELECT * FROM sides WHERE submission_id = :old) o FULL JOIN (SELECT * FROM sides WHERE submission_id = :new) n USING (called, nth))
"""


@dataclass(frozen=True)
class Version:
    """A file that a unit sent for a population, and what became of it."""

    id: int
    received_at: datetime
    submitted_by: int | None
    file_name: str
    file_sha256: str
    bytes: int
    role: str
    state: str
    replaces_id: int | None
    late: bool
    rows: int
    accepted: int
    replaced_by: list[int] | None


@dataclass(frozen=True)
class Difference:
    """Rows of a version against those of an earlier one: counts by kind, and a page of those of one kind."""

    counts: dict[str, int]
    rows: list[dict[str, Any]]


def history(session: Session, population_id: int, department: str) -> list[Version]:
    """All versions of a unit's list for a population, newest first."""
    found = session.connection().execute(text(_HISTORY), {"population": population_id, "department": department})
    return [Version(**row) for row in found.mappings()]


def replaced_by(session: Session, found: Receipt) -> Version | None:
    """The version that took the place of one that counts no longer: the first replacement after it."""
    if found.state != "replaced":
        return None
    later = (each for each in reversed(history(session, found.population_id, found.department)) if each.id > found.id)
    return next((each for each in later if each.role == "replacement" and each.state in {"judged", "replaced"}), None)


def version_before(session: Session, submission_id: int) -> int | None:
    """The unit's judged version before this one."""
    found: int | None = session.connection().execute(text(_BEFORE), {"id": submission_id}).scalar_one()
    return found


def difference(session: Session, old: int, new: int, kind: str = "", offset: int = 0) -> Difference:
    """How the rows of `new` differ from those of `old`; rows of `kind`, or of every kind but the same."""
    sides = {"old": old, "new": new}
    counted = session.connection().execute(text(_COMPARED + "SELECT kind, count(*) FROM compared GROUP BY kind"), sides)
    kinds = [kind] if kind in KINDS else list(KINDS)
    listed = session.connection().execute(
        text(_COMPARED + "SELECT * FROM compared WHERE kind = ANY(:kinds) ORDER BY kind, number LIMIT :limit OFFSET :offset"),
        sides | {"kinds": kinds, "limit": PAGE, "offset": offset},
    )
    return Difference({row[0]: row[1] for row in counted}, [dict(row) for row in listed.mappings()])
