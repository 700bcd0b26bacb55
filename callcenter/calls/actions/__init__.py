"""Writes of attempts, of what the carrier tells of them, of our own people's legs, and of the published lines."""

from callcenter.calls.actions.attempts import (
    begin_attempt,
    keep_outcome,
    placement,
    record_carrier_failure,
    record_placed,
)
from callcenter.calls.actions.events import (
    answer,
    is_stray,
    raise_malformed,
    record_event,
    record_machine,
    record_silence,
    silent_calls,
)
from callcenter.calls.actions.legs import (
    ask_for_leg,
    browser_name,
    leave,
    leg_script,
    record_leg_failed,
    record_leg_placed,
    record_leg_silence,
    record_leg_state,
    record_room_event,
    set_audio_place,
    silent_legs,
)
from callcenter.calls.actions.lines import drain_line, load_lines, rest_line, take_back_line
from callcenter.calls.actions.watching import record_appeal, record_publication, report_label, watch_lines

__all__ = [
    "answer",
    "ask_for_leg",
    "begin_attempt",
    "browser_name",
    "drain_line",
    "is_stray",
    "keep_outcome",
    "leave",
    "leg_script",
    "load_lines",
    "placement",
    "raise_malformed",
    "record_appeal",
    "record_carrier_failure",
    "record_event",
    "record_leg_failed",
    "record_leg_placed",
    "record_leg_silence",
    "record_leg_state",
    "record_machine",
    "record_placed",
    "record_publication",
    "record_room_event",
    "record_silence",
    "report_label",
    "rest_line",
    "set_audio_place",
    "silent_calls",
    "silent_legs",
    "take_back_line",
    "watch_lines",
]
