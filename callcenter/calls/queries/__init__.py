"""Reads of attempts and of the published lines."""

from callcenter.calls.queries.attempts import SilentCall, attempt, attempts_of, events_of, latest_attempt, open_attempt, silent_calls
from callcenter.calls.queries.legs import SilentLeg, audio_place, open_leg, require_seat, seated_room, silent_legs
from callcenter.calls.queries.published_lines import (
    WHOLE_CITY,
    Unpublished,
    calls_for_chart,
    case_on_lines,
    explain,
    failures_in_a_row,
    labels_of_lines,
    line,
    lines,
    publications,
    stored_lines,
    without_publication,
)

__all__ = [
    "WHOLE_CITY",
    "SilentCall",
    "SilentLeg",
    "Unpublished",
    "attempt",
    "attempts_of",
    "audio_place",
    "calls_for_chart",
    "case_on_lines",
    "events_of",
    "explain",
    "failures_in_a_row",
    "labels_of_lines",
    "latest_attempt",
    "line",
    "lines",
    "open_attempt",
    "open_leg",
    "publications",
    "require_seat",
    "seated_room",
    "silent_calls",
    "silent_legs",
    "stored_lines",
    "without_publication",
]
