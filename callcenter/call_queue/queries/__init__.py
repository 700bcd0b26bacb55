"""Reads of the queue: cases and leases, why a case is (not) callable, when the next one is due, what may be called now."""

from callcenter.call_queue.queries.cases import (
    Place,
    bundle,
    case,
    cases_of_units,
    lease_of,
    others_of_enterprise,
    places,
    ready_count,
    stage_of_case,
    study_settings,
    unit_of_case,
    waiting,
)
from callcenter.call_queue.queries.explaining import Explanation, explain, facts_of, next_due, operator
from callcenter.call_queue.queries.gates import DOORS, WAITING, StudyGate, gates, gates_of, gates_told
from callcenter.call_queue.queries.plans import plan, plan_of_case

__all__ = [
    "DOORS",
    "WAITING",
    "Explanation",
    "Place",
    "StudyGate",
    "bundle",
    "case",
    "cases_of_units",
    "explain",
    "facts_of",
    "gates",
    "gates_of",
    "gates_told",
    "lease_of",
    "next_due",
    "operator",
    "others_of_enterprise",
    "places",
    "plan",
    "plan_of_case",
    "ready_count",
    "stage_of_case",
    "study_settings",
    "unit_of_case",
    "waiting",
]
