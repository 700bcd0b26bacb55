"""Reads of following up: appointments and their slots, cases whose numbers are traced, proposals, draws in the field."""

from callcenter.follow_up.queries.appointments import (
    CaseRow,
    Kept,
    Promised,
    appointments_of,
    first_agreed,
    kept_by_operator,
    open_appointments,
    slot_at,
    slot_loads,
)
from callcenter.follow_up.queries.forecasts import Standing, kept_forecast, moved_since, standing
from callcenter.follow_up.queries.last_turns import undoable
from callcenter.follow_up.queries.quality import held_interviews
from callcenter.follow_up.queries.top_ups import (
    PROTOCOL_WORKDAYS,
    DrawInField,
    closes_soon,
    draws_in_field,
    in_time,
    may_switch,
    open_proposals,
    outlooks,
    proposals_of,
    release_mode,
    release_modes,
    state_of,
    strata,
    was_declined,
)
from callcenter.follow_up.queries.tracing import Untraced, tracing_list

__all__ = [
    "PROTOCOL_WORKDAYS",
    "CaseRow",
    "DrawInField",
    "Kept",
    "Promised",
    "Standing",
    "Untraced",
    "appointments_of",
    "closes_soon",
    "draws_in_field",
    "first_agreed",
    "held_interviews",
    "in_time",
    "kept_by_operator",
    "kept_forecast",
    "may_switch",
    "moved_since",
    "open_appointments",
    "open_proposals",
    "outlooks",
    "proposals_of",
    "release_mode",
    "release_modes",
    "slot_at",
    "slot_loads",
    "standing",
    "state_of",
    "strata",
    "tracing_list",
    "undoable",
    "was_declined",
]
