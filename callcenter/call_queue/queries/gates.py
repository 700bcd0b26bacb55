"""Which populations may be called now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from callcenter.call_queue import callable as rules
from callcenter.call_queue.queries.plans import plan_of_row
from callcenter.db import engine

# The populations of each study that is not stopped, those with the same window and hours together, with no more of the settings than
# handing out needs: they are read anew for every claim.
DOORS = """
SELECT s.id AS study_id, w.first_day, w.last_day, p.respondents = 'persons' AS persons, array_agg(p.id ORDER BY p.id) AS populations,
       jsonb_build_object('calling', s.settings -> 'calling', 'leases', s.settings -> 'leases',
                          'interview_minutes', coalesce(s.settings -> 'interview_minutes', '8')) AS settings,
       (SELECT jsonb_object_agg(d.day, d.kind) FROM calendar_days d WHERE d.ended_at IS NULL) AS own_days
FROM studies s
JOIN stages g ON g.study_id = s.id
JOIN (SELECT f.stage_id, min(f.first_day) AS first_day, max(f.last_day) AS last_day
      FROM phases f WHERE f.kind = 'calling' GROUP BY f.stage_id) w ON w.stage_id = g.id
JOIN populations p ON p.stage_id = g.id
WHERE NOT EXISTS (SELECT FROM dialling_stops d WHERE d.study_id = s.id AND d.resumed_at IS NULL) {and_waiting}
GROUP BY s.id, w.first_day, w.last_day, p.respondents = 'persons'
ORDER BY s.id, w.first_day, persons
"""
WAITING = DOORS.format(and_waiting="AND EXISTS (SELECT FROM cases c WHERE c.population_id = p.id AND c.state = 'ready')")


@dataclass(frozen=True)
class StudyGate:
    """Which populations of a study may be called at a moment: at once, or by appointment only."""

    study_id: int
    settings: Mapping[str, Any]
    open: tuple[int, ...]
    by_appointment: tuple[int, ...]


def gates(now: datetime) -> list[StudyGate]:
    """Studies with waiting cases whose dialling is not stopped, and which of their populations may be called now; one plain statement."""
    return gates_of(engine.statement(WAITING), now)


def gates_of(doors: Sequence[Mapping[str, Any]], now: datetime) -> list[StudyGate]:
    """Which populations may be called now, of what `DOORS` tells."""
    by_study: dict[int, list[Mapping[str, Any]]] = {}
    for row in doors:
        by_study.setdefault(row["study_id"], []).append(row)
    return [_gate(rows, now) for rows in by_study.values()]


def gates_told(doors: str | None, now: datetime) -> Sequence[StudyGate]:
    """The same of what `DOORS` tells as the text of a JSON list: every claim asks, and mostly hears what the last one heard."""
    return _gates_told(doors, _within_the_minute(now)) if doors else ()


def _within_the_minute(now: datetime) -> datetime:
    """A moment at which the same is open: hours begin and end on whole minutes, so only the whole minute itself is apart."""
    minute = now.replace(second=0, microsecond=0)
    return minute if minute == now else minute + timedelta(seconds=30)


@lru_cache(maxsize=32)
def _gates_told(doors: str, moment: datetime) -> tuple[StudyGate, ...]:
    return tuple(gates_of(json.loads(doors), moment))


def _gate(rows: Sequence[Mapping[str, Any]], now: datetime) -> StudyGate:
    plans = [(row["populations"], plan_of_row({**row, "respondents": "persons" if row["persons"] else ""})) for row in rows]
    return StudyGate(
        rows[0]["study_id"],
        rows[0]["settings"],
        tuple(key for keys, its_plan in plans if rules.population_is_open(its_plan, now) for key in keys),
        tuple(key for keys, its_plan in plans if rules.population_is_open(its_plan, now, appointment=True) for key in keys),
    )
