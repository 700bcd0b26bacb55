"""Reads of attempts and of the published lines."""

from callcenter.calls.queries.attempts import SilentCall, attempt, attempts_of, events_of, latest_attempt, open_attempt, silent_calls
from callcenter.calls.queries.legs import SilentLeg, audio_place, open_leg, require_seat, seated_room, silent_legs
from callcenter.calls.queries.published_lines import case_on_lines, failures_in_a_row, lines

__all__ = [
    "SilentCall",
    "SilentLeg",
    "attempt",
    "attempts_of",
    "audio_place",
    "case_on_lines",
    "events_of",
    "failures_in_a_row",
    "latest_attempt",
    "lines",
    "open_attempt",
    "open_leg",
    "require_seat",
    "seated_room",
    "silent_calls",
    "silent_legs",
]
